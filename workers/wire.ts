import { join } from 'node:path';
import { createErpChangeActivities } from '../activities/erp-changes/index.ts';
import { createMaintenanceActivities } from '../activities/maintenance/index.ts';
import { createPayablesErpActivities, createPayablesRecordActivities } from '../activities/accounts-payable/index.ts';
import type { ErpAccess, PayablesParts } from '../activities/accounts-payable/parts.ts';
import { openErp } from '../adapters/registry.ts';
import { createAdapterTools } from '../adapters/tools/exchange.ts';
import { createGuard, type CallObservation } from '../adapters/tools/guard.ts';
import { auditSigner } from '../db/audit/keys.ts';
import { openDatabase, type Db } from '../db/client.ts';
import { databaseEpoch } from '../db/repositories/once.ts';
import type { LegalEntity } from '../domain/model/legal-entity.ts';
import { openStatement } from '../temporal-config/decision-envelope.ts';
import { signingKey } from '../temporal-config/keys.ts';
import type { Settings } from '../temporal-config/settings.ts';

/** Everything that a worker process runs, put together in one place. */
export interface Wiring {
  db: Db;
  /** For the queue of the processes: their local activities. */
  record: object;
  /** For the queue of the ERPs. */
  erp: object;
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
  const erpOf = erpAccess(settings, observe);
  const decisions = signingKey(settings.stateDir, 'decisions');
  const parts: PayablesParts = {
    db,
    processEpoch: await databaseEpoch(db),
    erpOf,
    openStatement: (envelope) => openStatement(envelope, decisions),
    now: () => new Date(),
  };
  return {
    db,
    record: { ...createPayablesRecordActivities(parts), ...createMaintenanceActivities({ db, auditSigner: auditSigner(join(settings.stateDir, 'keys')) }) },
    erp: { ...createPayablesErpActivities(parts), ...createErpChangeActivities(parts) },
    close: () => db.destroy(),
  };
}

/** One guarded port per company, opened at first use; the sandbox is wherever this installation started it. */
function erpAccess(settings: Settings, observe: WiringOptions['observe']): (entity: LegalEntity) => ErpAccess {
  const guard = createGuard(observe ? { observe } : {});
  const tools = createAdapterTools();
  const opened = new Map<string, ErpAccess>();
  return (entity) => {
    const key = JSON.stringify(entity.erp);
    const known = opened.get(key);
    if (known) return known;
    const { adapter } = entity.erp;
    const own = adapter === 'sandbox' ? { ...entity.erp.settings, baseUrl: settings.sandboxUrl } : entity.erp.settings;
    const { erp, settleWindowMs, longestCallMs } = openErp(adapter, own, tools, guard);
    const access = { port: erp, system: `erp:${adapter}`, settleWindowMs, longestCallMs };
    opened.set(key, access);
    return access;
  };
}
