import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problemSchema } from '../../api/middleware/problem.ts';
import { describeWithDatabase } from '../support/services.ts';
import { apiClient, tokenOf } from './client.ts';
import { openApi, type ApiHouse } from './house.ts';

const person = 12;
const heavy = 3;
const stranger = 9;

describeWithDatabase('S22: limits of requests', () => {
  let api: ApiHouse;
  beforeAll(async () => void (api = await openApi({ limits: { person, heavy, stranger }, trustedProxies: [] })));
  afterAll(() => api.dispose());

  const statuses = async (count: number, ask: () => Promise<{ status: number }>) => {
    const seen: number[] = [];
    for (let n = 0; n < count; n += 1) seen.push((await ask()).status);
    return seen;
  };

  it('a person over the limit is asked to wait, with any token and on any route; another person is not', async () => {
    const [first, second] = [await api.as('anna.berg'), apiClient(api.url, await tokenOf(api.stateDir, 'anna.berg', new Date(Date.now() - 60_000)))];
    expect(await statuses(person, () => first.get('/v1/me'))).toEqual(Array<number>(person).fill(200));
    const refused = await second.get('/v1/inbox');
    expect(refused).toMatchObject({ status: 429, body: { code: 'too-many-requests', status: 429 } });
    problemSchema.strict().parse(refused.body);
    const wait = Number(refused.headers.get('retry-after'));
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(60);
    expect((await (await api.as('lars.thoma')).get('/v1/me')).status).toBe(200);
  });

  it('a refused write has not taken its Idempotency-Key', async () => {
    const clerk = await api.as('nora.falk');
    await statuses(person, () => clerk.get('/v1/me'));
    const key = 'limits-key-0001';
    expect((await clerk.post('/v1/decisions:batch', { body: { items: [] }, key })).status).toBe(429);
    expect(await api.db('requests').where({ key })).toEqual([]);
  });

  it('every answer says what is left', async () => {
    const headers = (await (await api.as('karl.brandt')).get('/v1/me')).headers;
    expect(headers.get('ratelimit-policy')).toMatch(new RegExp(`^"person"; q=${person}; w=60`));
    expect(headers.get('ratelimit')).toMatch(new RegExp(`^"person"; r=${person - 1}; t=\\d+$`));
  });

  it('costly routes have a limit of their own, and the others go on', async () => {
    const auditor = await api.as('arne.holt');
    expect(await statuses(heavy + 1, () => auditor.get('/v1/audit/verify'))).toEqual([200, 200, 200, 429]);
    expect((await auditor.get('/v1/audit')).status).toBe(200);
    expect(api.operations.filter(({ effort }) => effort === 'heavy').map(({ id }) => id).sort()).toEqual(['getInvoiceEvidence', 'verifyAudit']);
  });

  it('strangers share the limit of their address: guessed tokens, wrong log-ins, public pages; people at that address are not hindered', async () => {
    const guesses = await statuses(stranger - 2, () => apiClient(api.url, 'a.b.c').get('/v1/me'));
    expect(guesses).toEqual(Array<number>(stranger - 2).fill(401));
    expect((await api.stranger.post('/v1/development/login', { body: { person: 'nobody' }, key: null })).status).toBe(404);
    expect((await api.stranger.get('/healthz')).status).toBe(200);
    expect((await api.stranger.get('/healthz')).status).toBe(429);
    expect((await apiClient(api.url, 'a.b.c').get('/v1/me')).status).toBe(429);
    expect((await api.stranger.get('/healthz', { headers: { 'x-forwarded-for': '203.0.113.7' } })).status).toBe(429);
    expect((await (await api.as('clara.winter')).get('/v1/me')).status).toBe(200);
  });
});

describeWithDatabase('S22: behind a trusted proxy', () => {
  let api: ApiHouse;
  beforeAll(async () => void (api = await openApi({ limits: { person, heavy, stranger: 1 }, trustedProxies: ['127.0.0.1'] })));
  afterAll(() => api.dispose());

  it('each address that it reports is counted by itself; what a client wrote before it is not believed', async () => {
    const from = async (forwarded: string) => (await api.stranger.get('/healthz', { headers: { 'x-forwarded-for': forwarded } })).status;
    expect([await from('203.0.113.7'), await from('203.0.113.8')]).toEqual([200, 200]);
    expect(await from('198.51.100.1, 203.0.113.7')).toBe(429);
  });
});

const patience = { headersMs: 400, requestMs: 800, silenceMs: 60_000, lookMs: 50 };

describeWithDatabase('S22: clients that send drop by drop', () => {
  let api: ApiHouse;
  let token: string;
  beforeAll(async () => {
    api = await openApi({ patience });
    token = await tokenOf(api.stateDir, 'anna.berg');
  });
  afterAll(() => api.dispose());

  describe.each<[string, () => string, string]>([
    ['headers', () => 'GET /healthz HTTP/1.1\r\nHost: here\r\n', 'X-A: b\r\n'],
    ['a body', () => `POST /v1/invoices HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer ${token}\r\nIdempotency-Key: drop-by-drop\r\nContent-Type: application/xml\r\nContent-Length: 1000000\r\n\r\n`, '<'],
    ['a body in chunks', () => `POST /v1/invoices HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer ${token}\r\nIdempotency-Key: drop-by-chunk\r\nContent-Type: application/xml\r\nTransfer-Encoding: chunked\r\n\r\n`, '1\r\n<\r\n'],
  ])('%s', (_what, first, drop) => {
    it('are cut off with 408 while others are served, and nothing is kept of them', async () => {
      const slow = Array.from({ length: 30 }, () => dripping(api.url, first(), drop));
      expect((await (await api.as('lars.thoma')).get('/v1/me')).status).toBe(200);
      for (const answer of await Promise.all(slow)) {
        expect(answer).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
        expect(answer).toContain('"code":"request-timeout"');
      }
      expect(await api.db('requests').whereIn('key', ['drop-by-drop', 'drop-by-chunk'])).toEqual([]);
    });
  });

  it('a body that comes slowly but in time is taken', async () => {
    const body = '{"person":"lars.thoma"}';
    const half = Math.floor(body.length / 2);
    const socket = await opened(api.url);
    socket.write(`POST /v1/development/login HTTP/1.1\r\nHost: here\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body.slice(0, half)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
    socket.write(body.slice(half));
    expect(await received(socket)).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  });

  it('a caller that asks before it sends is told at once that its body is too large, or to go on', async () => {
    const asking = (bytes: number) => `POST /v1/invoices HTTP/1.1\r\nHost: here\r\nConnection: close\r\nAuthorization: Bearer ${token}\r\nIdempotency-Key: asks-before-it-sends\r\nContent-Type: application/xml\r\nExpect: 100-continue\r\nContent-Length: ${bytes}\r\n\r\n`;
    const tooLarge = await opened(api.url);
    tooLarge.write(asking(22 * 1024 * 1024));
    const refused = await received(tooLarge);
    expect(refused).toMatch(/^HTTP\/1\.1 413 /);
    expect(refused).toContain('"code":"request-too-large"');
    const small = await opened(api.url);
    small.write(asking(3));
    small.write('<a>');
    expect(await received(small)).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 4\d\d /);
  });

  it.each([['not HTTP', 'nonsense\r\n\r\n', 400], ['endless headers', `GET /healthz HTTP/1.1\r\nX-A: ${'a'.repeat(40_000)}\r\n\r\n`, 431]])('%s: answered as a problem and closed', async (_what, sent, status) => {
    const socket = await opened(api.url);
    socket.write(sent);
    const answer = await received(socket);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer).toContain(`"status":${status}`);
  });
});

describeWithDatabase('S22: a client that never reads', () => {
  let api: ApiHouse;
  beforeAll(async () => void (api = await openApi({ patience: { ...patience, requestMs: 60_000, silenceMs: 300 } })));
  afterAll(() => api.dispose());

  it('loses its connection after a silence', async () => {
    const socket = await opened(api.url);
    socket.pause();
    socket.write('GET /openapi.json HTTP/1.1\r\nHost: here\r\n\r\n'.repeat(500));
    await expect.poll(() => api.connections()).toBe(1);
    await expect.poll(() => api.connections(), { timeout: 30_000 }).toBe(0);
    socket.destroy();
  });
});

async function opened(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname).on('error', () => undefined);
  await new Promise((resolve) => socket.once('connect', resolve));
  return socket;
}

/** Sends the beginning, then a drop every 50 ms until the other side has enough of it; answers what that said. */
async function dripping(url: string, first: string, drop: string): Promise<string> {
  const socket = await opened(url);
  socket.write(first);
  const drops = setInterval(() => socket.writable && socket.write(drop), 50);
  try {
    return await received(socket);
  } finally {
    clearInterval(drops);
  }
}

async function received(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (bytes: Buffer) => (text += bytes.toString('latin1')));
  await new Promise((resolve) => socket.once('close', resolve));
  return text;
}
