import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Client } from '@temporalio/client';
import pino from 'pino';
import { auditSigner } from '../db/audit/keys.ts';
import { openDatabase } from '../db/client.ts';
import { readPerson } from '../db/repositories/directory.ts';
import { sharedClock } from '../db/shared-clock.ts';
import { closeInvoiceReaders, openInvoiceReaders, readInvoiceInWorker } from '../documents/invoice/read-in-worker.ts';
import { KontorError } from '../domain/errors.ts';
import { lazyClient } from '../temporal-config/connection.ts';
import { dataConverter, requireKeyRing } from '../temporal-config/converter.ts';
import { signingKey } from '../temporal-config/keys.ts';
import { readSettings } from '../temporal-config/settings.ts';
import { developmentLoginOf } from './development-login.ts';
import { httpServer } from './http-server.ts';
import { watchFolder } from './intake/folder.ts';
import { createMetrics } from './metrics.ts';
import { apiOperations } from './routes/index.ts';
import { createServer } from './server.ts';

const issuer = 'kontor-development';
const patienceMs = 3_000;

/** The API process: stateless, any number of replicas over one database. */
async function main(): Promise<void> {
  const settings = readSettings();
  const logger = pino({ level: settings.logLevel, base: { service: 'api', pid: process.pid } });
  const developmentLogin = developmentLoginOf(settings);
  if (!settings.databaseUrl) throw new KontorError('setting-invalid', 'DATABASE_URL is not set.');
  const db = openDatabase(settings.databaseUrl, { poolSize: 16, applicationName: 'kontor-api' });
  const clock = await sharedClock(db);
  const connection = lazyClient(settings);
  const client = new Client({ connection, namespace: settings.namespace, dataConverter: dataConverter(settings, { workflowService: connection.workflowService, refused: (payload) => logger.error(payload, 'a payload was refused') }) });
  openInvoiceReaders();
  const loginKey = signingKey(settings.stateDir, 'login');
  const metrics = createMetrics(db);
  const app = createServer({
    operations: apiOperations({
      db,
      client,
      read: readInvoiceInWorker,
      issuer,
      loginKey,
      decisionKey: signingKey(settings.stateDir, 'decisions'),
      patienceMs,
      auditSigner: auditSigner(join(settings.stateDir, 'keys')),
      metrics,
      developmentLogin,
      payloads: { ring: requireKeyRing(settings), namespace: settings.namespace },
      serverUrl: `http://${settings.bindAddress}:${settings.apiPort}`,
    }),
    authority: { issuer, publicKey: loginKey.publicKey },
    db,
    findPerson: (id) => readPerson(db, id),
    now: clock.now,
    logger,
    limits: settings.requestLimits,
    temporalWebOrigin: settings.temporalWebOrigin,
    trustedProxies: settings.trustedProxies,
    answered: metrics.answered,
  });
  const inbox = watchFolder({ db, read: readInvoiceInWorker, root: join(settings.stateDir, 'inbox'), logger, now: clock.now });
  const server = httpServer(app).on('error', fail).listen(settings.apiPort, settings.bindAddress, () => {
    console.log(JSON.stringify({ ready: true, service: 'api', port: (server.address() as AddressInfo).port }));
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      clock.stop();
      server.close(() => void inbox.stop().then(() => Promise.allSettled([connection.close(), closeInvoiceReaders(), db.destroy()])).then(() => process.exit(0)));
      server.closeIdleConnections();
      setTimeout(() => server.closeAllConnections(), 5_000).unref();
    });
  }
}

function fail(error: unknown): never {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

main().catch(fail);
