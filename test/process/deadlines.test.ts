import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { recordEscalation } from '../../activities/accounts-payable/record-escalation.ts';
import type { PayablesParts } from '../../activities/accounts-payable/parts.ts';
import { inTransaction, sql } from '../../db/client.ts';
import { tasksOf } from '../../db/repositories/approvals.ts';
import { readPerson, savePerson } from '../../db/repositories/directory.ts';
import { openExceptionsOf } from '../../db/repositories/exceptions.ts';
import { claimTask } from '../../db/repositories/inbox.ts';
import { openHouse, type House } from '../support/house.ts';
import { billed, submit, type BilledLine } from '../support/invoices.ts';
import { outcomeOf, people } from '../support/people.ts';
import { describeWithServices } from '../support/services.ts';

/** Deadlines pass while nobody acts. Time is moved for the escalation alone: the process itself waits in business hours. */
const item = (orderNumber: string, quantity: string, price = '10.00'): BilledLine => ({ orderNumber, orderLine: '10', quantity, price });
const order = (orderNo: string) => ({
  orderNo, vendorNo: '100001', currencyCode: 'EUR', orderDate: '2026-10-01', purchaser: 'ines.koch', requisitioner: 'lena.vogt',
  items: [{ itemNo: '10', text: 'Blech', orderedQty: '100', netPrice: '10.00', commodityGroup: 'STEEL', glAccount: '400100', costCenter: 'CC-4100', taxRate: '19', plantCode: '1000', goodsRecipient: 'petra.lang' }],
});
const receipt = (orderNo: string, qty: string) => ({ movementType: '101', orderNo, itemNo: '10', qty, postingDate: '2026-11-16', postedBy: 'petra.lang' });
const energy = (price: string) => billed({ lines: [{ quantity: '1', price, name: 'Strom' }], seller: { name: 'Stadtwerke Musterstadt GmbH', vatId: 'DE142900886' }, iban: 'DE21500999000010000106' });

describeWithServices('deadlines and flickering facts', () => {
  let house: House;
  let they: ReturnType<typeof people>;

  beforeAll(async () => {
    house = await openHouse();
    they = people(house);
    await house.sandbox.post('/_sandbox/seed', { companyCode: 'DE01', orders: [order('4500000901'), order('4500000902')], movements: [receipt('4500000901', '60'), receipt('4500000902', '100')] });
    await house.startWorker();
    await house.firstPoll('DE01');
  });
  afterAll(() => house.dispose());

  const pass = async (caseId: string, at: string) => {
    const { transitions } = await recordEscalation({ db: house.db, now: () => new Date(at) } as PayablesParts, { entity: 'DE01', caseId, correlationId: 'test' });
    return transitions.map((transition) => (transition.kind === 'escalated' ? `${transition.level} ${transition.role}` : transition.kind));
  };

  it('A7: reminded at half, then asked of the next with authority, up to the operators; nobody but a person decides', async () => {
    const { caseId } = await submit(house.db, energy('1100.00'));
    await house.stage(caseId, 'approval');
    const seen: string[] = [];
    for (let task = await they.openTask(caseId), rounds = 0; task.candidateRole !== 'ap-operations' && rounds < 10; task = await they.openTask(caseId), rounds += 1) {
      expect(await pass(caseId, new Date(Date.parse(task.remindAt!) - 60_000).toISOString())).toEqual([]);
      if (!task.remindedAt) seen.push(...(await pass(caseId, task.remindAt!)));
      seen.push(...(await pass(caseId, task.dueAt)));
    }
    expect(seen).toEqual(['reminder team-lead', 'escalation finance-manager', 'reminder finance-manager', 'escalation cfo', 'reminder cfo', 'operator ap-operations']);
    const { progress, case: { workflowId } } = await house.stage(caseId, 'approval');
    expect(progress.decisions).toEqual([]);
    expect(await tasksOf(house.db, caseId, 'decided')).toEqual([]);

    expect(await outcomeOf(they.decide(caseId, 'mira.sanders', 'approve'))).toBe('not-permitted');
    const handle = house.client.workflow.getHandle(workflowId);
    const timers = async () => ((await handle.fetchHistory()).events ?? []).filter(({ timerStartedEventAttributes }) => timerStartedEventAttributes).length;
    const before = await timers();
    expect(await outcomeOf(they.decide(caseId, 'david.stein', 'approve'))).toBe('accepted');
    expect(await they.openTask(caseId)).toMatchObject({ step: '2-authority-finance-manager', level: 0 });
    await vi.waitUntil(async () => (await timers()) > before, { timeout: 60_000, interval: 100 });
    expect(await outcomeOf(they.decide(caseId, 'clara.winter', 'approve'))).toBe('accepted');
    await house.stage(caseId, 'posted');
  });

  it('A9: who has left, or lost the role, is not asked any more, at once and with the reason; another decides', async () => {
    const { caseId } = await submit(house.db, energy('430.00'));
    await house.stage(caseId, 'approval');
    const task = await they.openTask(caseId);
    const person = (await readPerson(house.db, 'karl.brandt'))!;
    await inTransaction(house.db, (trx) => claimTask(trx, task.id, person.id));
    const reassigned = async () => (await they.openTask(caseId)).why.includes('reassigned');
    try {
      await inTransaction(house.db, (trx) => savePerson(trx, { ...person, active: false }));
      await vi.waitUntil(reassigned, { timeout: 60_000, interval: 100 });
    } finally {
      await inTransaction(house.db, (trx) => savePerson(trx, person));
    }
    const now = await they.openTask(caseId);
    expect(now).toMatchObject({ id: task.id, state: 'open', decisionHash: task.decisionHash });
    expect(now.assignee).toBeUndefined();
    expect(now.why).toContain('karl.brandt has left');
    const [event] = await sql<{ event: string }>(house.db, `select event from audit_events where event like '%"reassignment"%' and event like :case`, { case: `%${caseId}%` });
    expect(JSON.parse(event!.event)).toMatchObject({ action: 'invoice.escalated', actor: 'system:escalation', case: caseId, data: { subject: task.id, level: 'reassignment', role: now.candidateRole, gone: [{ person: 'karl.brandt', why: 'left' }] } });
    const { progress } = await house.stage(caseId, 'approval');
    expect(progress.awaiting).toMatchObject([{ id: task.id, role: now.candidateRole }]);
    expect(progress.awaiting[0]?.person).not.toBe('karl.brandt');
  });

  it('M17: an exception that nobody resolves goes to the operators; its findings stay', async () => {
    const { caseId } = await submit(house.db, billed({ lines: [item('4500000902', '3', '14.00')] }));
    await house.stage(caseId, 'exception');
    const [before] = await openExceptionsOf(house.db, caseId);
    expect(await pass(caseId, new Date(Date.parse(before!.dueAt) - 1_000).toISOString())).toEqual([]);
    expect(await pass(caseId, before!.dueAt)).toEqual(['operator ap-operations']);
    expect(await openExceptionsOf(house.db, caseId)).toMatchObject([{ id: before!.id, ownerRole: 'ap-operations', findings: before!.findings }]);
  });

  it('R3: a receipt that stays out becomes a question to the receiver after the days of the policy, and is answered by the goods', async () => {
    const { caseId } = await submit(house.db, billed({ lines: [item('4500000901', '90')] }));
    const { progress } = await house.stage(caseId, 'awaiting-receipt');
    const dueAt = progress.awaiting[0]!.dueAt!;
    expect(Date.parse(dueAt) - Date.now()).toBeGreaterThan(9 * 86_400_000);
    expect(await pass(caseId, new Date(Date.parse(dueAt) - 1_000).toISOString())).toEqual([]);
    expect(await pass(caseId, dueAt)).toEqual(['exception-opened']);
    expect(await openExceptionsOf(house.db, caseId)).toMatchObject([{ code: 'awaiting-receipt', ownerPerson: 'petra.lang' }]);

    const before = (await house.stage(caseId, 'awaiting-receipt')).case.revision;
    await house.sandbox.post('/erp/DE01/material-documents', receipt('4500000901', '10'));
    await house.caseWhen(caseId, ({ case: { revision } }) => revision > before);
    expect(await openExceptionsOf(house.db, caseId)).toMatchObject([{ code: 'awaiting-receipt', ownerPerson: 'petra.lang' }]);
    await house.sandbox.post('/erp/DE01/material-documents', receipt('4500000901', '30'));
    await house.stage(caseId, 'posted');
    expect(await openExceptionsOf(house.db, caseId)).toEqual([]);
  });

  it('M19: an exception that goes away and comes back has its owner again', async () => {
    const hidden = String.fromCodePoint(0x202e);
    const { caseId } = await submit(house.db, { ...billed({ lines: [item('4500000902', '5', '14.00')] }), notes: [`abc${hidden}def`] });
    await house.stage(caseId, 'exception');
    const codes = async () => (await openExceptionsOf(house.db, caseId)).map(({ code }) => code).sort();
    expect(await codes()).toEqual(['price-variance', 'suspicious-text']);
    const change = (netPrice: string) => house.sandbox.post('/erp/DE01/purchase-orders/4500000902/changes', { item: { itemNo: '10', netPrice } });
    const until = async (wanted: string[]) => {
      for (let tries = 0; JSON.stringify(await codes()) !== JSON.stringify(wanted); tries += 1) {
        if (tries > 300) throw new Error(`open are ${(await codes()).join(', ')}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    };
    await change('14.00');
    await until(['suspicious-text']);
    await change('10.00');
    await until(['price-variance', 'suspicious-text']);
  });
});
