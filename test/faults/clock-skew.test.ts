import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ReadyNodeProcess } from '../../bin/services/node-process.ts';
import { sql } from '../../db/client.ts';
import { readRun } from '../../db/repositories/payment-runs.ts';
import { itemsOf } from '../../db/repositories/payments.ts';
import type { SandboxSet } from '../../db/seed.ts';
import { addBusinessHours } from '../../domain/calendar/business-hours.ts';
import { toWallTime } from '../../domain/calendar/zoned-time.ts';
import type { Approval } from '../../domain/model/approval.ts';
import type { CalendarPolicy, DeadlinePolicy, PaymentPolicy } from '../../domain/policy/index.ts';
import { cutOffOn, earliestExecution, type CutOff } from '../../domain/rules/payments/execution.ts';
import { peopleChangedSignal } from '../../workflows/contracts/people.ts';
import { apiClient, tokenOf, type ApiClient, type Answered } from '../api/client.ts';
import { lastAnswer } from '../support/evidence.ts';
import { openHouse, type House } from '../support/house.ts';
import { billed } from '../support/invoices.ts';
import { payments } from '../support/payments.ts';
import { people } from '../support/people.ts';
import { describeWithServices } from '../support/services.ts';
import { judge } from './invariants.ts';
import { orderWithoutEnd } from './round.ts';
import { hear, runsOf, storiesOf } from './told.ts';
import { bankThatSettles, patiently, readyToPay } from './workday.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
/** How long a log-in is good for, and how recent it is to be where money leaves (S1, S12). */
const lifetimeMs = 8 * hourMs;
const times = { processingLimitMs: 600, timeoutMs: 1_500 };
const orderNumber = '45-clocks';

interface Skew {
  name: string;
  workerMs: number;
  apiMs: number;
  /** The bank's cut-off lies between the right time and that of the worker. */
  cutOffInMs: number;
}

/**
 * F19: the clocks of worker and API are wrong, those of database, engine, ERP and bank are right. Deadlines, log-ins, the bank's day and what is on
 * record go by the right time, which is the test's own.
 */
const skews: Skew[] = [
  { name: 'the worker ten minutes ahead, the API ten minutes behind', workerMs: 10 * minuteMs, apiMs: -10 * minuteMs, cutOffInMs: 8 * minuteMs },
  { name: 'the worker ten minutes behind, the API ten minutes ahead', workerMs: -10 * minuteMs, apiMs: 10 * minuteMs, cutOffInMs: -minuteMs },
];

for (const skew of skews) describeWithServices(`F19 ${skew.name}`, () => worksByTheRightTime(skew));

function worksByTheRightTime({ workerMs, apiMs, cutOffInMs }: Skew): void {
  let house: House;
  let they: ReturnType<typeof people>;
  let pay: ReturnType<typeof payments>;
  let url: string;
  let began: number;
  let cutOff: CutOff;
  const accepted: string[] = [];
  const due: string[] = [];

  beforeAll(async () => {
    began = Date.now();
    cutOff = { at: clockTime(began + cutOffInMs), zone: 'Europe/Berlin', system: 't2' };
    house = await openHouse({ processingLimitMs: times.processingLimitMs, erpTimeoutMs: times.timeoutMs, set: (shipped) => withCutOff(readyToPay(times)(shipped), cutOff.at) });
    they = people(house);
    pay = payments(house, they);
    await orderWithoutEnd(house, orderNumber);
    await bankThatSettles(house);
    requireWrong(await house.startWorker(wrongBy(workerMs)), workerMs);
    const api = await house.startApi(wrongBy(apiMs));
    requireWrong(api, apiMs);
    url = `http://127.0.0.1:${String(api.ready['port'])}`;
    await house.firstPoll('DE01');
  });
  afterAll(() => house.dispose());

  const as = async (person: string, loggedInMsAgo = 0): Promise<ApiClient> => apiClient(url, await tokenOf(house.settings.stateDir, person, new Date(Date.now() - loggedInMsAgo)));
  const enter = async (invoice: ReturnType<typeof billed>): Promise<string> => {
    const answer = await (await as('anna.berg')).post('/v1/invoices', { body: invoice });
    expect(answer, answer.text).toMatchObject({ status: 202 });
    accepted.push(answer.body.id as string);
    return answer.body.id as string;
  };
  const answered = async (person: string, { id, decisionHash }: Approval, loggedInMsAgo = 0): Promise<Answered> =>
    (await as(person, loggedInMsAgo)).post(`/v1/approvals/${id}/decision`, { body: { decision: 'approve', decisionHash } });
  const approve = (person: string, task: Approval, loggedInMsAgo = 0) => patiently(async () => {
    const { status, text } = await answered(person, task, loggedInMsAgo);
    if (status !== 200) throw new Error(`${person} was answered ${status}: ${text}`);
  });
  const rules = <Content>(kind: string, name: string) => house.policies.find((policy) => policy.kind === kind && policy.name === name)!.content as Content;

  it('documents are posted, one of them after a person was asked until the right moment', async () => {
    const asked = Date.now();
    for (const quantity of ['298', '301']) due.push(await enter(billed({ lines: [{ orderNumber, orderLine: '10', quantity, price: '0.01' }] })));
    due.push(await enter(power('410.00')));
    const { case: { id } } = await house.stage(due[2]!, 'approval');
    const task = await they.openTask(id);
    const dueFrom = (ms: number) => addBusinessHours(rules<CalendarPolicy>('calendar', 'germany'), new Date(ms).toISOString(), rules<DeadlinePolicy>('deadlines', 'two-days').approval.hours);
    expect([task.dueAt >= dueFrom(asked - 1_000), task.dueAt <= dueFrom(Date.now() + 1_000)], task.dueAt).toEqual([true, true]);
    await approve(task.candidatePersons[0] ?? 'oskar.lind', task);
    for (const caseId of due) await house.stage(caseId, 'posted');
  });

  it('A7: a deadline is not called before its time, and is called', async () => {
    const { case: { id, workflowId } } = await house.stage(await enter(power('433.00')), 'approval');
    const remindAt = new Date(Date.now() + 6_000).toISOString();
    const dueAt = new Date(Date.now() + 9_000).toISOString();
    await sql(house.db, `update tasks set remind_at = :remindAt, due_at = :dueAt where case_id = :id and state = 'open'`, { remindAt, dueAt, id });
    const handle = house.client.workflow.getHandle(workflowId);
    await handle.signal(peopleChangedSignal); // a look at who is asked is what lets a process see its new deadline
    const called = () => sql<{ level: string; at: string }>(house.db, `select event::jsonb #>> '{data,level}' as level, at from audit_events where action = 'invoice.escalated' and case_id = :id order by seq`, { id });
    await expect.poll(async () => (await called()).length, { timeout: 60_000 }).toBeGreaterThanOrEqual(2);
    const [reminded, escalated, ...more] = await called();
    expect([reminded?.level, escalated?.level, more]).toEqual(['reminder', 'escalation', []]);
    expect([reminded!.at >= remindAt, escalated!.at >= dueAt], `${reminded?.at} for ${remindAt}, ${escalated?.at} for ${dueAt}`).toEqual([true, true]);
    const timers = ((await handle.fetchHistory()).events ?? []).filter(({ timerStartedEventAttributes }) => timerStartedEventAttributes);
    expect(timers.length, 'it waited, and did not ask again and again').toBeLessThan(20);
  });

  it('S1: a log-in is good for as long as it says', async () => {
    const whoAmI = async (loggedInMsAgo: number) => (await (await as('anna.berg', loggedInMsAgo)).get('/v1/me')).status;
    expect(await whoAmI(0)).toBe(200);
    expect(await whoAmI(lifetimeMs - 2 * minuteMs)).toBe(200);
    expect(await whoAmI(lifetimeMs + 2 * minuteMs)).toBe(401);
    const { body } = await apiClient(url).post('/v1/development/login', { body: { person: 'anna.berg' }, key: null });
    expect(Math.abs(Date.parse(body.expiresAt as string) - lifetimeMs - Date.now())).toBeLessThan(minuteMs);
  });

  it('P11: a run is paid on the day that the bank gives it, and money leaves by a log-in that is recent', async () => {
    const possible = [earliestExecution(cutOff, new Date().toISOString())];
    const opened = await (await as('anna.berg')).post('/v1/payment-runs', { body: { entity: 'DE01', nextRunDate: '2027-12-01' } });
    expect(opened, opened.text).toMatchObject({ status: 202 });
    const runId = opened.body.id as string;
    await pay.asked(runId);
    possible.push(earliestExecution(cutOff, new Date().toISOString()));
    const { executionDate } = (await readRun(house.db, runId))!;
    expect(possible).toContain(executionDate);
    const { case: { workflowId } } = await house.stage(runId, 'approval');
    expect(await lastAnswer(house.client.workflow.getHandle(workflowId))).toMatchObject({ outcome: 'proposed', cutOffAt: cutOffOn(cutOff, executionDate!) });
    expect((await itemsOf(house.db, runId)).map(({ caseId }) => caseId).sort()).toEqual([...due].sort());

    await approve('clara.winter', await they.openTask(runId));
    await house.stage(runId, 'release');
    const release = await they.openTask(runId);
    expect(await answered('vera.noll', release, 17 * minuteMs)).toMatchObject({ status: 401, body: { code: 'login-too-old' } });
    await approve('vera.noll', release, 12 * minuteMs);
    await house.ended(runId, 'confirmed', 120_000);
    for (const caseId of due) await house.ended(caseId, 'paid');
    const { payments: paid } = await house.sandbox.bankLedger({ messageId: runId });
    expect(paid.map(({ requestedOn, state }) => [requestedOn, state])).toEqual(paid.map(() => [executionDate, 'booked']));
    expect(paid.length).toBeGreaterThan(0);
  });

  it('what is on record happened when it says; I1–I9 hold', async () => {
    const judgement = await judge(house, accepted);
    const told = await hear(house);
    const recorded = [...storiesOf(told).values(), ...runsOf(told).values()].flatMap(({ id, steps }) => steps.map(({ transition: { kind, at } }) => ({ id, kind, at })));
    expect(recorded.filter(({ at }) => Date.parse(at) < began - 1_000 || Date.parse(at) > Date.now() + 1_000)).toEqual([]);
    expect(recorded.length).toBeGreaterThan(20);
    expect(judgement.broken).toEqual([]);
    expect(judgement).toMatchObject({ cases: 4, posted: 3 });
  });
}

function wrongBy(ms: number): Record<string, string> {
  return { NODE_OPTIONS: `--import ${new URL('../support/wrong-clock.mjs', import.meta.url).href}`, CLOCK_AHEAD_MS: String(ms) };
}

/** By its own word: a program that had the right time would pass everything here. */
function requireWrong({ logFile }: ReadyNodeProcess, aheadMs: number): void {
  const [, said = ''] = /^\{"clock":"([^"]+)"\}$/m.exec(readFileSync(logFile, 'utf8')) ?? [];
  const found = Date.parse(said) - Date.now();
  expect(found <= aheadMs && found > aheadMs - 5 * minuteMs, `the program takes ${said} for the time`).toBe(true);
}

function power(price: string): ReturnType<typeof billed> {
  return billed({ lines: [{ quantity: '1', price, name: 'Strom' }], seller: { name: 'Stadtwerke Musterstadt GmbH', vatId: 'DE142900886' }, iban: 'DE21500999000010000106' });
}

function withCutOff(shipped: SandboxSet, cutOff: string): SandboxSet {
  return { ...shipped, policies: shipped.policies.map((policy) => (policy.kind === 'payments' && policy.name === 'standard-eur' ? { ...policy, content: { ...(policy.content as PaymentPolicy), cutOff } } : policy)) };
}

/** `15:04`, as a clock on a wall in Berlin shows it. */
function clockTime(ms: number): string {
  const { minute } = toWallTime(ms, 'Europe/Berlin');
  return [Math.floor(minute / 60), minute % 60].map((part) => String(part).padStart(2, '0')).join(':');
}
