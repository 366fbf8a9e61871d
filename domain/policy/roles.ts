import type { LegalEntity } from '../model/legal-entity.ts';
import type { Person } from '../model/person.ts';
import type { Policy } from './index.ts';

/**
 * Roles that a policy asks and no active person holds, at each company that names the policy; where none does yet, anywhere
 * (`at` is absent).
 */
export function rolesWithoutHolder(policy: Policy, companies: readonly LegalEntity[], people: readonly Person[]): { role: string; at?: string }[] {
  const bound = companies.filter(({ policies }) => (policies as Record<string, string | undefined>)[policy.kind] === policy.name);
  const held = (role: string, at?: string) => people.some(({ active, roles }) => active && roles.some((one) => one.role === role && (at === undefined || [at, '*'].includes(one.entity))));
  return [...new Set(rolesOf(policy))].sort().flatMap((role) => {
    if (bound.length === 0) return held(role) ? [] : [{ role }];
    return bound.flatMap(({ id }) => (held(role, id) ? [] : [{ role, at: id }]));
  });
}

function rolesOf(policy: Policy): string[] {
  switch (policy.kind) {
    case 'approval': {
      const asked = [...policy.matrices.flatMap(({ bands }) => bands.flatMap(({ endorsements, authority }) => [...endorsements, authority])), ...policy.additions.map(({ endorsement }) => endorsement)];
      return [...asked.map(({ role }) => role), policy.costCentreShare.role, policy.fallbackRole, ...(policy.breakGlass?.roles ?? [])];
    }
    case 'deadlines':
      return [...policy.approval.ladder, policy.approval.operatorQueue, ...policy.exceptions.byRole.map(({ role }) => role), ...policy.exceptions.overrideLadder, policy.exceptions.operatorQueue];
    case 'tolerances':
      return [policy.charges.owner];
    case 'payments':
      return [policy.roles.approve, policy.roles.release, policy.roles.edit];
    default:
      return [];
  }
}
