import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openBank } from '../../../adapters/registry.ts';
import { createAdapterTools } from '../../../adapters/tools/exchange.ts';
import { createGuard } from '../../../adapters/tools/guard.ts';
import { readNacha } from '../../../documents/statements/nacha/read-nacha.ts';
import type { PaymentOrder } from '../../../domain/model/payment-order.ts';
import { isRoutingNumber, routingCheckDigit } from '../../../domain/rules/payments/routing-number.ts';
import { describeBankContract } from '../contracts/bank.ts';
import { startDialectBank } from './dialect-bank.ts';
import { sepaOrder, transferOf, type Transfer } from './orders.ts';

const patient = { limits: { breaker: { failures: 1_000, openMs: 1 }, rate: { perSecond: 10_000, burst: 10_000 } } };
const settings = { immediateDestination: '021000021', immediateOrigin: '1234567890', originName: 'SAMPLE INDUSTRIES', transport: { kind: 'http', baseUrl: 'http://bank.invalid' } };

describeBankContract('nacha over HTTP', async () => {
  const counterpart = await startDialectBank();
  const transport = { kind: 'http', baseUrl: counterpart.url, timeoutMs: 2_000 };
  return { ...openBank('nacha', { ...settings, transport }, createAdapterTools(), createGuard(patient)), order: achOrder, counterpart };
}, { faults: true, payees: 'not-answered' });

const { bank } = openBank('nacha', settings, createAdapterTools(), createGuard());

describe('ACH credit files', () => {
  it('P7: a file of two entries, column by column', () => {
    const order = achOrder();
    const { text, transfers, controlSum, fileName } = bank.writeFile({ ...order, messageId: 'RUN-7', createdAt: '2026-11-23T09:05:00.000Z' });
    expect({ transfers, controlSum, fileName }).toEqual({ transfers: 2, controlSum: '3001.00', fileName: 'RUN-7.ach' });
    const [first, second] = order.batches[0]!.transfers as [Transfer, Transfer];
    expect(text.split('\n')).toEqual([
      '101 02100002112345678902611230905F094101                       SAMPLE INDUSTRIES              ',
      '5220Sample Industrie                    1234567890CCDVENDOR PAY      261124   1021000020000001',
      `622071000013000123456789     0000100050${first.endToEndId.padEnd(15)}Lieferant GmbH          1021000020000001`,
      `${`705RMR*IV*${first.documents[0]?.number}**1000.50\\`.padEnd(83)}00010000001`,
      `632071000013000123456789     0000200050${second.endToEndId.padEnd(15)}Lieferant GmbH          1021000020000002`,
      `${`705RMR*IV*${second.documents[0]?.number}**2000.50\\`.padEnd(83)}00010000002`,
      '82200000040014200002000000000000000000300100' + '1234567890                         021000020000001',
      '9000001000001000000040014200002000000000000000000300100' + ' '.repeat(39),
      '9'.repeat(94),
      '9'.repeat(94),
      '',
    ]);
  });

  it('random orders read back as the same payments, with counts, hash and totals that hold', () => {
    fc.assert(
      fc.property(fc.array(fc.array(entries, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 4 }), (batches) => {
        const order = achOrder();
        let at = 0;
        const withBatches: PaymentOrder = {
          ...order,
          batches: batches.map((transfers, index) => ({ ...order.batches[0]!, paymentInformationId: `P-${index}`, transfers: transfers.map(({ cents, name, routing, account }) => achTransfer(`R${++at}`, { cents, name, routing, account })) })),
        };
        const file = bank.writeFile(withBatches);
        const lines = file.text.slice(0, -1).split('\n');
        expect(lines.every((line) => /^[\x20-\x7e]{94}$/.test(line))).toBe(true);
        expect(lines.length % 10).toBe(0);
        const read = readNacha(file.text);
        expect(read.problems).toEqual([]);
        expect(read.statements.map(({ entries: all }) => all.map(({ amount, references, counterparty }) => ({ minor: amount.minor, id: references.customer, bank: counterparty?.bank, account: counterparty?.account })))).toEqual(
          withBatches.batches.map(({ transfers }) => transfers.map(({ amount, endToEndId, creditorAccount }) => ({ minor: amount.minor, id: endToEndId, bank: creditorAccount.routingNumber, account: creditorAccount.account }))),
        );
      }),
    );
  });

  it('credit notes are taken off', () => {
    const documents = [['INV-1', 'invoice', '700'], ['CM-1', 'credit-note', '100']].map(([number, kind, minor]) => ({ number: number!, class: kind as 'invoice' | 'credit-note', issueDate: '2026-11-01', amount: { currency: 'USD', minor: minor! } }));
    const text = bank.writeFile(achOrder({ transfer: { amount: { currency: 'USD', minor: '600' }, documents } })).text;
    expect(text).toContain('RMR*IV*INV-1**7.00\\RMR*CM*CM-1**-1.00\\');
  });

  it('names of any script become ASCII of their columns', () => {
    const { text } = bank.writeFile(achOrder({ transfer: { creditor: { name: 'Señor Łukasz Ångström & Company, Inc.' } } }));
    expect(text).toContain('Senor Lukasz Angstrom ');
  });

  it.each<[string, Parameters<typeof achOrder>[0], string]>([
    ['a currency other than USD', { transfer: { amount: { currency: 'EUR', minor: '100' }, documents: transferOf('x', '100').documents } }, 'batches[0].transfers[0].amount.currency'],
    ['more than ten columns of cents', { transfer: transferWith('10000000000') }, 'batches[0].transfers[0].amount'],
    ['a routing number with a wrong check digit', { transfer: { creditorAccount: { account: '1', routingNumber: '071000012' } } }, 'batches[0].transfers[0].creditorAccount.routingNumber'],
    ['no routing number', { transfer: { creditorAccount: { account: '1' } } }, 'batches[0].transfers[0].creditorAccount.routingNumber'],
    ['an account that is too long', { transfer: { creditorAccount: { account: '123456789012345678', routingNumber: '071000013' } } }, 'batches[0].transfers[0].creditorAccount.account'],
    ['a name without a letter', { transfer: { creditor: { name: '\u200b \u0007' } } }, 'batches[0].transfers[0].creditor.name'],
    ['another method', { batch: { method: 'sepa' } }, 'batches[0].method'],
    ['a payer without a short number', { order: { debtorAccount: { id: 'main', holder: 'x', currency: 'USD', account: '12345678901', routingNumber: '021000021', calendar: 'fed' } } }, 'debtorAccount.account'],
    ['a payer whose routing number is wrong', { order: { debtorAccount: { id: 'main', holder: 'x', currency: 'USD', account: '1', routingNumber: '021000022', calendar: 'fed' } } }, 'debtorAccount.routingNumber'],
  ])('%s is refused', (_, changes, path) => {
    expect(() => bank.writeFile(achOrder(changes))).toThrow(expect.objectContaining({ code: 'payment-file-invalid', place: { path } }));
  });

  it('two ids that agree in the 15 columns of an entry are refused', () => {
    const order = achOrder();
    order.batches[0]!.transfers[0]!.endToEndId = 'SAMEFIFTEENCHAR-1';
    order.batches[0]!.transfers[1]!.endToEndId = 'SAMEFIFTEENCHAR-2';
    expect(() => bank.writeFile(order)).toThrow(/begin with the same 15 characters/);
  });

  it('totals that no control record can hold are refused', () => {
    const order = achOrder();
    order.batches[0]!.transfers = Array.from({ length: 101 }, (_, index) => achTransfer(`B${index}`, { cents: 9_999_999_999n, name: 'x', routing: '071000013', account: '1' }));
    expect(() => bank.writeFile(order)).toThrow(expect.objectContaining({ code: 'payment-file-invalid', place: { path: 'batchControl/credit' } }));
  });

  it.each([['021000021', true], ['071000013', true], ['021000022', false], ['000000000', false], ['02100002', false], ['0210000211', false]])('routing number %s: %s', (text, valid) => expect(isRoutingNumber(text)).toBe(valid));
});

const entries = fc.record({
  cents: fc.bigInt({ min: 1n, max: 9_999_999_999n }),
  name: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).filter((text) => /[A-Za-z]/.test(text.slice(0, 10))),
  routing: fc.stringMatching(/^[01]\d{7}$/).filter((bank) => bank !== '00000000').map((bank8) => `${bank8}${routingCheckDigit(bank8)}`),
  account: fc.stringMatching(/^[A-Za-z0-9]{1,17}$/),
});

function achTransfer(id: string, { cents, name, routing, account }: { cents: bigint; name: string; routing: string; account: string }): Transfer {
  return { ...transferOf(id, cents.toString(), 'USD'), creditor: { name }, creditorAccount: { account, routingNumber: routing } };
}

function transferWith(minor: string): Partial<Transfer> {
  const { amount, documents } = transferOf('x', minor, 'USD');
  return { amount, documents };
}

function achOrder(changes: Parameters<typeof sepaOrder>[0] = {}): PaymentOrder {
  const id = sepaOrder().runId.slice(4);
  const transfers = [1, 2].map((at): Transfer => ({
    ...transferOf(`${id}-${at}`, `${at}00050`, 'USD'),
    creditorAccount: { account: '000123456789', routingNumber: '071000013', kind: at === 1 ? 'checking' : 'savings' },
    ...(at === 1 ? changes.transfer : {}),
  }));
  return sepaOrder({
    batch: { method: 'ach', transfers, ...changes.batch },
    order: { debtor: { name: 'Sample Industries Inc.' }, debtorAccount: { id: 'main', holder: 'Sample Industries Inc.', currency: 'USD', account: '1234567890', routingNumber: '021000021', calendar: 'fed' }, ...changes.order },
  });
}
