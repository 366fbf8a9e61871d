import type { PaymentReturns } from '../../model/bank-message.ts';
import type { StatementEntry } from '../../model/bank-statement.ts';
import type { PlainDate } from '../../model/dates.ts';
import type { Money } from '../../model/money.ts';
import { describeMoney, minorOf, negateMoney, sumMoney } from '../money.ts';
import { blocksOpenItem, isUnsent, type PaymentState } from './bank-status.ts';
import { outstandingIndex, type OutstandingIndex, type OutstandingPayment, type Tracked } from './outstanding.ts';

export type { OutstandingPayment } from './outstanding.ts';

/** An entry of a statement or advice with its identity (SI-1). */
export interface BookedEntry {
  identity: string;
  entry: StatementEntry;
}

export interface Confirmation {
  endToEndId: string;
  identity: string;
  amount: Money;
  bookedOn?: PlainDate;
  by: 'entry' | 'detail' | 'batch';
  /** `returned` where the return was told before the debit was booked. */
  state: Extract<PaymentState, 'confirmed' | 'returned'>;
}

export interface ReturnedPayment {
  endToEndId: string;
  /** Absent for a message about a return that is not booked yet (pacs.004). */
  identity?: string;
  amount: Money;
  reasonCode: string;
  reasonText?: string;
  bookedOn?: PlainDate;
}

export type ConfirmationCaseCode = 'amount-differs' | 'paid-twice' | 'rejected-but-paid' | 'paid-without-release' | 'batch-unexplained' | 'details-differ' | 'return-amount-differs' | 'returned-twice' | 'return-of-rejected' | 'account-correction';

/** What a person has to look at; nothing was confirmed or returned by it. */
export interface ConfirmationCase {
  code: ConfirmationCaseCode;
  identity: string;
  endToEndId?: string;
  message: string;
  /** Payments of ours for which money may have left, though nothing was confirmed: their documents are not paid before somebody has looked. */
  hold?: readonly string[];
}

export type UnmatchedReason = 'not-booked' | 'not-ours' | 'no-reference' | 'unknown-end-to-end-id' | 'return-before-debit' | 'return-of-unknown';

/** Kept; money that came back is matched again when the debit of its payment is booked. `detail` counts the payments of a batch entry from 1. */
export interface UnmatchedEntry {
  identity: string;
  detail?: number;
  endToEndId?: string;
  reason: UnmatchedReason;
}

export interface MatchResult {
  confirmed: Confirmation[];
  returned: ReturnedPayment[];
  cases: ConfirmationCase[];
  unmatched: UnmatchedEntry[];
  /** Identities that had their effect before. */
  repeated: string[];
}

/** An entry, or one payment of a batch entry, against one payment of ours. */
interface Claim {
  identity: string;
  detail?: number;
  endToEndId: string | undefined;
  amount: Money;
  entry: StatementEntry;
  by: Confirmation['by'];
  reason?: string | undefined;
}

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
  const booked = fresh.filter((one) => one.entry.status === 'booked' || setAside(one, index, result));
  for (const one of booked) if (minorOf(one.entry.amount) < 0n) matchDebit(one, index, result);
  for (const one of booked) if (minorOf(one.entry.amount) >= 0n) for (const claim of claimsOf(one)) matchCredit(claim, index, result);
  return result;
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
  else if (isListed && entry.details && minorOf(sumMoney(entry.amount.currency, claims.map(({ amount }) => amount))) !== minorOf(entry.amount))
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
    else if (!sameAmount(negateMoney(claim.amount), payment.amount) && payment.confirmedBy !== claim.identity)
      result.cases.push({ code: 'amount-differs', identity: claim.identity, endToEndId: payment.endToEndId, message: `The bank booked ${describeMoney(negateMoney(claim.amount))} for a payment of ${describeMoney(payment.amount)}.`, hold: [payment.endToEndId] });
    else confirm(payment, claim, result);
    here.add(payment.endToEndId);
  }
}

function confirm(payment: Tracked, { identity, by, entry }: Pick<Claim, 'identity' | 'by' | 'entry'>, result: MatchResult): void {
  if (payment.confirmedBy === identity) result.repeated.push(identity);
  else if (payment.confirmedBy !== undefined || payment.state === 'confirmed') result.cases.push(paidTwice(identity, payment));
  else if (payment.state === 'rejected') result.cases.push({ code: 'rejected-but-paid', identity, endToEndId: payment.endToEndId, message: 'The bank booked a payment that it had rejected; its documents are open again and must not be paid a second time.', hold: [payment.endToEndId] });
  else if (payment.state === 'removed' || isUnsent(payment.state)) result.cases.push({ code: 'paid-without-release', identity, endToEndId: payment.endToEndId, message: `The bank booked a payment that was not sent: it is ${payment.state}.`, hold: [payment.endToEndId] });
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
  if (members.some(({ amount }) => amount.currency !== entry.amount.currency)) return unexplained(one, 'it is in another currency than the batch', result, batch);
  const sum = sumMoney(entry.amount.currency, members.map(({ amount }) => amount));
  if (!sameAmount(sum, negateMoney(entry.amount))) return unexplained(one, `it is over ${describeMoney(negateMoney(entry.amount))}, the batch over ${describeMoney(sum)}`, result, batch);
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

function matchCredit(claim: Claim, index: OutstandingIndex, result: MatchResult): void {
  const { identity, amount, entry } = claim;
  const payment = index.find(claim.endToEndId, entry.references.originalTrace, ...aliasesOf(entry));
  const endToEndId = payment?.endToEndId ?? claim.endToEndId;
  const keep = (reason: UnmatchedReason): unknown => result.unmatched.push({ ...placeOf(claim), ...(endToEndId === undefined ? {} : { endToEndId }), reason });
  if (!payment) keep(claim.reason === undefined ? 'not-ours' : 'return-of-unknown');
  else if (payment.returnedBy === identity) result.repeated.push(identity);
  else if (payment.returnedBy !== undefined) result.cases.push({ code: 'returned-twice', identity, endToEndId: payment.endToEndId, message: `The bank credits ${describeMoney(amount)} for a payment that it gave back before.` });
  else if (payment.state === 'rejected') result.cases.push({ code: 'return-of-rejected', identity, endToEndId: payment.endToEndId, message: `The bank credits ${describeMoney(amount)} for a payment that it rejected.` });
  else if (payment.confirmedBy === undefined && payment.state !== 'confirmed') keep('return-before-debit');
  else if (!sameAmount(amount, payment.amount)) result.cases.push(returnDiffers(identity, payment, amount));
  else {
    payment.returnedBy = identity;
    payment.state = 'returned';
    result.returned.push({ endToEndId: payment.endToEndId, identity, amount, reasonCode: claim.reason ?? 'NARR', ...(entry.text === '' ? {} : { reasonText: entry.text }), ...dateOf(entry) });
  }
}

/** Entry or payments of it, one after the other; what a payment does not say of itself, its entry says. */
function claimsOf({ identity, entry }: BookedEntry): Claim[] {
  if (!entry.details) return [{ identity, entry, endToEndId: entry.endToEndId, amount: entry.amount, by: 'entry', reason: entry.returnReason }];
  return entry.details.map((detail, at) => ({
    identity, entry, detail: at + 1, endToEndId: detail.endToEndId, by: 'detail',
    amount: detail.amount ?? { currency: entry.amount.currency, minor: '0' },
    reason: detail.returnReason ?? entry.returnReason,
  }));
}

/** Ids under which formats without room for the end-to-end id quote a single payment. */
function aliasesOf({ references, details }: StatementEntry): (string | undefined)[] {
  return details ? [] : [references.trace, references.customer];
}

function placeOf({ identity, detail }: Claim): Pick<UnmatchedEntry, 'identity' | 'detail'> {
  return { identity, ...(detail === undefined ? {} : { detail }) };
}

function dateOf({ bookingDate, valueDate }: StatementEntry): { bookedOn?: PlainDate } {
  const on = bookingDate ?? valueDate;
  return on === undefined ? {} : { bookedOn: on };
}

function sameAmount(a: Money, b: Money): boolean {
  return a.currency === b.currency && minorOf(a) === minorOf(b);
}

function paidTwice(identity: string, { endToEndId }: Tracked): ConfirmationCase {
  return { code: 'paid-twice', identity, endToEndId, message: 'The bank booked a second debit for a payment that it had booked before: the money has to be asked back.', hold: [endToEndId] };
}

function returnDiffers(identity: string, payment: Tracked, amount: Money): ConfirmationCase {
  return { code: 'return-amount-differs', identity, endToEndId: payment.endToEndId, message: `${describeMoney(amount)} came back of a payment of ${describeMoney(payment.amount)}.` };
}
