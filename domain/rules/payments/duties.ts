import type { ErrorCode } from '../../errors.ts';
import type { Money } from '../../model/money.ts';
import type { Person } from '../../model/person.ts';
import type { PaymentPolicy } from '../../policy/payments.ts';
import { conflictingDuty, humanOf, type DutyHolder } from '../accounts-payable/duties.ts';
import { compareExact, exact } from '../decimal.ts';
import { absoluteMoney, exactAmount } from '../money.ts';

export type RunStep = 'edit' | 'approve' | 'release';

/** Who did what for a run so far, by log-in, and who approved the documents in it. */
export interface RunDuties {
  /** Absent for a run that a schedule started. */
  proposer?: string | undefined;
  editors: readonly string[];
  approver?: string | undefined;
  releasers: readonly string[];
  itemApprovers: readonly string[];
  /** What else persons did for its items: changed the supplier, or would receive the money (A5). */
  others?: readonly DutyHolder[];
}

export interface DutyRefusal {
  code: Extract<ErrorCode, 'duties-conflict'>;
  message: string;
}

/**
 * Why this person may not do this with the run; undefined: the duties allow it (P6, A5). Judged by human, not by log-in:
 * whoever proposed or edited, who approves and who releases are all different, and nobody pays what they approved as a document.
 * An edit is never refused for duties, because it voids the approval and bars the editor from the steps that follow.
 */
export function judgeRunDecision(step: RunStep, person: string, duties: RunDuties, people: readonly Person[]): DutyRefusal | undefined {
  if (step === 'edit') return undefined;
  const same = (other: string | undefined): boolean => other !== undefined && humanOf(other, people) === humanOf(person, people);
  const verb = step === 'approve' ? 'approve' : 'release';
  if (same(duties.proposer)) return refuse(`Whoever proposed the run may not ${verb} it.`);
  if (duties.editors.some(same)) return refuse(`Whoever edited the run may not ${verb} it.`);
  if (step === 'approve') return duties.releasers.some(same) ? refuse('Whoever released the run may not approve it.') : undefined;
  if (same(duties.approver)) return refuse('Whoever approved the run may not release it.');
  if (duties.releasers.some(same)) return refuse('This person released the run already; a second person has to.');
  if (duties.itemApprovers.some(same)) return refuse('Whoever approved a document of the run may not release its payment.');
  const conflict = conflictingDuty('payment-release', person, duties.others ?? [], people, { receiverMayApprove: true, orderCreatorMayReceive: true });
  return conflict && refuse(`This person holds the duty ${conflict} for a payment of the run and may not release it.`);
}

/** Two different persons release what is above the limit, one what is up to it; `total` is in the policy's currency. */
export function releasesNeeded(total: Money, policy: Pick<PaymentPolicy, 'currency' | 'secondReleaseAbove'>): 1 | 2 {
  if (total.currency !== policy.currency) return 2;
  return compareExact(exactAmount(absoluteMoney(total)), exact(policy.secondReleaseAbove)) > 0 ? 2 : 1;
}

function refuse(message: string): DutyRefusal {
  return { code: 'duties-conflict', message };
}
