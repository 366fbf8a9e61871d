import type { Trx } from '../db/client.ts';
import { lockCase, type CaseWithProgress } from '../db/repositories/cases.ts';
import { processStanding } from '../db/repositories/outbox.ts';

/** An open case whose process the engine does not run, as the case was before the engine was asked. */
export interface CaseWithoutProcess {
  caseId: string;
  revision: number;
  /** How the process ended, where it did so by itself and the engine still knows. */
  endedAs?: string;
}

/** The case, locked; nothing when it has moved since, or its process is about to be started: then the answer of the engine says nothing of it any more. */
export async function lockStranded(trx: Trx, { caseId, revision }: CaseWithoutProcess): Promise<CaseWithProgress | undefined> {
  const current = await lockCase(trx, caseId);
  if (!current || current.case.closedAt !== undefined || current.case.revision !== revision) return undefined;
  return (await processStanding(trx, current.case.workflowId)) === 'open' ? current : undefined;
}
