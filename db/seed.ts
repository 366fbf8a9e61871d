import type { LegalEntity } from '../domain/model/legal-entity.ts';
import type { Delegation, Person } from '../domain/model/person.ts';
import type { PolicyKind } from '../domain/policy/index.ts';
import { inTransaction, sql, type Db } from './client.ts';
import { lockKeys } from './locks.ts';
import { readEntity, saveDelegation, saveEntity, savePerson } from './repositories/directory.ts';
import { appendAudit, INSTALLATION } from './repositories/audit.ts';
import { importPolicy } from './repositories/policies.ts';

export interface SandboxSet {
  policies: { kind: PolicyKind; name: string; content: unknown; source: string; effectiveFrom: string }[];
  entities: LegalEntity[];
  persons: Person[];
  delegations: Delegation[];
}

/**
 * Fills an empty database with the shipped set and puts its policies in force, so that a first start needs nobody.
 * False on a database that has any policy: from then on only two persons activate anything.
 */
export async function seedSandbox(db: Db, set: SandboxSet): Promise<boolean> {
  return inTransaction(db, async (trx) => {
    await lockKeys(trx, ['seed']);
    if ((await sql(trx, `select 1 from policies limit 1`)).length > 0) return false;
    for (const entity of set.entities) await saveEntity(trx, entity);
    for (const person of set.persons) await savePerson(trx, person);
    for (const delegation of set.delegations) await saveDelegation(trx, delegation);
    const versions: string[] = [];
    for (const policy of set.policies) {
      const { version } = await importPolicy(trx, { ...policy, importedBy: SEED, correlationId: SEED });
      await sql(
        trx,
        `insert into policy_activations (version, effective_from, proposed_by, approved_by) values (:version, :effectiveFrom, :seed, 'system:first-start')`,
        { version, effectiveFrom: policy.effectiveFrom, seed: SEED },
      );
      versions.push(version);
    }
    await appendAudit(trx, INSTALLATION, [{ action: 'installation.seeded', actor: SEED, correlationId: SEED, data: { entities: set.entities.map((entity) => entity.id), versions } }]);
    return true;
  });
}

/**
 * Adds companies that came as a file after the first start; a company that is known keeps its settings. Its policies must
 * be in force by then: two persons activate them. Answers the ids that are new.
 */
export async function addCompanies(db: Db, entities: readonly LegalEntity[]): Promise<string[]> {
  return inTransaction(db, async (trx) => {
    await lockKeys(trx, ['seed']);
    const added: string[] = [];
    for (const entity of entities) {
      if (await readEntity(trx, entity.id)) continue;
      await saveEntity(trx, entity);
      added.push(entity.id);
    }
    if (added.length > 0) await appendAudit(trx, INSTALLATION, [{ action: 'installation.companies-added', actor: SEED, correlationId: SEED, data: { entities: added } }]);
    return added;
  });
}

const SEED = 'system:sandbox-set';
