import { randomUUID } from 'node:crypto';
import { request, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inTransaction, sql } from '../../db/client.ts';
import { appendAudit } from '../../db/repositories/audit.ts';
import { billed, submit } from '../support/invoices.ts';
import { describeWithDatabase } from '../support/services.ts';
import { tokenOf } from './client.ts';
import { openApi, type ApiHouse } from './house.ts';

describeWithDatabase('live events', () => {
  let api: ApiHouse;
  beforeAll(async () => void (api = await openApi()));
  afterAll(() => api.dispose());

  const happened = (entity: string, correlationId: string) => inTransaction(api.db, (trx) => appendAudit(trx, entity, [{ action: 'test.happened', actor: 'system:test', correlationId, data: { secret: 1 } }]));
  const accepted = async (price: string) => (await submit(api.db, billed({ lines: [{ quantity: '1', price }] }))).caseId;
  const listenAs = async (person: string, lastEventId?: string) => listen(api.url, await tokenOf(api.stateDir, person), lastEventId);
  const positionsIn = (id: string | undefined) => JSON.parse(Buffer.from(id ?? '', 'base64url').toString('utf8')) as Record<string, string>;
  const idOf = (positions: unknown) => Buffer.from(JSON.stringify(positions)).toString('base64url');

  it('only of visible companies, resumed by Last-Event-ID without a gap', async () => {
    await happened('US01', 'before');
    const mine = await listenAs('lars.thoma');
    const abroad = await listenAs('emma.price');
    const first = await accepted('21.00');
    const [event] = await mine.until((events) => events.length === 1);
    expect(event).toMatchObject({ event: 'intake.accepted', data: { case: first, entity: 'DE01' } });
    expect(event?.data).not.toHaveProperty('data');
    expect(positionsIn(event?.id), 'the id tells of no chain that the person may not see').toEqual({ DE01: expect.any(String) });
    mine.close();
    const missed = await accepted('22.00');
    const resumed = await listenAs('lars.thoma', event?.id);
    expect((await resumed.until((events) => events.length === 1))[0]?.data['case']).toBe(missed);
    expect(abroad.events()).toEqual([]);
    resumed.close();
    abroad.close();
  });

  it('only of visible companies where the database itself hides nothing', async () => {
    for (const table of ['audit_heads', 'audit_events']) await sql(api.db, `alter table ${table} disable row level security`);
    try {
      const abroad = await listenAs('emma.price');
      await accepted('23.00');
      await happened('US01', 'after');
      const [event, ...more] = await abroad.until((events) => events.length > 0);
      expect([event?.data, more]).toMatchObject([{ entity: 'US01', correlationId: 'after' }, []]);
      expect(Object.keys(positionsIn(event?.id))).toEqual(['US01']);
      abroad.close();
    } finally {
      for (const table of ['audit_heads', 'audit_events']) await sql(api.db, `alter table ${table} enable row level security`);
    }
  });

  it.each<[string, (now: Record<string, string>) => string]>([
    ['of another kind', () => 'forged'],
    ['that is no object', () => idOf([1, 'x'])],
    ['whose positions are none', () => idOf({ DE01: 'x', US01: -1, FR01: null })],
    ['of unknown chains', (now) => idOf({ ...now, 'NO"CO,X': '7', toString: '1' })],
    ['of chains that the caller may not see', (now) => idOf({ ...now, US01: '0' })],
    ['ahead of a chain that was restored', (now) => idOf({ DE01: `${now['DE01']}000` })],
  ])('an id %s shuts nobody out: what happens from now on is told', async (_, id) => {
    const heads = await sql<{ entity: string; seq: string }>(api.db, `select entity, seq from audit_heads where entity = 'DE01'`);
    const stream = await listenAs('lars.thoma', id(Object.fromEntries(heads.map(({ entity, seq }) => [entity, seq]))));
    expect(stream.status).toBe(200);
    const next = randomUUID();
    await happened('DE01', next);
    expect((await stream.until((events) => events.length > 0)).map(({ data }) => data['correlationId'])).toEqual([next]);
    stream.close();
  });

  it('an id names a chain with whatever name, and is resumed there', async () => {
    const odd = 'no"co, x';
    await happened(odd, 'first');
    const auditor = await listenAs('arne.holt');
    await happened(odd, 'second');
    const [event] = await auditor.until((events) => events.length === 1);
    auditor.close();
    await happened(odd, 'missed');
    const resumed = await listenAs('arne.holt', event?.id);
    expect((await resumed.until((events) => events.length === 1)).map(({ data }) => data['correlationId'])).toEqual(['missed']);
    resumed.close();
  });

  describe('five a person', () => {
    const close = (streams: { close(): void }[]) => streams.forEach((stream) => stream.close());

    /** All five places are free, or become so while those who have left are noticed. */
    async function placesAreFree(): Promise<void> {
      await expect.poll(async () => {
        const streams = await Promise.all(Array.from({ length: 5 }, () => listenAs('karl.brandt')));
        close(streams);
        return streams.map(({ status }) => status);
      }, { timeout: 30_000, interval: 500 }).toEqual([200, 200, 200, 200, 200]);
    }

    it('however many are asked for at once', async () => {
      const streams = await Promise.all(Array.from({ length: 25 }, () => listenAs('karl.brandt')));
      expect(streams.filter(({ status }) => status === 200)).toHaveLength(5);
      expect(streams.filter(({ status }) => status === 429)).toHaveLength(20);
      close(streams);
      await placesAreFree();
    });

    it('one that cannot begin takes no place', async () => {
      await sql(api.db, `alter table audit_heads rename to audit_heads_away`);
      for (let tries = 0; tries < 6; tries += 1) expect((await listenAs('karl.brandt')).status).toBe(500);
      await sql(api.db, `alter table audit_heads_away rename to audit_heads`);
      await placesAreFree();
    });

    it('whoever leaves before it begins, or asks for several in one connection, gives the places back', async () => {
      const token = await tokenOf(api.stateDir, 'karl.brandt');
      const asked = `GET /v1/events HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer ${token}\r\n\r\n`;
      await inTransaction(api.db, async (trx) => {
        await sql(trx, `lock table audit_heads in access exclusive mode`);
        const sockets: Socket[] = [];
        // Places of those who have just left may not be free yet: whoever is refused asks again.
        await expect.poll(async () => {
          const waiting = await sql(api.db, `select 1 from pg_locks join pg_class on pg_class.oid = relation where relname = 'audit_heads' and locktype = 'relation' and database = (select oid from pg_database where datname = current_database()) and not granted`);
          for (let asking = waiting.length; asking < 5; asking += 1) {
            const socket = connect(Number(new URL(api.url).port), '127.0.0.1').on('error', () => undefined);
            socket.write(asked);
            sockets.push(socket);
          }
          return waiting.length;
        }, { timeout: 30_000, interval: 500 }).toBe(5);
        for (const socket of sockets) socket.destroy();
        await expect.poll(() => api.connections(), { timeout: 30_000 }).toBeLessThan(5);
      });
      await placesAreFree();
      const socket = connect(Number(new URL(api.url).port), '127.0.0.1').on('error', () => undefined);
      socket.write(asked.repeat(5));
      await new Promise((resolve) => socket.once('data', resolve));
      // One that overtakes the fifth has its place: it gives it back, and the connection asks once more.
      await expect.poll(async () => {
        const another = await listenAs('karl.brandt');
        another.close();
        if (another.status === 200) socket.write(asked);
        return another.status;
      }, { timeout: 30_000, interval: 500 }).toBe(429);
      socket.destroy();
      await placesAreFree();
    });
  });

  it('a client that does not read holds little of our memory, and misses nothing when it goes on', async () => {
    const [events, size] = [1_500, 20_000];
    for (let done = 0; done < events; done += 100) {
      await inTransaction(api.db, (trx) => appendAudit(trx, 'US01', Array.from({ length: 100 }, (_, index) => ({ action: 'test.happened', actor: 'system:test', correlationId: `${done + index}/${'x'.repeat(size)}`, data: {} }))));
    }
    const stream = await listenAs('emma.price', idOf({ US01: '0' }));
    stream.pause();
    await expect.poll(() => api.unsent(), { timeout: 30_000 }).toBeGreaterThan(0);
    for (let look = 0; look < 20; look += 1) {
      expect(api.unsent()).toBeLessThan(1_000_000);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    stream.resume();
    const told = await stream.until((all) => all.filter(({ data }) => String(data['correlationId']).endsWith('xx')).length === events, 600);
    expect(told.map(({ data }) => String(data['correlationId']).split('/', 1)[0]).slice(-events)).toEqual(Array.from({ length: events }, (_, index) => String(index)));
    stream.close();
  });
});

interface StreamEvent {
  id: string;
  event: string;
  data: Record<string, unknown>;
}

/** A reader of server-sent events. */
async function listen(url: string, token: string, lastEventId?: string) {
  let rest = '';
  const told: StreamEvent[] = [];
  const outgoing = request(`${url}/v1/events`, { agent: false, headers: { authorization: `Bearer ${token}`, ...(lastEventId ? { 'last-event-id': lastEventId } : {}) } });
  outgoing.on('error', () => undefined);
  outgoing.end();
  const response = await new Promise<IncomingMessage>((resolve, reject) => outgoing.once('response', resolve).once('error', reject));
  response.on('error', () => undefined);
  response.on('data', (chunk: Buffer) => {
    const blocks = (rest + chunk.toString()).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const field = (name: string) => new RegExp(`^${name}: ?(.*)$`, 'm').exec(block)?.[1];
      const data = field('data');
      if (data) told.push({ id: field('id') ?? '', event: field('event') ?? '', data: JSON.parse(data) as Record<string, unknown> });
    }
  });
  return {
    status: response.statusCode,
    events: () => told,
    pause: () => response.pause(),
    resume: () => response.resume(),
    close: () => outgoing.destroy(),
    async until(enough: (events: StreamEvent[]) => boolean, looks = 300): Promise<StreamEvent[]> {
      for (let look = 0; look < looks && !enough(told); look += 1) await new Promise((resolve) => setTimeout(resolve, 100));
      return told;
    },
  };
}
