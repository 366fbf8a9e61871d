import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Connection } from '@temporalio/client';
import { describe } from 'vitest';
import { withClient } from '../../bin/services/postgres.ts';
import { migrate } from '../../db/migrate.ts';
import { connectClient } from '../../temporal-config/connection.ts';
import { deleteNamespace, prepareNamespace } from '../../temporal-config/namespace.ts';
import { readSettings, type Settings } from '../../temporal-config/settings.ts';

export { freePort } from '../../bin/services/ports.ts';

const settings = readSettings();

/** Why tests on the real server and database cannot run here; undefined when they can. */
export const missingServices: string | undefined = settings.testDatabaseUrl && settings.testTemporalAddress
  ? undefined
  : settings.testServicesMissing ?? 'no prepared services: run `npm test`, or `npx kontor services` in another terminal and set what it prints';

/** Why tests on the real database cannot run here; undefined when they can. */
export const missingDatabase: string | undefined = settings.testDatabaseUrl ? undefined : missingServices;

/** `describe` for a file that needs PostgreSQL and Temporal; skipped with the reason in its name where they are missing. */
export const describeWithServices = describeUnless(missingServices);

/** `describe` for a file that needs only PostgreSQL. */
export const describeWithDatabase = describeUnless(missingDatabase);

export interface FreshDatabase {
  url: string;
  drop(): Promise<void>;
}

/** A migrated, otherwise empty database of its own; copied from a template that is migrated once a run. */
export async function freshDatabase(): Promise<FreshDatabase> {
  const name = `kontor_test_${randomBytes(6).toString('hex')}`;
  await withClient(databaseUrl('postgres'), async (admin) => {
    const template = await migratedTemplate();
    await admin.query(`create database ${name} template ${template}`);
  });
  return { url: databaseUrl(name), drop: () => dropDatabase(name) };
}

export interface FreshNamespace {
  name: string;
  remove(): Promise<void>;
}

/** A Temporal namespace of its own, with our search attributes; usable as soon as this resolves. */
export async function freshNamespace(): Promise<FreshNamespace> {
  const name = `test-${randomBytes(6).toString('hex')}`;
  await withConnection((connection) => prepareNamespace(connection, name));
  return { name, remove: () => withConnection((connection) => deleteNamespace(connection, name)) };
}

export interface FreshHouse {
  /** Settings whose database and namespace belong to the caller alone. */
  settings: Settings;
  dispose(): Promise<void>;
}

/** A database and a namespace of its own, as settings; `changes` go on top (ports, state folder, sandbox …). */
export async function freshHouse(changes: Partial<Settings> = {}): Promise<FreshHouse> {
  const [database, namespace] = await Promise.all([freshDatabase(), freshNamespace()]);
  return {
    settings: { ...settings, databaseUrl: database.url, temporalAddress: temporalAddress(), namespace: namespace.name, ...changes },
    async dispose() {
      await Promise.all([database.drop(), namespace.remove()]);
    },
  };
}

/** The address of the run's Temporal server. @throws outside a prepared run */
export function temporalAddress(): string {
  if (!settings.testTemporalAddress) throw new Error(missingServices);
  return settings.testTemporalAddress;
}

function describeUnless(missing: string | undefined) {
  return (name: string, body: () => void): void => {
    if (missing === undefined) describe(name, body);
    else describe.skip(`${name} (needs: ${missing})`, body);
  };
}

function databaseUrl(database: string): string {
  if (!settings.testDatabaseUrl) throw new Error(missingDatabase);
  const url = new URL(settings.testDatabaseUrl);
  url.pathname = `/${database}`;
  return url.href;
}

async function dropDatabase(name: string): Promise<void> {
  await withClient(databaseUrl('postgres'), (admin) => admin.query(`drop database if exists ${name} with (force)`));
}

async function withConnection<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await connectClient({ ...settings, temporalAddress: temporalAddress() });
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}

let template: Promise<string> | undefined;

/** One migrated template for all test files; the first that comes makes it while the others wait at the lock. */
function migratedTemplate(): Promise<string> {
  template ??= withClient(databaseUrl('postgres'), async (admin) => {
    const name = `kontor_template_${migrationsHash()}`;
    await admin.query('select pg_advisory_lock(hashtext($1))', [name]);
    const { rowCount } = await admin.query('select 1 from pg_database where datname = $1', [name]);
    if (!rowCount) {
      const half = `${name}_half`;
      await dropDatabase(half);
      await admin.query(`create database ${half}`);
      await migrate(databaseUrl(half));
      await admin.query(`alter database ${half} rename to ${name}`);
    }
    return name; // the end of the connection gives the lock back
  });
  return template;
}

function migrationsHash(): string {
  const folder = join(settings.home, 'db', 'migrations');
  const hash = createHash('sha256');
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    if (/\.(ts|sql)$/.test(name)) hash.update(name).update(readFileSync(join(folder, name)));
  }
  return hash.digest('hex').slice(0, 12);
}
