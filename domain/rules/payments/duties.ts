import type { ErrorCode } from '../../errors.ts';
import type { Money } from '../../model/money.ts';
import type { Person } from '../../model/person.ts';
import type { PaymentPolicy } from '../../policy/payments.ts';
import { conflictingDuty, humanOf, type Duty } from '../accounts-payable/duties.ts';
import { compareExact, exact } from '../decimal.ts';
import { absoluteMoney, exactAmount } from '../money.ts';

const mostNamed = 5;

export type RunStep = 'edit' | 'approve' | 'release';

/** What a person did for an item of a run: a duty of A5, or chose the account of the document by correcting it (P9). */
export interface ItemDuty {
  duty: Duty | 'account-choice';
  person: string;
  /** End-to-end id of the transfer that pays the item. */
  transfer: string;
}

/** Who did what for a run so far, by log-in. */
export interface RunDuties {
  /** Absent for a run that a schedule started. */
  proposer?: string | undefined;
  editors: readonly string[];
  approver?: string | undefined;
  releasers: readonly string[];
  /** For its items; those of the person that is judged suffice. */
  items: readonly ItemDuty[];
}

export interface DutyRefusal {
  code: Extract<ErrorCode, 'duties-conflict'>;
  message: string;
}

/**
 * Why this person may not do this with the run; undefined: the duties allow it (P6, A5). Judged by human, not by log-in:
 * whoever proposed or edited, who approves and who releases are all different, and nobody pays what they approved as a document, or to
 * an account that they chose for it (P9).
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
  const [first, ...more] = duties.items.filter((item) => same(item.person) && barsRelease(item, people));
  if (!first) return undefined;
  const transfers = [...new Set([first, ...more].filter(({ duty }) => duty === first.duty).map(({ transfer }) => transfer))];
  return refuse(`${whoever(first.duty)} may not release the payment: transfer ${listed(transfers)}. Somebody else releases the run, or it is released without ${transfers.length === 1 ? 'it' : 'them'}.`);
}

function barsRelease(item: ItemDuty, people: readonly Person[]): boolean {
  const { duty, person } = item;
  return duty === 'account-choice' || conflictingDuty('payment-release', person, [{ duty, person }], people, { receiverMayApprove: true, orderCreatorMayReceive: true }) !== undefined;
}

function whoever(duty: ItemDuty['duty']): string {
  switch (duty) {
    case 'approval':
      return 'Whoever approved a document of the run';
    case 'account-choice':
      return 'Whoever chose the bank account of a document of the run by correcting the document';
    case 'supplier-change':
      return 'Whoever entered, changed or confirmed a bank account that the run pays to';
    default:
      return `Whoever holds the duty ${duty} for a payment of the run`;
  }
}

/** The first few, and how many more. */
function listed(transfers: readonly string[]): string {
  return transfers.length <= mostNamed ? transfers.join(', ') : `${transfers.slice(0, mostNamed).join(', ')} and ${transfers.length - mostNamed} more`;
}

/** Two different persons release what is above the limit, one what is up to it; `total` is in the policy's currency. */
export function releasesNeeded(total: Money, policy: Pick<PaymentPolicy, 'currency' | 'secondReleaseAbove'>): 1 | 2 {
  if (total.currency !== policy.currency) return 2;
  return compareExact(exactAmount(absoluteMoney(total)), exact(policy.secondReleaseAbove)) > 0 ? 2 : 1;
}

function refuse(message: string): DutyRefusal {
  return { code: 'duties-conflict', message };
}
