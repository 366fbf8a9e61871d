import type { Db, Trx } from '../../db/client.ts';
import { openTasks, rebindTasks, tasksOf, voidTasks, type NewTask } from '../../db/repositories/approvals.ts';
import { assessmentsOfVersions } from '../../db/repositories/assessments.ts';
import type { CaseWithProgress } from '../../db/repositories/cases.ts';
import { decisionsOf } from '../../db/repositories/decisions.ts';
import type { ApprovalDecision } from '../../domain/model/approval-decision.ts';
import { addBusinessMinutes } from '../../domain/calendar/business-hours.ts';
import type { ApprovalStep } from '../../domain/model/approval-route.ts';
import type { Approval } from '../../domain/model/approval.ts';
import type { Assessment } from '../../domain/model/assessment.ts';
import type { InvoiceFacts } from '../../domain/model/invoice-facts.ts';
import type { Awaited, Transition } from '../../domain/model/transition.ts';
import { lackingApprovers } from '../../domain/rules/accounts-payable/approval-decision.ts';
import { breakGlassOf } from '../../domain/rules/accounts-payable/approval-route.ts';
import { bindApprovals } from '../../domain/rules/accounts-payable/approval-binding.ts';
import { stepAnswered, stepAsked } from '../../domain/rules/accounts-payable/approval-steps.ts';
import { decisionSubject } from '../../domain/rules/accounts-payable/decision-subject.ts';
import { describeMoney } from '../../domain/rules/money.ts';

/** Where the approvals of a case stand for exactly this version of it. */
export interface Approvals {
  /** It is for the approvers now: no exception and no receipt comes first. */
  due: boolean;
  /** Every step has its distinct persons (A4), or none was needed. */
  complete: boolean;
  /** Somebody had to be asked at all. */
  asked: boolean;
  awaiting: Awaited[];
  deadlines: string[];
  transitions: Transition[];
}

/** What asking needs to know. */
export interface Asking {
  current: CaseWithProgress;
  facts: Pick<InvoiceFacts, 'invoice' | 'calendar' | 'policies' | 'approvalInForce' | 'people'>;
  assessment: Assessment;
  decisionHash: string;
  at: string;
}

/**
 * Sees to it that exactly the right people are asked: approvals of another version are kept or void (A8), steps follow one
 * another, and the first step that lacks persons has as many open tasks as it lacks.
 */
export async function arrangeApprovals(trx: Trx, asking: Asking): Promise<Approvals> {
  const { current, assessment, decisionHash } = asking;
  const due = assessment.disposition === 'needs-approval' || assessment.disposition === 'ready-to-post';
  const before = await tasksOf(trx, current.case.id);
  const transitions = [...(await bindToVersion(trx, asking, before)), ...(due ? await withdrawQuestions(trx, asking, before) : [])];
  const given = due && assessment.route.steps.length > 0 ? await approvalsGiven(trx, current.case.id, decisionHash, assessment.route.steps) : [];
  const step = due ? assessment.route.steps.find((candidate) => lacking(candidate, given, asking) > 0) : undefined;
  if (!step) return { due, complete: due, asked: assessment.route.steps.length > 0, awaiting: [], deadlines: [], transitions };
  await openMissing(trx, asking, step, lacking(step, given, asking));
  const open = (await tasksOf(trx, current.case.id, 'open')).filter((task) => task.decisionHash === decisionHash);
  return { due, complete: false, asked: true, awaiting: open.map(awaited), deadlines: open.map(nextDeadline), transitions };
}

/** A8: a decision counts for what was seen, and for a later version only where nothing changed that would void it. */
async function bindToVersion(trx: Trx, { current, facts, assessment, decisionHash, at }: Asking, before: readonly Approval[]): Promise<Transition[]> {
  const { id, documentHash, documentVersion } = current.case;
  const others = before.filter(isOfOtherVersion(decisionHash));
  if (others.length === 0) return [];
  const signed = new Map((await decisionsOf(trx, id, 'accepted')).map((decision) => [decision.approval, decision.decisionHash]));
  const tasks = others.map((task) => ({ id: task.id, step: task.step, state: task.state, seen: signed.get(task.id) ?? task.decisionHash }));
  const seen = await assessmentsOfVersions(trx, id, [...new Set(tasks.map((task) => task.seen))]);
  const versions = new Map(seen.map((version) => [version.decisionHash ?? '', decisionSubject(version.result, version)]));
  const binding = bindApprovals(tasks, versions, decisionSubject(assessment, { documentHash }), assessment.route.steps, facts.policies.approval.content);
  await rebindTasks(trx, binding.kept, { decisionHash, documentHash, documentVersion });
  await voidTasks(trx, binding.void);
  return [
    ...(binding.kept.length > 0 ? [{ kind: 'approvals-kept' as const, at, decisionHash, tasks: binding.kept }] : []),
    ...(binding.void.length > 0 ? [{ kind: 'approvals-voided' as const, at, reason: binding.changes.length > 0 ? `changed: ${binding.changes.join(', ')}` : notAsked }] : []),
  ];
}

/** The route may have changed though the document did not, as when a second document makes a higher band of both (A12). */
async function withdrawQuestions(trx: Trx, { assessment, decisionHash, at }: Asking, before: readonly Approval[]): Promise<Transition[]> {
  const gone = before.filter((task) => task.state === 'open' && task.decisionHash === decisionHash && stepAsked(assessment.route.steps, task.step) === undefined);
  await voidTasks(trx, gone.map(({ id }) => id));
  return gone.length > 0 ? [{ kind: 'approvals-voided', at, reason: notAsked }] : [];
}

const notAsked = 'the step is not asked any more';

function isOfOtherVersion(decisionHash: string): (task: Approval) => task is Approval & { state: 'open' | 'decided' } {
  return (task): task is Approval & { state: 'open' | 'decided' } => task.decisionHash !== decisionHash && (task.state === 'open' || task.state === 'decided');
}

/** The approvals that count for this version, by the step of its route for which they count. */
export async function approvalsGiven(db: Db, caseId: string, decisionHash: string, steps: readonly ApprovalStep[]): Promise<ApprovalDecision[]> {
  const said = new Map((await decisionsOf(db, caseId, 'accepted')).map((decision) => [decision.approval, decision]));
  const decided = (await tasksOf(db, caseId, 'decided')).filter((task) => task.decisionHash === decisionHash && task.decision === 'approve');
  return decided.map((task) => {
    const decision = said.get(task.id);
    return { taskId: stepAnswered(steps, task.step)?.id ?? task.step, person: task.decidedBy ?? '', ...(decision?.onBehalfOf ? { onBehalfOf: decision.onBehalfOf } : {}), decision: 'approve', decisionHash, ...(decision?.payload['breakGlass'] === true ? { breakGlass: true } : {}) };
  });
}

/** Persons that a step still lacks (A4, A10). */
function lacking(step: ApprovalStep, given: readonly ApprovalDecision[], { facts }: Pick<Asking, 'facts'>): number {
  return lackingApprovers(step, step.id, given, facts.people, breakGlassOf(facts));
}

async function openMissing(trx: Trx, asking: Asking, step: ApprovalStep, missing: number): Promise<void> {
  const { current, decisionHash } = asking;
  const tasks = await tasksOf(trx, current.case.id);
  const open = tasks.filter((task) => task.state === 'open' && task.decisionHash === decisionHash && stepAsked(asking.assessment.route.steps, task.step) === step).length;
  const earlier = tasks.filter((task) => task.step === step.id).length;
  await openTasks(trx, Array.from({ length: Math.max(0, missing - open) }, (_, index) => taskOf(asking, step, earlier + index + 1)));
}

function taskOf({ current, facts, assessment, decisionHash, at }: Asking, step: ApprovalStep, number: number): NewTask {
  const { approval } = facts.policies.deadlines.content;
  const minutes = approval.hours * 60;
  const { invoice } = facts;
  return {
    id: `${current.case.id}-t-${decisionHash.slice(0, 8)}-${step.id}-${number}`,
    entity: current.case.entity,
    case: current.case.id,
    workflowId: current.case.workflowId,
    kind: `approve-${invoice.class}`,
    step: step.id,
    candidateRole: step.role,
    candidatePersons: step.persons,
    dueAt: addBusinessMinutes(facts.calendar.content, at, minutes),
    remindAt: addBusinessMinutes(facts.calendar.content, at, Math.floor((minutes * approval.reminderPercent) / 100)),
    why: step.why,
    ruleId: step.rule,
    policyVersion: assessment.route.policyVersion,
    title: `${describeMoney(assessment.payable)} to ${invoice.seller.name} for ${invoice.class === 'invoice' ? 'invoice' : 'credit note'} ${invoice.number}`,
    amount: step.amount,
    documentHash: current.case.documentHash,
    decisionHash,
    documentVersion: current.case.documentVersion,
  };
}

function awaited(task: Approval): Awaited {
  const [only, ...others] = task.candidatePersons;
  const person = task.assignee ?? (others.length === 0 ? only : undefined);
  return { what: `approval ${task.step}`, subject: task.id, role: task.candidateRole, ...(person ? { person } : {}), since: task.createdAt, dueAt: task.dueAt };
}

/** A7: the reminder first, then the escalation. */
export function nextDeadline(task: Pick<Approval, 'remindAt' | 'remindedAt' | 'dueAt'>): string {
  return task.remindAt && !task.remindedAt && task.remindAt < task.dueAt ? task.remindAt : task.dueAt;
}
