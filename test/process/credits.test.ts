import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { PayablesParts } from '../../activities/accounts-payable/parts.ts';
import { recordAssessment } from '../../activities/accounts-payable/record-assessment.ts';
import { inTransaction, sql } from '../../db/client.ts';
import { latestAssessment } from '../../db/repositories/assessments.ts';
import { openException } from '../../db/repositories/exceptions.ts';
import { recordInbound } from '../../db/repositories/inbound.ts';
import { openPayables } from '../../db/repositories/payables.ts';
import { auditOf } from '../support/evidence.ts';
import { openHouse, type House } from '../support/house.ts';
import { billed, submit } from '../support/invoices.ts';
import { outcomeOf, people } from '../support/people.ts';
import { describeWithServices } from '../support/services.ts';

/** Credits of paid and unpaid invoices (C1 to C5). */
const line = (quantity: string) => ({ orderNumber: '4500000118', orderLine: '10', quantity, price: '10.00' });

describeWithServices('credit notes', () => {
  let house: House;
  let they: ReturnType<typeof people>;

  beforeAll(async () => {
    house = await openHouse();
    they = people(house);
    await house.startWorker();
    await house.firstPoll('DE01');
  });
  afterAll(() => house.dispose());

  const posted = async (number: string, quantity: string) => {
    const { caseId } = await submit(house.db, billed({ number, lines: [line(quantity)] }));
    return house.stage(caseId, 'posted');
  };
  const credit = async (number: string, preceding: string, quantity: string) => (await submit(house.db, billed({ number, class: 'credit-note', preceding: [preceding], lines: [line(quantity)] }))).caseId;
  const approve = async (caseId: string) => {
    await house.stage(caseId, 'approval');
    await they.decide(caseId, 'lars.thoma', 'approve');
    return house.caseWhen(caseId, ({ case: { state } }) => state !== 'running');
  };
  const pay = async (caseId: string, workflowId: string) => {
    const eventId = `pay-${caseId}`;
    await inTransaction(house.db, (trx) => recordInbound(trx, { source: 'payments', entity: 'DE01', events: [{ id: eventId, kind: 'confirmed', payload: { caseId, status: 'confirmed', reference: 'STMT-1' } }] }));
    await house.client.workflow.getHandle(workflowId).signal('paymentStatus', { eventId });
    return house.ended(caseId, 'paid');
  };
  const documentOf = async (key: string) => (await house.sandbox.ledger({ externalReference: key })).documents[0];

  it('C3, C5: a return is credited after its own approval; the order line falls by what came back; the case ends credited', async () => {
    const invoice = await posted('C-100', '10');
    await house.sandbox.post('/erp/DE01/material-documents', { movementType: '122', orderNo: '4500000118', itemNo: '10', qty: '1993', postingDate: '2026-11-17', postedBy: 'petra.lang' });
    const caseId = await credit('CN-1', 'C-100', '3');
    const found = await approve(caseId);
    expect(found.case.state).toBe('credited');
    const { payable, credit: effect } = (await latestAssessment(house.db, caseId))!.result;
    expect(payable).toEqual({ currency: 'EUR', minor: '-3570' });
    expect(effect).toMatchObject({ kind: 'quantity', against: invoice.case.id, settlement: 'reduces-open' });
    expect(await documentOf(found.progress.postings[0]!.key)).toMatchObject({ docType: 'CRM', status: 'POSTED', payableValue: '35.70' });
    expect((await house.caseWhen(invoice.case.id, () => true)).case.state).toBe('running');
    await house.sandbox.post('/erp/DE01/material-documents', { movementType: '101', orderNo: '4500000118', itemNo: '10', qty: '1993', postingDate: '2026-11-18', postedBy: 'petra.lang' });
  });

  it('C4: a full credit of an unpaid invoice closes both without a payment', async () => {
    const invoice = await posted('C-200', '21');
    const caseId = await credit('CN-2', 'C-200', '21');
    await house.stage(caseId, 'exception');
    await they.correct(caseId, 'lars.thoma', { creditKind: 'goodwill' });
    await house.stage(caseId, 'approval');
    const task = await they.openTask(caseId);
    await they.decide(caseId, task.candidatePersons[0] ?? 'oskar.lind', 'approve', { task });
    const found = await house.ended(caseId, 'credited');
    expect((await latestAssessment(house.db, caseId))!.result.credit).toMatchObject({ settlement: 'closes-both' });
    const closed = await house.ended(invoice.case.id, 'credited');
    expect(closed.progress.postings).toMatchObject([{ status: 'posted' }]);
    expect(await auditOf(house.db, invoice.case.id)).toContain('invoice.event-received');
    expect(found.progress.postings).toHaveLength(1);

    // Had the invoice ended otherwise, the credit would be the supplier's debt, and be offset.
    const offsets = async () => (await openPayables(house.db, 'DE01', [caseId])).map(({ caseId: id }) => id);
    expect(await offsets()).toEqual([]);
    await sql(house.db, `update cases set outcome = 'rejected' where id = :id`, { id: invoice.case.id });
    expect(await offsets()).toEqual([caseId]);
    await sql(house.db, `update cases set outcome = 'credited' where id = :id`, { id: invoice.case.id });

    // A step that is carried out again, or late, sees the end that it led to; what the credit has settled meanwhile is not held against it.
    const judged = (await latestAssessment(house.db, caseId))!;
    const again = await recordAssessment({ db: house.db, now: () => new Date() } as PayablesParts, { entity: 'DE01', caseId, correlationId: 'test', factsId: judged.factsId });
    expect(again).toMatchObject({ disposition: 'posted', assessmentId: judged.id, class: 'credit-note', transitions: [] });
    expect(await latestAssessment(house.db, caseId)).toEqual({ ...judged, ageMs: expect.any(Number) });
  });

  it('C4: a credit of a paid invoice leaves a debit balance; the payment stays what it was', async () => {
    const invoice = await posted('C-300', '33');
    await pay(invoice.case.id, invoice.case.workflowId);
    const caseId = await credit('CN-3', 'C-300', '33');
    await house.stage(caseId, 'exception');
    await they.correct(caseId, 'anna.berg', { creditKind: 'goodwill' });
    await approve(caseId);
    expect((await latestAssessment(house.db, caseId))!.result.credit).toMatchObject({ kind: 'goodwill', settlement: 'debit-balance' });
    expect((await house.caseWhen(invoice.case.id, () => true)).case.state).toBe('paid');
  });

  it('C1, C2: a credit without a reference, and credits above their invoice, stop with an owner', async () => {
    const none = await submit(house.db, billed({ class: 'credit-note', lines: [line('2')] }));
    const first = await house.stage(none.caseId, 'exception');
    expect(first.progress.exceptions.map(({ owner }) => owner)).toContain('ap-clerk');
    expect((await latestAssessment(house.db, none.caseId))!.result.findings.map(({ code }) => code)).toContain('credit-without-reference');
    await posted('C-400', '4');
    const more = await credit('CN-4', 'C-400', '5');
    await house.stage(more, 'exception');
    expect((await latestAssessment(house.db, more))!.result.findings.map(({ code }) => code)).toContain('credit-exceeds-invoice');
  });

  it('C4: a credit that counted before its invoice was posted closes the invoice as soon as it is posted', async () => {
    const { caseId, workflowId } = await submit(house.db, billed({ lines: [{ quantity: '1', price: '450.00', name: 'Strom' }], seller: { name: 'Stadtwerke Musterstadt GmbH', vatId: 'DE142900886' }, iban: 'DE21500999000010000106' }));
    await house.stage(caseId, 'approval');
    const eventId = `credit-${(await posted('C-600', '1')).case.id}`; // of something that stands posted
    await inTransaction(house.db, (trx) => recordInbound(trx, { source: 'payments', entity: 'DE01', events: [{ id: eventId, kind: 'credited', payload: { caseId, status: 'credited', reference: 'CRM-77' } }] }));
    await house.client.workflow.getHandle(workflowId).signal('paymentStatus', { eventId });
    await vi.waitUntil(async () => (await auditOf(house.db, caseId)).includes('invoice.event-received'), { timeout: 60_000, interval: 100 });
    for (let task = await they.openTask(caseId); (await they.decide(caseId, task.candidatePersons[0] ?? 'karl.brandt', 'approve', { task })).effect !== 'complete'; ) task = await they.openTask(caseId);
    expect((await house.ended(caseId, 'credited')).progress.postings).toHaveLength(1);
  });

  it('nobody decides anything of a document while the ERP is asked to post it', async () => {
    await posted('C-500', '6');
    const caseId = await credit('CN-5', 'C-500', '6');
    await house.stage(caseId, 'exception');
    await they.correct(caseId, 'anna.berg', { creditKind: 'goodwill' });
    const { case: { workflowId, documentHash, correlationId } } = await house.stage(caseId, 'approval');
    await house.sandbox.post('/_sandbox/faults', { kind: 'fail-before-commit', route: 'erp.invoices.post', status: 503, probability: 1, seed: 1 });
    const task = await they.openTask(caseId);
    await they.decide(caseId, task.candidatePersons[0] ?? 'lars.thoma', 'approve', { task });
    const isAsked = async () => ((await house.client.workflow.getHandle(workflowId).describe()).raw.pendingActivities ?? []).length > 0;
    await vi.waitUntil(isAsked, { timeout: 60_000, interval: 100 });
    const id = `${caseId}-p-postToErp-1`;
    await inTransaction(house.db, (trx) => openException(trx, {
      id, entity: 'DE01', case: caseId, workflowId, origin: 'technical', code: 'counterpart-unavailable', reasonCode: 'OTH', actionCode: 'NOA', title: 'Parked', suggestion: 'Wait.',
      findings: [], ownerRole: 'operator', dueAt: new Date().toISOString(), documentHash, correlationId,
    }));
    expect(await outcomeOf(they.say(caseId, { update: 'resolveException', decision: 'reject', person: 'anna.berg', exception: id, reasonCode: 'OTH', payload: { reason: 'not wanted', target: 'supplier' } }))).toBe('step-in-progress');
    const retries = they.say(caseId, { update: 'resolveException', decision: 'retry', person: 'anna.berg', exception: id, payload: { reason: 'Try again' } });
    expect(await outcomeOf(retries), 'of a step that has not parked').toBe('step-in-progress');
    await house.sandbox.clearFaults();
    await house.ended(caseId, 'credited');
  });
});
