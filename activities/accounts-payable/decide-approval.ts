import { closeTasks, lockTask, tasksOf } from '../../db/repositories/approvals.ts';
import { acceptDecision, decisionsOf } from '../../db/repositories/decisions.ts';
import { tellPeopleChanged } from '../../db/repositories/outbox.ts';
import type { ApprovalDecision } from '../../domain/model/approval-decision.ts';
import type { Approval } from '../../domain/model/approval.ts';
import type { Decision } from '../../domain/model/decision.ts';
import type { Money } from '../../domain/model/money.ts';
import type { Transition } from '../../domain/model/transition.ts';
import { judgeDecision } from '../../domain/rules/accounts-payable/approval-decision.ts';
import { breakGlassOf, dutiesOf, dutyRulesOf, perhapsSplitFrom } from '../../domain/rules/accounts-payable/approval-route.ts';
import { stepAnswered } from '../../domain/rules/accounts-payable/approval-steps.ts';
import { sumMoney } from '../../domain/rules/money.ts';
import { refusal, type Verdict } from '../decisions.ts';
import { arrangeApprovals } from './approvals.ts';
import type { Hearing } from './verify-decision.ts';

/** Approve or reject a task: for the version that was seen, by somebody who may, once (A3–A9). */
export async function judgeApproval(hearing: Hearing): Promise<Verdict> {
  const { trx, decision, current, facts, assessment, at } = hearing;
  const task = decision.approval === undefined ? undefined : await lockTask(trx, decision.approval);
  if (!task || task.case !== current.case.id) return refusal('unknown-resource', 'There is no such task.');
  const step = stepAnswered(assessment?.result.route.steps ?? [], task.step);
  if (!assessment || !step || !assessment.result.amountForAuthority) return refusal('stale-version', 'The document has been assessed anew and this step is no longer part of it.');

  const breakGlass = breakGlassOf(facts);
  const judgement = judgeDecision({
    decision: spoken(decision, task),
    task: { id: stepKey(task), entity: task.entity, caseId: task.case, step, role: task.candidateRole, state: task.state === 'open' ? 'open' : task.state === 'decided' ? 'decided' : 'voided', decisionHash: task.decisionHash, policyVersion: task.policyVersion, since: task.createdAt, reminded: task.remindedAt !== undefined },
    item: { entity: task.entity, decisionHash: assessment.decisionHash ?? '', amountForAuthority: assessment.result.amountForAuthority, ...aggregateOf(hearing, assessment.result.amountForAuthority) },
    earlier: await earlierDecisions(hearing),
    people: facts.people,
    delegations: facts.delegations,
    held: dutiesOf(facts),
    duties: dutyRulesOf(facts),
    ...(breakGlass ? { breakGlass } : {}),
    escalation: facts.policies.deadlines.content.approval,
    now: at,
  });
  if (judgement.outcome === 'refused') return refusal(judgement.code, judgement.message);
  if (judgement.outcome === 'repeated') return { accepted: true, answer: { accepted: true, effect: 'recorded', transitions: [] } };
  return decision.decision === 'reject' ? reject(hearing) : approve(hearing, task);
}

async function approve(hearing: Hearing, task: Approval): Promise<Verdict> {
  const { trx, current, facts, assessment, at, decision } = hearing;
  if (!assessment) return refusal('stale-version', 'The document has been assessed anew.');
  await acceptDecision(trx, decision.id);
  const approvals = await arrangeApprovals(trx, { current, facts, assessment: assessment.result, decisionHash: task.decisionHash, at });
  const waited = task.candidateRole === facts.policies.deadlines.content.approval.operatorQueue;
  if (waited && !approvals.complete) await wake(hearing);
  return {
    accepted: true,
    answer: {
      accepted: true,
      effect: approvals.complete ? 'complete' : 'recorded',
      // Said ahead of an exception or a receipt that came up meanwhile, it counts later and moves nothing now: those are still waited for.
      transitions: [decided(hearing), ...alert(hearing, task), ...(approvals.due ? [{ kind: 'awaiting' as const, at, stage: 'approval', awaiting: approvals.awaiting }] : [])],
    },
  };
}

/** What lies with the operators waits without a timer: the process looks when to remind those who are asked next (A7). */
async function wake({ trx, decision, current: { case: { id, entity, workflowId, correlationId } } }: Hearing): Promise<void> {
  await tellPeopleChanged(trx, { entity, caseId: id, workflowId, correlationId }, decision.id);
}

/** A10: who watches the events hears of it at once. */
function alert({ decision, at }: Hearing, task: Approval): Transition[] {
  return decision.payload['breakGlass'] === true ? [{ kind: 'alerted', at, alert: 'break-glass', subject: task.id, by: decision.person }] : [];
}

async function reject(hearing: Hearing): Promise<Verdict> {
  const { trx, decision, current } = hearing;
  await acceptDecision(trx, decision.id);
  await closeTasks(trx, current.case.id, 'cancelled');
  return { accepted: true, answer: { accepted: true, effect: 'rejected', ...(decision.reasonCode ? { reasonCode: decision.reasonCode } : {}), transitions: [decided(hearing)] } };
}

export function decided({ decision, at, assessment }: Hearing): Extract<Verdict, { accepted: true }>['answer']['transitions'][number] {
  return {
    kind: 'decided',
    at,
    subject: decision.approval ?? decision.exception ?? decision.update,
    by: decision.person,
    ...(decision.onBehalfOf ? { onBehalfOf: decision.onBehalfOf } : {}),
    decision: decision.decision,
    documentHash: decision.documentHash,
    decisionHash: decision.decisionHash,
    policyVersion: decision.policyVersion ?? assessment?.result.route.policyVersion ?? '',
  };
}

/** Several tasks of one step ask the same question; the rules compare by step and version. */
function stepKey({ step, decisionHash }: Pick<Approval, 'step' | 'decisionHash'>): string {
  return `${step}:${decisionHash}`;
}

function spoken(decision: Decision, task: Pick<Approval, 'step' | 'decisionHash'>): ApprovalDecision {
  const target = decision.payload['target'] as ApprovalDecision['target'];
  const reason = decision.payload['reason'];
  return {
    taskId: stepKey(task),
    person: decision.person,
    ...(decision.onBehalfOf ? { onBehalfOf: decision.onBehalfOf } : {}),
    decision: decision.decision as ApprovalDecision['decision'],
    decisionHash: decision.decisionHash,
    ...(decision.reasonCode ? { reasonCode: decision.reasonCode as NonNullable<ApprovalDecision['reasonCode']> } : {}),
    ...(target ? { target } : {}),
    ...(typeof reason === 'string' ? { comment: reason } : {}),
    ...(decision.payload['breakGlass'] === true ? { breakGlass: true } : {}),
  };
}

/** What was accepted so far on any step and still counts for this version (A8), by the step it answered. */
async function earlierDecisions({ trx, current }: Hearing): Promise<ApprovalDecision[]> {
  const tasks = new Map((await tasksOf(trx, current.case.id)).map((task) => [task.id, task]));
  const accepted = await decisionsOf(trx, current.case.id, 'accepted');
  return accepted.flatMap((decision) => {
    const task = tasks.get(decision.approval ?? '');
    return task?.state === 'decided' ? [{ ...spoken(decision, task), decisionHash: task.decisionHash }] : [];
  });
}

/** A12: together with the documents that it may have been split from. */
function aggregateOf({ facts, assessment }: Hearing, amount: Money): { aggregate?: Money } {
  if (!assessment?.result.findings.some(({ code }) => code === 'possible-splitting')) return {};
  const others = perhapsSplitFrom(facts, amount.currency).map(({ amountForAuthority }) => amountForAuthority);
  return { aggregate: sumMoney(amount.currency, [amount, ...others]) };
}
