import { createHash } from 'node:crypto';
import { z } from 'zod';
import { KontorError } from '../domain/errors.ts';
import { canonicalJson } from '../domain/rules/canonical-json.ts';
import type { Answer, Call, Operation } from './operation.ts';

/** Query members of every list: pages follow a cursor that stays right while rows arrive. */
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(200).default(50).meta({ description: 'Rows a page' }),
  cursor: z.string().min(1).max(500).optional().meta({ description: '`next` of the page before' }),
};

export function pageSchema<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), next: z.string().optional() });
}

type AnyCall = Call<unknown, unknown, unknown>;

export function isList({ query }: Operation): boolean {
  return 'cursor' in ((query as z.ZodObject | undefined)?.shape ?? {});
}

/**
 * Answers one page of a list. To callers a cursor begins with the mark of its list, so that no other list, and not the same one with
 * other filters, goes on from it: a position means rows of that list alone.
 * @throws KontorError `request-invalid` for a cursor of another list
 */
export async function answerPage(operation: Operation, call: AnyCall): Promise<Answer> {
  const mark = listMark(operation, call);
  const { cursor, ...query } = call.query as { cursor?: string };
  if (cursor !== undefined && !cursor.startsWith(mark)) throw new KontorError('request-invalid', 'The cursor is not one that this list gave out with these filters.', { place: { path: 'cursor' } });
  const answer = await operation.handle({ ...call, query: cursor === undefined ? query : { ...query, cursor: cursor.slice(mark.length) } });
  const next = answer === 'streaming' ? undefined : (answer.body as { next?: string } | undefined)?.next;
  if (answer === 'streaming' || next === undefined) return answer;
  return { ...answer, body: { ...(answer.body as object), next: mark + next } };
}

/** Tells lists and what they were asked for apart; the size of a page may change on the way. */
export function listMark({ id }: Pick<Operation, 'id'>, { params, query }: Pick<AnyCall, 'params' | 'query'>): string {
  const asked = { ...(query as Record<string, unknown>), limit: undefined, cursor: undefined };
  return createHash('sha256').update(canonicalJson([id, params, asked])).digest('base64url').slice(0, 12);
}
