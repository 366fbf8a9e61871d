import { join } from 'node:path';
import { createErpChangeActivities } from '../activities/erp-changes/index.ts';
import { createMaintenanceActivities } from '../activities/maintenance/index.ts';
import { createPayablesErpActivities, createPayablesRecordActivities } from '../activities/accounts-payable/index.ts';
import { createBankActivities, createPaymentErpActivities, createPaymentRecordActivities, createScreeningActivities } from '../activities/payments/index.ts';
import type { PaymentParts, ReadMessage } from '../activities/payments/parts.ts';
import { createAdapterTools } from '../adapters/tools/exchange.ts';
import { createGuard, type CallObservation } from '../adapters/tools/guard.ts';
import { auditSigner } from '../db/audit/keys.ts';
import { openDatabase, type Db } from '../db/client.ts';
import { enterEpoch } from '../db/repositories/once.ts';
import { sharedClock } from '../db/shared-clock.ts';
import { readBankMessage } from '../documents/payments/read-bank-message.ts';
import { queues } from '../temporal-config/queues.ts';
import { openStatement } from '../temporal-config/decision-envelope.ts';
import { KeyRingFile } from '../temporal-config/key-ring.ts';
import { signingKey } from '../temporal-config/keys.ts';
import { openKept } from '../temporal-config/payload-codec.ts';
import type { Settings } from '../temporal-config/settings.ts';
import { invoiceToPayWorkflow } from '../workflows/contracts/invoice-to-pay.ts';
import { pacePerRun, paymentRunProcess, paymentRunVersion, paymentRunWorkflow } from '../workflows/contracts/payment-run.ts';
import { counterparts } from './counterparts.ts';

/** Everything that a worker process runs, put together in one place. */
export interface Wiring {
  db: Db;
  /** What all activities were made of. */
  parts: PaymentParts;
  /** For the queue of the processes: their local activities. */
  record: object;
  /** For the queue of the ERPs. */
  erp: object;
  /** For the queue of the banks. */
  bank: object;
  /** For the queue of the screening services. */
  screening: object;
  close(): Promise<void>;
}

export interface WiringOptions {
  databaseUrl: string;
  poolSize: number;
  observe?: (observation: CallObservation) => void;
}

/** The composition root: the only place that knows adapters, database and activities at once. */
export async function wire(settings: Settings, { databaseUrl, poolSize, observe }: WiringOptions): Promise<Wiring> {
  const db = openDatabase(databaseUrl, { poolSize, applicationName: 'kontor-worker' });
  const clock = await sharedClock(db);
  const guard = createGuard(observe ? { observe } : {});
  const tools = createAdapterTools();
  const decisions = signingKey(settings.stateDir, 'decisions');
  const payloads = { ring: new KeyRingFile(settings.keyRingFile), namespace: settings.namespace };
  const parts: PaymentParts = {
    db,
    processEpoch: await enterEpoch(db),
    ...counterparts(settings, tools, guard),
    readMessage,
    invoiceToPay: { workflow: invoiceToPayWorkflow, queue: queues.workflows },
    paymentRun: { workflow: paymentRunWorkflow, queue: queues.workflows, process: paymentRunProcess, workflowVersion: paymentRunVersion, pace: pacePerRun },
    openStatement: (envelope) => openStatement(envelope, decisions),
    openKept: (sealed, workflowId) => openKept(payloads, sealed, workflowId),
    now: clock.now,
  };
  return {
    db,
    parts,
    record: { ...createPayablesRecordActivities(parts), ...createPaymentRecordActivities(parts), ...createMaintenanceActivities({ db, auditSigner: auditSigner(join(settings.stateDir, 'keys')) }) },
    erp: { ...createPayablesErpActivities(parts), ...createPaymentErpActivities(parts), ...createErpChangeActivities(parts) },
    bank: createBankActivities(parts),
    screening: createScreeningActivities(parts),
    close() {
      clock.stop();
      return db.destroy();
    },
  };
}

/** A message of a bank, as the activities take it. */
export async function readMessage(text: string): Promise<ReadMessage> {
  const read = await readBankMessage(text);
  return read.kind === 'statements' ? { ...read, advice: /^(camt\.05[24]|mt942)/.test(read.format) } : read;
}
