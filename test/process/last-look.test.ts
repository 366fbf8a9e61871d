import { afterAll, beforeAll, expect, it } from 'vitest';
import { createPaymentFile } from '../../activities/payments/create-payment-file.ts';
import type { PaymentParts } from '../../activities/payments/parts.ts';
import { giveBack, takeOutUnpayable } from '../../activities/payments/take-out-unpayable.ts';
import { inTransaction } from '../../db/client.ts';
import { recordInbound } from '../../db/repositories/inbound.ts';
import { liftHold, listHolds, openPayables, placeHold } from '../../db/repositories/payables.ts';
import { paymentEventSource } from '../../db/repositories/payment-events.ts';
import { exclusionsOf, readRun } from '../../db/repositories/payment-runs.ts';
import { instructionsOf, paymentsOfCase, saveScreening } from '../../db/repositories/payments.ts';
import { auditOf } from '../support/evidence.ts';
import { outcomeOf } from '../support/people.ts';
import { describeWithServices } from '../support/services.ts';
import { workingHouse, type WorkingHouse } from '../support/working-house.ts';

/** P6: between the proposal and the file much may happen to a document; what is not to be paid any more never reaches the bank, and what is at the bank cannot be taken back. */
describeWithServices('the last look before money leaves, on real parts', () => {
  let house: WorkingHouse['house'];
  let they: WorkingHouse['they'];
  let pay: WorkingHouse['pay'];
  let dispose: WorkingHouse['dispose'];

  beforeAll(async () => {
    ({ house, they, pay, dispose } = await workingHouse());
  });
  afterAll(() => dispose());

  const approved = async () => {
    const runId = await pay.proposed();
    await they.decide(runId, 'clara.winter', 'approve');
    await house.stage(runId, 'release');
    return runId;
  };
  const release = (runId: string) => they.decide(runId, 'vera.noll', 'approve', { update: 'release' });
  const screened = (runId: string) => inTransaction(house.db, async (trx) => saveScreening(trx, runId, (await instructionsOf(trx, runId)).map(({ endToEndId }) => ({ endToEndId, state: 'clear', reference: 'S-1', at: new Date().toISOString() }))));
  const transfers = async () => (await house.sandbox.bankLedger()).payments.length;

  it('what the bank has can be neither withdrawn nor corrected, and is told why', async () => {
    const caseId = await pay.posted('6');
    const { runId } = await pay.sent();
    expect(await outcomeOf(they.withdraw(caseId, 'anna.berg'))).toBe('payment-under-way');
    expect(await outcomeOf(they.say(caseId, { update: 'correct', decision: 'correct', person: 'petra.lang', payload: { correction: { note: 'x' } } }))).toBe('payment-under-way');
    await pay.bankDays(6);
    await house.ended(caseId, 'paid');
    await house.ended(runId, 'confirmed');
    expect(await paymentsOfCase(house.db, caseId)).toMatchObject([{ state: 'confirmed' }]);
  });

  it('a document that was withdrawn after the approval takes its transfer out; the other documents of the transfer are paid by the next run', async () => {
    const before = await transfers();
    const [gone, wanted] = [await pay.posted('4'), await pay.posted('2')];
    const runId = await approved();
    expect(await instructionsOf(house.db, runId), 'one transfer for both').toHaveLength(1);
    expect(await they.withdraw(gone, 'anna.berg')).toMatchObject({ effect: 'withdrawn' });
    await house.ended(gone, 'withdrawn');
    await release(runId);
    await house.ended(runId, 'cancelled');
    expect(await transfers(), 'nothing has left').toBe(before);
    const [taken] = await instructionsOf(house.db, runId);
    expect(taken).toMatchObject({ state: 'removed', removedReason: `Document ${gone} is not to be paid any more: it was withdrawn or refused, or is not posted.` });
    expect(await auditOf(house.db, runId)).toContain('payment-run.payments-removed');

    const { runId: next, payment } = await pay.sent();
    expect(payment.instruction.items).toEqual([wanted]);
    await pay.bankDays(6);
    await house.ended(wanted, 'paid');
    await house.ended(next, 'confirmed');
    expect((await house.sandbox.bankLedger()).payments.slice(before).map(({ amount }) => amount.minor)).toEqual(['8568']);
  });

  it('a hold that was placed after the approval takes the payment out of this run and keeps it out of the next, until it is lifted', async () => {
    const caseId = await pay.posted('5');
    const runId = await approved();
    const { supplierId, instruction: { account } } = (await instructionsOf(house.db, runId))[0]!;
    await inTransaction(house.db, (trx) => placeHold(trx, { id: 'test-hold', entity: 'DE01', subject: 'bank-account', subjectId: `${supplierId}/${account.id}`, reason: 'payment-returned', setBy: 'system:payments' }));
    const before = await transfers();
    await release(runId);
    await house.ended(runId, 'cancelled');
    expect((await instructionsOf(house.db, runId)).map(({ removedReason }) => removedReason)).toEqual(['The bank account is on hold: payment-returned.']);
    const next = await pay.open();
    await house.ended(next, 'cancelled');
    expect((await exclusionsOf(house.db, next)).map(({ code }) => code)).toContain('hold-account');
    expect(await transfers()).toBe(before);

    await inTransaction(house.db, (trx) => liftHold(trx, 'test-hold', { person: 'lars.thoma', reason: 'Called the supplier back' }));
    expect(await listHolds(house.db, { entities: null, open: true })).toEqual([]);
    await pay.sent();
    await pay.bankDays(6);
    await house.ended(caseId, 'paid');
  });

  it('what a clerk clears in part in the ERP after the approval is not in the file, also where the ERP answers late; the rest of the run is paid', async () => {
    const [cleared, wanted] = [await pay.posted('1', { remittance: 'RF18539007547034' }), await pay.posted('8')];
    const before = await transfers();
    const runId = await approved();
    expect(await instructionsOf(house.db, runId), 'a transfer each').toHaveLength(2);
    const documentNo = (await house.caseWhen(cleared, () => true)).progress.postings[0]!.reference!;
    const { vendorNo } = (await house.sandbox.ledger()).documents.find((found) => found.documentNo === documentNo)!;
    await house.sandbox.post('/erp/DE01/outgoing-payments', { vendorNo, postingDate: '2026-11-20', currencyCode: 'EUR', bankRef: 'by hand', settles: [{ documentNo, amount: '40.00' }] });
    await house.sandbox.post('/_sandbox/faults', { kind: 'fail-before-commit', route: 'erp.openitems.read', times: 2 });
    await release(runId);
    await pay.untilSent(runId);
    const taken = (await instructionsOf(house.db, runId)).filter(({ state }) => state === 'removed').map(({ instruction, reasonCode }) => [instruction.items[0], reasonCode]);
    expect(taken).toEqual([[cleared, 'differs-in-erp']]);
    await pay.bankDays(6);
    await house.ended(wanted, 'paid');
    await house.ended(runId, 'confirmed');
    expect((await house.sandbox.bankLedger()).payments.slice(before).map(({ amount }) => amount.minor)).toEqual(['34272']);
  });

  it('C4: what a credit has settled in full is not payable, although its process has not heard of it yet', async () => {
    const caseId = await pay.posted('3');
    const payable = async () => (await openPayables(house.db, 'DE01', [caseId])).length;
    expect(await payable()).toBe(1);
    await inTransaction(house.db, (trx) => recordInbound(trx, { source: paymentEventSource, entity: 'DE01', events: [{ id: `credit-${caseId}`, kind: 'credited', payload: { caseId } }] }));
    expect(await payable()).toBe(0);
    expect(await outcomeOf(they.withdraw(caseId, 'anna.berg')), 'nor can it be taken back any more').toBe('already-decided');
  });

  it('P7: a file is not kept when another attempt has given its documents back meanwhile', async () => {
    const caseId = await pay.posted('9');
    const runId = await approved();
    await screened(runId);
    let back: Promise<void> | undefined;
    const file = { messageId: runId, fileName: `${runId}.xml`, mediaType: 'application/xml', format: 'pain.001', text: '<file/>', transfers: 1, controlSum: '1.00' };
    const bankOf = () => ((back = giveBack({ db: house.db }, { caseId: runId })), { port: { writeFile: () => file } });
    const parts = { db: house.db, now: () => new Date(), erpOf: () => ({ port: {} }), bankOf } as unknown as PaymentParts;
    await expect(createPaymentFile(parts, { entity: 'DE01', caseId: runId, correlationId: 'c' }, () => undefined)).rejects.toMatchObject({ code: 'effect-in-progress' });
    await back;
    expect((await readRun(house.db, runId))?.fileSha256).toBeNull();
    expect(await they.withdraw(caseId, 'anna.berg')).toMatchObject({ effect: 'withdrawn' });
    await release(runId);
    await house.ended(runId, 'cancelled');
  });

  it('while no file can be written nothing is with the bank: people may decide about the documents, and the next try looks again', async () => {
    const caseId = await pay.posted('7');
    const runId = await approved();
    await screened(runId);
    await takeOutUnpayable({ db: house.db, now: () => new Date(), erpOf: () => ({ port: {} }) } as unknown as PaymentParts, { entity: 'DE01', caseId: runId }, () => undefined);
    expect(await outcomeOf(they.withdraw(caseId, 'anna.berg'))).toBe('payment-under-way');
    await giveBack({ db: house.db }, { caseId: runId });
    expect(await they.withdraw(caseId, 'anna.berg')).toMatchObject({ effect: 'withdrawn' });
    await house.ended(caseId, 'withdrawn');
    const before = await transfers();
    await release(runId);
    await house.ended(runId, 'cancelled');
    expect(await transfers()).toBe(before);
  });
});
