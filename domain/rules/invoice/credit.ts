import type { Invoice } from '../../model/invoice.ts';
import type { Money } from '../../model/money.ts';
import { minorOf, negateMoney } from '../money.ts';

/**
 * What an amount of the document does to what we owe (C1): an invoice's amounts as they stand, a credit note's with the
 * opposite sign. So a credit note over 100 and a negative invoice over −100 both give −100.
 */
export function creditEffect(invoice: Pick<Invoice, 'class'>, amount: Money): Money {
  return invoice.class === 'credit-note' ? negateMoney(amount) : amount;
}

/** True where the document lowers what we owe: a credit note, or an invoice with a negative total (C1). */
export function lowersWhatWeOwe(invoice: Pick<Invoice, 'class' | 'totals'>): boolean {
  return minorOf(creditEffect(invoice, invoice.totals.gross)) < 0n;
}
