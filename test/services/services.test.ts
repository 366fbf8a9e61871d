import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
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
import { searchAttributes } from '../../temporal-config/search-attributes.ts';
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

    const client = new Client({ connection, namespace: 'on-postgres' });
    await client.workflow.start('nobody', { workflowId: 'waits', taskQueue: 'nobody', typedSearchAttributes: [{ key: searchAttributes.stage, value: 'received' }] });
    await expect.poll(async () => (await client.workflow.count(`${searchAttributes.stage.name} = 'received'`)).count, { timeout: 20_000 }).toBe(1);
    expect(await attributeIndexes(services.databaseUrl)).toEqual({ ofAnyValue: 0, ofSetValues: expect.toSatisfy((count: number) => count > 40) as number });
    await connection.close();
  });
});

describe.skipIf(missingServices?.includes('PostgreSQL'))('a database left behind by a killed run', () => {
  const plan = () => ({ stateDir: house.folder, ports: 'free' as const, temporalStore: 'sqlite' as const, web: false });

  it('is ended, recovered and used again with its data and password', async () => {
    const local = await preparePostgres(house.folder, runDirOf(house.folder), await freePort(), silent);
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

describe.skipIf(process.getuid?.() !== 0 || missingServices?.includes('PostgreSQL'))('as root, data that a removed state folder left outside it (needs: root)', () => {
  const closedState = () => {
    mkdirSync(join(house.folder, 'closed'), { mode: 0o700 });
    return join(house.folder, 'closed', 'state');
  };
  const startOn = async (stateDir: string) => {
    const notes: string[] = [];
    const started = await startDatabase({ stateDir, ports: 'free', temporalStore: 'sqlite', web: false }, settings, progressTo((line) => notes.push(line)), []);
    return { ...started, notes: notes.join('\n') };
  };

  it('is set aside, whole, when the new state folder has no keys of it', async () => {
    const stateDir = closedState();
    const first = await startOn(stateDir);
    await withClient(first.databaseUrl, (client) => client.query('create table kept as select 42 as answer'));
    await first.postgres?.stop();
    const password = readFileSync(join(stateDir, 'keys', 'postgres-password'), 'utf8');
    rmSync(stateDir, { recursive: true });

    const second = await startOn(stateDir);
    expect(await withClient(second.databaseUrl, async (client) => (await client.query(`select to_regclass('kept') as kept`)).rows)).toEqual([{ kept: null }]);
    await second.postgres?.stop();
    const [, dataDir = '', aside = ''] = /data in (\S+) .* set aside as (\S+)\./.exec(second.notes) ?? [];

    rmSync(dataDir, { recursive: true });
    renameSync(aside, dataDir);
    writeFileSync(join(stateDir, 'keys', 'postgres-password'), password);
    const third = await startOn(stateDir);
    expect(await withClient(third.databaseUrl, async (client) => (await client.query('select answer from kept')).rows)).toEqual([{ answer: 42 }]);
    await third.postgres?.stop();
    removeState(stateDir);
    expect(existsSync(aside)).toBe(false);
  });

  it.each(['temporal/server.db', 'sandbox/erp.jsonl', 'keys/login.pem'])('stays where it is when the state folder was used and only its password is gone: %s', async (left) => {
    const stateDir = closedState();
    const first = await startOn(stateDir);
    await withClient(first.databaseUrl, (client) => client.query('create table kept as select 42 as answer'));
    await first.postgres?.stop();
    const passwordFile = join(stateDir, 'keys', 'postgres-password');
    const password = readFileSync(passwordFile, 'utf8');
    rmSync(join(stateDir, 'keys'), { recursive: true });
    mkdirSync(join(stateDir, dirname(left)));
    writeFileSync(join(stateDir, left), '');

    await expect(startOn(stateDir)).rejects.toMatchObject({ code: 'database-foreign', message: expect.stringMatching(/data in \/var\/lib\/kontor\/.*Put back the keys folder/) as string });
    expect(existsSync(passwordFile)).toBe(false);

    mkdirSync(dirname(passwordFile), { recursive: true });
    writeFileSync(passwordFile, password);
    const second = await startOn(stateDir);
    expect(await withClient(second.databaseUrl, async (client) => (await client.query('select answer from kept')).rows)).toEqual([{ answer: 42 }]);
    await second.postgres?.stop();
    removeState(stateDir);
  });

  it('is set aside only after the server that still used it was ended', async () => {
    const stateDir = closedState();
    const orphan = await (await preparePostgres(stateDir, runDirOf(stateDir), await freePort(), silent)).launch();
    rmSync(stateDir, { recursive: true });
    const second = await startOn(stateDir);
    expect(second.notes).toContain('set aside as');
    expect(identityOf(orphan.pid)).toBeUndefined();
    await second.postgres?.stop();
    removeState(stateDir);
  });

  it('is named, with what to do, when the keys are others; the server that refused them is gone', async () => {
    const stateDir = closedState();
    const first = await startOn(stateDir);
    await first.postgres?.stop();
    writeFileSync(join(stateDir, 'keys', 'postgres-password'), 'another');
    await expect(startOn(stateDir)).rejects.toMatchObject({ code: 'database-foreign', message: expect.stringMatching(/data in \/var\/lib\/kontor\/.*\/data .*move/) as string });
    expect(readdirSync(runDirOf(stateDir))).toEqual([]);
    removeState(stateDir);
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

/** How many indexes of search attributes hold every record, and how many only those that have the attribute. */
async function attributeIndexes(databaseUrl: string): Promise<unknown> {
  const visibility = new URL(databaseUrl);
  visibility.pathname = '/temporal_visibility';
  return withClient(visibility.href, async (db) => (await db.query(`
    select count(*) filter (where indpred is null)::int as "ofAnyValue", count(indpred)::int as "ofSetValues" from pg_index
      join pg_attribute on attrelid = indrelid and attnum = indkey[1] and attgenerated = 's' where indrelid = 'executions_visibility'::regclass`)).rows[0]);
}
