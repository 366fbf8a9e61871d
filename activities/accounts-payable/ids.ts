import { randomUUID } from 'node:crypto';

/** Snapshots and assessments are made anew each time something changed; their ids only have to differ. */
export function factsIdOf(caseId: string): string {
  return `${caseId}-f-${randomUUID().slice(0, 13)}`;
}

export function assessmentIdOf(caseId: string): string {
  return `${caseId}-a-${randomUUID().slice(0, 13)}`;
}
