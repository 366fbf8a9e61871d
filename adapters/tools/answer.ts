import type { z } from 'zod';
import { KontorError } from '../../domain/errors.ts';
import type { ExchangeAnswer, Operation } from '../ports/definition.ts';

/** What the counterpart said, as far as it is JSON. */
export function jsonOf({ text }: ExchangeAnswer): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * An answer that was expected to carry a result. A success that cannot be read says neither that an effect happened nor that it did not.
 *
 * @throws KontorError `outcome-unknown` for an effect, `counterpart-unreadable` for a question
 */
export function parsedAnswer<Schema extends z.ZodType>(answer: ExchangeAnswer, schema: Schema, purpose: string, operation: Operation): z.infer<Schema> {
  const result = schema.safeParse(jsonOf(answer));
  if (result.success) return result.data;
  const place = result.error.issues[0]?.path.join('.') ?? '';
  throw new KontorError(operation === 'effect' ? 'outcome-unknown' : 'counterpart-unreadable', `${purpose}: the answer has no readable field "${place}"`);
}

/** Paths are resolved below it, whether or not it was written with a slash at its end. */
export function baseOf({ baseUrl }: { baseUrl: string }): string {
  return baseUrl.endsWith('/') ? baseUrl : `${baseUrl}/`;
}
