import { DBOS } from '@dbos-inc/dbos-sdk';
import type { Client } from '@temporalio/client';
import type { Logger } from 'pino';
import type { Db } from '../../../db/client.ts';
import type { Settings } from '../../../temporal-config/settings.ts';
import { startRelay } from '../../../workers/relay.ts';
import { wire } from '../../../workers/wire.ts';
import { clientOf } from './client.ts';
import { invoiceToPayOn } from './invoice-to-pay.ts';
import { stepsOf, type Steps } from './steps.ts';

export interface Engine {
  db: Db;
  client: Client;
  stop(): Promise<void>;
}

/** The processes and the relay that starts them; DBOS keeps its state in the application's database and takes up at launch what a dead program left. */
export async function startEngine(settings: Settings, logger: Logger): Promise<Engine> {
  const { databaseUrl } = settings;
  if (!databaseUrl) throw new Error('DATABASE_URL is not set');
  let steps: Steps | undefined;
  const wired = () => {
    if (!steps) throw new Error('the steps are not wired');
    return steps;
  };
  const invoiceToPay = DBOS.registerWorkflow(invoiceToPayOn(wired), { name: 'invoiceToPay' });
  const { db, parts, close } = await wire(settings, { databaseUrl, poolSize: 24 });
  steps = stepsOf(parts);
  DBOS.setConfig({ name: 'kontor-peer', applicationVersion: '1', systemDatabaseUrl: databaseUrl, systemDatabasePoolSize: 24, logLevel: 'error' });
  await DBOS.launch();
  const client = clientOf(invoiceToPay);
  const relay = await startRelay({ db, databaseUrl, client, logger });
  return {
    db,
    client,
    async stop() {
      await relay.stop();
      await DBOS.shutdown();
      await close();
    },
  };
}

/** On SIGTERM; processes that wait for somebody do not keep the program. */
export function stopOnSignal(stop: () => Promise<unknown>): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      void stop().finally(() => process.exit(0));
      setTimeout(() => process.exit(0), 10_000).unref();
    });
  }
}

export function fail(error: unknown): never {
  console.error(error instanceof Error ? (error.stack ?? error.message) : error);
  process.exit(1);
}
