// Match two CSV files against each other by rules: one to one, by sums, and what stays open with its age
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { toDayNumber } from '../../domain/calendar/plain-date.ts';
import { KontorError } from '../../domain/errors.ts';
import { matchingRulesSchema, type MatchingRules } from '../../domain/policy/close.ts';
import { bucketsOf, inBucket } from '../../domain/rules/reconciliation/buckets.ts';
import { matchSides } from '../../domain/rules/reconciliation/matching.ts';
import type { Matching } from '../../domain/rules/reconciliation/pass.ts';
import { reportOf, type OpenReconcilingItem, type ReconciliationReport } from '../../domain/rules/reconciliation/report.ts';
import { Interner } from '../../domain/rules/reconciliation/side.ts';
import { money, toDecimalText } from '../../domain/rules/money.ts';
import { readMatchSide } from '../../documents/ledger/reconciliation-csv.ts';
import { readYaml } from '../../documents/ledger/yaml-file.ts';
import { chunksOf, dayOf } from '../books/input.ts';
import { jsonLine, print, runVerb, table, UsageError } from '../books/output.ts';

const usage = `Usage: kontor reconcile LEFT.csv RIGHT.csv --rules RULES.yaml [OPTIONS]

Matches the items of two files by the passes of the rules, in their order, and lists what stays open on either side,
with its age and the reason where a match was in doubt. The same items give the same matches whatever their order.

  --rules FILE.yaml  columns of both files and the passes
  --as-of DATE       day from which ages count; default: the latest date in the files
  --format F         json (default: one object a match, open item and total), or table (open items and totals)
  --matches FILE     write the matches there instead of stdout

Exit code 0 when nothing stays open, 1 when something does. docs/reconciliation.md describes the files.`;

export async function run(args: string[]): Promise<number> {
  return runVerb(usage, args, async () => {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { rules: { type: 'string' }, 'as-of': { type: 'string' }, format: { type: 'string', default: 'json' }, matches: { type: 'string' } },
    });
    const [left, right, ...rest] = positionals;
    if (!left || !right || rest.length > 0) throw new UsageError('Name two files.');
    if (!values.rules) throw new UsageError('Name the rules with --rules.');
    if (!['json', 'table'].includes(values.format)) throw new UsageError(`--format is json or table, not "${values.format}".`);
    return reconcile(left, right, { rules: values.rules, asOf: values['as-of'], format: values.format, matches: values.matches });
  });
}

async function reconcile(leftFile: string, rightFile: string, options: { rules: string; asOf?: string; format: string; matches?: string }): Promise<number> {
  const rules = await readRules(options.rules);
  const texts = new Interner();
  const left = await readMatchSide(chunksOf(leftFile), leftFile, rules.left, texts);
  const right = await readMatchSide(chunksOf(rightFile), rightFile, rules.right, texts);
  const matching = matchSides(left, right, texts, rules.passes);
  const report = reportOf(matching, options.asOf ? toDayNumber(dayOf(options.asOf)) : undefined);
  if (options.format === 'json' || options.matches) await writeMatches(matching, rules, options.matches);
  if (options.format === 'json') {
    for (const item of report.open) print(jsonLine({ kind: 'open', ...item }));
    for (const total of report.totals) print(jsonLine({ kind: 'total', ...total }));
  } else showReport(report);
  return report.open.length === 0 ? 0 : 1;
}

async function readRules(file: string): Promise<MatchingRules> {
  const rules = readYaml(await readFile(file, 'utf8'), file, matchingRulesSchema, 'rules-invalid');
  const [left, right] = [Object.keys(rules.left.keys), Object.keys(rules.right.keys)];
  for (const [index, pass] of rules.passes.entries())
    for (const key of pass.keys)
      if (!left.includes(key) || !right.includes(key)) throw new KontorError('rules-invalid', `${file}: pass ${index + 1} (${pass.name}) matches by "${key}", which ${left.includes(key) ? 'right' : 'left'} does not define.`, { place: { file, path: `passes.${index}.keys` } });
  return rules;
}

/** Matches may be millions of lines: they are written in blocks, and no faster than the reader takes them. */
async function writeMatches(matching: Matching, rules: MatchingRules, file: string | undefined): Promise<void> {
  const out = file ? createWriteStream(file) : process.stdout;
  const [lefts, rights] = [bucketsOf(matching.left.matches), bucketsOf(matching.right.matches)];
  let block = '';
  for (const [number, match] of matching.matches.entries()) {
    const [left, right] = [inBucket(lefts, number), inBucket(rights, number)];
    const currency = matching.texts.textOf(matching.left.currencies[left[0]!]!);
    block += `${jsonLine({ kind: 'match', pass: rules.passes[match.pass]!.name, left: left.map((index) => matching.left.ids[index]), right: right.map((index) => matching.right.ids[index]), difference: money(currency, match.difference) })}\n`;
    if (block.length < 1 << 16) continue;
    if (!out.write(block)) await once(out, 'drain');
    block = '';
  }
  out.write(block);
  if (file) {
    out.end();
    await once(out, 'finish');
  }
}

function showReport(report: ReconciliationReport): void {
  const rows = report.open.map((item: OpenReconcilingItem) => [item.side, item.id, item.date, item.ageDays, item.amount.currency, toDecimalText(item.amount), item.doubt ?? '']);
  print(table(['open on', 'id', 'date', 'age', 'currency', 'amount', 'doubt'], rows));
  print(`\n${table(['currency', 'matched left', 'matched right', 'difference', 'open left', 'open right', 'unexplained'], report.totals.map((total) => [total.currency, total.matchedLeft, total.matchedRight, ...[total.difference, total.openLeft, total.openRight, total.unexplained].map(toDecimalText)]))}`);
}
