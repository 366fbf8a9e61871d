import type { Trx } from '../../db/client.ts';
import { appendAudit } from '../../db/repositories/audit.ts';
import { openException } from '../../db/repositories/exceptions.ts';
import type { PaymentParts } from './parts.ts';

/** Where a message came from and when, for everything that is recorded of it. */
export interface MessagePlace {
  entity: string;
  source: string;
  messageId: string;
  at: string;
  invoiceToPay: PaymentParts['invoiceToPay'];
  /** When a person has to have looked at what it leaves open. */
  dueAt: string;
}

/** A case without a process: something at the bank that no payment of ours explains. */
export async function openBankCase(trx: Trx, { entity, source, messageId, dueAt }: MessagePlace, found: { key: string; code: string; title: string; suggestion: string; detail?: Record<string, unknown> }): Promise<void> {
  const correlationId = `${source}/${messageId}`;
  await openException(trx, {
    id: bankCaseId({ source, messageId }, found.key), entity, origin: 'payment', code: found.code, reasonCode: 'PAY', actionCode: 'NOA', title: found.title, suggestion: found.suggestion,
    findings: [], ownerRole: 'treasurer', dueAt, source: { channel: 'bank', messageId, ...found.detail }, correlationId,
  });
  await appendAudit(trx, entity, [{ action: 'bank.exception-opened', actor: `counterpart:${source}`, correlationId, data: { messageId, code: found.code, key: found.key } }]);
}

/** The same finding of the same message is the same case. */
export function bankCaseId({ source, messageId }: Pick<MessagePlace, 'source' | 'messageId'>, key: string): string {
  return `${source}/${messageId}/${key}`.replaceAll('/', '-').slice(0, 100);
}
