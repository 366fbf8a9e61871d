import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { forecastSchema, forecastSnapshotSchema, type CashItem, type ForecastFile } from '../../domain/model/forecast.ts';
import { forecastPolicySchema } from '../../domain/policy/close.ts';
import { settleItems } from '../../domain/rules/forecast/actuals.ts';
import { paymentHabits } from '../../domain/rules/forecast/expected-date.ts';
import { forecastOf, snapshotOf, type CashRow, type Forecast, type ForecastFacts } from '../../domain/rules/forecast/forecast.ts';
import { applyDeltas, breachesOf, type Breach } from '../../domain/rules/forecast/limits.ts';
import { forecastErrors, varianceOf } from '../../domain/rules/forecast/variance.ts';
import { rateTable } from '../../domain/rules/group/rates.ts';
import { money, toDecimalText } from '../../domain/rules/money.ts';
import { readBankLines, readCashItems, readSettledInvoices } from '../../documents/ledger/forecast-csv.ts';
import { readRates } from '../../documents/ledger/table-csv.ts';
import { readYaml } from '../../documents/ledger/yaml-file.ts';
import { chunksOf } from './input.ts';
import type { LedgerOptions } from './options.ts';
import { csv, jsonLine, print, table, UsageError } from './output.ts';

/** Weeks of cash from today; or what a snapshot of earlier said against what happened. Exit code 1 when a balance cannot begin or a minimum is not kept. */
export async function printForecast(file: string, options: LedgerOptions): Promise<number> {
  const { forecastFile, facts } = await readForecast(file, options);
  if (options.against) return printVariance(options.against, facts, options.format);
  const forecast = forecastOf(facts);
  const breaches = breachesOf(forecast, forecastFile.minimums, facts);
  show(forecast, breaches, forecastFile.name, options.format);
  for (const { message, remedy, code } of forecast.problems) process.stderr.write(`${message} ${remedy} [${code}]\n`);
  return forecast.problems.length + breaches.length > 0 ? 1 : 0;
}

async function readForecast(file: string, options: LedgerOptions): Promise<{ forecastFile: ForecastFile; facts: ForecastFacts }> {
  const forecastFile = readYaml(await readFile(file, 'utf8'), file, forecastSchema, 'forecast-invalid');
  const beside = (path: string): string => resolve(dirname(file), path);
  const policyFile = options.policy ?? fileURLToPath(new URL('../../policies/close/forecast.yaml', import.meta.url));
  const policy = readYaml(await readFile(policyFile, 'utf8'), policyFile, forecastPolicySchema, 'rules-invalid');
  const { today, weeks, currency: groupCurrency, rateDate, banks, items, history, rates } = forecastFile;
  const habits = paymentHabits(history ? await readSettledInvoices(chunksOf(beside(history)), history) : [], policy.leastHistory);
  const read = await readCashItems(chunksOf(beside(items)), items);
  const settled = options.statement ? settleItems(read, await readBankLines(chunksOf(options.statement), options.statement), habits, policy, today).items : read;
  const table_ = rateTable(rates ? await readRates(chunksOf(beside(rates)), rates) : []);
  return { forecastFile, facts: { banks, items: underScenario(settled, forecastFile, options.scenario), habits, policy, rates: table_, rateDate, groupCurrency, today, weeks } };
}

function underScenario(items: readonly CashItem[], { scenarios }: ForecastFile, name: string | undefined): readonly CashItem[] {
  if (name === undefined) return items;
  const scenario = scenarios.find((each) => each.name === name);
  if (!scenario) throw new UsageError(`There is no scenario "${name}"${scenarios.length ? `; there are ${scenarios.map((each) => each.name).join(', ')}` : ''}.`);
  return applyDeltas(items, scenario.deltas);
}

function show(forecast: Forecast, breaches: readonly Breach[], name: string, format: string): void {
  const text = (row: CashRow, minor: bigint): string => toDecimalText(money(row.currency, minor));
  const header = ['entity', 'bank', 'currency', 'week', 'opening', 'in', 'out', 'closing'];
  const cells = [...forecast.rows, forecast.group].flatMap((row) => row.weeks.map((week) => [row.entity || 'group', row.bank, row.currency, week.start, text(row, week.opening), text(row, week.in), text(row, week.out), text(row, week.closing)]));
  if (format === 'csv') return print(csv(header, cells));
  if (format === 'json') {
    for (const row of [...forecast.rows, forecast.group]) print(jsonLine({ kind: row.entity ? 'account' : 'group', ...row }));
    for (const { item, expected, week, amount } of forecast.placed) print(jsonLine({ kind: 'item', item: item.id, category: item.category, week, amount, ...expected }));
    for (const breach of breaches) print(jsonLine({ kind: 'breach', ...breach }));
    return print(jsonLine({ kind: 'snapshot', snapshot: snapshotOf(name, forecast) }));
  }
  print(table(header, cells));
  if (breaches.length > 0) print(`\n${table(['not kept', 'entity', 'bank', 'week', 'closing', 'least', 'largest payment'], breaches.map((each) => [each.name, each.entity || 'group', each.bank, each.week, toDecimalText(each.closing), toDecimalText(each.least), each.driver ?? '']))}`);
}

/** The file holds lines as `--format json` prints them; those of kind `snapshot` count. */
async function printVariance(path: string, facts: ForecastFacts, format: string): Promise<number> {
  const lines = (await readFile(path, 'utf8')).split('\n').filter((line) => line.includes('"kind":"snapshot"'));
  const snapshots = lines.map((line) => forecastSnapshotSchema.parse((JSON.parse(line) as { snapshot: unknown }).snapshot));
  if (snapshots.length === 0) throw new UsageError(`${path} holds no snapshot: keep the output of --format json.`);
  const context = { ...facts, until: facts.today };
  const rows = varianceOf(snapshots.at(-1)!, facts.items, context);
  const errors = forecastErrors(snapshots, facts.items, context);
  const text = (minor: bigint): string => toDecimalText(money(facts.groupCurrency, minor));
  const header = ['week', 'category', 'forecast', 'actual', 'timing', 'permanent'];
  const cells = rows.map((row) => [row.week, row.category, text(row.forecast), text(row.actual), text(row.timing), text(row.permanent)]);
  if (format === 'json') for (const row of [...rows.map((each) => ({ kind: 'variance', ...each })), ...errors.map((each) => ({ kind: 'error', ...each }))]) print(jsonLine(row));
  else if (format === 'csv') print(csv(header, cells));
  else print(`${table(header, cells)}\n\n${table(['horizon', 'category', 'weeks', 'absolute error', 'bias'], errors.map((each) => [each.horizon, each.category, each.weeks, each.absolute ?? '', each.bias ?? '']))}`);
  return 0;
}
