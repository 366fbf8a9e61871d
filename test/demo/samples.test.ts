import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { samples } from '../../bin/demo/samples.ts';
import { documentOf, stamped } from '../../bin/demo/send.ts';
import { stamp, stampsAt } from '../../bin/demo/stamp.ts';
import { readInvoice } from '../../documents/invoice/read-invoice.ts';
import { readSettings } from '../../temporal-config/settings.ts';
import { seedSchema } from '../../sandbox/erp/vendor-model.ts';

const { home } = readSettings();
const stamps = stampsAt(new Date('2026-03-01T00:00:30Z'));

describe('stamping', () => {
  it('writes the run, the day before and the derived marks', () => {
    expect(stamps).toMatchObject({ date: '2026-02-28', compactDate: '20260228', shortDate: '260228', dueDate: '2026-03-30' });
    expect(stamps.run).toMatch(/^\d{8}$/);
    expect(stamp('{{run}}-{{date}}', stamps)).toBe(`${stamps.run}-2026-02-28`);
  });

  it('refuses a stamp that does not exist', () => {
    expect(() => stamp('{{ruin}}', stamps)).toThrow('{{ruin}}');
  });

  it('two runs share no number, account or order', () => {
    const later = stampsAt(new Date('2026-03-01T00:00:31Z'));
    expect(later.run).not.toBe(stamps.run);
    expect(later.ibanSteel).not.toBe(stamps.ibanSteel);
  });
});

describe('the shipped samples', () => {
  const readable = samples.filter(({ name }) => name !== 'refused');

  it.each(readable)('"$name" is read as the invoice that its list names', async (sample) => {
    const read = await readInvoice(documentOf(home, sample, stamps));
    if (!read.ok) throw new Error(JSON.stringify(read.problem));
    expect(read.invoice.number).toBe(stamp(sample.number, stamps));
    expect(read.invoice.issueDate).toBe(stamps.date);
  });

  it('"refused" is refused, and every syntax is there', async () => {
    const refused = samples.find(({ name }) => name === 'refused')!;
    expect(await readInvoice(documentOf(home, refused, stamps))).toMatchObject({ ok: false, problem: { code: 'xml-entity' } });
    const formats = await Promise.all(readable.map(async (sample) => readInvoice(documentOf(home, sample, stamps))));
    expect(new Set(formats.map((read) => (read.ok ? read.format.syntax : 'refused')))).toEqual(new Set(['ubl', 'cii', 'edifact', 'x12', 'json', 'pdf-cii']));
  });

  it('every file of the folder is used', () => {
    const used = new Set([...samples.flatMap(({ file, attachment }) => [file, attachment ?? file]), 'counterpart-DE01.json', 'counterpart-US01.json', 'receipt.json']);
    expect(readdirSync(join(home, 'samples', 'demo')).filter((name) => !used.has(name))).toEqual([]);
  });

  it.each(['DE01', 'US01'])('suppliers, orders and receipts of %s have the form of the counterpart', (company) => {
    expect(seedSchema.parse(JSON.parse(stamped(home, `counterpart-${company}.json`, stamps))).companyCode).toBe(company);
  });
});
