import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createServer } from 'node:net';
import { Client } from '@temporalio/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { identityOf } from '../../bin/services/identity.ts';
import { freePort } from '../../bin/services/ports.ts';
import { preparePostgres, removeState, withClient } from '../../bin/services/postgres.ts';
import { progressTo, silent } from '../../bin/services/progress.ts';
import { runDirOf, startDatabase, startServices } from '../../bin/services/services.ts';
import { ownState } from '../../bin/services/state.ts';
import { surveyTemporal } from '../../bin/services/temporal-programs.ts';
import { connectClient } from '../../temporal-config/connection.ts';
import { prepareNamespace } from '../../temporal-config/namespace.ts';
import { readSettings, type Settings } from '../../temporal-config/settings.ts';
import { processes, type Processes } from '../support/processes.ts';
import { describeWithServices, missingServices } from '../support/services.ts';

const settings: Settings = { ...readSettings(), databaseUrl: undefined, temporalAddress: undefined };
const survey = surveyTemporal(settings);
let house: Processes;
beforeEach(() => { house = processes(); });
afterEach(() => house.dispose());

describeWithServices('local services', () => {
  it('survive kill -9 of the database and of the Temporal server without losing what was committed', async () => {
    const services = await house.services();
    const killed = [services.postgres?.pid(), services.temporal?.pid()];
    await withClient(services.databaseUrl, (client) => client.query('create table kept (id int); insert into kept values (1), (2)'));
    const namespace = 'kept';
    const connection = await connectClient({ ...settings, temporalAddress: services.temporalAddress });
    await prepareNamespace(connection, namespace);
    const client = new Client({ connection, namespace });
    await client.workflow.start('waits', { taskQueue: 'nobody', workflowId: 'kept/1' });

    await Promise.all([services.postgres?.kill(), services.temporal?.kill()]);
    await expect.poll(() => [services.postgres?.restarts(), services.temporal?.restarts()], { timeout: 60_000 }).toEqual([1, 1]);

    expect([services.postgres?.pid(), services.temporal?.pid()]).not.toEqual(killed);
    expect(await withClient(services.databaseUrl, async (db) => (await db.query('select id from kept order by id')).rows)).toEqual([{ id: 1 }, { id: 2 }]);
    expect((await client.workflow.getHandle('kept/1').describe()).status.name).toBe('RUNNING');
    await connection.close();
  });

  it('leave no process behind when they are stopped', async () => {
    const services = await house.services({ web: true });
    const pids = [services.postgres, services.temporal, services.web].map((part) => part?.pid()).filter((pid) => pid !== undefined);
    expect(pids.length).toBeGreaterThanOrEqual(2);
    await services.stop();
    expect(pids.map(identityOf)).toEqual(pids.map(() => undefined));
  });

  it.skipIf(!survey.server || !survey.sqlTool)('run Temporal on PostgreSQL as well (needs: the built official server and its schema tool)', async () => {
    const services = await house.services({ temporalStore: 'postgres' });
    const connection = await connectClient({ ...settings, temporalAddress: services.temporalAddress });
    await prepareNamespace(connection, 'on-postgres');
    const databases = await withClient(services.databaseUrl, async (db) => (await db.query<{ datname: string }>(`select datname from pg_database where datname like 'temporal%' order by 1`)).rows);
    expect(databases.map((row) => row.datname)).toEqual(['temporal', 'temporal_visibility']);
    await connection.close();
  });
});

describe.skipIf(missingServices?.includes('PostgreSQL'))('a database left behind by a killed run', () => {
  const plan = () => ({ stateDir: house.folder, ports: 'free' as const, temporalStore: 'sqlite' as const, web: false });

  it('is ended, recovered and used again with its data and password', async () => {
    const local = preparePostgres(house.folder, runDirOf(house.folder), await freePort(), silent);
    const orphan = await local.launch();
    await withClient(local.url, (client) => client.query('create table kept as select 42 as answer'));

    const state = await ownState(house.folder, silent);
    expect(identityOf(orphan.pid)).toBeUndefined();
    const next = await startDatabase(plan(), settings, silent, []);
    expect(await withClient(next.databaseUrl, async (client) => (await client.query('select answer from kept')).rows)).toEqual([{ answer: 42 }]);
    await next.postgres?.stop();
    if ('release' in state) await state.release();
  });

  it('is not confused with another process that got the number in its lock file', async () => {
    const first = await startDatabase(plan(), settings, silent, []);
    await first.postgres?.stop();
    const lockFile = join(house.folder, 'postgres', 'data', 'postmaster.pid');
    writeFileSync(lockFile, `${process.pid}\n${join(house.folder, 'postgres', 'data')}\n`);
    const second = await startDatabase(plan(), settings, silent, []);
    expect(readFileSync(lockFile, 'utf8')).not.toMatch(new RegExp(`^${process.pid}\n`));
    await second.postgres?.stop();
    expect(existsSync(lockFile)).toBe(false);
  });
});

describe.skipIf(process.getuid?.() !== 0 || missingServices?.includes('PostgreSQL'))('as root (needs: root)', () => {
  it('puts the database outside a state folder that the user postgres cannot reach, says where, and removes it with the state', async () => {
    const closed = join(house.folder, 'closed');
    mkdirSync(closed, { mode: 0o700 });
    const stateDir = join(closed, 'state');
    const notes: string[] = [];
    const { postgres, databaseUrl } = await startDatabase({ stateDir, ports: 'free', temporalStore: 'sqlite', web: false }, settings, progressTo((line) => notes.push(line)), []);
    const where = /cannot reach .*: the database lies in (\S+)\./.exec(notes.join('\n'))?.[1] as string;
    expect(await withClient(databaseUrl, async (client) => (await client.query('show data_directory')).rows)).toEqual([{ data_directory: join(where, 'data') }]);
    await postgres?.stop();
    removeState(stateDir);
    expect(existsSync(where)).toBe(false);
  });
});

describe('a start', () => {
  it('says which port is taken and which setting moves it', async () => {
    const postgresPort = await freePort();
    const other = createServer().listen(postgresPort, '127.0.0.1');
    const starting = startServices({ stateDir: house.folder, ports: 'fixed', temporalStore: 'sqlite', web: false }, { ...settings, postgresPort }, silent);
    await expect(starting).rejects.toMatchObject({ code: 'port-taken', message: expect.stringMatching(`Port ${postgresPort} .*KONTOR_POSTGRES_PORT`) });
    other.close();
  });

  it('says that the database of DATABASE_URL does not answer, and never prints its password', async () => {
    const databaseUrl = `postgres://somebody:very-secret@127.0.0.1:${await freePort()}/books`;
    const error = await startServices({ stateDir: house.folder, ports: 'free', temporalStore: 'sqlite', web: false }, { ...settings, databaseUrl }, silent).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'database-unreachable', message: expect.stringContaining('/books (DATABASE_URL) does not answer') });
    expect(String(error)).not.toContain('very-secret');
  });

  it('finds another live one on the same state folder', async () => {
    const first = await ownState(house.folder, silent);
    const second = await ownState(house.folder, silent);
    expect(second).toEqual({ holder: identityOf(process.pid) });
    if ('release' in first) await first.release();
    const third = await ownState(house.folder, silent);
    expect(third).toHaveProperty('release');
    if ('release' in third) await third.release();
  });

  it('takes over the lock of a dead one', async () => {
    writeFileSync(join(house.folder, 'owner.lock'), JSON.stringify({ pid: process.pid, startedAt: 'another boot/1' }));
    const state = await ownState(house.folder, silent);
    expect(state).toHaveProperty('release');
    if ('release' in state) await state.release();
  });
});
