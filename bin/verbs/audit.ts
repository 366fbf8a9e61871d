// Verify, sign or export the audit chain; verifying an exported file needs only the public key
import { createWriteStream, existsSync, readFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { writeCheckpoint, type Checkpoint } from '../../db/audit/checkpoint.ts';
import { databaseLog, exportLog, extractCase, extractSchema, fileCheckpoints, fileLog, verifyExtract, type AuditExtract } from '../../db/audit/export.ts';
import { auditSigner } from '../../db/audit/keys.ts';
import { parseVerifierKey, verifierKey, type NoteVerifier } from '../../db/audit/signed-note.ts';
import { verifyLog, type LogSource } from '../../db/audit/verify.ts';
import { readCase } from '../../db/repositories/cases.ts';
import { KontorError } from '../../domain/errors.ts';
import { readSettings } from '../../temporal-config/settings.ts';
import { parseOptions } from '../options.ts';
import { withDatabase } from '../services/reach-database.ts';

const usage = `Usage: kontor audit verify [FILE] [--key FILE] [--checkpoints FILE]
       kontor audit checkpoint
       kontor audit export [--case ID] [--out FILE]
       kontor audit key

verify      Follows every chain from its first event and compares it with the signed checkpoints. Without FILE the database is
            read. FILE is what \`export\` wrote, the whole log or one case; then neither server nor database is needed, only the
            public key. Prints one JSON object; exit code 1 when anything is wrong, with the position of the first fault.
            --key is a file with the line that \`audit key\` prints (default: the key of this checkout).
            --checkpoints is a file of lines that \`checkpoint\` printed: kept elsewhere, they expose a past rewritten as a whole.
checkpoint  Verifies what is new and signs where all chains stand. Prints the checkpoint as one line: keep it outside.
export      Writes the whole log, or the events of one case with their proofs, to FILE or to the screen.
key         Prints the public key of this checkout.`;

const settings = readSettings();
const keyFolder = join(settings.stateDir, 'keys');

export async function run(args: string[]): Promise<number> {
  const { values, positionals } = parseOptions({
    args,
    allowPositionals: true,
    options: { help: { type: 'boolean' }, key: { type: 'string' }, checkpoints: { type: 'string' }, case: { type: 'string' }, out: { type: 'string' } },
  });
  const [command, file] = positionals;
  if (values.help) return say(usage);
  switch (command) {
    case 'verify':
      return file !== undefined && isExtract(file) ? verifyOneCase(file, values.key) : verify(file, values);
    case 'checkpoint':
      return checkpoint();
    case 'export':
      return exportTo(values);
    case 'key':
      return say(verifierKey(auditSigner(keyFolder)));
    default:
      console.error(usage);
      return 2;
  }
}

async function verify(file: string | undefined, options: { key?: string; checkpoints?: string }): Promise<number> {
  const verifier = readVerifier(options.key);
  const kept = options.checkpoints === undefined ? [] : await fileCheckpoints(options.checkpoints);
  const check = async (log: LogSource) => verifyLog({ ...log, checkpoints: together(log.checkpoints, kept) }, verifier);
  const verdict = file === undefined ? await withDatabase(settings, async (db) => check(await databaseLog(db))) : await check(await fileLog(file));
  console.log(JSON.stringify({ ...verdict, signaturesChecked: verifier !== undefined }));
  for (const fault of verdict.chainFaults) console.error(`${fault.entity}, event ${fault.seq}: ${fault.message}.`);
  for (const fault of verdict.checkpointFaults) console.error(`${fault}.`);
  if (verifier === undefined) console.error('No public key: signatures were not checked. Name one with --key.');
  return verdict.ok ? 0 : 1;
}

function verifyOneCase(file: string, key: string | undefined): number {
  const verifier = readVerifier(key);
  if (verifier === undefined) throw new KontorError('audit-key-unreadable', 'One case can only be verified with the public key: name its file with --key.');
  const extract = readExtract(file);
  const verdict = verifyExtract(extract, verifier);
  console.log(JSON.stringify(verdict));
  for (const fault of verdict.faults) console.error(`${fault}.`);
  return verdict.ok ? 0 : 1;
}

function readExtract(file: string): AuditExtract {
  try {
    return extractSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    throw new KontorError('audit-file-unreadable', `${file} is not the export of a case, or was changed.`, { place: { file }, cause });
  }
}

async function checkpoint(): Promise<number> {
  const signed = await withDatabase(settings, (db) => writeCheckpoint(db, auditSigner(keyFolder)));
  if ('fault' in signed) {
    console.error(`Nothing was signed. ${signed.entity}, event ${signed.seq}: ${signed.message}.`);
    return 1;
  }
  return say(JSON.stringify({ checkpoint: signed }));
}

async function exportTo(options: { case?: string; out?: string }): Promise<number> {
  const out = options.out === undefined ? process.stdout : createWriteStream(options.out);
  const write = async (line: string) => {
    if (!out.write(`${line}\n`)) await once(out, 'drain');
  };
  await withDatabase(settings, async (db) => {
    if (options.case === undefined) return exportLog(db, write);
    const found = await readCase(db, options.case);
    if (!found) throw new KontorError('unknown-resource', `There is no case ${options.case}.`);
    await write(JSON.stringify(await extractCase(db, found.case.entity, options.case)));
  });
  if (out !== process.stdout) await new Promise<void>((resolve) => out.end(resolve));
  return 0;
}

/** The key that was named, else that of this checkout, if there is one. */
function readVerifier(file: string | undefined): NoteVerifier | undefined {
  const path = file ?? join(keyFolder, 'audit.pub');
  if (file === undefined && !existsSync(path)) return undefined;
  const verifier = parseVerifierKey(readFileSync(path, 'utf8'));
  if (verifier === undefined) throw new KontorError('audit-key-unreadable', `${path} does not hold a verifier key.`, { place: { file: path } });
  return verifier;
}

/** Checkpoints of the log and those kept elsewhere, in order; two that contradict each other both stay and show as a fault. */
function together(own: readonly Checkpoint[], kept: readonly Checkpoint[]): Checkpoint[] {
  const byNote = new Map([...own, ...kept].map((checkpoint) => [checkpoint.note, checkpoint]));
  return [...byNote.values()].sort((a, b) => a.number - b.number);
}

function isExtract(file: string): boolean {
  return readFileSync(file, 'utf8').slice(0, 24).startsWith('{"kontorAuditExtract"');
}

function say(text: string): number {
  console.log(text);
  return 0;
}
