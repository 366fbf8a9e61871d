import type { PaymentReturns } from '../../model/bank-message.ts';
import { describeMoney, minorOf, negateMoney, sumMoney } from '../money.ts';
import { blocksOpenItem, isUnsent } from './bank-status.ts';
import { addsUp, aliasesOf, claimsOf, dateOf, isOver, placeOf, sameAmount, type BookedEntry, type Claim } from './claims.ts';
import { matchCredit, returnDiffers } from './match-credit.ts';
import type { Confirmation, ConfirmationCase, MatchResult } from './match-result.ts';
import { outstandingIndex, type OutstandingIndex, type OutstandingPayment, type Tracked } from './outstanding.ts';

export type { BookedEntry } from './claims.ts';
export type { ConfirmationCase, ConfirmationCaseCode, MatchResult, UnmatchedEntry, UnmatchedReason } from './match-result.ts';
export type { OutstandingPayment } from './outstanding.ts';

/**
 * Confirms payments by what the bank has booked, and by nothing else (P8, guarantee 3): an entry or a payment of a batch entry
 * with the end-to-end id and the amount, or a batch entry without payments with batch id, number and sum. Money that comes
 * back makes returns. Everything else is a case or is kept. Debits count before credits, whatever their order; the same entry
 * again has no effect. Linear in entries and payments.
 */
export function matchConfirmations(entries: readonly BookedEntry[], outstanding: readonly OutstandingPayment[]): MatchResult {
  const result: MatchResult = { confirmed: [], returned: [], cases: [], unmatched: [], repeated: [] };
  const index = outstandingIndex(outstanding);
  const seen = new Set<string>();
  const fresh = entries.filter(({ identity }) => {
    const isNew = !seen.has(identity);
    if (isNew) seen.add(identity);
    else result.repeated.push(identity);
    return isNew;
  });
  const booked = fresh.filter((one) => (one.entry.status === 'booked' || setAside(one, index, result)) && !isElsewhere(one, index, result));
  for (const one of booked) if (minorOf(one.entry.amount) < 0n) matchDebit(one, index.on(one.account), result);
  for (const one of booked) if (minorOf(one.entry.amount) >= 0n) matchCredit(one, index.on(one.account), result);
  return result;
}

/** An entry of another account quotes our ids where the bank also tells of the payee's account: there the payment is money in, and neither paid nor returned. */
function isElsewhere(one: BookedEntry, index: OutstandingIndex, result: MatchResult): boolean {
  const here = index.on(one.account);
  if (here === index || quotes(one, here) || !quotes(one, index)) return false;
  result.unmatched.push({ identity: one.identity, ...(one.entry.endToEndId === undefined ? {} : { endToEndId: one.entry.endToEndId }), reason: 'not-ours' });
  return true;
}

function quotes(one: BookedEntry, index: OutstandingIndex): boolean {
  const { references } = one.entry;
  return claimsOf(one).some(({ endToEndId }) => index.find(endToEndId, references.originalTrace, ...aliasesOf(one.entry)) !== undefined) || index.batch(references.paymentInformation) !== undefined;
}

/** Returns that the bank announces in a message of their own (pacs.004); the credit that books them adds its identity later. */
export function matchReturns(message: PaymentReturns, outstanding: readonly OutstandingPayment[]): Pick<MatchResult, 'returned' | 'cases' | 'unmatched'> {
  const result: MatchResult = { confirmed: [], returned: [], cases: [], unmatched: [], repeated: [] };
  const index = outstandingIndex(outstanding);
  for (const [at, { endToEndId, originalTrace, amount, reasonCode, reasonText, settledOn }] of message.returns.entries()) {
    const identity = `${message.messageId}/${at + 1}`;
    const payment = index.find(endToEndId, originalTrace);
    if (!payment) result.unmatched.push({ identity, ...(endToEndId === undefined ? {} : { endToEndId }), reason: 'return-of-unknown' });
    else if (payment.state === 'returned') continue;
    else if (payment.state === 'rejected') result.cases.push({ code: 'return-of-rejected', identity, endToEndId: payment.endToEndId, message: 'The bank returns a payment that it rejected: whether money moved has to be asked.' });
    else if (payment.state === 'removed' || isUnsent(payment.state)) result.cases.push(withoutRelease(identity, payment, 'returns'));
    else if (!sameAmount(amount, payment.amount)) result.cases.push(returnDiffers(identity, payment, amount));
    else {
      payment.state = 'returned';
      result.returned.push({ endToEndId: payment.endToEndId, amount, reasonCode, ...(reasonText === undefined ? {} : { reasonText }), ...(settledOn === undefined ? {} : { bookedOn: settledOn }) });
    }
  }
  return { returned: result.returned, cases: result.cases, unmatched: result.unmatched };
}

/** What is pending or only informs confirms nothing; a notification of change tells that an account must be corrected. */
function setAside({ identity, entry }: BookedEntry, index: OutstandingIndex, result: MatchResult): false {
  const payment = entry.returnReason?.startsWith('C') ? index.find(entry.endToEndId, entry.references.originalTrace, ...aliasesOf(entry)) : undefined;
  if (payment) result.cases.push({ code: 'account-correction', identity, endToEndId: payment.endToEndId, message: `The payee's bank asks for a correction of the account (${entry.returnReason}): ${entry.text}` });
  else result.unmatched.push({ identity, ...(entry.endToEndId === undefined ? {} : { endToEndId: entry.endToEndId }), reason: 'not-booked' });
  return false;
}

function matchDebit(one: BookedEntry, index: OutstandingIndex, result: MatchResult): void {
  const { entry } = one;
  const claims = claimsOf(one);
  const isListed = claims.some((claim) => index.find(claim.endToEndId, ...aliasesOf(entry)) !== undefined);
  const batch = isListed ? undefined : index.batch(entry.references.paymentInformation);
  if (batch) confirmBatch(one, batch, result);
  else if (isListed && entry.details?.some(({ amount }) => amount === undefined)) confirmNamed(one, claims, index, result);
  else if (isListed && !addsUp(entry))
    result.cases.push({ code: 'details-differ', identity: one.identity, message: `The payments of the entry do not add up to its ${describeMoney(entry.amount)}; none of them is confirmed by it.`, ...holdFreed(claims.map(({ endToEndId }) => index.find(endToEndId))) });
  else confirmEach(claims, index, result);
}

function confirmEach(claims: readonly Claim[], index: OutstandingIndex, result: MatchResult): void {
  const here = new Set<string>();
  for (const claim of claims) {
    const payment = index.find(claim.endToEndId, ...aliasesOf(claim.entry));
    if (!payment) {
      result.unmatched.push({ ...placeOf(claim), ...(claim.endToEndId === undefined ? {} : { endToEndId: claim.endToEndId }), reason: claim.endToEndId === undefined ? 'no-reference' : 'unknown-end-to-end-id' });
      continue;
    }
    if (here.has(payment.endToEndId)) result.cases.push(paidTwice(claim.identity, payment));
    else if (!isOver(claim, negateMoney(payment.amount)) && payment.confirmedBy !== claim.identity)
      result.cases.push({ code: 'amount-differs', identity: claim.identity, endToEndId: payment.endToEndId, message: `The bank booked ${describeMoney(negateMoney(claim.amount))} for a payment of ${describeMoney(payment.amount)}.`, hold: [payment.endToEndId] });
    else confirm(payment, claim, result);
    here.add(payment.endToEndId);
  }
}

function confirm(payment: Tracked, { identity, by, entry }: Pick<Claim, 'identity' | 'entry'> & Pick<Confirmation, 'by'>, result: MatchResult): void {
  if (payment.confirmedBy === identity) result.repeated.push(identity);
  else if (payment.confirmedBy !== undefined || payment.state === 'confirmed') result.cases.push(paidTwice(identity, payment));
  else if (payment.state === 'rejected') result.cases.push({ code: 'rejected-but-paid', identity, endToEndId: payment.endToEndId, message: 'The bank booked a payment that it had rejected; its documents are open again and must not be paid a second time.', hold: [payment.endToEndId] });
  else if (payment.state === 'removed' || isUnsent(payment.state)) result.cases.push(withoutRelease(identity, payment, 'booked'));
  else {
    payment.confirmedBy = identity;
    payment.state = payment.state === 'returned' ? 'returned' : 'confirmed';
    result.confirmed.push({ endToEndId: payment.endToEndId, identity, amount: payment.amount, ...dateOf(entry), by, state: payment.state });
  }
}

/** The bank lists the payments of the batch without all of their amounts: together they must be the entry. */
function confirmNamed(one: BookedEntry, claims: readonly Claim[], index: OutstandingIndex, result: MatchResult): void {
  const payments = claims.map(({ endToEndId }) => index.find(endToEndId));
  const known = payments.filter((payment) => payment !== undefined);
  if (known.length < payments.length || new Set(known).size < known.length) return unexplained(one, `${payments.length - new Set(known).size} of its ${payments.length} payments are not known to us`, result, known);
  confirmBatch({ identity: one.identity, entry: { ...one.entry, transactions: claims.length } }, known, result);
}

/** Number and sum must be those of the batch (P8); a payment of it that was rejected or taken out is not in it. */
function confirmBatch(one: BookedEntry, batch: readonly Tracked[], result: MatchResult): void {
  const { identity, entry } = one;
  const { transactions } = entry;
  const members = batch.filter(({ state }) => state !== 'rejected' && state !== 'removed');
  if (members.length > 0 && members.every(({ confirmedBy }) => confirmedBy === identity)) {
    result.repeated.push(identity);
    return;
  }
  if (transactions !== members.length) return unexplained(one, transactions === undefined ? 'it does not tell how many payments it holds' : `it holds ${transactions} payments, the batch ${members.length}`, result, batch);
  const currency = members[0]?.amount.currency ?? entry.amount.currency;
  if (![entry.amount.currency, entry.instructed?.currency].includes(currency) || members.some(({ amount }) => amount.currency !== currency)) return unexplained(one, 'it is in another currency than the batch', result, batch);
  const sum = sumMoney(currency, members.map(({ amount }) => amount));
  if (!isOver(entry, negateMoney(sum))) return unexplained(one, `it is over ${describeMoney(negateMoney(entry.amount))}, the batch over ${describeMoney(sum)}`, result, batch);
  const earlier = members.filter(({ confirmedBy }) => confirmedBy !== undefined).length;
  if (earlier > 0) return unexplained(one, `${earlier} of its ${members.length} payments were booked before: it sums them up, or they were paid twice`, result, batch);
  for (const payment of members) confirm(payment, { identity, by: 'batch', entry }, result);
}

function unexplained({ identity }: BookedEntry, why: string, result: MatchResult, batch: readonly Tracked[]): void {
  result.cases.push({ code: 'batch-unexplained', identity, message: `A batch entry confirms nothing, because ${why}.`, ...holdFreed(batch) });
}

/** Payments whose documents are open again may be among those that the entry sums up. */
function holdFreed(payments: readonly (Tracked | undefined)[]): Pick<ConfirmationCase, 'hold'> {
  const freed = payments.flatMap((payment) => (payment && !blocksOpenItem(payment.state) ? [payment.endToEndId] : []));
  return freed.length === 0 ? {} : { hold: [...new Set(freed)] };
}

/** Our record may be older than the payment, as after a restore: its documents are not paid before somebody has looked. */
function withoutRelease(identity: string, { endToEndId, state }: Tracked, did: 'booked' | 'returns'): ConfirmationCase {
  return { code: 'paid-without-release', identity, endToEndId, message: `The bank ${did} a payment that was not sent: it is ${state}.`, hold: [endToEndId] };
}

function paidTwice(identity: string, { endToEndId }: Tracked): ConfirmationCase {
  return { code: 'paid-twice', identity, endToEndId, message: 'The bank booked a second debit for a payment that it had booked before: the money has to be asked back.', hold: [endToEndId] };
}
