import { daysBetween } from '../../calendar/plain-date.ts';
import { problem, type Problem } from '../../errors.ts';
import type { PlainDate } from '../../model/dates.ts';
import type { Journal } from '../../model/journal.ts';
import { describeMoney, negateMoney } from '../money.ts';
import { cutOffs, type CutOff, type OrderLineFacts } from './goods-received.ts';

/** A cut-off that has waited too long for its other side (G5). */
export interface AgedClearing extends CutOff {
  readonly ageDays: number;
}

/** What purchasing says of an order line: only a line that expects nothing more may be written off. */
export interface OrderLineExpectation {
  /** Delivery is marked complete, or cancelled. */
  readonly deliveryComplete: boolean;
  /** The final invoice is there, or the supplier has confirmed that none will come. */
  readonly invoicingComplete: boolean;
}

export interface WriteOffSettings {
  readonly entity: string;
  readonly ledger: string;
  readonly preparer: string;
  readonly clearingAccount: string;
  readonly writeOffAccount: string;
  /** Days beyond which an item counts as aged. */
  readonly ageLimitDays: number;
}

/** Lines whose quantities have differed for longer than the limit, oldest first: exceptions for their owners (G5). */
export function agedClearings(lines: readonly OrderLineFacts[], asOf: PlainDate, ageLimitDays: number): AgedClearing[] {
  return cutOffs(lines, asOf)
    .map((item) => ({ ...item, ageDays: daysBetween(item.since, asOf) }))
    .filter((item) => item.ageDays > ageLimitDays)
    .sort((a, b) => b.ageDays - a.ageDays || (a.line < b.line ? -1 : 1));
}

/**
 * The entry that clears an aged item against the write-off account, or why it may not (G5): it is not aged, the other
 * side may still come, or nobody but the preparer approved. The id follows from the item, so that a second run makes
 * the same entry. The entry is a draft and goes the way of every journal.
 */
export function writeOff(item: AgedClearing, expectation: OrderLineExpectation, approvedBy: string | undefined, date: PlainDate, settings: WriteOffSettings): Journal | Problem {
  const refusal = refusalOf(item, expectation, approvedBy, settings);
  if (refusal) return refusal;
  const { entity, ledger, preparer, clearingAccount, writeOffAccount } = settings;
  const clearing = item.kind === 'received-not-invoiced' ? item.amount : negateMoney(item.amount);
  return {
    schemaVersion: 1,
    id: `write-off/${entity}/${item.line}/${item.since}`,
    entity,
    ledger,
    postingDate: date,
    documentDate: date,
    text: `Write-off, ${item.kind.replaceAll('-', ' ')} since ${item.since}: ${item.line}, approved by ${approvedBy}`,
    source: 'manual',
    status: 'draft',
    preparer,
    approvals: [],
    lines: [
      { account: clearingAccount, amount: clearing, functional: clearing, reference: item.line },
      { account: writeOffAccount, amount: negateMoney(clearing), functional: negateMoney(clearing), reference: item.line },
    ],
  };
}

function refusalOf(item: AgedClearing, expectation: OrderLineExpectation, approvedBy: string | undefined, { preparer, ageLimitDays }: WriteOffSettings): Problem | undefined {
  const what = `${describeMoney(item.amount)} of ${item.line}`;
  if (item.ageDays <= ageLimitDays) return problem('write-off-refused', `${what} is open for ${item.ageDays} days only; the limit is ${ageLimitDays}.`);
  if (item.kind === 'received-not-invoiced' && !expectation.invoicingComplete) return problem('write-off-refused', `${what} is received, and its invoice may still come.`);
  if (item.kind === 'invoiced-not-received' && !expectation.deliveryComplete) return problem('write-off-refused', `${what} is invoiced, and its goods may still come.`);
  if (!approvedBy) return problem('journal-not-approved', `The write-off of ${what} needs an approval.`);
  if (approvedBy === preparer) return problem('duties-conflict', `${preparer} prepares the write-off of ${what} and may not approve it.`);
  return undefined;
}
