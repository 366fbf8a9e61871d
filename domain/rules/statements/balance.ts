import type { BankStatement, StatementEntry, StatementFinding } from '../../model/bank-statement.ts';

/**
 * Opening + booked entries = closing (SI-5), and the details of a batch = their entry (SI-9). Entries that are pending or only
 * information do not count. A statement without both balances, or in several currencies, cannot be checked; the latter is told.
 */
export function checkBalance(statement: BankStatement): StatementFinding[] {
  return [...totals(statement), ...statement.entries.flatMap(detailsOf)];
}

function totals({ opening, closing, entries }: BankStatement): StatementFinding[] {
  if (!opening || !closing) return [];
  const booked = entries.filter((entry) => entry.status === 'booked');
  const foreign = [closing, ...booked.map((entry) => entry.amount)].find((amount) => amount.currency !== opening.currency);
  if (foreign) return [{ code: 'not-checked', message: `The balance was not checked: the statement opens in ${opening.currency} and has an amount in ${foreign.currency}.` }];
  let sum = BigInt(opening.minor);
  for (const entry of booked) sum += BigInt(entry.amount.minor);
  const difference = BigInt(closing.minor) - sum;
  if (difference === 0n) return [];
  return [{ code: 'unbalanced', message: `Opening ${opening.minor} and ${booked.length} booked entries give ${sum}, but the statement closes with ${closing.minor} (${closing.currency}, minor units): ${difference} are missing.` }];
}

function detailsOf(entry: StatementEntry, index: number): StatementFinding[] {
  const { details, amount } = entry;
  if (!details || details.some((detail) => detail.amount?.currency !== amount.currency)) return [];
  let sum = 0n;
  for (const detail of details) sum += BigInt(detail.amount?.minor ?? 0);
  if (sum === BigInt(amount.minor)) return [];
  return [{ code: 'details-differ', message: `The ${details.length} payments of entry ${index + 1} add up to ${sum}, the entry to ${amount.minor} (${amount.currency}, minor units).` }];
}
