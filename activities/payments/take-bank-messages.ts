import { inTransaction } from '../../db/client.ts';
import { notTaken, quarantineMessage, takeMessage } from '../../db/repositories/bank-messages.ts';
import { readCursor, readPlace, recordInbound } from '../../db/repositories/inbound.ts';
import type { BankMessage } from '../../adapters/ports/bank.ts';
import { toBook } from '../../db/repositories/payments.ts';
import { KontorError, problem, problemOf, type Problem } from '../../domain/errors.ts';
import { beatingMeanwhile } from '../activity.ts';
import { mayPass, recognise } from '../errors.ts';
import { requiredEntity } from '../lookup.ts';
import { technicalDueAt } from '../technical-owner.ts';
import { applyReturns, applyStatements } from './apply-entries.ts';
import { applyReport } from './apply-report.ts';
import { openBankCase } from './bank-case.ts';
import type { BankAccess, PaymentParts } from './parts.ts';
import { retryStrangers } from './strangers.ts';

/** Messages that one look takes; the next look goes on where it stopped. */
const roundsPerLook = 50;
/** It asks no more after this long: a bank that takes minutes for each answer would outlast the step. */
const longestLookMs = 120_000;
/** The bank's messages are gone through from the start once a day. */
const againAfterMs = 24 * 3_600_000;

/** Where a company's bank stands in inbox, cursors and records. */
export function bankSource(entity: string): string {
  return `bank/${entity}`;
}

/**
 * One look at the bank's messages: each is kept as it came, read and applied in a transaction of its own, and the cursor moves
 * with it. The same message again has no effect; one that cannot be read or counted on, as a whole or in a part, is kept, quarantined
 * and becomes a case.
 */
export async function takeBankMessages(parts: PaymentParts, { entity }: { entity: string }, heartbeat: () => void): Promise<{ taken: number; toBook: boolean }> {
  const bank = parts.bankOf(await requiredEntity(parts.db, entity));
  if (!bank) return { taken: 0, toBook: false };
  const source = bankSource(entity);
  const since = performance.now();
  let taken = 0;
  for (let round = 0; round < roundsPerLook; round += 1) {
    const after = await readCursor(parts.db, source);
    const { messages, cursor } = await beatingMeanwhile(heartbeat, () => bank.port.fetchMessages(after, { correlationId: `bank-${entity}` }));
    taken += await takeAll(parts, entity, source, messages, heartbeat);
    await inTransaction(parts.db, (trx) => recordInbound(trx, { source, entity, events: [], cursor }));
    if (messages.length === 0 || performance.now() - since > longestLookMs) break;
  }
  taken += await takeMissed(parts, bank, entity, heartbeat);
  await retryStrangers(parts, entity);
  return { taken, toBook: (await toBook(parts.db, entity, 1)).length > 0 };
}

/**
 * A bank that was put back to an older copy writes anew where we have read already, and no cursor leads there: beside the news all its
 * messages are gone through again, a page a look. What is known is not even read; the end of one round is an empty cursor.
 */
async function takeMissed(parts: PaymentParts, { port }: BankAccess, entity: string, heartbeat: () => void): Promise<number> {
  const source = bankSource(entity);
  const round = `${source}/again`;
  const goesOnAt = (cursor: string) => inTransaction(parts.db, (trx) => recordInbound(trx, { source: round, entity, events: [], cursor }));
  const place = await readPlace(parts.db, round);
  if (!place) await goesOnAt(''); // whatever there is has just been read
  if (!place || (place.cursor === '' && place.forMs < againAfterMs)) return 0;
  // An old page that the bank cannot give any more is no reason to stop what is new: the next round is a day later.
  const page = await beatingMeanwhile(heartbeat, () => port.fetchMessages(place.cursor || undefined, { correlationId: `bank-${entity}` })).catch(() => undefined);
  const { messages, cursor } = page ?? { messages: [], cursor: '' };
  const taken = await takeAll(parts, entity, source, await notTaken(parts.db, source, messages), heartbeat);
  await goesOnAt(messages.length === 0 ? '' : cursor);
  return taken;
}

async function takeAll(parts: PaymentParts, entity: string, source: string, messages: readonly BankMessage[], heartbeat: () => void): Promise<number> {
  let taken = 0;
  for (const message of messages) {
    if (await takeOne(parts, entity, source, message)) taken += 1;
    heartbeat();
  }
  return taken;
}

/** True when the message was news. One that fails for a reason of its own is set aside, so that it stops neither those after it nor the next look (F18). */
async function takeOne(parts: PaymentParts, entity: string, source: string, message: BankMessage): Promise<boolean> {
  try {
    return await apply(parts, entity, source, message);
  } catch (error) {
    if (mayPass(error)) throw error;
    return setAside(parts, entity, source, message, error instanceof KontorError ? problemOf(error) : problem('bank-message-not-applied', recognise(error).message));
  }
}

async function setAside(parts: PaymentParts, entity: string, source: string, { id: given, kind, text }: BankMessage, { code, category, message, remedy }: Problem): Promise<boolean> {
  const at = parts.now().toISOString();
  const dueAt = await technicalDueAt(parts, entity, at);
  return inTransaction(parts.db, async (trx) => {
    const { id, delivery } = await takeMessage(trx, { source, id: given, entity, kind, text });
    if (delivery !== 'fresh') return false;
    await quarantineMessage(trx, source, id, { code: 'bank-message-not-applied', category, message, remedy, cause: code });
    await openBankCase(trx, { entity, source, messageId: id, at, dueAt }, { key: 'not-applied', code: 'bank-message-not-applied', title: 'A message of the bank could not be applied', suggestion: `${message} ${remedy} Nothing of it counts; it is kept as it came.`, ownerRole: 'operator' });
    return true;
  });
}

async function apply(parts: PaymentParts, entity: string, source: string, { id: given, kind, text }: BankMessage): Promise<boolean> {
  const read = await parts.readMessage(text);
  const at = parts.now().toISOString();
  const dueAt = await technicalDueAt(parts, entity, at);
  return inTransaction(parts.db, async (trx) => {
    const { id, delivery } = await takeMessage(trx, { source, id: given, entity, kind, text });
    if (delivery !== 'fresh') return false;
    const place = { entity, source, messageId: id, at, dueAt };
    switch (read.kind) {
      case 'status-report':
        await applyReport(trx, place, read);
        return true;
      case 'returns':
        await applyReturns(trx, place, read);
        return true;
      case 'statements': {
        const unfit = await applyStatements(trx, place, read);
        for (const [number, { code, message, remedy }] of read.problems.entries()) await openBankCase(trx, place, { key: `part-${number + 1}`, code, title: 'A part of a bank statement cannot be read', suggestion: `${message} ${remedy}` });
        const [refused = unfit] = read.problems;
        if (refused) await quarantineMessage(trx, source, id, refused);
        return true;
      }
      case 'unreadable':
        await quarantineMessage(trx, source, id, read.problem);
        await openBankCase(trx, place, { key: 'unreadable', code: read.problem.code, title: 'A message of the bank cannot be read', suggestion: `${read.problem.message} ${read.problem.remedy} It is kept as it came.` });
        return true;
    }
  });
}
