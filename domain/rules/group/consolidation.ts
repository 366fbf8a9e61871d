import { KontorError, type Problem } from '../../errors.ts';
import type { Group } from '../../model/group.ts';
import type { IntercompanyPolicy } from '../../policy/close.ts';
import { isProfitAndLoss, type Chart } from '../ledger/ledger-line.ts';
import { compareText } from '../ledger/trial-balance.ts';
import type { EntityBalance } from './balances.ts';
import { consolidateCapital, groupShares, minorityInterests } from './capital.ts';
import { eliminateIntercompany, eliminationInputs, type Elimination } from './eliminations.ts';
import { blockingProblems, mappingProblems, type PairDifference } from './intercompany.ts';
import { translateEntity, type TranslatedEntity, type TranslationContext } from './translation.ts';

/** One account of the group, minor units of the group currency, debit positive. */
export interface ConsolidatedRow {
  readonly account: string;
  readonly byEntity: ReadonlyMap<string, bigint>;
  readonly sum: bigint;
  readonly eliminated: bigint;
  readonly consolidated: bigint;
}

export interface Consolidation {
  readonly currency: string;
  readonly rows: readonly ConsolidatedRow[];
  readonly entities: readonly TranslatedEntity[];
  readonly eliminations: readonly Elimination[];
  readonly differences: readonly PairDifference[];
  /** Equity of all shareholders, credit positive: the group's and that of others (IC-7). */
  readonly equity: { readonly total: bigint; readonly minority: bigint; readonly parent: bigint };
  /** Result of the period, credit positive. */
  readonly result: { readonly total: bigint; readonly minority: bigint; readonly parent: bigint };
  /** What keeps the group from being certified (IC-3, IC-4); the figures stand nevertheless. */
  readonly problems: readonly Problem[];
  /** What the eliminations rest on, to see later whether they are outdated (IC-6). */
  readonly inputs: string;
}

/**
 * Books of all entities in one currency, without their business with each other. Every account ties: entities plus
 * eliminations are the consolidated figure, and all figures together are zero (IC-7). Throws what translation throws,
 * and `group-invalid`.
 */
export function consolidate(group: Group, balances: readonly EntityBalance[], policy: IntercompanyPolicy, context: TranslationContext): Consolidation {
  checkGroup(group, context.chart, policy);
  const entities = group.entities.map((entity, index) => translateAt(`entities.${index}`, entity, balances, context)).sort((a, b) => compareText(a.entity, b.entity));
  const translated = entities.flatMap((entity) => entity.balances);
  const shares = groupShares(group);
  const intercompany = eliminateIntercompany(translated, group, policy, context);
  const capital = consolidateCapital(group, entities, context);
  const minorities = minorityInterests(group, entities, shares, intercompany.unrealisedBySeller, capital.goodwillChange, context);
  const eliminations = [...intercompany.eliminations, ...capital.eliminations, ...minorities];
  const rows = worksheet(entities, eliminations, group.posting.translationDifference);
  const consolidation: Consolidation = {
    currency: group.currency,
    rows,
    entities,
    eliminations,
    differences: intercompany.differences,
    equity: equityOf(rows, group, context.chart),
    result: resultOf(rows, group, context.chart),
    problems: [...mappingProblems(translated, context.chart, new Set(group.entities.map(({ id }) => id))), ...blockingProblems(intercompany.differences, policy, group)],
    inputs: eliminationInputs(translated, group, policy),
  };
  proveTies(consolidation);
  return consolidation;
}

/** What is wrong with an entity is said at its place in the group file. */
function translateAt(path: string, entity: Group['entities'][number], balances: readonly EntityBalance[], context: TranslationContext): TranslatedEntity {
  try {
    return translateEntity(entity, balances.filter((balance) => balance.entity === entity.id), context);
  } catch (error) {
    if (!(error instanceof KontorError)) throw error;
    throw new KontorError(error.code, `${entity.id}: ${error.message}`, { place: { path }, cause: error });
  }
}

/** Anything that eliminations rest on is not what it was: the group cannot be certified until they run again (IC-6). */
export function isOutdated(earlier: Pick<Consolidation, 'inputs'>, now: Pick<Consolidation, 'inputs'>): boolean {
  return earlier.inputs !== now.inputs;
}

function worksheet(entities: readonly TranslatedEntity[], eliminations: readonly Elimination[], translationAccount: string): ConsolidatedRow[] {
  const rows = new Map<string, { byEntity: Map<string, bigint>; sum: bigint; eliminated: bigint }>();
  const rowOf = (account: string): { byEntity: Map<string, bigint>; sum: bigint; eliminated: bigint } => {
    let row = rows.get(account);
    if (!row) rows.set(account, (row = { byEntity: new Map(), sum: 0n, eliminated: 0n }));
    return row;
  };
  const add = (entity: string, account: string, amount: bigint): void => {
    if (amount === 0n) return;
    const row = rowOf(account);
    row.byEntity.set(entity, (row.byEntity.get(entity) ?? 0n) + amount);
    row.sum += amount;
  };
  for (const { entity, balances, difference } of entities) {
    for (const { account, amount } of balances) add(entity, account, amount);
    add(entity, translationAccount, difference);
  }
  for (const { lines } of eliminations) for (const { account, amount } of lines) rowOf(account).eliminated += amount;
  return [...rows].sort(([a], [b]) => compareText(a, b)).map(([account, row]) => ({ account, ...row, consolidated: row.sum + row.eliminated }));
}

function equityOf(rows: readonly ConsolidatedRow[], group: Group, chart: Chart): Consolidation['equity'] {
  let [total, minority] = [0n, 0n];
  for (const { account, consolidated } of rows) {
    const known = chart.get(account)!;
    if (known.type === 'equity' || isProfitAndLoss(known)) total -= consolidated;
    if (account === group.posting.minorityInterest) minority -= consolidated;
  }
  return { total, minority, parent: total - minority };
}

function resultOf(rows: readonly ConsolidatedRow[], group: Group, chart: Chart): Consolidation['result'] {
  let [total, minority] = [0n, 0n];
  for (const { account, consolidated } of rows) {
    if (isProfitAndLoss(chart.get(account)!)) total -= consolidated;
    if (account === group.posting.minorityResult) minority += consolidated;
  }
  return { total, minority, parent: total - minority };
}

function checkGroup(group: Group, chart: Chart, policy: IntercompanyPolicy): void {
  const ids = group.entities.map(({ id }) => id);
  const invalid = (message: string): never => {
    throw new KontorError('group-invalid', message);
  };
  for (const [index, id] of ids.entries()) if (ids.indexOf(id) !== index) invalid(`Entity ${id} is listed twice.`);
  for (const { parent, child } of group.holdings) {
    const stranger = [parent, child].find((id) => !ids.includes(id));
    if (stranger) invalid(`The holding of ${parent} in ${child} names ${stranger}, which is not in the group.`);
    if (parent === child) invalid(`${parent} cannot hold itself.`);
  }
  for (const { seller, buyer } of group.intragroupSales) for (const id of [seller, buyer]) if (!ids.includes(id)) invalid(`A sale of ${seller} to ${buyer} names ${id}, which is not in the group.`);
  const needed = [...Object.values(group.posting), policy.differenceAccount, ...group.holdings.flatMap((holding) => [holding.investmentAccount, ...holding.equityAtAcquisition.map(({ account }) => account)]), ...group.intragroupSales.flatMap((sale) => [sale.revenueAccount, sale.costAccount, sale.inventoryAccount])];
  for (const account of needed) if (!chart.has(account)) throw new KontorError('account-unknown', `Account ${account}, which the group posts to, is not in the chart.`);
  for (const name of ['translationDifference', 'broughtForward', 'minorityInterest', 'minorityResult'] as const) if (chart.get(group.posting[name])!.type !== 'equity') invalid(`Account ${group.posting[name]} for ${name} must be of type equity.`);
}

/** Proof against ourselves: sums that should be zero are, and translation agrees with its roll-forward. */
function proveTies({ rows, entities, eliminations }: Consolidation): void {
  const unbalanced = eliminations.find(({ lines }) => lines.reduce((sum, { amount }) => sum + amount, 0n) !== 0n);
  if (unbalanced) throw new KontorError('consolidation-does-not-tie', `Elimination ${unbalanced.id} does not balance.`);
  const total = rows.reduce((sum, { consolidated }) => sum + consolidated, 0n);
  if (total !== 0n) throw new KontorError('consolidation-does-not-tie', `The consolidated accounts miss zero by ${total} minor units: the books of an entity do not balance.`);
  for (const { entity, difference, proof, tolerance } of entities) {
    const gap = difference - proof;
    if (gap > tolerance || gap < -tolerance) throw new KontorError('consolidation-does-not-tie', `The translation difference of ${entity} misses its roll-forward by ${gap} minor units.`);
  }
}
