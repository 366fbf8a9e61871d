import type { Duplex } from 'node:stream';
import knexFactory, { type Knex } from 'knex';
import pg from 'pg';
import { place } from './placing.ts';

/** The pool or a transaction: every repository function takes one of them explicitly. */
export type Db = Knex;
/** A function that takes a `Trx` relies on its locks or must commit together with its caller. */
export type Trx = Knex.Transaction;

export type Bindings = Record<string, unknown>;

/** Rows of a business date stay text: the driver would make a local midnight of them. Instants become ISO text with `Z`. */
const DATE = 1082;
const TIMESTAMPTZ = 1184;
const parseInstant = pg.types.getTypeParser(TIMESTAMPTZ);
pg.types.setTypeParser(DATE, (text: string) => text);
pg.types.setTypeParser(TIMESTAMPTZ, (text: string) => (parseInstant(text) as Date).toISOString());

export interface DatabaseOptions {
  poolSize?: number;
  /** Shown in `pg_stat_activity`, so that an operator sees which process holds a lock. */
  applicationName?: string;
  statementTimeoutMs?: number;
}

/** knex would print to the screen what it throws or repairs anyway; the caller's logger says it with its context. */
const silent = { warn() {}, error() {}, deprecate() {}, debug() {} };

/** Opens a pool; nothing connects before the first query. Close it with `db.destroy()`. */
export function openDatabase(url: string, options: DatabaseOptions = {}): Db {
  const { poolSize = 10, applicationName = 'kontor', statementTimeoutMs = 30_000 } = options;
  return knexFactory({
    client: 'pg',
    connection: inPipeline({
      connectionString: url,
      application_name: applicationName,
      statement_timeout: statementTimeoutMs,
      options: `-c lock_timeout=${Math.min(10_000, statementTimeoutMs)}`,
      idle_in_transaction_session_timeout: 60_000,
      keepAlive: true,
    }),
    pool: { min: 0, max: poolSize },
    acquireConnectionTimeout: 10_000,
    log: silent,
  });
}

/** The driver sends a statement without waiting for the answer to the one before; knex hands the setting on without knowing it. */
function inPipeline(connection: Knex.PgConnectionConfig): Knex.PgConnectionConfig {
  return { ...connection, pipeline: true } as Knex.PgConnectionConfig;
}

/**
 * Runs one statement with `:name` bindings and answers its rows. A statement with a `name` is prepared once per
 * connection: worth it on hot paths, where planning costs more than running.
 *
 * Statements of one transaction that are begun together (`Promise.all`) travel in one round trip and run one after the other, in the
 * order of their begin: each sees what the earlier ones locked and wrote.
 */
export async function sql<Row = Record<string, unknown>>(db: Db, text: string, bindings: Bindings = {}, name?: string): Promise<Row[]> {
  const { positional, values } = place(text, bindings);
  const client = db.client as Connections;
  const connection = await client.acquireConnection();
  try {
    if ((db as unknown as Partial<Trx>).isCompleted?.()) throw new Error('The transaction of this statement has ended: its connection may serve another by now.');
    return (await query<Row>(connection, { text: positional, values, ...(name === undefined ? {} : { name }) })).rows;
  } finally {
    await client.releaseConnection(connection);
  }
}

/** Where statements get their connection from: the pool, or a transaction that keeps one. */
interface Connections {
  acquireConnection(): Promise<Connection>;
  releaseConnection(connection: Connection): Promise<void>;
}

type Connection = pg.Client & { connection: { stream: Duplex } };

/** By the driver itself: the query builder would cost more than the driver. What is begun in one tick is written at once. */
function query<Row>(connection: Connection, statement: pg.QueryConfig): Promise<pg.QueryResult<Row & pg.QueryResultRow>> {
  const { stream } = connection.connection;
  stream.cork();
  process.nextTick(() => stream.uncork());
  return new Promise((resolve, reject) => connection.query<Row & pg.QueryResultRow>(statement, (error, result) => (error ? reject(error) : resolve(result))));
}

/** The only row of a statement that gives exactly one. */
export async function sqlOne<Row = Record<string, unknown>>(db: Db, text: string, bindings: Bindings = {}, name?: string): Promise<Row> {
  const [row, ...more] = await sql<Row>(db, text, bindings, name);
  if (row === undefined || more.length > 0) throw new Error(`expected one row, got ${row === undefined ? 0 : more.length + 1}`);
  return row;
}

/**
 * Runs `work` in one transaction, or in the caller's where `db` is one; a deadlock or a serialisation failure is tried again by
 * whoever began it, so `work` must have no effect outside it.
 */
export function inTransaction<Result>(db: Db, work: (trx: Trx) => Promise<Result>, attempts?: number): Promise<Result> {
  return db.isTransaction === true ? work(db as Trx) : retried(() => transaction(db, work), attempts);
}

/** What `work` throws rolls back; so does a statement that failed, whoever caught that. BEGIN is waited for: without it, each statement would commit by itself. */
async function transaction<Result>(db: Db, work: (trx: Trx) => Promise<Result>): Promise<Result> {
  return holdingConnection(db, { isTransaction: true }, async (trx, connection, end) => {
    await query(connection, { text: 'begin' });
    try {
      const result = await work(trx as Trx);
      end();
      const { command } = await query(connection, { text: 'commit' });
      if (command !== 'COMMIT') throw new Error('The transaction was rolled back: one of its statements had failed.');
      return result;
    } catch (error) {
      end();
      // Without effect after a commit that was refused; where it cannot be sent, neither can anything else.
      await query(connection, { text: 'rollback' }).catch(() => connection.connection.stream.destroy());
      throw error;
    }
  });
}

/**
 * Statements that `work` begins together travel in one round trip, and each commits by itself. From the pool, each of them would
 * take a connection.
 */
export function onOneConnection<Result>(db: Db, work: (db: Db) => Promise<Result>): Promise<Result> {
  return db.isTransaction === true ? work(db) : holdingConnection(db, {}, (held) => work(held));
}

async function holdingConnection<Result>(db: Db, kind: { isTransaction?: true }, work: (held: Db, connection: Connection, end: () => void) => Promise<Result>): Promise<Result> {
  const pool = db.client as Connections;
  const connection = await pool.acquireConnection();
  let ended = false;
  const end = () => void (ended = true);
  const client: Connections = { acquireConnection: () => Promise.resolve(connection), releaseConnection: () => Promise.resolve() };
  try {
    return await work({ ...kind, client, isCompleted: () => ended } as unknown as Db, connection, end);
  } finally {
    end();
    await pool.releaseConnection(connection);
  }
}

/** Runs a statement that commits by itself, or a whole transaction, again after a deadlock or a serialisation failure. */
export async function retried<Result>(run: () => Promise<Result>, attempts = 4): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run();
    } catch (error) {
      if (attempt >= attempts || !retryable.has(sqlState(error) ?? '')) throw error;
    }
  }
}

/**
 * Runs `work` as the application role that sees only the given entities (row-level security); `['*']` sees all. Where the database has no
 * such role, because none may be created, what `work` asks for is the only limit.
 */
export async function inEntityScope<Result>(db: Db, entities: readonly string[], work: (trx: Trx) => Promise<Result>, { readOnly = false } = {}): Promise<Result> {
  return transaction(db, async (trx) => {
    await sql(trx, ENTER_SCOPE, { entities: entities.join(','), readOnly: readOnly ? 'on' : 'off' }, 'entity-scope');
    return work(trx);
  });
}

const ENTER_SCOPE = `
select set_config('role', coalesce((select rolname::text from pg_roles where rolname = 'kontor_app'), 'none'), true),
       set_config('kontor.entities', :entities, true), set_config('transaction_read_only', :readOnly, true)`

/** JSON for a jsonb column: the driver would turn a bare array into an SQL array. */
export function json(value: unknown): string {
  return JSON.stringify(value ?? null);
}

/** True when the database could not be reached, is starting, stopping, out of connections, memory or disk, or gave a lock or an answer too late: wait and try again. */
export function isDatabaseUnavailable(error: unknown): boolean {
  const code = sqlState(error);
  if (code !== undefined && (unavailable.has(code) || code.startsWith('08'))) return true;
  return error instanceof Error && (error.name === 'KnexTimeoutError' || /Connection terminated|is not queryable|Unable to acquire a connection/.test(error.message));
}

/** True when a statement failed for another reason than the data that it was given: the same one may go through later, or with another program. */
export function isDatabaseFailure(error: unknown): boolean {
  return isDatabaseUnavailable(error) || (typeof (error as { severity?: unknown } | null)?.severity === 'string' && !ofItsData.some((state) => sqlState(error)?.startsWith(state)));
}

/** Name of the violated constraint or unique index, if the error is a violation. */
export function violatedConstraint(error: unknown): string | undefined {
  return sqlState(error) === '23505' ? (error as { constraint?: string }).constraint : undefined;
}

const retryable = new Set(['40001', '40P01']);
/** Classes of the states that tell of data which the database does not take: a value, a contradiction, something too long for an index. */
const ofItsData = ['22', '23', '54'];
const unavailable = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOENT', 'ETIMEDOUT', '57P01', '57P02', '57P03', '57014', '53000', '53100', '53200', '53300', '55P03', '58030']);

function sqlState(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : undefined;
}
