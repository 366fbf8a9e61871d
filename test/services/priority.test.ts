import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { getPriority } from 'node:os';
import { expect, it } from 'vitest';
import { standBack } from '../../bin/services/priority.ts';

it('lets a running program stand back, and leaves one that is gone alone', async () => {
  const child = spawn(process.execPath, ['-e', 'console.log("up"); setTimeout(() => {}, 60_000)'], { stdio: ['ignore', 'pipe', 'ignore'] });
  await once(child.stdout, 'data');
  const pid = child.pid as number;
  standBack(pid);
  expect(getPriority(pid)).toBeGreaterThanOrEqual(5);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(() => standBack(pid)).not.toThrow();
});
