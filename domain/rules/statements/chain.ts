import type { PlainDate } from '../../model/dates.ts';
import type { Money } from '../../model/money.ts';
import { describeMoney } from '../money.ts';
import { numberOf } from './continuity.ts';

/** A statement that was taken, as far as those beside it are concerned. All of a chain are of one account, currency and format. */
export interface ChainedStatement {
  id: string;
  number?: string;
  closedOn: PlainDate;
  opening: Money;
  closing: Money;
  /** Stands for everything that the statement says: another one with the same says nothing new. */
  content: string;
  /** False for one that cannot be counted on (SI-5): a correct one takes its place. */
  fit: boolean;
}

export type Standing = { kind: 'new' } | { kind: 'repeat' | 'conflict' | 'correction'; of: string };

/**
 * What a statement is beside those of the same number and the same days (SI-3). Pages of one statement are told apart by what
 * they open with, for some banks send them as messages of their own.
 */
export function standingOf(told: ChainedStatement, known: readonly ChainedStatement[]): Standing {
  const repeated = known.find(({ content }) => content === told.content);
  if (repeated) return { kind: 'repeat', of: repeated.id };
  const corrected = known.find((one) => !one.fit && (isSame(one.opening, told.opening) || !isSame(one.closing, told.opening)));
  if (corrected) return { kind: 'correction', of: corrected.id };
  const contradicted = known.find(({ opening }) => isSame(opening, told.opening));
  return contradicted ? { kind: 'conflict', of: contradicted.id } : { kind: 'new' };
}

/**
 * Which statements do not follow the one before them (SI-6), and why: a number is left out, or the opening is not the closing before
 * it. The order in which they came has no part in it, so that one that comes late closes the gap that it had left.
 */
export function gapsBetween(statements: readonly ChainedStatement[]): Map<string, string> {
  const gaps = new Map<string, string>();
  let ends: ChainedStatement[] = [];
  for (const day of together(statements, ({ closedOn }) => closedOn)) {
    let before = ends.find(({ closing }) => day.some(({ opening }) => isSame(opening, closing))) ?? ends.at(-1);
    ends = [];
    for (const one of inOrder(day, before)) {
      const gap = before && gapAfter(before, one);
      if (gap) gaps.set(one.id, gap);
      // Where something is missing within a day without numbers, nobody knows which of its parts was the last.
      if (!gap || numberOf(one) !== undefined) ends.pop();
      ends.push(one);
      before = one;
    }
  }
  return gaps;
}

/** Whether numbers begin again with a year, or carry it, is the bank's own way: over the turn of a year the balances alone tell. */
function gapAfter(before: ChainedStatement, one: ChainedStatement): string | undefined {
  const [last, next] = [sequenceOf(before), sequenceOf(one)];
  const sameYear = before.closedOn.slice(0, 4) === one.closedOn.slice(0, 4);
  if (sameYear && last !== undefined && next !== undefined && next !== last && next !== last + 1n && next !== 1n) return `follows ${before.number}: what is between them is missing`;
  // The balances of one that does not add up are in question already.
  if (!before.fit || !one.fit || isSame(before.closing, one.opening)) return undefined;
  return `opens with ${describeMoney(one.opening)}, and the one before it closed with ${describeMoney(before.closing)}`;
}

/** Longer numbers are days or ids of messages, whose steps tell nothing: between those the balances alone tell. */
function sequenceOf(one: ChainedStatement): bigint | undefined {
  const number = numberOf(one);
  return number !== undefined && number <= 999_999n ? number : undefined;
}

/** The statements of a day by their numbers; where those are missing or the same, by their balances. */
function inOrder(day: ChainedStatement[], before: ChainedStatement | undefined): ChainedStatement[] {
  const ordered: ChainedStatement[] = [];
  const groups = day.every((one) => numberOf(one) !== undefined) ? together(day, (one) => String(numberOf(one)).padStart(18, '0')) : [day];
  for (const group of groups) ordered.push(...linked(group, ordered.at(-1) ?? before));
  return ordered;
}

/** Each opens with what the one before it closed with, as far as that goes. One with the same ends as another tells of the same again. */
function linked(group: ChainedStatement[], before: ChainedStatement | undefined): ChainedStatement[] {
  const rest = group.filter((one, at) => group.findIndex(({ opening, closing }) => isSame(opening, one.opening) && isSame(closing, one.closing)) === at);
  const ordered: ChainedStatement[] = [];
  for (let last = before; rest.length > 0; last = ordered.at(-1)) {
    const next = last && follower(rest, last.closing);
    const found = next ?? rest.find((one) => !rest.some((other) => other !== one && isSame(other.closing, one.opening))) ?? rest[0]!;
    ordered.push(...rest.splice(rest.indexOf(found), 1));
  }
  return ordered;
}

/** One on which nothing moved comes first: after the others its place would be gone. */
function follower(rest: readonly ChainedStatement[], closing: Money): ChainedStatement | undefined {
  const following = rest.filter(({ opening }) => isSame(opening, closing));
  return following.find((one) => isSame(one.opening, one.closing)) ?? following[0];
}

/** Statements of the same key, in the order of the keys. */
function together(statements: readonly ChainedStatement[], keyOf: (one: ChainedStatement) => string): ChainedStatement[][] {
  const groups = new Map<string, ChainedStatement[]>();
  for (const one of statements) {
    const group = groups.get(keyOf(one));
    if (group) group.push(one);
    else groups.set(keyOf(one), [one]);
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
}

function isSame(a: Money, b: Money): boolean {
  return a.currency === b.currency && a.minor === b.minor;
}
