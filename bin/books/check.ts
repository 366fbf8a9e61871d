import { entriesOf } from '../../domain/rules/ledger/entry.ts';
import { numberingGaps, reversalFaults, suspectedDuplicates, suspectedSplitting } from '../../domain/rules/ledger/entry-controls.ts';
import type { LedgerLine } from '../../domain/rules/ledger/ledger-line.ts';
import { unusualEntries } from '../../domain/rules/ledger/unusual-entries.ts';
import { hledgerJournal } from '../../documents/ledger/hledger-journal.ts';
import { bookFacts, journalPolicy, streamBook } from './input.ts';
import type { LedgerOptions } from './options.ts';
import { csv, jsonLine, print, reportProblems, table, type Cell } from './output.ts';

/** Saturday and Sunday off; entries of a country with other days are judged by its own calendar in the process. */
const office = { weekend: [6, 7], holidays: [] } as const;

interface Finding {
  readonly severity: 'error' | 'warning' | 'review';
  readonly code: string;
  readonly line: number;
  readonly message: string;
}

/** Every check of an entry and of the whole book. Exit code 1 when an entry is wrong; warnings and reviews leave it 0. */
export async function printCheck(journal: string, options: LedgerOptions): Promise<number> {
  const facts = await bookFacts(options);
  const policy = await journalPolicy(options.policy);
  const lines: LedgerLine[] = [];
  const problems = await streamBook(journal, facts, (line) => lines.push(line));
  const entries = entriesOf(lines);
  if (options.format === 'hledger') return printHledger(() => hledgerJournal(entries, facts.accounts), problems);
  const errors = [...problems.first, ...reversalFaults(entries)];
  const warnings = [...suspectedDuplicates(entries, policy.duplicateDays), ...suspectedSplitting(entries, policy.tiers), ...numberingGaps(entries)];
  const unusual = unusualEntries(entries, { policy, accounts: facts.accounts, calendar: office }).filter((item) => item.flagged);
  const findings: Finding[] = [
    ...errors.map(({ code, message, place }) => ({ severity: 'error' as const, code, line: place?.line ?? 0, message })),
    ...warnings.map(({ code, message, place }) => ({ severity: 'warning' as const, code, line: place?.line ?? 0, message })),
    ...unusual.map(({ entry, score, reasons }) => ({ severity: 'review' as const, code: 'unusual-entry', line: entry.line, message: `Journal ${entry.journal}, score ${score}: ${reasons.map((reason) => reason.text).join('; ')}.` })),
  ];
  printFindings(findings, options.format);
  process.stderr.write(`${entries.length} entries, ${lines.length} lines: ${problems.count + errors.length - problems.first.length} errors, ${warnings.length} warnings, ${unusual.length} to review\n`);
  return errors.length > 0 ? 1 : 0;
}

function printFindings(findings: readonly Finding[], format: LedgerOptions['format']): void {
  const header = ['severity', 'code', 'line', 'message'];
  const cells: Cell[][] = findings.map(({ severity, code, line, message }) => [severity, code, line || '', message]);
  if (format === 'json') for (const finding of findings) print(jsonLine(finding));
  else if (format === 'csv') print(csv(header, cells));
  else if (findings.length > 0) print(table(header, cells));
}

function printHledger(text: () => Iterable<string>, problems: Parameters<typeof reportProblems>[0]): number {
  reportProblems(problems);
  if (problems.count > 0) return 1;
  for (const part of text()) process.stdout.write(part);
  return 0;
}
