import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, expect, it, vi } from 'vitest';
import { inTransaction, sql } from '../../db/client.ts';
import { listen } from '../../db/listen.ts';
import { readCursor, readInbound, recordInbound } from '../../db/repositories/inbound.ts';
import { claimOutbox, enqueue, markDone, markDoneByKey, markFailed, markRefused, OUTBOX_CHANNEL, outboxBacklog, type Message } from '../../db/repositories/outbox.ts';
import { describeWithDatabase } from '../support/services.ts';
import { atOnce, useDatabase } from './fixtures.ts';

describeWithDatabase('outbox and inbound events', () => {
  const own = useDatabase();
  const message = (key: string, changes: Partial<Message> = {}): Message => ({ entity: 'DE01', kind: 'signal-workflow', key, workflowId: `w-${key}`, payload: { n: key }, ...changes });
  const send = (...messages: Message[]) => inTransaction(own.db, async (trx) => {
      for (const one of messages) await enqueue(trx, one);
    });
  const claim = (limit = 100, leaseMs = 60_000, relay = 'r') => claimOutbox(own.db, { relay, limit, leaseMs });
  beforeEach(async () => void (await sql(own.db, `delete from outbox`)));

  it('gives every message to exactly one of several relays that claim at once', async () => {
    await send(...Array.from({ length: 200 }, (_, index) => message(`m${index}`)));
    const claimed = (await atOnce(8, (index) => claim(40, 60_000, `relay-${index}`))).flat();
    const rest = await claim(200);
    const keys = [...claimed, ...rest].map(({ key }) => key);
    expect(keys).toHaveLength(200);
    expect(new Set(keys).size).toBe(200);
  });

  it('keeps the order of one workflow: a later message waits until the earlier one is through', async () => {
    await send(message('start', { kind: 'start-workflow', workflowId: 'w' }), message('later', { workflowId: 'w' }), message('other', { workflowId: 'v' }));
    const first = await claim();
    expect(first.map(({ key }) => key)).toEqual(['start', 'other']);
    expect(await claim()).toEqual([]);
    expect(await markDone(own.db, first.map(({ id }) => id))).toBe(true);
    const second = await claim();
    expect(second.map(({ key }) => key)).toEqual(['later']);
    expect(await markDone(own.db, second.map(({ id }) => id))).toBe(false);
  });

  it('lets what the bank and the ERP said pass a decision that is held back; messages of one kind keep their order', async () => {
    const [update, signal] = [{ kind: 'update-workflow', workflowId: 'w' }, { workflowId: 'w' }] as const;
    await send(message('decision', { ...update, delayMs: 60_000 }), message('second decision', update), message('paid', signal), message('returned', signal));
    const first = await claim();
    expect(first.map(({ key }) => key)).toEqual(['paid']);
    await markDone(own.db, first.map(({ id }) => id));
    expect((await claim()).map(({ key }) => key)).toEqual(['returned']);
  });

  it('offers it again when the relay died, and after a failure with a growing delay', async () => {
    await send(message('x'));
    expect(await claim(1, 30)).toMatchObject([{ key: 'x', attempts: 1 }]);
    await sleep(60);
    const [again] = await claim();
    expect(again?.attempts).toBe(2);
    await markFailed(own.db, again?.id ?? '', 'no server');
    expect(await claim()).toEqual([]);
    const [row] = await sql<{ wait: number; last_error: string }>(own.db, `select extract(epoch from available_at - clock_timestamp())::float as wait, last_error from outbox`);
    expect(row?.last_error).toBe('no server');
    expect(row?.wait).toBeGreaterThan(1);
    expect(row?.wait).toBeLessThan(3);
  });

  it('leaves decisions to those who have room for them, and hands out the rest', async () => {
    await send(message('decision', { kind: 'update-workflow', workflowId: 'w' }), message('signal', { workflowId: 'w' }));
    expect((await claimOutbox(own.db, { relay: 'r', limit: 100, leaseMs: 60_000, updates: false })).map(({ key }) => key)).toEqual(['signal']);
    expect((await claim()).map(({ key }) => key)).toEqual(['decision']);
  });

  it('waits a quarter of a minute at the most after many failures, so that what came during an outage is delivered soon after it, and not all at the same moment', async () => {
    await send(...Array.from({ length: 30 }, (_, index) => message(`m${index}`)));
    const claimed = await claim();
    await sql(own.db, `update outbox set attempts = 50`);
    for (const { id } of claimed) await markFailed(own.db, id, 'no server');
    const waits = (await sql<{ wait: number }>(own.db, `select extract(epoch from available_at - clock_timestamp())::float as wait from outbox`)).map(({ wait }) => wait);
    expect([Math.min(...waits) > 10, Math.max(...waits) <= 19]).toEqual([true, true]);
    expect(Math.max(...waits) - Math.min(...waits), 'spread').toBeGreaterThan(5);
  });

  it('closes what was refused for good, so that what follows may go', async () => {
    await send(message('refused', { workflowId: 'w' }), message('next', { workflowId: 'w' }));
    const [first] = await claim();
    await markRefused(own.db, first?.id ?? '', 'already decided');
    expect((await claim()).map(({ key }) => key)).toEqual(['next']);
  });

  it('takes a message once, holds an update back for the API and lets the API close it', async () => {
    await send(message('d1', { kind: 'update-workflow', delayMs: 60_000 }));
    await send(message('d1', { kind: 'update-workflow' }));
    expect(await claim()).toEqual([]);
    expect((await outboxBacklog(own.db)).waiting).toBe(1);
    await markDoneByKey(own.db, 'update-workflow', 'd1');
    expect((await outboxBacklog(own.db)).waiting).toBe(0);
  });

  it('wakes a listener at commit and not before, and again after its connection was cut', async () => {
    const woken = vi.fn();
    const listener = await listen(own.url, OUTBOX_CHANNEL, woken);
    try {
      expect(woken).toHaveBeenCalledTimes(1);
      await inTransaction(own.db, async (trx) => {
        await enqueue(trx, message('n1'));
        await sleep(50);
        expect(woken).toHaveBeenCalledTimes(1);
      });
      await vi.waitFor(() => expect(woken).toHaveBeenCalledTimes(2));
      await sql(own.db, `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'kontor-listen-outbox' and datname = current_database()`);
      await vi.waitFor(() => expect(woken).toHaveBeenCalledTimes(3), 10_000);
      await send(message('n2'));
      await vi.waitFor(() => expect(woken).toHaveBeenCalledTimes(4), 10_000);
    } finally {
      await listener.close();
    }
  });

  it('takes each event of a source once, however often and in whatever order it comes', async () => {
    const events = ['1', '2', '3'].map((id) => ({ id, kind: 'goods-receipt', payload: { order: id } }));
    const record = (batch: typeof events, cursor?: string) => inTransaction(own.db, (trx) => recordInbound(trx, { source: 'erp/DE01', entity: 'DE01', events: batch, ...(cursor ? { cursor } : {}) }));
    const fresh = (await atOnce(5, (index) => record(index % 2 ? events : [...events].reverse()))).flat();
    expect(fresh.map(({ id }) => id).sort()).toEqual(['1', '2', '3']);
    expect(await record([...events, { id: '4', kind: 'goods-receipt', payload: { order: '4' } }], 'cursor-4')).toMatchObject([{ id: '4' }]);
    expect(await readCursor(own.db, 'erp/DE01')).toBe('cursor-4');
    expect(await readCursor(own.db, 'erp/US01')).toBeUndefined();
    expect(await readInbound(own.db, 'erp/DE01', '2')).toMatchObject({ kind: 'goods-receipt', payload: { order: '2' }, entity: 'DE01' });
  });
});
