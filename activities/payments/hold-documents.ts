import { createHash } from 'node:crypto';
import type { Trx } from '../../db/client.ts';
import { appendAudit } from '../../db/repositories/audit.ts';
import { holdsOf, placeHold } from '../../db/repositories/payables.ts';
import type { StoredInstruction } from '../../db/repositories/payments.ts';
import type { MessagePlace } from './bank-case.ts';

/** What a case says beside its finding where documents were held with it. */
export const untilLifted =
  'Its documents are on hold, each with this code as the reason, and no run pays them. Ask the bank: where the money has not left, or has come back, lift the holds and say so in the reason; where it has left, leave them and settle the documents in the ERP.';

/**
 * Money may have left for these payments although their documents are free to be paid: every document is held in the transaction that says so, and
 * only a person lets it go. The same fact again, even after that, holds nothing, and a new one holds once; a document that counts as paid is held too, for its money may come back.
 */
export async function holdDocuments(trx: Trx, { entity, source, messageId }: MessagePlace, { code, fact }: { code: string; fact: string }, payments: readonly Pick<StoredInstruction, 'endToEndId' | 'instruction'>[]): Promise<void> {
  const named = payments.flatMap(({ endToEndId, instruction }) =>
    instruction.items.map((caseId) => ({ id: `${caseId}-hold-${code}-${createHash('sha256').update(`${fact}/${endToEndId}`).digest('hex').slice(0, 16)}`, subjectId: caseId, reason: `${code}:${endToEndId}` })),
  );
  if (named.length === 0) return;
  const standing = new Set((await holdsOf(trx, entity)).map(({ subjectId, reason }) => `${subjectId} ${reason}`));
  const holds = named.filter(({ subjectId, reason }) => !standing.has(`${subjectId} ${reason}`));
  if (holds.length === 0) return;
  for (const hold of holds) await placeHold(trx, { ...hold, entity, subject: 'item', setBy: `counterpart:${source}` });
  await appendAudit(trx, entity, holds.map(({ id, subjectId, reason }) => ({ action: 'payment-hold.placed', actor: `counterpart:${source}`, case: subjectId, correlationId: `${source}/${messageId}`, data: { hold: id, subject: 'item', subjectId, reason } })));
}
