import type { StructuredReference } from './facts.ts';
import type { KnownNumber, NumberDirectory } from './number-directory.ts';
import type { NumberForms } from './number-series.ts';
import { namesNumber } from './structured-references.ts';
import { overlap, readNumber, type Reading } from './readings.ts';
import type { Item, Pool, Waiting } from './state.ts';

/** What a memo says about the items of one pool, and about numbers that are not in it. */
export interface Citations {
  readonly of: ReadonlyMap<Item, Citation>;
  /** Numbers of the customer that are not open any more. */
  readonly closed: readonly KnownNumber[];
  /** Numbers that belong to somebody else. */
  readonly foreign: readonly KnownNumber[];
}

export interface Citation {
  readonly weight: number;
  readonly readings: readonly Reading[];
}

const closedIsUnlikely = 1.5; // a known closed number explains a text less readily than an open one
const foreignIsUnlikely = 3;
const clearlyStronger = 1;
const mostWeight = 8;
const wholeUnexplained = 2;
const nearUnexplained = 0.7;
const mostUnexplained = 4;

export function citationsOf(payment: Waiting, pool: Pool, forms: NumberForms, directory: NumberDirectory): Citations {
  const known = directory.spelledOut(payment.memo, forms);
  const openIds = new Set([...pool.open].map((item) => item.fact.id));
  const elsewhere = known.filter(({ owners }) => !owners.some((owner) => owner.item !== undefined && openIds.has(owner.item)));
  const closed = elsewhere.filter(({ owners }) => owners.some((owner) => owner.customer === pool.customer));
  const foreign = elsewhere.filter(({ text, owners }) => forms.looksWhole(text) && !owners.some((owner) => owner.customer === pool.customer));
  const rivals: Rival[] = [
    ...closed.map((number) => ({ item: undefined, start: number.start, end: number.end, weight: magnitude(forms, number.text) - closedIsUnlikely })),
    ...foreign.map((number) => ({ item: undefined, start: number.start, end: number.end, weight: magnitude(forms, number.text) - foreignIsUnlikely })),
  ];
  for (const item of pool.open) for (const reading of readingsOf(payment, item, forms)) rivals.push({ item, ...reading });
  const of = new Map<Item, Citation>();
  for (const item of pool.open) {
    const readings = readingsOf(payment, item, forms).filter((reading) => !isOutdone(reading, item, rivals));
    if (readings.length > 0) of.set(item, { readings, weight: Math.min(mostWeight, readings.reduce((sum, reading) => sum + reading.weight, 0)) });
  }
  return { of, closed, foreign };
}

interface Rival {
  item: Item | undefined;
  start: number;
  end: number;
  weight: number;
}

function magnitude(forms: NumberForms, number: string): number {
  return forms.of(number)?.magnitude ?? 0;
}

/** Readings of an item's numbers: at most one a number, remembered with the payment while it waits. */
function readingsOf(payment: Waiting, item: Item, forms: NumberForms): readonly Reading[] {
  const remembered = payment.readings.get(item);
  if (remembered) return remembered;
  const readings: Reading[] = [];
  for (const number of item.numbers) {
    if (payment.fact.references?.some((reference) => namesNumber(reference, number.text))) {
      readings.push({ field: number.field, number: number.text, start: -1, end: -1, manner: 'structured', weight: mostWeight });
      continue;
    }
    const reading = readNumber(payment.memo, number, forms);
    if (!reading) continue;
    const rival = readings.find((other) => overlap(other, reading) > 0);
    if (!rival) readings.push(reading);
    else if (reading.weight > rival.weight) readings[readings.indexOf(rival)] = reading;
  }
  payment.readings.set(item, readings);
  return readings;
}

/** The same characters cannot mean two items: a clearly stronger reading takes them. */
function isOutdone(reading: Reading, item: Item, rivals: readonly Rival[]): boolean {
  const length = reading.end - reading.start;
  return rivals.some((rival) => rival.item !== item && rival.weight >= reading.weight + clearlyStronger && overlap(rival, reading) * 2 >= length);
}

/** How strongly the numbers that `items` leave unexplained speak against them, as a power of ten (positive or zero). */
export function unexplained(payment: Waiting, citations: Citations, items: readonly Item[], forms: NumberForms): number {
  const explained = [
    ...items.flatMap((item) => citations.of.get(item)?.readings ?? []),
    ...citations.closed,
    ...citations.foreign,
  ];
  const lengths = forms.lengths();
  const shortest = lengths[0] ?? 0;
  const longest = lengths[lengths.length - 1] ?? 0;
  const named = (reference: StructuredReference) => items.some((item) => item.numbers.some(({ text }) => namesNumber(reference, text)));
  const unnamed = (payment.fact.references ?? []).filter((reference) => reference.kind !== 'end-to-end' && !named(reference));
  let against = unnamed.length * wholeUnexplained;
  for (const token of payment.memo.tokens) {
    const covered = explained.reduce((sum, part) => sum + overlap(part, token), 0);
    const rest = token.text.length - covered;
    if (covered > 0) against += rest >= shortest - 1 ? wholeUnexplained : 0;
    else if (forms.looksWhole(token.text) || token.text.length > longest + 1) against += wholeUnexplained;
    else if (forms.resembles(token.text)) against += nearUnexplained;
  }
  return Math.min(mostUnexplained, against);
}
