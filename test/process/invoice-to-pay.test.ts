import { afterAll, beforeAll, expect, it } from 'vitest';
import { sql } from '../../db/client.ts';
import { tasksOf } from '../../db/repositories/approvals.ts';
import { latestAssessment } from '../../db/repositories/assessments.ts';
import { readException } from '../../db/repositories/exceptions.ts';
import { reservationsOf } from '../../db/repositories/reservations.ts';
import { auditOf, historyOf } from '../support/evidence.ts';
import { openHouse, type House } from '../support/house.ts';
import { billed, submit, type BilledLine } from '../support/invoices.ts';
import { outcomeOf, people } from '../support/people.ts';
import { searchAttributes as attribute } from '../../temporal-config/search-attributes.ts';
import { ownWorker, readSettings } from '../../temporal-config/settings.ts';
import { describeWithServices } from '../support/services.ts';

/** Orders of the sandbox that have what a case needs. */
const pipes = (quantity: string, price = '36.00'): BilledLine => ({ orderNumber: '4500000116', orderLine: '10', quantity, price });
const sheets = (quantity: string): BilledLine => ({ orderNumber: '4500000102', orderLine: '10', quantity, price: '10.00' });
/** A document without an order, coded by the supplier's own record. */
const energy = (price: string) =>
  billed({ lines: [{ quantity: '1', price, name: 'Strom November' }], seller: { name: 'Stadtwerke Musterstadt GmbH', vatId: 'DE142900886' }, iban: 'DE21500999000010000106' });

describeWithServices('invoice to pay, on the real server, database and counterpart', () => {
  let house: House;
  let they: ReturnType<typeof people>;

  beforeAll(async () => {
    house = await openHouse();
    they = people(house);
    await house.startWorker();
    await house.firstPoll('DE01');
  });
  afterAll(() => house.dispose());

  const documentsOf = async (key: string) => (await house.sandbox.ledger({ externalReference: key })).documents;

  it('a matched invoice is posted once without anybody', async () => {
    const { caseId, workflowId } = await submit(house.db, billed({ lines: [pipes('4')] }));
    const found = await house.stage(caseId, 'posted');
    expect(found.progress).toMatchObject({ state: 'running', exceptions: [], decisions: [], awaiting: [] });
    expect(await documentsOf(found.progress.postings[0]!.key)).toHaveLength(1);

    const shown = await house.client.workflow.getHandle(workflowId).query('progress');
    expect(shown).toEqual(found.progress);
    expect(await auditOf(house.db, caseId)).toEqual(['intake.accepted', 'invoice.assessed', 'invoice.posting']);
  });

  it.skipIf(readSettings().testWorker !== ownWorker)('a matched invoice costs at most 6 billable actions and 20 events until it is posted', async () => {
    const { caseId, workflowId } = await submit(house.db, billed({ lines: [pipes('6')] }));
    await house.stage(caseId, 'posted');
    const { events, actions } = await historyOf(house, workflowId);
    expect(events).toBeLessThanOrEqual(20);
    expect(actions).toBeLessThanOrEqual(6);
  });

  it('F6: a posting that the ERP made and did not confirm is asked for on the queue, also where the record of the try at once is lost', async () => {
    await sql(house.db, `create function lost() returns trigger language plpgsql as $$ begin delete from effects where key = new.key; return null; end $$`);
    await sql(house.db, `create trigger lost after update on effects for each row when (new.state = 'unknown') execute function lost()`);
    await house.sandbox.post('/_sandbox/faults', { kind: 'drop-response', route: 'erp.invoices.post', times: 1 });
    try {
      const { caseId } = await submit(house.db, billed({ lines: [pipes('7')] }));
      const { progress: { postings } } = await house.stage(caseId, 'posted');
      expect((await house.sandbox.faults()).map(({ injected }) => injected)).toEqual([1]);
      expect(await documentsOf(postings[0]!.key)).toMatchObject([{ documentNo: postings[0]!.reference }]);
    } finally {
      await sql(house.db, `drop function lost cascade`);
      await house.sandbox.clearFaults();
    }
  });

  it('the same content again is the same case; the same number in other content ends as a duplicate, linked', async () => {
    const invoice = billed({ lines: [pipes('3')] });
    const first = await submit(house.db, invoice);
    expect(await submit(house.db, invoice, { channel: 'mail', messageId: 'm-1' })).toMatchObject({ caseId: first.caseId, accepted: 'same-content' });
    await house.stage(first.caseId, 'posted');
    const second = await submit(house.db, { ...invoice, notes: ['sent again'] });
    expect(second.caseId).not.toBe(first.caseId);
    const found = await house.ended(second.caseId, 'duplicate');
    expect(found.progress.postings).toEqual([]);
  });

  it('M1: a price above tolerance goes to the buyer of the order; an override by a stranger is refused, by the lead it counts (M20)', async () => {
    const { caseId } = await submit(house.db, billed({ lines: [pipes('2', '44.00')] }));
    const found = await house.stage(caseId, 'exception');
    expect(found.progress.exceptions).toMatchObject([{ code: 'price-variance', owner: 'ines.koch' }]);
    expect(await outcomeOf(they.resolve(caseId, 'anna.berg', 'override'))).toBe('duties-conflict');
    expect(await outcomeOf(they.resolve(caseId, 'lars.thoma', 'override'))).toBe('accepted');
    const asked = await house.caseWhen(caseId, ({ case: { stage: now } }) => now === 'approval' || now === 'posted');
    expect(asked.progress.exceptions).toEqual([]);
  });

  it('t6: an invoice before its receipt waits, and is posted without a person when the goods come in', async () => {
    const first = await submit(house.db, billed({ lines: [sheets('60')] }));
    await house.stage(first.caseId, 'posted');
    const { caseId } = await submit(house.db, billed({ lines: [sheets('40')] }));
    await house.stage(caseId, 'awaiting-receipt');
    await house.sandbox.post('/erp/DE01/material-documents', { movementType: '101', orderNo: '4500000102', itemNo: '10', qty: '40', postingDate: '2026-11-20', postedBy: 'petra.lang' });
    const found = await house.stage(caseId, 'posted');
    expect(found.progress.decisions).toEqual([]);
  });

  it('A1–A8: an invoice without an order needs its approvers; the submitter is refused, the version is bound, the last step posts', async () => {
    const { caseId } = await submit(house.db, energy('400.00'));
    await house.stage(caseId, 'approval');
    const task = await they.openTask(caseId);
    expect(await outcomeOf(they.decide(caseId, 'anna.berg', 'approve'))).toMatch(/not-permitted|duties-conflict/);
    expect(await outcomeOf(they.decide(caseId, 'karl.brandt', 'approve', { decisionHash: '0'.repeat(64) }))).toBe('stale-version');
    for (let open = await they.openTask(caseId); ; open = await they.openTask(caseId)) {
      const person = open.candidatePersons[0] ?? 'karl.brandt';
      if ((await they.decide(caseId, person, 'approve', { task: open })).effect === 'complete') break;
    }
    const found = await house.stage(caseId, 'posted');
    expect(found.progress.decisions.length).toBeGreaterThan(0);
    expect(await outcomeOf(they.decide(caseId, 'karl.brandt', 'reject', { task }))).not.toBe('accepted');
  });

  it('A13: a rejection ends the case and nothing is posted', async () => {
    const { caseId } = await submit(house.db, energy('300.00'));
    await house.stage(caseId, 'approval');
    const task = await they.openTask(caseId);
    expect(await they.decide(caseId, task.candidatePersons[0] ?? 'tarek.aydin', 'reject', { task })).toMatchObject({ effect: 'rejected' });
    const found = await house.ended(caseId, 'rejected');
    expect(found.progress.postings).toEqual([]);
  });

  it('A13, M9: what a rejected document held of its order is free again, and the next bill of all of it is posted', async () => {
    const plates = (price: string) => billed({ lines: [{ orderNumber: '4500000101', orderLine: '10', quantity: '100', price }] });
    const held = async () => (await reservationsOf(house.db, 'DE01', ['4500000101'])).map(({ caseId, quantity, state }) => ({ caseId, quantity, state }));
    const dear = await submit(house.db, plates('12.00'));
    await house.stage(dear.caseId, 'exception');
    expect(await held()).toEqual([{ caseId: dear.caseId, quantity: '100', state: 'pending' }]);
    expect(await they.resolve(dear.caseId, 'ines.koch', 'reject', { reasonCode: 'PRI', payload: { reason: 'The order says 10.00', target: 'supplier' } })).toMatchObject({ effect: 'rejected' });
    await house.ended(dear.caseId, 'rejected');
    const right = await submit(house.db, plates('10.00'));
    const found = await house.caseWhen(right.caseId, ({ case: { stage } }) => stage === 'posted' || stage === 'exception');
    expect(found.progress).toMatchObject({ stage: 'posted', exceptions: [], decisions: [] });
    expect(await held()).toEqual([{ caseId: right.caseId, quantity: '100', state: 'posted' }]);
    expect(await documentsOf(found.progress.postings[0]!.key)).toHaveLength(1);
  });

  it('A13, M9: what was posted for a withdrawn document is reversed, and the order line may be billed anew', async () => {
    const rods = () => billed({ lines: [{ orderNumber: '4500000101', orderLine: '20', quantity: '40', price: '24.50', unit: 'MTR' }] });
    const first = await submit(house.db, rods());
    await house.stage(first.caseId, 'posted');
    expect(await they.withdraw(first.caseId, 'anna.berg')).toMatchObject({ effect: 'withdrawn' });
    expect((await house.ended(first.caseId, 'withdrawn')).progress.postings.map(({ status }) => status)).toEqual(['reversed']);
    const second = await submit(house.db, rods());
    const found = await house.caseWhen(second.caseId, ({ case: { stage } }) => stage === 'posted' || stage === 'exception');
    expect(found.progress).toMatchObject({ stage: 'posted', exceptions: [] });
  });

  it('an update sent around the API moves nothing', async () => {
    const { caseId, workflowId } = await submit(house.db, energy('310.00'));
    await house.stage(caseId, 'approval');
    const handle = house.client.workflow.getHandle(workflowId);
    expect(await outcomeOf(handle.executeUpdate('decide', { args: [{ decisionId: 'd-invented' }] }))).toBe('unknown-resource');
    const task = await they.openTask(caseId);
    const forged = await they.propose(caseId, { update: 'decide', decision: 'approve', person: task.candidatePersons[0] ?? 'tarek.aydin', task });
    await house.db('decisions').where({ id: forged.id }).update({ person: 'david.stein' });
    expect(await outcomeOf(they.carry(forged))).toBe('not-permitted');
    expect((await they.openTask(caseId)).id).toBe(task.id);
  });

  it('a withdrawal by whoever entered it ends the case; a stranger is refused', async () => {
    const { caseId } = await submit(house.db, energy('320.00'));
    await house.stage(caseId, 'approval');
    expect(await outcomeOf(they.withdraw(caseId, 'petra.lang'))).toBe('not-permitted');
    expect(await they.withdraw(caseId, 'anna.berg')).toMatchObject({ effect: 'withdrawn' });
    await house.ended(caseId, 'withdrawn');
    expect((await tasksOf(house.db, caseId)).map(({ state }) => state)).toEqual(['cancelled']);
  });

  it('a withdrawal of what stands in an exception closes that too, and the chain says so', async () => {
    const { caseId } = await submit(house.db, billed({ lines: [pipes('1', '44.00')] }));
    const found = await house.stage(caseId, 'exception');
    const { id } = found.progress.exceptions[0]!;
    expect(await they.withdraw(caseId, 'anna.berg')).toMatchObject({ effect: 'withdrawn' });
    await house.ended(caseId, 'withdrawn');
    expect(await readException(house.db, id)).toMatchObject({ state: 'cancelled', resolution: 'case-withdrawn' });
    expect((await auditOf(house.db, caseId)).slice(-2)).toEqual(['invoice.exception-closed', 'invoice.ended']);
  });

  it('a correction after posting reverses the document and posts the next one under the next number', async () => {
    const { caseId } = await submit(house.db, billed({ lines: [pipes('5')] }));
    const posted = await house.stage(caseId, 'posted');
    const firstKey = posted.progress.postings[0]!.key;
    expect(firstKey).toMatch(/:post:1$/);
    expect(await they.correct(caseId, 'lars.thoma', { dueDate: '2026-12-31' })).toMatchObject({ effect: 'corrected' });
    const again = await house.caseWhen(caseId, ({ progress }) => progress.postings.some(({ key, status }) => /:post:2$/.test(key) && status === 'posted'));
    expect(again.progress.postings.find(({ key }) => key === firstKey)?.status).toBe('reversed');
    expect((await documentsOf(firstKey)).map(({ status }) => status)).toEqual(['REVERSED']);
  });

  it('lists find a document by where it stands, by who has to act and until when, and by its exception', async () => {
    const findable = async (workflowId: string) => {
      const { typedSearchAttributes: found } = await house.client.workflow.getHandle(workflowId).describe();
      return { stage: found.get(attribute.stage), owner: found.get(attribute.owner), awaiting: found.get(attribute.awaiting) ?? [], dueAt: found.get(attribute.dueAt), exception: found.get(attribute.exceptionCode) };
    };
    const plain = await submit(house.db, energy('330.00'));
    await house.stage(plain.caseId, 'approval');
    const task = await they.openTask(plain.caseId);
    expect([task.candidateRole, task.candidatePersons.length > 1], 'several are asked, so that it is a matter of their role').toEqual(['team-lead', true]);
    await expect.poll(() => findable(plain.workflowId), { timeout: 20_000 }).toEqual({ stage: 'approval', owner: 'team-lead', awaiting: ['team-lead'], dueAt: new Date(task.dueAt), exception: undefined });

    const dear = await submit(house.db, billed({ lines: [pipes('1', '47.00')] }));
    const { progress: { awaiting: [buyer] } } = await house.stage(dear.caseId, 'exception');
    expect(buyer).toMatchObject({ person: 'ines.koch', role: 'buyer', dueAt: expect.any(String) });
    await expect.poll(() => findable(dear.workflowId), { timeout: 20_000 }).toEqual({ stage: 'exception', owner: 'ines.koch', awaiting: ['buyer'], dueAt: new Date(buyer!.dueAt!), exception: 'price-variance' });
    expect(await they.withdraw(dear.caseId, 'anna.berg')).toMatchObject({ effect: 'withdrawn' });
    await house.ended(dear.caseId, 'withdrawn');
    await expect.poll(() => findable(dear.workflowId), { timeout: 20_000 }).toEqual({ stage: 'withdrawn', owner: undefined, awaiting: [], dueAt: undefined, exception: undefined });
  });

  it('an unknown supplier is an exception with an owner and a due date', async () => {
    const { caseId } = await submit(house.db, billed({ lines: [{ quantity: '1', price: '90.00' }], seller: { name: 'Unbekannt AG', vatId: 'DE999999999' }, iban: 'DE02120300000000202051' }));
    const found = await house.stage(caseId, 'exception');
    const findings = (await latestAssessment(house.db, caseId))?.result.findings.map(({ code }) => code);
    expect(findings).toContain('supplier-unknown');
    expect(found.progress.exceptions.every(({ owner }) => owner !== '')).toBe(true);
    expect(found.progress.awaiting.every(({ dueAt }) => dueAt !== undefined)).toBe(true);
  });
});
