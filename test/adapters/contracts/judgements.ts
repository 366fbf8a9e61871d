import { inspect } from 'node:util';
import { expect } from 'vitest';
import type { ErpChanges, ErpPort, PostingAnswer } from '../../../adapters/ports/erp.ts';
import { KontorError } from '../../../domain/errors.ts';
import type { PostedDocument } from '../../../domain/model/posting.ts';
import { exact, plus, toText, zero } from '../../../domain/rules/decimal.ts';
import type { CounterpartDocument } from './erp-counterpart.ts';

export function posted(answer: PostingAnswer): PostedDocument {
  if (answer.outcome === 'refused') throw new Error(`refused: ${answer.code} ${answer.message}`);
  return answer.document;
}

export async function failure(call: Promise<unknown>): Promise<KontorError> {
  const error: unknown = await call.then(() => undefined, (reason: unknown) => reason);
  if (!(error instanceof KontorError)) throw new Error(`expected a KontorError, got ${inspect(error)}`);
  return error;
}

export function expectBalanced(document: CounterpartDocument | undefined): void {
  const lines = document?.lines ?? [];
  expect(lines.length).toBeGreaterThan(1);
  for (const currency of new Set(lines.map((line) => line.currency))) {
    const own = lines.filter((line) => line.currency === currency);
    expect(toText(own.reduce((total, line) => plus(total, exact(line.amount)), zero))).toBe('0');
  }
  expect(toText(lines.reduce((total, line) => plus(total, exact(line.companyAmount)), zero))).toBe('0');
}

/** All changes after a cursor, page by page. */
export async function drained(erp: ErpPort, entity: string, cursor: string | undefined): Promise<ErpChanges> {
  const changes = [];
  const unread = [];
  for (let position = cursor; ; ) {
    const page = await erp.changesSince(entity, position, { correlationId: 'drain' });
    changes.push(...page.changes);
    unread.push(...page.unread);
    if (page.cursor === position) return { changes, unread, cursor: page.cursor };
    position = page.cursor;
  }
}
