import type { Client } from '@temporalio/client';
import type { Db } from '../../db/client.ts';
import type { SigningKey } from '../../temporal-config/keys.ts';
import type { IntakeParts } from '../intake/take-in.ts';
import type { Operation } from '../operation.ts';
import type { NoteSigner } from '../../db/audit/signed-note.ts';
import type { Metrics } from '../metrics.ts';
import { approvalRoutes } from './approvals.ts';
import { auditRoutes } from './audit.ts';
import { codecRoutes, type CodecParts } from './codec.ts';
import { decisionRoutes } from './decisions.ts';
import { eventRoutes } from './events.ts';
import { exceptionRoutes } from './exceptions.ts';
import { inboxRoutes } from './inbox.ts';
import { invoiceRoutes } from './invoices.ts';
import { kpiRoutes } from './kpis.ts';
import { paymentHoldRoutes } from './payment-holds.ts';
import { paymentRunRoutes } from './payment-runs.ts';
import { operationsRoutes } from './operations.ts';
import { referenceRoutes } from './reference.ts';
import { sessionRoutes } from './session.ts';

export interface ApiParts extends IntakeParts, CodecParts {
  db: Db;
  client: Client;
  issuer: string;
  loginKey: SigningKey;
  decisionKey: SigningKey;
  patienceMs: number;
  auditSigner: NoteSigner;
  metrics: Metrics;
  developmentLogin: boolean;
  serverUrl: string;
}

const pingMs = 2_000;

/** Every operation of the API, in the order of the reference. A new resource is one line here. */
export function apiOperations(parts: ApiParts): Operation[] {
  const { db, client, metrics } = parts;
  const pingEngine = async () => void (await client.withDeadline(Date.now() + pingMs, () => client.workflowService.getSystemInfo({})));
  const described = [
    ...invoiceRoutes(parts),
    ...inboxRoutes(db),
    ...approvalRoutes(),
    ...decisionRoutes(parts),
    ...exceptionRoutes(parts),
    ...paymentRunRoutes(parts),
    ...paymentHoldRoutes(db),
    ...auditRoutes(parts),
    ...kpiRoutes(),
    ...eventRoutes(db),
    ...codecRoutes(parts),
    ...sessionRoutes(parts),
    ...operationsRoutes({ db, pingEngine, metrics }),
  ];
  return [...described, ...referenceRoutes(described, parts.serverUrl)];
}
