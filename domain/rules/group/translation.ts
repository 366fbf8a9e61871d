import type { PeriodRange } from '../../calendar/period-range.ts';
import { KontorError } from '../../errors.ts';
import type { Account } from '../../model/account.ts';
import type { Group } from '../../model/group.ts';
import { exact, minus, plus, roundTo, times, zero, type Exact } from '../decimal.ts';
import { currencyDigits, describeMoney, exactAmount, minorOf, money, moneyFromDecimal, roundToMoney } from '../money.ts';
import { isProfitAndLoss, type Chart } from '../ledger/ledger-line.ts';
import { compareText } from '../ledger/trial-balance.ts';
import type { EntityBalance } from './balances.ts';
import { rateOf, type RateKind, type RateTable } from './rates.ts';

type GroupEntity = Group['entities'][number];

/** A balance in group currency, debit positive, in minor units. */
export interface TranslatedBalance {
  readonly entity: string;
  readonly account: string;
  readonly partner: string;
  readonly amount: bigint;
  /** Per transaction currency, as it stands in the books (IC-2). */
  readonly transactions: ReadonlyMap<string, bigint>;
}

export interface TranslatedEntity {
  readonly entity: string;
  readonly balances: readonly TranslatedBalance[];
  /** Balancing figure of the translation, as a balance of the equity account for it (IC-5). */
  readonly difference: bigint;
  /** The same by roll-forward of equity and result, exact before rounding; they agree within `tolerance` minor units. */
  readonly proof: bigint;
  readonly tolerance: bigint;
}

export interface TranslationContext {
  readonly chart: Chart;
  readonly rates: RateTable;
  readonly groupCurrency: string;
  readonly range: PeriodRange;
  readonly posting: Group['posting'];
}

/**
 * Books of one entity in group currency (IC-5): assets and liabilities at the closing rate, income and expense of the
 * period at its average rate, equity layer by layer at the rates of its history. Results of earlier periods count as
 * brought forward. Throws `rate-missing` with pair and date, `equity-history-incomplete` with the gap.
 */
export function translateEntity(entity: GroupEntity, balances: readonly EntityBalance[], context: TranslationContext): TranslatedEntity {
  const foreign = balances.find((balance) => balance.currency !== entity.currency);
  if (foreign) throw new KontorError('group-invalid', `${entity.id} is said to keep its books in ${entity.currency}, but they are in ${foreign.currency}.`);
  const own = withBroughtForward(balances, entity, context);
  const history = historyOf(entity, own, context);
  const translated: TranslatedBalance[] = [];
  let result = zero;
  for (const balance of own) {
    const account = context.chart.get(balance.account)!;
    const kind = rateKindOf(account);
    if (kind === 'historical') continue;
    const minor = isProfitAndLoss(account) ? balance.movement : balance.opening + balance.movement;
    if (isProfitAndLoss(account)) result = plus(result, exactAmount(money(entity.currency, minor)));
    translated.push({ entity: entity.id, account: balance.account, partner: balance.partner, amount: inGroupCurrency(minor, entity.currency, kind, context), transactions: balance.transactions });
  }
  for (const balance of own) {
    if (rateKindOf(context.chart.get(balance.account)!) !== 'historical') continue;
    translated.push({ entity: entity.id, account: balance.account, partner: balance.partner, amount: historicalAmount(balance, entity, history, context), transactions: balance.transactions });
  }
  translated.sort((a, b) => compareText(a.account, b.account) || compareText(a.partner, b.partner));
  let sum = 0n;
  for (const { amount } of translated) sum += amount;
  return { entity: entity.id, balances: translated, difference: -sum, proof: proofOf(entity, history, result, context), tolerance: BigInt(translated.length + countLayers(history)) };
}

/** Which rate an account takes where the chart does not say. */
export function rateKindOf(account: Account): RateKind {
  return account.translation ?? (account.type === 'equity' || account.intercompany === 'investment' ? 'historical' : isProfitAndLoss(account) ? 'average' : 'closing');
}

type History = ReadonlyMap<string, readonly { amount: Exact; rate: Exact }[]>;

/** Income and expense of earlier periods have become equity, whether or not the books closed them. */
function withBroughtForward(balances: readonly EntityBalance[], entity: GroupEntity, { chart, posting }: TranslationContext): EntityBalance[] {
  let brought = 0n;
  const own = balances.map((balance) => {
    if (!isProfitAndLoss(chart.get(balance.account)!)) return { ...balance };
    brought += balance.opening;
    return { ...balance, opening: 0n };
  });
  if (brought === 0n) return own;
  const target = own.find((balance) => balance.account === posting.broughtForward && balance.partner === '');
  if (target) target.opening += brought;
  else own.push({ entity: entity.id, account: posting.broughtForward, partner: '', currency: entity.currency, opening: brought, movement: 0n, transactions: new Map() });
  return own;
}

/** Layers by account and partner, proved to add up to the balance; an entity in group currency needs none. */
function historyOf(entity: GroupEntity, balances: readonly EntityBalance[], context: TranslationContext): History {
  const history = new Map<string, { amount: Exact; rate: Exact }[]>();
  if (entity.currency === context.groupCurrency) return history;
  for (const { account, partner, layers } of entity.history) {
    const key = historyKey(account, partner);
    if (history.has(key)) throw new KontorError('group-invalid', `${entity.id} gives the history of account ${account} twice.`);
    history.set(key, layers.map(({ amount, date, rate }) => ({
      amount: exactAmount(moneyFromDecimal(entity.currency, amount)),
      rate: rate ? exact(rate) : rateOf(context.rates, entity.currency, context.groupCurrency, 'historical', date),
    })));
  }
  const booked = new Map(balances.filter((balance) => rateKindOf(context.chart.get(balance.account)!) === 'historical').map((balance) => [historyKey(balance.account, balance.partner), balance.opening + balance.movement]));
  for (const key of new Set([...booked.keys(), ...history.keys()])) {
    const balance = money(entity.currency, booked.get(key) ?? 0n);
    const told = (history.get(key) ?? []).reduce((sum, layer) => plus(sum, layer.amount), zero);
    const gap = minus(exactAmount(balance), told);
    if (gap.unscaled !== 0n) throw new KontorError('equity-history-incomplete', `Account ${key.replace('\u0000', ' with ').replace(/ with $/, '')} of ${entity.id} stands at ${describeMoney(balance)}; its history misses ${describeMoney(roundToMoney(entity.currency, gap))}.`);
  }
  return history;
}

/** Without layers there is, as proved, no balance. */
function historicalAmount(balance: EntityBalance, entity: GroupEntity, history: History, context: TranslationContext): bigint {
  if (entity.currency === context.groupCurrency) return balance.opening + balance.movement;
  const layers = history.get(historyKey(balance.account, balance.partner)) ?? [];
  return minorOf(roundToMoney(context.groupCurrency, layers.reduce((sum, layer) => plus(sum, times(layer.amount, layer.rate)), zero)));
}

function historyKey(account: string, partner: string): string {
  return `${account}\u0000${partner}`;
}

function inGroupCurrency(minor: bigint, currency: string, kind: RateKind, { rates, groupCurrency, range }: TranslationContext): bigint {
  if (currency === groupCurrency) return minor;
  return minorOf(roundToMoney(groupCurrency, times(exactAmount(money(currency, minor)), rateOf(rates, currency, groupCurrency, kind, range.to))));
}

/** Σ layers × (closing − layer rate) + result × (closing − average): what the net assets gained by the change of rates. */
function proofOf(entity: GroupEntity, history: History, result: Exact, { rates, groupCurrency, range }: TranslationContext): bigint {
  if (entity.currency === groupCurrency) return 0n;
  const closing = rateOf(rates, entity.currency, groupCurrency, 'closing', range.to);
  let gain = zero;
  for (const layers of history.values()) for (const { amount, rate } of layers) gain = plus(gain, times(amount, minus(closing, rate)));
  if (result.unscaled !== 0n) gain = plus(gain, times(result, minus(closing, rateOf(rates, entity.currency, groupCurrency, 'average', range.to))));
  return roundTo(gain, currencyDigits(groupCurrency)).unscaled;
}

function countLayers(history: History): number {
  return [...history.values()].reduce((count, layers) => count + layers.length, 0);
}
