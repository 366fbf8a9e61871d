import type { Request, Response } from 'express';
import rateLimit, { type RateLimitInfo } from 'express-rate-limit';
import { KontorError } from '../../domain/errors.ts';

/** Requests a minute. Each process counts for itself: with n replicas a caller may send up to n times as many. */
export interface RequestLimits {
  /** Of one person, over all tokens, addresses and routes. */
  person: number;
  /** Of one person on the routes that do much work at once (evidence, verification of the chain). */
  heavy: number;
  /** Of one address without a valid identity. */
  stranger: number;
}

/** Each counts one request and @throws KontorError `too-many-requests` when it was one too many (S22). */
export interface RequestCounters {
  person(request: Request, response: Response, principal: string): Promise<void>;
  heavy(request: Request, response: Response, principal: string): Promise<void>;
  stranger(request: Request, response: Response): Promise<void>;
}

const windowMs = 60_000;

/** The answer tells the caller what is left, in the header fields RateLimit and RateLimit-Policy. */
export function countRequests(limits: RequestLimits): RequestCounters {
  const principals = new WeakMap<Request, string>();
  const byPerson = { keyGenerator: (request: Request) => principals.get(request) ?? '' };
  const person = counter('person', limits.person, byPerson);
  const heavy = counter('heavy', limits.heavy, byPerson);
  const ofPerson = (count: Count) => (request: Request, response: Response, principal: string) => {
    principals.set(request, principal);
    return count(request, response);
  };
  return { person: ofPerson(person), heavy: ofPerson(heavy), stranger: counter('stranger', limits.stranger, {}) };
}

type Count = (request: Request, response: Response) => Promise<void>;

function counter(identifier: string, limit: number, by: { keyGenerator?: (request: Request) => string }): Count {
  const limiter = rateLimit({
    windowMs,
    limit,
    identifier,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    validate: { xForwardedForHeader: false }, // whose word counts is a setting
    ...by,
    handler: (request, _response, next) => {
      const { resetTime } = (request as Request & { rateLimit: RateLimitInfo }).rateLimit;
      const retryAfterMs = Math.max(1_000, (resetTime?.getTime() ?? Date.now() + windowMs) - Date.now());
      next(new KontorError('too-many-requests', `More than ${limit} requests a minute came from this ${identifier === 'stranger' ? 'address without a valid identity' : 'person'}.`, { retryAfterMs }));
    },
  });
  return async (request, response) => new Promise((resolve, reject) => void limiter(request, response, (error?: unknown) => (error ? reject(error as Error) : resolve())));
}
