import { writeCheckpoint } from '../../db/audit/checkpoint.ts';
import type { NoteSigner } from '../../db/audit/signed-note.ts';
import type { Db } from '../../db/client.ts';
import { purgeRefused, refusedRetention } from '../../db/repositories/blobs.ts';
import { purgeRequests } from '../../db/repositories/requests.ts';
import { KontorError } from '../../domain/errors.ts';
import { activity } from '../activity.ts';

export interface MaintenanceAnswer {
  /** Number of the newest checkpoint. */
  checkpoint: number;
  forgottenRequests: number;
  deletedDocuments: number;
}

export interface MaintenanceActivities {
  /** Forgets what is kept for a time only, and signs where the audit chains stand. */
  maintain(): Promise<MaintenanceAnswer>;
}

export interface MaintenanceParts {
  db: Db;
  auditSigner: NoteSigner;
}

export function createMaintenanceActivities(parts: MaintenanceParts): MaintenanceActivities {
  return { maintain: activity<void, MaintenanceAnswer>(() => maintain(parts)) };
}

/** @throws KontorError `audit-chain-broken` after everything else is done; nothing is signed over a broken chain */
export async function maintain({ db, auditSigner }: MaintenanceParts): Promise<MaintenanceAnswer> {
  const forgottenRequests = await purgeRequests(db);
  const deletedDocuments = await purgeRefused(db, refusedRetention);
  const signed = await writeCheckpoint(db, auditSigner);
  if ('fault' in signed) throw new KontorError('audit-chain-broken', `${signed.entity}, event ${signed.seq}: ${signed.message}.`);
  return { checkpoint: signed.number, forgottenRequests, deletedDocuments };
}
