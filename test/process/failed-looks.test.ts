import { WorkflowNotFoundError } from '@temporalio/client';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { recordEscalation } from '../../activities/accounts-payable/record-escalation.ts';
import type { PayablesParts } from '../../activities/accounts-payable/parts.ts';
import { sql } from '../../db/client.ts';
import { parkedRetryInterval } from '../../temporal-config/retry-profiles.ts';
import { openHouse, type House } from '../support/house.ts';
import { billed, submit, type BilledLine } from '../support/invoices.ts';
import { people } from '../support/people.ts';
import { describeWithServices } from '../support/services.ts';

/** What cannot be recorded just now keeps no process from going on: it waits, and tries again. */
const retrySeconds = Number.parseInt(parkedRetryInterval, 10) * 60;
const energy = (price: string) => billed({ lines: [{ quantity: '1', price, name: 'Strom' }], seller: { name: 'Stadtwerke Musterstadt GmbH', vatId: 'DE142900886' }, iban: 'DE21500999000010000106' });

describeWithServices('records that fail', () => {
  let house: House;
  let they: ReturnType<typeof people>;

  beforeAll(async () => {
    house = await openHouse();
    they = people(house);
    await house.startWorker();
    await house.firstPoll('DE01');
  });
  afterAll(() => house.dispose());

  const deadlinesNamed = (name: string) => sql(house.db, `update legal_entities set settings = jsonb_set(settings, '{policies,deadlines}', to_jsonb(:name::text)) where entity = 'DE01'`, { name });
  const runOf = (workflowId: string) => house.client.workflow.getHandle(workflowId);
  const isStarted = (workflowId: string) => runOf(workflowId).describe().then(() => true, (error: unknown) => { if (error instanceof WorkflowNotFoundError) return false; throw error; });
  /** Whether it waits for the next try, or is gone. */
  const settled = (workflowId: string, seconds = retrySeconds) =>
    vi.waitUntil(
      async () => {
        if (!(await isStarted(workflowId))) return undefined;
        const { status } = await runOf(workflowId).describe();
        const { events } = await runOf(workflowId).fetchHistory();
        const waits = (events ?? []).some(({ timerStartedEventAttributes }) => Number(timerStartedEventAttributes?.startToFireTimeout?.seconds ?? 0) === seconds);
        return waits || status.name !== 'RUNNING' ? status.name : undefined;
      },
      { timeout: 90_000, interval: 200 },
    );

  it('A7: a look at a deadline that fails is made again; people go on deciding', async () => {
    const { caseId, workflowId } = await submit(house.db, energy('470.00'));
    await house.stage(caseId, 'approval');
    const [company] = await sql<{ name: string }>(house.db, `select settings #>> '{policies,deadlines}' as name from legal_entities where entity = 'DE01'`);
    await deadlinesNamed('from-tomorrow');
    try {
      await runOf(workflowId).signal('peopleChanged');
      expect(await settled(workflowId)).toBe('RUNNING');
    } finally {
      await deadlinesNamed(company!.name);
    }
    for (let task = await they.openTask(caseId); (await they.decide(caseId, task.candidatePersons[0] ?? 'karl.brandt', 'approve', { task })).effect !== 'complete'; ) task = await they.openTask(caseId);
    await house.stage(caseId, 'posted');
  });

  it('a case that cannot even be parked waits and tries its step again', async () => {
    await sql(house.db, `create function no_exceptions() returns trigger language plpgsql as $$ begin raise exception 'not now'; end $$`);
    await sql(house.db, `create trigger no_exceptions before insert on exceptions for each row when (new.origin = 'technical') execute function no_exceptions()`);
    await sql(house.db, `create function unreadable() returns trigger language plpgsql as $$ begin new.document := '{}'; return new; end $$`);
    await sql(house.db, `create trigger unreadable before insert on documents for each row execute function unreadable()`);
    try {
      const { workflowId } = await submit(house.db, energy('480.00'));
      for (const seconds of [20, 40]) expect(await settled(workflowId, seconds), 'sooner, and not again and again').toBe('RUNNING');
    } finally {
      await sql(house.db, `drop trigger no_exceptions on exceptions`);
      await sql(house.db, `drop trigger unreadable on documents`);
    }
  });

  it('M17: a receipt that is awaited keeps its deadline, also for a look that comes a little early', async () => {
    const sheets = (quantity: string): BilledLine => ({ orderNumber: '4500000102', orderLine: '10', quantity, price: '10.00' });
    await house.stage((await submit(house.db, billed({ lines: [sheets('60')] }))).caseId, 'posted');
    const { caseId } = await submit(house.db, billed({ lines: [sheets('40')] }));
    const { progress } = await house.stage(caseId, 'awaiting-receipt');
    const dueAt = progress.awaiting[0]!.dueAt!;
    const look = (at: number) => recordEscalation({ db: house.db, now: () => new Date(at) } as PayablesParts, { entity: 'DE01', caseId, correlationId: 'test' });
    expect(await look(Date.parse(dueAt) - 40)).toEqual({ transitions: [], nextDeadline: dueAt });
    const overdue = await look(Date.parse(dueAt));
    expect(overdue.transitions.map(({ kind }) => kind)).toEqual(['exception-opened']);
    expect(overdue.nextDeadline! > dueAt).toBe(true);
  });
});
