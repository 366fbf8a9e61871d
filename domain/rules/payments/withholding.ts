import type { Money } from '../../model/money.ts';
import type { Exclusion, Payable, ProposedItem } from '../../model/payment.ts';
import type { TaxPolicy } from '../../policy/tax.ts';
import { withhold } from '../accounts-payable/tax.ts';
import { dividedBy, ofInteger } from '../decimal.ts';
import { describeMoney, isZeroMoney, minorOf, money } from '../money.ts';
import { exclusion, type Setting } from './facts.ts';

export type Withholding = NonNullable<ProposedItem['withheld']>;
type Rule = NonNullable<TaxPolicy['withholding']>[number];

/**
 * T6: what is kept back of a document at payment. It lowers what is paid, never the gross: the whole of `due` (open less discount) is
 * settled. The base is that part of the document's gross or net which is paid now, rounded once, as the tax return states it.
 */
export function withholdingOf(payable: Payable, due: Money, setting: Setting): { withheld?: Withholding; explanation: ProposedItem['explanation'] } {
  const rule = ruleFor(payable, setting);
  if (!rule) return { explanation: [] };
  const base = sharePaid(payable, due, rule);
  const { withheld, paid } = withhold(due, base, rule.rate);
  const explanation = [{ rule: 'T6', inputs: { withholding: rule.id, percent: rule.rate, base: describeMoney(base), of: rule.base, settled: describeMoney(due) }, result: `${describeMoney(withheld)} is withheld, ${describeMoney(paid)} is paid` }];
  return isZeroMoney(withheld) ? { explanation } : { withheld: { rule: rule.id, name: rule.name, percent: rule.rate, base, amount: withheld }, explanation };
}

/** Where something may have to be withheld, a supplier that the ERP does not tell of is not paid. */
export function withholdingReasons(payable: Payable, { facts }: Setting): Exclusion[] {
  if (payable.supplier || !facts.withholding?.length) return [];
  return [exclusion(payable, 'T6', 'withholding-unknown', `Whether tax has to be withheld is not known: the ERP does not tell where the supplier ${payable.supplierId} sits and what it delivers.`)];
}

function ruleFor({ supplier, supplierId }: Payable, { facts, executionDate }: Setting): Rule | undefined {
  const names = (list: readonly string[] | undefined, value: string | undefined): boolean => list === undefined || (value !== undefined && list.includes(value));
  return facts.withholding?.find(
    ({ from, to, countries, categories, suppliers, exempt = [] }) =>
      from <= executionDate && (to === undefined || executionDate <= to) && names(countries, supplier?.country) && names(categories, supplier?.category) && names(suppliers, supplierId) &&
      !exempt.some((certificate) => certificate.supplier === supplierId && executionDate <= certificate.until),
  );
}

/** Signed like what is settled: what a credit offsets lowers what is withheld. */
function sharePaid({ gross, net }: Payable, due: Money, rule: Rule): Money {
  const whole = absolute(minorOf(gross));
  if (rule.base === 'gross' || whole === 0n || gross.currency !== due.currency) return due;
  return money(due.currency, dividedBy(ofInteger(absolute(minorOf(net)) * minorOf(due)), ofInteger(whole), 0).unscaled);
}

function absolute(minor: bigint): bigint {
  return minor < 0n ? -minor : minor;
}
