import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nachaConfigSchema } from '../../../adapters/bank/nacha/config.ts';
import { allNachaFaults, writeNacha } from '../../../adapters/bank/nacha/write-nacha.ts';
import { readNacha } from '../../../documents/statements/nacha/read-nacha.ts';
import { readNacha as readAtSandbox } from '../../../sandbox/bank/nacha-file.ts';
import type { PaymentOrder } from '../../../domain/model/payment-order.ts';
import { sepaOrder, transferOf, type Transfer } from './orders.ts';

type Document = Transfer['documents'][number];

const config = nachaConfigSchema.parse({ immediateDestination: '021000021', immediateOrigin: '1234567890', originName: 'SAMPLE INDUSTRIES', transport: { kind: 'http', baseUrl: 'http://bank.invalid' } });
const usd = (minor: string) => ({ currency: 'USD', minor });
const invoice = (number: string, minor = '100'): Document => ({ number, class: 'invoice', issueDate: '2026-11-01', amount: usd(minor) });
const credit = (number: string, minor = '10'): Document => ({ ...invoice(number, minor), class: 'credit-note' });

let count = 0;

/** An entry over these documents to an account of its own. */
function paying(documents: Document[], changes: Partial<Transfer> = {}): Transfer {
  const minor = documents.reduce((sum, document) => sum + (document.class === 'invoice' ? 1n : -1n) * BigInt(document.amount.minor), 0n);
  return { ...transferOf(`C${++count}`, minor.toString(), 'USD'), creditor: { name: 'Lakeside Paper Company' }, creditorAccount: { account: '000123456789', routingNumber: '071000013' }, documents, ...changes };
}

function orderOver(...batches: Transfer[][]): PaymentOrder {
  const order = sepaOrder({
    batch: { method: 'ach' },
    order: { messageId: 'RUN-7', createdAt: '2026-11-23T09:05:00.000Z', debtor: { name: 'Sample Industries Inc.' }, debtorAccount: { id: 'main', holder: 'Sample Industries Inc.', currency: 'USD', account: '1234567890', routingNumber: '021000021', calendar: 'fed' } },
  });
  return { ...order, batches: batches.map((transfers, index) => ({ ...order.batches[0]!, paymentInformationId: `P-${index}`, transfers })) };
}

const linesOf = (order: PaymentOrder, entryClass: 'CCD' | 'PPD' = 'CCD') => writeNacha(order, { ...config, entryClass }).text.slice(0, -1).split('\n');
/** The text of the addenda that follow an entry, without a gap between them. */
const addendaText = (lines: string[], identification: string): string => {
  const entry = lines.findIndex((line) => line.startsWith('6') && line.slice(39, 54).trim() === identification);
  const rest = lines.slice(entry + 1);
  return rest.slice(0, rest.findIndex((line) => !line.startsWith('7'))).map((line) => line.slice(3, 83)).join('').trimEnd();
};

describe('P5: an entry of many documents', () => {
  const six = [...Array.from({ length: 4 }, (_, index) => invoice(`INVOICE-2026-${index}`)), credit('CREDIT-2026-4'), credit('CREDIT-2026-5')];

  it('is one of class CTX, with a transaction set of one segment a document, column by column', () => {
    const transfer = paying(six, { endToEndId: 'E-CTX', creditorReference: 'ACCT 77*1' });
    const lines = linesOf(orderOver([transfer]));
    const set = [
      'ST*820*0001', 'BPR*C*3.80*C*ACH*CTX***********20261124', 'TRN*1*E-CTX', 'REF*ZZ*ACCT 77-1', 'N1*PR*Sample Industries Inc.', 'N1*PE*Lakeside Paper Company', 'ENT*1',
      'RMR*IV*INVOICE-2026-0**1.00', 'RMR*IV*INVOICE-2026-1**1.00', 'RMR*IV*INVOICE-2026-2**1.00', 'RMR*IV*INVOICE-2026-3**1.00', 'RMR*CM*CREDIT-2026-4**-0.10', 'RMR*CM*CREDIT-2026-5**-0.10', 'SE*14*0001',
    ].map((segment) => `${segment}\\`).join('');
    const parts = set.match(/.{1,80}/g) ?? [];
    expect(parts).toHaveLength(5);
    expect(readNacha(`${lines.join('\n')}\n`)).toMatchObject({ problems: [], statements: [{ entries: [{ text: set, counterparty: { name: 'Lakeside Paper C' } }] }] });
    expect(lines).toEqual([
      '101 02100002112345678902611230905F094101                       SAMPLE INDUSTRIES              ',
      '5220Sample Industrie                    1234567890CTXVENDOR PAY      261124   1021000020000001',
      '622071000013000123456789     0000000380E-CTX          0005Lakeside Paper C    1021000020000001',
      ...parts.map((part, index) => `705${part.padEnd(80)}000${index + 1}0000001`),
      '82200000060007100001000000000000000000000380' + '1234567890                         021000020000001',
      '9000001000001000000060007100001000000000000000000000380' + ' '.repeat(39),
    ]);
  });

  it('leaves the others of its batch in theirs, and batches, entries and traces count on', () => {
    const lines = linesOf(orderOver([paying([invoice('A-1')]), paying(six), paying([invoice('A-2')])], [paying([invoice('B-1')])]));
    expect(lines.filter((line) => line.startsWith('5')).map((line) => [line.slice(50, 53), line.slice(87)])).toEqual([['CCD', '0000001'], ['CTX', '0000002'], ['CCD', '0000003']]);
    expect(lines.filter((line) => line.startsWith('6')).map((line) => line.slice(87))).toEqual(['0000001', '0000002', '0000003', '0000004']);
    expect(lines.find((line) => /^9(?!9)/.test(line))?.slice(1, 7)).toBe('000003');
  });

  it('that one addenda holds stays one of class CCD', () => {
    const lines = linesOf(orderOver([paying([invoice('A-1'), credit('A-2')])]));
    expect(lines[1]?.slice(50, 53)).toBe('CCD');
    expect(lines[3]?.slice(3, 83).trim()).toBe('RMR*IV*A-1**1.00\\RMR*CM*A-2**-0.10\\');
  });

  it('to a person, who gets one addenda, tells how many documents there are besides', () => {
    const lines = linesOf(orderOver([paying(six, { creditorReference: 'ACCT 77*1' })]), 'PPD');
    expect(lines[1]?.slice(50, 53)).toBe('PPD');
    expect(lines[3]?.slice(3, 83).trim()).toBe('REF*ZZ*ACCT 77-1\\RMR*IV*INVOICE-2026-0**1.00\\NTE*ZZZ*5 MORE\\');
    const one = linesOf(orderOver([paying([invoice('INVOICE-2026-7')], { creditorReference: 'Z'.repeat(50) })]), 'PPD');
    expect(one[3]?.slice(3, 83).trim()).toBe('RMR*IV*INVOICE-2026-7**1.00\\');
    const few = linesOf(orderOver([paying([invoice('INVOICE-2026-7'), invoice('Y'.repeat(50))], { creditorReference: 'Z'.repeat(50) })]), 'PPD');
    expect(few[3]?.slice(3, 83).trim()).toBe('RMR*IV*INVOICE-2026-7**1.00\\NTE*ZZZ*1 MORE\\');
    const long = linesOf(orderOver([paying([invoice('X'.repeat(50), '999999999'), invoice('Y'.repeat(50), '999999999')], { creditorReference: 'Z'.repeat(50) })]), 'PPD');
    expect(long[3]?.slice(3, 83).trim()).toBe(`REF*ZZ*${'Z'.repeat(50)}\\NTE*ZZZ*2 MORE\\`);
  });

  it('a number that is too long for its element is told in full beside it', () => {
    const transfer = paying([invoice(`N${'9'.repeat(120)}`)], { endToEndId: 'E-LONG' });
    expect(addendaText(linesOf(orderOver([transfer])), 'E-LONG')).toContain(`RMR*IV*SEE NOTE**1.00\\NTE*ZZZ*N${'9'.repeat(79)}\\NTE*ZZZ*${'9'.repeat(41)}\\`);
  });

  it('a quoted text that is too long ends with a whole word', () => {
    const transfer = paying([invoice('INVOICE-2026-7')], { endToEndId: 'E-QUOTE', creditorReference: 'Customer 4711 '.repeat(6) });
    expect(addendaText(linesOf(orderOver([transfer])), 'E-QUOTE')).toContain(`REF*ZZ*${'Customer 4711 '.repeat(3)}Customer\\N1*`);
  });

  it('tells what is withheld of each', () => {
    const taxed = [1, 2, 3].map((index) => ({ ...invoice(`TAXED-${index}`), withheld: usd('15') }));
    const transfer = paying(taxed, { endToEndId: 'E-TAX' });
    expect(addendaText(linesOf(orderOver([transfer])), 'E-TAX')).toContain('RMR*IV*TAXED-3**1.00\\NTE*ZZZ*TAX WITHHELD 0.15\\SE*13*0001\\');
  });

  it('random entries tell every document, read back, and count by their real number', () =>
    fc.assert(
      fc.property(fc.array(fc.array(some, { minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 3 }), (batches) => {
        const order = orderOver(...batches.map((entries) => entries.map(({ numbers, reference }) => paying([invoice('FIRST-1', '9999'), ...numbers.map(([number, isCredit]) => (isCredit ? credit(number, '1') : invoice(number)))], reference === null ? {} : { creditorReference: reference }))));
        const lines = linesOf(order);
        expect(lines.every((line) => /^[\x20-\x7e]{94}$/.test(line)) && lines.length % 10 === 0).toBe(true);
        for (const { transfers } of order.batches) {
          for (const { documents, endToEndId } of transfers) {
            const text = addendaText(lines, endToEndId.slice(0, 15));
            expect([...text.matchAll(/RMR\*(IV|CM)\*([^*]+)\*\*-?[\d.]+\\/g)].map(([, kind, number]) => [kind, number])).toEqual(documents.map(({ class: kind, number }) => [kind === 'invoice' ? 'IV' : 'CM', number]));
            const set = /ST\*.*SE\*(\d+)\*0001\\/.exec(text);
            if (set) expect(set[0].split('\\').length - 1).toBe(Number(set[1]));
          }
        }
        counts(lines);
        const read = readNacha(`${lines.join('\n')}\n`);
        expect(read.problems).toEqual([]);
        const entries = read.statements.flatMap((statement) => statement.entries);
        const transfers = order.batches.flatMap((batch) => batch.transfers);
        const byId = (id: string | undefined) => transfers.find(({ endToEndId }) => endToEndId.slice(0, 15) === id)!;
        expect(entries).toHaveLength(transfers.length);
        for (const { references, amount, counterparty, text } of entries) {
          const { amount: ordered, documents } = byId(references.customer);
          expect([amount.minor, counterparty?.name]).toEqual([ordered.minor, text.startsWith('ST*') ? 'Lakeside Paper C' : 'Lakeside Paper Company']);
          for (const { number } of documents) expect(text).toContain(`*${number}**`);
        }
        const atBank = readAtSandbox(lines.join('\n'), 'RUN-7').instructions;
        expect(atBank.map(({ endToEndId, remittance }) => [endToEndId, remittance])).toEqual(entries.map(({ references, text }) => [references.customer, [text]]));
        expect(atBank.map(({ creditor }) => creditor.name)).toEqual(entries.map(({ counterparty }) => counterparty?.name));
      }),
      { numRuns: 60 },
    ));

  it('of more than 9,999 addenda is refused', () => {
    const many = Array.from({ length: 30_000 }, (_, index) => invoice(`INVOICE-2026-${index}`));
    expect(allNachaFaults(orderOver([paying(many)]), config).map(({ path }) => path)).toEqual(['batches[0].transfers[0].documents']);
  });

  it('the sandbox bank refuses an entry whose addenda are not as many as it says', () => {
    const text = linesOf(orderOver([paying(six, { endToEndId: 'E-CTX' })])).join('\n');
    expect(() => readAtSandbox(text.replace(/E-CTX {10}\d{4}/, 'E-CTX          0009'), 'RUN-7')).toThrow(/0009 addenda, there are \d/);
  });
});

const some = fc.record({
  numbers: fc.array(fc.tuple(fc.stringMatching(/^[A-Z]([ -]?[A-Z0-9]){1,14}$/), fc.boolean()), { maxLength: 15, size: 'max' }),
  reference: fc.option(fc.stringMatching(/^[A-QS-Z0-9][A-Z0-9]{0,29}$/)),
});

/** Every stated count against the lines that are there. */
function counts(lines: string[]): void {
  const records = lines.filter((line) => !/^9{94}$/.test(line));
  let [addenda, entries, batch] = [0, 0, ''];
  let stated: number | undefined;
  const ended = () => {
    if (stated !== undefined) expect(addenda).toBe(stated);
    stated = undefined;
  };
  for (const line of records) {
    if (line.startsWith('7')) {
      entries += 1;
      addenda += 1;
      expect(Number(line.slice(83, 87))).toBe(addenda);
      continue;
    }
    ended();
    if (line.startsWith('5')) [entries, batch] = [0, line.slice(50, 53)];
    if (line.startsWith('6')) {
      entries += 1;
      addenda = 0;
      stated = batch === 'CTX' ? Number(line.slice(54, 58)) : 1;
    }
    if (line.startsWith('8')) expect(Number(line.slice(4, 10))).toBe(entries);
  }
  expect(Number(records.at(-1)?.slice(13, 21))).toBe(records.filter((line) => /^[67]/.test(line)).length);
}
