import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { toInvoiceBody } from '../../adapters/erp/sandbox/translate.ts';
import { inTransaction, sql } from '../../db/client.ts';
import { latestAssessment } from '../../db/repositories/assessments.ts';
import { appendAudit } from '../../db/repositories/audit.ts';
import type { Transition } from '../../domain/model/transition.ts';
import { openHouse, type House } from '../support/house.ts';
import { billed, submit } from '../support/invoices.ts';
import { people } from '../support/people.ts';
import { describeWithServices } from '../support/services.ts';
import { judge } from './invariants.ts';

/**
 * A judge that never complains is worthless: each defect is planted in a healthy house, one after the other, and has to be
 * seen. They stay where they are, so what is new in each judgement is what counts.
 */
describeWithServices('the judge of the fault tests', () => {
  let house: House;
  let caseId: string;
  let key: string;
  let approved: string;
  let known = new Set<string>();

  beforeAll(async () => {
    house = await openHouse();
    const they = people(house);
    const worker = await house.startWorker();
    await house.firstPoll('DE01');
    const first = billed({ lines: [{ orderNumber: '4500000118', orderLine: '10', quantity: '11', price: '10.00' }] });
    caseId = (await submit(house.db, first)).caseId;
    key = (await house.stage(caseId, 'posted')).progress.postings[0]!.key;
    const energy = billed({ lines: [{ quantity: '1', price: '420.00', name: 'Strom' }], seller: { name: 'Stadtwerke Musterstadt GmbH', vatId: 'DE142900886' }, iban: 'DE21500999000010000106' });
    approved = (await submit(house.db, energy)).caseId;
    await house.stage(approved, 'approval');
    const task = await they.openTask(approved);
    await they.decide(approved, task.candidatePersons[0]!, 'approve', { task });
    await house.stage(approved, 'posted');
    await worker.stop();
  });
  afterAll(() => house.dispose());

  /** Complaints that were not there before. */
  const news = async (more: string[] = [], drainMs = 0) => {
    const { broken } = await judge(house, [caseId, approved, ...more], drainMs);
    const fresh = broken.filter((sentence) => !known.has(sentence));
    known = new Set([...known, ...broken]);
    return fresh;
  };
  /** Their invariants. */
  const complaints = async (more: string[] = [], drainMs = 0) => [...new Set((await news(more, drainMs)).map((sentence) => sentence.slice(0, 2)))].sort();
  /** What a worker without `once` would do: send again, without an enquiry. */
  const sendAgain = async (externalReference: string) => {
    const { posting } = (await latestAssessment(house.db, caseId))!.result;
    await house.sandbox.post('/erp/DE01/supplier-invoices', toInvoiceBody({ ...posting!, externalReference, correlationId: 'planted' }));
  };
  /** Past the triggers that guard the tables. */
  const asSuperuser = (statement: string, bindings: Record<string, unknown> = {}) => inTransaction(house.db, async (trx) => {
    await sql(trx, `set local session_replication_role = replica`);
    await sql(trx, statement, bindings);
  });
  /** As a genuine part of the chain. */
  const tell = (of: string, { kind, ...data }: Transition, decisionHash?: string) =>
    inTransaction(house.db, (trx) => appendAudit(trx, 'DE01', [{ action: `invoice.${kind}`, actor: 'system:planted', case: of, correlationId: 'planted', data, ...(decisionHash ? { decisionHash } : {}) }]));
  const tellPayment = (action: string, reference: string) =>
    inTransaction(house.db, (trx) => appendAudit(trx, 'DE01', [{ action, actor: 'system:planted', case: caseId, correlationId: 'planted', data: { key: reference, endToEndId: reference.split(':')[2], reference: '1', amount: { currency: 'EUR', minor: '13090' } } }]));
  const at = () => new Date().toISOString();
  const versionOf = async (id: string) => (await latestAssessment(house.db, id))!.decisionHash as string;
  const approval = async (by: string): Promise<Transition> => ({ kind: 'decided', at: at(), subject: 'planted', by, decision: 'approve', documentHash: 'planted', decisionHash: await versionOf(approved), policyVersion: 'planted' });

  it('is content with a healthy house', async () => {
    expect(await complaints([], 10_000)).toEqual([]);
  });

  it('I1: a document that was accepted and lost', async () => {
    expect(await complaints(['DE01-26-999999'])).toEqual(['I1']);
  });

  it('I2, I7: a second document under a key, sent without an enquiry', async () => {
    await sendAgain(key);
    expect(await complaints()).toEqual(['I2', 'I7']);
  });

  it('I2, I3: a second document of a supplier\'s number under a key of its own', async () => {
    await sendAgain('ap-invoice:random');
    expect(await complaints()).toEqual(['I2', 'I3']);
  });

  it('I3, I8: a posting that the chain tells of and the counterpart does not know', async () => {
    await tell(caseId, { kind: 'posting', at: at(), system: 'erp:sandbox', key: 'ap-invoice:invented', status: 'posted', reference: '1', amount: { currency: 'EUR', minor: '13090' } }, await versionOf(caseId));
    expect(await complaints()).toEqual(['I3', 'I8']);
  });

  it('I3: a release that the chain tells of and the counterpart has not carried out', async () => {
    const { progress: { postings: [posted] } } = await house.caseWhen(caseId, () => true);
    const reference = posted!.reference!;
    await house.sandbox.post(`/erp/DE01/supplier-invoices/${reference}/payment-block`, { externalRef: 'planted', payBlock: 'R' });
    expect(await complaints()).toEqual([]);
    await tell(caseId, { kind: 'posting', at: at(), system: 'erp:sandbox', key, status: 'released', reference }, await versionOf(caseId));
    expect(await complaints()).toContain('I3');
  });

  it('I4, I8: a posting that is told twice', async () => {
    const posting: Transition = { kind: 'posting', at: at(), system: 'erp:sandbox', key, status: 'posted', reference: '1', amount: { currency: 'EUR', minor: '13090' } };
    await tell(caseId, posting, await versionOf(caseId));
    expect(await complaints()).toContain('I4');
  });

  it('I4: a payment that is told as booked and is not in the ERP', async () => {
    await tellPayment('payment.booked', 'ap-payment:DE01:invented:book:1');
    expect(await complaints()).toEqual(['I4']);
  });

  it('I3, I4: a payment in the ERP that neither the bank nor the chain knows, and its return that is told without one', async () => {
    const { documentNo, vendorNo, openValue } = (await house.sandbox.ledger({ externalReference: key })).documents[0]!;
    const booking = 'ap-payment:DE01:untold:book:1';
    await house.sandbox.post('/erp/DE01/outgoing-payments', { vendorNo, postingDate: '2026-11-20', currencyCode: 'EUR', bankRef: 'planted', externalRef: booking, settles: [{ documentNo, amount: openValue }] });
    expect(await complaints()).toEqual(['I3', 'I4']);
    await tellPayment('payment.booked', booking);
    await tellPayment('payment.taken-back', booking);
    expect(await complaints(), 'it is not reversed there').toEqual(['I4']);
  });

  it.each([
    ['by whoever entered the document', 'anna.berg'],
    ['twice by one human', undefined],
  ])('I5: an approval %s', async (_what, person) => {
    const { progress } = await house.caseWhen(approved, () => true);
    await tell(approved, await approval(person ?? progress.decisions[0]!.by));
    expect(await complaints()).toContain('I5');
  });

  it('I5: a posting without anybody\'s approval', async () => {
    await asSuperuser(`update audit_events set event = replace(event, '"decision":"approve"', '"decision":"endorse"') where case_id = :approved`, { approved });
    expect(await complaints()).toContain('I5');
  });

  it('I4: a changed and a missing record', async () => {
    await asSuperuser(`delete from audit_events where entity = 'DE01' and seq = 1`);
    expect(await complaints()).toContain('I4');
  });

  it('I6: a message that nobody carries, and a case that stands still', async () => {
    await asSuperuser(`update outbox set state = 'waiting' where id = (select min(id) from outbox)`);
    expect(await complaints()).toContain('I6');
    await asSuperuser(`update outbox set state = 'done' where state = 'waiting'`);
    await asSuperuser(`update cases set stage = 'checked' where id = :caseId`, { caseId });
    expect(await complaints()).toContain('I6');
  });

  it.each([
    ['a question that its case does not show', `update tasks set state = 'open', closed_at = null where case_id = :approved`, /^I6: task .* does not await it$/],
    ['a question that outlives its case', `update cases set state = 'paid', closed_at = now() where id = :approved`, /^I6: task .* is open and its case has ended as paid$/],
    ['an answer that its case still waits for', `update cases set progress = jsonb_set(progress, '{awaiting}', '[{"what": "approval approve-1", "id": "planted", "role": "team-lead", "since": "2026-11-20T09:30:00.000Z"}]') where id = :caseId`, /^I6: .* awaits the approval approve-1, and nobody is asked/],
    ['an exception that outlives its document', `insert into exceptions (id, entity, case_id, origin, code, reason_code, title, owner_role, due_at) values ('planted', 'DE01', :approved, 'process', 'price-variance', 'PRI', 'planted', 'buyer', now())`, /^I6: exception planted \(price-variance\)/],
    ['order lines that a rejected document keeps', `update cases set state = 'rejected', closed_at = now() where id = :caseId`, /^I6: .* has ended as rejected and holds 11 of 4500000118\/10$/],
  ])('I6: %s', async (_what, statement, complaint) => {
    await asSuperuser(statement, { caseId, approved });
    expect(await news()).toContainEqual(expect.stringMatching(complaint));
  });

  it('I6: payments that an ended run keeps, and a silence that the bank has broken; what is for the next run may stay', async () => {
    const run = 'DE01-run-2026-11-21-9';
    await asSuperuser(`insert into cases (id, number, entity, process, workflow_id, channel, submitter, correlation_id, document_hash, state, stage, closed_at, progress)
      values (:run, 999999, 'DE01', 'ap-payment-run', :run, 'planted', 'planted', 'planted', '', 'confirmed', 'ended', now(), '{"awaiting": []}')`, { run });
    await asSuperuser(`insert into payment_runs (run_id, entity, run_date, next_run_date, slot, seq, payer_account) values (:run, 'DE01', '2026-11-21', '2026-11-22', 'planted', 9, 'planted')`, { run });
    const ask = (code: string) => asSuperuser(`insert into exceptions (id, entity, case_id, origin, code, reason_code, title, owner_role, due_at) values (:code, 'DE01', :run, 'payment', :code, 'PAY', 'planted', 'treasurer', now())`, { run, code });
    await ask('run-not-released');
    expect(await news()).toEqual([]);
    await ask('bank-silent');
    expect(await complaints()).toEqual(['I6']);
    await asSuperuser(`insert into payment_items (run_id, case_id, entity, revision, end_to_end_id, currency, open_minor, amount_minor, pay_by, detail, state) values (:run, :caseId, 'DE01', 1, 'planted', 'EUR', 1, 1, '2026-11-21', '{}', 'filed')`, { run, caseId });
    expect(await news()).toContainEqual(`I6: run ${run} has ended as confirmed and keeps ${caseId} filed`);
  });

  it('I8: a read model that says something else', async () => {
    await asSuperuser(`update cases set progress = jsonb_set(progress, '{stage}', '"approval"') where id = :approved`, { approved });
    expect(await complaints()).toEqual(['I8']);
  });

  it('I9: an account in a log', async () => {
    appendFileSync(join(house.processes.folder, 'logs', 'worker.log'), 'paid to DE59500999000010000101\n');
    expect(await complaints()).toEqual(['I9']);
  });

  it('I1: a case whose process never came to be', async () => {
    await inTransaction(house.db, (trx) => appendAudit(trx, 'DE01', [{ action: 'intake.accepted', actor: 'system:planted', case: 'DE01-26-888888', correlationId: 'planted', data: { contentHash: 'planted' } }]));
    expect(await complaints()).toEqual(['I1']);
  });
});
