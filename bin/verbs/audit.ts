// Verify, sign or export the audit chain; verifying an exported file needs only the public key
import { createWriteStream, existsSync, readFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import type { ChainFault } from '../../db/audit/chain.ts';
import { togetherInOrder, writeCheckpoint } from '../../db/audit/checkpoint.ts';
import { verifyAgainstLog } from '../../db/audit/completeness.ts';
import { databaseLog, exportLog, fileCheckpoints, fileLog } from '../../db/audit/export.ts';
import { extractSchema, signedExtract, verifyExtract, type AuditExtract, type ExtractVerdict } from '../../db/audit/extract.ts';
import { auditSigner } from '../../db/audit/keys.ts';
import { parseVerifierKey, verifierKey, type NoteSigner, type NoteVerifier } from '../../db/audit/signed-note.ts';
import { verifyLog, type LogSource } from '../../db/audit/verify.ts';
import type { Db } from '../../db/client.ts';
import { readCase } from '../../db/repositories/cases.ts';
import { KontorError } from '../../domain/errors.ts';
import { readSettings } from '../../temporal-config/settings.ts';
import { parseOptions } from '../options.ts';
import { withDatabase } from '../services/reach-database.ts';

const usage = `Usage: kontor audit verify [FILE] [--key FILE] [--checkpoints FILE] [--log FILE]
       kontor audit checkpoint
       kontor audit export [--case ID] [--out FILE]
       kontor audit key

verify      Follows every chain from its first event and compares it with the signed checkpoints. Without FILE the database is
            read. FILE is what \`export\` wrote, the whole log or one case; then neither server nor database is needed, only the
            public key. Prints one JSON object; exit code 1 when anything is wrong, with the position of the first fault. One case
            is right only when a signed checkpoint proves each of its events; that it has no others, only the whole log shows.
            --log is an exported log, not older than the case, to hold it against: were events left out? Exit code 1 also where the log
            does not show it; \`ok\` stays what the case proves by itself.
            --key is a file with the line that \`audit key\` prints (default: the key of this checkout).
            --checkpoints is a file of lines that \`checkpoint\` printed: kept elsewhere, they expose a past rewritten as a whole.
checkpoint  Verifies what is new and signs where all chains stand. Prints the checkpoint as one line: keep it outside.
export      Writes the whole log, or the events of one case with their proofs, to FILE or to the screen. For one case it signs a
            checkpoint first, so that each event has its proof: this needs the signing key of the installation.
key         Prints the public key of this checkout.`;

const settings = readSettings();
const keyFolder = join(settings.stateDir, 'keys');

export async function run(args: string[]): Promise<number> {
  const { values, positionals } = parseOptions({
    args,
    allowPositionals: true,
    options: { help: { type: 'boolean' }, key: { type: 'string' }, checkpoints: { type: 'string' }, log: { type: 'string' }, case: { type: 'string' }, out: { type: 'string' } },
  });
  const [command, file] = positionals;
  if (values.help) return say(usage);
  switch (command) {
    case 'verify':
      return file !== undefined && isExtract(file) ? verifyOneCase(file, values) : verify(file, values);
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
  const check = async (log: LogSource) => verifyLog({ ...log, checkpoints: togetherInOrder(log.checkpoints, kept) }, verifier);
  const verdict = file === undefined ? await withDatabase(settings, async (db) => check(await databaseLog(db))) : await check(await fileLog(file));
  console.log(JSON.stringify({ ...verdict, signaturesChecked: verifier !== undefined }));
  for (const fault of verdict.chainFaults) console.error(`${fault.entity}, event ${fault.seq}: ${fault.message}.`);
  for (const fault of verdict.checkpointFaults) console.error(`${fault}.`);
  if (verdict.unsigned > 0) console.error(`${verdict.unsigned} events are younger than the newest checkpoint: that they were rewritten as a whole would not show.`);
  if (verifier === undefined) console.error('No public key: signatures were not checked. Name one with --key.');
  return verdict.ok ? 0 : 1;
}

async function verifyOneCase(file: string, options: { key?: string; checkpoints?: string; log?: string }): Promise<number> {
  const verifier = readVerifier(options.key);
  if (verifier === undefined) throw new KontorError('audit-key-unreadable', 'One case can only be verified with the public key: name its file with --key.');
  const kept = options.checkpoints === undefined ? undefined : await fileCheckpoints(options.checkpoints);
  const extract = readExtract(file);
  const alone = verifyExtract(extract, verifier, kept);
  const verdict = alone.ok && options.log !== undefined ? await verifyAgainstLog(extract, await fileLog(options.log), verifier) : alone;
  console.log(JSON.stringify(verdict));
  for (const fault of [...verdict.faults, ...(verdict.logFaults ?? [])]) console.error(`${fault}.`);
  console.error(meaningOf(verdict));
  return verdict.ok && (options.log === undefined || verdict.completeness === 'proven') ? 0 : 1;
}

/** What a verified extract shows and what it does not, for whoever reads it. */
function meaningOf({ ok, entity, events, checkpoint, signedUpTo, completeness, logFaults }: ExtractVerdict): string {
  if (!ok) return 'This extract is no evidence: what does not fit is said above.';
  const proven = `Proven: each of the ${events} events is unchanged and at its place in the chain of ${entity}, as checkpoint ${checkpoint} signed it up to event ${signedUpTo}.`;
  if (completeness === 'proven') return `${proven}\nProven: up to there the log holds no other event of the case.`;
  const missing = logFaults ? 'The log that was named does not show that, for what is said above.' : 'Only the whole log shows that: name one that `kontor audit export` wrote with --log.';
  return `${proven}\nNot proven: that the case has no other events. ${missing}`;
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
  const fault = await withDatabase(settings, async (db) => (options.case === undefined ? exportLog(db, write) : exportCase(db, options.case, write)));
  if (out !== process.stdout) await new Promise<void>((resolve) => out.end(resolve));
  if (!fault) return 0;
  console.error(`No checkpoint was signed, so that younger events have no proof. ${fault.entity}, event ${fault.seq}: ${fault.message}.`);
  return 1;
}

async function exportCase(db: Db, id: string, write: (line: string) => Promise<void>): Promise<ChainFault | undefined> {
  const found = await readCase(db, id);
  if (!found) throw new KontorError('unknown-resource', `There is no case ${id}.`);
  const { extract, broken } = await signedExtract(db, signerAtHand(), found.case.entity, id);
  await write(JSON.stringify(extract));
  return broken;
}

/** The key of this checkout, which has to exist: a new one would sign what nobody could compare with anything. */
function signerAtHand(): NoteSigner {
  if (existsSync(join(keyFolder, 'audit.pem'))) return auditSigner(keyFolder);
  throw new KontorError('audit-key-missing', `There is no signing key in ${keyFolder}, so that no event could be proven.`, { place: { file: join(keyFolder, 'audit.pem') } });
}

/** The key that was named, else that of this checkout, if there is one. */
function readVerifier(file: string | undefined): NoteVerifier | undefined {
  const path = file ?? join(keyFolder, 'audit.pub');
  if (file === undefined && !existsSync(path)) return undefined;
  const verifier = parseVerifierKey(readFileSync(path, 'utf8'));
  if (verifier === undefined) throw new KontorError('audit-key-unreadable', `${path} does not hold a verifier key.`, { place: { file: path } });
  return verifier;
}

function isExtract(file: string): boolean {
  return readFileSync(file, 'utf8').slice(0, 24).startsWith('{"kontorAuditExtract"');
}

function say(text: string): number {
  console.log(text);
  return 0;
}
