import { afterAll, beforeAll, expect, it } from 'vitest';
import { sql } from '../../db/client.ts';
import { readSettings } from '../../temporal-config/settings.ts';
import { peopleChangedSignal } from '../../workflows/contracts/people.ts';
import { apiClient, tokenOf, type ApiClient } from '../api/client.ts';
import { openHouse, type House } from '../support/house.ts';
import { billed, submit } from '../support/invoices.ts';
import { describeWithServices } from '../support/services.ts';
import { judge } from './invariants.ts';
import { pause } from './workday.ts';

/**
 * F23: the deadlines of very many approvals pass in the same second. Every one is escalated once, the API goes on answering, and how late
 * the last one comes is told.
 */
const documents = readSettings().faultSeeds === undefined ? 60 : 2_000;
/** From the deadline to the escalation, for the last one: a guard; what it takes is in the report. */
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
    const quiet = await answers(() => false);

    const dueAt = new Date(Date.now() + aheadMs);
    await sql(house.db, `update tasks set due_at = :dueAt, remind_at = null where state = 'open'`, { dueAt });
    await sql(house.db, `update exceptions set due_at = :dueAt where state = 'open'`, { dueAt });
    const workflows = (await sql<{ workflow: string }>(house.db, `select workflow_id as workflow from cases`)).map(({ workflow }) => workflow);
    // A look at who is asked is what lets a process see its new deadline.
    while (workflows.length > 0) await Promise.all(workflows.splice(0, 32).map((id) => house.client.workflow.getHandle(id).signal(peopleChangedSignal)));
    expect(Date.now(), 'all deadlines lie ahead').toBeLessThan(dueAt.getTime());
    await pause(dueAt.getTime() - Date.now());
    const busy = await answers(async () => (await escalated()).length < documents && Date.now() < dueAt.getTime() + withinMs);
    const lags = (await escalated()).map(({ at }) => Date.parse(at) - dueAt.getTime()).sort((a, b) => a - b);
    expect(lags).toHaveLength(documents);
    expect(lags[0]).toBeGreaterThanOrEqual(0);
    await pause(2_000);
    expect(await escalated(), 'none is escalated twice').toHaveLength(documents);
    expect(new Set((await escalated()).map(({ id }) => id)).size).toBe(documents);
    expect([...quiet, ...busy].filter(({ status }) => status !== 200)).toEqual([]);
    console.log(`F23: ${documents} deadlines; escalated after p50 ${part(lags, 0.5)} ms, p95 ${part(lags, 0.95)} ms, last ${lags.at(-1)} ms; API p95 ${part(times(quiet), 0.95)} ms quiet, ${part(times(busy), 0.95)} ms meanwhile (${busy.length} requests)`);
    expect((await judge(house, ids)).broken).toEqual([]);
  }, 3_600_000);

  const count = async (query: string) => (await sql<{ count: number }>(house.db, query))[0]?.count;
  const escalated = () => sql<{ id: string; at: string }>(house.db, `select case_id as id, at from audit_events where action = 'invoice.escalated' and event::jsonb #>> '{data,level}' <> 'reassignment'`);

  /** Asks for the clerk's inbox, at least twenty times and as long as somebody wants. */
  async function answers(goOn: () => boolean | Promise<boolean>): Promise<{ status: number; ms: number }[]> {
    const found: { status: number; ms: number }[] = [];
    while (found.length < 20 || (await goOn())) {
      const began = performance.now();
      const { status } = await clerk.get('/v1/inbox');
      found.push({ status, ms: Math.round(performance.now() - began) });
      await pause(50);
    }
    return found;
  }

  const times = (all: { ms: number }[]) => all.map(({ ms }) => ms).sort((a, b) => a - b);
  const part = (sorted: number[], share: number) => sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? 0;
});
