import { afterAll, beforeAll, expect, it } from 'vitest';
import { sql } from '../../db/client.ts';
import { readSettings } from '../../temporal-config/settings.ts';
import { peopleChangedSignal } from '../../workflows/contracts/people.ts';
import { apiClient, tokenOf, type ApiClient } from '../api/client.ts';
import { openHouse, type House } from '../support/house.ts';
import { billed, submit } from '../support/invoices.ts';
import { describeWithServices } from '../support/services.ts';
import { compared, percentile, tell } from './figures.ts';
import { judge } from './invariants.ts';
import { pause } from './workday.ts';

/**
 * F23: the deadlines of very many approvals pass in the same second. Every one is escalated once, the API goes on answering, and how late
 * the last one comes is told.
 */
const isLong = readSettings().faultSeeds !== undefined;
const documents = isLong ? 2_000 : 60;
/** Rounds of the same three requests, in quiet and meanwhile. */
const rounds = isLong ? 120 : 20;
/** From the deadline to the escalation, for the last one. */
const withinMs = 300_000;
/** Setting the deadlines of that many processes takes a while. */
const aheadMs = 10_000 + documents * 60;

describeWithServices('F23 many deadlines in the same second', () => {
  let house: House;
  let clerk: ApiClient;

  beforeAll(async () => {
    house = await openHouse({ erpPollMs: 60_000 });
    await house.startWorker();
    const api = await house.startApi();
    clerk = apiClient(`http://127.0.0.1:${String(api.ready['port'])}`, await tokenOf(house.settings.stateDir, 'anna.berg'));
  });
  afterAll(() => house.dispose());

  it('escalates each exactly once while the API answers', async () => {
    const ids: string[] = [];
    for (let index = 0; index < documents; index += 1) {
      const price = `${450 + index / 100}`;
      ids.push((await submit(house.db, billed({ lines: [{ quantity: '1', price: Number(price).toFixed(2), name: 'Strom' }], seller: { name: 'Stadtwerke Musterstadt GmbH', vatId: 'DE142900886' }, iban: 'DE21500999000010000106' }))).caseId);
    }
    await expect.poll(() => count(`select count(*)::int as count from cases where stage in ('approval', 'exception')`), { timeout: 1_800_000, interval: 500 }).toBe(documents);
    const [task] = await sql<{ id: string }>(house.db, `select id from tasks where state = 'open' order by id limit 1`);
    const asked = { invoice: ids[0]!, approval: task!.id };
    await answers(asked, 5, () => false);
    const quiet = await answers(asked, rounds, () => false);

    const dueAt = new Date(Date.now() + aheadMs);
    await sql(house.db, `update tasks set due_at = :dueAt, remind_at = null where state = 'open'`, { dueAt });
    await sql(house.db, `update exceptions set due_at = :dueAt where state = 'open'`, { dueAt });
    const workflows = (await sql<{ workflow: string }>(house.db, `select workflow_id as workflow from cases`)).map(({ workflow }) => workflow);
    // A look at who is asked is what lets a process see its new deadline.
    while (workflows.length > 0) await Promise.all(workflows.splice(0, 32).map((id) => house.client.workflow.getHandle(id).signal(peopleChangedSignal)));
    expect(Date.now(), 'all deadlines lie ahead').toBeLessThan(dueAt.getTime());
    await pause(dueAt.getTime() - Date.now());
    const busy = await answers(asked, isLong ? 1 : rounds, (escalations) => escalations < documents && Date.now() < dueAt.getTime() + withinMs);
    const lags = (await escalated()).map(({ at }) => Date.parse(at) - dueAt.getTime()).sort((a, b) => a - b);
    expect(lags).toHaveLength(documents);
    expect(lags[0]).toBeGreaterThanOrEqual(0);
    expect(lags.at(-1)).toBeLessThan(withinMs);
    await pause(2_000);
    expect(await escalated(), 'none is escalated twice').toHaveLength(documents);
    expect(new Set((await escalated()).map(({ id }) => id)).size).toBe(documents);
    expect([...quiet, ...busy].filter(({ status, expected }) => status !== expected)).toEqual([]);
    const api = compared(times(quiet), times(busy));
    tell('F23', `${documents} deadlines; escalated after p50 ${percentile(lags, 0.5)} ms, p95 ${percentile(lags, 0.95)} ms, last ${lags.at(-1)} ms; API ${api.text}`);
    expect(api.held, 'within the guard').toBe(true);
    expect((await judge(house, ids)).broken).toEqual([]);
  }, 3_600_000);

  const count = async (query: string) => (await sql<{ count: number }>(house.db, query))[0]?.count;
  const escalated = () => sql<{ id: string; at: string }>(house.db, `select case_id as id, at from audit_events where action = 'invoice.escalated' and event::jsonb #>> '{data,level}' <> 'reassignment'`);

  /**
   * Asks for the clerk's inbox and a case and gives an answer to a version that is not shown, which the API refuses by itself: in turn, at least so many times and
   * as long as somebody wants. The escalations are counted each time, so that quiet pays for that, too.
   */
  async function answers({ invoice, approval }: { invoice: string; approval: string }, least: number, goOn: (escalations: number) => boolean): Promise<{ status: number; expected: number; ms: number }[]> {
    const found: { status: number; expected: number; ms: number }[] = [];
    const timed = async (expected: number, request: () => Promise<{ status: number }>) => {
      const began = performance.now();
      const { status } = await request();
      found.push({ status, expected, ms: performance.now() - began });
    };
    for (let round = 0; goOn((await escalated()).length) || round < least; round += 1) {
      await timed(200, () => clerk.get('/v1/inbox'));
      await timed(200, () => clerk.get(`/v1/invoices/${invoice}`));
      await timed(409, () => clerk.post(`/v1/approvals/${approval}/decision`, { body: { decision: 'approve', decisionHash: '0'.repeat(64) } }));
      await pause(50);
    }
    return found;
  }

  const times = (all: readonly { ms: number }[]) => all.map(({ ms }) => ms);
});
