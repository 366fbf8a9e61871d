import type { Request, Response } from 'express';
import type { z } from 'zod';
import type { Db } from '../db/client.ts';
import type { RequestHandle } from '../db/repositories/requests.ts';
import type { Person } from '../domain/model/person.ts';
import type { Identity } from './middleware/identity.ts';
import type { Permission } from './permissions.ts';

/**
 * A route is data: what it is called, who may call it, what goes in and what comes out. The server mounts it, the OpenAPI
 * document is generated from it, and the API tests are generated from that. There is no other way to add a route.
 */
export interface Operation<Params = unknown, Query = unknown, Body = unknown> {
  /** OpenAPI operationId. */
  id: string;
  method: 'get' | 'post' | 'put' | 'delete';
  /** OpenAPI form: `/v1/invoices/{id}`. */
  path: string;
  tag: string;
  summary: string;
  description?: string;
  /** The right that the caller needs; `public` needs no identity. */
  permission: Permission | 'public';
  /** A POST that changes nothing, for callers that cannot say what they ask for in a URL: it needs no Idempotency-Key. */
  onlyReads?: true;
  /** `heavy`: does much work at once, and is therefore counted apart (see RequestLimits). */
  effort?: 'heavy';
  params?: z.ZodType<Params>;
  query?: z.ZodType<Query>;
  body?: JsonBody<Body> | RawBody;
  /** Answers by status; problems are added by the generator. */
  responses: Record<number, ResponseSpec>;
  handle(call: Call<Params, Query, Body>): Promise<Answer>;
}

export interface JsonBody<Body> {
  kind: 'json';
  schema: z.ZodType<Body>;
}

/** Bytes as they came, for documents; the handler decides by content. */
export interface RawBody {
  kind: 'raw';
  mediaTypes: readonly string[];
}

export interface ResponseSpec {
  description: string;
  schema?: z.ZodType;
  mediaType?: string;
}

/** One request, parsed and authenticated. */
export interface Call<Params, Query, Body> {
  params: Params;
  query: Query;
  body: Body;
  /** The bytes of a raw body. */
  bytes: Buffer;
  mediaType: string;
  caller: Caller;
  /** When it came, by the clock of the database. */
  at: Date;
  /** Reads with the caller's eyes: rows of other companies are not there (see `readAs`). */
  read<Result>(work: (db: Db) => Promise<Result>): Promise<Result>;
  correlationId: string;
  header(name: string): string | undefined;
  /** On writes: the claim on this request's Idempotency-Key, for handlers that store their answer in their own transaction (F7). */
  claim: RequestHandle | undefined;
  /** For routes that stream (SSE). */
  request: Request;
  response: Response;
}

/** Who calls: the human, never a service account (security 8.3.3). */
export interface Caller extends Identity {
  /** As the directory knew them when the request came: a role that was revoked a second before does not count (S9). */
  person: Person;
}

export type Answer =
  | { status: number; body?: unknown; headers?: Record<string, string> }
  /** The handler has answered by itself. */
  | 'streaming';

/** Keeps the types of one operation together while it goes into a list of many. */
export function operation<Params = unknown, Query = unknown, Body = unknown>(definition: Operation<Params, Query, Body>): Operation {
  return definition as unknown as Operation;
}
