import { setTimeout as sleep } from 'node:timers/promises';
import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { once, type Effect, type OnceTools } from '../../activities/once.ts';
import { createErpChangeActivities } from '../../activities/erp-changes/index.ts';
import { sql, type Db } from '../../db/client.ts';
import { databaseEpoch, markRestored, recordedOutcome } from '../../db/repositories/once.ts';
import { KontorError } from '../../domain/errors.ts';
import { useDatabase } from '../db/fixtures.ts';
import { describeWithDatabase } from '../support/services.ts';

type Answer = { ok: true; number: string } | { ok: false };
const settleWindowMs = 300;
const leaseMs = 150;

/** A counterpart with a book of its own; `commits` decides what a send does before it answers. */
class Counterpart {
  readonly book = new Map<string, Answer[]>();
  sends = 0;
  enquiries = 0;

  effect(key: string, behaviour: { send?: () => Promise<Answer>; refuse?: boolean; request?: unknown; write?: () => Promise<void>; times?: Partial<Pick<Effect<Answer, Answer>, 'settleWindowMs' | 'leaseMs'>> } = {}): Effect<Answer, Answer> {
    const commit = (): Answer => {
      const answer: Answer = { ok: true, number: `D-${key}-${(this.book.get(key)?.length ?? 0) + 1}` };
      this.book.set(key, [...(this.book.get(key) ?? []), answer]);
      return answer;
    };
    return {
      key, entity: 'DE01', caseId: 'DE01-26-000001', system: 'erp:test', request: behaviour.request ?? { key }, settleWindowMs, leaseMs, ...behaviour.times,
      enquire: async () => {
        this.enquiries += 1;
        return this.book.get(key)?.[0];
      },
      send: async () => {
        this.sends += 1;
        if (behaviour.refuse) return { ok: false };
        return behaviour.send ? behaviour.send() : commit();
      },
      outcomeOf: (answer) => (answer.ok ? answer : undefined),
      write: () => behaviour.write?.() ?? Promise.resolve(),
    };
  }

  /** What the send of a process does that ends between the commit outside and the record inside. */
  commitAndLose(key: string): () => Promise<Answer> {
    return async () => {
      this.book.set(key, [{ ok: true, number: `D-${key}-1` }]);
      throw new KontorError('outcome-unknown', 'no answer');
    };
  }
}

/** A database whose statement of this number waits for its connection, as of a process that is not given the processor. */
function stallingAt(db: Db, statement: number, ms: number): Db {
  let begun = 0;
  const { client } = db as unknown as { client: { acquireConnection(): Promise<unknown>; releaseConnection(connection: unknown): Promise<void> } };
  const stalling = {
    async acquireConnection() {
      if ((begun += 1) === statement) await sleep(ms);
      return client.acquireConnection();
    },
    releaseConnection: (connection: unknown) => client.releaseConnection(connection),
  };
  return { client: stalling } as unknown as Db;
}

describeWithDatabase('once: an effect outside happens once per key', () => {
  const own = useDatabase();
  let erp: Counterpart;
  let keys = 0;

  const begin = async (attempt = 1): Promise<{ key: string; tools: OnceTools }> => {
    erp = new Counterpart();
    return { key: `k-${(keys += 1)}`, tools: { db: own.db, attempt, processEpoch: await databaseEpoch(own.db) } };
  };

  it('sends, records, and answers a repeat from the record', async () => {
    const { key, tools } = await begin();
    const first = await once(tools, erp.effect(key));
    expect(await once(tools, erp.effect(key))).toEqual(first);
    expect([erp.sends, erp.enquiries]).toEqual([1, 0]);
  });

  it('F17: a crash between send and record is healed by asking, not by sending', async () => {
    const { key, tools } = await begin();
    await expect(once(tools, erp.effect(key, { send: erp.commitAndLose(key) }))).rejects.toMatchObject({ code: 'outcome-unknown' });
    expect(await once({ ...tools, attempt: 2 }, erp.effect(key))).toEqual({ ok: true, number: `D-${key}-1` });
    expect([erp.sends, erp.enquiries, erp.book.get(key)!.length]).toEqual([1, 1, 1]);
  });

  it('a later attempt that finds no record asks first: the one before it may have sent, and its record be lost', async () => {
    const { key, tools } = await begin(2);
    erp.book.set(key, [{ ok: true, number: 'sent by the attempt before' }]);
    expect(await once(tools, erp.effect(key))).toEqual({ ok: true, number: 'sent by the attempt before' });
    expect([erp.sends, erp.enquiries]).toEqual([0, 1]);
  });

  it('a transaction of ours that fails leaves no record; the next attempt asks and records', async () => {
    const { key, tools } = await begin();
    const write = () => Promise.reject(new Error('the database ends here'));
    await expect(once(tools, erp.effect(key, { write }))).rejects.toThrow('ends here');
    await sleep(200);
    expect(await once({ ...tools, attempt: 2 }, erp.effect(key))).toEqual({ ok: true, number: `D-${key}-1` });
    expect(erp.sends).toBe(1);
  });

  it('"not found" proves nothing within the settle window, and allows a send after it', async () => {
    const { key, tools } = await begin();
    const lost = () => Promise.reject(new KontorError('outcome-unknown', 'no answer'));
    await expect(once(tools, erp.effect(key, { send: lost }))).rejects.toMatchObject({ code: 'outcome-unknown' });
    const error = await once({ ...tools, attempt: 2 }, erp.effect(key)).catch((caught: unknown) => caught as KontorError);
    expect(error).toMatchObject({ code: 'outcome-unknown' });
    expect(erp.sends).toBe(1);
    await sleep((error as KontorError).retryAfterMs ?? 0);
    expect(await once({ ...tools, attempt: 3 }, erp.effect(key))).toMatchObject({ ok: true });
    expect(erp.sends).toBe(2);
  });

  it('the settle window is waited for whole, from the send whose answer was lost', async () => {
    const { key, tools } = await begin();
    const times = { settleWindowMs: 3_000 };
    let sentAt = 0;
    const lost = () => {
      sentAt = performance.now();
      return Promise.reject(new KontorError('outcome-unknown', 'no answer'));
    };
    await expect(once(tools, erp.effect(key, { send: lost, times }))).rejects.toMatchObject({ code: 'outcome-unknown' });
    await sleep(0.7 * times.settleWindowMs);
    const error = await once({ ...tools, attempt: 2 }, erp.effect(key, { times })).catch((caught: unknown) => caught as KontorError);
    expect(error).toMatchObject({ code: 'outcome-unknown' });
    expect(erp.sends).toBe(1);
    expect(performance.now() - sentAt + ((error as KontorError).retryAfterMs ?? 0)).toBeGreaterThanOrEqual(times.settleWindowMs);
  });

  it('an attempt that began long ago, sent just now and got no answer has sent just now', async () => {
    const { key, tools } = await begin();
    const times = { settleWindowMs: 60_000 };
    const standingStill = async () => {
      await sql(own.db, `update effects set last_sent_at = last_sent_at - interval '1 hour' where key = :key`, { key });
      throw new KontorError('outcome-unknown', 'no answer');
    };
    await expect(once(tools, erp.effect(key, { send: standingStill, times }))).rejects.toMatchObject({ code: 'outcome-unknown' });
    await expect(once({ ...tools, attempt: 2 }, erp.effect(key, { times }))).rejects.toMatchObject({ code: 'outcome-unknown' });
    expect([erp.sends, erp.enquiries]).toEqual([1, 1]);
  });

  it('an attempt that nobody heard of again may have sent until its lease ended: the settle window counts from there', async () => {
    const { key, tools } = await begin();
    const times = { settleWindowMs: 2_000, leaseMs: 1_000 };
    void once(tools, erp.effect(key, { send: () => new Promise(() => undefined), times }));
    await sleep(times.settleWindowMs + 100);
    const error = await once({ ...tools, attempt: 2 }, erp.effect(key, { times })).catch((caught: unknown) => caught as KontorError);
    expect(error).toMatchObject({ code: 'outcome-unknown' });
    expect(erp.sends).toBe(1);
    await sleep((error as KontorError).retryAfterMs ?? 0);
    expect(await once({ ...tools, attempt: 3 }, erp.effect(key, { times }))).toMatchObject({ ok: true });
    expect([erp.sends, erp.enquiries]).toEqual([2, 2]);
  });

  it('a refusal leaves the key free for the next attempt, which sends', async () => {
    const { key, tools } = await begin();
    expect(await once(tools, erp.effect(key, { refuse: true }))).toEqual({ ok: false });
    expect(await recordedOutcome(own.db, key, z.unknown())).toBeUndefined();
    expect(await once(tools, erp.effect(key))).toMatchObject({ ok: true });
  });

  it('one key never stands for two requests', async () => {
    const { key, tools } = await begin();
    await once(tools, erp.effect(key));
    await expect(once(tools, erp.effect(key, { request: 'another' }))).rejects.toMatchObject({ code: 'effect-key-conflict' });
  });

  it('a zombie that wakes up after its lease was taken over changes nothing', async () => {
    const { key, tools } = await begin();
    let wake = () => {};
    const asleep = new Promise<void>((resolve) => (wake = resolve));
    const zombie = once(tools, erp.effect(key, { send: async () => (await asleep, { ok: true, number: 'of the zombie' }) })).catch((caught: unknown) => caught);
    await sleep(leaseMs + settleWindowMs + 100);
    const taken = await once({ ...tools, attempt: 2 }, erp.effect(key));
    wake();
    expect(await zombie).toMatchObject({ code: 'effect-taken-over' });
    expect(await once(tools, erp.effect(key))).toEqual(taken);
  });

  it('an attempt that stands still before it sends again sends nothing: another one may have done so meanwhile', async () => {
    const { key, tools } = await begin();
    await expect(once(tools, erp.effect(key, { send: () => Promise.reject(new KontorError('outcome-unknown', 'no answer')) }))).rejects.toMatchObject({ code: 'outcome-unknown' });
    await sleep(leaseMs + settleWindowMs + 100);
    const taking = 1;
    const stalled = { ...tools, attempt: 2, db: stallingAt(own.db, taking + 1, leaseMs + 100) };
    await expect(once(stalled, erp.effect(key))).rejects.toMatchObject({ code: 'effect-in-progress' });
    expect([erp.sends, erp.enquiries]).toEqual([1, 1]);
  });

  it('after a restore, a process that knew the database before asks first', async () => {
    const { key, tools } = await begin();
    erp.book.set(key, [{ ok: true, number: 'sent before the restore' }]);
    await markRestored(own.db);
    expect(await once(tools, erp.effect(key))).toMatchObject({ number: 'sent before the restore' });
    expect([erp.sends, erp.enquiries]).toEqual([0, 1]);
  });

  it('the activity around it turns errors into failures of the engine, by the catalogue', async () => {
    const { pollErpChanges } = createErpChangeActivities({ db: own.db, now: () => new Date(), erpOf: () => { throw new Error('not reached'); } });
    const failure = await new MockActivityEnvironment({ attempt: 1 }, { logger: new DefaultLogger('ERROR') }).run(pollErpChanges, { entity: 'XX99' }).catch((caught: unknown) => caught);
    expect(failure).toBeInstanceOf(ApplicationFailure);
    expect(failure).toMatchObject({ type: 'unknown-resource', nonRetryable: true });
  });
});
