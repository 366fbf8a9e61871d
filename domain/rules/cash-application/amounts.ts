/**
 * What an equal amount says. Where a customer's invoices have all different amounts an exact hit is nearly proof;
 * where prices repeat it says little. Both are counted from the customer's own items, in units of the currency.
 */
export class AmountProfile {
  private readonly sorted: number[] = [];
  private readonly copies = new Map<number, number>();
  private total = 0;
  private repeated = 0;
  private readonly multiples = steps.map(() => 0);

  add(amount: number): void {
    const copies = (this.copies.get(amount) ?? 0) + 1;
    this.copies.set(amount, copies);
    if (copies === 2) this.repeated += 2;
    else if (copies > 2) this.repeated += 1;
    this.sorted.splice(firstAtLeast(this.sorted, amount), 0, amount);
    this.total += Math.abs(amount);
    steps.forEach((step, index) => {
      if (amount % step === 0) this.multiples[index]!++;
    });
  }

  get size(): number {
    return this.sorted.length;
  }

  get repeatedItems(): number {
    return this.repeated;
  }

  /** Width of the range in which amounts of this customer lie. */
  get spread(): number {
    return Math.max(1, (2 * this.total) / Math.max(1, this.size));
  }

  /** The round step that most amounts keep to; 1 where they keep to none. */
  get step(): number {
    if (this.size < fewItems) return 1;
    for (let index = steps.length - 1; index > 0; index--) if (this.multiples[index]! >= this.size * commonShare) return steps[index]!;
    return 1;
  }

  countBetween(low: number, high: number): number {
    return firstAtLeast(this.sorted, high + 1) - firstAtLeast(this.sorted, low);
  }
}

const steps = Array.from({ length: 13 }, (_, power) => 10 ** power);
const fewItems = 5;
const commonShare = 0.9;
const repeatingShare = 0.05;
const priorItems = 20;
export const mostWeight = 6;

/** Share of whole payments that equal the open amount exactly, and of those that differ within the tolerance. */
const exactShare = 0.8;
const differingShare = 0.1;
/** Share of amounts that are round on purpose. */
const roundShare = 0.1;

/** Whether the customer's amounts repeat so often that an amount alone is no evidence; `usual` is the share over all customers. */
export function amountsRepeat(profile: AmountProfile, usual: number): boolean {
  return (profile.repeatedItems + priorItems * usual) / (profile.size + priorItems) > repeatingShare;
}


export interface AmountMatch {
  /** Open amount that the payment is compared with. */
  amount: number;
  /** Items in the sum. */
  parts: number;
  /** Units short; 0 is exact. */
  difference: number;
  slack: number;
  /** The rest of an item that was paid in part: such amounts do not repeat, whatever the prices do. */
  isRest: boolean;
}

/** Evidence of an amount as a power of ten: how much likelier it is here than if another, unknown item or sum were paid. */
export function amountWeight(profile: AmountProfile, repeats: boolean, match: AmountMatch): number {
  const window = match.difference === 0 ? 0 : match.slack;
  const share = match.difference === 0 ? exactShare : differingShare;
  const byAccident = Math.max(2 * window + 1, roundShare * roundness(match.amount)) / profile.spread;
  const elsewhere = match.parts === 1 ? sameElsewhere(profile, repeats && !match.isRest, match.amount, window) : profile.step / profile.spread;
  return Math.min(mostWeight, Math.log10(share / Math.min(1, share * elsewhere + byAccident)));
}

/** Largest power of ten that divides an amount: round amounts are met more often. */
function roundness(amount: number): number {
  let power = 1;
  while (amount !== 0 && amount % (power * 10) === 0) power *= 10;
  return power;
}

/** Share of other items that have this amount too; where amounts repeat, one more is always reckoned with. */
function sameElsewhere(profile: AmountProfile, repeats: boolean, amount: number, window: number): number {
  const others = Math.max(0, profile.countBetween(amount - window, amount + window) - 1);
  return (others + (repeats ? 1 : 0)) / (profile.size + 1);
}

function firstAtLeast(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
