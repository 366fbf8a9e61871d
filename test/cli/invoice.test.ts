import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { samplePath, sampleText } from '../documents/invoice/public-files.ts';

const kontor = fileURLToPath(new URL('../../bin/kontor.mjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'kontor-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));

function invoice(...files: string[]) {
  const run = spawnSync(process.execPath, [kontor, 'invoice', ...files], { encoding: 'utf8' });
  const lines = run.stdout.trim() === '' || run.stdout.startsWith('Usage') ? [] : run.stdout.trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
  return { status: run.status, lines, stdout: run.stdout, stderr: run.stderr };
}

describe('kontor invoice', () => {
  it('prints one line a file with the fields that people need', () => {
    const { status, lines } = invoice(samplePath('invoice.ubl.xml'), samplePath('invoice.x12'));
    expect(status).toBe(0);
    expect(lines).toMatchObject([
      {
        file: samplePath('invoice.ubl.xml'),
        ok: true,
        format: { syntax: 'ubl' },
        invoice: {
          number: 'PL-2026-0871',
          class: 'invoice',
          issueDate: '2026-10-05',
          dueDate: '2026-11-04',
          currency: 'EUR',
          seller: { name: 'Papierhof Lindau GmbH', vatId: 'DE811907980' },
          buyer: { name: 'Kontor Nord GmbH' },
          totals: Object.fromEntries(Object.entries({ net: '19720', tax: '3747', gross: '23467', prepaid: '0', rounding: '0', payable: '23467' }).map(([name, minor]) => [name, { currency: 'EUR', minor }])),
        },
        findings: [],
        warnings: [],
      },
      { ok: true, format: { syntax: 'x12' } },
    ]);
  });

  it('exits 1 when any file was refused, and still reads the others', () => {
    const { status, lines } = invoice(samplePath('refused/not-a-number.xml'), join(folder, 'absent.xml'), folder, samplePath('invoice.edi'));
    expect(status).toBe(1);
    expect(lines).toMatchObject([
      { ok: false, problem: { code: 'invoice-amount-malformed', place: { line: 35 } } },
      { ok: false, problem: { code: 'document-unreadable' } },
      { ok: false, problem: { code: 'document-unreadable' } },
      { ok: true },
    ]);
  });

  it('goes by content, whatever the name says', () => {
    copyFileSync(samplePath('invoice.pdf'), join(folder, 'photo.jpg'));
    copyFileSync(samplePath('invoice.edi'), join(folder, 'invoice.xml'));
    expect(invoice(join(folder, 'photo.jpg'), join(folder, 'invoice.xml')).lines).toMatchObject([{ format: { syntax: 'pdf-cii' } }, { format: { syntax: 'edifact' } }]);
  });

  it('totals that do not foot are findings, not a refusal', () => {
    const file = join(folder, 'totals.xml');
    writeFileSync(file, sampleText('invoice.ubl.xml').replace('>234.67</cbc:PayableAmount>', '>999.99</cbc:PayableAmount>'));
    const { status, lines } = invoice(file);
    expect(status).toBe(0);
    expect(lines).toMatchObject([{ ok: true, invoice: { totals: { payable: { minor: '99999' } } }, findings: [{ rule: 'BR-CO-16', expected: { currency: 'EUR', minor: '23467' } }] }]);
  });

  it('shows no character that would change the look of the line', () => {
    const file = join(folder, 'bidi.xml');
    writeFileSync(file, sampleText('invoice.ubl.xml').replace('Papierhof', 'Papier\u202ehof'));
    const { stdout, lines } = invoice(file);
    expect(stdout).not.toContain('\u202e');
    expect(lines).toMatchObject([{ invoice: { seller: { name: 'Papier\u202ehof Lindau GmbH' } }, warnings: [{ code: 'text-suspicious' }] }]);
  });

  it('explains itself', () => {
    expect(invoice('--help')).toMatchObject({ status: 0, stdout: expect.stringContaining('kontor invoice FILE') });
    expect(invoice()).toMatchObject({ status: 2, stderr: expect.stringContaining('kontor invoice FILE') });
  });
});
