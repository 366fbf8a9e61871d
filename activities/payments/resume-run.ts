import type { Trx } from '../../db/client.ts';
import { peopleOf, readEntity } from '../../db/repositories/directory.ts';
import { lockException, resolveException } from '../../db/repositories/exceptions.ts';
import { activePolicy } from '../../db/repositories/policies.ts';
import type { Transition } from '../../domain/model/transition.ts';
import { ownsOrHolds, refusal, type HeardDecision, type Verdict } from '../decisions.ts';
import { isUnread, letIn } from '../unread-messages.ts';
import type { PaymentParts } from './parts.ts';

/**
 * Tries the step again at which a run was parked, or says what becomes of messages that could not be read. It decides nothing about the money, so that the owner, operators and treasurers
 * may say it; no policy has to be in force for that, because a missing one may be what parked the run.
 */
export async function judgeResumption({ openKept }: Pick<PaymentParts, 'openKept'>, heard: HeardDecision, entity: string): Promise<Verdict> {
  const { trx, decision, current, at } = heard;
  const exception = decision.exception === undefined ? undefined : await lockException(trx, decision.exception);
  if (!exception || exception.case !== current.case.id) return refusal('unknown-resource', 'There is no such exception.');
  if (exception.state !== 'open') return refusal('already-decided', 'This exception was closed in the meantime.');
  const unread = isUnread(exception);
  const { decision: resolution } = decision;
  const dismisses = unread && resolution === 'override';
  if (resolution !== 'retry' && !dismisses) return refusal('request-invalid', `A parked payment run is tried again by retry; ${decision.decision} means nothing to it.`);
  const roles = [exception.ownerRole, ...(dismisses ? [] : ['treasurer']), ...(await operatorQueue(trx, entity, at))];
  const person = (await peopleOf(trx, entity)).find(({ id }) => id === decision.person);
  if (!ownsOrHolds(person, exception, entity, roles)) return refusal('not-permitted', dismisses ? `These messages are dismissed by their owner (${exception.ownerRole}) alone.` : `A parked run is resumed by its owner (${exception.ownerRole}), by operators or by a treasurer.`);
  if (dismisses && !hasReason(decision.payload)) return refusal('decision-incomplete', 'Say why these messages are dismissed.');
  const why = unread && resolution === 'retry' ? await letIn(heard, exception, openKept) : undefined;
  if (why) return why;
  await resolveException(trx, exception.id, { resolution, by: decision.person, detail: { decisionId: decision.id } });
  const transitions: Transition[] = [
    { kind: 'decided', at, subject: exception.id, by: decision.person, decision: resolution, documentHash: decision.documentHash, decisionHash: decision.decisionHash, policyVersion: decision.policyVersion ?? '' },
    { kind: 'exception-closed', at, exceptionId: exception.id, code: exception.code, resolution, by: decision.person },
  ];
  return { accepted: true, answer: { accepted: true, effect: 'resumed', transitions } };
}

function hasReason({ reason }: Record<string, unknown>): boolean {
  return typeof reason === 'string' && reason.trim() !== '';
}

async function operatorQueue(trx: Trx, entity: string, at: string): Promise<string[]> {
  const company = await readEntity(trx, entity);
  const deadlines = company && (await activePolicy(trx, 'deadlines', company.policies.deadlines, at.slice(0, 10)).catch(() => undefined));
  return deadlines ? [deadlines.content.exceptions.operatorQueue] : [];
}
