import { inTransaction } from '../../db/client.ts';
import { appendAudit } from '../../db/repositories/audit.ts';
import { lockCase } from '../../db/repositories/cases.ts';
import { nextExceptionNumber, openException, openExceptionsOf, setExceptionSource } from '../../db/repositories/exceptions.ts';
import { errorCatalogue, type ErrorCode } from '../../domain/errors.ts';
import { requiredOf } from '../lookup.ts';
import { technicalDueAt, technicalOwner } from '../technical-owner.ts';
import { unreadCode, withUnread } from '../unread-messages.ts';
import type { RefusedMessageCommand } from './commands.ts';
import type { PayablesParts } from './parts.ts';

/**
 * Somebody sent a message to the process of a case around the API, and it was not let in (S16): an exception with an owner, and an audit
 * event, which is all there is of one that comes when the case has just ended. The case itself goes on as if nothing had come. While the exception is open, further messages of its kind are the same one;
 * what may be let in later is kept with it.
 */
export async function recordRefusedMessage(parts: PayablesParts, { entity, caseId, step, code, message, args }: RefusedMessageCommand): Promise<{ exceptionId?: string }> {
  const dueAt = await technicalDueAt(parts, entity, parts.now().toISOString());
  return inTransaction(parts.db, async (trx) => {
    const { case: current } = requiredOf(await lockCase(trx, caseId), 'case', caseId);
    const kind = `${caseId}-m-${step}-${code}-`;
    const open = (await openExceptionsOf(trx, caseId)).filter(({ id }) => id.startsWith(kind));
    if (open[0]) {
      if (args) await setExceptionSource(trx, open[0].id, withUnread(open[0].source, step, args));
      return { exceptionId: open[0].id };
    }
    const { workflowId, correlationId, closedAt } = current;
    const tell = (exception?: string) => appendAudit(trx, entity, [{ action: 'message.refused', actor: 'system:process', case: caseId, correlationId, data: { message: step, code, ...(exception === undefined ? {} : { exception }) } }]);
    if (closedAt !== undefined && !args) {
      await tell(); // nobody can answer it any more
      return {};
    }
    const { title, remedy } = errorCatalogue[code as ErrorCode];
    const exceptionId = `${kind}${await nextExceptionNumber(trx, caseId)}`;
    await openException(trx, {
      id: exceptionId,
      entity,
      case: caseId,
      workflowId,
      origin: 'technical',
      code,
      reasonCode: 'OTH',
      actionCode: 'NOA',
      title: `${title} (message ${step})`,
      suggestion: `${message} It was not let in and moved nothing. ${remedy} ${code === unreadCode ? keptUntil : 'Then close this by a retry.'}`,
      findings: [],
      ...(args ? { source: withUnread({}, step, args) } : {}),
      ownerRole: technicalOwner,
      dueAt,
      correlationId,
    });
    await tell(exceptionId);
    return { exceptionId };
  });
}

/** Until then it lies with the exception as it came. */
const keptUntil = 'Then a retry lets the message in. Is the key nobody\'s, somebody else wrote it: find out who, and dismiss the message by an override with a reason.';
