import { daysBetween, parseDate } from '../../calendar/plain-date.ts';
import { problem, type Problem } from '../../errors.ts';
import { describeMoney, minorOf, money } from '../money.ts';
import type { ApprovalTier } from './approval.ts';
import { debitsOf, fingerprint, type Entry } from './entry.ts';
import { compareText } from './trial-balance.ts';

/** Entries of one entity with the same accounts, amounts and text within a few days: a warning that needs a reason (JE-4). */
export function suspectedDuplicates(entries: readonly Entry[], days: number): Problem[] {
  const groups = groupBy(entries.filter((entry) => !entry.reversalOf), (entry) => `${entry.entity}\u0000${entry.ledger}\u0000${normalText(entry.text)}\u0000${fingerprint(entry)}`);
  return groups.flatMap((group) => {
    group.sort((a, b) => compareText(a.date, b.date) || compareText(a.journal, b.journal));
    return group.flatMap((entry, index) => {
      const earlier = group[index - 1];
      if (!earlier || daysBetween(earlier.date, entry.date) > days) return [];
      return [problem('journal-duplicate-suspected', `Journal ${entry.journal} of ${entry.date} equals ${earlier.journal} of ${earlier.date} in accounts, amounts and text.`, { line: entry.line })];
    });
  });
}

/**
 * Entries by the same person on the same accounts and day, each within a tier that their sum exceeds (JE-3).
 * Tiers are in the currency of the books; entries in another one are left to the approval itself.
 */
export function suspectedSplitting(entries: readonly Entry[], tiers: readonly ApprovalTier[]): Problem[] {
  const manual = entries.filter((entry) => entry.source === 'manual' && entry.preparer);
  const groups = groupBy(manual, (entry) => [entry.entity, entry.ledger, entry.preparer, entry.date, entry.lines[0]!.functionalCurrency, accountsOf(entry)].join('\u0000'));
  return groups.flatMap((group) => {
    if (group.length < 2) return [];
    const currency = group[0]!.lines[0]!.functionalCurrency;
    const limits = tiers.flatMap((tier) => (tier.upTo?.currency === currency ? [minorOf(tier.upTo)] : []));
    const sizes = group.map(debitsOf);
    const total = sizes.reduce((sum, size) => sum + size, 0n);
    const largest = sizes.reduce((most, size) => (size > most ? size : most), 0n);
    const exceeded = limits.filter((limit) => largest <= limit && total > limit).at(-1);
    if (exceeded === undefined) return [];
    const names = group.map((entry) => entry.journal).sort(compareText);
    const line = Math.min(...group.map((entry) => entry.line));
    return [problem('journal-splitting-suspected', `Journals ${names.join(', ')} by ${group[0]!.preparer} on ${group[0]!.date} sum to ${describeMoney(money(currency, total))} on the same accounts, above the limit of ${describeMoney(money(currency, exceeded))} that each stays within.`, { line })];
  });
}

/** Missing and doubled numbers per entity, ledger and year of the posted entries that carry one (JE-6). */
export function numberingGaps(entries: readonly Entry[]): Problem[] {
  const groups = groupBy(entries.filter((entry) => entry.number !== undefined), (entry) => `${entry.entity}\u0000${entry.ledger}\u0000${parseDate(entry.date).year}`);
  return groups.flatMap((group) => {
    const { entity, ledger, date } = group[0]!;
    const books = `${entity}/${ledger} ${parseDate(date).year}`;
    const numbers = group.map((entry) => entry.number!).sort((a, b) => a - b);
    return numbers.flatMap((number, index) => {
      const previous = index === 0 ? 0 : numbers[index - 1]!;
      if (number === previous) return [problem('numbering-gap', `Number ${number} of ${books} is used twice.`)];
      if (number === previous + 1) return [];
      return [problem('numbering-gap', `Numbers ${previous + 1} to ${number - 1} of ${books} are missing.`)];
    });
  });
}

/** A reversal must undo exactly the entry that it names, once, and no reversal may be reversed (JE-6). */
export function reversalFaults(entries: readonly Entry[]): Problem[] {
  const known = new Map(entries.map((entry) => [keyOf(entry, entry.journal), entry]));
  const reversals = entries.filter((entry) => entry.reversalOf);
  const faults = reversals.flatMap((entry) => {
    const original = known.get(keyOf(entry, entry.reversalOf));
    if (!original) return [];
    if (original.reversalOf) return [problem('reversal-refused', `Journal ${entry.journal} reverses ${original.journal}, which is itself a reversal.`, { line: entry.line })];
    if (!undoes(entry, original)) return [problem('reversal-refused', `Journal ${entry.journal} does not undo ${original.journal}: their lines do not cancel.`, { line: entry.line })];
    return [];
  });
  const doubled = groupBy(reversals, (entry) => keyOf(entry, entry.reversalOf)).flatMap((group) =>
    group.slice(1).map((entry) => problem('reversal-refused', `Journal ${entry.reversalOf} is reversed more than once: ${group.map((each) => each.journal).sort(compareText).join(', ')}.`, { line: entry.line })));
  return [...faults, ...doubled];
}

function undoes(reversal: Entry, original: Entry): boolean {
  const opposite = { ...reversal, lines: reversal.lines.map((line) => ({ ...line, amount: -line.amount, functional: -line.functional })) };
  return fingerprint(opposite) === fingerprint(original);
}

function keyOf(entry: Entry, journal: string): string {
  return `${entry.entity}\u0000${entry.ledger}\u0000${journal}`;
}

function accountsOf(entry: Entry): string {
  return [...new Set(entry.lines.map((line) => line.account))].sort(compareText).join(' ');
}

function normalText(text: string): string {
  return text.toLowerCase().replace(/\s+/g, ' ').trim();
}

/** Groups in the order of their keys, so that reports do not depend on the order of the books. */
function groupBy<T>(items: readonly T[], keyOfItem: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOfItem(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return [...groups].sort(([a], [b]) => compareText(a, b)).map(([, group]) => group);
}
