import { KontorError, problem, type Problem } from '../../errors.ts';
import type { Journal } from '../../model/journal.ts';
import type { Money } from '../../model/money.ts';
import type { JournalPolicy } from '../../policy/close.ts';
import { canonicalJson } from '../canonical-json.ts';
import { compareMoney, describeMoney, minorOf, money } from '../money.ts';
import { convert, type RateTable } from '../group/rates.ts';

export type ApprovalTier = JournalPolicy['tiers'][number];

/** Tiers must rise and end without a limit, so that no amount falls between (A1); throws `approval-tier-missing`. */
export function tierFor(tiers: readonly ApprovalTier[], amount: Money): ApprovalTier {
  let previous: Money | undefined;
  for (const [index, tier] of tiers.entries()) {
    const last = index === tiers.length - 1;
    if (last !== (tier.upTo === undefined) || (previous && tier.upTo && compareMoney(tier.upTo, previous) <= 0))
      throw new KontorError('approval-tier-missing', `Tier ${index + 1} (${tier.role}) breaks the rising order of limits, or the last one has a limit.`);
    previous = tier.upTo;
  }
  return tiers.find((tier) => !tier.upTo || compareMoney(amount, tier.upTo) <= 0)!;
}

/** Sum of the debits of an entry in group currency, the amount that its tier goes by (JE-3); throws `rate-missing`. */
export function approvalAmount(journal: Journal, groupCurrency: string, rates: RateTable): Money {
  let debits = 0n;
  for (const line of journal.lines) if (minorOf(line.functional) > 0n) debits += minorOf(line.functional);
  const functional = journal.lines[0]?.functional.currency ?? groupCurrency;
  return convert(rates, money(functional, debits), groupCurrency, 'closing', journal.postingDate);
}

/** What approvals vouch for: everything but the approvals themselves, the number and the status. The caller hashes it (JE-4). */
export function journalContent(journal: Journal): string {
  const { approvals: _approvals, status: _status, number: _number, recordedAt: _recordedAt, ...content } = journal;
  return canonicalJson(content);
}

/** An edited entry is a draft again and its approvals are void; a posted one is refused (JE-4, JE-6). */
export function editJournal(journal: Journal, changes: Partial<Pick<Journal, 'lines' | 'text' | 'postingDate' | 'documentDate' | 'autoReverseOn'>>): Journal | Problem {
  if (journal.status === 'posted') return problem('journal-posted', `Journal ${journal.id} is posted${journal.number ? ` as number ${journal.number}` : ''}.`);
  const edited = { ...journal, ...changes };
  if (journalContent(edited) === journalContent(journal)) return journal;
  return { ...edited, status: 'draft', approvals: [] };
}

/**
 * May `poster` post this entry? Needs as many approvals of the current content as its tier asks, each by another
 * person, none of them by or for the preparer, and a poster who is not the preparer (JE-3). Persons are humans: the
 * caller maps log-ins to people first.
 */
export function mayPost(journal: Journal, contentHash: string, tier: ApprovalTier, poster: string): Problem | undefined {
  if (journal.status === 'posted') return problem('journal-posted', `Journal ${journal.id} is posted already.`);
  if (poster === journal.preparer) return problem('duties-conflict', `${poster} prepared journal ${journal.id} and may not post it.`);
  const own = journal.approvals.find((approval) => [approval.by, approval.onBehalfOf].includes(journal.preparer));
  if (own) return problem('duties-conflict', `${own.by} approved journal ${journal.id}${own.onBehalfOf ? ` for ${own.onBehalfOf}` : ''}, which ${journal.preparer} prepared.`);
  const current = journal.approvals.filter((approval) => approval.contentHash === contentHash);
  const persons = distinctApprovers(current);
  if (persons < tier.approvals)
    return problem('journal-not-approved', `Journal ${journal.id} has ${persons} of ${tier.approvals} approvals by ${tier.role} for its current content${tier.upTo ? ` (up to ${describeMoney(tier.upTo)})` : ''}.`);
  return undefined;
}

/** Four eyes count humans: an approval for somebody and one by that somebody are one (A4). */
function distinctApprovers(approvals: Journal['approvals']): number {
  const used = new Set<string>();
  let count = 0;
  for (const { by, onBehalfOf } of approvals) {
    if (used.has(by) || (onBehalfOf && used.has(onBehalfOf))) continue;
    used.add(by);
    if (onBehalfOf) used.add(onBehalfOf);
    count++;
  }
  return count;
}
