import type { ErrorCode } from '../../errors.ts';
import type { Instant } from '../../model/dates.ts';
import type { Finding, Override, ReasonCode } from '../../model/finding.ts';
import type { Person } from '../../model/person.ts';
import type { DeadlinePolicy } from '../../policy/deadlines.ts';
import { conflictingDuty, humanOf, type DutyHolder } from './duties.ts';

/** How a person wants to end an exception (M17, M20, D10, A13). */
export type Resolution =
  | { kind: 'override'; reason: string; fingerprint: string }
  | { kind: 'reject'; reason: string; reasonCode: ReasonCode; target: 'supplier' | 'accounts-payable' | 'buyer' }
  /** The document is the one that it looks like. */
  | { kind: 'duplicate'; reason: string };

export interface ResolutionFacts {
  resolution: Resolution;
  finding: Finding;
  person: string;
  submittedBy?: string;
  entity: string;
  held: readonly DutyHolder[];
  people: readonly Person[];
  overrides: readonly Override[];
  deadlines: DeadlinePolicy;
  /** How the document that this one looks like has ended, if it ended without being paid or posted. */
  originalEndedAs?: string;
  now: Instant;
}

export type ResolutionJudgement =
  /** `complete` is false while a second person must agree (D10). The document ends as ACCEPTED_WITH_VARIANCE, never as matched. */
  | { outcome: 'overridden'; override: Override; complete: boolean }
  | { outcome: 'rejected'; reasonCode: ReasonCode; target: string }
  | { outcome: 'duplicate'; of: string }
  | { outcome: 'refused'; code: ErrorCode; rule: string; message: string };

/** Who may override or reject: somebody else than the submitter, with a role above the submitter's, giving a reason (M20). */
export function exceptionResolution(facts: ResolutionFacts): ResolutionJudgement {
  const { resolution, finding, people } = facts;
  const person = people.find((entry) => entry.id === facts.person);
  if (!person?.active) return refuse('not-permitted', 'A9', 'This person is not active in the directory.');
  if (resolution.reason.trim() === '') return refuse('decision-incomplete', 'M20', 'A reason is needed.');
  const role = highestRole(person, facts);
  if (!role) return refuse('not-permitted', 'M20', 'None of the roles of this person may resolve exceptions.');
  if (resolution.kind === 'duplicate') return duplicateOf(facts);
  if (resolution.kind === 'reject') return { outcome: 'rejected', reasonCode: resolution.reasonCode, target: resolution.target };

  if (!finding.overridable) return refuse('override-not-allowed', 'M20', finding.suggestion.text);
  if (resolution.fingerprint !== finding.fingerprint) return refuse('stale-version', 'M19', 'The numbers behind this exception changed since it was shown.');
  if (facts.submittedBy !== undefined && humanOf(facts.submittedBy, people) === humanOf(person.id, people)) return refuse('duties-conflict', 'D10', 'Whoever entered the document may not override its exceptions.');
  if (conflictingDuty('approval', person.id, facts.held.filter((holder) => holder.duty !== 'receipt'), people, { receiverMayApprove: true, orderCreatorMayReceive: true })) return refuse('duties-conflict', 'A5', 'This person holds a conflicting duty for the document.');
  if (rank(role, facts) <= submitterRank(facts)) return refuse('not-permitted', 'M20', 'An override needs a role above the submitter\'s.');

  const override: Override = { findingCode: finding.code, scope: finding.scope, fingerprint: finding.fingerprint, by: person.id, role, reason: resolution.reason, at: facts.now };
  const agreed = facts.overrides.filter((entry) => entry.findingCode === finding.code && entry.scope === finding.scope && entry.fingerprint === finding.fingerprint);
  const humans = new Set([...agreed.map((entry) => humanOf(entry.by, people)), humanOf(person.id, people)]);
  return { outcome: 'overridden', override, complete: humans.size >= finding.overridesNeeded };
}

/** D1, D9: one of the two look-alikes has to stay, or nobody pays what is owed. */
function duplicateOf({ finding, originalEndedAs }: ResolutionFacts): ResolutionJudgement {
  if (!finding.relatedCase || !finding.code.startsWith('duplicate-')) return refuse('decision-incomplete', 'D1', 'Nothing in this exception says which document it would be a duplicate of.');
  if (originalEndedAs !== undefined) return refuse('stale-version', 'D9', `The document that it looks like, ${finding.relatedCase}, is ${originalEndedAs} itself: nothing would be left to pay. Retry this exception, which looks again.`);
  return { outcome: 'duplicate', of: finding.relatedCase };
}

export interface PlainRejection {
  person: string;
  reason: string;
  submittedBy?: string;
  entity: string;
  people: readonly Person[];
  ownerPerson?: string | undefined;
  ownerRole: string;
  /** Roles that see to it that work goes on: they hand it on, and decide none of it, whatever they own (A10). */
  operators: readonly string[];
}

/** What stands against rejecting a document over an exception that states no finding, as when the ERP or the bank refused it (M17, A5, A13). */
export function rejectionFault({ person: id, reason, submittedBy, entity, people, ownerPerson, ownerRole, operators }: PlainRejection): Extract<ResolutionJudgement, { outcome: 'refused' }> | undefined {
  const person = people.find((entry) => entry.id === id);
  if (!person?.active) return refuse('not-permitted', 'A9', 'This person is not active in the directory.');
  if (reason.trim() === '') return refuse('decision-incomplete', 'A13', 'A reason is needed.');
  if (submittedBy !== undefined && humanOf(submittedBy, people) === humanOf(id, people)) return refuse('duties-conflict', 'A5', 'Whoever entered the document may not reject it here; it can be withdrawn.');
  const isBusiness = !operators.includes(ownerRole);
  const roles = [...new Set([...(isBusiness ? [ownerRole] : []), 'ap-clerk', 'ap-lead'])];
  const holdsOne = person.roles.some((held) => roles.includes(held.role) && (held.entity === entity || held.entity === '*'));
  return (isBusiness && id === ownerPerson) || holdsOne ? undefined : refuse('not-permitted', 'M17', `Over this exception the document is rejected by ${isBusiness ? 'its owner or by ' : ''}${roles.join(' or ')}.`);
}

function highestRole(person: Person, facts: ResolutionFacts): string | undefined {
  const own = person.roles.filter((held) => held.entity === facts.entity || held.entity === '*').map((held) => held.role);
  return [...facts.deadlines.exceptions.overrideLadder].reverse().find((role) => own.includes(role));
}

function rank(role: string, { deadlines }: ResolutionFacts): number {
  return deadlines.exceptions.overrideLadder.indexOf(role);
}

/** A document that no person entered counts as entered by the lowest role: it is nobody's own either. */
function submitterRank(facts: ResolutionFacts): number {
  const submitter = facts.people.find((entry) => entry.id === facts.submittedBy);
  const role = submitter && highestRole(submitter, facts);
  return role ? rank(role, facts) : 0;
}

function refuse(code: ErrorCode, rule: string, message: string): Extract<ResolutionJudgement, { outcome: 'refused' }> {
  return { outcome: 'refused', code, rule, message };
}
