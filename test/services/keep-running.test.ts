import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { identityOf } from '../../bin/services/identity.ts';
import { readSettings, toolEnvironment } from '../../temporal-config/settings.ts';

const { home } = readSettings();
/** Programs as shells run them. */
const obeys = 'exec sleep 600';
const doesNotObey = `trap '' TERM; echo deaf; while :; do sleep 0.1; done`;

describe('what is kept running', () => {
  let stateDir: string;
  let keeper: ChildProcessByStdio<null, Readable, Readable>;
  let printed: string;
  let pid: number | undefined;

  beforeEach(() => {
    stateDir = mkdtempSync(join(tmpdir(), 'kontor-keeps-'));
    printed = '';
    pid = undefined;
  });
  afterEach(() => {
    keeper.kill('SIGKILL');
    if (pid !== undefined && identityOf(pid)) process.kill(-pid, 'SIGKILL');
    rmSync(stateDir, { recursive: true, force: true });
  });

  async function keep(script: string, phase = 'up'): Promise<void> {
    keeper = spawn(process.execPath, ['--import', 'tsx', 'test/services/fixtures/keeps.ts', script, phase], { cwd: home, stdio: ['ignore', 'pipe', 'pipe'], env: toolEnvironment({ KONTOR_STATE: stateDir }) });
    for (const stream of [keeper.stdout, keeper.stderr]) stream.on('data', (text: Buffer) => (printed += text.toString()));
    await expect.poll(() => printed, { timeout: 90_000 }).toMatch(/up \d+\n/);
    pid = Number(/up (\d+)\n/.exec(printed)?.[1]);
    expect(identityOf(pid)).toBeDefined();
  }

  it.each(['stdout', 'stderr'] as const)('is stopped in order when nobody reads %s any more', async (stream) => {
    await keep(obeys);
    const ended = endOf(keeper);
    keeper[stream].destroy();
    expect(await ended).toBe(0);
    expect(identityOf(pid!)).toBeUndefined();
    expect(existsSync(join(stateDir, 'owner.lock'))).toBe(false);
  });

  it.each([['SIGINT', 130], ['SIGTERM', 143], ['SIGHUP', 129]] as const)('is not started again when %s comes before everything is up, and the exit code says so', async (signal, code) => {
    await keep(obeys, 'starting');
    const ended = endOf(keeper);
    keeper.kill(signal);
    expect(await ended).toBe(code);
    expect(identityOf(pid!)).toBeUndefined();
    expect(printed).not.toContain('unexpectedly');
  });

  it('is killed before a third Ctrl-C leaves', async () => {
    await keep(doesNotObey);
    await expect.poll(() => readFileSync(join(stateDir, 'logs', 'program.log'), 'utf8')).toContain('deaf');
    const ended = endOf(keeper);
    for (let times = 0; times < 3; times += 1) {
      keeper.kill('SIGINT');
      await new Promise((resolve) => setTimeout(resolve, 200)); // signals that come at once are one
    }
    expect(await ended).toBe(130);
    expect(identityOf(pid!)).toBeUndefined();
  });
});

function endOf(child: ChildProcessByStdio<null, Readable, Readable>): Promise<number | null> {
  return new Promise((resolve) => child.once('exit', resolve));
}
