import type { Instant, PlainDate } from '../../model/dates.ts';
import type { JournalSource } from '../../model/journal.ts';
import { compareText } from './trial-balance.ts';
import type { LedgerLine } from './ledger-line.ts';

/** An entry as the reviews of whole books see it: its lines together, in an order that does not depend on the file's. */
export interface Entry {
  readonly journal: string;
  readonly entity: string;
  readonly ledger: string;
  readonly date: PlainDate;
  readonly text: string;
  readonly source: JournalSource;
  readonly preparer: string;
  readonly reversalOf: string;
  readonly number: number | undefined;
  readonly recordedAt: Instant | '';
  /** First line of the source that belongs to it. */
  readonly line: number;
  readonly lines: readonly LedgerLine[];
}

/** Lines gathered into entries by entity, ledger and journal, sorted by these. */
export function entriesOf(lines: Iterable<LedgerLine>): Entry[] {
  const groups = new Map<string, LedgerLine[]>();
  for (const line of lines) {
    const key = `${line.entity}\u0000${line.ledger}\u0000${line.journal}`;
    const group = groups.get(key);
    if (group) group.push(line);
    else groups.set(key, [line]);
  }
  return [...groups.values()].map(entryOf).sort((a, b) => compareText(a.entity, b.entity) || compareText(a.ledger, b.ledger) || compareText(a.journal, b.journal));
}

/** Sum of the debits in minor units of the functional currency: the size of an entry. */
export function debitsOf(entry: Entry): bigint {
  let sum = 0n;
  for (const line of entry.lines) if (line.functional > 0n) sum += line.functional;
  return sum;
}

/** Accounts with their functional sums: the same for equal entries whatever the order of their lines. */
export function fingerprint(entry: Entry): string {
  return entry.lines.map((line) => `${line.account}=${line.currency}${line.amount}`).sort(compareText).join(' ');
}

function entryOf(lines: LedgerLine[]): Entry {
  lines.sort((a, b) => compareText(a.account, b.account) || (a.functional < b.functional ? -1 : a.functional > b.functional ? 1 : 0) || compareText(a.text, b.text) || a.line - b.line);
  const { journal, entity, ledger, date, source, preparer, reversalOf, number, recordedAt } = lines[0]!;
  const texts = [...new Set(lines.map((line) => line.text).filter(Boolean))];
  const line = lines.reduce((least, each) => Math.min(least, each.line), Infinity);
  return { journal, entity, ledger, date, text: texts.join('; '), source, preparer, reversalOf, number, recordedAt, line, lines };
}
