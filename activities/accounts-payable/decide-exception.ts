import { lockKeys } from '../../db/locks.ts';
import { addOverride } from '../../db/repositories/assessments.ts';
import { readCase } from '../../db/repositories/cases.ts';
import { decisionsOf } from '../../db/repositories/decisions.ts';
import { clearPair } from '../../db/repositories/invoice-keys.ts';
import { lockException, resolveException } from '../../db/repositories/exceptions.ts';
import type { ExceptionCase } from '../../domain/model/exception-case.ts';
import { findingSchema, type Finding } from '../../domain/model/finding.ts';
import type { Transition } from '../../domain/model/transition.ts';
import { dutiesOf } from '../../domain/rules/accounts-payable/approval-route.ts';
import { exceptionResolution, rejectionFault, type Resolution, type ResolutionJudgement } from '../../domain/rules/accounts-payable/exception-resolution.ts';
import { ownsOrHolds, refusal, type Verdict } from '../decisions.ts';
import { decided } from './decide-approval.ts';
import { requiredOf } from '../lookup.ts';
import { technicalOwner } from '../technical-owner.ts';
import { isUnread, letIn } from '../unread-messages.ts';
import type { PayablesParts } from './parts.ts';
import { withoutEffect } from './record-end.ts';
import type { Hearing } from './verify-decision.ts';

/** Resolve an exception: override its findings (M20, D10), reject the document (A13), or retry after something was mended. */
export async function judgeResolution(parts: Pick<PayablesParts, 'openKept'>, hearing: Hearing): Promise<Verdict> {
  const { trx, decision, current } = hearing;
  const exception = decision.exception === undefined ? undefined : await lockException(trx, decision.exception);
  if (!exception || exception.case !== current.case.id) return refusal('unknown-resource', 'There is no such exception.');
  if (exception.state !== 'open') return refusal('already-decided', 'This exception was closed in the meantime.');
  switch (decision.decision) {
    case 'retry':
      return retry(parts, hearing, exception);
    case 'override':
      return isUnread(exception) ? dismiss(hearing, exception) : override(hearing, exception);
    case 'reject':
      return reject(hearing, exception);
    case 'duplicate':
      return confirmDuplicate(hearing, exception);
    default:
      return refusal('request-invalid', `An exception is resolved by override, retry, reject or duplicate, not by ${decision.decision}.`);
  }
}

/** The facts were mended outside, or a parked step is to be tried again: look once more. */
async function retry({ openKept }: Pick<PayablesParts, 'openKept'>, hearing: Hearing, exception: ExceptionCase): Promise<Verdict> {
  if (!mayRetry(hearing, exception)) return refusal('not-permitted', `This exception is retried by its owner (${exception.ownerRole}) or by accounts payable.`);
  const unread = isUnread(exception) ? await letIn(hearing, exception, openKept) : undefined;
  if (unread) return unread;
  const over = exception.origin !== 'process' || exception.code === 'counterpart-rejected';
  if (over) await close(hearing, exception, 'retry');
  return { accepted: true, answer: { accepted: true, effect: 'resumed', transitions: [decided(hearing), ...(over ? [closed(hearing, exception, 'retry')] : [])] } };
}

/** Messages that nobody can read are not let in, and its owner says why (S16). */
async function dismiss(hearing: Hearing, exception: ExceptionCase): Promise<Verdict> {
  const { decision, current, facts } = hearing;
  const roles = [exception.ownerRole, facts.policies.deadlines.content.exceptions.operatorQueue];
  if (!ownsOrHolds(facts.people.find(({ id }) => id === decision.person), exception, current.case.entity, roles)) return refusal('not-permitted', `These messages are dismissed by their owner (${exception.ownerRole}) alone.`);
  if (reasonOf(hearing).trim() === '') return refusal('decision-incomplete', 'Say why these messages are dismissed.');
  await close(hearing, exception, 'override');
  return { accepted: true, answer: { accepted: true, effect: 'resumed', transitions: [decided(hearing), closed(hearing, exception, 'override')] } };
}

/** The owner, and those who look after the document anyway: a retry looks again and decides nothing. */
function mayRetry(hearing: Hearing, exception: ExceptionCase): boolean {
  const { decision, current, facts } = hearing;
  const roles = [exception.ownerRole, 'ap-clerk', 'ap-lead', facts.policies.deadlines.content.exceptions.operatorQueue];
  return ownsOrHolds(facts.people.find(({ id }) => id === decision.person), exception, current.case.entity, roles);
}

async function override(hearing: Hearing, exception: ExceptionCase): Promise<Verdict> {
  const { trx, decision, current } = hearing;
  const findings = exception.findings.map((finding) => findingSchema.parse(finding));
  if (findings.length === 0) return refusal('override-not-allowed', 'There is nothing in this exception that could be overridden: mend the cause and retry.');
  const judged = findings.map((finding) => ({ finding, judgement: judgeOne(hearing, finding, { kind: 'override', reason: reasonOf(hearing), fingerprint: finding.fingerprint }) }));
  const refused = judged.map(({ judgement }) => judgement).find(({ outcome }) => outcome === 'refused');
  if (refused?.outcome === 'refused') return refusal(refused.code, refused.message);
  const place = { entity: current.case.entity, caseId: current.case.id, decisionId: decision.id };
  for (const { finding, judgement } of judged) {
    if (judgement.outcome !== 'overridden') continue;
    await addOverride(trx, place, judgement.override);
    if (judgement.complete && finding.relatedCase)
      await clearPair(trx, { entity: current.case.entity, caseId: current.case.id, otherCase: finding.relatedCase, ...(finding.code === 'duplicate-exact' ? { beside: current.case.id } : {}), decidedBy: decision.person, reason: judgement.override.reason });
  }
  return { accepted: true, answer: { accepted: true, effect: 'resumed', transitions: [decided(hearing)] } };
}

async function reject(hearing: Hearing, exception: ExceptionCase): Promise<Verdict> {
  const { decision, facts } = hearing;
  const target = decision.payload['target'];
  if (!decision.reasonCode || typeof target !== 'string') return refusal('decision-incomplete', 'A rejection names a reason code and who must act.');
  const finding = exception.findings.map((entry) => findingSchema.safeParse(entry)).find(({ success }) => success)?.data;
  const judgement = finding
    ? judgeOne(hearing, finding, { kind: 'reject', reason: reasonOf(hearing), reasonCode: decision.reasonCode as Finding['reasonCode'], target: target as 'supplier' })
    : rejectionFault({ person: decision.person, reason: reasonOf(hearing), ...submittedBy(hearing), entity: hearing.current.case.entity, people: facts.people, ownerPerson: exception.ownerPerson, ownerRole: exception.ownerRole, operators: [technicalOwner, facts.policies.deadlines.content.exceptions.operatorQueue] });
  if (judgement?.outcome === 'refused') return refusal(judgement.code, judgement.message);
  await close(hearing, exception, 'reject');
  return { accepted: true, answer: { accepted: true, effect: 'rejected', reasonCode: decision.reasonCode, transitions: [decided(hearing)] } };
}

/** It is the document that it looks like: the case ends as its duplicate (D1). */
async function confirmDuplicate(hearing: Hearing, exception: ExceptionCase): Promise<Verdict> {
  const findings = exception.findings.map((entry) => findingSchema.parse(entry));
  const finding = findings.find(({ code, relatedCase }) => relatedCase !== undefined && code.startsWith('duplicate-'));
  if (!finding) return refusal('decision-incomplete', 'Nothing in this exception says which document it would be a duplicate of.');
  // One at a time in a company: of two look-alikes that name each other the second decision sees the first.
  await lockKeys(hearing.trx, [`duplicate-confirmed/${hearing.current.case.entity}`]);
  const originalEndedAs = finding.relatedCase === undefined ? undefined : await endWithoutEffect(hearing, finding.relatedCase);
  const judgement = judgeOne(hearing, finding, { kind: 'duplicate', reason: reasonOf(hearing) }, originalEndedAs);
  if (judgement.outcome === 'refused') return refusal(judgement.code, judgement.message);
  if (judgement.outcome !== 'duplicate') return refusal('request-invalid', 'This exception is not about a duplicate.');
  await close(hearing, exception, 'duplicate');
  return { accepted: true, answer: { accepted: true, effect: 'duplicate', duplicateOf: judgement.of, transitions: [decided(hearing)] } };
}

/** How a document ended that is neither posted nor to be paid, or is about to end so, as its process has yet to hear of the decision. */
async function endWithoutEffect({ trx }: Hearing, caseId: string): Promise<string | undefined> {
  const original = requiredOf(await readCase(trx, caseId), 'case', caseId).case;
  if (original.closedAt !== undefined) return withoutEffect.has(original.state) ? original.state : undefined;
  const ended = (await decisionsOf(trx, caseId, 'accepted')).find(({ decision }) => endings.has(decision));
  return ended && endings.get(ended.decision);
}

const endings = new Map([['duplicate', 'duplicate'], ['reject', 'rejected'], ['withdraw', 'withdrawn']]);

function submittedBy({ facts }: Hearing): { submittedBy?: string } {
  return facts.submittedBy === undefined ? {} : { submittedBy: facts.submittedBy };
}

function judgeOne(hearing: Hearing, finding: Finding, resolution: Resolution, originalEndedAs?: string): ResolutionJudgement {
  const { decision, current, facts, at } = hearing;
  return exceptionResolution({
    resolution,
    finding,
    person: decision.person,
    ...submittedBy(hearing),
    ...(originalEndedAs === undefined ? {} : { originalEndedAs }),
    entity: current.case.entity,
    held: dutiesOf(facts),
    people: facts.people,
    overrides: facts.overrides,
    deadlines: facts.policies.deadlines.content,
    now: at,
  });
}

function reasonOf({ decision }: Hearing): string {
  const reason = decision.payload['reason'];
  return typeof reason === 'string' ? reason : '';
}

function closed({ at, decision }: Hearing, exception: ExceptionCase, resolution: 'retry' | 'override'): Transition {
  return { kind: 'exception-closed', at, exceptionId: exception.id, code: exception.code, resolution, by: decision.person };
}

async function close({ trx, decision }: Hearing, exception: ExceptionCase, resolution: string): Promise<void> {
  await resolveException(trx, exception.id, { resolution, by: decision.person, detail: { decisionId: decision.id } });
}
