import { beforeAll, expect, it } from 'vitest';
import { applyStatements } from '../../activities/payments/apply-entries.ts';
import type { PaymentParts } from '../../activities/payments/parts.ts';
import { reconcilePayments } from '../../activities/payments/reconcile-payments.ts';
import { readSandboxSet } from '../../bin/services/sandbox-set.ts';
import { inTransaction, sql } from '../../db/client.ts';
import { saveFileIds } from '../../db/repositories/payments.ts';
import { seedSandbox } from '../../db/seed.ts';
import type { BankStatement, StatementEntry } from '../../domain/model/bank-statement.ts';
import { readSettings } from '../../temporal-config/settings.ts';
import { describeWithDatabase } from '../support/services.ts';
import { useDatabase } from './fixtures.ts';
import { aPayment, booked, place, statementOf, stateOf, type SentPayment } from './payment-fixtures.ts';

const sister = 'DE02100100100006820101';

describeWithDatabase('P8: entries of other accounts, and batches that are taken back, in the records', () => {
  const own = useDatabase();
  beforeAll(() => seedSandbox(own.db, readSandboxSet(readSettings().home)));

  const read = (messageId: string, entries: StatementEntry[], { format = 'camt.053.001.08', ...changes }: Partial<BankStatement> & { format?: string } = {}) =>
    inTransaction(own.db, (trx) => applyStatements(trx, place(messageId), { format, statements: [statementOf(entries, { number: messageId, ...changes })], advice: true }));
  const compare = () => reconcilePayments({ db: own.db, now: () => new Date('2026-11-21T06:00:00.000Z'), erpOf: () => ({ port: {} }) } as unknown as PaymentParts, { entity: 'DE01' }, { attempt: 1, beat: () => undefined });
  const casesOf = async (messageId: string) => {
    const rows = await sql<{ code: string; owner: string }>(own.db, `select code, owner_role as owner from exceptions where state = 'open' and (source ->> 'messageId' = :messageId or source ->> 'subject' in (select identity from bank_entries where message_id = :messageId)) order by code`, { messageId });
    return rows.map(({ code, owner }) => `${code} ${owner}`);
  };
  const outcomeOf = async (messageId: string) => (await sql<{ outcome: string }>(own.db, `select outcome from bank_entries where message_id = :messageId`, { messageId }))[0]?.outcome;
  const inBatch = (batch: string, payments: SentPayment[]) =>
    inTransaction(own.db, async (trx) => {
      for (const { runId, endToEndId } of payments) await saveFileIds(trx, runId, [{ endToEndId, paymentInformationId: batch, instructionId: `I-${endToEndId}` }]);
    });

  it('the receipt of a sister company, whose account the same bank tells of, returns nothing and is nobody’s case', async () => {
    const payment = await aPayment(own.db, 'to-sister');
    const receipt = booked(1000, 'S1', { endToEndId: payment.endToEndId, code: 'PMNT/RCDT/ESCT' });
    await read('sister-first', [receipt], { account: sister });
    await read('our-debit', [booked(-1000, 'O1', { endToEndId: payment.endToEndId })]);
    await read('sister-again', [{ ...receipt, references: { bank: 'S2' }, returnReason: 'AC04' }], { account: sister });
    expect([await stateOf(own.db, payment), await outcomeOf('sister-first'), await outcomeOf('sister-again')]).toEqual(['confirmed', 'unmatched', 'unmatched']);
    await compare();
    expect([await casesOf('sister-first'), await casesOf('sister-again')]).toEqual([[], []]);
  });

  it('a debit of another account that quotes our id confirms nothing, and somebody asks', async () => {
    const payment = await aPayment(own.db, 'other-debit');
    await read('other-debit', [booked(-1000, 'S3', { endToEndId: payment.endToEndId })], { account: sister });
    await compare();
    expect([await stateOf(own.db, payment), await casesOf('other-debit')]).toEqual(['sent', ['debit-unexplained treasurer']]);
  });

  it.each([
    ['camt.053.001.08', 'confirmed', ['credit-unexplained ap-lead', 'credit-unmarked treasurer']],
    ['mt940', 'returned', []],
    ['bai2', 'returned', []],
  ])('a credit with our id that nothing marks, in %s: %s', async (format, state, cases) => {
    const payment = await aPayment(own.db, `unmarked-${format}`);
    await read(`debit-${format}`, [booked(-1000, `D-${format}`, { endToEndId: payment.endToEndId })]);
    await read(`credit-${format}`, [booked(1000, `C-${format}`, { endToEndId: payment.endToEndId })], { format });
    await compare();
    expect([await stateOf(own.db, payment), await casesOf(`credit-${format}`)]).toEqual([state, cases]);
  });

  it('a whole batch that is taken back returns its payments; with another sum it is a case of an owner', async () => {
    const payments = [await aPayment(own.db, 'batch-1'), await aPayment(own.db, 'batch-2')];
    await inBatch('RUN-1', payments);
    const batch = (minor: number, reference: string, changes: Partial<StatementEntry> = {}) => booked(minor, reference, { references: { bank: reference, paymentInformation: 'RUN-1' }, transactions: 2, ...changes });
    const states = async () => [await stateOf(own.db, payments[0]!), await stateOf(own.db, payments[1]!)];
    await read('batch-debit', [batch(-2000, 'BD')]);
    expect(await states()).toEqual(['confirmed', 'confirmed']);
    await read('batch-less', [batch(1900, 'BL', { reversal: true })]);
    await compare();
    expect([await states(), await casesOf('batch-less')]).toEqual([['confirmed', 'confirmed'], ['batch-return-unexplained treasurer', 'credit-unexplained ap-lead']]);
    await read('batch-back', [batch(2000, 'BB', { reversal: true })]);
    await compare();
    expect([await states(), await outcomeOf('batch-back'), await casesOf('batch-back')]).toEqual([['returned', 'returned'], 'returns', []]);
  });

  it('a payment in another currency is confirmed by what was ordered, and the daily comparison agrees', async () => {
    const payment = await aPayment(own.db, 'dollars');
    await sql(own.db, `update payment_instructions set currency = 'USD' where end_to_end_id = :endToEndId`, { endToEndId: payment.endToEndId });
    await read('dollars', [booked(-920, 'U1', { endToEndId: payment.endToEndId, instructed: { currency: 'USD', minor: '-1000' } })]);
    await compare();
    expect([await stateOf(own.db, payment), await casesOf('dollars')]).toEqual(['confirmed', []]);
  });
});
