import { randomUUID } from 'node:crypto';
import { beforeAll, expect, it } from 'vitest';
import { inTransaction, sql } from '../../db/client.ts';
import { closeTasks, escalateTask, lockTask, markReminded, openTasks, readTask, reassignTask, tasksOf } from '../../db/repositories/approvals.ts';
import { listAudit } from '../../db/repositories/audit.ts';
import { lockCase } from '../../db/repositories/cases.ts';
import { acceptDecision, decisionsOf, decisionsOn, lockDecision, myDecisions, proposeDecision, readDecision, refuseDecision, type NewDecision } from '../../db/repositories/decisions.ts';
import { saveDelegation, savePerson, seatsOf } from '../../db/repositories/directory.ts';
import { assignException, countExceptions, escalateException, listExceptions, nextExceptionNumber, openException, openExceptionsOf, readException, resolveException } from '../../db/repositories/exceptions.ts';
import { addComment, claimTask, commentsOf, countInbox, forwardTask, listInbox, releaseTask, snoozeTask } from '../../db/repositories/inbox.ts';
import { describeWithDatabase } from '../support/services.ts';
import { aCase, aPerson, aTask, atOnce, useDatabase } from './fixtures.ts';

const hours = (count: number) => new Date(Date.now() + count * 3_600_000).toISOString();

describeWithDatabase('decisions by people', () => {
  const own = useDatabase();
  let caseId = '';
  beforeAll(async () => {
    caseId = await aCase(own.db, 'decisions');
  });
  const newTask = async () => {
    const id = `task-${randomUUID()}`;
    await inTransaction(own.db, (trx) => openTasks(trx, [aTask(id, caseId)]));
    return id;
  };
  const proposal = (task: string, changes: Partial<NewDecision> = {}): NewDecision => ({
    id: randomUUID(),
    entity: 'DE01',
    case: caseId,
    workflowId: `ap-invoice/DE01/${caseId}`,
    approval: task,
    update: 'decide',
    decision: 'approve',
    payload: {},
    person: 'ada',
    documentHash: 'd'.repeat(64),
    decisionHash: 'e'.repeat(64),
    envelope: 'signed',
    correlationId: 'c',
    ...changes,
  });
  const propose = (decision: NewDecision) => proposeDecision(own.db, decision, { relayAfterMs: 3_000 });

  /** What the process does with a decision: lock, judge, record. */
  const judge = (id: string) =>
    inTransaction(own.db, async (trx) => {
      await lockCase(trx, caseId);
      const decision = await lockDecision(trx, id);
      const task = await lockTask(trx, decision?.approval ?? '');
      if (decision?.state !== 'proposed' || task?.state !== 'open') return false;
      await acceptDecision(trx, id);
      return true;
    });

  it('commits row, message and audit event together, once, and decides nothing by that', async () => {
    const decision = proposal(await newTask(), { onBehalfOf: 'grace' });
    await propose(decision);
    await propose(decision);
    expect(await readDecision(own.db, decision.id)).toMatchObject({ ...decision, state: 'proposed' });
    expect((await readTask(own.db, decision.approval ?? ''))?.state).toBe('open');
    const messages = await sql(own.db, `select payload, available_at > now() + interval '2 seconds' as held from outbox where kind = 'update-workflow' and key = :id`, { id: decision.id });
    expect(messages).toEqual([{ payload: { update: 'decide', input: { decisionId: decision.id } }, held: true }]);
    const events = await listAudit(own.db, { caseId, action: 'decision.proposed' }, { limit: 10 });
    expect(events).toHaveLength(1);
    expect(JSON.parse(events[0]?.event ?? '')).toMatchObject({ actor: 'person:ada', onBehalfOf: 'person:grace', data: { decisionId: decision.id } });
  });

  it('F12: approve and reject at the same moment have exactly one outcome, every time', async () => {
    for (let round = 0; round < 25; round += 1) {
      const task = await newTask();
      const [approve, reject] = [proposal(task), proposal(task, { decision: 'reject', person: 'bob' })];
      await Promise.all([propose(approve), propose(reject)]);
      const counted = await Promise.all([judge(approve.id), judge(reject.id)]);
      expect(counted.filter(Boolean)).toHaveLength(1);
      const winner = counted[0] ? approve : reject;
      expect(await readTask(own.db, task)).toMatchObject({ state: 'decided', decision: winner.decision, decidedBy: winner.person });
      expect((await decisionsOn(own.db, { approval: task })).map(({ id, state }) => [id, state])).toEqual([[winner.id, 'accepted']]);
    }
  });

  it('has a unique index as the last line: a second accepted decision on a task is refused by the database', async () => {
    const task = await newTask();
    const [one, two] = [proposal(task), proposal(task, { person: 'bob' })];
    await propose(one);
    await judge(one.id);
    await propose(two);
    await expect(inTransaction(own.db, (trx) => acceptDecision(trx, two.id))).rejects.toThrow(/decisions_one_accepted/);
  });

  it('keeps a refusal with its reason, and lists what a person decided', async () => {
    const decision = proposal(await newTask(), { person: 'carol' });
    await propose(decision);
    await inTransaction(own.db, (trx) => refuseDecision(trx, decision.id, { code: 'stale-version', message: 'The document has changed.' }));
    expect(await readDecision(own.db, decision.id)).toMatchObject({ state: 'refused', refusal: { code: 'stale-version' } });
    expect((await myDecisions(own.db, 'carol', { limit: 10 })).items.map(({ id }) => id)).toEqual([decision.id]);
    expect((await decisionsOf(own.db, caseId, 'refused')).map(({ id }) => id)).toEqual([decision.id]);
  });

  it('A8: supersedes what is open when the document changes', async () => {
    const other = await aCase(own.db, 'superseded');
    await inTransaction(own.db, (trx) => openTasks(trx, [aTask('s1', other), aTask('s2', other)]));
    expect(await inTransaction(own.db, (trx) => closeTasks(trx, other, 'superseded'))).toHaveLength(2);
    expect(await tasksOf(own.db, other, 'open')).toEqual([]);
  });
});

describeWithDatabase('inbox', () => {
  const own = useDatabase();
  let caseId = '';
  let foreign = '';
  beforeAll(async () => {
    caseId = await aCase(own.db, 'inbox');
    foreign = await aCase(own.db, 'inbox', { entity: 'US01' });
    await inTransaction(own.db, async (trx) => {
      for (const person of [
        aPerson('ada', [{ entity: 'DE01', role: 'controller' }]),
        aPerson('bob', [{ entity: '*', role: 'controller' }]),
        aPerson('cfo', [{ entity: 'DE01', role: 'cfo' }, { entity: 'US01', role: 'cfo' }]),
        aPerson('dan', []),
        aPerson('gone', [{ entity: 'DE01', role: 'controller' }], { active: false }),
      ])
        await savePerson(trx, person);
      await saveDelegation(trx, { id: 'd1', delegator: 'cfo', delegate: 'dan', from: hours(-1), to: hours(1), entity: 'DE01' });
      await saveDelegation(trx, { id: 'd2', delegator: 'bob', delegate: 'dan', from: hours(-3), to: hours(-2) });
      await openTasks(trx, [
        aTask('overdue', caseId, { dueAt: hours(-5) }),
        aTask('soon', caseId, { dueAt: hours(30) }),
        aTask('far', caseId, { dueAt: hours(24 * 20) }),
        aTask('for-ada', caseId, { dueAt: hours(50), candidatePersons: ['ada'] }),
        aTask('cfo-de', caseId, { candidateRole: 'cfo', dueAt: hours(60) }),
        aTask('cfo-us', foreign, { entity: 'US01', candidateRole: 'cfo', dueAt: hours(61) }),
        aTask('cfo-us-named', foreign, { entity: 'US01', candidateRole: 'cfo', assignee: 'cfo', dueAt: hours(62) }),
      ]);
      await openException(trx, { id: 'x-1', entity: 'DE01', case: caseId, origin: 'process', code: 'price-variance', reasonCode: 'PRI', title: 'Price', findings: [{ code: 'price-variance' }], ownerRole: 'controller', dueAt: hours(40), suggestion: 'Ask for a credit.' });
    });
  });
  const inbox = async (person: string, filter: Parameters<typeof listInbox>[2] = {}) =>
    (await listInbox(own.db, await seatsOf(own.db, person), filter, { limit: 50 })).items.map(({ id, onBehalfOf }) => (onBehalfOf ? `${id} for ${onBehalfOf}` : id));

  it('shows what a role or a name makes theirs, the most urgent first, exceptions among approvals', async () => {
    expect(await inbox('ada')).toEqual(['overdue', 'soon', 'x-1', 'for-ada', 'far']);
    expect(await inbox('bob')).toEqual(['overdue', 'soon', 'x-1', 'far']);
    expect(await inbox('ada', { type: 'exception' })).toEqual(['x-1']);
    expect(await inbox('cfo')).toEqual(['cfo-de', 'cfo-us', 'cfo-us-named']);
  });

  it('A6: shows a delegate the work of the delegator within scope and time, and nothing to a leaver', async () => {
    expect(await inbox('dan')).toEqual(['cfo-de for cfo']);
    expect(await inbox('gone')).toEqual([]);
    expect(await inbox('nobody')).toEqual([]);
  });

  it('counts by due state like the list does', async () => {
    const reader = await seatsOf(own.db, 'ada');
    const { items } = await listInbox(own.db, reader, {}, { limit: 50 });
    const counts = await countInbox(own.db, reader);
    for (const due of ['overdue', 'today', 'week', 'later'] as const) expect(counts[due]).toBe(items.filter((item) => item.due === due).length);
    expect(counts).toMatchObject({ overdue: 1, later: 1 });
    expect(await inbox('ada', { due: 'overdue' })).toEqual(['overdue']);
  });

  it('pages through everything once while tasks arrive', async () => {
    const reader = await seatsOf(own.db, 'ada');
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await listInbox(own.db, reader, {}, { limit: 2, ...(cursor ? { cursor } : {}) });
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.next;
      await inTransaction(own.db, (trx) => openTasks(trx, [aTask(`late-${seen.length}`, caseId, { dueAt: hours(-6) })]));
    } while (cursor);
    expect(seen).toEqual(['overdue', 'soon', 'x-1', 'for-ada', 'far']);
    await sql(own.db, `delete from tasks where id like 'late-%'`);
  });

  it('lets one of many claim, hides it from the others, and gives it back', async () => {
    const claims = await atOnce(10, (index) => inTransaction(own.db, (trx) => claimTask(trx, 'soon', index % 2 ? 'ada' : 'bob')));
    const holder = (await readTask(own.db, 'soon'))?.assignee;
    expect(claims.filter(Boolean)).toHaveLength(5);
    const other = holder === 'ada' ? 'bob' : 'ada';
    expect(await inbox(other)).not.toContain('soon');
    expect(await inTransaction(own.db, (trx) => releaseTask(trx, 'soon', other))).toBe(false);
    expect(await inTransaction(own.db, (trx) => releaseTask(trx, 'soon', holder ?? ''))).toBe(true);
    expect(await inbox(other)).toContain('soon');
  });

  it('forwards, snoozes, reminds, escalates, and returns a leaver’s tasks to the role', async () => {
    const act = <Result>(work: Parameters<typeof inTransaction<Result>>[1]) => inTransaction(own.db, work);
    expect(await act((trx) => forwardTask(trx, 'far', 'ada', 'dan'))).toBe(true);
    expect(await act((trx) => forwardTask(trx, 'far', 'ada', 'bob'))).toBe(false);
    expect(await inbox('dan')).toEqual(['cfo-de for cfo', 'far']);
    expect(await act((trx) => snoozeTask(trx, 'far', 'dan', hours(3)))).toBe(true);
    expect(await inbox('dan')).toEqual(['cfo-de for cfo']);
    expect(await inbox('dan', { snoozed: true })).toContain('far');
    const far = (await readTask(own.db, 'far'))!;
    await act((trx) => reassignTask(trx, 'far', { candidateRole: far.candidateRole, candidatePersons: [], dueAt: far.dueAt, why: 'dan has left: reassigned to controller.' }));
    expect(await readTask(own.db, 'far')).toMatchObject({ candidateRole: far.candidateRole, dueAt: far.dueAt, level: 0, why: 'dan has left: reassigned to controller.' });
    expect(await inbox('dan')).toEqual(['cfo-de for cfo']);
    await act((trx) => markReminded(trx, 'far'));
    expect((await readTask(own.db, 'far'))?.remindedAt).toBeDefined();
    await act((trx) => escalateTask(trx, 'far', { candidateRole: 'cfo', candidatePersons: [], dueAt: hours(70), why: 'Overdue at the controller.' }));
    expect(await readTask(own.db, 'far')).toMatchObject({ candidateRole: 'cfo', level: 1, state: 'open', why: 'Overdue at the controller.' });
    expect(await inbox('cfo')).toContain('far');
  });

  it('keeps comments and questions with the case', async () => {
    await inTransaction(own.db, (trx) => addComment(trx, { entity: 'DE01', case: caseId, approval: 'soon', author: 'ada', asks: 'bob', body: 'Did it arrive?' }));
    expect(await commentsOf(own.db, caseId)).toMatchObject([{ case: caseId, approval: 'soon', author: 'ada', asks: 'bob', body: 'Did it arrive?' }]);
  });
});

describeWithDatabase('exceptions', () => {
  const own = useDatabase();
  it('open once, are assigned, escalated, counted, resolved once', async () => {
    const caseId = await aCase(own.db, 'exceptional');
    const act = <Result>(work: Parameters<typeof inTransaction<Result>>[1]) => inTransaction(own.db, work);
    const exception = { id: `${caseId}-x1`, entity: 'DE01', case: caseId, origin: 'process' as const, code: 'price-variance', reasonCode: 'PRI' as const, title: 'Price', findings: [], ownerRole: 'buyer', ownerPerson: 'bob', dueAt: hours(-1) };
    await act((trx) => openException(trx, exception));
    await act((trx) => openException(trx, { ...exception, title: 'again' }));
    expect(await openExceptionsOf(own.db, caseId)).toMatchObject([{ title: 'Price', ownerPerson: 'bob' }]);
    expect(await act((trx) => nextExceptionNumber(trx, caseId))).toBe(2);
    expect(await countExceptions(own.db, ['DE01'])).toEqual([{ code: 'price-variance', ownerRole: 'buyer', count: 1, overdue: 1, oldestHours: 0 }]);
    expect(await act((trx) => assignException(trx, exception.id, undefined))).toBe(true);
    await act((trx) => escalateException(trx, exception.id, { ownerRole: 'head-of-purchasing', dueAt: hours(5) }));
    expect(await readException(own.db, exception.id)).toMatchObject({ ownerRole: 'head-of-purchasing', level: 1 });
    expect((await listExceptions(own.db, { ownerRole: 'head-of-purchasing', state: 'open' }, { limit: 5 })).items).toHaveLength(1);
    expect(await act((trx) => resolveException(trx, exception.id, { resolution: 'override', by: 'person:bob', detail: { reason: 'agreed' } }))).toBe(true);
    expect(await act((trx) => resolveException(trx, exception.id, { resolution: 'reject', by: 'person:eve' }))).toBe(false);
    expect(await readException(own.db, exception.id)).toMatchObject({ state: 'resolved', resolution: 'override', resolvedBy: 'person:bob' });
  });
});
