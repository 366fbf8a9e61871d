import { afterAll, beforeAll, expect, it } from 'vitest';
import { inTransaction } from '../../db/client.ts';
import { latestAssessment } from '../../db/repositories/assessments.ts';
import { recordInbound } from '../../db/repositories/inbound.ts';
import type { Person } from '../../domain/model/person.ts';
import { auditOf } from '../support/evidence.ts';
import { openHouse, type House } from '../support/house.ts';
import { billed, submit } from '../support/invoices.ts';
import { outcomeOf, people } from '../support/people.ts';
import { describeWithServices } from '../support/services.ts';

/** What the process itself refuses, whatever reached it: identities, forged and moved decisions, notices that nobody sent. */
const pipes = (quantity: string, price = '36.00') => billed({ lines: [{ orderNumber: '4500000116', orderLine: '10', quantity, price }] });
/** Receives goods here, and leads accounts payable at another company only. */
const leadElsewhere: Person = { id: 'olga.kern', employeeId: 'E-9001', name: 'Olga Kern', active: true, roles: [{ entity: 'DE01', role: 'receiver' }, { entity: 'US01', role: 'ap-lead' }] };
/** May correct documents as well as approve them. */
const clerkAndLead: Person = { id: 'nils.otto', employeeId: 'E-9002', name: 'Nils Otto', active: true, roles: [{ entity: 'DE01', role: 'ap-clerk' }, { entity: 'DE01', role: 'team-lead', limit: { currency: 'EUR', minor: '1000000' } }] };
/** Approves documents of up to 1500. */
const smallPurse: Person = { id: 'pia.klein', employeeId: 'E-9004', name: 'Pia Klein', active: true, roles: [{ entity: 'DE01', role: 'finance-manager', limit: { currency: 'EUR', minor: '150000' } }] };
const paper = (price: string) => billed({ lines: [{ quantity: '1', price, name: 'Papier' }], seller: { name: 'Büro & Papier Handels GmbH', vatId: 'DE177334411' }, iban: 'DE75500999000010000104' });
const energy = (price: string) => billed({ lines: [{ quantity: '1', price, name: 'Strom' }], seller: { name: 'Stadtwerke Musterstadt GmbH', vatId: 'DE142900886' }, iban: 'DE21500999000010000106' });

describeWithServices('decisions that reach the process directly', () => {
  let house: House;
  let they: ReturnType<typeof people>;

  beforeAll(async () => {
    house = await openHouse({
      set: (shipped) => {
        const copy = (id: string, of: string, role: string, limit: string) => ({ ...shipped.persons.find((person) => person.id === of)!, id, roles: [{ entity: 'DE01', role, limit: { currency: 'EUR', minor: limit } }] });
        return {
          ...shipped,
          persons: [...shipped.persons, copy('anna.second', 'anna.berg', 'team-lead', '1000000'), copy('karl.second', 'karl.brandt', 'finance-manager', '5000000'), leadElsewhere, clerkAndLead, smallPurse],
          delegations: [...shipped.delegations, { ...shipped.delegations[0]!, id: 'D-test', delegator: 'nora.falk', delegate: 'anna.berg' }],
        };
      },
    });
    they = people(house);
    await house.startWorker();
    await house.firstPoll('DE01');
  });
  afterAll(() => house.dispose());

  const asked = async (price: string) => {
    const { caseId, workflowId } = await submit(house.db, energy(price));
    const { progress } = await house.caseWhen(caseId, ({ case: { stage } }) => stage === 'approval');
    return { caseId, workflowId, task: await they.openTask(caseId), decisions: progress.decisions.length };
  };
  const decisionsOf = async (caseId: string) => (await house.caseWhen(caseId, () => true)).progress.decisions.length;

  it('S7: whoever entered a document cannot approve it, not with a second account and not for somebody else', async () => {
    const { caseId } = await asked('510.00');
    expect(await outcomeOf(they.decide(caseId, 'anna.second', 'approve'))).toBe('duties-conflict');
    expect(await outcomeOf(they.decide(caseId, 'anna.berg', 'approve', { onBehalfOf: 'nora.falk' }))).toBe('duties-conflict');
    expect(await decisionsOf(caseId)).toBe(0);
    expect(await outcomeOf(they.decide(caseId, 'nora.falk', 'approve'))).toBe('accepted');
  });

  it('S7: one human cannot take two steps of a chain with two accounts', async () => {
    const { caseId } = await asked('2300.00');
    expect(await outcomeOf(they.decide(caseId, 'karl.brandt', 'approve'))).toBe('accepted');
    expect(await outcomeOf(they.decide(caseId, 'karl.second', 'approve'))).toBe('duties-conflict');
    expect(await outcomeOf(they.decide(caseId, 'clara.winter', 'approve'))).toBe('accepted');
    await house.caseWhen(caseId, ({ case: { stage } }) => stage === 'posted');
  });

  it('S8, A12: what looks split is approved with authority for the whole, however small each part is', async () => {
    const enter = async (price: string) => {
      const { caseId } = await submit(house.db, paper(price), { submitter: 'system:edi' });
      await house.stage(caseId, 'approval');
      return caseId;
    };
    await enter('700.00');
    const caseId = await enter('800.00');
    const { result } = (await latestAssessment(house.db, caseId))!;
    expect([result.amountForAuthority, result.findings.map(({ code }) => code)]).toEqual([{ currency: 'EUR', minor: '95200' }, ['possible-splitting']]);
    expect(await outcomeOf(they.decide(caseId, 'nora.falk', 'approve'))).toBe('accepted');
    expect(await outcomeOf(they.decide(caseId, smallPurse.id, 'approve'))).toBe('authority-insufficient');
    expect(await outcomeOf(they.decide(caseId, 'clara.winter', 'approve'))).toBe('accepted');
  });

  it('S10: updates and signals with a valid connection but without a decision or an event on record move nothing', async () => {
    const { caseId, workflowId, task } = await asked('520.00');
    const handle = house.client.workflow.getHandle(workflowId);
    for (const update of ['decide', 'resolveException', 'correct', 'withdraw']) expect(await outcomeOf(handle.executeUpdate(update, { args: [{ decisionId: 'd-invented' }] }))).toBe('unknown-resource');
    await handle.signal('paymentStatus', { eventId: 'invented' });
    await handle.signal('goodsReceived', { eventId: 'invented' });
    await handle.query('progress');
    const found = await house.caseWhen(caseId, () => true);
    expect(found.case).toMatchObject({ state: 'running', stage: 'approval' });
    expect(found.progress).toMatchObject({ decisions: [], postings: [] });
    expect((await they.openTask(caseId)).id).toBe(task.id);
  });

  it.each(['case', 'person', 'decision', 'payload'])('S11: a genuine envelope beside another %s is refused and on record', async (what) => {
    const [first, second] = [await asked(`5${what.length}3.00`), await asked(`6${what.length}4.00`)];
    const decision = await they.propose(first.caseId, { update: 'decide', decision: 'approve', person: 'nora.falk', task: first.task });
    const forged = {
      case: { case_id: second.caseId, workflow_id: second.workflowId, task_id: second.task.id, decision_hash: second.task.decisionHash },
      person: { person: 'karl.brandt' },
      decision: { decision: 'reject', reason_code: 'PRI' },
      payload: { payload: JSON.stringify({ target: 'supplier' }) },
    }[what]!;
    await house.db('decisions').where({ id: decision.id }).update(forged);
    const target = what === 'case' ? second : first;
    expect(await outcomeOf(they.carry({ ...decision, workflowId: target.workflowId }))).toBe('not-permitted');
    expect(await decisionsOf(target.caseId)).toBe(0);
    expect(await auditOf(house.db, target.caseId)).toContain('decision.refused');
  });

  it('S10: what the bank said of one document settles no other that hears of it', async () => {
    const [paid, other] = [await submit(house.db, pipes('2')), await submit(house.db, pipes('3'))];
    for (const { caseId } of [paid, other]) await house.stage(caseId, 'posted');
    const told = (id: string, caseId: string, status: 'confirmed' | 'rejected') => ({ id, kind: status, payload: { caseId, status, reference: id } });
    await inTransaction(house.db, (trx) => recordInbound(trx, { source: 'payments', entity: 'DE01', events: [told('STMT-7', paid.caseId, 'confirmed'), told('STMT-8', other.caseId, 'rejected')] }));
    for (const eventId of ['STMT-7', 'STMT-8']) await house.client.workflow.getHandle(other.workflowId).signal('paymentStatus', { eventId });
    const heard = await house.caseWhen(other.caseId, ({ case: { stage } }) => stage === 'payment-rejected' || stage === 'ended');
    expect(heard.case.state).toBe('running');
    expect((await auditOf(house.db, other.caseId)).filter((action) => action === 'invoice.event-received')).toHaveLength(1);
    expect((await house.caseWhen(paid.caseId, () => true)).case.stage).toBe('posted');
  });

  it('S11: what is signed for one document answers no question about another', async () => {
    const [first, second] = [await asked('530.00'), await asked('540.00')];
    expect(await outcomeOf(they.decide(first.caseId, 'nora.falk', 'approve', { task: second.task }))).toBe('unknown-resource');
    const { caseId } = await submit(house.db, pipes('1', '44.00'));
    const [exception] = (await house.stage(caseId, 'exception')).progress.exceptions;
    for (const decision of ['override', 'retry', 'reject']) expect(await outcomeOf(they.say(first.caseId, { update: 'resolveException', decision, person: 'lars.thoma', exception: exception!.id, reasonCode: 'PRI', payload: { reason: 'planted', target: 'supplier' } }))).toBe('unknown-resource');
    expect((await house.caseWhen(caseId, () => true)).progress.exceptions.map(({ id }) => id)).toEqual([exception!.id]);
    expect((await they.openTask(second.caseId)).id).toBe(second.task.id);
  });

  it('S4: a role at another company corrects and withdraws nothing here', async () => {
    const { caseId } = await asked('550.00');
    expect(await outcomeOf(they.correct(caseId, 'olga.kern', { dueDate: '2026-12-24' }))).toBe('not-permitted');
    expect(await outcomeOf(they.withdraw(caseId, 'olga.kern'))).toBe('not-permitted');
    expect(await outcomeOf(they.withdraw(caseId, 'lars.thoma'))).toBe('accepted');
  });

  it('A5: whoever corrected a document does not approve it', async () => {
    const { caseId, task } = await asked('560.00');
    await they.correct(caseId, 'nils.otto', { dueDate: '2026-12-24' });
    await house.caseWhen(caseId, ({ progress }) => progress.awaiting.some(({ what, id }) => what === `approval ${task.step}` && id !== task.id));
    expect(await outcomeOf(they.decide(caseId, 'nils.otto', 'approve'))).toBe('duties-conflict');
    expect(await outcomeOf(they.decide(caseId, 'nora.falk', 'approve'))).toBe('accepted');
  });

  it('S11: a document that was corrected after it was approved needs new approvals', async () => {
    const { caseId, task } = await asked('2400.00');
    expect(await outcomeOf(they.decide(caseId, 'karl.brandt', 'approve'))).toBe('accepted');
    await they.correct(caseId, 'lars.thoma', { dueDate: '2026-12-24' });
    await house.caseWhen(caseId, ({ progress }) => progress.awaiting.some(({ what, id }) => what === `approval ${task.step}` && id !== task.id));
    expect(await outcomeOf(they.decide(caseId, 'clara.winter', 'approve', { task }))).not.toBe('accepted');
    expect((await they.openTask(caseId)).step).toBe(task.step);
  });
});
