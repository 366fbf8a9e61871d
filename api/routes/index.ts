import type { Client } from '@temporalio/client';
import type { Db } from '../../db/client.ts';
import type { SigningKey } from '../../temporal-config/keys.ts';
import type { IntakeParts } from '../intake/take-in.ts';
import type { Operation } from '../operation.ts';
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

/** Every operation of the API, in the order of the reference. A new resource is one line here. */
export function apiOperations(parts: ApiParts): Operation[] {
  const pingEngine = async () => void (await parts.client.workflowService.getSystemInfo({}));
  return [...invoiceRoutes(parts), ...sessionRoutes(parts), ...operationsRoutes({ db: parts.db, pingEngine })];
}
