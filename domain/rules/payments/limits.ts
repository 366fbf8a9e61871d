import type { Exclusion } from '../../model/payment.ts';
import { compareExact, exact, minus, plus, times, zero, type Exact } from '../decimal.ts';
import { describeMoney, exactAmount, money, moneyFromDecimal } from '../money.ts';
import { exclusion, limitRate, type Setting } from './facts.ts';
import { carryForward, type Candidate, type PaymentGroup } from './grouping.ts';
import { accountKey } from './payee-account.ts';

interface Limit {
  name: 'supplier' | 'account' | 'run';
  limit: Exact;
  /** Which total a document counts towards. */
  scopeOf(candidate: Candidate, group: PaymentGroup): string;
}

/** A document that may be taken out, with what it counts. */
interface Removable {
  candidate: Candidate;
  group: PaymentGroup;
  value: Exact;
}

/**
 * Takes documents out until no supplier, no payee's account and the run as a whole receive more than the policy allows, in the
 * policy's currency (P11): first what exceeds the limit by itself, then what is due last. Then the number of documents, and at
 * the end payments that are too small.
 */
export function withinLimits(groups: readonly PaymentGroup[], setting: Setting): { groups: PaymentGroup[]; excluded: Exclusion[] } {
  const { policy } = setting;
  const limits: Limit[] = [
    { name: 'supplier', limit: exact(policy.limits.supplier), scopeOf: ({ payable }) => payable.supplierId },
    { name: 'account', limit: exact(policy.limits.account), scopeOf: (_, group) => accountKey(group.account) },
    { name: 'run', limit: exact(policy.limits.run), scopeOf: () => '' },
  ];
  let result: { groups: PaymentGroup[]; excluded: Exclusion[] } = { groups: [...groups], excluded: [] };
  for (const limit of limits) result = merge(result, keep(result.groups, limit, setting));
  result = merge(result, keepNumber(result.groups, setting));
  return merge(result, keepLargeEnough(result.groups, setting));
}

function merge(before: { excluded: Exclusion[] }, after: { groups: PaymentGroup[]; excluded: Exclusion[] }): { groups: PaymentGroup[]; excluded: Exclusion[] } {
  return { groups: after.groups, excluded: [...before.excluded, ...after.excluded] };
}

function keep(groups: readonly PaymentGroup[], limit: Limit, setting: Setting): { groups: PaymentGroup[]; excluded: Exclusion[] } {
  const scopes = new Map<string, Removable[]>();
  for (const group of groups)
    for (const candidate of group.candidates) {
      const scope = limit.scopeOf(candidate, group);
      const removable = { candidate, group, value: valueOf(candidate, setting) };
      const members = scopes.get(scope);
      if (members) members.push(removable);
      else scopes.set(scope, [removable]);
    }
  const removed = new Set([...scopes.values()].flatMap((members) => tooMuch(members, limit.limit)));
  const shown = describeMoney(moneyFromDecimal(setting.policy.currency, setting.policy.limits[limit.name]));
  return without(groups, removed, ({ payable }) => exclusion(payable, 'P11', `${limit.name}-limit`, `With it more than ${shown} would be paid ${limit.name === 'run' ? 'in one run' : `to one ${limit.name}`}; documents that are due later wait.`));
}

/** Each group counts with what it pays within the scope, never with less than nothing: no credit makes room for another payment. */
function tooMuch(members: readonly Removable[], limit: Exact): Candidate[] {
  const shares = new Map<PaymentGroup, Exact>();
  for (const { group, value } of members) shares.set(group, plus(shares.get(group) ?? zero, value));
  let total = [...shares.values()].reduce((sum, share) => plus(sum, paid(share)), zero);
  if (compareExact(total, limit) <= 0) return [];
  const removed: Candidate[] = [];
  for (const { candidate, group, value } of removalOrder(members, limit)) {
    const share = shares.get(group) ?? zero;
    const left = minus(share, value);
    total = plus(minus(total, paid(share)), paid(left));
    shares.set(group, left);
    removed.push(candidate);
    if (compareExact(total, limit) <= 0) break;
  }
  return removed;
}

function removalOrder(members: readonly Removable[], limit: Exact): Removable[] {
  const tooLarge = ({ value }: Removable): boolean => compareExact(value, limit) > 0;
  return members
    .filter(({ candidate }) => candidate.minor > 0n)
    .map((member) => ({ member, tooLarge: tooLarge(member) }))
    .sort((a, b) => Number(b.tooLarge) - Number(a.tooLarge) || dueLaterFirst(a.member.candidate, b.member.candidate))
    .map(({ member }) => member);
}

function keepNumber(groups: readonly PaymentGroup[], { policy }: Setting): { groups: PaymentGroup[]; excluded: Exclusion[] } {
  const all = groups.flatMap(({ candidates }) => candidates);
  const excess = all.length - Number(policy.maximumItems);
  const removed = new Set(excess <= 0 ? [] : all.filter(({ minor }) => minor > 0n).sort(dueLaterFirst).slice(0, excess));
  return without(groups, removed, ({ payable }) => exclusion(payable, 'P11', 'run-full', `A run takes at most ${policy.maximumItems} documents; those that are due later wait.`));
}

function keepLargeEnough(groups: readonly PaymentGroup[], { policy }: Setting): { groups: PaymentGroup[]; excluded: Exclusion[] } {
  const isTooSmall = ({ currency, total }: PaymentGroup): boolean => {
    const least = policy.minimumPayment[currency];
    return least !== undefined && compareExact(exactAmount(money(currency, total)), exact(least)) < 0;
  };
  return {
    groups: groups.filter((group) => !isTooSmall(group)),
    excluded: groups.filter(isTooSmall).flatMap(({ candidates, currency }) => candidates.map(({ payable }) => exclusion(payable, 'P11', 'below-minimum', `The payment would be smaller than ${policy.minimumPayment[currency]} ${currency}; it waits for more.`))),
  };
}

/** The groups without these documents; what their credits then outweigh is carried forward. */
function without(groups: readonly PaymentGroup[], removed: ReadonlySet<Candidate>, reason: (candidate: Candidate) => Exclusion): { groups: PaymentGroup[]; excluded: Exclusion[] } {
  if (removed.size === 0) return { groups: [...groups], excluded: [] };
  const left = groups.map((group) => {
    const candidates = group.candidates.filter((candidate) => !removed.has(candidate));
    return candidates.length === group.candidates.length ? group : { ...group, candidates, total: candidates.reduce((sum, { minor }) => sum + minor, 0n) };
  });
  const carried = carryForward(left);
  return { groups: carried.groups, excluded: [...[...removed].map(reason), ...carried.excluded] };
}

function valueOf({ payable, minor }: Candidate, setting: Setting): Exact {
  return times(exactAmount(money(payable.open.currency, minor)), limitRate(setting, payable.open.currency)!);
}

function paid(share: Exact): Exact {
  return share.unscaled > 0n ? share : zero;
}

function dueLaterFirst(a: Candidate, b: Candidate): number {
  const [x, y] = [`${a.terms.payBy} ${a.payable.caseId}`, `${b.terms.payBy} ${b.payable.caseId}`];
  return x > y ? -1 : x < y ? 1 : 0;
}
