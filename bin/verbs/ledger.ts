// Report and check books kept in CSV files: trial balance, statements, open items, consolidation
import { printAged } from '../books/aged.ts';
import { printCheck } from '../books/check.ts';
import { printConsolidation } from '../books/consolidate.ts';
import { printForecast } from '../books/forecast.ts';
import { printIntercompany } from '../books/intercompany.ts';
import { ledgerOptions, type LedgerOptions } from '../books/options.ts';
import { printReport } from '../books/report.ts';
import { runVerb, UsageError } from '../books/output.ts';
import { printStatements } from '../books/statements.ts';
import { printTrialBalance } from '../books/trial-balance.ts';

const usage = `Usage: kontor ledger REPORT JOURNAL.csv --accounts ACCOUNTS.csv [OPTIONS]
       kontor ledger consolidate|intercompany GROUP.yaml [--format table|json|csv]
       kontor ledger forecast FORECAST.yaml [--scenario S] [--statement LINES.csv] [--against SNAPSHOTS.jsonl]

Reports
  trial-balance   opening, debit, credit and closing balance of every account
  statements      balance sheet, income statement and indirect cash flow; every figure has an id
  aged            items still open on --account CODE[,CODE…] and their age at the end of the range
  check           every rule of an entry and of the whole book; exit code 1 when an entry is wrong
  report          the cells of a return by --definition FILE.yaml, held against the ledger and its own validations
  consolidate     translated, eliminated and consolidated figures of a group
  intercompany    items on which two companies of a group do not agree: cause and owner; exit code 1 while there are any
  forecast        thirteen weeks of cash by entity, bank and currency; exit code 1 when a minimum is not kept

Options
  --period P            2026-10, 2026-Q4 or 2026; or --from DATE and --to DATE
  --entity E            one entity of the book
  --format F            table (default), json (one object a line), csv, or hledger (the book itself, for that program)
  --periods FILE.csv    periods and their status: postings in closed ones are refused
  --cost-centres FILE.csv
  --policy FILE.yaml    journal policy of check (default policies/close/journals.yaml)
  --as-of INSTANT       only entries recorded by then, such as 2026-11-05T12:00:00Z
  --open FIGURE         the lines behind one figure of the statements, one JSON object each
  --reported-at INSTANT what changed in the statements since they were reported then, and by which entries
  --submit RECEIPT      keep the report in --submissions FILE.jsonl as submitted --at INSTANT; the same content counts once

docs/ledger.md, consolidation.md, forecast.md describe the files.`;

const reports: Record<string, (journal: string, options: LedgerOptions) => Promise<number>> = {
  'trial-balance': printTrialBalance,
  statements: printStatements,
  aged: printAged,
  check: printCheck,
  report: printReport,
};

export async function run(args: string[]): Promise<number> {
  return runVerb(usage, args, async () => {
    const { positionals, options } = ledgerOptions(args);
    const [name = '', file, ...rest] = positionals;
    if (name === 'consolidate' && file && rest.length === 0) return printConsolidation(file, options.format);
    if (name === 'intercompany' && file && rest.length === 0) return printIntercompany(file, options.format);
    if (name === 'forecast' && file && rest.length === 0) return printForecast(file, options);
    const report = reports[name];
    if (!report) throw new UsageError(name ? `There is no report "${name}".` : 'Name a report.');
    if (!file || rest.length > 0) throw new UsageError('Name one journal file.');
    if (!options.accounts) throw new UsageError('Name the chart with --accounts.');
    if (options.format === 'hledger') return printCheck(file, options);
    return report(file, options);
  });
}
