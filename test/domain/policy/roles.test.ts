import { expect, it } from 'vitest';
import { readSandboxSet } from '../../../bin/services/sandbox-set.ts';
import type { Policy } from '../../../domain/policy/index.ts';
import { rolesWithoutHolder } from '../../../domain/policy/roles.ts';
import { readSettings } from '../../../temporal-config/settings.ts';

const { policies, entities, persons } = readSandboxSet(readSettings().home);
const contents = policies.map(({ content }) => content as Policy);
const matrix = contents.find(({ name }) => name === 'matrix-de01')!;

it.each(contents.map((policy) => [policy.kind, policy.name, policy] as const))('somebody holds each role that %s %s asks', (_kind, _name, policy) => {
  expect(rolesWithoutHolder(policy, entities, persons)).toEqual([]);
});

it('a role that nobody active holds is named for each company that the policy is of', () => {
  const without = persons.map((person) => (person.id === 'oskar.lind' ? { ...person, active: false } : person));
  expect(rolesWithoutHolder(matrix, entities, without)).toEqual([{ role: 'controller', at: 'DE01' }]);
});

it('a role of a policy that no company names may be held anywhere', () => {
  expect(rolesWithoutHolder({ ...matrix, name: 'matrix-fr01' } as Policy, entities, persons)).toEqual([]);
  expect(rolesWithoutHolder({ ...matrix, name: 'matrix-fr01', fallbackRole: 'contoller' } as Policy, entities, persons)).toEqual([{ role: 'contoller' }]);
});
