import type { Invoice } from '../../model/invoice.ts';
import type { Money } from '../../model/money.ts';
import { creditEffect } from '../invoice/credit.ts';
import { absoluteMoney, addMoney, compareMoney, describeMoney, isZeroMoney, minorOf, moneyFromDecimal, negateMoney, subtractMoney } from '../money.ts';
import { compareText, type Observation } from './findings.ts';

/**
 * What stands between gross and payable (F2). The totals foot with any amount in it, and no order, charge or tax bears it: so a rounding is
 * less than one unit of the currency, a prepayment goes against the gross amount and not past it into a bill, and people look at what is
 * collected for others.
 */
export function judgePayable(invoice: Invoice): Observation[] {
  const { gross, prepaid, rounding } = invoice.totals;
  const third = (invoice.thirdPartyPayments ?? []).map(({ amount }) => amount).filter((amount) => !isZeroMoney(amount));
  const observations: Observation[] = [];
  if (reachesUnit(absoluteMoney(rounding))) observations.push({ code: 'rounding-too-large', rule: 'F2', scope: 'document', actual: describeMoney(rounding), limit: `less than ${describeMoney(unitOf(invoice.currency))}` });
  if (goesWrongWay(creditEffect(invoice, gross), negateMoney(creditEffect(invoice, prepaid)))) observations.push({ code: 'prepayment-raises-payable', rule: 'F2', scope: 'document', expected: describeMoney(gross), actual: describeMoney(prepaid) });
  if (third.length > 0) observations.push({ code: 'third-party-payment', rule: 'F2', scope: 'document', actual: third.map(describeMoney).sort(compareText).join(', ') });
  return observations;
}

/** More is to be paid than the gross amount, which is all that an order can have approved (A11). */
export function exceedsGross(invoice: Invoice): boolean {
  return reachesUnit(creditEffect(invoice, subtractMoney(invoice.totals.payable, invoice.totals.gross)));
}

/** Both by what they do to what we owe: whatever lowers a bill is a prepayment; a credit is lowered by what was given back, down to nothing. */
function goesWrongWay(gross: Money, prepaid: Money): boolean {
  if (minorOf(gross) >= 0n) return minorOf(prepaid) > 0n;
  return minorOf(prepaid) < 0n || minorOf(addMoney(gross, prepaid)) > 0n;
}

function reachesUnit(amount: Money): boolean {
  return compareMoney(amount, unitOf(amount.currency)) >= 0;
}

function unitOf(currency: string): Money {
  return moneyFromDecimal(currency, '1');
}
