import type { PostingAnswer } from '../../adapters/ports/erp.ts';
import { inTransaction } from '../../db/client.ts';
import { appendAudit } from '../../db/repositories/audit.ts';
import { documentsOfRun, type RemittedDocument } from '../../db/repositories/payables.ts';
import { bookingKey, itemsOf, markBooked, toBook, type StoredInstruction, type StoredItem, type WaitingInstruction } from '../../db/repositories/payments.ts';
import { savePosting } from '../../db/repositories/postings.ts';
import { errorCatalogue, type ErrorCode } from '../../domain/errors.ts';
import type { PostedDocument } from '../../domain/model/posting.ts';
import { noMoney } from '../../domain/rules/money.ts';
import { recognise } from '../errors.ts';
import { leaseFor, once } from '../once.ts';
import { requiredEntity } from '../lookup.ts';
import type { Call } from '../activity.ts';
import { judgedAnswer, reversalOf } from '../accounts-payable/erp-effect.ts';
import type { ErpAccess } from '../accounts-payable/parts.ts';
import { closeBookingCases, openFailure, openRefusal, type BookingKind, type BookingRefusal } from './booking-case.ts';
import type { BookCommand, BookedPage } from './commands.ts';
import type { PaymentParts } from './parts.ts';

const pageSize = 100;
/** A page that takes longer ends early and the next one goes on after it. */
const pageMs = 60_000;
/** So many payments in a row that do not reach the ERP: it is away for everybody. */
const awayAfter = 3;
/** A payment whose booking is open for so long after the bank has settled it is looked at by a person; a lost answer is found long before. */
const patienceMs = 15 * 60_000;

/**
 * Books confirmed payments in the ERP and takes returned ones back, each once under a key of its own that survives every retry, and each by
 * itself: one that the ERP refuses, or that fails, becomes a case with an owner and does not stop the others. A page a call; `more` says that
 * another one waits after `after`. While nobody gets an answer from the ERP the page ends, and the next look begins anew.
 */
export async function bookPayments(parts: PaymentParts, { entity, after }: BookCommand, { attempt, beat }: Call): Promise<BookedPage> {
  const erp = parts.erpOf(await requiredEntity(parts.db, entity));
  if (!erp.port.bookPayment || !erp.port.reversePayment) return { booked: 0, more: false };
  const waiting = await toBook(parts.db, entity, pageSize, after);
  const since = performance.now();
  const page = { parts, erp, attempt, beat, documentsOf: documentsOf(parts, waiting) };
  let booked = 0;
  let away: Failed[] = [];
  const lasting = async () => {
    for (const failed of away) await fail(parts, failed, { whenLasting: true });
    away = [];
  };
  for (const [index, instruction] of inTurn(waiting).entries()) {
    const result = await tried(page, instruction);
    beat();
    if (result === 'throttled') return { booked, more: false };
    if (typeof result === 'object') {
      away.push(result);
      if (away.length < awayAfter) continue;
      await lasting();
      return { booked, more: false };
    }
    await lasting(); // the ERP answers others
    if (result === 'booked') booked += 1;
    const isLate = performance.now() - since > pageMs && instruction !== waiting.at(-1);
    if (isLate) return { booked, more: index + 1 < waiting.length || waiting.length === pageSize, after: instruction.place };
  }
  await lasting();
  const last = waiting.at(-1);
  return waiting.length === pageSize && last ? { booked, more: true, after: last.place } : { booked, more: false };
}

/** Oldest first, with the newest among the first: the oldest may be just those that have to be asked for, and get no answer while others do. */
function inTurn(waiting: readonly WaitingInstruction[]): WaitingInstruction[] {
  const newest = waiting.at(-1);
  if (!newest || waiting.length <= awayAfter) return [...waiting];
  return [...waiting.slice(0, awayAfter - 1), newest, ...waiting.slice(awayAfter - 1, -1)];
}

interface RunDocuments {
  items: StoredItem[];
  documents: RemittedDocument[];
}

/** The documents of those payments of a run that wait, not of all its payments; read once a run. */
function documentsOf({ db }: PaymentParts, waiting: readonly StoredInstruction[]): (runId: string) => Promise<RunDocuments> {
  const runs = new Map<string, RunDocuments>();
  return async (runId) => {
    const endToEndIds = waiting.filter((instruction) => instruction.runId === runId).map(({ endToEndId }) => endToEndId);
    const known = runs.get(runId) ?? { items: await itemsOf(db, runId, endToEndIds), documents: await documentsOfRun(db, runId, endToEndIds) };
    runs.set(runId, known);
    return known;
  };
}

interface Page {
  parts: PaymentParts;
  erp: ErpAccess;
  attempt: number;
  beat: () => void;
  documentsOf(runId: string): Promise<RunDocuments>;
}

/** A payment that got no answer from the ERP. */
interface Failed {
  instruction: StoredInstruction;
  code: ErrorCode;
  message: string;
}

/** Others are at it, or were: what they hear is recorded by them. */
const elsewhere = new Set<ErrorCode>(['effect-in-progress', 'effect-taken-over']);

/** What became of one payment in this look; `open` is asked for again by the next one. Only what keeps all of them from going on is thrown. */
async function tried(page: Page, instruction: StoredInstruction): Promise<'booked' | 'open' | 'throttled' | Failed> {
  try {
    const documents = await page.documentsOf(instruction.runId);
    const asked = { ...page, documents };
    return (await (instruction.state === 'returned' ? takeBack(asked, instruction) : book(asked, instruction))) === undefined ? 'open' : 'booked';
  } catch (error) {
    const { code, message } = recognise(error);
    if (code === 'database-unavailable') throw error;
    if (elsewhere.has(code)) return 'open';
    const { category } = errorCatalogue[code];
    if (category === 'upstream-throttled') return 'throttled';
    const failed = { instruction, code, message };
    if (category === 'upstream-unavailable') return failed;
    await fail(page.parts, failed, { whenLasting: category === 'outcome-unknown' });
    return 'open';
  }
}

/** A person looks at it, at once or when it lasts; it is tried again all the same. */
async function fail({ db, now }: PaymentParts, { instruction, code, message }: Failed, { whenLasting }: { whenLasting: boolean }): Promise<void> {
  const openForMs = now().getTime() - Date.parse(instruction.settledAt ?? now().toISOString());
  if (whenLasting && openForMs < patienceMs) return;
  await inTransaction(db, (trx) => openFailure(trx, instruction, instruction.state === 'returned' ? 'reverse' : 'pay', { code, message }, now()));
}

interface Asked extends Page {
  documents: RunDocuments;
}

/** The ERP's number of the booked payment; undefined when it refused. What has come back meanwhile is only asked for, never sent. */
function book(asked: Asked, instruction: StoredInstruction): Promise<string | undefined> {
  const { erp, documents: { items, documents } } = asked;
  const key = bookingKey(instruction);
  const numbers = new Map(documents.map(({ caseId, postedAs }) => [caseId, postedAs ?? '']));
  const own = items.filter(({ endToEndId }) => endToEndId === instruction.endToEndId);
  const correlationId = instruction.runId;
  const command = {
    entity: instruction.entity,
    externalReference: key,
    correlationId,
    supplierId: instruction.supplierId,
    amount: instruction.amount,
    documents: own.map(({ caseId, item }) => ({ documentNumber: numbers.get(caseId) ?? '', amount: item.amount, discount: item.discount?.amount ?? noMoney(item.amount.currency), withheld: item.withheld?.amount ?? noMoney(item.amount.currency) })),
    bookedOn: instruction.bookedOn ?? instruction.executionDate,
    bankReference: instruction.confirmedBy ?? '',
  };
  const send = () => (instruction.state === 'returned' ? Promise.resolve(nothingToBook) : erp.port.bookPayment!(command, { correlationId }));
  return effect(asked, instruction, { key, request: command, send, cases: own.map(({ caseId, item }) => ({ caseId, amount: item.amount })), kind: 'pay', mark: (reference) => ({ bookedAs: reference }) });
}

/** The ERP's own answer, or ours where it is not asked. */
type BookingAnswer = PostingAnswer | Withheld;
type Withheld = BookingRefusal & { outcome: 'refused'; withheld: true };

/** The ERP was asked, and its settle window has passed: it has no booking, and gets none of money that is back. */
const nothingToBook: Withheld = { outcome: 'refused', withheld: true, code: 'returned', message: 'The money has come back before it was booked.' };

/** Whether the ERP has a booking is known only when it was asked for one that was begun: money may come back between its commit and our record of it. */
async function takeBack(asked: Asked, instruction: StoredInstruction): Promise<string | undefined> {
  const { erp, beat, documents: { items } } = asked;
  const documentNumber = instruction.bookedAs ?? (await book(asked, instruction));
  if (documentNumber === undefined) return undefined;
  const key = `ap-payment:${instruction.entity}:${instruction.endToEndId}:unbook:1`;
  const correlationId = instruction.runId;
  const request = { entity: instruction.entity, documentNumber, externalReference: key, correlationId };
  // The bank may name another reason with its next message: it is told, and does not make this another request.
  const command = { ...request, reason: `returned ${instruction.reasonCode ?? ''}`.trim() };
  beat();
  const booked = await erp.port.findByExternalReference(instruction.entity, bookingKey(instruction), { correlationId });
  const send = async () => reversalOf(booked) ?? (booked?.documentNumber === documentNumber ? erp.port.reversePayment!(command, { correlationId }) : bookedOtherwise(instruction, documentNumber, booked));
  const own = items.filter(({ endToEndId }) => endToEndId === instruction.endToEndId);
  return effect(asked, instruction, { key, request, send, cases: own.map(({ caseId, item }) => ({ caseId, amount: item.amount })), kind: 'reverse', mark: (reference) => ({ unbookedAs: reference }) });
}

/** An ERP that was put back to an older copy gives its numbers again: ours may be another payment's there. */
function bookedOtherwise(instruction: StoredInstruction, documentNumber: string, booked: PostedDocument | undefined): Withheld {
  const key = bookingKey(instruction);
  const found = booked ? `knows reference ${key} as document ${booked.documentNumber}` : `has nothing under reference ${key}`;
  const remedy = booked ? `Where that is this payment, reverse it there.` : `Enter the payment there again under this reference, and reverse it there.`;
  return { outcome: 'refused', withheld: true, code: 'BOOKED-OTHERWISE', message: `The ERP booked this payment as ${documentNumber}, but ${found} now, as after a restore of an older copy. ${documentNumber} may be another payment, so nothing is reversed. ${remedy}` };
}

interface Booking {
  key: string;
  request: unknown;
  send(): Promise<BookingAnswer>;
  cases: { caseId: string; amount: StoredInstruction['amount'] }[];
  kind: BookingKind;
  mark(reference: string): { bookedAs?: string; unbookedAs?: string };
}

/** The ERP's number when it has it; undefined when it refused, which a person then looks at. */
async function effect({ parts, erp, attempt, beat }: Asked, instruction: StoredInstruction, { key, request, send, cases, kind, mark }: Booking): Promise<string | undefined> {
  const { entity, runId, endToEndId, amount } = instruction;
  const find = () => {
    beat();
    return erp.port.findByExternalReference(entity, key, { correlationId: runId });
  };
  const answer = await once<BookingAnswer, { reference: string }>(
    { db: parts.db, attempt, processEpoch: parts.processEpoch },
    {
      key, entity, caseId: runId, system: erp.system, request, settleWindowMs: erp.settleWindowMs, leaseMs: leaseFor(erp),
      async enquire() {
        beat();
        const document = await find();
        return document && { outcome: 'posted', document };
      },
      async send() {
        beat();
        const answered = await send();
        return 'withheld' in answered ? answered : judgedAnswer(answered, key, find);
      },
      outcomeOf: (posting) => (posting.outcome === 'posted' ? { reference: posting.document.documentNumber } : undefined),
      async write(trx, posting) {
        if (posting.outcome === 'refused' && posting !== nothingToBook) return openRefusal(trx, instruction, kind, posting, parts.now());
        if (posting.outcome === 'refused') {
          await closeBookingCases(trx, instruction, kind);
          return closeBookingCases(trx, instruction, 'reverse');
        }
        const reference = posting.document.documentNumber;
        await Promise.all([
          closeBookingCases(trx, instruction, kind),
          markBooked(trx, runId, endToEndId, mark(reference)),
          ...cases.map(({ caseId, amount: settled }) => savePosting(trx, { key: `${key}/${caseId}`, entity, caseId, system: erp.system, kind, status: 'posted', reference, amount: settled })),
          appendAudit(trx, entity, [{ action: `payment.${kind === 'pay' ? 'booked' : 'taken-back'}`, actor: `counterpart:${erp.system}`, case: runId, correlationId: runId, data: { key, endToEndId, reference, amount } }]),
        ]);
      },
    },
  );
  return 'reference' in answer ? answer.reference : undefined;
}
