import type { StatementEntry } from '../../model/bank-statement.ts';
import type { Money } from '../../model/money.ts';
import { describeMoney, sumMoney } from '../money.ts';
import { addsUp, aliasesOf, claimsOf, dateOf, isOver, placeOf, type BookedEntry, type Claim } from './claims.ts';
import type { ConfirmationCase, MatchResult, UnmatchedReason } from './match-result.ts';
import type { OutstandingIndex, Tracked } from './outstanding.ts';

/** Sub-families of ISO 20022 that take a transfer back; and an issued transfer that is credited is one that came back, whatever its sub-family. */
const returnCode = /\/(RRTN|RPCR|ARET|AREV)$|^PMNT\/ICDT\//;

/** Money in: returns of single payments, of those that a batch entry lists, or of a whole batch (P8, CA-16). What names none of ours is somebody else's. */
export function matchCredit(one: BookedEntry, index: OutstandingIndex, result: MatchResult): void {
  const { identity, entry } = one;
  const claims = claimsOf(one);
  const payments = claims.map((claim) => paymentOf(claim, index));
  const isListed = payments.some((payment) => payment !== undefined);
  const batch = isListed ? undefined : index.batch(entry.references.paymentInformation);
  if (batch) returnBatch(one, batch, result);
  else if (isListed && entry.details?.some(({ amount }) => amount === undefined)) returnNamed(one, payments, result);
  else if (isListed && !one.waited && !addsUp(entry)) result.cases.push({ code: 'details-differ', identity, message: `The payments of the entry do not add up to its ${describeMoney(entry.amount)}; none of them is returned by it.` });
  else for (const claim of claims) returnOne(claim, one, index, result);
}

function returnOne(claim: Claim, one: BookedEntry, index: OutstandingIndex, result: MatchResult): void {
  const { identity, amount } = claim;
  const payment = paymentOf(claim, index);
  const endToEndId = payment?.endToEndId ?? claim.endToEndId;
  const keep = (reason: UnmatchedReason): unknown => result.unmatched.push({ ...placeOf(claim), ...(endToEndId === undefined ? {} : { endToEndId }), reason });
  const open = (code: ConfirmationCase['code'], message: string): unknown => result.cases.push({ code, identity, ...(endToEndId === undefined ? {} : { endToEndId }), message });
  if (!payment) keep(claim.reason === undefined ? 'not-ours' : 'return-of-unknown');
  else if (payment.returnedBy === identity) result.repeated.push(identity);
  else if (payment.returnedBy !== undefined) open('returned-twice', `The bank credits ${describeMoney(amount)} for a payment that it gave back before.`);
  else if (payment.state === 'rejected') open('return-of-rejected', `The bank credits ${describeMoney(amount)} for a payment that it rejected.`);
  else if (isBooked(payment) && !isOver(claim, payment.amount)) result.cases.push(returnDiffers(identity, payment, amount));
  else if (!isMarked(one, claim.reason) && payment.state !== 'returned') open('credit-unmarked', `The bank credits ${describeMoney(amount)} with the id of our payment, and nothing says that it came back: the payment counts as paid.`);
  else if (!isBooked(payment)) keep('return-before-debit');
  else giveBack(payment, one, claim.reason, result);
}

/** The bank lists the payments without all of their amounts: together they must be the entry. */
function returnNamed(one: BookedEntry, payments: readonly (Tracked | undefined)[], result: MatchResult): void {
  const known = new Set(payments.filter((payment) => payment !== undefined));
  if (known.size < payments.length) return unexplained(one, `${payments.length - known.size} of its ${payments.length} payments are not known to us`, result);
  returnBatch({ ...one, entry: { ...one.entry, transactions: payments.length } }, [...known], result);
}

/** A whole batch that the bank takes back: number and sum must be those of its payments that are booked and did not come back before. */
function returnBatch(one: BookedEntry, batch: readonly Tracked[], result: MatchResult): void {
  const { identity, entry } = one;
  if (batch.some(({ returnedBy }) => returnedBy === identity)) {
    result.repeated.push(identity);
    return;
  }
  const members = batch.filter((payment) => isBooked(payment) && payment.returnedBy === undefined);
  const { transactions } = entry;
  if (transactions !== members.length) return unexplained(one, transactions === undefined ? 'it does not tell how many payments it holds' : `it holds ${transactions} payments, and ${members.length} of the batch are booked and not returned`, result);
  const currency = members[0]?.amount.currency ?? entry.amount.currency;
  if (members.some(({ amount }) => amount.currency !== currency)) return unexplained(one, 'its payments are in several currencies', result);
  const sum = sumMoney(currency, members.map(({ amount }) => amount));
  if (!isOver(entry, sum)) return unexplained(one, `it is over ${describeMoney(entry.amount)}, the payments over ${describeMoney(sum)}`, result);
  const reason = entry.returnReason ?? reasonOfAll(entry);
  if (!isMarked(one, reason) && members.some(({ state }) => state !== 'returned')) return unexplained(one, 'nothing says that it takes a booking back', result);
  for (const payment of members) giveBack(payment, one, reason, result);
}

function unexplained({ identity, entry }: BookedEntry, why: string, result: MatchResult): void {
  result.cases.push({ code: 'batch-return-unexplained', identity, message: `A credit of ${describeMoney(entry.amount)} for a batch of ours returns nothing, because ${why}.` });
}

function giveBack(payment: Tracked, { identity, entry }: BookedEntry, reason: string | undefined, result: MatchResult): void {
  payment.returnedBy = identity;
  payment.state = 'returned';
  result.returned.push({ endToEndId: payment.endToEndId, identity, amount: payment.amount, reasonCode: reason ?? 'NARR', ...(entry.text === '' ? {} : { reasonText: entry.text }), ...dateOf(entry) });
}

/** Whether the bank says that money came back: by a reason, by marking a reversal or by its code, as far as the format can say it. */
function isMarked({ entry, plainReturns, waited }: BookedEntry, reason: string | undefined): boolean {
  return plainReturns === true || waited === true || reason !== undefined || entry.reversal === true || returnCode.test(entry.code ?? '');
}

/** A reason that each of the payments gives, where the entry gives none. */
function reasonOfAll({ details = [] }: StatementEntry): string | undefined {
  return details.every(({ returnReason }) => returnReason !== undefined) ? details[0]?.returnReason : undefined;
}

function isBooked({ confirmedBy, state }: Tracked): boolean {
  return confirmedBy !== undefined || state === 'confirmed';
}

function paymentOf({ endToEndId, entry }: Claim, index: OutstandingIndex): Tracked | undefined {
  return index.find(endToEndId, entry.references.originalTrace, ...aliasesOf(entry));
}

export function returnDiffers(identity: string, payment: Tracked, amount: Money): ConfirmationCase {
  return { code: 'return-amount-differs', identity, endToEndId: payment.endToEndId, message: `${describeMoney(amount)} came back of a payment of ${describeMoney(payment.amount)}.` };
}
