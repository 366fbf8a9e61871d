import { createGuard } from '../../adapters/tools/guard.ts';
import { createAdapterTools } from '../../adapters/tools/exchange.ts';
import { openDatabase, type Db } from '../../db/client.ts';
import { companiesWithDocuments, listEntities } from '../../db/repositories/directory.ts';
import { listPolicies, policyVersion, type ListedPolicy } from '../../db/repositories/policies.ts';
import { addPeople, addProcesses, keepCompanies, seedSandbox } from '../../db/seed.ts';
import type { Settings } from '../../temporal-config/settings.ts';
import { counterparts } from '../../workers/counterparts.ts';
import { judgeCompanies, type Surroundings } from './company-files.ts';
import { readPolicyFiles, type PolicyFiles } from './sandbox-set.ts';

/**
 * Takes in the files in `policies/`: all of them where the database is empty; afterwards companies that are new or changed,
 * people and the declarations of processes that are new. Other policies wait for two persons, which is noted.
 * What cannot be taken in is noted with file and line, and keeps nobody else out.
 * @throws KontorError `policy-invalid` for a policy of an empty database, which would start without its rules
 */
export async function fillDatabase(settings: Settings, databaseUrl: string, note: (line: string) => void): Promise<void> {
  const files = readPolicyFiles(settings.home);
  const db = openDatabase(databaseUrl, { applicationName: 'kontor-start', poolSize: 1 });
  try {
    const today = new Date().toISOString().slice(0, 10);
    const known = await listPolicies(db, today);
    if (known.length === 0) for (const fault of files.faults.policies) throw fault;
    const { sound, faults } = judgeCompanies(files.companies, await surroundings(db, settings, [...known, ...files.policies]));
    for (const { message } of [...files.faults.policies, ...files.faults.companies, ...faults, ...files.faults.people]) note(`Not taken in: ${message}`);
    const people = { persons: files.people.flatMap(({ persons }) => persons), delegations: files.people.flatMap(({ delegations }) => delegations) };
    if (await seedSandbox(db, { policies: files.policies, entities: sound, ...people })) return;
    await addProcesses(db, files.policies);
    await keepCompanies(db, sound);
    await addPeople(db, people);
    for (const line of notInForce(files.policies, await listPolicies(db, today), today)) note(line);
  } finally {
    await db.destroy();
  }
}

async function surroundings(db: Db, settings: Settings, policies: readonly { kind: string; name: string }[]): Promise<Surroundings> {
  const { erpOf, bankOf, screeningOf } = counterparts(settings, createAdapterTools(), createGuard());
  return {
    stored: await listEntities(db),
    withDocuments: await companiesWithDocuments(db),
    hasPolicy: (kind, name) => policies.some((policy) => policy.kind === kind && policy.name === name),
    open: (company) => void [erpOf(company), bankOf(company), screeningOf(company)],
  };
}

/** Files whose policy does not count as they have it, each with the commands that would put it in force. */
function notInForce(files: PolicyFiles['policies'], known: readonly ListedPolicy[], today: string): string[] {
  return files.flatMap(({ kind, name, content, file }) => {
    const version = policyVersion(name, content);
    const versions = known.filter((policy) => policy.kind === kind && policy.name === name);
    const imported = versions.find((policy) => policy.version === version);
    if (imported?.inForce || imported?.activeFrom.some((from) => from > today)) return [];
    const state = versions.some(({ inForce }) => inForce) ? 'differs from the version in force' : 'is not in force';
    const steps = [...(imported ? [] : [`npx kontor policy import ${file} --by PERSON`]), `npx kontor policy activate ${version} --proposed-by PERSON --approved-by ANOTHER`];
    return [`${file} ${state}; ${steps.join(' and ')} put it in force`];
  });
}
