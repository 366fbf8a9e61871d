// Import policy files as immutable versions, activate them by two persons, list what is in force
import { readFileSync } from 'node:fs';
import { inTransaction } from '../../db/client.ts';
import { listEntities, listPeople } from '../../db/repositories/directory.ts';
import { activatePolicy, importPolicy, listPolicies } from '../../db/repositories/policies.ts';
import { readPolicy } from '../../documents/policy/read-policy.ts';
import { KontorError } from '../../domain/errors.ts';
import type { Policy } from '../../domain/policy/index.ts';
import { rolesWithoutHolder } from '../../domain/policy/roles.ts';
import { readSettings } from '../../temporal-config/settings.ts';
import { parseOptions } from '../options.ts';
import { withDatabase } from '../services/reach-database.ts';

const usage = `Usage: kontor policy import FILE… --by PERSON
       kontor policy activate VERSION [--from DATE] --proposed-by PERSON --approved-by PERSON
       kontor policy list [--on DATE]

import    Checks each file and stores it as version NAME@SHA256. Nothing counts by that. A file with a fault, such as a gap
          between the bands of an approval matrix, is refused with its line; then none of the files is stored. A role that it
          asks and that nobody holds, at a company that names the policy, is said.
activate  Puts a version in force from a date (default: the one in its file). Two different persons have to stand for it.
list      Prints one JSON line a version: in force or not, since when, by whom imported.`;

const settings = readSettings();
const correlationId = `command:${process.pid}:${Date.now()}`;

export async function run(args: string[]): Promise<number> {
  const { values, positionals } = parseOptions({
    args,
    allowPositionals: true,
    options: {
      help: { type: 'boolean' },
      by: { type: 'string' },
      from: { type: 'string' },
      on: { type: 'string' },
      'proposed-by': { type: 'string' },
      'approved-by': { type: 'string' },
    },
  });
  const [command, ...rest] = positionals;
  if (values.help) {
    console.log(usage);
    return 0;
  }
  switch (command) {
    case 'import':
      return importFiles(rest, needed(values.by, '--by'));
    case 'activate':
      return activate(needed(rest[0], 'VERSION'), values.from, needed(values['proposed-by'], '--proposed-by'), needed(values['approved-by'], '--approved-by'));
    case 'list':
      return list(values.on ?? new Date().toISOString().slice(0, 10));
    default:
      console.error(usage);
      return 2;
  }
}

async function importFiles(files: string[], by: string): Promise<number> {
  if (files.length === 0) throw new KontorError('usage-invalid', 'Name at least one policy file.');
  const policies = files.map((file) => ({ file, ...readPolicyFile(file) }));
  await withDatabase(settings, async (db) => {
    await inTransaction(db, async (trx) => {
      for (const { file, policy, source } of policies) {
        const { kind, name, effectiveFrom } = policy;
        const stored = await importPolicy(trx, { kind, name, content: policy, source, effectiveFrom, importedBy: `person:${by}`, correlationId });
        console.log(JSON.stringify({ file, kind, ...stored, effectiveFrom }));
      }
    });
    const [companies, people] = [await listEntities(db), await listPeople(db)];
    for (const { file, policy } of policies) for (const { role, at } of rolesWithoutHolder(policy, companies, people)) console.error(`${file}: nobody holds the role ${role}${at ? ` at ${at}` : ''}; what is asked of it would wait for nobody.`);
  });
  return 0;
}

/** @throws KontorError `policy-invalid` with line and column of the fault, or where the file cannot be read */
function readPolicyFile(file: string): { policy: Policy; source: string } {
  const source = textOf(file);
  return { policy: readPolicy(source, file), source };
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new KontorError('policy-file-unreadable', `${file} cannot be read.`, { place: { file }, cause });
  }
}

async function activate(version: string, from: string | undefined, proposedBy: string, approvedBy: string): Promise<number> {
  const activation = { version, ...(from ? { effectiveFrom: from } : {}), proposedBy: `person:${proposedBy}`, approvedBy: `person:${approvedBy}`, correlationId };
  const { effectiveFrom } = await withDatabase(settings, (db) => inTransaction(db, (trx) => activatePolicy(trx, activation)));
  console.log(JSON.stringify({ version, effectiveFrom, proposedBy, approvedBy }));
  return 0;
}

async function list(date: string): Promise<number> {
  const policies = await withDatabase(settings, (db) => listPolicies(db, date));
  for (const policy of policies) console.log(JSON.stringify(policy));
  return 0;
}

function needed(value: string | undefined, what: string): string {
  if (value === undefined) throw new KontorError('usage-invalid', `${what} is missing.`);
  return value;
}
