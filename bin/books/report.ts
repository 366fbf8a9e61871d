import { appendFile, readFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { KontorError } from '../../domain/errors.ts';
import { reportDefinitionSchema, submissionSchema, type ReportDefinition, type Submission } from '../../domain/model/regulatory-report.ts';
import { computeReport, type Report } from '../../domain/rules/report/report.ts';
import { deadlineOf, submit } from '../../domain/rules/report/submission.ts';
import { statements } from '../../domain/rules/ledger/statements.ts';
import { TrialBalance } from '../../domain/rules/ledger/trial-balance.ts';
import { toDecimalText } from '../../domain/rules/money.ts';
import { readYaml } from '../../documents/ledger/yaml-file.ts';
import { bookFacts, rangeOf, streamBook } from './input.ts';
import type { LedgerOptions } from './options.ts';
import { csv, jsonLine, print, reportProblems, table, UsageError } from './output.ts';
import { rootsOf } from './statements.ts';

/** A return to an authority from the books; with --submit it is kept beside the earlier versions. Exit code 1 when something keeps it from being submitted. */
export async function printReport(journal: string, options: LedgerOptions): Promise<number> {
  const { definition: file, period } = options;
  if (!file || !period) throw new UsageError('ledger report needs --definition FILE.yaml and --period P.');
  const definition = readYaml(await readFile(file, 'utf8'), file, reportDefinitionSchema, 'report-invalid');
  const facts = await bookFacts(options);
  const range = rangeOf(options);
  const balance = new TrialBalance(range);
  const problems = await streamBook(journal, facts, (line) => balance.add(line), 'figures');
  if (problems.count > 0) {
    reportProblems(problems);
    return 1;
  }
  const own = statements(balance.rows(), facts.accounts, range).find((each) => each.entity === definition.entity && each.ledger === definition.ledger);
  if (!own) throw new KontorError('unknown-resource', `${journal} has no lines of ${definition.entity}/${definition.ledger} in this range.`);
  const report = computeReport(definition, rootsOf(own), own.currency);
  show(report, definition, period, options.format);
  for (const { message, remedy, code } of [...report.errors, ...report.warnings]) process.stderr.write(`${message} ${remedy} [${code}]\n`);
  if (options.submit !== undefined) return keepSubmission(definition, period, report, options);
  return report.errors.length > 0 ? 1 : 0;
}

function show({ cells, errors, warnings }: Report, definition: ReportDefinition, period: string, format: string): void {
  const header = ['cell', 'label', 'amount', 'computed', 'set by', 'approved by', 'reason'];
  const rows = cells.map(({ id, label, amount, computed, override }) => [id, label, toDecimalText(amount), override ? toDecimalText(computed) : '', override?.by ?? '', override?.approvedBy ?? '', override?.reason ?? '']);
  if (format === 'csv') return print(csv(header, rows));
  if (format === 'table') return print(table(header, rows));
  for (const cell of cells) print(jsonLine({ kind: 'cell', ...cell }));
  print(jsonLine({ kind: 'report', name: definition.name, version: definition.version, period, deadline: new Date(deadlineOf(definition, period)).toISOString(), errors, warnings }));
}

/** One JSON object a line; a line is only ever added. */
async function keepSubmission(definition: ReportDefinition, period: string, report: Report, { submissions: file, submit: receipt = '', at }: LedgerOptions): Promise<number> {
  if (!file || !at || Number.isNaN(Date.parse(at))) throw new UsageError('--submit RECEIPT needs --submissions FILE.jsonl and --at INSTANT.');
  const result = submit(definition, period, report, existsSync(file) ? readSubmissions(await readFile(file, 'utf8'), file) : [], new Date(at).toISOString(), receipt);
  if (!('submission' in result)) {
    for (const { message, code } of result.filter((each) => !report.errors.includes(each))) process.stderr.write(`${message} [${code}]\n`);
    return 1;
  }
  if (!result.repeated) await appendFile(file, `${jsonLine(result.submission)}\n`);
  print(jsonLine({ kind: 'submission', repeated: result.repeated, version: result.submission.version, receipt: result.submission.receipt, late: result.submission.late, differences: result.differences }));
  return 0;
}

function readSubmissions(text: string, file: string): Submission[] {
  return text.split('\n').flatMap((line, index) => {
    if (line === '') return [];
    const parsed = submissionSchema.safeParse(JSON.parse(line));
    if (parsed.success) return [parsed.data];
    throw new KontorError('report-invalid', `${parsed.error.issues[0]!.path.join('.')}: ${parsed.error.issues[0]!.message}.`, { place: { file, line: index + 1, column: 1 } });
  });
}
