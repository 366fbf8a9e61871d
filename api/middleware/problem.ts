import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express';
import { z } from 'zod';
import { errorCatalogue, KontorError, type ErrorCategory, type ErrorCode, type Place } from '../../domain/errors.ts';
import { isDatabaseUnavailable } from '../../db/client.ts';
import type { Answer } from '../operation.ts';
import { shownJson } from '../shown-json.ts';
import { correlationOf } from './correlation.ts';
import { challenge } from './step-up.ts';

/** HTTP status by who must act: the one mapping from the catalogue to RFC 9457 problems. */
export const statusOfCategory: Record<ErrorCategory, number> = {
  'invalid-input': 400,
  unauthenticated: 401,
  forbidden: 403,
  'duty-conflict': 403,
  'not-found': 404,
  conflict: 409,
  'rule-violation': 422,
  'upstream-rejected': 422,
  'upstream-throttled': 429,
  'upstream-unavailable': 503,
  'outcome-unknown': 503,
  bug: 500,
};

/** Codes whose status says more than their category does. */
const statusOfCode: Partial<Record<ErrorCode, number>> = { 'document-too-large': 413, 'request-too-large': 413, 'media-type-unsupported': 415, 'method-not-allowed': 405, 'request-timeout': 408 };

export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    code: z.string(),
    detail: z.string(),
    remedy: z.string(),
    place: z.object({ file: z.string().optional(), line: z.number().optional(), column: z.number().optional(), path: z.string().optional() }).optional(),
    correlationId: z.string(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457 problem details; `remedy` says what to do next' });

export type ProblemDocument = z.infer<typeof problemSchema>;

export function statusOf(code: ErrorCode): number {
  return statusOfCode[code] ?? statusOfCategory[errorCatalogue[code].category];
}

export function problemDocument(code: ErrorCode, detail: string, correlationId: string, place?: Place): ProblemDocument {
  const { title, remedy } = errorCatalogue[code];
  return { type: `urn:kontor:problem:${code}`, title, status: statusOf(code), code, detail, remedy, ...(place ? { place } : {}), correlationId };
}

/** A refusal that is the answer of this request: a replay of its Idempotency-Key gets it too. */
export function problemAnswer(code: ErrorCode, detail: string, correlationId: string, place?: Place): Exclude<Answer, 'streaming'> {
  const body = problemDocument(code, detail, correlationId, place);
  return { status: body.status, body, headers: { 'Content-Type': 'application/problem+json' } };
}

export function sendProblem(response: Response, document: ProblemDocument, retryAfterMs?: number): void {
  if (retryAfterMs !== undefined) response.setHeader('Retry-After', Math.ceil(retryAfterMs / 1000));
  response.status(document.status).type('application/problem+json').send(shownJson(document));
}

/** Nothing is known under this path, or not with this method. */
export function unknownRoute(methodsOf: (path: string) => string[]): RequestHandler {
  return (request, response) => {
    const allowed = methodsOf(request.path);
    if (allowed.length > 0) response.setHeader('Allow', allowed.join(', '));
    const code = allowed.length > 0 ? 'method-not-allowed' : 'unknown-resource';
    sendProblem(response, problemDocument(code, `There is no ${request.method} ${request.path}.`, correlationOf(request)));
  };
}

/** Every thrown error ends here. What nobody expected is told by its correlation id alone, never by stack or query. */
export function problems(report: (error: unknown, correlationId: string) => void): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (response.headersSent) return next(error);
    const correlationId = correlationOf(request);
    const known = recognise(error) ?? forgedCursor(error, request);
    if (!known) report(error, correlationId);
    const { code, message, place, retryAfterMs } = known ?? new KontorError('internal-error', 'Something unexpected happened; nothing more is known to the caller.');
    if (known?.category === 'unauthenticated') response.setHeader('WWW-Authenticate', challenge(known, request.header('authorization') !== undefined));
    sendProblem(response, problemDocument(code, message, correlationId, place), retryAfterMs);
  };
}

function recognise(error: unknown): KontorError | undefined {
  if (error instanceof KontorError) return error;
  if (error instanceof z.ZodError) return undefined; // a row or an answer of ours: a fault, not the caller's
  if (isDatabaseUnavailable(error)) return new KontorError('database-unavailable', 'The database does not answer at the moment.', { retryAfterMs: 2_000 });
  const type = (error as { type?: unknown } | null)?.type;
  if (type === 'entity.too.large') return new KontorError('request-too-large', 'The body is larger than this route accepts.');
  if (type === 'entity.parse.failed') return new KontorError('request-invalid', 'The body is not valid JSON.', { place: { path: '' } });
  if (type === 'encoding.unsupported') return new KontorError('media-type-unsupported', 'A body in this Content-Encoding is not taken here; send it as it is.');
  if (typeof type === 'string' && (type.startsWith('entity.') || type.startsWith('encoding.') || type.startsWith('charset.') || type === 'request.aborted' || type === 'request.size.invalid'))
    return new KontorError('request-invalid', 'The body could not be read as it was announced.');
  if (error instanceof URIError) return new KontorError('request-invalid', 'The path is not valid percent-encoding.');
  return undefined;
}

/** The database cannot take the value in a cursor for what the list is sorted by: it is none of this list, or changed. */
function forgedCursor(error: unknown, request: Request): KontorError | undefined {
  const { code } = (error ?? {}) as { code?: unknown };
  const isDataFault = typeof code === 'string' && /^22...$/.test(code);
  return isDataFault && request.query['cursor'] !== undefined ? new KontorError('request-invalid', 'The cursor is not one that this list gave out.', { place: { path: 'cursor' } }) : undefined;
}

/** Names the first offending field by its JSON pointer; values are not repeated. */
export function invalidRequest(error: z.ZodError, what: string): KontorError {
  const issue = error.issues[0];
  const path = `/${(issue?.path ?? []).map(String).join('/')}`;
  return new KontorError('request-invalid', `${what} does not have the expected form: ${issue?.message ?? 'unknown'}.`, { place: { path } });
}
