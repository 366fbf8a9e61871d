import type { Person } from '../../model/person.ts';

/** What one human may have done about a document, its supplier or its payment (A5). */
export type Duty =
  | 'supplier-change'
  | 'invoice-entry'
  | 'coding'
  | 'receipt'
  | 'order-creation'
  | 'beneficiary'
  | 'approval'
  | 'payment-creation'
  | 'payment-release'
  | 'bank-reconciliation';

export interface DutyHolder {
  duty: Duty;
  person: string;
}

export interface DutyRules {
  receiverMayApprove: boolean;
  orderCreatorMayReceive: boolean;
}

/** A9: two versions of a policy count, and the stricter of them: what one of them forbids is forbidden. */
export function stricterDuties(bound: DutyRules, inForce: DutyRules | undefined): DutyRules {
  if (!inForce) return bound;
  return {
    receiverMayApprove: bound.receiverMayApprove && inForce.receiverMayApprove,
    orderCreatorMayReceive: bound.orderCreatorMayReceive && inForce.orderCreatorMayReceive,
  };
}

/** Pairs that one human may not hold for the same item, in either order. */
const conflicts: [Duty, Duty][] = [
  ['supplier-change', 'invoice-entry'],
  ['supplier-change', 'payment-creation'],
  ['supplier-change', 'payment-release'],
  ['invoice-entry', 'approval'],
  ['coding', 'approval'],
  ['beneficiary', 'approval'],
  ['beneficiary', 'payment-release'],
  ['approval', 'payment-release'],
  ['payment-creation', 'payment-release'],
  ['payment-release', 'bank-reconciliation'],
];

/**
 * The duty that stands against `person` taking on `wanted`, or undefined. Judged by human: two log-ins with one employee
 * id are one (S7). A person that the directory does not know is compared by id.
 */
export function conflictingDuty(wanted: Duty, person: string, held: readonly DutyHolder[], people: readonly Person[], rules: DutyRules): Duty | undefined {
  const human = humanOf(person, people);
  return held.find((holder) => humanOf(holder.person, people) === human && conflict(wanted, holder.duty, rules))?.duty;
}

/** The employee behind a log-in. */
export function humanOf(person: string, people: readonly Person[]): string {
  return people.find((entry) => entry.id === person)?.employeeId ?? person;
}

/** All log-ins of the human behind one, and the employee's own id: some counterparts name people by it. */
export function logInsOf(person: string, people: readonly Person[]): string[] {
  const human = humanOf(person, people);
  return [...new Set([person, human, ...people.filter(({ employeeId }) => employeeId === human).map(({ id }) => id)])];
}

function conflict(a: Duty, b: Duty, rules: DutyRules): boolean {
  const isPair = (x: Duty, y: Duty): boolean => (a === x && b === y) || (a === y && b === x);
  if (isPair('receipt', 'approval')) return !rules.receiverMayApprove;
  if (isPair('order-creation', 'receipt')) return !rules.orderCreatorMayReceive;
  return conflicts.some(([x, y]) => isPair(x, y));
}
