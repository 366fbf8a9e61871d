import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SandboxSet } from '../../db/seed.ts';
import { readPeople } from '../../documents/policy/read-people.ts';
import { readEntity, readPolicy } from '../../documents/policy/read-policy.ts';
import { KontorError } from '../../domain/errors.ts';
import type { CompanyFile } from './company-files.ts';

/** Folders of `policies/` whose files are policies of the database; entities and people are read apart. */
const policyFolders = ['approval', 'calendars', 'coding', 'deadlines', 'duplicates', 'payments', 'posting', 'processes', 'tax', 'tolerances'];

/** What could be read of `policies/`, and why the rest could not. Files are named from the checkout's root. */
export interface PolicyFiles {
  policies: (SandboxSet['policies'][number] & { file: string })[];
  companies: CompanyFile[];
  people: Pick<SandboxSet, 'persons' | 'delegations'>[];
  faults: { policies: KontorError[]; companies: KontorError[]; people: KontorError[] };
}

/** Reads every file of the installation; one with a fault does not hide the others. */
export function readPolicyFiles(home: string): PolicyFiles {
  const policies = readFolders(home, policyFolders, (text, file) => {
    const content = readPolicy(text, file);
    return { kind: content.kind, name: content.name, content, source: text, effectiveFrom: content.effectiveFrom, file };
  });
  const companies = readFolders(home, ['entities'], (text, file) => ({ file, text, company: readEntity(text, file) }));
  const people = readFolders(home, ['people'], (text, file) => {
    const { people: persons, delegations } = readPeople(text, file);
    return { persons, delegations };
  });
  return { policies: policies.read, companies: companies.read, people: people.read, faults: { policies: policies.faults, companies: companies.faults, people: people.faults } };
}

/** The shipped set, read from the files: companies, people and policies. Another company is another file. @throws KontorError `policy-invalid` */
export function readSandboxSet(home: string): SandboxSet {
  const { policies, companies, people, faults } = readPolicyFiles(home);
  for (const fault of [...faults.policies, ...faults.companies, ...faults.people]) throw fault;
  return {
    policies: policies.map(({ file: _file, ...policy }) => policy),
    entities: companies.map(({ company }) => company),
    persons: people.flatMap(({ persons }) => persons),
    delegations: people.flatMap(({ delegations }) => delegations),
  };
}

function readFolders<Read>(home: string, folders: readonly string[], read: (text: string, file: string) => Read): { read: Read[]; faults: KontorError[] } {
  const result: { read: Read[]; faults: KontorError[] } = { read: [], faults: [] };
  for (const file of folders.flatMap((folder) => filesOf(home, join('policies', folder)))) {
    try {
      result.read.push(read(readFileSync(join(home, file), 'utf8'), file));
    } catch (error) {
      if (!(error instanceof KontorError)) throw error;
      result.faults.push(error);
    }
  }
  return result;
}

function filesOf(home: string, folder: string): string[] {
  return readdirSync(join(home, folder)).filter((name) => name.endsWith('.yaml')).sort().map((name) => join(folder, name));
}
