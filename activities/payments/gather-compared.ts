import { entriesSince } from '../../db/repositories/bank-messages.ts';
import { openReconciliationCases } from '../../db/repositories/exceptions.ts';
import { openPayables } from '../../db/repositories/payables.ts';
import { paymentLedger } from '../../db/repositories/payment-ledger.ts';
import { postingsUnder } from '../../db/repositories/postings.ts';
import { addDays } from '../../domain/calendar/plain-date.ts';
import type { Money } from '../../domain/model/money.ts';
import { isOverPrepaid } from '../../domain/rules/payments/facts.ts';
import type { PaymentState } from '../../domain/rules/payments/bank-status.ts';
import type { BankLine, Difference, LedgerPayment, OpenDocument, ReconciliationFacts } from '../../domain/rules/payments/reconcile.ts';
import { requiredEntity } from '../lookup.ts';
import { withBookingCase } from './booking-case.ts';
import type { PaymentParts } from './parts.ts';
import { paymentSettings } from './settings.ts';

/** How far back a day's comparison looks, beside what is on its way, what its cases are about and what belongs to that. */
const windowDays = 45;
/** The ERP is asked to book with every look at the bank: what it has not booked for so long, and no case tells of, does not come by itself. */
const bookingMs = 24 * 60 * 60_000;

/** What a day's comparison holds against each other, and which differences it can say something about. */
interface Compared {
  facts: ReconciliationFacts;
  wasCompared(one: Pick<Difference, 'code' | 'subject'>): boolean;
}

/** The bank's entries, our payments and the ERP's open items of a company, as they stand now. An ERP that tells no open items is not compared. */
export async function gatherCompared(parts: PaymentParts, entity: string, now: Date, beat: () => void): Promise<Compared> {
  const company = await requiredEntity(parts.db, entity);
  const { policy, today } = await paymentSettings(parts.db, company, now);
  const standing = await openReconciliationCases(parts.db, entity);
  const { ledger, entries } = await comparedSince(parts.db, entity, addDays(today, -windowDays), standing.map(({ subject }) => subject), beat);
  const open = await openPayables(parts.db, entity);
  beat();
  const { port } = parts.erpOf(company);
  const erp = await port.getOpenPayables?.(entity, { correlationId: `reconcile-${entity}-${today}` });
  beat();
  const booking = port.bookPayment && port.reversePayment ? await bookingNow(parts.db, ledger, now) : new Set<string>();
  beat();
  const documents = documentsIn(ledger, open);
  const caseOf = new Map([...open, ...ledger.flatMap(({ items }) => items)].map(({ postedAs, caseId }) => [postedAs ?? '', caseId]));
  const erpUnreadable = (erp?.unreadable ?? []).flatMap((documentNumber) => caseOf.get(documentNumber) ?? []);
  const subjects = new Set([...entries.map(({ identity }) => identity), ...ledger.map(({ endToEndId }) => endToEndId)]);
  return {
    facts: {
      asOf: today,
      system: company.bank?.accounts[0]?.calendar ?? 't2',
      silenceBusinessDays: policy.content.silenceBusinessDays,
      bank: entries.map(asBankEntry),
      payments: ledger.map((payment) => asPayment(payment, booking)),
      documents: erp ? [...documents.values()] : [],
      erp: openInErp(erp?.documents ?? [], caseOf),
      erpUnreadable,
      erpFurther: await furtherThan(parts.db, erp?.documents ?? []),
    },
    wasCompared: ({ code, subject }) => {
      if (!code.startsWith('erp-')) return subjects.has(subject);
      if (code === 'erp-posted-twice') return erp?.unreadable.length === 0;
      return erp !== undefined && documents.has(subject) && !erpUnreadable.includes(subject);
    },
  };
}

/**
 * Payments and entries of the days since, with everything that they belong to: a batch entry with all of its payments, a payment with its entries, a
 * document with all of its payments. One of them alone would be a difference only because the other is older. So it is with what the cases are about that stand.
 */
async function comparedSince(db: PaymentParts['db'], entity: string, since: string, subjects: readonly string[], beat: () => void) {
  const identities = new Set(subjects);
  const cases = new Set(subjects);
  for (;;) {
    const entries = await entriesSince(db, entity, since, [...identities]);
    const quoted = entries.flatMap(quotedBy);
    beat();
    const booked = new Set([...identities, ...entries.map(({ identity }) => identity)]);
    const ledger = await paymentLedger(db, entity, { since, endToEndIds: [...subjects, ...quoted], identities: [...booked], cases: [...cases] });
    beat();
    const restOn = ledger.flatMap(({ confirmedBy, returnedBy }) => [confirmedBy, returnedBy]).filter((identity) => identity !== null && !booked.has(identity));
    const settle = ledger.flatMap(({ items }) => items.map(({ caseId }) => caseId)).filter((caseId) => !cases.has(caseId));
    if (restOn.length === 0 && settle.length === 0) return { entries, ledger };
    for (const identity of restOn) identities.add(identity!);
    for (const caseId of settle) cases.add(caseId);
  }
}

/** What the ERP has under one of our posting keys and under another number than the one that we were told. */
async function furtherThan(db: PaymentParts['db'], erp: readonly { documentNumber: string; externalReference: string | undefined; open: Money }[]) {
  const keys = erp.flatMap(({ externalReference }) => externalReference ?? []);
  const postings = new Map((await postingsUnder(db, keys)).map((posting) => [posting.key, posting]));
  return erp.flatMap(({ documentNumber, externalReference, open }) => {
    const posting = postings.get(externalReference ?? '');
    return posting && posting.reference !== documentNumber ? [{ caseId: posting.caseId, documentNumber, open }] : [];
  });
}

type Entry = Awaited<ReturnType<typeof entriesSince>>[number];
type Ledger = Awaited<ReturnType<typeof paymentLedger>>;
type Payables = Awaited<ReturnType<typeof openPayables>>;

/** Money in is a customer's, unless the bank says that it came back, it takes a booking back, or names a payment or a batch of ours on an account of theirs. */
function asBankEntry(entry: Entry): BankLine {
  const { identity, currency, minor, bookingDate, detail, waitsFor } = entry;
  const endToEndIds = quotedBy(entry);
  const isCredit = BigInt(minor) > 0n;
  const takesBack = isCredit && !detail.elsewhere && (detail.reversal ?? detail.lists ?? detail.batch) !== undefined;
  const isMoneyIn = isCredit && (detail.elsewhere || (!takesBack && !waitsFor && endToEndIds.length === 0));
  return { identity, amount: { currency, minor }, ...(bookingDate ? { bookedOn: bookingDate } : {}), ...(detail.instructed ? { instructed: detail.instructed } : {}), ...(takesBack ? { takesBack } : {}), ...(waitsFor ? { waits: true } : {}), endToEndIds, ...(isMoneyIn ? { explainedBy: 'money in' } : {}) };
}

/** Ids of the entry as a whole, and of what in it came back and waits for its payment. */
function quotedBy({ endToEndId, waitsFor }: Entry): string[] {
  return [...new Set([...(endToEndId ? [endToEndId] : []), ...(waitsFor ?? [])])];
}

/** Confirmed payments of which the ERP has no booking and is going to get one, or a case says why it has none. */
async function bookingNow(db: PaymentParts['db'], ledger: Ledger, now: Date): Promise<Set<string>> {
  const unbooked = ledger.filter(({ state, bookedAs }) => state === 'confirmed' && bookedAs === null);
  const told = await withBookingCase(db, unbooked);
  const isFresh = ({ settledAt }: Ledger[number]): boolean => settledAt !== null && now.getTime() - Date.parse(settledAt) < bookingMs;
  return new Set(unbooked.filter((payment) => isFresh(payment) || told.has(payment.endToEndId)).map(({ endToEndId }) => endToEndId));
}

function asPayment({ endToEndId, amount, state, executionDate, items, confirmedBy, returnedBy }: Ledger[number], booking: ReadonlySet<string>): LedgerPayment {
  return { endToEndId, amount, state: state as PaymentState, executionDate, items, ...(confirmedBy ? { confirmedBy } : {}), ...(returnedBy && !returnedBy.startsWith('message:') ? { returnedBy } : {}), ...(booking.has(endToEndId) ? { isBooking: true } : {}) };
}

/** Documents that are in a payment or still open, by case. */
function documentsIn(ledger: Ledger, open: Payables): Map<string, OpenDocument> {
  const paid = ledger.flatMap(({ items }) => items).map(({ caseId, open: amount }): [string, OpenDocument] => [caseId, { caseId, open: amount }]);
  return new Map([...paid, ...open.map((item): [string, OpenDocument] => [item.caseId, { caseId: item.caseId, open: item.open, blocked: item.onHold, ...(isOverPrepaid(item) && item.current && !item.onHold ? { overPrepaid: true } : {}) }])]);
}

function openInErp(erp: readonly { documentNumber: string; open: Money; paymentBlocked: boolean }[], caseOf: ReadonlyMap<string, string>): OpenDocument[] {
  return erp.flatMap(({ documentNumber, open, paymentBlocked: blocked }) => {
    const caseId = caseOf.get(documentNumber);
    return caseId === undefined ? [] : [{ caseId, open, blocked }];
  });
}
