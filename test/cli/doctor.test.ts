import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { diagnose } from '../../bin/services/diagnosis.ts';
import { freePort } from '../../bin/services/ports.ts';
import { requireKeyRing } from '../../temporal-config/converter.ts';
import { createKeyRing } from '../../temporal-config/key-ring.ts';
import { serverVersion } from '../../temporal-config/server/versions.ts';
import { readSettings, type Settings } from '../../temporal-config/settings.ts';

let folder: string;
let settings: Settings;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kontor-doctor-'));
  settings = {
    ...readSettings({ PATH: process.env.PATH }), stateDir: join(folder, 'state'), cacheDir: join(folder, 'cache'),
    apiPort: await freePort(), sandboxPort: await freePort(), postgresPort: await freePort(), temporalPort: await freePort(), workerMetricsPort: await freePort(),
  };
});
afterEach(() => rmSync(folder, { recursive: true }));

async function finding(what: RegExp) {
  return (await diagnose(settings)).find((one) => what.test(one.what));
}

describe('doctor', () => {
  it('finds Node, PostgreSQL and writable folders on this machine', async () => {
    for (const what of [/^Node$/, /^PostgreSQL$/, /^State folder$/, /^Cache folder$/]) expect(await finding(what)).toMatchObject({ state: 'ok' });
  });

  it('names the variable that moves a taken port', async () => {
    const server = await listening(settings.apiPort);
    expect(await finding(/\(API\)/)).toMatchObject({ state: 'gap', found: 'taken by another program', mend: expect.stringContaining('KONTOR_API_PORT') });
    server.close();
    expect(await finding(/\(sandbox\)/)).toMatchObject({ state: 'ok' });
  });

  it('looks for the ports of API and worker where they bind', async () => {
    settings = { ...settings, bindAddress: '127.0.0.2' };
    const elsewhere = await listening(settings.workerMetricsPort);
    expect(await finding(/\(worker metrics\)/)).toMatchObject({ state: 'ok' });
    elsewhere.close();
    for (const [what, port, variable] of [[/\(API\)/, settings.apiPort, 'KONTOR_API_PORT'], [/\(worker metrics\)/, settings.workerMetricsPort, 'KONTOR_WORKER_METRICS_PORT']] as const) {
      const server = await listening(port, settings.bindAddress);
      expect(await finding(what)).toMatchObject({ state: 'gap', mend: expect.stringContaining(variable) });
      server.close();
    }
  });

  it('says that a given database and a given server do not answer, without a password', async () => {
    settings = { ...settings, databaseUrl: `postgres://somebody:very-secret@127.0.0.1:${await freePort()}/books`, temporalAddress: `127.0.0.1:${await freePort()}` };
    const findings = await diagnose(settings);
    expect(findings.find((one) => one.what === 'PostgreSQL of DATABASE_URL')).toMatchObject({ state: 'gap', mend: expect.stringContaining('DATABASE_URL') });
    expect(findings.find((one) => one.what === 'Temporal server')).toMatchObject({ state: 'gap', mend: expect.stringContaining('TEMPORAL_ADDRESS') });
    expect(JSON.stringify(findings)).not.toContain('very-secret');
  });

  it('says when keys can be read by others, and the command that mends it', async () => {
    const keys = join(settings.stateDir, 'keys');
    mkdirSync(keys, { recursive: true });
    writeFileSync(join(keys, 'payload-keys.json'), '{}', { mode: 0o600 });
    expect(await finding(/^Keys$/)).toMatchObject({ state: 'ok' });
    chmodSync(join(keys, 'payload-keys.json'), 0o644);
    expect(await finding(/^Keys$/)).toMatchObject({ state: 'gap', mend: `chmod 600 ${join(keys, 'payload-keys.json')}` });
    chmodSync(join(keys, 'payload-keys.json'), 0o600);
    writeFileSync(join(keys, 'audit.pub'), 'for everybody', { mode: 0o644 });
    expect(await finding(/^Keys$/)).toMatchObject({ state: 'ok' });
  });

  it('says when a folder cannot be written, and why', async () => {
    writeFileSync(join(folder, 'a-file'), '');
    settings = { ...settings, cacheDir: join(folder, 'a-file', 'cache') };
    expect(await finding(/^Cache folder$/)).toMatchObject({ state: 'gap', found: expect.stringContaining('ENOTDIR'), mend: expect.stringContaining('XDG_CACHE_HOME') });
  });

  it('wants a key ring in production, and says what its absence means elsewhere', async () => {
    settings = { ...settings, keyRingFile: join(folder, 'ring.json') };
    expect(await finding(/^Key ring/)).toMatchObject({ state: 'ok', found: expect.stringContaining('in clear') });
    settings = { ...settings, nodeEnv: 'production' };
    expect(await finding(/^Key ring/)).toMatchObject({ state: 'gap', mend: expect.stringContaining('kontor keys create') });
    createKeyRing(settings.keyRingFile, { now: new Date(), switchedOnAt: new Date() });
    expect(await finding(/^Key ring/)).toMatchObject({ state: 'ok', found: settings.keyRingFile });
  });

  it('says that a key ring is gone where the codec was switched on', async () => {
    settings = { ...settings, keyRingFile: join(folder, 'ring.json') };
    createKeyRing(settings.keyRingFile, { now: new Date(), switchedOnAt: new Date() });
    requireKeyRing(settings);
    settings = { ...settings, keyRingFile: join(folder, 'typo.json') };
    expect(await finding(/^Key ring/)).toMatchObject({ state: 'gap', found: expect.stringContaining(join(folder, 'ring.json')), mend: expect.stringContaining('KONTOR_KEY_RING') });
  });

  it('reads the key ring as a start does, and says what is wrong with it', async () => {
    settings = { ...settings, keyRingFile: join(folder, 'ring.json') };
    createKeyRing(settings.keyRingFile, { now: new Date(), switchedOnAt: new Date() });
    chmodSync(settings.keyRingFile, 0o640);
    expect(await finding(/^Key ring/)).toMatchObject({ state: 'gap', found: expect.stringContaining('chmod 600'), mend: expect.stringContaining('backup') });
    chmodSync(settings.keyRingFile, 0o600);
    truncateSync(settings.keyRingFile, 100);
    expect(await finding(/^Key ring/)).toMatchObject({ state: 'gap', found: expect.stringContaining('is not a key ring'), mend: expect.stringContaining('backup') });
  });

  it('explains what a command line runs, where that keeps its processes, and that a built server stays unused', async () => {
    const temporalCli = join(folder, 'temporal');
    writeFileSync(temporalCli, '#!/bin/sh\necho "temporal version 1.8.2 (Server 1.31.2, UI 2.50.1)"\n', { mode: 0o755 });
    settings = { ...settings, temporalCli };
    const { found } = (await finding(/^Temporal server$/))!;
    expect(found).toContain('command line 1.8.2 of KONTOR_TEMPORAL_CLI');
    expect(found).toContain('`temporal server start-dev`');
    expect(found).toContain(join(settings.stateDir, 'temporal', 'cli-server.db'));
    expect(found).not.toContain('stays unused');
    const built = join(settings.cacheDir, `temporal-server-${serverVersion}`);
    mkdirSync(built, { recursive: true });
    writeFileSync(join(built, 'server'), '');
    expect((await finding(/^Temporal server$/))!.found).toContain(`the built ${serverVersion} stays unused`);
    expect(await finding(/^Temporal Web$/)).toMatchObject({ state: 'ok', found: 'in the command line' });
  });

  it('makes no folder', async () => {
    await diagnose(settings);
    expect(readdirSync(folder)).toEqual([]);
  });
});

function listening(port: number, host = '127.0.0.1'): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer().listen(port, host, () => resolve(server));
  });
}
