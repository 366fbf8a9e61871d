import type { Money } from '../../domain/model/money.ts';
import type { BankLedger } from '../../sandbox/bank/ledger.ts';
import type { ErpDocument } from '../../sandbox/erp/documents.ts';
import type { CaseStory, Told } from './told.ts';
import type { Withheld } from './withheld.ts';

/**
 * Money, judged by what the bank has in its own books: what it paid is held against the documents that its files name, against
 * the ERP's books and against the chain. What was sent and refused moved nothing; what came back is open again.
 */

type BankPayment = BankLedger['payments'][number];

/** I2: a document, an end-to-end id and a booking in the ERP stand for one payment each. */
export function paidOnce({ bank, payments }: Told): string[] {
  const live = bank.payments.filter(isLive);
  const named = live.flatMap(({ debtorAccount, remittance }) => remittance.map((text) => `${debtorAccount.slice(-4)}/${numberIn(text)}`));
  const debits = bank.bookings.filter(({ kind }) => kind === 'debit').flatMap(({ payments: numbers }) => numbers);
  const booked = payments.filter(({ status }) => status === 'POSTED').map(endToEndOf);
  return [
    ...repeated(named).map((document) => `I2: the bank pays document ${document} more than once`),
    ...repeated(live.map(({ endToEndId }) => endToEndId)).map((id) => `I2: the bank has several payments of end-to-end id ${id}`),
    ...repeated(debits).map((number) => `I2: the bank debited payment ${number} more than once`),
    ...repeated(booked).map((id) => `I2: the ERP has booked payment ${id} more than once`),
  ];
}

/**
 * I3: what the bank paid is what the ERP owes for these documents less the tax that is kept back (T6), what the ERP booked and what the chain
 * holds as confirmed, to the cent.
 */
export function paidWhatIsOwed(told: Told, stories: ReadonlyMap<string, CaseStory>, withheld: Withheld): string[] {
  const { bank, documents, payments } = told;
  const live = bank.payments.filter(isLive);
  const booked = new Map(live.filter(({ state }) => state === 'booked').map((payment) => [payment.endToEndId, payment]));
  const inErp = new Map(payments.filter(({ status }) => status === 'POSTED').map((document) => [endToEndOf(document), document]));
  const confirmed = confirmationsOf(stories);
  const amounts = live.flatMap((payment) => {
    const owed = owedFor(payment, documents, withheld);
    return owed === payment.amount.minor ? [] : [`I3: the bank pays ${payment.amount.minor} ${payment.amount.currency} under ${payment.endToEndId}, and its documents come to ${owed ?? 'nothing that is known'} after tax withheld`];
  });
  const fromBank = [...booked.values()].flatMap((payment) => {
    const document = inErp.get(payment.endToEndId);
    return [
      ...(document && minorOf(document.grossValue) !== BigInt(payment.amount.minor) ? [`I3: payment ${payment.endToEndId} is ${payment.amount.minor} at the bank and ${document.grossValue} in the ERP`] : []),
      ...(document ? taxOwed(payment, document, documents, withheld) : []),
      ...unconfirmed(payment, documents, stories, confirmed),
    ];
  });
  const toBank = [
    ...[...inErp.keys()].filter((id) => !booked.has(id)).map((id) => `I3: the ERP has booked payment ${id}, and the bank has not`),
    ...[...confirmed].filter(([, { endToEndId, returned }]) => !returned && !booked.has(endToEndId)).map(([id]) => `I3: ${id} is paid for us, and the bank has not booked it`),
    ...[...confirmed].filter(([id, { returned }]) => returned && isClosedAsPaid(stories.get(id))).map(([id]) => `I3: ${id} is closed as paid, and its money came back`),
  ];
  return [...amounts, ...fromBank, ...toBank, ...(postedIsPaidAndOpen(told, withheld) ? [] : ['I3: what is posted is not what is paid and open'])];
}

/** I6: what the bank has booked and nobody here has taken note of yet. */
export function notBookedYet({ bank, payments }: Told): string[] {
  const known = new Set(payments.map(endToEndOf));
  return bank.payments.filter(({ state, endToEndId }) => state === 'booked' && !known.has(endToEndId)).map(({ endToEndId }) => `I6: payment ${endToEndId} is booked at the bank and not in the ERP`);
}

/** I4: each payment that the ERP has booked for us, and each one that it has taken back, is told once, and nothing else is. */
export function bookingsTold({ payments, events }: Told): string[] {
  const name = (what: string, key: unknown, minor: unknown) => `${what} ${String(key)} of ${String(minor)}`;
  const inErp = payments.flatMap((document) => {
    const booking = name('booking', document.externalRef, minorOf(document.grossValue));
    return document.status === 'REVERSED' ? [booking, name('return', endToEndOf(document), minorOf(document.grossValue))] : [booking];
  });
  const told = events.flatMap(({ action, data: { key, endToEndId, amount } }) => {
    if (action !== 'payment.booked' && action !== 'payment.taken-back') return [];
    return [action === 'payment.booked' ? name('booking', key, (amount as Money).minor) : name('return', endToEndId, (amount as Money).minor)];
  });
  return [
    ...inErp.filter((one) => !told.includes(one)).map((one) => `I4: the ERP has the ${one}, and the chain does not tell of it`),
    ...told.filter((one) => !inErp.includes(one)).map((one) => `I4: the chain tells of the ${one}, and the ERP does not have it`),
    ...repeated(told).map((one) => `I4: the chain tells of the ${one} more than once`),
  ];
}

/** I3: the ERP books what the bank was heard to have booked: at no time has it more payments of a run than messages of the bank that were taken by then say. */
export function bookedWhenHeard({ bank, payments }: Told, runs: ReadonlyMap<string, CaseStory>): string[] {
  return [...runs.values()].flatMap(({ id, steps }) => {
    const own = new Set(bank.payments.filter(({ messageId }) => messageId === id).map(({ endToEndId }) => endToEndId));
    const entered = payments.filter((document) => own.has(endToEndOf(document))).sort((a, b) => Date.parse(a.enteredAt) - Date.parse(b.enteredAt));
    const heardBy = (at: string) => Math.max(0, ...steps.flatMap(({ transition }) => (transition.kind === 'payments-moved' && Date.parse(transition.at) <= Date.parse(at) ? [(transition.states['confirmed'] ?? 0) + (transition.states['returned'] ?? 0)] : [])));
    return entered.filter(({ enteredAt }, index) => heardBy(enteredAt) <= index).map((document) => `I3: the ERP booked payment ${endToEndOf(document)} at ${document.enteredAt}, before the bank was heard to have booked it`);
  });
}

export function isLive({ state }: BankPayment): boolean {
  return state === 'accepted' || state === 'booked';
}

/** The ERP's documents that a payment of the bank names to its payee. */
export function documentsOf({ remittance }: BankPayment, documents: readonly ErpDocument[]): ErpDocument[] {
  return remittance.flatMap((text) => documents.find(({ vendorInvoiceNo, status }) => vendorInvoiceNo === numberIn(text) && status === 'POSTED') ?? []);
}

/** A payment of one document says what was kept back behind its number. */
function numberIn(text: string): string {
  return text.split(' LESS WITHHOLDING TAX ')[0] ?? text;
}

function owedFor(payment: BankPayment, documents: readonly ErpDocument[], withheld: Withheld): string | undefined {
  const own = documentsOf(payment, documents);
  if (own.length === 0 || own.length !== payment.remittance.length) return undefined;
  return own.reduce((sum, document) => sum + signed(document, document.payableValue) - of(document, withheld), 0n).toString();
}

/** What the ERP owes the tax office for a payment is what had to be kept back. */
function taxOwed(payment: BankPayment, booking: ErpDocument, documents: readonly ErpDocument[], withheld: Withheld): string[] {
  const due = documentsOf(payment, documents).reduce((sum, document) => sum + of(document, withheld), 0n);
  const booked = (booking.settles ?? []).reduce((sum, { withheld: kept = '0' }) => sum + minorOf(kept), 0n);
  return booked === due ? [] : [`I3: the ERP owes the tax office ${booked} of payment ${payment.endToEndId}, and ${due} had to be withheld`];
}

function of(document: ErpDocument, withheld: Withheld): bigint {
  return withheld(document) * (document.docType === 'CRM' ? -1n : 1n);
}

/** Per currency: everything that is posted is paid by the bank, owed to the tax office or still open in the ERP. */
function postedIsPaidAndOpen({ documents, bank, payments }: Told, withheld: Withheld): boolean {
  const sums = new Map<string, bigint>();
  const add = (currency: string, minor: bigint) => sums.set(currency, (sums.get(currency) ?? 0n) + minor);
  const known = new Set(payments.filter(({ status }) => status === 'POSTED').map(endToEndOf));
  for (const document of documents.filter(({ status }) => status === 'POSTED')) add(document.currencyCode, signed(document, document.payableValue) - signed(document, document.openValue));
  for (const payment of bank.payments) {
    if (payment.state !== 'booked' || !known.has(payment.endToEndId)) continue;
    add(payment.amount.currency, -BigInt(payment.amount.minor));
    for (const document of documentsOf(payment, documents)) add(document.currencyCode, -of(document, withheld));
  }
  return [...sums.values()].every((sum) => sum === 0n);
}

interface Confirmation {
  endToEndId: string;
  returned: boolean;
}

/** The last word of the chain on the payment of each document that was ever confirmed. */
function confirmationsOf(stories: ReadonlyMap<string, CaseStory>): Map<string, Confirmation> {
  const confirmed = new Map<string, Confirmation>();
  for (const { id, steps } of stories.values())
    for (const { transition } of steps) {
      if (transition.kind !== 'event-received' || transition.source !== 'payments') continue;
      const endToEndId = transition.eventId.split('/')[0] ?? '';
      if (transition.eventKind === 'confirmed') confirmed.set(id, { endToEndId, returned: false });
      if (transition.eventKind === 'returned' && confirmed.get(id)?.endToEndId === endToEndId) confirmed.set(id, { endToEndId, returned: true });
    }
  return confirmed;
}

function isClosedAsPaid(story: CaseStory | undefined): boolean {
  const last = story?.steps.map(({ transition }) => transition).findLast(({ kind }) => kind === 'ended' || kind === 'reopened');
  return last?.kind === 'ended' && last.state === 'paid';
}

function unconfirmed(payment: BankPayment, documents: readonly ErpDocument[], stories: ReadonlyMap<string, CaseStory>, confirmed: ReadonlyMap<string, Confirmation>): string[] {
  const references = new Set(documentsOf(payment, documents).map(({ externalRef }) => externalRef));
  const own = [...stories.values()].filter(({ steps }) => steps.some(({ transition }) => transition.kind === 'posting' && transition.status === 'posted' && references.has(transition.key)));
  return own.filter(({ id }) => confirmed.get(id)?.endToEndId !== payment.endToEndId).map(({ id }) => `I3: the bank has paid ${id} under ${payment.endToEndId}, and it is not confirmed for us`);
}

/** Our reference of a booked payment holds the end-to-end id: `ap-payment:{entity}:{id}:book:1`. */
function endToEndOf({ externalRef = '' }: ErpDocument): string {
  return externalRef.split(':')[2] ?? externalRef;
}

function signed({ docType }: ErpDocument, value: string): bigint {
  return minorOf(value) * (docType === 'CRM' ? -1n : 1n);
}

export function minorOf(value: string): bigint {
  const [whole = '0', cents = ''] = value.split('.');
  return BigInt(`${whole}${cents.padEnd(2, '0')}`);
}

function repeated(names: readonly string[]): string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
}
