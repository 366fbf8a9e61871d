import { toDayNumber } from '../../calendar/plain-date.ts';
import { AmountProfile } from './amounts.ts';
import type { ItemFact, ItemNumber, PaymentFact } from './facts.ts';
import { compactNumber, readMemo, type Memo } from './memo.ts';
import type { NumberForms, NumberSeries } from './number-series.ts';
import type { Reading } from './readings.ts';

/** An item while payments are applied: its open rest only ever moves towards zero. */
export interface Item {
  readonly fact: ItemFact;
  readonly documentDay: number;
  readonly dueDay: number;
  readonly numbers: readonly ReadableNumber[];
  open: number;
}

/** A number of an item as it is looked for in memos. */
export interface ReadableNumber {
  readonly field: string;
  readonly text: string;
  readonly series: NumberSeries;
}

/** A payment that has not been applied yet, with what was read in its memo so far. */
export interface Waiting {
  readonly fact: PaymentFact;
  readonly day: number;
  /** Amount and currency in which items are compared: what was instructed, where the statement gives it with its rate (CA-12). */
  readonly amount: number;
  readonly currency: string;
  /** What it says, read once; forgotten when the payment is applied. */
  memo: Memo;
  readings: Map<Item, readonly Reading[]>;
}

/** What one customer owes in one currency. */
export interface Pool {
  readonly customer: string;
  readonly currency: string;
  readonly open: Set<Item>;
  readonly waiting: Set<Waiting>;
  readonly amounts: AmountProfile;
}

const unread: Memo = { compact: '', gaps: [], tokens: [] };
const noReadings = new Map<Item, readonly Reading[]>();

/** An applied payment is kept for the answer only; its memo is not looked at again. */
export function forget(payment: Waiting): void {
  payment.memo = unread;
  payment.readings = noReadings;
}

const shortestNumber = 3;

export function newItem(fact: ItemFact, forms: NumberForms): Item {
  return { fact, documentDay: toDayNumber(fact.documentDate), dueDay: toDayNumber(fact.dueDate), numbers: readableNumbers(fact.numbers, forms), open: fact.amount };
}

export function readableNumbers(numbers: readonly ItemNumber[], forms: NumberForms): ReadableNumber[] {
  return numbers.flatMap(({ field, text }) => {
    const compact = compactNumber(text);
    const series = forms.of(compact);
    return series && compact.length >= shortestNumber ? [{ field, text: compact === text ? text : compact, series }] : [];
  });
}

export function newWaiting(fact: PaymentFact): Waiting {
  const { amount, currency } = fact.instructed ?? fact;
  return { fact, day: toDayNumber(fact.date), amount, currency, memo: readMemo(fact.memo), readings: new Map() };
}

export function newPool(customer: string, currency: string): Pool {
  return { customer, currency, open: new Set(), waiting: new Set(), amounts: new AmountProfile() };
}
