import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
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
import { fail, startEngine, stopOnSignal } from './engine.ts';

const issuer = 'kontor-development';

/** API, relay and processes in one program, as DBOS is meant to be used: a library of the application. */
async function main(): Promise<void> {
  const settings = readSettings();
  const logger = pino({ level: settings.logLevel, base: { service: 'dbos', pid: process.pid } });
  const { db, client, stop } = await startEngine(settings, logger);
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
  stopOnSignal(async () => {
    server.close();
    server.closeAllConnections();
    await closeInvoiceReaders();
    await stop();
  });
}

main().catch(fail);
