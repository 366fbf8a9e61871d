import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { DBOS } from '@dbos-inc/dbos-sdk';
import pino from 'pino';
import { developmentLoginOf } from '../../../api/development-login.ts';
import { httpServer } from '../../../api/http-server.ts';
import { createMetrics } from '../../../api/metrics.ts';
import { apiOperations } from '../../../api/routes/index.ts';
import { createServer } from '../../../api/server.ts';
import { auditSigner } from '../../../db/audit/keys.ts';
import { readPerson } from '../../../db/repositories/directory.ts';
import { closeInvoiceReaders, openInvoiceReaders, readInvoiceInWorker } from '../../../documents/invoice/read-in-worker.ts';
import { signingKey } from '../../../temporal-config/keys.ts';
import { readSettings } from '../../../temporal-config/settings.ts';
import { startRelay } from '../../../workers/relay.ts';
import { wire } from '../../../workers/wire.ts';
import { clientOf } from './client.ts';
import { invoiceToPayOn } from './invoice-to-pay.ts';
import { stepsOf, type Steps } from './steps.ts';

const issuer = 'kontor-development';

/** API, relay and processes in one program, as DBOS is meant to be used: a library of the application, its state in the application's database. */
async function main(): Promise<void> {
  const settings = readSettings();
  const { databaseUrl } = settings;
  if (!databaseUrl) throw new Error('DATABASE_URL is not set');
  const logger = pino({ level: settings.logLevel, base: { service: 'dbos', pid: process.pid } });
  let steps: Steps | undefined;
  const invoiceToPay = DBOS.registerWorkflow(invoiceToPayOn(() => steps ?? fail(new Error('not wired'))), { name: 'invoiceToPay' });
  const { db, parts, close } = await wire(settings, { databaseUrl, poolSize: 24 });
  steps = stepsOf(parts);
  DBOS.setConfig({ name: 'kontor-peer', applicationVersion: '1', systemDatabaseUrl: databaseUrl, systemDatabasePoolSize: 24, logLevel: 'error' });
  await DBOS.launch();

  const client = clientOf(invoiceToPay);
  const relay = await startRelay({ db, databaseUrl, client, logger });
  openInvoiceReaders();
  const loginKey = signingKey(settings.stateDir, 'login');
  const metrics = createMetrics(db);
  const app = createServer({
    operations: apiOperations({
      db, client, read: readInvoiceInWorker, issuer, loginKey, decisionKey: signingKey(settings.stateDir, 'decisions'), patienceMs: 3_000, auditSigner: auditSigner(join(settings.stateDir, 'keys')), metrics,
      developmentLogin: developmentLoginOf(settings), serverUrl: `http://${settings.bindAddress}:${settings.apiPort}`,
    }),
    authority: { issuer, publicKey: loginKey.publicKey }, db, findPerson: (id) => readPerson(db, id), logger, limits: settings.requestLimits, trustedProxies: settings.trustedProxies, answered: metrics.answered,
  });
  const server = httpServer(app).on('error', fail).listen(settings.apiPort, settings.bindAddress, () => console.log(JSON.stringify({ ready: true, service: 'dbos', port: (server.address() as AddressInfo).port })));
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      server.close();
      server.closeAllConnections();
      void relay.stop().then(() => DBOS.shutdown()).then(() => Promise.allSettled([closeInvoiceReaders(), close()])).then(() => process.exit(0));
      setTimeout(() => process.exit(0), 10_000).unref();
    });
  }
}

function fail(error: unknown): never {
  console.error(error instanceof Error ? (error.stack ?? error.message) : error);
  process.exit(1);
}

main().catch(fail);
