import type { Db } from '../db/client.ts';
import { listPolicies, policyByVersion } from '../db/repositories/policies.ts';
import { KontorError } from '../domain/errors.ts';
import type { ProcessPolicy } from '../domain/policy/index.ts';
import * as processes from '../workflows/index.ts';

/**
 * A process runs only when somebody answers for it: a policy of kind `process` in force that names its owners, its controls
 * and its service level. @throws KontorError `process-undeclared` naming the others; then the worker does not start
 */
export async function refuseUndeclared(db: Db, date: string, workflows: readonly string[] = Object.keys(processes)): Promise<void> {
  const declared = new Set((await declarations(db, date)).map(({ workflow }) => workflow));
  const missing = workflows.filter((workflow) => !declared.has(workflow));
  if (missing.length === 0) return;
  const files = missing.map((workflow) => `policies/processes/${workflow.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}.yaml`);
  throw new KontorError(
    'process-undeclared',
    `Nobody answers for ${missing.join(', ')}: no policy of kind process that is in force on ${date} names ${missing.length === 1 ? 'it' : 'them'}. ` +
      `Put the files in force and start again: npx kontor policy import ${files.join(' ')} --by PERSON, then for each version that it prints npx kontor policy activate VERSION --proposed-by PERSON --approved-by ANOTHER.`,
  );
}

async function declarations(db: Db, date: string): Promise<ProcessPolicy[]> {
  const inForce = (await listPolicies(db, date)).filter((policy) => policy.kind === 'process' && policy.inForce);
  return Promise.all(inForce.map(async ({ version }) => (await policyByVersion(db, 'process', version)).content));
}
