import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SandboxSet } from '../../db/seed.ts';
import { readPeople } from '../../documents/policy/read-people.ts';
import { readEntity, readPolicy } from '../../documents/policy/read-policy.ts';

/** Folders of `policies/` whose files are policies of the database; entities and people are read apart. */
const policyFolders = ['approval', 'calendars', 'coding', 'deadlines', 'duplicates', 'payments', 'posting', 'processes', 'tax', 'tolerances'];

/** The shipped set, read from the files: companies, people and policies. Another company is another file. */
export function readSandboxSet(home: string): SandboxSet {
  const root = join(home, 'policies');
  const policies = policyFolders.flatMap((folder) => filesOf(join(root, folder))).map(({ file, text }) => {
    const content = readPolicy(text, file);
    return { kind: content.kind, name: content.name, content, source: text, effectiveFrom: content.effectiveFrom };
  });
  const entities = filesOf(join(root, 'entities')).map(({ file, text }) => readEntity(text, file));
  const people = filesOf(join(root, 'people')).map(({ file, text }) => readPeople(text, file));
  return { policies, entities, persons: people.flatMap((entry) => entry.people), delegations: people.flatMap((entry) => entry.delegations) };
}

function filesOf(folder: string): { file: string; text: string }[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.yaml')).sort();
  return names.map((name) => ({ file: join(folder, name), text: readFileSync(join(folder, name), 'utf8') }));
}
