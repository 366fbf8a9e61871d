import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const kontor = fileURLToPath(new URL('../../bin/kontor.mjs', import.meta.url));

it('a policy file that is not there is said in the words of the catalogue, without a stack', () => {
  const { status, stderr } = spawnSync(process.execPath, [kontor, 'policy', 'import', 'nothere.yaml', '--by', 'lars.thoma'], { encoding: 'utf8' });
  expect(status).toBe(1);
  expect(stderr).toContain('The policy file cannot be read: nothere.yaml cannot be read.');
  expect(stderr).not.toMatch(/ENOENT|\n {4}at /);
});
