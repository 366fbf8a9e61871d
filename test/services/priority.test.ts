import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { getPriority } from 'node:os';
import { expect, it } from 'vitest';
import { standBack, standingBack } from '../../bin/services/priority.ts';

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

it('lets a program stand back each time it is launched', async () => {
  const children: ReturnType<typeof spawn>[] = [];
  const launch = standingBack(async () => {
    const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)'], { stdio: 'ignore' });
    children.push(child);
    return { pid: child.pid as number };
  });
  for (const { pid } of [await launch(), await launch()]) expect(getPriority(pid)).toBeGreaterThanOrEqual(5);
  for (const child of children) child.kill('SIGKILL');
});
