import type { Money } from '../../model/money.ts';
import { minorOf, money } from '../money.ts';
import { compareText } from '../ledger/trial-balance.ts';

/** What `debtor` owes `creditor`. */
export interface IntercompanyDebt {
  readonly debtor: string;
  readonly creditor: string;
  readonly amount: Money;
}

/**
 * The least that must be paid so that everybody's position in each currency is as before: with a netting centre all
 * pay to or are paid by it, without one each pair settles its difference. Nobody's net position ever changes.
 */
export function net(debts: readonly IntercompanyDebt[], centre?: string): IntercompanyDebt[] {
  return centre === undefined ? netPairs(debts) : netWith(centre, debts);
}

/** Receivables less payables by company and currency. */
export function netPositions(debts: readonly IntercompanyDebt[]): Map<string, bigint> {
  const positions = new Map<string, bigint>();
  const add = (company: string, currency: string, minor: bigint): void => {
    const key = `${company}\u0000${currency}`;
    positions.set(key, (positions.get(key) ?? 0n) + minor);
  };
  for (const { debtor, creditor, amount } of debts) {
    add(creditor, amount.currency, minorOf(amount));
    add(debtor, amount.currency, -minorOf(amount));
  }
  return new Map([...positions].filter(([, minor]) => minor !== 0n).sort(([a], [b]) => compareText(a, b)));
}

function netPairs(debts: readonly IntercompanyDebt[]): IntercompanyDebt[] {
  const sums = new Map<string, bigint>();
  for (const { debtor, creditor, amount } of debts) {
    const [first, second] = [debtor, creditor].sort(compareText) as [string, string];
    const key = `${first}\u0000${second}\u0000${amount.currency}`;
    sums.set(key, (sums.get(key) ?? 0n) + (debtor === first ? minorOf(amount) : -minorOf(amount)));
  }
  return [...sums].sort(([a], [b]) => compareText(a, b)).flatMap(([key, minor]) => {
    const [first, second, currency] = key.split('\u0000') as [string, string, string];
    return first === second ? [] : payment(first, second, currency, minor);
  });
}

function netWith(centre: string, debts: readonly IntercompanyDebt[]): IntercompanyDebt[] {
  return [...netPositions(debts)].flatMap(([key, minor]) => {
    const [company, currency] = key.split('\u0000') as [string, string];
    return company === centre ? [] : payment(company, centre, currency, -minor);
  });
}

function payment(first: string, second: string, currency: string, owed: bigint): IntercompanyDebt[] {
  if (owed === 0n) return [];
  return owed > 0n ? [{ debtor: first, creditor: second, amount: money(currency, owed) }] : [{ debtor: second, creditor: first, amount: money(currency, -owed) }];
}
