import { expect, it } from 'vitest';
import { z } from 'zod';
import { readYaml } from '../../../documents/ledger/yaml-file.ts';
import { readPeople } from '../../../documents/policy/read-people.ts';
import { KontorError } from '../../../domain/errors.ts';

const schema = z.object({ name: z.string(), fallbackRole: z.string(), more: z.array(z.object({ id: z.string() }).strict()).optional() }).strict();

function faultOf(read: () => unknown): { message: string; line: number | undefined; column: number | undefined } {
  try {
    read();
  } catch (error) {
    if (!(error instanceof KontorError)) throw error;
    expect(error.code).toBe('policy-invalid');
    return { message: error.message, line: error.place?.line, column: error.place?.column };
  }
  throw new Error('the file was accepted');
}

/** Nine lists of nine of the one before: a few hundred bytes that would become a thousand million entries. */
const bomb = ['a: &a [x, x, x, x, x, x, x, x, x]', ...'bcdefghi'.split('').map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefghi'[index]}`).join(', ')}]`)].join('\n');

it.each([
  ['a misspelt member that leaves another one missing', '# comment\nname: x\nfallbckRole: y\n', 3, 1, 'fallbckRole: Unrecognized key: "fallbckRole"; fallbackRole is missing'],
  ['a member too many', 'name: x\nfallbackRole: y\n\nextra: z\n', 4, 1, 'extra: Unrecognized key: "extra"'],
  ['a member too many further down', 'name: x\nfallbackRole: y\nmore:\n  - id: a\n  - id: b\n    size: 3\n', 6, 5, 'more.1.size: Unrecognized key: "size"'],
  ['a member that is missing', '# comment\nname: x\n', 2, 1, 'fallbackRole'],
  ['an alias without an anchor', 'name: x\nfallbackRole: *nobody\n', 2, 15, 'nobody'],
  ['aliases of aliases without end', bomb, 9, undefined, 'aliases'],
])('%s is refused at its line', (_what, text, line, column, says) => {
  const fault = faultOf(() => readYaml(text, 'x.yaml', schema, 'policy-invalid'));
  expect(fault.message).toContain(says);
  expect(fault.message).toMatch(new RegExp(`^x.yaml, line ${line}, `));
  expect(fault.line).toBe(line);
  if (column !== undefined) expect(fault.column).toBe(column);
});

it.each([
  ['a role that no policy could name', '{ id: a, employeeId: E, name: A, roles: [{ entity: DE01, role: AP Clerk }] }', 'people.0.roles.0.role'],
  ['an amount without a currency', "{ id: a, employeeId: E, name: A, roles: [{ entity: DE01, role: buyer, limit: '10000' }] }", 'an amount such as'],
  ['a misspelt member', '{ id: a, employeId: E, name: A, roles: [] }', 'employeId'],
])('people: %s is refused at its line', (_what, person, says) => {
  const fault = faultOf(() => readPeople(`schemaVersion: 1\ndelegations: []\npeople:\n  - ${person}\n`, 'people/x.yaml'));
  expect(fault.message).toContain(says);
  expect(fault.line).toBe(4);
});

it('people: a delegation that begins at no instant is refused at its line', () => {
  const text = 'schemaVersion: 1\npeople: []\ndelegations:\n  - { id: D1, delegator: a, delegate: b, from: yesterday, to: 2030-01-01T00:00:00Z }\n';
  expect(faultOf(() => readPeople(text, 'people/x.yaml')).line).toBe(4);
});
