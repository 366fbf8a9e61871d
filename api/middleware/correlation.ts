import { randomUUID } from 'node:crypto';
import type { Request, RequestHandler } from 'express';

const header = 'X-Correlation-Id';
const wellFormed = /^[A-Za-z0-9._:-]{8,64}$/;
const ids = new WeakMap<object, string>();

/** One id goes from the request through workflow, activity and adapter into the ERP document; a well-formed one of the caller is kept. */
export const correlate: RequestHandler = (request, response, next) => {
  const given = request.header(header);
  const id = given && wellFormed.test(given) ? given : randomUUID();
  ids.set(request, id);
  response.setHeader(header, id);
  next();
};

export function correlationOf(request: Request): string {
  return ids.get(request) ?? 'none';
}
