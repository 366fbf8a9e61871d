import { randomUUID } from 'node:crypto';
import { issueToken } from '../../api/middleware/identity.ts';
import { signingKey } from '../../temporal-config/keys.ts';

/** One answer of the API, read whole. */
export interface Answered {
  status: number;
  headers: Headers;
  text: string;
  /** Parsed where it is JSON. */
  body: any;
}

export interface Asked {
  /** Sent as JSON; `raw` is sent as it is. */
  body?: unknown;
  raw?: Buffer | string;
  type?: string;
  /** `null` sends none. */
  key?: string | null;
  headers?: Record<string, string>;
}

export interface ApiClient {
  get(path: string, asked?: Asked): Promise<Answered>;
  post(path: string, asked?: Asked): Promise<Answered>;
  call(method: string, path: string, asked?: Asked): Promise<Answered>;
}

/** Speaks to the API as a person with a real token; writes carry a fresh Idempotency-Key unless told otherwise. */
export function apiClient(url: string, token?: string): ApiClient {
  async function call(method: string, path: string, asked: Asked = {}): Promise<Answered> {
    const key = asked.key === undefined ? randomUUID() : asked.key;
    const isJson = asked.body !== undefined;
    const response = await fetch(url + path, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(method === 'GET' || key === null ? {} : { 'idempotency-key': key }),
        ...(isJson ? { 'content-type': 'application/json' } : asked.type ? { 'content-type': asked.type } : {}),
        ...asked.headers,
      },
      ...(method === 'GET' ? {} : { body: isJson ? JSON.stringify(asked.body) : (asked.raw as string | undefined) ?? null }),
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    const text = bytes.toString('utf8');
    return { status: response.status, headers: response.headers, text, body: /json/.test(response.headers.get('content-type') ?? '') ? JSON.parse(text) : bytes };
  }
  return { call, get: (path, asked) => call('GET', path, asked), post: (path, asked) => call('POST', path, asked) };
}

/** A token as the development login gives it. */
export async function tokenOf(stateDir: string, person: string, at = new Date()): Promise<string> {
  return (await issueToken(person, 'kontor-development', signingKey(stateDir, 'login').privateKey, at)).token;
}
