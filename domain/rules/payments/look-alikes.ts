import { toDayNumber } from '../../calendar/plain-date.ts';
import type { PlainDate } from '../../model/dates.ts';
import type { Money } from '../../model/money.ts';
import type { EarlierPayment, ProposedInstruction } from '../../model/payment.ts';
import { blocksOpenItem } from './bank-status.ts';

type LookAlike = ProposedInstruction['possibleDuplicates'][number];

/**
 * Finds payments of other runs of the same amount to the same account within `windowDays` (P12), oldest first. Payments that
 * the bank gave back do not count. Accounts are compared as `accountKey` writes them.
 */
export function lookAlikeSearch(earlier: readonly EarlierPayment[], windowDays: number): (account: string, amount: Money, executionDate: PlainDate) => LookAlike[] {
  const known = new Map<string, EarlierPayment[]>();
  for (const payment of earlier) {
    if (!blocksOpenItem(payment.state)) continue;
    const key = keyOf(payment.account, payment.amount);
    known.set(key, [...(known.get(key) ?? []), payment]);
  }
  return (account, amount, executionDate) =>
    (known.get(keyOf(account, amount)) ?? [])
      .filter((payment) => Math.abs(toDayNumber(executionDate) - toDayNumber(payment.executionDate)) <= windowDays)
      .map(({ runId, endToEndId, executionDate: on }) => ({ runId, endToEndId, executionDate: on }))
      .sort((a, b) => (`${a.executionDate} ${a.runId} ${a.endToEndId}` < `${b.executionDate} ${b.runId} ${b.endToEndId}` ? -1 : 1));
}

function keyOf(account: string, { currency, minor }: Money): string {
  return `${currency} ${minor} ${account.replace(/\s/g, '').toUpperCase()}`;
}
