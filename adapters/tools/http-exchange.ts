import { Agent as HttpAgent, request as httpRequest, type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { ExchangeAnswer } from '../ports/definition.ts';

const largestAnswer = 20 * 1024 * 1024;

/** Connections wait for the next call; an idle one does not keep the process alive. */
const plain = new HttpAgent({ keepAlive: true });
const secured = new HttpsAgent({ keepAlive: true });

export interface HttpExchange {
  method: string;
  url: URL;
  headers: Record<string, string>;
  body: string | undefined;
  /** For connection, answer and body together. */
  timeoutMs: number;
  signal: AbortSignal | undefined;
}

/** Why there is no answer; a system's code such as `ECONNRESET` otherwise. */
export const noConnectionInTime = 'CONNECT_TIMEOUT';
export const noAnswerInTime = 'ANSWER_TIMEOUT';
export const cancelled = 'CANCELLED';

/**
 * One request and its answer as text: nothing is followed, repeated or unpacked. By node's own client, because `fetch` costs several times
 * the processor time for the same bytes.
 *
 * @throws Error with `code`, of this file or of the system
 */
export function exchangeOnce({ method, url, headers, body, timeoutMs, signal }: HttpExchange): Promise<ExchangeAnswer> {
  return new Promise((resolve, reject) => {
    const options: RequestOptions = { method, headers: body === undefined ? headers : { ...headers, 'content-length': String(Buffer.byteLength(body)) } };
    const request = url.protocol === 'https:' ? httpsRequest(url, { ...options, agent: secured }) : httpRequest(url, { ...options, agent: plain });
    const stop = (code: string) => request.destroy(failure(code));
    const timer = setTimeout(() => stop(isConnecting(request) ? noConnectionInTime : noAnswerInTime), timeoutMs);
    const cancel = () => stop(cancelled);
    const settle = (outcome: () => void) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', cancel);
      outcome();
    };
    signal?.addEventListener('abort', cancel);
    if (signal?.aborted) cancel();
    request.on('error', (error) => settle(() => reject(error)));
    request.on('response', (response) => readText(response, (error, text) => settle(() => (error ? reject(error) : resolve({ status: response.statusCode ?? 0, headers: headersOf(response), text })))));
    request.end(body);
  });
}

/** Nothing was sent as long as nobody has accepted the connection. */
function isConnecting({ socket }: ClientRequest): boolean {
  return socket === null || socket.connecting;
}

function readText(response: IncomingMessage, done: (error: Error | undefined, text: string) => void): void {
  const chunks: Buffer[] = [];
  let size = 0;
  response.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    size += chunk.length;
    if (size > largestAnswer) response.destroy(failure('ANSWER_TOO_LARGE'));
  });
  response.on('end', () => done(undefined, Buffer.concat(chunks).toString('utf8')));
  response.on('error', (error) => done(error, ''));
}

function headersOf({ headers }: IncomingMessage): ExchangeAnswer['headers'] {
  return {
    get(name) {
      const value = headers[name.toLowerCase()];
      return Array.isArray(value) ? value.join(', ') : (value ?? null);
    },
  };
}

function failure(code: string): Error {
  return Object.assign(new Error(code), { code });
}
