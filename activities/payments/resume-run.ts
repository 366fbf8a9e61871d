import type { Trx } from '../../db/client.ts';
import { peopleOf, readEntity } from '../../db/repositories/directory.ts';
import { lockException, resolveException } from '../../db/repositories/exceptions.ts';
import { activePolicy } from '../../db/repositories/policies.ts';
import type { Transition } from '../../domain/model/transition.ts';
import { ownsOrHolds, refusal, type HeardDecision, type Verdict } from '../decisions.ts';

/**
 * Tries the step again at which a run was parked. It decides nothing about the money, so that the owner, operators and treasurers
 * may say it; no policy has to be in force for that, because a missing one may be what parked the run.
 */
export async function judgeResumption({ trx, decision, current, at }: HeardDecision, entity: string): Promise<Verdict> {
  const exception = decision.exception === undefined ? undefined : await lockException(trx, decision.exception);
  if (!exception || exception.case !== current.case.id) return refusal('unknown-resource', 'There is no such exception.');
  if (exception.state !== 'open') return refusal('already-decided', 'This exception was closed in the meantime.');
  if (decision.decision !== 'retry') return refusal('request-invalid', `A parked payment run is tried again by retry; ${decision.decision} means nothing to it.`);
  const roles = [exception.ownerRole, 'treasurer', ...(await operatorQueue(trx, entity, at))];
  if (!ownsOrHolds((await peopleOf(trx, entity)).find(({ id }) => id === decision.person), exception, entity, roles)) return refusal('not-permitted', `A parked run is resumed by its owner (${exception.ownerRole}), by operators or by a treasurer.`);

  await resolveException(trx, exception.id, { resolution: 'retry', by: decision.person, detail: { decisionId: decision.id } });
  const transitions: Transition[] = [
    { kind: 'decided', at, subject: exception.id, by: decision.person, decision: 'retry', documentHash: decision.documentHash, decisionHash: decision.decisionHash, policyVersion: decision.policyVersion ?? '' },
    { kind: 'exception-closed', at, exceptionId: exception.id, code: exception.code, resolution: 'retry', by: decision.person },
  ];
  return { accepted: true, answer: { accepted: true, effect: 'resumed', transitions } };
}

async function operatorQueue(trx: Trx, entity: string, at: string): Promise<string[]> {
  const company = await readEntity(trx, entity);
  const deadlines = company && (await activePolicy(trx, 'deadlines', company.policies.deadlines, at.slice(0, 10)).catch(() => undefined));
  return deadlines ? [deadlines.content.exceptions.operatorQueue] : [];
}
