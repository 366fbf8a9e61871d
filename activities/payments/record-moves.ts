import type { Trx } from '../../db/client.ts';
import type { CaseWithProgress } from '../../db/repositories/cases.ts';
import { enqueue } from '../../db/repositories/outbox.ts';
import { countStates } from '../../db/repositories/payments.ts';
import type { Transition } from '../../domain/model/transition.ts';
import { recordTransitions } from '../transitions.ts';
import type { MessagePlace } from './bank-case.ts';

/**
 * Says on the run what the message changed, and wakes the run: one signal a message, however many payments moved. What a message says of a payment
 * that was found only later is news of its own: `found` is its end-to-end id.
 */
export async function recordMoves(trx: Trx, { entity, source, messageId, at }: MessagePlace, current: CaseWithProgress, found?: string): Promise<void> {
  const { id, workflowId, correlationId, closedAt } = current.case;
  const states = Object.fromEntries((await countStates(trx, id)).map(({ state, count }) => [state, count]));
  if (closedAt === undefined)
    await enqueue(trx, { entity, caseId: id, kind: 'signal-workflow', key: [source, messageId, id, ...(found === undefined ? [] : [found])].join('/'), workflowId, payload: { signal: 'bankStatus', input: { messageId } }, correlationId });
  const transitions: Transition[] = [{ kind: 'payments-moved', at, source: messageId, states }];
  await recordTransitions(trx, current, transitions, { actor: `counterpart:${source}` });
}
