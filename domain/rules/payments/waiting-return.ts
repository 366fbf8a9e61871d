import type { EntryDetail, StatementEntry } from '../../model/bank-statement.ts';
import type { BookedEntry, UnmatchedEntry, UnmatchedReason } from './confirm.ts';

/** Money that came back before its payment was known as booked: what of the entry is matched again, and the ids under which the payment may turn up. Without any, somebody has to find it. */
export interface WaitingReturn {
  waitsFor: string[];
  entry: StatementEntry;
}

const waits: ReadonlySet<UnmatchedReason> = new Set(['return-before-debit', 'return-of-unknown']);

/** What waits of these entries after they were matched, by identity and without the words and names that no matching needs (P8). */
export function waitingOf(entries: readonly BookedEntry[], unmatched: readonly UnmatchedEntry[]): Map<string, WaitingReturn> {
  const kept = new Map<string, UnmatchedEntry[]>();
  for (const one of unmatched) {
    if (!waits.has(one.reason)) continue;
    const earlier = kept.get(one.identity);
    if (earlier) earlier.push(one);
    else kept.set(one.identity, [one]);
  }
  return new Map(entries.flatMap(({ identity, entry }) => {
    const waiting = waitingReturn(entry, kept.get(identity) ?? []);
    return waiting ? [[identity, waiting]] : [];
  }));
}

/** What waits on of an entry that waited, when these payments of it were found. */
export function stillWaiting(entry: StatementEntry, found: ReadonlySet<string>): WaitingReturn | undefined {
  if (found.size === 0) return asked(entry);
  const rest = entry.details?.filter(({ endToEndId }) => endToEndId !== undefined && !found.has(endToEndId)) ?? [];
  return rest.length === 0 ? undefined : asked({ ...entry, details: rest });
}

function waitingReturn(entry: StatementEntry, kept: readonly UnmatchedEntry[]): WaitingReturn | undefined {
  const parts = kept.flatMap(({ detail, endToEndId }) => (detail === undefined ? [] : [{ ...bare(entry.details![detail - 1]!), ...(endToEndId === undefined ? {} : { endToEndId }) }]));
  const [whole] = kept.filter(({ detail }) => detail === undefined);
  if (whole) return asked({ ...bare(entry), ...(whole.endToEndId === undefined ? {} : { endToEndId: whole.endToEndId }) });
  return parts.length === 0 ? undefined : asked({ ...bare(entry), details: parts });
}

function asked(entry: StatementEntry): WaitingReturn {
  const { originalTrace, trace, customer } = entry.references;
  const named = (entry.details ?? [entry]).flatMap(({ endToEndId }) => (endToEndId === undefined ? [originalTrace, trace, customer] : [endToEndId]));
  return { waitsFor: [...new Set(named.filter((id) => id !== undefined))], entry };
}

function bare<Part extends StatementEntry | EntryDetail>({ counterparty: _, references: { originalTrace, trace, customer }, ...part }: Part): Omit<Part, 'counterparty' | 'references'> & Pick<StatementEntry, 'references' | 'text'> {
  return { ...part, text: '', references: { ...(originalTrace ? { originalTrace } : {}), ...(trace ? { trace } : {}), ...(customer ? { customer } : {}) } };
}
