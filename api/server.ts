import express, { type Express, type Request, type RequestHandler, type Response } from 'express';
import helmet from 'helmet';
import type { Logger } from 'pino';
import { pinoHttp } from 'pino-http';
import type { z } from 'zod';
import type { Db } from '../db/client.ts';
import { unstorableTextIn } from '../documents/suspicious-text.ts';
import { KontorError } from '../domain/errors.ts';
import type { Person } from '../domain/model/person.ts';
import { readAs } from './access.ts';
import { largestBody } from './http-server.ts';
import { correlate, correlationOf } from './middleware/correlation.ts';
import { authenticator, type Authenticate, type Identity, type TokenAuthority } from './middleware/identity.ts';
import { allowCodecPage, codecPath } from './middleware/codec-page.ts';
import { answerOnce } from './middleware/idempotency.ts';
import { countRequests, type RequestCounters, type RequestLimits } from './middleware/limits.ts';
import { invalidRequest, problems, unknownRoute } from './middleware/problem.ts';
import type { Answer, Call, Caller, Operation } from './operation.ts';
import { answerPage, isList } from './paging.ts';
import { entitiesWith, type Permission } from './permissions.ts';
import { shownJson } from './shown-json.ts';

export interface ServerParts {
  operations: Operation[];
  authority: TokenAuthority;
  db: Db;
  findPerson(id: string): Promise<Person | undefined>;
  /** The time that all processes share. */
  now(): Date;
  logger: Logger;
  limits: RequestLimits;
  /** Where Temporal Web is opened: the only other page that may read an answer of ours, and only decoded payloads. */
  temporalWebOrigin: string;
  /** Proxies whose word on the caller's address counts; of anybody else it is ignored. */
  trustedProxies: readonly string[];
  /** Hears of every answer, for the metrics. */
  answered(operation: string, status: number, seconds: number): void;
}

const jsonLimit = 1024 * 1024;

const nobody: Caller = { personId: '', issuer: '', authenticatedAt: 0, person: { id: '', employeeId: '', name: '', active: false, roles: [] } };

/** Builds the HTTP application: security headers, one id per request, limits, then each operation, then problems. */
export function createServer(parts: ServerParts): Express {
  const app = express();
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
  app.set('trust proxy', [...parts.trustedProxies]);
  app.use(correlate);
  app.use(pinoHttp({ logger: parts.logger, genReqId: (request) => correlationOf(request as Request), serializers: { req: loggedRequest, res: loggedResponse } }));
  app.use(helmet({ contentSecurityPolicy: { directives: { scriptSrc: ["'self'"], styleSrc: ["'self'", "'unsafe-inline'"], connectSrc: ["'self'"] } } }));
  app.use(codecPath, allowCodecPage(parts.temporalWebOrigin));
  const door: Door = { ...parts, authenticate: authenticator(parts.authority, { now: () => parts.now().getTime() }), counters: countRequests(parts.limits) };
  for (const operation of parts.operations) mount(app, operation, door);
  app.use(unknownRoute(methodsByPath(parts.operations)));
  app.use(problems((error, correlationId) => parts.logger.error({ err: error, correlationId }, 'unexpected error')));
  return app;
}

type Door = ServerParts & { authenticate: Authenticate; counters: RequestCounters };

/** Who calls is known, and counted, before a byte of the body is read: strangers cost nothing. */
function mount(app: Express, operation: Operation, parts: Door): void {
  const callers = new WeakMap<Request, Caller>();
  const identify: RequestHandler = async (request, response, next) => {
    const identity = await countedIdentity(operation, request, response, parts);
    if (operation.permission !== 'public') callers.set(request, await withRight(operation.permission, identity, parts));
    next();
  };
  app[operation.method](pathPattern(operation.path), timed(operation, parts), identify, bodyReader(operation), async (request: Request, response: Response) => {
    const call = parseCall(operation, request, response, callers.get(request) ?? nobody, parts);
    send(response, await answer(operation, call, parts));
  });
}

/** Which methods a path has, in capitals, as `Allow` names them; HEAD goes with GET. */
function methodsByPath(operations: readonly Operation[]): (path: string) => string[] {
  const known = operations.map(({ method, path }) => ({
    pattern: new RegExp(`^${path.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{\w+\}/g, '[^/]+')}/?$`),
    methods: method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()],
  }));
  return (path) => [...new Set(known.flatMap(({ pattern, methods }) => (pattern.test(path) ? methods : [])))];
}

function timed(operation: Operation, { answered }: ServerParts): RequestHandler {
  return (_request, response, next) => {
    const began = performance.now();
    response.on('finish', () => answered(operation.id, response.statusCode, (performance.now() - began) / 1000));
    next();
  };
}

/** A literal colon (`/v1/decisions:batch`) is no parameter. */
function pathPattern(path: string): string {
  return path.replaceAll(':', '\\:').replace(/\{(\w+)\}/g, ':$1');
}

function answer(operation: Operation, call: Call<unknown, unknown, unknown>, parts: ServerParts): Promise<Answer> {
  const isWrite = operation.method !== 'get' && operation.permission !== 'public' && !operation.onlyReads;
  if (isWrite) return answerOnce(parts.db, operation, call, (once) => operation.handle(once));
  return isList(operation) ? answerPage(operation, call) : operation.handle(call);
}

function bodyReader(operation: Operation) {
  if (!operation.body) return express.raw({ type: () => true, limit: 0 });
  if (operation.body.kind === 'json') return express.json({ limit: jsonLimit, strict: true, type: ['application/json', 'application/*+json'] });
  return express.raw({ type: () => true, limit: largestBody, inflate: false });
}

/** Persons are counted by themselves wherever they call from, whoever proves no identity by address; nothing was looked up yet. */
async function countedIdentity(operation: Operation, request: Request, response: Response, { authenticate, counters }: Door): Promise<Identity> {
  const caller = operation.permission === 'public' ? undefined : await authenticate(request.header('authorization')).catch((error: unknown) => error as Error);
  if (caller === undefined || caller instanceof Error) await counters.stranger(request, response);
  if (caller instanceof Error) throw caller;
  if (caller === undefined) return nobody;
  const principal = `${caller.issuer}|${caller.personId}`;
  await counters.person(request, response, principal);
  if (operation.effort === 'heavy') await counters.heavy(request, response, principal);
  return caller;
}

async function withRight(permission: Permission, identity: Identity, { findPerson }: ServerParts): Promise<Caller> {
  const person = await findPerson(identity.personId);
  if (!person?.active) throw new KontorError('not-authenticated', 'This person is not known here (any more).');
  if (entitiesWith(person, permission).length === 0) throw new KontorError('not-permitted', `Your roles do not include the right ${permission}.`);
  return { ...identity, person };
}

function parseCall(operation: Operation, request: Request, response: Response, caller: Caller, { db, now }: ServerParts): Call<unknown, unknown, unknown> {
  const isJson = operation.body?.kind === 'json';
  if (isJson && !request.is(['application/json', 'application/*+json'])) throw new KontorError('media-type-unsupported', 'This route takes application/json.');
  return {
    params: parsed(operation.params, request.params, 'The path'),
    query: parsed(operation.query, request.query, 'The query'),
    body: operation.body?.kind === 'json' ? parsed(operation.body.schema, request.body, 'The body') : undefined,
    bytes: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
    mediaType: request.header('content-type') ?? '',
    caller,
    at: now(),
    read: (work) => readAs(db, caller.person, work),
    correlationId: correlationOf(request),
    header: (name) => request.header(name),
    claim: undefined,
    request,
    response,
  };
}

function parsed(schema: z.ZodType | undefined, value: unknown, what: string): unknown {
  if (!schema) return value;
  const result = schema.safeParse(value);
  if (!result.success) throw invalidRequest(result.error, what);
  const unstorable = unstorableTextIn(value);
  if (unstorable !== undefined) throw new KontorError('request-invalid', `${what} has characters that are no text (NUL or half a surrogate pair).`, { place: { path: unstorable } });
  return result.data;
}

function send(response: Response, answer: Answer): void {
  if (answer === 'streaming') return;
  for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value);
  response.status(answer.status);
  if (answer.body === undefined) response.end();
  else if (Buffer.isBuffer(answer.body) || typeof answer.body === 'string') response.send(answer.body);
  else {
    if (!response.hasHeader('Content-Type')) response.type('application/json');
    response.send(shownJson(answer.body));
  }
}

/** What a log line may say of a request: never headers, queries or bodies, which carry tokens and personal data. */
function loggedRequest(request: { method: string; url: string; id: unknown }) {
  return { method: request.method, path: request.url.split('?', 1)[0], id: request.id };
}

function loggedResponse(response: { statusCode: number }) {
  return { status: response.statusCode };
}
