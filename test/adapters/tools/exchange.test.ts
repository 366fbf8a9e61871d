import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createServer, type ClientRequest, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import type { Operation } from '../../../adapters/ports/definition.ts';
import { createAdapterTools } from '../../../adapters/tools/exchange.ts';
import type { ErrorCode } from '../../../domain/errors.ts';
import { failure } from '../contracts/judgements.ts';

const secret = 'SECRET-91c4';

describe('the network as adapters see it', () => {
  let server: Server | undefined;
  afterEach(async () => {
    server?.closeAllConnections();
    await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
    server = undefined;
  });

  it('sends once, with the correlation id, and hands over the answer', async () => {
    const seen: unknown[] = [];
    const port = await serve((request, response) => {
      seen.push([request.method, request.headers['x-correlation-id'], request.headers['content-type']]);
      response.writeHead(422).end('refused');
    });
    const answer = await exchange(port, 'effect', { headers: { 'content-type': 'application/json' } });
    expect([answer.status, answer.text]).toEqual([422, 'refused']);
    expect(seen).toEqual([['POST', 'corr-1', 'application/json']]);
  });

  it.each<[string, RequestListener, ErrorCode, ErrorCode]>([
    ['no answer in time', () => undefined, 'counterpart-unavailable', 'outcome-unknown'],
    ['a body that stops half-way', (_, response) => void response.writeHead(200, { 'content-length': '10' }).write('half'), 'counterpart-unavailable', 'outcome-unknown'],
    ['a lost connection', (request) => void request.socket.destroy(), 'counterpart-unavailable', 'outcome-unknown'],
    ['500', (_, response) => void response.writeHead(500).end(secret), 'counterpart-unavailable', 'outcome-unknown'],
    ['503', (_, response) => void response.writeHead(503).end(), 'counterpart-unavailable', 'outcome-unknown'],
    ['504', (_, response) => void response.writeHead(504).end(), 'counterpart-unavailable', 'outcome-unknown'],
    ['408', (_, response) => void response.writeHead(408).end(), 'counterpart-unavailable', 'outcome-unknown'],
    ['429', (_, response) => void response.writeHead(429).end(), 'counterpart-throttled', 'counterpart-throttled'],
  ])('%s: a read is retried, an effect is enquired', async (_, listener, read, effect) => {
    const port = await serve(listener);
    for (const [operation, code] of [['read', read], ['effect', effect]] as const) {
      const error = await failure(exchange(port, operation));
      expect([operation, error.code]).toEqual([operation, code]);
      expect(inspect(error, { depth: 20 })).not.toContain(secret);
      expect(error.message).toMatch(/^post something at 127\.0\.0\.1/);
    }
  });

  it('an effect that found no connection was certainly not sent', async () => {
    const port = await serve(() => undefined);
    await new Promise((resolve) => server?.close(resolve));
    server = undefined;
    expect((await failure(exchange(port, 'effect'))).code).toBe('counterpart-unavailable');
  });

  it.each([
    ['the way is lost while it waits for its answer', 'EHOSTUNREACH', 'read', 'outcome-unknown', 'the connection was lost'],
    ['the network goes while it waits for its answer', 'ENETUNREACH', 'write', 'outcome-unknown', 'the connection was lost'],
    ['its connection is silent for too long', 'ETIMEDOUT', 'read', 'outcome-unknown', 'the connection was lost'],
    ['its connection is reset', 'ECONNRESET', 'read', 'outcome-unknown', 'the connection was lost'],
    ['its connection ends while it is being sent', 'EPIPE', 'write', 'outcome-unknown', 'the connection was lost'],
    ['there is no way to the host', 'EHOSTUNREACH', 'connect', 'counterpart-unavailable', 'no connection'],
    ['there is no network', 'ENETUNREACH', 'connect', 'counterpart-unavailable', 'no connection'],
  ])('an effect, and %s: %s of %s is %s', async (_what, code, syscall, expected, meaning) => {
    const lost = Object.assign(new Error(code), { code, syscall });
    expect(await failure(losing(lost))).toMatchObject({ code: expected, message: expect.stringContaining(`${meaning} (${code})`) as string });
    const ofEach = Object.assign(new AggregateError([lost, lost]), { code });
    expect(await failure(losing(ofEach)), 'of a host with several addresses').toMatchObject({ code: expected, message: expect.stringContaining(`${meaning} (${code})`) as string });
  });

  /** The request has come in, and the system ends its connection so. */
  async function losing(error: Error): Promise<unknown> {
    const made = nextOn('http.client.request.start');
    const port = await serve(() => void made.then((request) => request.destroy(error)));
    return exchange(port, 'effect', { timeoutMs: 10_000 }).finally(() => server?.close().closeAllConnections());
  }

  /** The next request that this process makes. */
  function nextOn(channel: string): Promise<ClientRequest> {
    return new Promise((resolve) => {
      const heard = (message: unknown) => {
        unsubscribe(channel, heard);
        resolve((message as { request: ClientRequest }).request);
      };
      subscribe(channel, heard);
    });
  }

  it('an effect that the caller cancels may have happened', async () => {
    const port = await serve(() => undefined);
    const cancel = new AbortController();
    setTimeout(() => cancel.abort(), 50);
    expect((await failure(exchange(port, 'effect', {}, cancel.signal))).code).toBe('outcome-unknown');
  });

  it('does not follow redirects', async () => {
    const port = await serve((_, response) => void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end());
    expect((await exchange(port, 'read')).status).toBe(302);
  });

  it.each([
    ['3', 3_000],
    ['Fri, 20 Nov 2026 09:00:30 GMT', 30_000],
    ['Fri, 20 Nov 2026 08:00:00 GMT', 0],
    ['soon', 1_000],
  ])('Retry-After %s is %i ms', async (value, expected) => {
    const port = await serve((_, response) => void response.writeHead(429, { 'retry-after': value }).end());
    expect((await failure(exchange(port, 'read'))).retryAfterMs).toBe(expected);
  });

  async function serve(listener: RequestListener): Promise<number> {
    server = createServer(listener);
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  }

  async function exchange(port: number, operation: Operation, extra: { headers?: Record<string, string>; timeoutMs?: number } = {}, signal?: AbortSignal) {
    const tools = createAdapterTools({ now: () => new Date('2026-11-20T09:00:00Z') });
    const url = new URL(`http://127.0.0.1:${port}/path?iban=${secret}`);
    const headers = { authorization: `Bearer ${secret}`, ...extra.headers };
    return tools.exchange({ operation, purpose: 'post something', method: 'POST', url, headers, body: JSON.stringify({ secret }), timeoutMs: extra.timeoutMs ?? 300, context: { correlationId: 'corr-1', signal } });
  }
});
