import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import pino from 'pino';
import { httpServer, type Patience } from '../../api/http-server.ts';
import { createMetrics } from '../../api/metrics.ts';
import type { RequestLimits } from '../../api/middleware/limits.ts';
import type { Operation } from '../../api/operation.ts';
import { apiOperations } from '../../api/routes/index.ts';
import { createServer } from '../../api/server.ts';
import { readSandboxSet } from '../../bin/services/sandbox-set.ts';
import { auditSigner } from '../../db/audit/keys.ts';
import { openDatabase, type Db } from '../../db/client.ts';
import { readPerson } from '../../db/repositories/directory.ts';
import { seedSandbox } from '../../db/seed.ts';
import { readInvoice } from '../../documents/invoice/read-invoice.ts';
import { KeyRingFile } from '../../temporal-config/key-ring.ts';
import { signingKey } from '../../temporal-config/keys.ts';
import { readSettings } from '../../temporal-config/settings.ts';
import { freshDatabase } from '../support/services.ts';
import { apiClient, tokenOf, type ApiClient } from './client.ts';

/** The API inside the test's own process. */
export interface ServedApi {
  url: string;
  operations: Operation[];
  /** What the API logged. */
  log(): string;
  as(person: string): Promise<ApiClient>;
  stranger: ApiClient;
  /** Open connections of clients. */
  connections(): Promise<number>;
  /** Bytes in this process that wait until clients read on. */
  unsent(): number;
  close(): void;
}

export interface ServedParts {
  db: Db;
  client: Client;
  stateDir: string;
  patienceMs?: number;
  limits?: RequestLimits;
  trustedProxies?: string[];
  /** Of the HTTP server with slow clients. */
  patience?: Patience;
  /** What the routes get as their database, where it is not to be the server's. */
  routesDb?: Db;
  /** Besides those of the API. */
  more?: Operation[];
}

/** Where the test's Temporal Web would be open. */
export const webOrigin = 'https://temporal.example';

const unlimited: RequestLimits = { person: 1_000_000, heavy: 1_000_000, stranger: 1_000_000 };

/** Serves the API over a given database and process engine. */
export async function serveApi({ db, client, stateDir, patienceMs = 3_000, limits = unlimited, trustedProxies = [], patience, routesDb = db, more = [] }: ServedParts): Promise<ServedApi> {
  const loginKey = signingKey(stateDir, 'login');
  const metrics = createMetrics(db);
  const described = apiOperations({
    db: routesDb,
    client,
    read: (bytes) => readInvoice(bytes),
    issuer: 'kontor-development',
    loginKey,
    decisionKey: signingKey(stateDir, 'decisions'),
    patienceMs,
    auditSigner: auditSigner(join(stateDir, 'keys')),
    metrics,
    developmentLogin: true,
    payloads: { ring: new KeyRingFile(join(stateDir, 'payload-keys.json')), namespace: client.options.namespace },
    serverUrl: 'http://127.0.0.1',
  });
  const operations = [...described, ...more];
  const lines: string[] = [];
  const app = createServer({
    operations,
    authority: { issuer: 'kontor-development', publicKey: loginKey.publicKey },
    db,
    findPerson: (id) => readPerson(db, id),
    now: () => new Date(),
    logger: pino({ level: 'info' }, { write: (line: string) => lines.push(line) }),
    limits,
    temporalWebOrigin: webOrigin,
    trustedProxies,
    answered: metrics.answered,
  });
  const server = httpServer(app, patience).listen(0, '127.0.0.1');
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => void sockets.add(socket.once('close', () => sockets.delete(socket))));
  await new Promise((resolve) => server.once('listening', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    operations,
    log: () => lines.join(''),
    as: async (person) => apiClient(url, await tokenOf(stateDir, person)),
    stranger: apiClient(url),
    connections: () => new Promise((resolve, reject) => server.getConnections((error, count) => (error ? reject(error) : resolve(count)))),
    unsent: () => [...sockets].reduce((sum, { writableLength }) => sum + writableLength, 0),
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

export interface ApiHouse extends ServedApi {
  db: Db;
  client: Client;
  stateDir: string;
  dispose(): Promise<void>;
}

/** The API over a seeded database of its own; its process engine does not answer. */
export async function openApi(options: Omit<ServedParts, 'db' | 'client' | 'stateDir'> = {}): Promise<ApiHouse> {
  const stateDir = mkdtempSync(join(tmpdir(), 'kontor-api-'));
  const database = await freshDatabase();
  const db = openDatabase(database.url, { applicationName: 'kontor-test-api', poolSize: 16 });
  await seedSandbox(db, readSandboxSet(readSettings().home));
  const connection = Connection.lazy({ address: '127.0.0.1:9' });
  const client = new Client({ connection, namespace: 'none' });
  const served = await serveApi({ db, client, stateDir, patienceMs: 300, ...options });
  return {
    ...served,
    db,
    client,
    stateDir,
    async dispose() {
      served.close();
      await connection.close();
      await db.destroy();
      await database.drop();
      rmSync(stateDir, { recursive: true, force: true });
    },
  };
}

/** Throws unless the answer has the form that its operation declares for this status. */
export function conforms(operations: readonly Operation[], id: string, answer: { status: number; body: unknown }): void {
  const declared = operations.find((operation) => operation.id === id)?.responses[answer.status];
  if (!declared) throw new Error(`${id} declares no answer ${answer.status}: ${JSON.stringify(answer.body).slice(0, 500)}`);
  const judged = declared.schema?.safeParse(answer.body);
  if (judged?.success === false) throw new Error(`${id} ${answer.status} does not have its form: ${judged.error.message}`);
}
