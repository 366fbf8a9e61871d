import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { inTransaction, sql } from '../../db/client.ts';
import { beginRequest, completeRequest, purgeRequests, releaseRequest, type RequestHandle } from '../../db/repositories/requests.ts';
import { describeWithDatabase } from '../support/services.ts';
import { atOnce, useDatabase } from './fixtures.ts';

describeWithDatabase('HTTP idempotency keys', () => {
  const own = useDatabase();
  const scope = (key: string) => ({ principal: 'ada', method: 'POST', route: '/v1/invoices', key });
  const begin = (key: string, bodyHash = 'body', leaseMs = 60_000) => beginRequest(own.db, scope(key), { entity: 'DE01', bodyHash, leaseMs });
  const outcome = { status: 202, headers: { location: '/v1/invoices/1' }, body: { z: 1, a: [true, null] } };
  const complete = (handle: RequestHandle) => inTransaction(own.db, (trx) => completeRequest(trx, handle, outcome));

  it('F8: of 50 at once one is carried out and 49 are told to wait', async () => {
    const states = await atOnce(50, () => begin('f8'));
    expect(states.filter(({ state }) => state === 'fresh')).toHaveLength(1);
    expect(states.filter(({ state }) => state === 'in-flight')).toHaveLength(49);
  });

  it('replays the stored outcome, members in their order', async () => {
    const fresh = await begin('replayed');
    if (fresh.state !== 'fresh') throw new Error('not fresh');
    expect(await complete(fresh.handle)).toBe(true);
    const again = await begin('replayed');
    expect(again).toEqual({ state: 'replay', outcome });
    if (again.state === 'replay') expect(JSON.stringify(again.outcome.body)).toBe('{"z":1,"a":[true,null]}');
  });

  it('F9: another body is a mismatch, in flight and afterwards; another principal, method or route is another request', async () => {
    const fresh = await begin('f9');
    expect(await begin('f9', 'other')).toEqual({ state: 'mismatch' });
    if (fresh.state === 'fresh') await complete(fresh.handle);
    expect(await begin('f9', 'other')).toEqual({ state: 'mismatch' });
    for (const other of [{ principal: 'bob' }, { method: 'PUT' }, { route: '/v1/suppliers' }])
      expect((await beginRequest(own.db, { ...scope('f9'), ...other }, { entity: 'DE01', bodyHash: 'other', leaseMs: 1000 })).state).toBe('fresh');
  });

  it('gives the key of a dead process to its successor, and the dead one may no longer answer', async () => {
    const dead = await begin('lease', 'body', 1_000);
    const waiting = await begin('lease');
    expect(waiting.state).toBe('in-flight');
    if (waiting.state === 'in-flight') expect(waiting.retryAfterMs).toBeLessThanOrEqual(1_000);
    await sleep(1_050);
    const successor = await begin('lease');
    if (dead.state !== 'fresh' || successor.state !== 'fresh') throw new Error('not fresh');
    expect(await complete(dead.handle)).toBe(false);
    expect(await complete(successor.handle)).toBe(true);
  });

  it('frees a key when nothing happened', async () => {
    const fresh = await begin('released');
    if (fresh.state === 'fresh') await releaseRequest(own.db, fresh.handle);
    expect((await begin('released', 'changed')).state).toBe('fresh');
  });

  it('forgets keys after 90 days and never earlier', async () => {
    await begin('old');
    await begin('young');
    await sql(own.db, `update requests set created_at = now() - case key when 'old' then interval '91 days' else interval '89 days' end where key in ('old', 'young')`);
    expect(await purgeRequests(own.db, 1)).toBe(1);
    expect((await begin('young')).state).toBe('in-flight');
  });
});
