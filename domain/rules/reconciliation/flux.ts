import { problem, type Problem } from '../../errors.ts';
import type { Money } from '../../model/money.ts';
import type { ReconciliationPolicy } from '../../policy/close.ts';
import { exact, minus, times } from '../decimal.ts';
import { describeMoney, minorOf, subtractMoney } from '../money.ts';
import { compareText } from '../ledger/trial-balance.ts';

/** One account in two periods, in one currency. */
export interface FluxFacts {
  readonly account: string;
  readonly before: Money;
  readonly after: Money;
}

export interface Flux extends FluxFacts {
  readonly change: Money;
  /** Large enough to need words before sign-off (RC-5). */
  readonly explain: boolean;
}

/** What was said about a change; it counts for that very change only. */
export interface FluxExplanation {
  readonly account: string;
  readonly change: Money;
  readonly text: string;
  readonly by: string;
}

/** Changes by account, new and vanished accounts included: give an absent side as zero. */
export function fluxOf(facts: readonly FluxFacts[], policy: ReconciliationPolicy['flux']): Flux[] {
  return facts
    .map((each) => {
      const change = subtractMoney(each.after, each.before);
      return { ...each, change, explain: needsWords(each.before, change, policy) };
    })
    .sort((a, b) => compareText(a.account, b.account));
}

/** Changes that still need an explanation: none given, or given for another amount (RC-5). */
export function fluxProblems(fluxes: readonly Flux[], explanations: readonly FluxExplanation[]): Problem[] {
  return fluxes.filter((flux) => flux.explain).flatMap((flux) => {
    const own = explanations.filter((each) => each.account === flux.account);
    if (own.some((each) => each.text.trim() !== '' && each.change.currency === flux.change.currency && each.change.minor === flux.change.minor)) return [];
    const void_ = own.length > 0 ? ` The explanation given was for ${describeMoney(own.at(-1)!.change)}.` : '';
    return [problem('flux-unexplained', `Account ${flux.account} changed by ${describeMoney(flux.change)}.${void_}`)];
  });
}

/** |Δ| reaches the amount and (or) the percentage of the base; a zero base goes by the amount alone. */
function needsWords(before: Money, change: Money, { amount, percent, combine }: ReconciliationPolicy['flux']): boolean {
  const size = magnitude(minorOf(change));
  const overAmount = amount.currency === change.currency ? size >= minorOf(amount) : true;
  const base = magnitude(minorOf(before));
  if (size === 0n) return false;
  if (base === 0n) return overAmount;
  const overPercent = minus({ unscaled: size * 100n, scale: 0 }, times(exact(percent), { unscaled: base, scale: 0 })).unscaled >= 0n;
  return combine === 'and' ? overAmount && overPercent : overAmount || overPercent;
}

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value;
}
