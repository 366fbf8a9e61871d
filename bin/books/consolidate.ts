import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { periodRange } from '../../domain/calendar/period-range.ts';
import { groupSchema, type Group } from '../../domain/model/group.ts';
import { intercompanyPolicySchema } from '../../domain/policy/close.ts';
import { EntityBalances } from '../../domain/rules/group/balances.ts';
import { consolidate, type Consolidation } from '../../domain/rules/group/consolidation.ts';
import { rateTable } from '../../domain/rules/group/rates.ts';
import type { Chart } from '../../domain/rules/ledger/ledger-line.ts';
import { money, toDecimalText } from '../../domain/rules/money.ts';
import { readAccounts, readRates } from '../../documents/ledger/table-csv.ts';
import { readYaml } from '../../documents/ledger/yaml-file.ts';
import { KontorError } from '../../domain/errors.ts';
import { chunksOf, streamBook } from './input.ts';
import { csv, jsonLine, print, ProblemList, reportProblems, table } from './output.ts';

/** Consolidated figures of the group file. Exit code 1 when books are wrong or a difference blocks the group close. */
export async function printConsolidation(file: string, format: string): Promise<number> {
  const group = readYaml(await readFile(file, 'utf8'), file, groupSchema, 'group-invalid');
  const beside = (path: string): string => resolve(dirname(file), path);
  const chart = await readAccounts(chunksOf(beside(group.accounts)), group.accounts);
  const rates = rateTable(await readRates(chunksOf(beside(group.rates)), group.rates));
  const policyFile = group.intercompanyPolicy ? beside(group.intercompanyPolicy) : fileURLToPath(new URL('../../policies/close/intercompany.yaml', import.meta.url));
  const policy = readYaml(await readFile(policyFile, 'utf8'), policyFile, intercompanyPolicySchema, 'rules-invalid');
  const range = rangeOf(group, file);
  const balances = new EntityBalances(chart, range);
  const wrong = new ProblemList();
  for (const journal of new Set(group.entities.map((entity) => entity.journal))) {
    const members = new Set(group.entities.filter((entity) => entity.journal === journal).map(({ id }) => id));
    const problems = await streamBook(beside(journal), { accounts: chart }, (line) => members.has(line.entity) && balances.add(line), 'figures');
    for (const problem of problems.first) wrong.add(problem);
  }
  if (wrong.count > 0) {
    reportProblems(wrong);
    return 1;
  }
  const result = consolidate(group, balances.list(), policy, { chart, rates, groupCurrency: group.currency, range, posting: group.posting });
  show(result, group, chart, format);
  for (const problem of result.problems) process.stderr.write(`${problem.message} ${problem.remedy} [${problem.code}]\n`);
  return result.problems.length > 0 ? 1 : 0;
}

function rangeOf(group: Group, file: string): { from: string; to: string } {
  try {
    return periodRange(group.period);
  } catch (error) {
    throw new KontorError('group-invalid', `${file}: ${(error as Error).message}.`, { place: { file, path: 'period' } });
  }
}

function show(result: Consolidation, group: Group, chart: Chart, format: string): void {
  const text = (minor: bigint): string => toDecimalText(money(group.currency, minor));
  const ids = group.entities.map(({ id }) => id);
  const header = ['account', 'name', ...ids, 'sum', 'eliminated', 'consolidated'];
  const cells = result.rows.map((row) => [row.account, chart.get(row.account)!.name, ...ids.map((id) => text(row.byEntity.get(id) ?? 0n)), text(row.sum), text(row.eliminated), text(row.consolidated)]);
  if (format === 'csv') return print(csv(header, cells));
  if (format === 'json') {
    for (const row of result.rows) print(jsonLine({ kind: 'account', ...row, byEntity: Object.fromEntries(row.byEntity) }));
    for (const elimination of result.eliminations) print(jsonLine({ ...elimination, kind: 'elimination', step: elimination.kind }));
    for (const { balances: _balances, ...difference } of result.differences) print(jsonLine({ kind: 'intercompany', ...difference }));
    for (const { entity, difference, proof } of result.entities) print(jsonLine({ kind: 'translation', entity, difference, proof }));
    print(jsonLine({ kind: 'group', currency: group.currency, equity: result.equity, result: result.result }));
    return;
  }
  print(`${group.name}, ${group.period}, ${group.currency}; debit positive\n\n${table(header, cells)}`);
  print(`\n${table(['elimination', 'entity', 'account', 'amount'], result.eliminations.flatMap(({ id, lines }) => lines.map(({ entity, account, amount }) => [id, entity, account, text(amount)])))}`);
  print(`\n${table(['pair', 'class', 'difference', 'true part', 'rate part', 'cause'], result.differences.map((each) => [each.pair.join(' '), each.class, text(each.total), text(each.truePart), text(each.ratePart), each.cause]))}`);
  print(`\n${table(['', 'group', 'others', 'total'], [['Equity', ...shares(result.equity)], ['Result of the period', ...shares(result.result)]])}`);

  function shares(of: Consolidation['equity']): string[] {
    return [text(of.parent), text(of.minority), text(of.total)];
  }
}
