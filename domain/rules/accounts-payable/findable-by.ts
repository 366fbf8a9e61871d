import type { Invoice } from '../../model/invoice.ts';
import type { Money } from '../../model/money.ts';
import { isCurrency, toDecimalText } from '../money.ts';

/** By what operators find a document among the processes; for lists and filters, not for arithmetic. */
export interface FindableBy {
  number: string;
  class: Invoice['class'];
  currency: string;
  /** What is to be paid, as the document says it; absent where the index of the engine has no room for it. */
  amount?: number;
}

/** The engine's index has twenty digits, five of them behind the point; one record that does not fit would hold up all that come after it. */
const tooLarge = 1e15;

export function findableBy({ number, class: documentClass, payable }: { number: string; class: Invoice['class']; payable: Money }): FindableBy {
  const { currency } = payable;
  const amount = isCurrency(currency) ? Number(toDecimalText(payable)) : NaN;
  return { number: shownReference(number), class: documentClass, currency, ...(Math.abs(amount) < tooLarge ? { amount } : {}) };
}

/** Operators see it as it is, and the engine keeps 255 characters: what shows nothing, or turns what stands around it, is left out. */
function shownReference(number: string): string {
  return number.replace(/[\p{C}\p{Z}]+/gu, ' ').trim().slice(0, 100);
}
