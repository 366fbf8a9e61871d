import { inTransaction, type Trx } from '../../db/client.ts';
import { quarantineMessage, takeMessage } from '../../db/repositories/bank-messages.ts';
import { readCursor, recordInbound } from '../../db/repositories/inbound.ts';
import type { BankMessage } from '../../adapters/ports/bank.ts';
import type { Problem } from '../../domain/errors.ts';
import { toBook } from '../../db/repositories/payments.ts';
import { requiredEntity } from '../lookup.ts';
import { technicalDueAt } from '../technical-owner.ts';
import { applyReturns, applyStatements } from './apply-entries.ts';
import { applyReport } from './apply-report.ts';
import { openBankCase, type MessagePlace } from './bank-case.ts';
import type { PaymentParts } from './parts.ts';
import { retryStrangers } from './strangers.ts';

/** Messages that one look takes; the next look goes on where it stopped. */
const roundsPerLook = 50;

/** Where a company's bank stands in inbox, cursors and records. */
export function bankSource(entity: string): string {
  return `bank/${entity}`;
}

/**
 * One look at the bank's messages: each is kept as it came, read and applied in a transaction of its own, and the cursor moves
 * with it. The same message again has no effect; one that cannot be read is kept, quarantined and becomes a case.
 */
export async function takeBankMessages(parts: PaymentParts, { entity }: { entity: string }, heartbeat: () => void): Promise<{ taken: number; toBook: boolean }> {
  const bank = parts.bankOf(await requiredEntity(parts.db, entity));
  if (!bank) return { taken: 0, toBook: false };
  const source = bankSource(entity);
  let taken = 0;
  for (let round = 0; round < roundsPerLook; round += 1) {
    const { messages, cursor } = await bank.port.fetchMessages(await readCursor(parts.db, source), { correlationId: `bank-${entity}` });
    for (const message of messages) {
      if (await takeOne(parts, entity, source, message)) taken += 1;
      heartbeat();
    }
    await inTransaction(parts.db, (trx) => recordInbound(trx, { source, entity, events: [], cursor }));
    if (messages.length === 0) break;
  }
  await retryStrangers(parts, entity);
  return { taken, toBook: (await toBook(parts.db, entity, 1)).length > 0 };
}

/** True when the message was news. */
async function takeOne(parts: PaymentParts, entity: string, source: string, { id, kind, text }: BankMessage): Promise<boolean> {
  const read = await parts.readMessage(text);
  const at = parts.now().toISOString();
  const dueAt = await technicalDueAt(parts, entity, at);
  return inTransaction(parts.db, async (trx) => {
    if ((await takeMessage(trx, { source, id, entity, kind, text })) !== 'fresh') return false;
    const place = { entity, source, messageId: id, at, dueAt };
    switch (read.kind) {
      case 'status-report':
        await applyReport(trx, place, read);
        return true;
      case 'returns':
        await applyReturns(trx, place, read);
        return true;
      case 'statements':
        await applyStatements(trx, place, read);
        for (const [number, problem] of read.problems.entries()) await openBankCase(trx, place, { key: `part-${number + 1}`, code: problem.code, title: 'A part of a bank statement cannot be read', suggestion: `${problem.message} ${problem.remedy}` });
        return true;
      case 'unreadable':
        await quarantine(trx, place, read.problem);
        return true;
    }
  });
}

async function quarantine(trx: Trx, place: MessagePlace, problem: Problem): Promise<void> {
  await quarantineMessage(trx, place.source, place.messageId, problem);
  await openBankCase(trx, place, { key: 'unreadable', code: problem.code, title: 'A message of the bank cannot be read', suggestion: `${problem.message} ${problem.remedy} It is kept as it came.` });
}
