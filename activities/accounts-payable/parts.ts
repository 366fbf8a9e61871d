import type { ErpPort } from '../../adapters/ports/erp.ts';
import type { Db } from '../../db/client.ts';
import type { LegalEntity } from '../../domain/model/legal-entity.ts';
import type { DecisionStatement } from '../../temporal-config/decision-envelope.ts';

/** The ERP of a company, as the composition root gives it to the activities. */
export interface ErpAccess {
  port: ErpPort;
  /** Name of the counterpart in keys, postings and people's sentences. */
  system: string;
  settleWindowMs: number;
  longestCallMs: number;
}

/** What the activities of accounts payable work with; made once in workers/wire.ts. */
export interface PayablesParts {
  db: Db;
  /** The database's epoch when this process started (see `once`). */
  processEpoch: string;
  erpOf(entity: LegalEntity): ErpAccess;
  /** How a document's process is started, in the words of the process engine. */
  invoiceToPay: { workflow: string; queue: string };
  /** The statement inside a genuine decision envelope. */
  openStatement(envelope: string): Promise<DecisionStatement | undefined>;
  /** A message to this process that was kept unread. @throws ApplicationFailure while its key is missing, or when it is not genuine */
  openKept(sealed: string, workflowId: string): unknown;
  now(): Date;
}
