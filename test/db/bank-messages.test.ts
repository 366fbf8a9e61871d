import { describe, expect, it } from 'vitest';
import { applyReturns, applyStatements } from '../../activities/payments/apply-entries.ts';
import { applyReport } from '../../activities/payments/apply-report.ts';
import type { PaymentParts } from '../../activities/payments/parts.ts';
import { recordRunEnd } from '../../activities/payments/record-run.ts';
import { inTransaction, sql } from '../../db/client.ts';
import { unaskedStatuses } from '../../db/repositories/bank-messages.ts';
import { openException, readException } from '../../db/repositories/exceptions.ts';
import { holdsOf, liftHold, listHolds } from '../../db/repositories/payables.ts';
import type { PaymentStatusReport } from '../../domain/model/bank-message.ts';
import type { StatementEntry } from '../../domain/model/bank-statement.ts';
import { auditOf } from '../support/evidence.ts';
import { describeWithDatabase } from '../support/services.ts';
import { useDatabase } from './fixtures.ts';
import { aPayment, booked, openCodes, place, stateOf, statementOf } from './payment-fixtures.ts';

describeWithDatabase('what the bank says, in the records', () => {
  const own = useDatabase();
  const read = (messageId: string, entries: StatementEntry[], advice = false) => inTransaction(own.db, (trx) => applyStatements(trx, place(messageId), { format: 'camt.053.001.08', statements: [statementOf(entries)], advice }));
  const report = (messageId: string, originalMessageId: string, changes: Partial<PaymentStatusReport>) =>
    inTransaction(own.db, (trx) => applyReport(trx, place(messageId), { kind: 'status-report', messageId, originalMessageId, batches: [], transfers: [], ...changes }));
  const heldBy = async (caseId: string) => (await holdsOf(own.db, 'DE01')).filter(({ subject, subjectId }) => subject === 'item' && subjectId === caseId).map(({ reason }) => reason);
  const placed = async (caseId: string) => (await listHolds(own.db, { entities: ['DE01'], open: null })).filter(({ subjectId }) => subjectId === caseId);

  describe('P8: a document whose money may have left is not paid again before a person has looked', () => {
    it('the debit of a payment that the bank rejected, in an advice and in the statement after it', async () => {
      const payment = await aPayment(own.db, 'debit-of-rejected', { state: 'rejected' });
      const debit = booked(-1000, 'B1', { endToEndId: payment.endToEndId });
      await read('advice-1', [debit], true);
      await read('statement-1', [debit]);
      expect(await stateOf(own.db, payment)).toBe('rejected');
      const [hold, ...more] = await placed(payment.caseId);
      expect([hold!.subject, hold!.reason, hold!.setBy, more]).toEqual(['item', `rejected-but-paid:${payment.endToEndId}`, 'counterpart:bank/DE01', []]);
      expect(await heldBy(payment.caseId)).toContain(`rejected-but-paid:${payment.endToEndId}`);
      expect(await auditOf(own.db, payment.caseId)).toContain('payment-hold.placed');

      await inTransaction(own.db, (trx) => liftHold(trx, hold!.id, { person: 'vera.noll', reason: 'The bank has taken its debit back' }));
      await read('statement-2', [debit]);
      expect(await heldBy(payment.caseId), 'the same debit again undoes no decision').not.toContain(hold!.reason);
      await read('statement-3', [booked(-1000, 'B2', { endToEndId: payment.endToEndId })]);
      expect(await heldBy(payment.caseId), 'another debit is another fact').toContain(hold!.reason);
    });

    it('settled after rejected: the status report holds it, once; when the bank says so again after the hold was lifted, it is held again', async () => {
      const payment = await aPayment(own.db, 'settled-after-rejected', { state: 'rejected' });
      const settled = { transfers: [{ endToEndId: payment.endToEndId, status: 'ACSC' }] };
      await report('report-1', payment.runId, settled);
      expect(await heldBy(payment.caseId)).toContain(`bank-contradiction:${payment.endToEndId}`);
      await report('report-2', payment.runId, settled);
      const [hold, ...more] = await placed(payment.caseId);
      expect(more).toEqual([]);
      await inTransaction(own.db, (trx) => liftHold(trx, hold!.id, { person: 'vera.noll', reason: 'The bank says that it was a mistake' }));
      expect(await heldBy(payment.caseId)).not.toContain(hold!.reason);
      await report('report-3', payment.runId, settled);
      expect(await heldBy(payment.caseId)).toContain(hold!.reason);
    });

    it.each(['returned', 'confirmed'])('a second debit of a payment that is %s', async (state) => {
      const payment = await aPayment(own.db, `twice-${state}`);
      await read(`first-${state}`, [booked(-1000, `T1-${state}`, { endToEndId: payment.endToEndId })]);
      if (state === 'returned') await inTransaction(own.db, (trx) => applyReturns(trx, place('r'), { kind: 'returns', messageId: 'r', returns: [{ endToEndId: payment.endToEndId, amount: { currency: 'EUR', minor: '1000' }, reasonCode: 'AC04' }] }));
      await read(`second-${state}`, [booked(-1000, `T2-${state}`, { endToEndId: payment.endToEndId })]);
      expect(await heldBy(payment.caseId)).toContain(`paid-twice:${payment.endToEndId}`);
    });

    it('nothing is held by a rejection, a booked debit or money that comes back', async () => {
      const [rejected, paid] = [await aPayment(own.db, 'plainly-rejected'), await aPayment(own.db, 'plainly-paid')];
      await report('report-4', rejected.runId, { groupStatus: 'RJCT', reasonCode: 'AC04' });
      await read('plain', [booked(-1000, 'P1', { endToEndId: paid.endToEndId })]);
      await read('plain-back', [booked(1000, 'P2', { endToEndId: paid.endToEndId, returnReason: 'AC04' })]);
      expect([await stateOf(own.db, rejected), await stateOf(own.db, paid)]).toEqual(['rejected', 'returned']);
      expect([...(await placed(rejected.caseId)), ...(await placed(paid.caseId))]).toEqual([]);
    });

    it('what people read says what was held and how it is lifted', async () => {
      const { rows } = (await own.db.raw(`select suggestion, owner_role as owner from exceptions where code = 'rejected-but-paid' limit 1`)) as { rows: { suggestion: string; owner: string }[] };
      expect(rows[0]).toMatchObject({ owner: 'treasurer', suggestion: expect.stringMatching(/on hold.*lift the holds/) });
      expect(await openCodes(own.db)).toEqual(expect.arrayContaining(['bank-contradiction', 'paid-twice', 'rejected-but-paid']));
    });
  });

  describe('P8: what comes before what it belongs to is not lost', () => {
    const back = (endToEndId: string, minor = 1000) => booked(minor, `back-${endToEndId}`, { endToEndId, returnReason: 'AC04' });
    const entryOf = async (reference: string) => (await sql<{ outcome: string; waits: boolean }>(own.db, `select outcome, waiting is not null as waits from bank_entries where reference = :reference`, { reference }))[0];
    const told = (endToEndId: string) => sql<{ kind: string }>(own.db, `select kind from inbound_events where source = 'payments' and id like :id order by id`, { id: `${endToEndId}/%` });
    const casesOf = (messageId: string) => sql<{ code: string; owner: string }>(own.db, `select code, owner_role as owner from exceptions where source ->> 'messageId' = :messageId order by code`, { messageId });

    it('a return that is read before its debit comes back when the debit is read, once', async () => {
      const payment = await aPayment(own.db, 'back-first');
      await read('credit-first', [back(payment.endToEndId)], true);
      expect([await stateOf(own.db, payment), await entryOf(`back-${payment.endToEndId}`)]).toEqual(['sent', { outcome: 'unmatched', waits: true }]);
      await read('debit-later', [booked(-1000, 'D1', { endToEndId: payment.endToEndId })]);
      expect([await stateOf(own.db, payment), await entryOf(`back-${payment.endToEndId}`)]).toEqual(['returned', { outcome: 'returns', waits: false }]);
      expect((await told(payment.endToEndId)).map(({ kind }) => kind).sort()).toEqual(['confirmed', 'returned']);
      await read('credit-again', [back(payment.endToEndId)]);
      expect(await casesOf('credit-again')).toEqual([]);
    });

    it('a return under less than was paid is a case when its debit is read', async () => {
      const payment = await aPayment(own.db, 'back-less');
      await read('less-first', [back(payment.endToEndId, 900)]);
      await read('less-debit', [booked(-1000, 'D2', { endToEndId: payment.endToEndId })]);
      expect([await stateOf(own.db, payment), await casesOf('less-debit')]).toEqual(['confirmed', [{ code: 'return-amount-differs', owner: 'treasurer' }]]);
    });

    it('of several returns in one entry each waits for its own debit', async () => {
      const [one, two] = [await aPayment(own.db, 'back-one'), await aPayment(own.db, 'back-two')];
      const details = [one, two].map(({ endToEndId }) => ({ endToEndId, amount: { currency: 'EUR', minor: '1000' }, references: {}, text: '', returnReason: 'AC04' }));
      await read('both-back', [booked(2000, 'both', { details, counterparty: { name: 'Muster GmbH' }, text: 'Rückgabe' })]);
      await read('one-debit', [booked(-1000, 'D3', { endToEndId: one.endToEndId })]);
      expect([await stateOf(own.db, one), await stateOf(own.db, two), await entryOf('both')]).toEqual(['returned', 'sent', { outcome: 'returns', waits: true }]);
      await read('two-debit', [booked(-1000, 'D4', { endToEndId: two.endToEndId })]);
      expect([await stateOf(own.db, two), await entryOf('both')]).toEqual(['returned', { outcome: 'returns', waits: false }]);
    });

    it('a message about the return of a payment that was not released is a case, and its document is held', async () => {
      const payment = await aPayment(own.db, 'unreleased', { state: 'approved' });
      await inTransaction(own.db, (trx) => applyReturns(trx, place('pacs-2'), { kind: 'returns', messageId: 'P-2', returns: [{ endToEndId: payment.endToEndId, amount: { currency: 'EUR', minor: '1000' }, reasonCode: 'AC04' }] }));
      expect([await stateOf(own.db, payment), await casesOf('pacs-2'), await heldBy(payment.caseId)]).toEqual(['approved', [{ code: 'paid-without-release', owner: 'treasurer' }], [`paid-without-release:${payment.endToEndId}`]]);
    });

    it('a message about the return of an unknown payment is a case with an owner', async () => {
      await inTransaction(own.db, (trx) => applyReturns(trx, place('pacs-1'), { kind: 'returns', messageId: 'P-1', returns: [{ endToEndId: 'NOBODYS', amount: { currency: 'EUR', minor: '1' }, reasonCode: 'AC04' }] }));
      expect(await casesOf('pacs-1')).toEqual([{ code: 'return-unmatched', owner: 'treasurer' }]);
    });

    it('the status of a whole file that no run has sent is a case with an owner; statuses of single payments wait', async () => {
      await report('whole', 'NO-RUN', { groupStatus: 'RJCT', batches: [{ paymentInformationId: 'NO-RUN-1', status: 'RJCT' }], transfers: [{ endToEndId: 'NOBODYS', status: 'RJCT' }] });
      await report('single', 'NO-RUN', { transfers: [{ endToEndId: 'NOBODYS', status: 'RJCT' }] });
      expect([await casesOf('whole'), await casesOf('single')]).toEqual([[{ code: 'report-unmatched', owner: 'treasurer' }], []]);
      expect((await unaskedStatuses(own.db, 'DE01')).map(({ messageId }) => messageId)).toEqual(['whole', 'single']);
    });

    it.each(['RJCT', 'ACSC'])('what the bank of another company says of our file (%s) is of no run of its own: our payment stays as it is', async (status) => {
      const payment = await aPayment(own.db, `of-another-${status}`);
      const messageId = `elsewhere-${status}`;
      const said = { groupStatus: status, batches: [], transfers: [{ endToEndId: payment.endToEndId, status }] };
      await inTransaction(own.db, (trx) => applyReport(trx, { ...place(messageId), entity: 'US01', source: 'bank/US01' }, { kind: 'status-report', messageId, originalMessageId: payment.runId, ...said }));
      expect([await stateOf(own.db, payment), await told(payment.endToEndId)]).toEqual(['sent', []]);
      expect(await casesOf(messageId)).toEqual([{ code: 'report-unmatched', owner: 'treasurer' }]);
      expect((await unaskedStatuses(own.db, 'US01')).map((waiting) => waiting.messageId)).toContain(messageId);
    });
  });

  it('SI-5: every statement of a message that cannot be counted on is a case of its own', async () => {
    const unfit = (account: string, number: string) => statementOf([], { account, number, findings: [{ code: 'unbalanced', message: 'It does not add up.' }] });
    await inTransaction(own.db, (trx) => applyStatements(trx, place('unfit'), { format: 'camt.053.001.08', statements: [unfit('DE89370400440532013000', '7'), unfit('DE89370400440532013000', '8'), unfit('DE02100100100006820101', '8')], advice: false }));
    expect(await sql(own.db, `select 1 from exceptions where source ->> 'messageId' = 'unfit' and code = 'statement-unbalanced'`)).toHaveLength(3);
  });

  it.each(['confirmed', 'partly-returned', 'rejected'] as const)('P8: a run that ends as %s has heard from the bank', async (state) => {
    const { runId } = await aPayment(own.db, `silent-${state}`);
    await inTransaction(own.db, (trx) => openException(trx, { id: `${runId}-e-silent`, entity: 'DE01', case: runId, origin: 'payment', code: 'bank-silent', reasonCode: 'PAY', title: 'Silent', findings: [], ownerRole: 'treasurer', dueAt: place('x').dueAt }));
    await recordRunEnd({ db: own.db, now: () => new Date() } as unknown as PaymentParts, { entity: 'DE01', caseId: runId, correlationId: runId, state });
    expect(await readException(own.db, `${runId}-e-silent`)).toMatchObject({ state: 'resolved', resolution: 'bank-answered' });
  });
});
