import { fork, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withDisposableState } from '../../bin/services/disposable.ts';
import { identityOf } from '../../bin/services/identity.ts';
import { launchNode } from '../../bin/services/node-process.ts';
import { silent } from '../../bin/services/progress.ts';
import { readSettings, toolEnvironment } from '../../temporal-config/settings.ts';

const settings = readSettings();

describe('a benchmark that is interrupted', () => {
  let stateDir: string;
  let child: ChildProcess;
  let pids: number[];

  beforeEach(async () => {
    stateDir = mkdtempSync(join(tmpdir(), 'kontor-interrupted-'));
    child = fork('bench/run-one.ts', ['test/services/fixtures/waits.bench.ts'], { cwd: settings.home, execArgv: ['--import', 'tsx'], silent: true, env: toolEnvironment({ KONTOR_STATE: stateDir }) });
    pids = await printedPids(child);
    expect(running(pids)).toEqual(pids);
  });
  afterEach(() => {
    child.kill('SIGKILL');
    for (const pid of running(pids)) process.kill(pid, 'SIGKILL');
    rmSync(stateDir, { recursive: true, force: true });
  });
  const left = () => readdirSync(join(stateDir, 'runs'));

  it.each([
    ['SIGINT', () => child.kill('SIGINT')],
    ['SIGTERM', () => child.kill('SIGTERM')],
    ['the end of whoever started it', () => child.disconnect()],
  ])('by %s leaves no program and no folder', async (_how, interrupt) => {
    const ended = endOf(child);
    interrupt();
    expect(await ended).not.toBe(0);
    expect(running(pids)).toEqual([]);
    expect(left()).toEqual([]);
  });

  it('by kill -9 leaves them to the next run, which ends those of the contenders too before it begins', async () => {
    const ended = endOf(child);
    child.kill('SIGKILL');
    await ended;
    expect(running(pids)).toEqual(pids);
    await withDisposableState('bench-next', { ...settings, stateDir }, silent, async () => expect(running(pids)).toEqual([]));
    expect(left()).toEqual([]);
  });
});

describe('a test house whose test was interrupted', () => {
  it('is ended and cleared by the run that links to it', async () => {
    const stateDir = mkdtempSync(join(tmpdir(), 'kontor-interrupted-'));
    const house = mkdtempSync(join(tmpdir(), 'kontor-interrupted-house-'));
    const { pid } = await launchNode({ name: 'serves', file: 'test/services/fixtures/serves.ts', settings, stateDir: house });
    await withDisposableState('test-interrupted', { ...settings, stateDir }, silent, (run) => Promise.resolve(symlinkSync(house, join(run, 'house'))));
    expect(running([pid])).toEqual([]);
    expect(existsSync(house)).toBe(false);
    rmSync(stateDir, { recursive: true, force: true });
  });
});

function running(pids: readonly number[]): number[] {
  return pids.filter((pid) => identityOf(pid) !== undefined);
}

function endOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.once('exit', resolve));
}

function printedPids(child: ChildProcess): Promise<number[]> {
  return new Promise((resolve, reject) => {
    let errors = '';
    child.stderr?.on('data', (text: Buffer) => (errors += text.toString()));
    child.once('exit', (code) => reject(new Error(`it ended with ${code}: ${errors}`)));
    child.stdout?.once('data', (text: Buffer) => resolve(text.toString().trim().split(' ').map(Number)));
  });
}
