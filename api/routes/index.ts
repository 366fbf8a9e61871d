import type { Client } from '@temporalio/client';
import type { Db } from '../../db/client.ts';
import type { SigningKey } from '../../temporal-config/keys.ts';
import type { IntakeParts } from '../intake/take-in.ts';
import type { Operation } from '../operation.ts';
import { decisionRoutes } from './decisions.ts';
import { exceptionRoutes } from './exceptions.ts';
import { inboxRoutes } from './inbox.ts';
import { invoiceRoutes } from './invoices.ts';
import { operationsRoutes } from './operations.ts';
import { sessionRoutes } from './session.ts';

export interface ApiParts extends IntakeParts {
  db: Db;
  client: Client;
  issuer: string;
  loginKey: SigningKey;
  decisionKey: SigningKey;
  developmentLogin: boolean;
  serverUrl: string;
}

const pingMs = 2_000;

/** Every operation of the API, in the order of the reference. A new resource is one line here. */
export function apiOperations(parts: ApiParts): Operation[] {
  const { db, client } = parts;
  const pingEngine = async () => void (await client.withDeadline(Date.now() + pingMs, () => client.workflowService.getSystemInfo({})));
  return [...invoiceRoutes(parts), ...inboxRoutes(db), ...decisionRoutes(parts), ...exceptionRoutes(parts), ...sessionRoutes(parts), ...operationsRoutes({ db, pingEngine })];
}
