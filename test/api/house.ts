import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import pino from 'pino';
import { createMetrics } from '../../api/metrics.ts';
import type { Operation } from '../../api/operation.ts';
import { apiOperations } from '../../api/routes/index.ts';
import { createServer } from '../../api/server.ts';
import { readSandboxSet } from '../../bin/services/sandbox-set.ts';
import { auditSigner } from '../../db/audit/keys.ts';
import { openDatabase, type Db } from '../../db/client.ts';
import { readPerson } from '../../db/repositories/directory.ts';
import { seedSandbox } from '../../db/seed.ts';
import { readInvoice } from '../../documents/invoice/read-invoice.ts';
import { signingKey } from '../../temporal-config/keys.ts';
import { readSettings } from '../../temporal-config/settings.ts';
import { freshDatabase } from '../support/services.ts';
import { apiClient, tokenOf, type ApiClient } from './client.ts';

/** The API inside the test's own process, over a database of its own; its process engine does not answer. */
export interface ApiHouse {
  url: string;
  db: Db;
  stateDir: string;
  operations: Operation[];
  /** What the API logged. */
  log(): string;
  as(person: string): Promise<ApiClient>;
  stranger: ApiClient;
  dispose(): Promise<void>;
}

export async function openApi(): Promise<ApiHouse> {
  const stateDir = mkdtempSync(join(tmpdir(), 'kontor-api-'));
  const database = await freshDatabase();
  const db = openDatabase(database.url, { applicationName: 'kontor-test-api' });
  await seedSandbox(db, readSandboxSet(readSettings().home));
  const connection = Connection.lazy({ address: '127.0.0.1:9' });
  const loginKey = signingKey(stateDir, 'login');
  const metrics = createMetrics(db);
  const operations = apiOperations({
    db,
    client: new Client({ connection, namespace: 'none' }),
    read: (bytes) => readInvoice(bytes),
    issuer: 'kontor-development',
    loginKey,
    decisionKey: signingKey(stateDir, 'decisions'),
    auditSigner: auditSigner(join(stateDir, 'keys')),
    metrics,
    developmentLogin: true,
    serverUrl: 'http://127.0.0.1',
  });
  const lines: string[] = [];
  const app = createServer({
    operations,
    authority: { issuer: 'kontor-development', publicKey: loginKey.publicKey },
    db,
    findPerson: (id) => readPerson(db, id),
    logger: pino({ level: 'info' }, { write: (line: string) => lines.push(line) }),
    requestsPerMinute: 1_000_000,
    answered: metrics.answered,
  });
  const server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const clients = new Map<string, Promise<ApiClient>>();
  const known = async (person: string) => apiClient(url, await tokenOf(stateDir, person));
  return {
    url,
    db,
    stateDir,
    operations,
    log: () => lines.join(''),
    as(person) {
      const client = clients.get(person) ?? known(person);
      clients.set(person, client);
      return client;
    },
    stranger: apiClient(url),
    async dispose() {
      server.closeAllConnections();
      server.close();
      await connection.close();
      await db.destroy();
      await database.drop();
      rmSync(stateDir, { recursive: true, force: true });
    },
  };
}
