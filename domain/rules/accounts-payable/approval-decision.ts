import type { ErrorCode } from '../../errors.ts';
import type { ApprovalDecision, ApprovalItem, ApprovalTask } from '../../model/approval-decision.ts';
import type { ApprovalStep } from '../../model/approval-route.ts';
import type { Instant } from '../../model/dates.ts';
import type { Money } from '../../model/money.ts';
import type { Delegation, Person } from '../../model/person.ts';
import { compareMoney, describeMoney } from '../money.ts';
import { heldRole, withinLimit, type Demand, type HeldRole } from './authority.ts';
import { conflictingDuty, humanOf, type DutyHolder, type DutyRules } from './duties.ts';
import { decidingRoles, type EscalationPath } from './escalation.ts';

/** All that a decision is judged on, as it stands at this moment (A9), not as it stood when the task was made. */
export interface DecisionFacts {
  decision: ApprovalDecision;
  task: ApprovalTask;
  item: ApprovalItem;
  /** Decisions recorded so far on this document and version, all steps. */
  earlier: readonly ApprovalDecision[];
  people: readonly Person[];
  delegations: readonly Delegation[];
  held: readonly DutyHolder[];
  duties: DutyRules;
  /** The policy's way around the regular authority; absent: there is none (A10). */
  breakGlass?: BreakGlass;
  escalation: EscalationPath;
  now: Instant;
}

/** A10: this many holders of these roles stand for one regular approver. */
export interface BreakGlass {
  roles: readonly string[];
  persons: number;
}

export type DecisionJudgement =
  | { outcome: 'allowed'; role: string; limit?: Money; delegation?: string; breakGlass?: true }
  /** The same decision by the same person again: accepted without effect (A8). */
  | { outcome: 'repeated' }
  | { outcome: 'refused'; code: ErrorCode; rule: string; message: string };

/** May this person say this now? Version, identity, delegation, role, authority, duties, four eyes: the first fault refuses. */
export function judgeDecision(facts: DecisionFacts): DecisionJudgement {
  const { decision, task, item, people } = facts;
  const before = facts.earlier.find((entry) => entry.taskId === task.id && humanOf(entry.person, people) === humanOf(decision.person, people));
  if (before && !isSame(before, decision)) return refuse('already-decided', 'A8', 'You decided this already, and otherwise.');
  if (before) return task.state === 'open' ? refuse('duties-conflict', 'A4', 'You approved this step already: another person must.') : { outcome: 'repeated' };
  if (decision.decisionHash !== item.decisionHash || task.decisionHash !== item.decisionHash) return refuse('stale-version', 'A8', 'The document, its coding or its payee changed since it was shown.');
  if (task.state !== 'open') return refuse('already-decided', 'A8', 'This was decided in the meantime.');
  const person = people.find((entry) => entry.id === decision.person);
  if (!person?.active) return refuse('not-permitted', 'A9', 'This person is not active in the directory.');
  if (decision.decision === 'reject' && (!decision.reasonCode || !decision.target)) return refuse('decision-incomplete', 'A13', 'A rejection names a reason code and who must act.');

  const acting = authorityOf(facts, person, demandsOf(facts));
  if ('code' in acting) return acting;

  const humans = [decision.person, ...(decision.onBehalfOf === undefined ? [] : [decision.onBehalfOf])];
  for (const human of humans) {
    const duty = conflictingDuty('approval', human, facts.held, people, facts.duties);
    if (duty) return refuse('duties-conflict', 'A5', `${human === decision.person ? 'This person' : 'The delegator'} also holds the duty ${duty} for this document.`);
  }
  if (decision.decision === 'approve' && alreadyApproved(facts, humans)) return refuse('duties-conflict', 'A4', 'Another person must approve: this one approved an earlier step of this document, in person or by delegation.');
  return { outcome: 'allowed', role: acting.held.role, ...(acting.held.limit ? { limit: acting.held.limit } : {}), ...(acting.delegation ? { delegation: acting.delegation } : {}), ...(decision.breakGlass ? { breakGlass: true } : {}) };
}

/**
 * How many distinct humans the step still lacks; whoever acts for another counts as both and therefore once (A4). Only a full
 * set of approvals beyond the regular authority counts as one regular approval (A10).
 */
export function lackingApprovers(step: Pick<ApprovalStep, 'required'>, taskId: string, approvals: readonly ApprovalDecision[], people: readonly Person[], breakGlass?: BreakGlass): number {
  const own = approvals.filter((entry) => entry.taskId === taskId && entry.decision === 'approve');
  const humans = (entries: readonly ApprovalDecision[]): number => Math.min(...[(entry: ApprovalDecision) => entry.onBehalfOf ?? entry.person, (entry: ApprovalDecision) => entry.person].map((who) => new Set(entries.map((entry) => humanOf(who(entry), people))).size));
  const beyond = humans(own.filter((entry) => entry.breakGlass));
  const standIns = breakGlass ? Math.floor(beyond / breakGlass.persons) : 0;
  return Math.max(0, step.required - humans(own.filter((entry) => !entry.breakGlass)) - standIns);
}

type Authority = { held: HeldRole; delegation?: string } | Extract<DecisionJudgement, { outcome: 'refused' }>;

/** What deciding takes: any one of these. */
function demandsOf(facts: DecisionFacts): readonly Demand[] {
  const { task, item: { entity }, escalation } = facts;
  return decidingRoles(task, escalation).map((role) => ({ entity, role, costCentre: task.step.costCentre, amount: amountFor(role, facts) }));
}

/**
 * An approval by the last step must cover the whole, aggregate included; by a cost centre's owner the share. The larger of then
 * and now counts (A9). To endorse in the place of the step's own role takes its amount, or a lower one could (A3, A7).
 */
function amountFor(role: string, { decision, task: { step }, item }: DecisionFacts): Money | undefined {
  if (decision.decision === 'reject') return undefined;
  if (step.kind === 'authority') return largest(step.amount, item.amountForAuthority, item.aggregate);
  return step.costCentre === undefined && role === step.role ? undefined : step.amount;
}

function authorityOf(facts: DecisionFacts, person: Person, demands: readonly Demand[]): Authority {
  const { decision } = facts;
  if (decision.breakGlass) return emergencyAuthority(facts, person);
  return decision.onBehalfOf === undefined ? ownAuthority(person, demands) : delegatedAuthority(facts, decision.onBehalfOf, demands);
}

/** A10: in person, to approve, with a reason, and only where the policy names the role. An administrator has no such right. */
function emergencyAuthority({ decision, breakGlass, item }: DecisionFacts, person: Person): Authority {
  if (!breakGlass) return refuse('not-permitted', 'A10', 'No policy lets anybody approve beyond the regular authority here.');
  if (decision.onBehalfOf !== undefined || decision.decision !== 'approve') return refuse('not-permitted', 'A10', 'Beyond the regular authority somebody can only approve, and only in person.');
  if ((decision.comment ?? '').trim() === '') return refuse('decision-incomplete', 'A10', 'An approval beyond the regular authority needs a reason.');
  const held = breakGlass.roles.map((role) => heldRole(person, { entity: item.entity, role })).find((role) => role !== undefined);
  return held ? { held } : refuse('not-permitted', 'A10', `Beyond the regular authority only ${breakGlass.roles.join(' or ')} may approve.`);
}

function ownAuthority(person: Person, demands: readonly Demand[]): Authority & { amount?: Money | undefined } {
  for (const demand of demands) {
    const held = heldRole(person, demand);
    if (held) return { held, amount: demand.amount };
  }
  const below = demands.find((demand) => heldRole(person, { ...demand, amount: undefined }));
  return below?.amount
    ? refuse('authority-insufficient', 'A3', `The limit of this person as ${below.role} is below ${describeMoney(below.amount)}.`)
    : refuse('not-permitted', 'A2', `This step is for the role ${demands.map(({ role }) => role).join(' or ')}.`);
}

/** A6: within the period, the company and the cap; the delegator's own role and limit count, never one that was delegated to him. */
function delegatedAuthority({ decision, delegations, people, item, now }: DecisionFacts, delegatorId: string, demands: readonly Demand[]): Authority {
  const delegator = people.find((entry) => entry.id === delegatorId);
  if (!delegator?.active) return refuse('delegation-invalid', 'A6', 'The delegator is not active in the directory.');
  const inForce = delegations.filter((entry) => entry.delegator === delegatorId && entry.delegate === decision.person && isWithin(entry, now) && (entry.entity === undefined || entry.entity === item.entity));
  if (inForce.length === 0) return refuse('delegation-invalid', 'A6', 'No delegation from that person is in force now for this company.');
  const own = ownAuthority(delegator, demands);
  if ('code' in own) return own;
  const { held, amount } = own;
  const sufficient = inForce.filter((entry) => amount === undefined || withinLimit(entry.cap, amount)).sort((a, b) => (a.id < b.id ? -1 : 1))[0];
  if (!sufficient) return refuse('authority-insufficient', 'A6', 'The amount is above the cap of the delegation.');
  return { held, delegation: sufficient.id };
}

function isWithin(delegation: Delegation, now: Instant): boolean {
  const at = Date.parse(now);
  return Date.parse(delegation.from) <= at && at < Date.parse(delegation.to);
}

function alreadyApproved({ earlier, people, item }: DecisionFacts, persons: string[]): boolean {
  const humans = persons.map((person) => humanOf(person, people));
  return earlier.some((entry) => entry.decision === 'approve' && entry.decisionHash === item.decisionHash && [entry.person, entry.onBehalfOf].some((person) => person !== undefined && humans.includes(humanOf(person, people))));
}

function isSame(a: ApprovalDecision, b: ApprovalDecision): boolean {
  return a.decision === b.decision && a.decisionHash === b.decisionHash && a.onBehalfOf === b.onBehalfOf && a.reasonCode === b.reasonCode && a.target === b.target && a.breakGlass === b.breakGlass;
}

function largest(first: Money, ...others: (Money | undefined)[]): Money {
  return others.reduce<Money>((most, amount) => (amount !== undefined && compareMoney(amount, most) > 0 ? amount : most), first);
}

function refuse(code: ErrorCode, rule: string, message: string): Extract<DecisionJudgement, { outcome: 'refused' }> {
  return { outcome: 'refused', code, rule, message };
}
