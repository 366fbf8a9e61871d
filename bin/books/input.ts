import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { periodRange } from '../../domain/calendar/period-range.ts';
import { isPlainDate } from '../../domain/calendar/plain-date.ts';
import { journalPolicySchema, type JournalPolicy } from '../../domain/policy/close.ts';
import { checkLine, JournalBalances, type BookFacts } from '../../domain/rules/ledger/journal-checks.ts';
import type { LedgerLine } from '../../domain/rules/ledger/ledger-line.ts';
import { periodTable, type PeriodTable } from '../../domain/rules/ledger/period-guard.ts';
import type { Range } from '../../domain/rules/ledger/trial-balance.ts';
import { readJournalLines, type JournalDetail } from '../../documents/ledger/journal-csv.ts';
import { readAccounts, readCostCentres, readPeriods } from '../../documents/ledger/table-csv.ts';
import { readYaml } from '../../documents/ledger/yaml-file.ts';
import { ProblemList, UsageError } from './output.ts';

const chunkBytes = 1 << 18;

export function chunksOf(path: string): AsyncIterable<Uint8Array> {
  return createReadStream(path, { highWaterMark: chunkBytes });
}

export interface BookFiles {
  readonly accounts: string;
  readonly periods?: string;
  readonly costCentres?: string;
}

export async function bookFacts(files: BookFiles): Promise<BookFacts> {
  return {
    accounts: await readAccounts(chunksOf(files.accounts), files.accounts),
    ...(files.periods ? { periods: await readPeriodTable(files.periods) } : {}),
    ...(files.costCentres ? { costCentres: await readCostCentres(chunksOf(files.costCentres), files.costCentres) } : {}),
  };
}

async function readPeriodTable(file: string): Promise<PeriodTable> {
  const rows = await readPeriods(chunksOf(file), file);
  const lineOf = new Map(rows.map(({ item, line }) => [item, line]));
  return periodTable(rows.map(({ item }) => item), (period) => ({ file, line: lineOf.get(period)!, column: 1 }));
}

/**
 * Streams the lines of a journal file through every check of a line and of balance, and hands the good ones on.
 * Returns what is wrong; only with none may a total be shown.
 */
export async function streamBook(path: string, facts: BookFacts, use: (line: LedgerLine) => void, detail: JournalDetail = 'all'): Promise<ProblemList> {
  const problems = new ProblemList();
  const balances = new JournalBalances();
  for await (const batch of readJournalLines(chunksOf(path), path, (problem) => problems.add(problem), detail))
    for (const line of batch) {
      for (const problem of checkLine(line, facts)) problems.add(problem);
      for (const problem of balances.add(line)) problems.add(problem);
      use(line);
    }
  for (const problem of balances.differences()) problems.add(problem);
  return problems;
}

export async function journalPolicy(path: string | undefined): Promise<JournalPolicy> {
  const file = path ?? fileURLToPath(new URL('../../policies/close/journals.yaml', import.meta.url));
  return readYaml(await readFile(file, 'utf8'), file, journalPolicySchema, 'rules-invalid');
}

/** `--period`, or `--from` and `--to`, and `--as-of`. */
export function rangeOf(options: { period?: string; from?: string; to?: string; 'as-of'?: string }): Range {
  const days = options.period ? periodOf(options.period) : { ...(options.from ? { from: dayOf(options.from) } : {}), ...(options.to ? { to: dayOf(options.to) } : {}) };
  return { ...days, ...(options['as-of'] ? { recordedBy: options['as-of'] } : {}) };
}

export function dayOf(text: string): string {
  if (!isPlainDate(text)) throw new UsageError(`"${text}" is not a date YYYY-MM-DD.`);
  return text;
}

function periodOf(text: string): Range {
  try {
    return periodRange(text);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
