import type { StatementEntry } from '../../model/bank-statement.ts';
import { canonicalJson } from '../canonical-json.ts';

/**
 * One identity for each entry of one statement, in its order (SI-1): the bank's reference with date and amount, where it gives
 * one, else what the entry says; then its number among equals of that day. So the same statement again, or another that
 * overlaps it, brings nothing new, two equal lines are two transactions, and three where two are known add exactly one (SI-4).
 * The result is as long as that of `digest`, and names nobody.
 */
export function entryIdentities(account: string, entries: readonly StatementEntry[], digest: (text: string) => string): string[] {
  const equals = new Map<string, number>();
  return entries.map((entry) => {
    const facts = factsOf(account, entry);
    const occurrence = (equals.get(facts) ?? 0) + 1;
    equals.set(facts, occurrence);
    return digest(`${facts} ${occurrence}`);
  });
}

/** A pending entry is another one than the booked entry that replaces it (SI-8). */
function factsOf(account: string, { status, bookingDate, valueDate, amount, references, endToEndId, counterparty, text }: StatementEntry): string {
  const { bank } = references;
  const own = bank === undefined || /^NONREF$/i.test(bank) ? ['line', bookingDate ?? null, valueDate ?? null, normalised(text), bare(counterparty?.account ?? ''), endToEndId ?? null] : ['reference', bookingDate ?? valueDate ?? null, bank];
  return canonicalJson([bare(account), status, amount.minor, amount.currency, ...own]);
}

/** The same words, however the format broke and padded them. */
function normalised(text: string): string {
  return text.normalize('NFKC').toUpperCase().replace(/[^\p{L}\p{N}]+/gu, '');
}

function bare(account: string): string {
  return account.replace(/\s/g, '').toUpperCase();
}
