import { join } from 'node:path';
import { createErpChangeActivities } from '../activities/erp-changes/index.ts';
import { createMaintenanceActivities } from '../activities/maintenance/index.ts';
import { createPayablesErpActivities, createPayablesRecordActivities } from '../activities/accounts-payable/index.ts';
import type { ErpAccess } from '../activities/accounts-payable/parts.ts';
import { createBankActivities, createPaymentErpActivities, createPaymentRecordActivities, createScreeningActivities } from '../activities/payments/index.ts';
import type { BankAccess, PaymentParts, ReadMessage, ScreeningAccess } from '../activities/payments/parts.ts';
import { openBank, openErp, openScreening } from '../adapters/registry.ts';
import type { AdapterTools } from '../adapters/ports/definition.ts';
import { createAdapterTools } from '../adapters/tools/exchange.ts';
import { createGuard, type CallObservation, type Guard } from '../adapters/tools/guard.ts';
import { auditSigner } from '../db/audit/keys.ts';
import { openDatabase, type Db } from '../db/client.ts';
import { enterEpoch } from '../db/repositories/once.ts';
import { readBankMessage } from '../documents/payments/read-bank-message.ts';
import type { LegalEntity } from '../domain/model/legal-entity.ts';
import { queues } from '../temporal-config/queues.ts';
import { openStatement } from '../temporal-config/decision-envelope.ts';
import { signingKey } from '../temporal-config/keys.ts';
import type { Settings } from '../temporal-config/settings.ts';
import { invoiceToPayWorkflow } from '../workflows/contracts/invoice-to-pay.ts';
import { paymentRunProcess, paymentRunVersion, paymentRunWorkflow } from '../workflows/contracts/payment-run.ts';

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
  const guard = createGuard(observe ? { observe } : {});
  const tools = createAdapterTools();
  const decisions = signingKey(settings.stateDir, 'decisions');
  const parts: PaymentParts = {
    db,
    processEpoch: await enterEpoch(db),
    ...counterparts(settings, tools, guard),
    readMessage,
    invoiceToPay: { workflow: invoiceToPayWorkflow, queue: queues.workflows },
    paymentRun: { workflow: paymentRunWorkflow, queue: queues.workflows, process: paymentRunProcess, workflowVersion: paymentRunVersion },
    openStatement: (envelope) => openStatement(envelope, decisions),
    now: () => new Date(),
  };
  return {
    db,
    parts,
    record: { ...createPayablesRecordActivities(parts), ...createPaymentRecordActivities(parts), ...createMaintenanceActivities({ db, auditSigner: auditSigner(join(settings.stateDir, 'keys')) }) },
    erp: { ...createPayablesErpActivities(parts), ...createPaymentErpActivities(parts), ...createErpChangeActivities(parts) },
    bank: createBankActivities(parts),
    screening: createScreeningActivities(parts),
    close: () => db.destroy(),
  };
}

/** One guarded port per company and counterpart, opened at first use; the sandbox is wherever this installation started it. */
function counterparts(settings: Settings, tools: AdapterTools, guard: Guard): Pick<PaymentParts, 'erpOf' | 'bankOf' | 'screeningOf'> {
  return {
    erpOf: remembered(({ erp: { adapter, settings: own } }): ErpAccess => {
      const { erp, settleWindowMs, longestCallMs } = openErp(adapter, adapter === 'sandbox' ? { ...own, baseUrl: settings.sandboxUrl } : own, tools, guard);
      return { port: erp, system: `erp:${adapter}`, settleWindowMs, longestCallMs };
    }),
    bankOf: remembered(({ bank }): BankAccess | undefined => {
      if (!bank) return undefined;
      const { bank: port, settleWindowMs, longestCallMs } = openBank(bank.adapter, bankSettings(bank, settings), tools, guard);
      return { port, system: `bank:${bank.adapter}`, settleWindowMs, longestCallMs };
    }),
    screeningOf: remembered(({ screening }): ScreeningAccess | undefined => {
      if (!screening) return undefined;
      const { screening: port } = openScreening(screening.adapter, screening.adapter === 'sandbox' ? { ...screening.settings, baseUrl: settings.sandboxUrl } : screening.settings, tools, guard);
      return { port, system: `screening:${screening.adapter}` };
    }),
  };
}

function remembered<Access>(open: (entity: LegalEntity) => Access): (entity: LegalEntity) => Access {
  const opened = new Map<string, Access>();
  return (entity) => {
    const key = JSON.stringify([entity.erp, entity.bank ?? null, entity.screening ?? null]);
    if (!opened.has(key)) opened.set(key, open(entity));
    return opened.get(key) as Access;
  };
}

/** What a company's file says of its bank; the folder of schemas is the installation's unless the file names one. */
function bankSettings({ adapter, settings: own }: NonNullable<LegalEntity['bank']>, { sandboxUrl, bankSchemas }: Settings): unknown {
  const common = adapter === 'iso20022' && bankSchemas !== undefined ? { schemas: bankSchemas } : {};
  return inSandbox({ ...common, ...own }, sandboxUrl);
}

/** `sandbox:/bank/` in a company's file stands for the address of the sandbox of this installation. */
function inSandbox(value: unknown, sandboxUrl: string): unknown {
  if (typeof value === 'string') return value.startsWith('sandbox:/') ? `${sandboxUrl}${value.slice('sandbox:'.length)}` : value;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, inSandbox(entry, sandboxUrl)]));
}

async function readMessage(text: string): Promise<ReadMessage> {
  const read = await readBankMessage(text);
  return read.kind === 'statements' ? { ...read, advice: /^(camt\.05[24]|mt942)/.test(read.format) } : read;
}
