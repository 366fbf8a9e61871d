import type { LegalEntity } from '../domain/model/legal-entity.ts';
import type { Delegation, Person } from '../domain/model/person.ts';
import type { PolicyKind } from '../domain/policy/index.ts';
import { inTransaction, sql, type Db, type Trx } from './client.ts';
import { lockKeys } from './locks.ts';
import { changedPaths, memberOf } from '../domain/rules/changed-paths.ts';
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
 * False on a database that has any policy: from then on only two persons activate anything but the declaration of a new process.
 */
export async function seedSandbox(db: Db, set: SandboxSet): Promise<boolean> {
  return inTransaction(db, async (trx) => {
    await lockKeys(trx, ['seed']);
    if ((await sql(trx, `select 1 from policies limit 1`)).length > 0) return false;
    for (const entity of set.entities) await saveEntity(trx, entity);
    for (const person of set.persons) await savePerson(trx, person);
    for (const delegation of set.delegations) await saveDelegation(trx, delegation);
    const versions = await putInForce(trx, set.policies);
    await appendAudit(trx, INSTALLATION, [{ action: 'installation.seeded', actor: SEED, correlationId: SEED, data: { entities: set.entities.map((entity) => entity.id), versions } }]);
    return true;
  });
}

/**
 * Declares the processes whose name is not in the database, as a newer version of Kontor brings them: nobody could activate
 * their files while the worker does not start without them. A name that is known is left to two persons.
 */
export async function addProcesses(db: Db, policies: SandboxSet['policies']): Promise<void> {
  await inTransaction(db, async (trx) => {
    await lockKeys(trx, ['seed']);
    const known = (await sql<{ name: string }>(trx, `select name from policies where kind = 'process'`)).map(({ name }) => name);
    const versions = await putInForce(trx, policies.filter(({ kind, name }) => kind === 'process' && !known.includes(name)));
    if (versions.length > 0) await appendAudit(trx, INSTALLATION, [{ action: 'installation.processes-added', actor: SEED, correlationId: SEED, data: { versions } }]);
  });
}

/** Imports and activates without asking anybody; answers the versions. */
async function putInForce(trx: Trx, policies: SandboxSet['policies']): Promise<string[]> {
  const versions: string[] = [];
  for (const policy of policies) {
    const { version } = await importPolicy(trx, { ...policy, importedBy: SEED, correlationId: SEED });
    await sql(
      trx,
      `insert into policy_activations (version, effective_from, proposed_by, approved_by) values (:version, :effectiveFrom, :seed, 'system:first-start')`,
      { version, effectiveFrom: policy.effectiveFrom, seed: SEED },
    );
    versions.push(version);
  }
  return versions;
}

/**
 * Adds companies that came as a file after the first start, and takes what changed in the file of a known one; each change is
 * an event in the company's chain. The policies of a new company must be in force by then: two persons activate them.
 */
export async function keepCompanies(db: Db, entities: readonly LegalEntity[]): Promise<void> {
  await inTransaction(db, async (trx) => {
    await lockKeys(trx, ['seed']);
    const added: string[] = [];
    for (const entity of entities) {
      const known = await readEntity(trx, entity.id);
      const changes = known && changesOf(known, entity);
      if (changes?.length === 0) continue;
      await saveEntity(trx, entity);
      if (changes) await appendAudit(trx, entity.id, [{ action: 'company.changed', actor: SEED, correlationId: SEED, data: { changes } }]);
      else added.push(entity.id);
    }
    if (added.length > 0) await appendAudit(trx, INSTALLATION, [{ action: 'installation.companies-added', actor: SEED, correlationId: SEED, data: { entities: added } }]);
  });
}

/** Adds people and delegations whose ids are new. Who is known stays as the directory has it: a file gives nobody a role back. */
export async function addPeople(db: Db, { persons, delegations }: Pick<SandboxSet, 'persons' | 'delegations'>): Promise<void> {
  await inTransaction(db, async (trx) => {
    await lockKeys(trx, ['seed']);
    const newPersons = await unknownIn(trx, 'persons', persons);
    const newDelegations = await unknownIn(trx, 'delegations', delegations);
    if (newPersons.length + newDelegations.length === 0) return;
    for (const person of newPersons) await savePerson(trx, person);
    for (const delegation of newDelegations) await saveDelegation(trx, delegation);
    const data = { persons: newPersons.map(({ id }) => id).sort(), delegations: newDelegations.map(({ id }) => id).sort() };
    await appendAudit(trx, INSTALLATION, [{ action: 'installation.people-added', actor: SEED, correlationId: SEED, data }]);
  });
}

async function unknownIn<Entry extends { id: string }>(trx: Trx, table: 'persons' | 'delegations', entries: readonly Entry[]): Promise<Entry[]> {
  const known = await sql<{ id: string }>(trx, `select id from ${table} where id = any (:ids::text[])`, { ids: entries.map(({ id }) => id) });
  return entries.filter(({ id }) => !known.some((row) => row.id === id));
}

/** Members by path. Before and after are told of ids and codes only: names, accounts and secrets of adapters stay out of the chain. */
function changesOf(before: LegalEntity, after: LegalEntity): { member: string; from?: unknown; to?: unknown }[] {
  return changedPaths(before, after).map((member) => {
    if (!told.includes(member.split('.')[0]!)) return { member };
    return { member, from: memberOf(before, member) ?? null, to: memberOf(after, member) ?? null };
  });
}

const told = ['country', 'currency', 'vatIds', 'buyerIds', 'calendar', 'timeZone', 'policies'];

const SEED = 'system:sandbox-set';
