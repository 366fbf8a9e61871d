import { createHash } from 'node:crypto';
import type { Trx } from '../../db/client.ts';
import { keepEntries, settleReturn, waitingReturns, type BankEntryDetail, type NewBankEntry } from '../../db/repositories/bank-messages.ts';
import { lockCase } from '../../db/repositories/cases.ts';
import { readEntity } from '../../db/repositories/directory.ts';
import { changeInstructions, lockInstructions, lockQuoted, type InstructionChange, type QuotedInstruction, type StoredInstruction } from '../../db/repositories/payments.ts';
import { problem, type Problem } from '../../domain/errors.ts';
import type { PaymentReturns } from '../../domain/model/bank-message.ts';
import type { BankStatement, StatementEntry } from '../../domain/model/bank-statement.ts';
import { achIdentificationOf } from '../../domain/rules/payments/ach-identification.ts';
import type { PaymentState } from '../../domain/rules/payments/bank-status.ts';
import { instructedIn } from '../../domain/rules/payments/claims.ts';
import { matchConfirmations, matchReturns, type BookedEntry, type ConfirmationCase, type MatchResult, type OutstandingPayment } from '../../domain/rules/payments/confirm.ts';
import { stillWaiting, waitingOf, type WaitingReturn } from '../../domain/rules/payments/waiting-return.ts';
import { entryIdentities } from '../../domain/rules/statements/identity.ts';
import { requiredOf } from '../lookup.ts';
import { closeBookingCases } from './booking-case.ts';
import { bankCaseId, maskedAccount, openBankCase, type MessagePlace } from './bank-case.ts';
import { holdDocuments, untilLifted } from './hold-documents.ts';
import type { ReadMessage } from './parts.ts';
import { recordMoves } from './record-moves.ts';
import { linkOf, takeStatement, type Link } from './statement-chain.ts';
import { tellInvoices, type PaymentNews } from './tell-invoices.ts';

/** Formats in which a credit with our id and amount may be a return though nothing marks it: BAI2 and MT940 have no field for the reason, and few banks use their codes for it. */
const unmarkedReturns = /^(bai2|mt94[02])$/;

/** Findings that make a statement unfit to be counted on (SI-5): it is kept and somebody asks the bank. */
const unfit = { unbalanced: 'statement-unbalanced', truncated: 'statement-truncated', conflict: 'statement-conflict' } as const;

type ReadStatements = Pick<Extract<ReadMessage, { kind: 'statements' }>, 'format' | 'statements' | 'advice'>;

/**
 * Applies the bank's books: an entry with our end-to-end id and amount confirms, money back returns, everything else becomes a
 * case or waits. An advice and the statement after it tell of one booking; whatever was counted before has no second effect. Answers
 * why a statement of the message cannot be counted on, the first one; the others count.
 */
export async function applyStatements(trx: Trx, place: MessagePlace, { format, statements, advice }: ReadStatements): Promise<Problem | undefined> {
  let refused: Problem | undefined;
  for (const [at, statement] of statements.entries()) {
    const part = at + 1;
    const link = advice ? undefined : linkOf(place, statement, { format, part });
    const fault = await faultOf(trx, place, { statement, link, part });
    refused ??= fault;
    if (!fault) await applyStatement(trx, place, statement, { format, advice });
  }
  return refused;
}

/** Why nothing of a statement is applied; it is a case then. Whether it contradicts another one is judged by all that were ever taken, where it has a place among them. */
async function faultOf(trx: Trx, place: MessagePlace, { statement, link, part }: { statement: BankStatement; link: Link | undefined; part: number }): Promise<Problem | undefined> {
  const name = `${statement.number === undefined ? 'A statement' : `Statement ${statement.number}`} of account ${maskedAccount(statement.account)}`;
  const ask = async (code: keyof typeof unfit, message: string): Promise<string> => {
    const key = `statement-${part}-${code}`;
    await openBankCase(trx, place, { key, code: unfit[code], title: `${name} cannot be counted on`, suggestion: `${message} Ask the bank for it again; nothing of it was applied.` });
    return bankCaseId(place, key);
  };
  for (const { code, message } of statement.findings) {
    if (!isUnfit(code) || (code === 'conflict' && link)) continue;
    const askedBy = await ask(code, message);
    if (link) await takeStatement(trx, place, link, askedBy);
    return problem(unfit[code], message);
  }
  if (!link || (await takeStatement(trx, place, link)) !== 'conflict') return undefined;
  const message = `${name} was read before with other content.`;
  await ask('conflict', message);
  return problem(unfit.conflict, message);
}

function isUnfit(code: string): code is keyof typeof unfit {
  return Object.hasOwn(unfit, code);
}

async function applyStatement(trx: Trx, place: MessagePlace, statement: BankStatement, { format, advice }: Omit<ReadStatements, 'statements'>): Promise<void> {
  const identities = entryIdentities(statement.account, statement.entries, (text) => createHash('sha256').update(text).digest('hex').slice(0, 40));
  const { account } = statement;
  const plainReturns = unmarkedReturns.test(format);
  const entries = statement.entries.map((entry, index): BookedEntry => ({ identity: identities[index] as string, entry, account, plainReturns }));
  const instructions = await lockQuoted(trx, place.entity, quotedIn(statement.entries));
  const inFull = entriesInFull(instructions);
  const told = entries.map((one) => ({ ...one, entry: inFull(one.entry) }));
  const payments = await withAccounts(trx, place.entity, instructions);
  const alone = matchConfirmations(told, payments);
  const cameBack = (await waitingReturns(trx, place.entity, idsOf(alone, instructions))).map(({ identity, account, waiting }) => ({ identity, account, entry: inFull(waiting.entry), waited: true }));
  const result = cameBack.length === 0 ? alone : matchConfirmations([...told, ...cameBack], payments);
  const outcomes = outcomesOf(result, instructions);
  const waits = waitingOf(told, result.unmatched);
  const details = detailsOf(told, result, instructions);
  const news = await keepEntries(trx, place.entity, entries.map((entry) => ({ ...kept(statement, entry, outcomes, advice, waits.get(entry.identity), place), detail: details.get(entry.identity) ?? {} })));
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

/** With the accounts that each payment goes between: an entry of another one is none of it. */
async function withAccounts(trx: Trx, entity: string, instructions: readonly QuotedInstruction[]): Promise<OutstandingPayment[]> {
  if (instructions.length === 0) return [];
  const own = (await readEntity(trx, entity))?.bank?.accounts ?? [];
  const payers = new Map(own.map((account) => [account.id, account.iban ?? account.account]));
  return instructions.map((instruction) => {
    const payer = payers.get(instruction.payerAccount);
    const { account } = instruction.instruction;
    const payee = account.iban ?? account.account;
    return { ...outstanding(instruction), accounts: { ...(payer ? { payer } : {}), ...(payee ? { payee } : {}) } };
  });
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

/** What the daily comparison must know of each entry, by its identity. */
function detailsOf(entries: readonly BookedEntry[], { unmatched }: MatchResult, instructions: readonly StoredInstruction[]): Map<string, BankEntryDetail> {
  const ids = new Set(instructions.map(({ endToEndId }) => endToEndId));
  const batches = new Set(instructions.map(({ paymentInformationId }) => paymentInformationId));
  const foreign = new Set(unmatched.flatMap(({ identity, detail, reason }) => (reason === 'not-ours' && detail === undefined ? [identity] : [])));
  return new Map(entries.map(({ identity, entry }) => {
    const { paymentInformation: batch } = entry.references;
    const isBatch = batch !== undefined && batches.has(batch);
    const lists = entry.details?.some(({ endToEndId }) => endToEndId !== undefined && ids.has(endToEndId)) ?? false;
    const isNamed = isBatch || lists || (entry.endToEndId !== undefined && ids.has(entry.endToEndId));
    const instructed = instructedIn(entry);
    const detail: BankEntryDetail = { ...(entry.reversal ? { reversal: entry.reversal } : {}), ...(isBatch ? { batch } : {}), ...(lists ? { lists } : {}), ...(isNamed && foreign.has(identity) ? { elsewhere: true as const } : {}), ...(instructed ? { instructed } : {}) };
    return [identity, detail];
  }));
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
