import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { openExceptionsOf } from '../../db/repositories/exceptions.ts';
import { holdsOf } from '../../db/repositories/payables.ts';
import { exclusionsOf, readRun } from '../../db/repositories/payment-runs.ts';
import { bookingKey, instructionsOf } from '../../db/repositories/payments.ts';
import { isStepKept } from '../../db/repositories/recorded-steps.ts';
import type { Progress } from '../../domain/model/progress.ts';
import { auditOf, historyOf } from '../support/evidence.ts';
import { outcomeOf } from '../support/people.ts';
import { describeWithServices } from '../support/services.ts';
import { workingHouse, type WorkingHouse } from '../support/working-house.ts';

type Found = Awaited<ReturnType<WorkingHouse['house']['caseWhen']>>;
const ended = (state: string) => (found: Found) => found.case.state === state;
const stage = (name: string) => (found: Found) => found.case.stage === name;

describeWithServices('payment run, on the real server, database, ERP, bank and screening service', () => {
  let house: WorkingHouse['house'];
  let they: WorkingHouse['they'];
  let pay: WorkingHouse['pay'];
  let dispose: WorkingHouse['dispose'];

  beforeAll(async () => {
    ({ house, they, pay, dispose } = await workingHouse());
  });
  beforeEach(() => house.sandbox.clearFaults());
  afterAll(() => dispose());

  const atBank = async (endToEndId: string) => (await house.sandbox.bankLedger({ endToEndId })).payments;
  /** A look at the bank that began after now and has booked whatever it found to book. */
  const wholeLook = async () => {
    const since = new Date().toISOString();
    await expect.poll(async () => {
      await house.client.schedule.getHandle('sched/bank-messages/DE01').trigger();
      for await (const { workflowId } of house.client.workflow.list({ query: `WorkflowType = 'bankMessages' and ExecutionStatus = 'Completed' and StartTime > '${since}'` })) return workflowId;
      return undefined;
    }, { timeout: 60_000, interval: 500 }).toBeDefined();
  };
  const inErp = async (key: string) => (await house.sandbox.ledger({ externalReference: key })).documents;

  it('pays what is due once; the document is paid when the bank has booked it, and the ERP knows', async () => {
    const caseId = await pay.posted('4');
    const { runId, payment } = await pay.sent();
    expect(payment).toMatchObject({ amount: { currency: 'EUR', minor: '17136' } });
    expect(await readRun(house.db, runId)).toMatchObject({ sendState: 'sent', approver: 'clara.winter', releasers: ['vera.noll'] });
    const before = await house.caseWhen(caseId, () => true);
    expect(before.case.state, 'sent is not paid').toBe('running');
    const key = bookingKey(payment);
    await expect.poll(async () => (await instructionsOf(house.db, runId)).map(({ state }) => state), { timeout: 20_000 }).toEqual(['in-process']);
    await wholeLook();
    expect(await inErp(key), 'accepted is not booked').toEqual([]);

    await pay.bankDays(6);
    await house.caseWhen(caseId, ended('paid'));
    await house.caseWhen(runId, ended('confirmed'));
    expect((await auditOf(house.db, caseId)).slice(-2)).toEqual(['invoice.event-received', 'invoice.ended']);
    expect(await isStepKept(house.db, caseId, 'recordEnd'), 'the end is recorded with the news, not in a step of its own').toBe(false);
    expect(await atBank(payment.endToEndId)).toMatchObject([{ state: 'booked', amount: { minor: '17136' } }]);
    await expect.poll(async () => (await inErp(key)).map(({ docType, grossValue }) => [docType, grossValue]), { timeout: 20_000 }).toEqual([['PAY', '171.36']]);
    expect(await auditOf(house.db, runId)).toEqual(expect.arrayContaining(['payment-run.opened', 'payment-run.proposed', 'payment-run.screened', 'payment-run.filed', 'payment-run.posting', 'payment-run.payments-moved', 'payment-run.ended']));
    expect((await historyOf(house, (await house.caseWhen(runId, () => true)).case.workflowId)).events).toBeLessThan(120);
  });

  it('P6: whoever proposed may not approve, whoever approved may not release; taking a payment out voids the approval', async () => {
    await pay.posted('2');
    const runId = await pay.proposed();
    expect(await outcomeOf(they.decide(runId, 'vera.noll', 'approve'))).toBe('not-permitted');
    expect(await outcomeOf(they.decide(runId, 'clara.winter', 'approve'))).toBe('accepted');
    await house.caseWhen(runId, stage('release'));
    expect(await outcomeOf(they.decide(runId, 'clara.winter', 'approve', { update: 'release' }))).toBe('not-permitted');
    const [payment] = await instructionsOf(house.db, runId);
    const { contentHash } = (await readRun(house.db, runId))!;
    const taken = they.say(runId, { update: 'removeItem', decision: 'removeItem', person: 'anna.berg', decisionHash: contentHash!, payload: { endToEndIds: [payment!.endToEndId], reason: 'The supplier asked to wait' } });
    expect(await outcomeOf(taken)).toBe('accepted');
    await house.caseWhen(runId, ended('cancelled'));
    expect(await atBank(payment!.endToEndId)).toEqual([]);
  });

  it('P7: the document that one run holds is in no other; a dry run shows it and holds nothing', async () => {
    const shown = await pay.open({ dryRun: true });
    await house.caseWhen(shown, ended('cancelled'));
    const [seen] = await instructionsOf(house.db, shown);
    const first = await pay.proposed();
    const second = await pay.open();
    await house.caseWhen(second, ended('cancelled'));
    expect((await exclusionsOf(house.db, second)).map(({ code }) => code)).toContain('in-other-run');
    const [held] = await instructionsOf(house.db, first);
    expect(held!.endToEndId, 'the id belongs to the open items, not to the run').toBe(seen!.endToEndId);
    await they.say(first, { update: 'cancel', decision: 'cancel', person: 'anna.berg', payload: { reason: 'Opened by mistake' } });
    await house.caseWhen(first, ended('cancelled'));
    const third = await pay.proposed();
    expect((await instructionsOf(house.db, third))[0]!.endToEndId).toBe(held!.endToEndId);
    await they.say(third, { update: 'cancel', decision: 'cancel', person: 'anna.berg', payload: { reason: 'Opened by mistake' } });
    await house.caseWhen(third, ended('cancelled'));
  });

  it('F25: what the ERP has cleared by itself is not paid; it is a difference with an owner', async () => {
    const caseId = await pay.posted('6');
    const open = await house.caseWhen(caseId, () => true);
    const documentNo = open.progress.postings[0]!.reference!;
    const document = (await house.sandbox.ledger()).documents.find((found) => found.documentNo === documentNo)!;
    await house.sandbox.post('/erp/DE01/outgoing-payments', { vendorNo: document.vendorNo, postingDate: '2026-11-20', currencyCode: 'EUR', bankRef: 'by hand', settles: [{ documentNo, amount: document.openValue }] });
    const shown = await pay.open({ dryRun: true });
    await house.caseWhen(shown, ended('cancelled'));
    expect((await openExceptionsOf(house.db, caseId)).map(({ code }) => code), 'a dry run only shows').toEqual([]);
    for (const _again of [1, 2]) {
      const runId = await pay.open();
      const found = await house.caseWhen(runId, ({ case: { stage: at, closedAt } }) => at === 'approval' || closedAt !== undefined);
      expect((await exclusionsOf(house.db, runId)).filter((one) => one.caseId === caseId).map(({ code }) => code)).toContain('cleared-in-erp');
      expect((await openExceptionsOf(house.db, caseId)).map(({ code, ownerRole }) => [code, ownerRole])).toEqual([['erp-cleared-unpaid', 'ap-lead']]);
      if (found.case.closedAt) continue;
      await they.say(runId, { update: 'cancel', decision: 'cancel', person: 'anna.berg', payload: { reason: 'Only looked' } });
      await house.caseWhen(runId, ended('cancelled'));
    }
  });

  it('P1: what a clerk has cleared in part or blocked in the ERP is not proposed; another amount is a difference with an owner', async () => {
    const [partly, blocked] = [await pay.posted('1'), await pay.posted('7')];
    const numberOf = async (caseId: string) => (await house.caseWhen(caseId, () => true)).progress.postings[0]!.reference!;
    const documentNo = await numberOf(partly);
    const { vendorNo } = (await house.sandbox.ledger()).documents.find((found) => found.documentNo === documentNo)!;
    await house.sandbox.post('/erp/DE01/outgoing-payments', { vendorNo, postingDate: '2026-11-20', currencyCode: 'EUR', bankRef: 'by hand', settles: [{ documentNo, amount: '12.84' }] });
    const block = async (payBlock: '' | 'R') => house.sandbox.post(`/erp/DE01/supplier-invoices/${await numberOf(blocked)}/payment-block`, { payBlock });
    await block('R');
    const runId = await pay.open();
    await house.caseWhen(runId, ({ case: { stage: at, closedAt } }) => at === 'approval' || closedAt !== undefined);
    const reasons = (await exclusionsOf(house.db, runId)).filter(({ caseId }) => caseId === partly || caseId === blocked).map(({ caseId, code }) => [caseId, code]);
    expect(reasons.sort()).toEqual([[partly, 'differs-in-erp'], [blocked, 'blocked-in-erp']].sort());
    expect((await openExceptionsOf(house.db, partly)).map(({ code, ownerRole, title }) => [code, ownerRole, title])).toEqual([['erp-open-differs', 'ap-lead', 'The document is open for 42.84 EUR here and for 30.00 EUR in the ERP.']]);
    expect((await openExceptionsOf(house.db, blocked)).map(({ code, ownerRole }) => [code, ownerRole])).toEqual([['erp-blocked', 'ap-lead']]);
    await block('');
    const { case: run } = await house.caseWhen(runId, () => true);
    if (!run.closedAt) await they.say(runId, { update: 'cancel', decision: 'cancel', person: 'anna.berg', payload: { reason: 'Only looked' } });
    await house.caseWhen(runId, ended('cancelled'));
    await they.withdraw(blocked, 'anna.berg');
    await house.caseWhen(blocked, ended('withdrawn'));
  });

  it('F3: the bank took the file and the answer was lost: the outcome is unknown, the bank is asked, nothing is sent twice', async () => {
    await house.sandbox.post('/_sandbox/faults', { kind: 'drop-response', route: 'bank.files.post', times: 1 });
    const runId = await pay.proposed();
    await pay.release(runId);
    await pay.untilSent(runId);
    const [payment] = await instructionsOf(house.db, runId);
    expect(await auditOf(house.db, runId)).toContain('payment-run.posting');
    const { files } = await house.sandbox.bankLedger();
    expect(files.filter(({ messageId }) => messageId === runId)).toHaveLength(1);
    expect((await house.sandbox.requests(runId)).map(({ route }) => route)).toEqual(expect.arrayContaining(['bank.files.post', 'bank.files.find']));
    await pay.bankDays(6);
    await house.caseWhen(runId, ended('confirmed'));
    expect(await atBank(payment!.endToEndId)).toHaveLength(1);
  });

  it('P8: a rejected payment opens the document again with a case, and the next attempt has another end-to-end id', async () => {
    const caseId = await pay.posted('3');
    await pay.behave({ kind: 'reject', when: 'receipt', reason: 'AC04', times: 1 });
    const { runId, payment } = await pay.sent();
    await house.caseWhen(runId, ended('rejected'));
    const open = await house.caseWhen(caseId, stage('payment-rejected'));
    expect(open.progress.exceptions).toMatchObject([{ code: 'payment-rejected', owner: 'ap-lead' }]);
    expect(await atBank(payment.endToEndId)).toMatchObject([{ state: 'rejected' }]);
    const held = await pay.open();
    await house.caseWhen(held, ended('cancelled'));
    expect((await exclusionsOf(house.db, held)).map(({ code }) => code), 'nothing is retried by itself').toContain('hold-item');

    expect(await outcomeOf(they.resolve(caseId, 'lars.thoma', 'retry'))).toBe('accepted');
    await house.caseWhen(caseId, stage('posted'));
    const again = await pay.sent();
    expect(again.payment.endToEndId).not.toBe(payment.endToEndId);
    await pay.bankDays(6);
    await house.caseWhen(caseId, ended('paid'));
  });

  it('P8: money that comes back after days opens the paid document again, holds the account and takes the booking back', async () => {
    const caseId = await pay.posted('5');
    const { payment } = await pay.sent();
    await pay.bankDays(6);
    await house.caseWhen(caseId, ended('paid'));
    const key = bookingKey(payment);
    const booking = async () => (await inErp(key)).map(({ status }) => status);
    await expect.poll(booking, { timeout: 20_000 }).toEqual(['POSTED']); // what comes back earlier was never booked there
    await house.sandbox.post('/_sandbox/bank/returns', { endToEndId: payment.endToEndId, reason: 'AC04' });
    await pay.bankDays(2);
    const reopened = await house.caseWhen(caseId, stage('payment-returned'));
    expect(reopened.case).toMatchObject({ state: 'running' });
    const shown = () => house.client.workflow.getHandle(reopened.case.workflowId).query<Progress>('progress');
    await expect.poll(async () => (await shown()).stage, { timeout: 20_000 }).toBe('payment-returned');
    expect((await house.caseWhen(caseId, () => true)).case.stage, 'an assessment does not hide that somebody has to look').toBe('payment-returned');
    expect((await shown()).postings, 'the process knows what its first run did').toEqual(reopened.progress.postings);
    expect(reopened.progress.postings.map(({ status }) => status)).toContain('posted');
    expect((await openExceptionsOf(house.db, caseId)).map(({ code }) => code)).toEqual(['payment-returned']);
    expect((await holdsOf(house.db, 'DE01')).filter(({ subject }) => subject === 'bank-account')).toHaveLength(1);
    await expect.poll(booking, { timeout: 20_000 }).toEqual(['REVERSED']);
  });
});
