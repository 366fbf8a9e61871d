import { randomUUID } from 'node:crypto';
import { KontorError } from '../../domain/errors.ts';

interface Answer {
  status: number;
  // What the API answers is described by its OpenAPI document; callers read the few members that they name.
  body: any;
}

interface Write {
  json?: unknown;
  bytes?: Buffer;
  form?: FormData;
  mediaType?: string;
}

/** The API as one person sees it. */
export interface Caller {
  person: string;
  token: string;
  get(path: string): Promise<Answer>;
  post(path: string, write: Write): Promise<Answer>;
}

/** Logs people in as the API lets them and keeps their tokens. @throws KontorError `not-authenticated` where there is no development login */
export function callersAt(apiUrl: string): (person: string) => Promise<Caller> {
  const known = new Map<string, Promise<Caller>>();
  return (person) => {
    const caller = known.get(person) ?? login(apiUrl, person);
    known.set(person, caller);
    return caller;
  };
}

async function login(apiUrl: string, person: string): Promise<Caller> {
  const { status, body } = await exchange(`${apiUrl}/v1/development/login`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ person }) });
  if (status !== 200) throw new KontorError('not-authenticated', `The development login of ${apiUrl} does not know ${person} (${status}): the samples are sent only to an installation that has the shipped people.`);
  const token = String(body.token);
  const authorization = `Bearer ${token}`;
  return {
    person,
    token,
    get: (path) => exchange(apiUrl + path, { headers: { authorization } }),
    post(path, { json, bytes, form, mediaType }) {
      const type = json === undefined ? mediaType : 'application/json';
      const headers = { authorization, 'idempotency-key': randomUUID(), ...(type === undefined ? {} : { 'content-type': type }) };
      return exchange(apiUrl + path, { method: 'POST', headers, body: json === undefined ? (form ?? (bytes && new Uint8Array(bytes)) ?? null) : JSON.stringify(json) });
    },
  };
}

async function exchange(url: string, request: RequestInit): Promise<Answer> {
  const response = await fetch(url, request);
  const text = await response.text();
  return { status: response.status, body: /json/.test(response.headers.get('content-type') ?? '') ? JSON.parse(text) : text };
}
