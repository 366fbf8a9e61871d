import type { Decimal } from '../../model/money.ts';
import type { PurchaseOrderLine } from '../../model/purchase-order.ts';
import type { CumulativeCheck, PriceCheck, QuantityCheck, TolerancePolicy, ToleranceRecord } from '../../policy/tolerances.ts';
import { compareExact, exact, minus, times, zero, type Exact } from '../decimal.ts';

/** numerator / denominator, the denominator positive: prices per base quantity are not always finite decimals. */
export interface Fraction {
  readonly numerator: Exact;
  readonly denominator: Exact;
}

/** A difference: in document currency, as a share of what was expected (absent where that is undefined, M7), in units. */
export interface Variance {
  readonly amount: Fraction;
  readonly ratio?: Fraction;
  readonly units?: Exact;
}

export type Verdict =
  | { outcome: 'equal' }
  /** Inside every limit that decides, or on it (M5). */
  | { outcome: 'within' }
  /** No limit is set on this side (M3). */
  | { outcome: 'untested' }
  /** Past a lower limit that only records (M6). */
  | { outcome: 'recorded'; limit: string }
  | { outcome: 'exceeded'; limit: string }
  /** No limit is set at all: a fault of the policy, never a pass (M3). */
  | { outcome: 'unconfigured' };

type Check = Partial<PriceCheck & QuantityCheck & CumulativeCheck>;

interface Bound {
  readonly text: string;
  readonly exceeded: boolean;
}

/** The currency of the limits, and its units for one unit of the document's currency at invoice date (F5). */
export interface LimitCurrency {
  readonly currency: string;
  readonly rate: Exact | undefined;
}

/**
 * Judges a difference against a check (M3 to M7). Without a rate amounts cannot be compared and count as exceeded.
 * Percent limits are compared as cross-products, nothing is rounded.
 */
export function judgeVariance(check: Check, variance: Variance, limits: LimitCurrency): Verdict {
  const sign = compareExact(variance.amount.numerator, zero) || compareExact(variance.units ?? zero, zero);
  if (!hasAnyBound(check)) return { outcome: 'unconfigured' };
  if (sign === 0) return { outcome: 'equal' };
  const upper = sign > 0;
  const bounds = upper
    ? boundsOf(check.upperPercent, check.upperAmount, check.upperUnits, variance, limits)
    : boundsOf(check.lowerPercent, check.lowerAmount, check.lowerUnits, negative(variance), limits);
  if (bounds.length === 0) return { outcome: 'untested' };
  const exceeded = bounds.filter((bound) => bound.exceeded);
  const past = check.combine === 'ANY_WITHIN' ? exceeded.length === bounds.length : exceeded.length > 0;
  if (!past) return { outcome: 'within' };
  const limit = exceeded.map((bound) => bound.text).join(' and ');
  return !upper && check.lowerSide !== 'block' ? { outcome: 'recorded', limit } : { outcome: 'exceeded', limit };
}

/** The record that applies to an order line of this supplier: the most specific whole, no merging of fields (M18). */
export function toleranceRecord(policy: TolerancePolicy, entity: string, supplierId: string, line: PurchaseOrderLine): ToleranceRecord | undefined {
  const items = [line.buyerItemId, line.sellerItemId, line.standardItemId];
  const applies = ({ scope }: ToleranceRecord): boolean => {
    switch (scope.level) {
      case 'item-and-supplier': return items.includes(scope.item) && scope.supplier === supplierId;
      case 'item': return items.includes(scope.item);
      case 'supplier': return scope.supplier === supplierId;
      case 'category': return scope.category === line.category;
      case 'company': return scope.entity === entity;
      case 'global': return true;
    }
  };
  for (const level of precedence) {
    const record = policy.records.find((candidate) => candidate.scope.level === level && applies(candidate));
    if (record) return record;
  }
  return undefined;
}

const precedence = ['item-and-supplier', 'item', 'supplier', 'category', 'company', 'global'] as const;
const hundred = exact('100');

function boundsOf(percent: Decimal | undefined, amount: Decimal | undefined, units: Decimal | undefined, variance: Variance, { currency, rate }: LimitCurrency): Bound[] {
  const bounds: Bound[] = [];
  if (units !== undefined) bounds.push({ text: `${units} units`, exceeded: compareExact(variance.units ?? zero, exact(units)) > 0 });
  if (amount !== undefined) bounds.push({ text: `${amount} ${currency}`, exceeded: !rate || over(variance.amount, exact(amount), rate) });
  if (percent !== undefined) {
    // M7: an undefined percentage decides nothing, unless it is the only limit there is; then only equality passes.
    if (variance.ratio) bounds.push({ text: `${percent} %`, exceeded: over(variance.ratio, exact(percent), hundred) });
    else if (bounds.length === 0) bounds.push({ text: `${percent} % of nothing`, exceeded: true });
  }
  return bounds;
}

/** value · factor > limit, as a cross-product. */
function over(value: Fraction, limit: Exact, factor: Exact): boolean {
  return compareExact(times(value.numerator, factor), times(limit, value.denominator)) > 0;
}

function negative({ amount, ratio, units }: Variance): Variance {
  return { amount: flip(amount), ...(ratio ? { ratio: flip(ratio) } : {}), ...(units ? { units: minus(zero, units) } : {}) };
}

function flip(fraction: Fraction): Fraction {
  return { numerator: minus(zero, fraction.numerator), denominator: fraction.denominator };
}

function hasAnyBound(check: Check): boolean {
  return [check.upperPercent, check.upperAmount, check.upperUnits, check.lowerPercent, check.lowerAmount, check.lowerUnits].some((bound) => bound !== undefined);
}
