import { createHash } from 'node:crypto';
import type { Trx } from '../../db/client.ts';
import { keepEntries, settleReturn, waitingReturns, type NewBankEntry } from '../../db/repositories/bank-messages.ts';
import { lockCase } from '../../db/repositories/cases.ts';
import { changeInstructions, lockInstructions, lockQuoted, type InstructionChange, type StoredInstruction } from '../../db/repositories/payments.ts';
import type { PaymentReturns } from '../../domain/model/bank-message.ts';
import type { BankStatement, StatementEntry } from '../../domain/model/bank-statement.ts';
import { achIdentificationOf } from '../../domain/rules/payments/ach-identification.ts';
import type { PaymentState } from '../../domain/rules/payments/bank-status.ts';
import { matchConfirmations, matchReturns, type BookedEntry, type ConfirmationCase, type MatchResult, type OutstandingPayment } from '../../domain/rules/payments/confirm.ts';
import { stillWaiting, waitingOf, type WaitingReturn } from '../../domain/rules/payments/waiting-return.ts';
import { entryIdentities } from '../../domain/rules/statements/identity.ts';
import { requiredOf } from '../lookup.ts';
import { closeBookingCases } from './booking-case.ts';
import { openBankCase, type MessagePlace } from './bank-case.ts';
import { holdDocuments, untilLifted } from './hold-documents.ts';
import { recordMoves } from './record-moves.ts';
import { tellInvoices, type PaymentNews } from './tell-invoices.ts';

/** Findings that make a statement unfit to be counted on (SI-5, SI-6): it is kept and somebody asks the bank. */
const unfit = new Set(['unbalanced', 'truncated', 'conflict']);

/**
 * Applies the bank's books: an entry with our end-to-end id and amount confirms, money back returns, everything else becomes a
 * case or waits. An advice and the statement after it tell of one booking; whatever was counted before has no second effect.
 */
export async function applyStatements(trx: Trx, place: MessagePlace, { statements, advice }: { statements: BankStatement[]; advice: boolean }): Promise<void> {
  for (const [at, statement] of statements.entries()) {
    const fault = statement.findings.find(({ code }) => unfit.has(code));
    if (fault) await openBankCase(trx, place, { key: `statement-${at + 1}-${fault.code}`, code: `statement-${fault.code}`, title: `Statement ${statement.number ?? ''} of account ${maskedAccount(statement.account)} cannot be counted on`, suggestion: `${fault.message} Ask the bank for it again; nothing of it was applied.` });
    else await applyStatement(trx, place, statement, advice);
  }
}

async function applyStatement(trx: Trx, place: MessagePlace, statement: BankStatement, advice: boolean): Promise<void> {
  const identities = entryIdentities(statement.account, statement.entries, (text) => createHash('sha256').update(text).digest('hex').slice(0, 40));
  const entries = statement.entries.map((entry, index): BookedEntry => ({ identity: identities[index] as string, entry }));
  const instructions = await lockQuoted(trx, place.entity, quotedIn(statement.entries));
  const inFull = entriesInFull(instructions);
  const told = entries.map(({ identity, entry }) => ({ identity, entry: inFull(entry) }));
  const payments = instructions.map(outstanding);
  const alone = matchConfirmations(told, payments);
  const cameBack = (await waitingReturns(trx, place.entity, idsOf(alone, instructions))).map(({ identity, waiting }) => ({ identity, entry: inFull(waiting.entry) }));
  const result = cameBack.length === 0 ? alone : matchConfirmations([...told, ...cameBack], payments);
  const outcomes = outcomesOf(result, instructions);
  const waits = waitingOf(told, result.unmatched);
  const news = await keepEntries(trx, place.entity, entries.map((entry) => kept(statement, entry, outcomes, advice, waits.get(entry.identity), place)));
  for (const one of cameBack) {
    await settleReturn(trx, place.entity, settled(one, result, outcomes));
    news.add(one.identity);
  }
  await apply(trx, place, instructions, { ...result, cases: result.cases.filter(({ identity }) => news.has(identity)) });
}

/** An entry that waited, with what was found of it; the rest of a batch waits on. */
function settled({ identity, entry }: BookedEntry, { returned, cases }: MatchResult, outcomes: ReturnType<typeof outcomesOf>): Parameters<typeof settleReturn>[2] {
  const found = new Set([...returned, ...cases].flatMap((one) => (one.identity === identity && one.endToEndId ? [one.endToEndId] : [])));
  const waiting = stillWaiting(entry, found);
  return { identity, outcome: 'unmatched', ...outcomes.get(identity), ...(waiting ? { waiting } : {}) };
}

/** Under which ids money may have come back for what is confirmed now: a bank may tell of the return first. */
function idsOf({ confirmed }: MatchResult, instructions: readonly StoredInstruction[]): string[] {
  const now = new Set(confirmed.map(({ endToEndId }) => endToEndId));
  return instructions.flatMap(({ endToEndId, instructionId }) => (now.has(endToEndId) ? [endToEndId, achIdentificationOf(endToEndId), ...(instructionId ? [instructionId] : [])] : []));
}

/** A message about money that comes back, before or beside the credit that books it (pacs.004). */
export async function applyReturns(trx: Trx, place: MessagePlace, message: PaymentReturns): Promise<void> {
  const endToEndIds = message.returns.flatMap(({ endToEndId }) => (endToEndId === undefined ? [] : [endToEndId]));
  const instructions = await lockInstructions(trx, place.entity, endToEndIds);
  const inFull = fullIds(instructions);
  const result = matchReturns({ ...message, returns: message.returns.map(inFull) }, instructions.map(outstanding));
  await apply(trx, place, instructions, { ...result, confirmed: [], repeated: [] });
  for (const { identity, endToEndId } of result.unmatched)
    await openBankCase(trx, place, { key: `return-${identity}`, code: 'return-unmatched', title: `The bank returns a payment that is in no run: ${endToEndId ?? 'without an id'}`, suggestion: 'Ask the bank which payment it means. The message is kept; the credit that books the return is matched when the payment turns up.', detail: { identity, ...(endToEndId ? { endToEndId } : {}) } });
}

async function apply(trx: Trx, place: MessagePlace, instructions: StoredInstruction[], result: MatchResult): Promise<void> {
  const byId = new Map(instructions.map((instruction) => [instruction.endToEndId, instruction]));
  const changes = new Map<string, InstructionChange>();
  const news: PaymentNews[] = [];
  for (const { endToEndId, identity, bookedOn, state } of result.confirmed) {
    changes.set(endToEndId, { endToEndId, state, confirmedBy: identity, ...(bookedOn ? { bookedOn } : {}) });
    if (state === 'confirmed') news.push({ instruction: byId.get(endToEndId)!, status: 'confirmed', reference: identity });
  }
  for (const { endToEndId, identity, reasonCode } of result.returned) {
    changes.set(endToEndId, { ...changes.get(endToEndId), endToEndId, state: 'returned', reasonCode, returnedBy: identity ?? `message:${place.messageId}` });
    news.push({ instruction: byId.get(endToEndId)!, status: 'returned', reference: reasonCode });
  }
  const touched = [...changes.values()];
  const runs = [...new Set(touched.map(({ endToEndId }) => byId.get(endToEndId)!.runId))].sort();
  for (const runId of runs) await changeInstructions(trx, runId, touched.filter(({ endToEndId }) => byId.get(endToEndId)!.runId === runId));
  await tellInvoices(trx, place, news);
  const unbooked = result.returned.map(({ endToEndId }) => byId.get(endToEndId)!).filter(({ bookedAs }) => bookedAs === null);
  for (const instruction of unbooked) await closeBookingCases(trx, instruction, 'pay'); // nobody books it any more
  for (const found of result.cases) await openCase(trx, place, found, byId);
  for (const runId of runs) await recordMoves(trx, place, requiredOf(await lockCase(trx, runId), 'case', runId));
}

async function openCase(trx: Trx, place: MessagePlace, { code, identity, endToEndId, message, hold = [] }: ConfirmationCase, payments: ReadonlyMap<string, StoredInstruction>): Promise<void> {
  await holdDocuments(trx, place, { code, fact: identity }, hold.map((id) => payments.get(id)!));
  await openBankCase(trx, place, {
    key: `${code}-${endToEndId ?? identity}`, code, title: `${code.replaceAll('-', ' ')}: ${endToEndId ?? 'entry of the bank'}`, suggestion: hold.length === 0 ? message : `${message} ${untilLifted}`,
    detail: { identity, ...(endToEndId ? { endToEndId } : {}), ...(hold.length === 0 ? {} : { held: hold }) },
  });
}

/** Formats with short fields quote the first characters of an end-to-end id: the payment that they stand for names it in full. */
export function fullIds(instructions: readonly Pick<StoredInstruction, 'endToEndId'>[]) {
  const known = new Map(instructions.flatMap(({ endToEndId }) => [[achIdentificationOf(endToEndId), endToEndId], [endToEndId, endToEndId]]));
  return <Quoting extends { endToEndId?: string | undefined }>(quoting: Quoting): Quoting => {
    const full = quoting.endToEndId === undefined ? undefined : known.get(quoting.endToEndId);
    return full === undefined ? quoting : { ...quoting, endToEndId: full };
  };
}

/** An entry and its payments with their ids in full; where a format has no field for the id, banks quote it as their own reference. */
function entriesInFull(instructions: readonly StoredInstruction[]) {
  const inFull = fullIds(instructions);
  const ids = new Set(instructions.map(({ endToEndId }) => endToEndId));
  return (entry: StatementEntry): StatementEntry => {
    const quoted = entry.endToEndId ?? inFull({ endToEndId: entry.references.bank }).endToEndId;
    const own = entry.endToEndId === undefined && quoted !== undefined && ids.has(quoted) ? { ...entry, endToEndId: quoted } : inFull(entry);
    return entry.details ? { ...own, details: entry.details.map((detail) => inFull(detail)) } : own;
  };
}

function outstanding({ endToEndId, paymentInformationId, instructionId, amount, state, confirmedBy, returnedBy }: StoredInstruction): OutstandingPayment {
  return {
    endToEndId,
    paymentInformationId: paymentInformationId ?? '',
    amount,
    state: state as PaymentState,
    ...(confirmedBy ? { confirmedBy } : {}),
    ...(returnedBy && !returnedBy.startsWith('message:') ? { returnedBy } : {}),
    aliases: [achIdentificationOf(endToEndId), ...(instructionId ? [instructionId] : [])],
  };
}

function quotedIn(entries: readonly StatementEntry[]): { endToEndIds: string[]; aliases: string[]; batches: string[] } {
  const parts = entries.flatMap((entry) => [entry, ...(entry.details ?? [])]);
  const listed = (ids: (string | undefined)[]) => [...new Set(ids.filter((id) => id !== undefined))];
  return {
    endToEndIds: listed(parts.map(({ endToEndId }) => endToEndId)),
    aliases: listed(parts.flatMap(({ references }) => [references.trace, references.originalTrace, references.customer, references.instruction, references.bank])),
    batches: listed(parts.map(({ references }) => references.paymentInformation)),
  };
}

/** What became of each entry by its identity, and of which run its payment is. */
function outcomesOf(result: MatchResult, instructions: readonly StoredInstruction[]): Map<string, Pick<NewBankEntry, 'outcome' | 'runId'>> {
  const runs = new Map(instructions.map(({ endToEndId, runId }) => [endToEndId, runId]));
  const ours = (outcome: NewBankEntry['outcome']) => ({ identity, endToEndId }: { identity?: string; endToEndId: string }) => [identity ?? '', { outcome, runId: runs.get(endToEndId) ?? '' }] as const;
  const others = (outcome: NewBankEntry['outcome']) => ({ identity }: { identity: string }) => [identity, { outcome }] as const;
  // A batch entry may confirm some payments and leave others: what it confirms counts.
  return new Map([...result.unmatched.map(others('unmatched')), ...result.cases.map(others('mismatch')), ...result.returned.map(ours('returns')), ...result.confirmed.map(ours('confirms'))]);
}

function kept(statement: BankStatement, { identity, entry }: BookedEntry, outcomes: Map<string, Pick<NewBankEntry, 'outcome' | 'runId'>>, advice: boolean, waiting: WaitingReturn | undefined, { messageId }: MessagePlace): NewBankEntry {
  const bookingDate = entry.bookingDate ?? entry.valueDate;
  return {
    identity, account: statement.account, messageId, amount: entry.amount, reference: entry.references.bank ?? identity, onStatement: !advice && entry.status === 'booked', outcome: 'other',
    ...outcomes.get(identity),
    ...(statement.number ? { statement: statement.number } : {}),
    ...(bookingDate ? { bookingDate } : {}),
    ...(entry.endToEndId ? { endToEndId: entry.endToEndId } : {}),
    ...(waiting ? { waiting } : {}),
  };
}

/** Account numbers stay out of titles: the last four characters tell which one it is. */
function maskedAccount(account: string): string {
  return `…${account.slice(-4)}`;
}
