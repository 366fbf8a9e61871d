import { createHash } from 'node:crypto';
import type { Trx } from '../../db/client.ts';
import { appendAudit } from '../../db/repositories/audit.ts';
import { openException } from '../../db/repositories/exceptions.ts';

/** Where a message came from and when, for everything that is recorded of it. */
export interface MessagePlace {
  entity: string;
  source: string;
  messageId: string;
  at: string;
  /** When a person has to have looked at what it leaves open. */
  dueAt: string;
}

/** A case without a process: something at the bank that no payment of ours explains. */
export async function openBankCase(trx: Trx, { entity, source, messageId, dueAt }: MessagePlace, found: { key: string; code: string; title: string; suggestion: string; ownerRole?: string; detail?: Record<string, unknown> }): Promise<void> {
  const correlationId = `${source}/${messageId}`;
  await openException(trx, {
    id: bankCaseId({ source, messageId }, found.key), entity, origin: 'payment', code: found.code, reasonCode: 'PAY', actionCode: 'NOA', title: found.title, suggestion: found.suggestion,
    findings: [], ownerRole: found.ownerRole ?? 'treasurer', dueAt, source: { channel: 'bank', messageId, ...found.detail }, correlationId,
  });
  await appendAudit(trx, entity, [{ action: 'bank.exception-opened', actor: `counterpart:${source}`, correlationId, data: { messageId, code: found.code, key: found.key } }]);
}

const longestId = 100;

/** The same finding of the same message is the same case, another one never is: what is too long for an id ends in the hash of the whole. */
export function bankCaseId({ source, messageId }: Pick<MessagePlace, 'source' | 'messageId'>, key: string): string {
  const whole = `${source}/${messageId}/${key}`;
  const id = whole.replaceAll('/', '-');
  if (id.length <= longestId) return id;
  const hash = createHash('sha256').update(whole).digest('hex').slice(0, 16);
  return `${id.slice(0, longestId - hash.length - 1)}-${hash}`;
}

/** Account numbers stay out of titles: the last four characters tell which one it is. */
export function maskedAccount(account: string): string {
  return `…${account.slice(-4)}`;
}
