import { loadClientConnectConfig, type ClientConnectConfig } from '@temporalio/envconfig';
import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { KontorError } from '../domain/errors.ts';

/**
 * The one place that reads the environment. Every process calls `readSettings()` once at its entry and hands the result
 * on; a child process receives the same settings through `settingsEnvironment`.
 */
export interface Settings {
  /** The checkout's root folder. */
  home: string;
  /** Database, server store, logs, process ids and keys of this installation. */
  stateDir: string;
  /** Built binaries, keyed by version, shared by every checkout of this user. */
  cacheDir: string;
  /** `production` refuses every development convenience. */
  nodeEnv: string;
  logLevel: LogLevel;

  /** Set: this database is used and none is started. */
  databaseUrl: string | undefined;
  /** Port of the PostgreSQL that is started when `databaseUrl` is absent. */
  postgresPort: number;

  /** Set (or named by a profile): this server is used and none is started. */
  temporalAddress: string | undefined;
  namespace: string;
  /** TLS, API key and headers from the official `TEMPORAL_*` variables and profile files. */
  temporalConnection: ClientConnectConfig['connectionOptions'];
  /** A `temporal` command line to use instead of the one on PATH. */
  temporalCli: string | undefined;
  /** Where a local server keeps its state. */
  temporalStore: TemporalStore;
  temporalPort: number;
  temporalWebPort: number;
  temporalMetricsPort: number;
  /** Where people open Temporal Web: the only page that may ask the API to decrypt payloads. */
  temporalWebOrigin: string;

  /** Where API, sandbox and local servers listen. */
  bindAddress: string;
  apiPort: number;
  sandboxPort: number;
  sandboxUrl: string;
  /** How often each company's ERP is asked what changed, in milliseconds. */
  erpPollMs: number;
  workerMetricsPort: number;
  /** What a worker does with its build of the workflow code when it starts. */
  rollOut: RollOut;

  /** Keys of the payload codec, mode 0600; the codec is off while the file is absent. */
  keyRingFile: string;
  /** Requests a minute that the API takes of one person, of one person on costly routes, and of one address without an identity. */
  requestLimits: { person: number; heavy: number; stranger: number };
  /** Addresses or networks of proxies whose X-Forwarded-For counts. */
  trustedProxies: string[];
  /** Set: people log in there and the development login is refused. */
  oidcIssuer: string | undefined;

  /** A folder with the official schemas: set, every ISO 20022 file for a bank is checked against them before it leaves. */
  bankSchemas: string | undefined;

  /** Public sample data for the tests that read it. */
  testDataDir: string;
  /** Services that the test run prepared; absent when vitest is run by itself. */
  testDatabaseUrl: string | undefined;
  testTemporalAddress: string | undefined;
  /** Why the test run has no Temporal server or database. */
  testServicesMissing: string | undefined;
  /** The worker program that the process tests run; a peer of the benchmarks passes the same tests. */
  testWorker: string;
  /** Where the test run's reporter leaves its counts. */
  testResults: string | undefined;
  /** Seeds of the random schedules that a long fault run plays, with commas between them. */
  faultSeeds: string | undefined;
  /** The same of the schedules of payments alone. */
  faultPaymentSeeds: string | undefined;
  /** Names the code in the report of a fault run. */
  faultRevision: string | undefined;
  /** File that the fault run keeps its progress and report in. */
  faultReport: string | undefined;
}

/** The worker program of every installation. */
export const ownWorker = 'workers/main.ts';

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/** `always`: it becomes the current one; `new`: only if it never was; `by-hand`: `kontor builds use` does it; `off`: workers have no builds. */
const rollOuts = ['off', 'always', 'new', 'by-hand'] as const;
export type RollOut = (typeof rollOuts)[number];

const temporalStores = ['sqlite', 'postgres'] as const;
export type TemporalStore = (typeof temporalStores)[number];

type Environment = Record<string, string | undefined>;

const home = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');

/** Every variable that Kontor itself defines; another name with this prefix is a typing error and is refused. */
const ownVariables = [
  'KONTOR_STATE', 'KONTOR_LOG_LEVEL', 'KONTOR_BIND_ADDRESS', 'KONTOR_API_PORT', 'KONTOR_SANDBOX_PORT', 'KONTOR_SANDBOX_URL', 'KONTOR_ERP_POLL_MS',
  'KONTOR_POSTGRES_PORT', 'KONTOR_TEMPORAL_PORT', 'KONTOR_TEMPORAL_WEB_PORT', 'KONTOR_TEMPORAL_METRICS_PORT', 'KONTOR_TEMPORAL_WEB_ORIGIN', 'KONTOR_TEMPORAL_CLI', 'KONTOR_TEMPORAL_STORE',
  'KONTOR_WORKER_METRICS_PORT', 'KONTOR_ROLL_OUT', 'KONTOR_KEY_RING', 'KONTOR_OIDC_ISSUER', 'KONTOR_BANK_SCHEMAS',
  'KONTOR_REQUESTS_PER_MINUTE', 'KONTOR_HEAVY_REQUESTS_PER_MINUTE', 'KONTOR_STRANGER_REQUESTS_PER_MINUTE', 'KONTOR_TRUSTED_PROXIES', 'KONTOR_TEST_DATA', 'KONTOR_TEST_DATABASE_URL',
  'KONTOR_TEST_TEMPORAL_ADDRESS', 'KONTOR_TEST_SERVICES_MISSING', 'KONTOR_TEST_RESULTS', 'KONTOR_TEST_WORKER', 'KONTOR_FAULT_SEEDS', 'KONTOR_FAULT_PAYMENT_SEEDS', 'KONTOR_FAULT_REPORT', 'KONTOR_FAULT_REVISION',
] as const;

/** @throws KontorError `setting-invalid` that names the variable, its value and what is expected. */
export function readSettings(env: Environment = process.env): Settings {
  refuseUnknown(env);
  const read = reader(env);
  const stateDir = read.folder('KONTOR_STATE', join(home, '.kontor'));
  const sandboxPort = read.port('KONTOR_SANDBOX_PORT', 8450);
  const { connectionOptions: temporalConnection, namespace } = loadClientConnectConfig({ overrideEnvVars: definedOnly(env) });
  return {
    home,
    stateDir,
    cacheDir: join(read.folder('XDG_CACHE_HOME', join(homedir(), '.cache')), 'kontor'),
    nodeEnv: read.text('NODE_ENV') ?? 'development',
    logLevel: read.oneOf('KONTOR_LOG_LEVEL', logLevels, 'info'),

    databaseUrl: read.url('DATABASE_URL', ['postgres:', 'postgresql:']),
    postgresPort: read.port('KONTOR_POSTGRES_PORT', 5440),

    temporalAddress: read.hostAndPort('TEMPORAL_ADDRESS') ?? temporalConnection.address,
    namespace: namespace ?? 'kontor-finance-dev',
    temporalConnection,
    temporalCli: read.text('KONTOR_TEMPORAL_CLI'),
    temporalStore: read.oneOf('KONTOR_TEMPORAL_STORE', temporalStores, 'sqlite'),
    temporalPort: read.port('KONTOR_TEMPORAL_PORT', 7233),
    temporalWebPort: read.port('KONTOR_TEMPORAL_WEB_PORT', 8233),
    temporalMetricsPort: read.port('KONTOR_TEMPORAL_METRICS_PORT', 8434),
    temporalWebOrigin: new URL(read.url('KONTOR_TEMPORAL_WEB_ORIGIN', ['http:', 'https:']) ?? `http://127.0.0.1:${read.port('KONTOR_TEMPORAL_WEB_PORT', 8233)}`).origin,

    bindAddress: read.text('KONTOR_BIND_ADDRESS') ?? '127.0.0.1',
    apiPort: read.port('KONTOR_API_PORT', 8440),
    sandboxPort,
    sandboxUrl: read.url('KONTOR_SANDBOX_URL', ['http:', 'https:']) ?? `http://127.0.0.1:${sandboxPort}`,
    erpPollMs: read.count('KONTOR_ERP_POLL_MS') ?? 30_000,
    workerMetricsPort: read.port('KONTOR_WORKER_METRICS_PORT', 8435),
    rollOut: read.oneOf('KONTOR_ROLL_OUT', rollOuts, read.text('NODE_ENV') === 'production' ? 'new' : 'always'),

    keyRingFile: read.folder('KONTOR_KEY_RING', join(stateDir, 'keys', 'payload-keys.json')),
    requestLimits: {
      person: read.count('KONTOR_REQUESTS_PER_MINUTE') ?? 6_000,
      heavy: read.count('KONTOR_HEAVY_REQUESTS_PER_MINUTE') ?? 60,
      stranger: read.count('KONTOR_STRANGER_REQUESTS_PER_MINUTE') ?? 600,
    },
    trustedProxies: read.networks('KONTOR_TRUSTED_PROXIES'),
    oidcIssuer: read.url('KONTOR_OIDC_ISSUER', ['http:', 'https:']),
    bankSchemas: read.text('KONTOR_BANK_SCHEMAS') === undefined ? undefined : read.folder('KONTOR_BANK_SCHEMAS', home),

    testDataDir: read.folder('KONTOR_TEST_DATA', resolve(home, '../shared/data')),
    testDatabaseUrl: read.url('KONTOR_TEST_DATABASE_URL', ['postgres:', 'postgresql:']),
    testTemporalAddress: read.hostAndPort('KONTOR_TEST_TEMPORAL_ADDRESS'),
    testServicesMissing: read.text('KONTOR_TEST_SERVICES_MISSING'),
    testWorker: read.text('KONTOR_TEST_WORKER') ?? ownWorker,
    testResults: read.text('KONTOR_TEST_RESULTS'),
    faultSeeds: read.text('KONTOR_FAULT_SEEDS'),
    faultPaymentSeeds: read.text('KONTOR_FAULT_PAYMENT_SEEDS'),
    faultRevision: read.text('KONTOR_FAULT_REVISION'),
    faultReport: read.text('KONTOR_FAULT_REPORT'),
  };
}

/** The environment of a child process of ours: what this process inherited, with the given settings on top. */
export function settingsEnvironment(settings: Settings, env: Environment = process.env): Record<string, string> {
  return definedOnly({
    ...env,
    TZ: 'UTC',
    KONTOR_STATE: settings.stateDir,
    KONTOR_LOG_LEVEL: settings.logLevel,
    NODE_ENV: settings.nodeEnv,
    DATABASE_URL: settings.databaseUrl,
    TEMPORAL_ADDRESS: settings.temporalAddress,
    TEMPORAL_NAMESPACE: settings.namespace,
    KONTOR_TEMPORAL_WEB_ORIGIN: settings.temporalWebOrigin,
    KONTOR_BIND_ADDRESS: settings.bindAddress,
    KONTOR_API_PORT: String(settings.apiPort),
    KONTOR_SANDBOX_PORT: String(settings.sandboxPort),
    KONTOR_SANDBOX_URL: settings.sandboxUrl,
    KONTOR_ERP_POLL_MS: String(settings.erpPollMs),
    KONTOR_WORKER_METRICS_PORT: String(settings.workerMetricsPort),
    KONTOR_ROLL_OUT: settings.rollOut,
    KONTOR_KEY_RING: settings.keyRingFile,
    KONTOR_OIDC_ISSUER: settings.oidcIssuer,
    KONTOR_BANK_SCHEMAS: settings.bankSchemas,
    KONTOR_REQUESTS_PER_MINUTE: String(settings.requestLimits.person),
    KONTOR_HEAVY_REQUESTS_PER_MINUTE: String(settings.requestLimits.heavy),
    KONTOR_STRANGER_REQUESTS_PER_MINUTE: String(settings.requestLimits.stranger),
    KONTOR_TRUSTED_PROXIES: settings.trustedProxies.join(',') || undefined,
  });
}

/** The environment for a program that is not ours (database, server, compiler): inherited, with the given variables on top. */
export function toolEnvironment(extra: Environment = {}, env: Environment = process.env): Record<string, string> {
  return definedOnly({ ...env, ...extra });
}

/** A short name of this checkout for folders outside it. */
export function checkoutHash(): string {
  return createHash('sha256').update(home).digest('hex').slice(0, 12);
}

/** Whether npm (a script or npx) runs this process, so that it should end with npm. */
export function startedByNpm(env: Environment = process.env): boolean {
  return env.npm_lifecycle_event !== undefined;
}

function refuseUnknown(env: Environment): void {
  const known = new Set<string>(ownVariables);
  for (const name of Object.keys(env)) {
    if (!name.startsWith('KONTOR_') || known.has(name)) continue;
    throw new KontorError('setting-invalid', `The environment variable ${name} is not a setting of Kontor. Its settings: ${ownVariables.join(', ')}.`);
  }
}

function reader(env: Environment) {
  const text = (name: string): string | undefined => {
    const value = env[name]?.trim();
    return value === '' ? undefined : value;
  };
  const refuse = (name: string, expected: string): never => {
    throw new KontorError('setting-invalid', `The environment variable ${name} is ${JSON.stringify(env[name])}; expected ${expected}.`);
  };
  return {
    text,
    port(name: string, fallback: number): number {
      const value = text(name);
      if (value === undefined) return fallback;
      const port = /^\d{1,5}$/.test(value) ? Number(value) : 0;
      return port >= 1 && port <= 65_535 ? port : refuse(name, 'a port number from 1 to 65535');
    },
    count(name: string): number | undefined {
      const value = text(name);
      if (value === undefined) return undefined;
      return /^[1-9]\d{0,5}$/.test(value) ? Number(value) : refuse(name, 'a whole number from 1 to 999999');
    },
    folder(name: string, fallback: string): string {
      const value = text(name);
      if (value === undefined) return fallback;
      return isAbsolute(value) ? value : resolve(home, value);
    },
    oneOf<T extends string>(name: string, allowed: readonly T[], fallback: T): T {
      const value = text(name);
      if (value === undefined) return fallback;
      return allowed.find((one) => one === value) ?? refuse(name, `one of ${allowed.join(', ')}`);
    },
    url(name: string, protocols: string[]): string | undefined {
      const value = text(name);
      if (value === undefined) return undefined;
      const protocol = URL.canParse(value) ? new URL(value).protocol : '';
      // The value may carry a password, so that it is never repeated in a message.
      if (protocols.includes(protocol)) return value;
      throw new KontorError('setting-invalid', `The environment variable ${name} is not a URL that starts with ${protocols.map((one) => `${one}//`).join(' or ')}.`);
    },
    networks(name: string): string[] {
      const all = (text(name) ?? '').split(',').map((one) => one.trim()).filter((one) => one !== '');
      const wellFormed = (one: string) => {
        const [address = '', bits = '0', more] = one.split('/');
        return isIP(address) !== 0 && more === undefined && /^\d{1,3}$/.test(bits) && Number(bits) <= (isIP(address) === 4 ? 32 : 128);
      };
      return all.every(wellFormed) ? all : refuse(name, 'addresses or networks such as 10.0.0.0/8, separated by commas');
    },
    hostAndPort(name: string): string | undefined {
      const value = text(name);
      if (value === undefined) return undefined;
      return /^[^\s/]+:\d{1,5}$/.test(value) ? value : refuse(name, 'HOST:PORT');
    },
  };
}

function definedOnly(env: Environment): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
