import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { identityOf, isAlive } from '../../bin/services/identity.ts';
import { launchNode } from '../../bin/services/node-process.ts';
import { endOrphans } from '../../bin/services/process.ts';
import { progressTo } from '../../bin/services/progress.ts';
import { runDirOf } from '../../bin/services/services.ts';
import { supervise } from '../../bin/services/supervise.ts';
import { readSettings } from '../../temporal-config/settings.ts';
import { processes, type Processes } from '../support/processes.ts';

const settings = readSettings();
const serves = { name: 'serves', file: 'test/services/fixtures/serves.ts', settings };

describe('a process of ours', () => {
  let house: Processes;
  beforeEach(() => { house = processes(); });
  afterEach(() => house.dispose());

  it('is ready when it says so, answers, and is gone after stop', async () => {
    const running = await house.start(serves);
    const url = `http://127.0.0.1:${String(running.ready.port)}`;
    expect(await (await fetch(url)).text()).toBe('here');
    await running.stop();
    expect(await running.ended).toBe('code 0');
    await expect(fetch(url)).rejects.toThrow();
  });

  it('can be killed as a crash would', async () => {
    const running = await house.start(serves);
    await running.kill();
    expect(await running.ended).toBe('signal SIGKILL');
  });

  it('that ends before it is ready is reported with the end of its log', async () => {
    await expect(house.start({ ...serves, name: 'fails', file: 'test/services/fixtures/fails.ts' })).rejects.toMatchObject({
      code: 'process-ended', message: expect.stringMatching(/fails ended before it was ready \(code 3\)[^]*the ledger file is not readable/),
    });
  });

  it('that does not become ready in time is stopped and reported', async () => {
    const silentFile = join(house.folder, 'waits.ts');
    writeFileSync(silentFile, 'setInterval(() => undefined, 1000);');
    const starting = launchNode({ name: 'waits', file: silentFile, settings, stateDir: house.folder, readyWithinMs: 500 });
    await expect(starting).rejects.toMatchObject({ code: 'process-ended', message: expect.stringContaining('was not ready after 0.5 s') });
    expect(await endOrphans(runDirOf(house.folder), progressTo(() => undefined))).toBe(0);
  });

  it('comes back under supervision after every crash, and not after stop', async () => {
    const notes: string[] = [];
    const supervised = await supervise('serves', () => house.start(serves), progressTo((line) => notes.push(line)));
    for (const restarts of [1, 2]) {
      await supervised.kill();
      await expect.poll(() => supervised.restarts(), { timeout: 20_000 }).toBe(restarts);
    }
    expect(notes.join('\n')).toMatch(/ended unexpectedly \(signal SIGKILL\); starting it again in 0.25 s[^]*starting it again in 0.5 s/);
    const pid = supervised.pid() as number;
    await supervised.stop();
    expect(identityOf(pid)).toBeUndefined();
    expect(supervised.restarts()).toBe(2);
  });

  it('stays down under supervision when it ends while everything is being stopped', async () => {
    const notes: string[] = [];
    const stopping = new AbortController();
    let launched = 0;
    const start = () => {
      launched += 1;
      return house.start(serves);
    };
    const supervised = await supervise('serves', start, progressTo((line) => notes.push(line)), stopping.signal);
    stopping.abort();
    await supervised.kill();
    await supervised.stop();
    await expect(supervise('serves', start, progressTo((line) => notes.push(line)), stopping.signal)).rejects.toThrow('aborted');
    expect({ launched, notes, pid: supervised.pid() }).toEqual({ launched: 1, notes: [], pid: undefined });
  });

  it('left behind by a killed run is found by its record and ended', async () => {
    const running = await house.start(serves);
    const notes: string[] = [];
    expect(await endOrphans(runDirOf(house.folder), progressTo((line) => notes.push(line)))).toBe(1);
    expect(identityOf(running.pid)).toBeUndefined();
    expect(notes[0]).toContain(`Ending serves (process ${running.pid})`);
  });

  it('is not confused with another program that got its number', async () => {
    const stranger = spawn('sleep', ['60']);
    const identity = identityOf(stranger.pid as number);
    if (identity === undefined) throw new Error('sleep did not start');
    const running = await house.start(serves);
    writeFileSync(join(runDirOf(house.folder), 'serves.json'), JSON.stringify({ ...identity, startedAt: 'another boot/1', name: 'serves', command: 'node', stopSignal: 'SIGTERM' }));
    expect(await endOrphans(runDirOf(house.folder), progressTo(() => undefined))).toBe(0);
    expect(isAlive(identity)).toBe(true);
    stranger.kill();
    await running.stop();
  });
});
