import { addBusinessDays } from '../../calendar/business-days.ts';
import { settlementCalendar, type SettlementSystem } from '../../calendar/settlement.ts';
import type { PlainDate } from '../../model/dates.ts';
import type { Money } from '../../model/money.ts';
import type { HeldInErp } from '../../model/payment.ts';
import { addMoney, describeMoney, isZeroMoney, minorOf, money, negateMoney } from '../money.ts';
import { isFinal, isUnsent, type PaymentState } from './bank-status.ts';
import { differenceOwners, type ReconciliationCode } from './differences.ts';
import { differsInErp, isSameAmount, unreadableInErp } from './held-in-erp.ts';

/** A booked entry of the accounts that payments leave from, of the days that are compared. */
export interface BankLine {
  identity: string;
  /** Signed: money out is negative. */
  amount: Money;
  bookedOn?: PlainDate;
  /** What was ordered, signed and by currency, where the bank booked any of it in another: what payments in that currency are held against. */
  instructed?: readonly Money[];
  /** The bank takes a booking back, or names a payment or batch of ours as a whole: money that came back, and no customer's. */
  takesBack?: boolean;
  /** Money that came back and still waits for the debit of its payment (P8). */
  waits?: boolean;
  /** Quoted by the bank. */
  endToEndIds: readonly string[];
  /** Another process that accounts for it, such as cash application or a fee rule. */
  explainedBy?: string;
}

export interface LedgerPayment {
  endToEndId: string;
  amount: Money;
  state: PaymentState;
  executionDate: PlainDate;
  items: readonly { caseId: string; revision: number }[];
  confirmedBy?: string;
  returnedBy?: string;
  /** Confirmed and not booked in the ERP yet, which we do by ourselves or have a case about. */
  isBooking?: boolean;
}

/** What a posted document is open for, payments aside: in our record, and in the ERP, where a cleared one is 0 or absent. */
export interface OpenDocument {
  caseId: string;
  open: Money;
  /** An invoice on which more was prepaid than it bills: the supplier owes the rest until the ERP holds it as cleared. */
  overPrepaid?: boolean;
  /** Blocked for payment; absent where that is not known or does not matter any more. */
  blocked?: boolean;
}

export interface ReconciliationFacts {
  asOf: PlainDate;
  system: SettlementSystem;
  silenceBusinessDays: number;
  bank: readonly BankLine[];
  payments: readonly LedgerPayment[];
  documents: readonly OpenDocument[];
  erp: readonly OpenDocument[];
  /** Documents of ours that are open in the ERP, for an amount that cannot be read. */
  erpUnreadable?: readonly string[];
  /** Open in the ERP under a posting of ours, beside the document that we know of it. */
  erpFurther?: readonly (OpenDocument & { documentNumber: string })[];
}

export interface Difference {
  code: ReconciliationCode;
  /** Identity of an entry, end-to-end id or case. */
  subject: string;
  message: string;
  ownerRole: string;
  suggestion: string;
}

/**
 * Compares what the bank booked, what we hold as paid and what the ERP holds as open; every difference has an owner. Independent
 * of the matching: a confirmation counts here only while its entry is there and its amounts still agree.
 */
export function reconcilePayments(facts: ReconciliationFacts): Difference[] {
  return [...bankWithoutPayment(facts), ...confirmationsWithoutBank(facts), ...overdueDebits(facts), ...ledgerAgainstErp(facts), ...postedTwice(facts)]
    .map(differenceOf)
    .sort((a, b) => (`${a.code} ${a.subject}` < `${b.code} ${b.subject}` ? -1 : 1));
}

/**
 * Whether a difference that was closed is opened again when it is found again: one that had gone, or ended with its document, always; one that a person
 * settled only when it reads otherwise than what that person saw, as with another amount. What keeps a document from being paid, and what a supplier owes, is
 * settled in the ERP and by nobody's word.
 */
export function opensAgain(closed: { state: 'resolved' | 'cancelled'; title: string; resolvedBy?: string | undefined }, found: { message: string; code?: Difference['code'] }): boolean {
  return (found.code !== undefined && settledInErp.has(found.code)) || closed.state === 'cancelled' || closed.resolvedBy?.startsWith('system:') === true || closed.title !== found.message;
}

const settledInErp: ReadonlySet<ReconciliationCode> = new Set(['erp-over-prepaid', 'erp-open-differs', 'erp-cleared-unpaid', 'erp-unreadable', 'erp-blocked']);

type Found = [code: ReconciliationCode, subject: string, message: string];

function bankWithoutPayment({ asOf, system, silenceBusinessDays, bank, payments }: ReconciliationFacts): Found[] {
  const mayWait = (since: PlainDate | undefined) => since !== undefined && asOf <= addBusinessDays(settlementCalendar(system, since), since, silenceBusinessDays);
  const used = new Set(payments.flatMap(({ confirmedBy, returnedBy }) => [confirmedBy, returnedBy]));
  const ours = new Set(payments.map(({ endToEndId }) => endToEndId));
  return bank.flatMap((line): Found[] => {
    if (used.has(line.identity) || line.explainedBy !== undefined) return [];
    if (minorOf(line.amount) < 0n) return [['debit-unexplained', line.identity, `The bank booked ${describeMoney(line.amount)}${on(line)}, and no payment of ours explains it.`]];
    if (line.endToEndIds.some((id) => ours.has(id))) return [['credit-unexplained', line.identity, `The bank credited ${describeMoney(line.amount)}${on(line)} with the id of a payment of ours that is not held as returned.`]];
    if (line.waits && !line.takesBack) return mayWait(line.bookedOn) ? [] : [['credit-unexplained', line.identity, `The bank gave ${describeMoney(line.amount)} back${on(line)}, and no payment of ours is known for it.`]];
    return line.takesBack ? [['credit-unexplained', line.identity, `The bank took ${describeMoney(line.amount)} back${on(line)}, and no payment of ours is held as returned by it.`]] : [];
  });
}

/** All payments that rest on an entry together must be what it says; a batch entry carries many, and may mix in nothing else. */
function confirmationsWithoutBank({ bank, payments }: ReconciliationFacts): Found[] {
  const lines = new Map(bank.map((line) => [line.identity, line]));
  const carried = new Map<string, Money[]>();
  const add = (identity: string | undefined, amount: Money): unknown => identity !== undefined && carried.set(identity, added(carried.get(identity) ?? [], amount));
  for (const { confirmedBy, returnedBy, amount } of payments) {
    add(confirmedBy, negateMoney(amount));
    add(returnedBy, amount);
  }
  const missing = payments.flatMap(({ endToEndId, confirmedBy, returnedBy }): Found[] =>
    [confirmedBy, returnedBy].some((identity) => identity !== undefined && !lines.has(identity)) ? [['confirmation-without-entry', endToEndId, 'The entry that confirmed or returned the payment is in no statement.']] : [],
  );
  const different = [...carried].flatMap(([identity, sums]): Found[] => {
    const line = lines.get(identity);
    if (!line || isSame(sums, [line.amount]) || (line.instructed && isSame(sums, line.instructed))) return [];
    return [['confirmation-differs', identity, `The entry is over ${describeMoney(line.amount)}, the payments that it confirmed over ${sums.map(describeMoney).join(' and ')}.`]];
  });
  return [...missing, ...different];
}

/** Amounts by currency: nothing is compared across currencies. */
function added(sums: readonly Money[], amount: Money): Money[] {
  const known = sums.find(({ currency }) => currency === amount.currency);
  return known ? sums.map((sum) => (sum === known ? addMoney(known, amount) : sum)) : [...sums, amount];
}

function isSame(sums: readonly Money[], told: readonly Money[]): boolean {
  return sums.length === told.length && sums.every((sum) => told.some((one) => one.currency === sum.currency && minorOf(one) === minorOf(sum)));
}

/** Silence of the bank after its cut-off and the days that the policy gives it (P8). */
function overdueDebits({ asOf, system, silenceBusinessDays, payments }: ReconciliationFacts): Found[] {
  return payments.flatMap(({ endToEndId, state, executionDate }): Found[] => {
    if (isFinal(state) || isUnsent(state)) return [];
    if (asOf <= addBusinessDays(settlementCalendar(system, executionDate), executionDate, silenceBusinessDays)) return [];
    return state === 'unknown' || state === 'filed'
      ? [['outcome-unknown', endToEndId, `Whether the bank has the payment of ${executionDate} is not known.`]]
      : [['debit-missing', endToEndId, `The payment was to be executed on ${executionDate} and is ${state}; no statement shows its debit.`]];
  });
}

/** What the bank has paid is cleared in the ERP, and nothing else is. What a supplier owes on an invoice waits for no payment of ours, so that somebody has to ask for it. */
function ledgerAgainstErp({ payments, documents, erp, erpUnreadable = [] }: ReconciliationFacts): Found[] {
  const latest = new Map<string, { revision: number; state: PaymentState; isBooking: boolean }>();
  for (const { items, state, isBooking = false } of payments)
    for (const { caseId, revision } of items) {
      const known = latest.get(caseId);
      // A payment that was taken out holds nothing, whatever came before or after it.
      if (state !== 'removed' && (!known || revision > known.revision)) latest.set(caseId, { revision, state, isBooking });
    }
  const inErp = new Map(erp.map((document) => [document.caseId, document]));
  const unreadable = new Set(erpUnreadable);
  return documents.flatMap(({ caseId, open, overPrepaid, blocked }): Found[] => {
    const { state, isBooking } = latest.get(caseId) ?? {};
    if (unreadable.has(caseId)) return [foundUnreadable(caseId)];
    const there = inErp.get(caseId)?.open ?? money(open.currency, 0n);
    if (state === 'confirmed') return isZeroMoney(there) || isBooking ? [] : [['erp-still-open', caseId, `The bank has paid the document, and the ERP holds it open for ${describeMoney(there)}.`]];
    if (overPrepaid && isZeroMoney(there)) return [];
    if (!isSameAmount(open, there)) return [isZeroMoney(there) ? foundCleared({ caseId, open }) : foundDiffers({ caseId, open }, there)];
    if (overPrepaid) return [['erp-over-prepaid', caseId, `More was prepaid than the document bills: the supplier owes ${describeMoney(negateMoney(open))}.`]];
    return blocked === false && inErp.get(caseId)?.blocked ? [foundBlocked(caseId)] : [];
  });
}

/** No key keeps an ERP from posting twice what reached it twice on the way: the second document is nobody's until it is found here. */
function postedTwice({ erpFurther = [] }: ReconciliationFacts): Found[] {
  return erpFurther.map(({ caseId, documentNumber, open }) => ['erp-posted-twice', caseId, `The ERP holds document ${documentNumber} over ${describeMoney(open)} under the same key as the one that was posted for this case.`]);
}

/** The difference of a document that no payment of ours has settled and that the ERP holds otherwise, as the daily comparison words it. */
export function differenceFromErp(document: OpenDocument, inErp: HeldInErp): Difference | undefined {
  const found = inErp.state === 'cleared' ? foundCleared(document) : inErp.state === 'unreadable' ? foundUnreadable(document.caseId) : !isSameAmount(document.open, inErp.open) ? foundDiffers(document, inErp.open) : inErp.paymentBlocked && document.blocked === false ? foundBlocked(document.caseId) : undefined;
  return found && differenceOf(found);
}

function foundCleared({ caseId, open }: OpenDocument): Found {
  return ['erp-cleared-unpaid', caseId, `The ERP holds the document as cleared; it is open for ${describeMoney(open)} here, and no confirmed payment settles it.`];
}

function foundDiffers({ caseId, open }: OpenDocument, there: Money): Found {
  return ['erp-open-differs', caseId, differsInErp(open, there)];
}

function foundUnreadable(caseId: string): Found {
  return ['erp-unreadable', caseId, unreadableInErp];
}

function foundBlocked(caseId: string): Found {
  return ['erp-blocked', caseId, 'The ERP holds the document as blocked for payment; here it is free to be paid.'];
}

function differenceOf([code, subject, message]: Found): Difference {
  return { code, subject, message, ...differenceOwners[code] };
}

function on({ bookedOn }: BankLine): string {
  return bookedOn === undefined ? '' : ` on ${bookedOn}`;
}
