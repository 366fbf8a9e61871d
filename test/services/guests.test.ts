import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { attach } from '../../bin/services/guests.ts';
import { silent } from '../../bin/services/progress.ts';
import { ownState, type OwnedState } from '../../bin/services/state.ts';
import { readSettings, toolEnvironment } from '../../temporal-config/settings.ts';

const { home } = readSettings();
const running = new AbortController().signal;

describe('a run that uses an installation of another process', () => {
  let stateDir: string;
  let owner: OwnedState;
  let server: Server;
  let url: string;

  beforeEach(async () => {
    stateDir = mkdtempSync(join(tmpdir(), 'kontor-guests-'));
    owner = await owned(stateDir);
    server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    owner.announce(addresses());
  });
  afterEach(async () => {
    server.close();
    await owner.release();
    rmSync(stateDir, { recursive: true, force: true });
  });
  const addresses = () => ({ databaseUrl: '', temporalAddress: '', apiUrl: url, sandboxUrl: url, namespace: 'here' });
  const announced = () => existsSync(join(stateDir, 'addresses.json'));

  it('is waited for; then nobody can join any more', async () => {
    const leave = attach(stateDir);
    let alone = false;
    const waiting = owner.untilAlone(silent, running).then(() => { alone = true; });
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    expect({ alone, announced: announced() }).toEqual({ alone: false, announced: true });
    leave();
    await waiting;
    expect(announced()).toBe(false);
  });

  it('that was killed is not waited for', async () => {
    mkdirSync(join(stateDir, 'guests'));
    writeFileSync(join(stateDir, 'guests', `${process.pid}.json`), JSON.stringify({ pid: process.pid, startedAt: 'another boot/1' }));
    writeFileSync(join(stateDir, 'guests', '1.json'), '{"pid":');
    await owner.untilAlone(silent, running);
    expect(readdirSync(join(stateDir, 'guests'))).toEqual([]);
  });

  it('does not hold up an owner that is told to stop', async () => {
    attach(stateDir);
    await owner.untilAlone(silent, AbortSignal.abort());
    expect(announced()).toBe(false);
  });

  it('says that what it used was stopped', async () => {
    server.on('request', ({ socket }) => {
      rmSync(join(stateDir, 'addresses.json'));
      socket.destroy();
    });
    const { code, printed } = await start('--once');
    expect(printed).toContain('has been stopped');
    expect(printed).toContain(`process ${process.pid}`);
    expect(printed).not.toContain('TypeError');
    expect(code).toBe(1);
  });

  function start(...args: string[]): Promise<{ code: number | null; printed: string }> {
    const child = spawn(process.execPath, ['bin/kontor.mjs', 'start', ...args], { cwd: home, env: toolEnvironment({ KONTOR_STATE: stateDir, NODE_ENV: undefined }), stdio: ['ignore', 'pipe', 'pipe'] });
    let printed = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (printed += chunk.toString()));
    return new Promise((resolve) => child.once('close', (code) => resolve({ code, printed })));
  }
});

async function owned(stateDir: string): Promise<OwnedState> {
  const state = await ownState(stateDir, silent);
  if ('holder' in state) throw new Error('the folder is taken');
  return state;
}
