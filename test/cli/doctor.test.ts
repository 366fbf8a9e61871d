import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { diagnose } from '../../bin/services/diagnosis.ts';
import { freePort } from '../../bin/services/ports.ts';
import { serverVersion } from '../../temporal-config/server/versions.ts';
import { readSettings, type Settings } from '../../temporal-config/settings.ts';

let folder: string;
let settings: Settings;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kontor-doctor-'));
  settings = {
    ...readSettings({ PATH: process.env.PATH }), stateDir: join(folder, 'state'), cacheDir: join(folder, 'cache'),
    apiPort: await freePort(), sandboxPort: await freePort(), postgresPort: await freePort(), temporalPort: await freePort(),
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
    writeFileSync(settings.keyRingFile, '{}', { mode: 0o600 });
    expect(await finding(/^Key ring/)).toMatchObject({ state: 'ok', found: settings.keyRingFile });
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

function listening(port: number): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer().listen(port, '127.0.0.1', () => resolve(server));
  });
}
