import type { Group } from '../../domain/model/group.ts';
import { EntityBalances } from '../../domain/rules/group/balances.ts';
import { consolidate, type Consolidation } from '../../domain/rules/group/consolidation.ts';
import type { Chart } from '../../domain/rules/ledger/ledger-line.ts';
import { money, toDecimalText } from '../../domain/rules/money.ts';
import { readGroupFiles, streamGroupBooks } from './group-files.ts';
import { csv, jsonLine, print, reportProblems, table } from './output.ts';

/** Consolidated figures of the group file. Exit code 1 when books are wrong or a difference blocks the group close. */
export async function printConsolidation(file: string, format: string): Promise<number> {
  const files = await readGroupFiles(file);
  const { group, policy, context } = files;
  const balances = new EntityBalances(context.chart, context.range);
  const wrong = await streamGroupBooks(files, (line) => balances.add(line), 'figures');
  if (wrong.count > 0) {
    reportProblems(wrong);
    return 1;
  }
  const result = files.located(() => consolidate(group, balances.list(), policy, context));
  show(result, group, context.chart, format);
  for (const problem of result.problems) process.stderr.write(`${problem.message} ${problem.remedy} [${problem.code}]\n`);
  return result.problems.length > 0 ? 1 : 0;
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
