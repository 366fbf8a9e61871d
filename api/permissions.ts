import type { Person } from '../domain/model/person.ts';

/** Rights of the API, each the answer to "may this person do that here"; what a decision is worth is judged again where it counts. */
export const permissions = {
  'invoices:submit': ['ap-clerk', 'ap-lead', 'integration'],
  'invoices:correct': ['ap-clerk', 'ap-lead'],
  'invoices:read': '*',
  'inbox:use': '*',
  'exceptions:read': '*',
  'exceptions:resolve': ['ap-clerk', 'ap-lead', 'ap-operations', 'operator', 'buyer', 'receiver', 'tax-specialist', 'supplier-master', 'treasurer', 'compliance-officer', 'treasury', 'policy-owner', 'team-lead', 'controller', 'finance-manager', 'cfo'],
  'payments:read': ['ap-clerk', 'ap-lead', 'finance-manager', 'treasurer', 'compliance-officer', 'controller', 'cfo', 'auditor'],
  'payments:propose': ['ap-clerk', 'ap-lead'],
  'payments:file': ['treasurer', 'finance-manager', 'auditor'],
  'payments:lift-hold': ['ap-lead', 'compliance-officer', 'supplier-master'],
  'events:read': '*',
  'kpis:read': '*',
  'evidence:read': ['auditor', 'ap-lead', 'controller', 'finance-manager', 'cfo'],
  'audit:read': ['auditor', 'controller', 'cfo'],
  'operations:read': ['operator', 'auditor', 'controller'],
  /** What processes keep, as Temporal Web shows it: with ids, codes and times in clear and everything else masked, or all of it. */
  'payloads:read': ['operator', 'ap-operations', 'auditor', 'controller', 'cfo'],
  'payloads:read-all': ['auditor', 'controller', 'cfo'],
  'me:read': '*',
} as const satisfies Record<string, readonly string[] | '*'>;

export type Permission = keyof typeof permissions;

/** The companies in which a person has a right; `*` stands for all of them. */
export function entitiesWith(person: Pick<Person, 'active' | 'roles'>, permission: Permission): string[] {
  if (!person.active) return [];
  const roles: readonly string[] | '*' = permissions[permission];
  const granted = person.roles.filter(({ role }) => roles === '*' || roles.includes(role)).map(({ entity }) => entity);
  return granted.includes('*') ? ['*'] : [...new Set(granted)].sort();
}
