import type { Money } from '../../model/money.ts';
import type { Person } from '../../model/person.ts';
import { compareMoney } from '../money.ts';

/** One role of a person in a company, as the directory has it now. */
export type HeldRole = Person['roles'][number];

export interface Demand {
  entity: string;
  role: string;
  costCentre?: string | undefined;
  /** What the holder must be able to decide alone; absent for an endorsement of the whole. */
  amount?: Money | undefined;
}

/** The entry of the directory under which a person may act, the one with the highest limit; undefined: none (A1, A3). */
export function heldRole(person: Person, demand: Demand): HeldRole | undefined {
  if (!person.active) return undefined;
  const fitting = person.roles.filter((held) => covers(held, demand));
  return fitting.reduce<HeldRole | undefined>((best, held) => (best === undefined || isHigher(held, best) ? held : best), undefined);
}

/** Limit L decides amounts up to and including L; without a limit every amount (A1). */
export function withinLimit(limit: Money | undefined, amount: Money): boolean {
  if (limit === undefined) return true;
  return limit.currency === amount.currency && compareMoney(amount, limit) <= 0;
}

function covers(held: HeldRole, { entity, role, costCentre, amount }: Demand): boolean {
  if (held.role !== role || (held.entity !== entity && held.entity !== '*')) return false;
  if (costCentre !== undefined && held.costCentres !== undefined && !held.costCentres.includes(costCentre)) return false;
  return amount === undefined || withinLimit(held.limit, amount);
}

function isHigher(a: HeldRole, b: HeldRole): boolean {
  if (a.limit === undefined || b.limit === undefined) return a.limit === undefined && b.limit !== undefined;
  return a.limit.currency === b.limit.currency && compareMoney(a.limit, b.limit) > 0;
}
