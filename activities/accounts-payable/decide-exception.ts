import { addOverride } from '../../db/repositories/assessments.ts';
import { clearPair } from '../../db/repositories/invoice-keys.ts';
import { lockException, resolveException } from '../../db/repositories/exceptions.ts';
import type { ExceptionCase } from '../../domain/model/exception-case.ts';
import { findingSchema, type Finding } from '../../domain/model/finding.ts';
import type { Transition } from '../../domain/model/transition.ts';
import { dutiesOf } from '../../domain/rules/accounts-payable/approval-route.ts';
import { exceptionResolution, type Resolution, type ResolutionJudgement } from '../../domain/rules/accounts-payable/exception-resolution.ts';
import { ownsOrHolds, refusal, type Verdict } from '../decisions.ts';
import { decided } from './decide-approval.ts';
import type { Hearing } from './verify-decision.ts';

/** Resolve an exception: override its findings (M20, D10), reject the document (A13), or retry after something was mended. */
export async function judgeResolution(hearing: Hearing): Promise<Verdict> {
  const { trx, decision, current } = hearing;
  const exception = decision.exception === undefined ? undefined : await lockException(trx, decision.exception);
  if (!exception || exception.case !== current.case.id) return refusal('unknown-resource', 'There is no such exception.');
  if (exception.state !== 'open') return refusal('already-decided', 'This exception was closed in the meantime.');
  switch (decision.decision) {
    case 'retry':
      return retry(hearing, exception);
    case 'override':
      return override(hearing, exception);
    case 'reject':
      return reject(hearing, exception);
    case 'duplicate':
      return confirmDuplicate(hearing, exception);
    default:
      return refusal('request-invalid', `An exception is resolved by override, retry, reject or duplicate, not by ${decision.decision}.`);
  }
}

/** The facts were mended outside, or a parked step is to be tried again: look once more. */
async function retry(hearing: Hearing, exception: ExceptionCase): Promise<Verdict> {
  if (!mayRetry(hearing, exception)) return refusal('not-permitted', `This exception is retried by its owner (${exception.ownerRole}) or by accounts payable.`);
  const over = exception.origin !== 'process' || exception.code === 'counterpart-rejected';
  if (over) await close(hearing, exception, 'retry');
  const closed: Transition[] = over ? [{ kind: 'exception-closed', at: hearing.at, exceptionId: exception.id, code: exception.code, resolution: 'retry', by: hearing.decision.person }] : [];
  return { accepted: true, answer: { accepted: true, effect: 'resumed', transitions: [decided(hearing), ...closed] } };
}

/** The owner, and those who look after the document anyway: a retry looks again and decides nothing. */
function mayRetry({ decision, current, facts }: Hearing, exception: ExceptionCase): boolean {
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
    if (judgement.complete && finding.relatedCase && finding.code !== 'duplicate-exact')
      await clearPair(trx, { entity: current.case.entity, caseId: current.case.id, otherCase: finding.relatedCase, decidedBy: decision.person, reason: judgement.override.reason });
  }
  return { accepted: true, answer: { accepted: true, effect: 'resumed', transitions: [decided(hearing)] } };
}

async function reject(hearing: Hearing, exception: ExceptionCase): Promise<Verdict> {
  const { decision } = hearing;
  const target = hearing.decision.payload['target'];
  if (!decision.reasonCode || typeof target !== 'string') return refusal('decision-incomplete', 'A rejection names a reason code and who must act.');
  const finding = exception.findings.map((entry) => findingSchema.safeParse(entry)).find(({ success }) => success)?.data;
  if (finding) {
    const judgement = judgeOne(hearing, finding, { kind: 'reject', reason: reasonOf(hearing), reasonCode: decision.reasonCode as Finding['reasonCode'], target: target as 'supplier' });
    if (judgement.outcome === 'refused') return refusal(judgement.code, judgement.message);
  }
  await close(hearing, exception, 'reject');
  return { accepted: true, answer: { accepted: true, effect: 'rejected', reasonCode: decision.reasonCode, transitions: [decided(hearing)] } };
}

/** It is the document that it looks like: the case ends as its duplicate (D1). */
async function confirmDuplicate(hearing: Hearing, exception: ExceptionCase): Promise<Verdict> {
  const findings = exception.findings.map((entry) => findingSchema.parse(entry));
  const finding = findings.find(({ code, relatedCase }) => relatedCase !== undefined && code.startsWith('duplicate-'));
  if (!finding) return refusal('decision-incomplete', 'Nothing in this exception says which document it would be a duplicate of.');
  const judgement = judgeOne(hearing, finding, { kind: 'duplicate', reason: reasonOf(hearing) });
  if (judgement.outcome === 'refused') return refusal(judgement.code, judgement.message);
  if (judgement.outcome !== 'duplicate') return refusal('request-invalid', 'This exception is not about a duplicate.');
  await close(hearing, exception, 'duplicate');
  return { accepted: true, answer: { accepted: true, effect: 'duplicate', duplicateOf: judgement.of, transitions: [decided(hearing)] } };
}

function judgeOne({ decision, current, facts, at }: Hearing, finding: Finding, resolution: Resolution): ResolutionJudgement {
  return exceptionResolution({
    resolution,
    finding,
    person: decision.person,
    ...(facts.submittedBy === undefined ? {} : { submittedBy: facts.submittedBy }),
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

async function close({ trx, decision }: Hearing, exception: ExceptionCase, resolution: string): Promise<void> {
  await resolveException(trx, exception.id, { resolution, by: decision.person, detail: { decisionId: decision.id } });
}
