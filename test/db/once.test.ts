import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { inTransaction, sql, sqlOne } from '../../db/client.ts';
import { beginEffect, databaseEpoch, enterEpoch, markNotSent, markRestored, markSent, markUnknown, openEffects, recordedOutcome, recordOutcome } from '../../db/repositories/once.ts';
import type { EffectRequest } from '../../db/repositories/once.ts';
import { appendAudit, chainHeads } from '../../db/repositories/audit.ts';
import { describeWithDatabase } from '../support/services.ts';
import { atOnce, useDatabase } from './fixtures.ts';

describeWithDatabase('once: the record of an effect', () => {
  const own = useDatabase();
  let epoch = '';
  beforeAll(async () => {
    epoch = await databaseEpoch(own.db);
  });

  let counter = 0;
  const request = (changes: Partial<EffectRequest> = {}): EffectRequest => ({
    key: `effect-${(counter += 1)}`,
    entity: 'DE01',
    system: 'erp',
    requestHash: 'one',
    attempt: 1,
    leaseMs: 60_000,
    processEpoch: epoch,
    ...changes,
  });
  const begin = (effect: EffectRequest) => beginEffect(own.db, effect);
  const handle = (effect: EffectRequest, { fencing }: { fencing: string }) => ({ key: effect.key, fencing });
  const recordIt = (effect: EffectRequest, state: { fencing: string }, outcome: unknown) => inTransaction(own.db, (trx) => recordOutcome(trx, handle(effect, state), outcome));

  it('is fresh for exactly one of 50 that come at once', async () => {
    const effect = request();
    const states = await atOnce(50, () => begin(effect));
    expect(states.filter(({ state }) => state === 'fresh')).toHaveLength(1);
    expect(states.filter(({ state }) => state === 'held')).toHaveLength(49);
  });

  it('gives the recorded outcome to every later call, and a conflict to another request', async () => {
    const effect = request();
    const first = await begin(effect);
    await recordIt(effect, first, { document: '5100001' });
    expect(await begin({ ...effect, attempt: 2 })).toMatchObject({ state: 'recorded', recorded: { document: '5100001' } });
    expect(await begin({ ...effect, requestHash: 'two' })).toMatchObject({ state: 'conflict' });
    expect(await recordedOutcome(own.db, effect.key, z.object({ document: z.string() }))).toEqual({ document: '5100001' });
  });

  it('enquires after a crash between begin and record, as soon as the lease has run out, and never earlier', async () => {
    const effect = request({ leaseMs: 1_000 });
    const first = await begin(effect);
    expect(await begin({ ...effect, attempt: 2 })).toMatchObject({ state: 'held', leaseUntil: first.leaseUntil });
    await sleep(1_050);
    expect(await begin({ ...effect, attempt: 2 })).toMatchObject({ state: 'enquire', lastSentAt: first.leaseUntil, fencing: '2' });
  });

  it('F24: the late answer of an attempt that was taken over is not written', async () => {
    const effect = request({ leaseMs: 1 });
    const zombie = await begin(effect);
    await sleep(20);
    const successor = await begin({ ...effect, attempt: 2, leaseMs: 60_000 });
    await expect(recordIt(effect, zombie, { document: 'zombie' })).rejects.toMatchObject({ code: 'effect-taken-over' });
    await expect(markUnknown(own.db, handle(effect, zombie))).rejects.toMatchObject({ code: 'effect-taken-over' });
    await recordIt(effect, successor, { document: 'right' });
    expect(await begin({ ...effect, attempt: 3 })).toMatchObject({ recorded: { document: 'right' } });
  });

  it('enquires before the first send on a later attempt without a record: the record may have been lost', async () => {
    const effect = request({ attempt: 2 });
    const state = await begin(effect);
    expect(state).toMatchObject({ state: 'enquire' });
    expect(state.lastSentAt).toBeDefined();
    await markUnknown(own.db, handle(effect, state));
    expect(await begin({ ...effect, attempt: 3 })).toMatchObject({ state: 'enquire', lastSentAt: state.lastSentAt });
  });

  it('counts a resend from its own moment, and an unsent one not at all', async () => {
    const effect = request();
    const first = await begin(effect);
    await markUnknown(own.db, handle(effect, first));
    const second = await begin({ ...effect, attempt: 2 });
    await sleep(5);
    await markSent(own.db, handle(effect, second), 60_000);
    await markUnknown(own.db, handle(effect, second));
    const third = await begin({ ...effect, attempt: 3 });
    expect(third.state).toBe('enquire');
    expect(Date.parse(third.lastSentAt ?? '')).toBeGreaterThan(Date.parse(first.lastSentAt ?? ''));

    const throttled = request();
    await markNotSent(own.db, handle(throttled, await begin(throttled)));
    expect(await begin({ ...throttled, attempt: 2 })).toMatchObject({ state: 'fresh', fencing: '2' });
  });

  it('a resend holds its key for a lease of its own, however short the one was that it began with', async () => {
    const effect = request({ attempt: 2, leaseMs: 1 });
    const first = await begin(effect);
    await markSent(own.db, handle(effect, first), 60_000);
    await sleep(20);
    const other = await begin({ ...effect, attempt: 3 });
    expect(Date.parse(other.now), 'the first lease is over').toBeGreaterThan(Date.parse(first.leaseUntil));
    expect(other.state).toBe('held');
    await recordIt(effect, first, { document: 'of the resend' });
    expect(await begin({ ...effect, attempt: 4 })).toMatchObject({ recorded: { document: 'of the resend' } });
  });

  it('counts a send without an answer from when it was made, not from when its attempt began', async () => {
    const effect = request();
    const first = await begin(effect);
    await sleep(300);
    await markUnknown(own.db, handle(effect, first), 100);
    const second = await begin({ ...effect, attempt: 2 });
    const sinceBegun = Date.parse(second.lastSentAt ?? '') - Date.parse(first.lastSentAt ?? '');
    expect(sinceBegun).toBeGreaterThanOrEqual(195);
    expect(Date.parse(second.now) - Date.parse(second.lastSentAt ?? '')).toBeGreaterThanOrEqual(100);
  });

  it('writes the outcome together with what depends on it, or not at all', async () => {
    const effect = request();
    const state = await begin(effect);
    const before = await chainHeads(own.db);
    await expect(
      inTransaction(own.db, async (trx) => {
        await recordOutcome(trx, handle(effect, state), { document: 'x' });
        await appendAudit(trx, 'DE01', [{ action: 'posted', actor: 'system:worker', correlationId: 'c' }]);
        throw new Error('the process dies before the commit');
      }),
    ).rejects.toThrow('dies');
    expect(await chainHeads(own.db)).toEqual(before);
    expect(await begin({ ...effect, attempt: 2 })).toMatchObject({ state: 'held' });
    expect((await openEffects(own.db, 0)).map((open) => open.key)).toContain(effect.key);
  });

  describe('after a restore from a backup', () => {
    it('F25: every effect enquires before its first send, in processes that started before it and after it', async () => {
      const old = epoch;
      epoch = await markRestored(own.db);
      expect(epoch).not.toBe(old);
      expect(await begin(request({ processEpoch: old }))).toMatchObject({ state: 'enquire' });
      const state = await begin(request());
      expect(state).toMatchObject({ state: 'enquire' });
      expect(state.lastSentAt, 'nothing is missing that was sent later').toBe((await sqlOne<{ at: string }>(own.db, `select records_lost_at as at from installation`)).at);
    });

    it('F6: a process notes at its start that the database has another history', async () => {
      await sql(own.db, `update installation set epoch = 'before the failover', records_lost_at = null`);
      expect(await begin(request())).toMatchObject({ state: 'fresh' });
      epoch = await enterEpoch(own.db);
      expect(await begin(request())).toMatchObject({ state: 'enquire' });
    });

    it('F6: a process that went on over a failover enquires before its first send, though nobody has noted it yet', async () => {
      await sql(own.db, `update installation set records_lost_at = null`);
      const { state, now } = await begin(request());
      expect(state, 'of a process that began after it').toBe('fresh');
      const old = await begin(request({ processEpoch: 'another timeline' }));
      expect(old).toMatchObject({ state: 'enquire' });
      expect(Date.parse(old.lastSentAt ?? ''), 'it may have sent just now').toBeGreaterThanOrEqual(Date.parse(now));
    });

    it.each([
      ['not sent', markNotSent],
      ['unknown', markUnknown],
    ])('a record that came back as %s is not trusted: a send may be missing, and the settle window starts anew, once', async (_name, mark) => {
      const effect = request();
      await mark(own.db, handle(effect, await begin(effect)));
      await sql(own.db, `update effects set last_sent_at = now() - interval '1 day' where key = :key`, { key: effect.key });
      epoch = await markRestored(own.db);
      const state = await begin({ ...effect, attempt: 2, processEpoch: epoch });
      expect(state.state).toBe('enquire');
      expect(Date.parse(state.now) - Date.parse(state.lastSentAt ?? '')).toBeLessThan(60_000);
      await markUnknown(own.db, handle(effect, state));
      expect((await begin({ ...effect, attempt: 3, processEpoch: epoch })).lastSentAt).toBe(state.lastSentAt);
    });
  });
});
