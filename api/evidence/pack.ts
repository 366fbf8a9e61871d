import { createHash, type KeyObject } from 'node:crypto';
import { signedExtract } from '../../db/audit/extract.ts';
import { verifierKey, type NoteSigner } from '../../db/audit/signed-note.ts';
import { sql, type Db } from '../../db/client.ts';
import { latestAssessment, overridesOf, readFacts } from '../../db/repositories/assessments.ts';
import { readBlob } from '../../db/repositories/blobs.ts';
import { linksOf, type CaseWithProgress } from '../../db/repositories/cases.ts';
import { tasksOf } from '../../db/repositories/approvals.ts';
import { decisionsOf } from '../../db/repositories/decisions.ts';
import { attachmentsOf, readDocument } from '../../db/repositories/documents.ts';
import { listExceptions } from '../../db/repositories/exceptions.ts';
import { commentsOf } from '../../db/repositories/inbox.ts';
import { postingsOf } from '../../db/repositories/postings.ts';
import { zipOf, type ZipEntry } from './zip.ts';

export interface EvidenceParts {
  db: Db;
  auditSigner: NoteSigner;
  /** Verifies the envelopes of decisions. */
  decisionPublicKey: KeyObject;
}

const allOfThem = 200;

/**
 * All that an auditor needs about one case, verifiable without us: the document as it came and as it was read, what was known and
 * concluded, who decided with signed envelopes, what the ERP was asked, and the events of the chain with their proofs.
 */
export async function evidencePack(parts: EvidenceParts, found: CaseWithProgress, at: Date): Promise<Buffer> {
  // Proofs come last: each record was committed with its event, so that the events of all records here are signed.
  const files = [...(await documentFiles(parts.db, found)), ...(await recordFiles(parts.db, found)), ...(await proofFiles(parts, found))];
  const manifest = asJson('manifest.json', {
    case: found.case.id,
    entity: found.case.entity,
    madeAt: at.toISOString(),
    files: files.map(({ name, bytes }) => ({ name, sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.length })),
  });
  return zipOf([{ name: 'README.txt', bytes: Buffer.from(readme(found.case.id)) }, manifest, ...files], at);
}

async function documentFiles(db: Db, { case: { id, entity, documentVersion } }: CaseWithProgress): Promise<ZipEntry[]> {
  const files: ZipEntry[] = [];
  for (let version = 1; version <= documentVersion; version += 1) {
    const document = await readDocument(db, id, version);
    if (!document) continue;
    const { invoice, ...about } = document;
    files.push(asJson(`document/v${version}/canonical.json`, invoice), asJson(`document/v${version}/about.json`, about));
    const original = await readBlob(db, entity, document.contentHash);
    if (original) files.push({ name: `document/v${version}/original`, bytes: original.bytes });
  }
  const attachments = await attachmentsOf(db, id);
  if (attachments.length > 0) files.push(asJson('document/attachments.json', attachments));
  for (const { sha256, quarantined } of attachments) {
    const blob = quarantined ? undefined : await readBlob(db, entity, sha256);
    if (blob) files.push({ name: `document/attachments/${sha256}`, bytes: blob.bytes });
  }
  return files;
}

async function recordFiles(db: Db, found: CaseWithProgress): Promise<ZipEntry[]> {
  const { id } = found.case;
  const assessment = await latestAssessment(db, id);
  const policies = await sql(db, `select version, kind, name, content from policies where version = any (:versions) order by kind, name`, { versions: Object.values(assessment?.policyVersions ?? {}) });
  return [
    asJson('case.json', { ...found, links: await linksOf(db, id) }),
    ...(assessment ? [asJson('assessment.json', assessment), asJson('facts.json', (await readFacts(db, assessment.factsId))?.facts ?? null)] : []),
    asJson('policies.json', policies),
    asJson('approvals.json', await tasksOf(db, id)),
    asJson('decisions.json', await decisionsOf(db, id)),
    asJson('exceptions.json', (await listExceptions(db, { caseId: id }, { limit: allOfThem })).items),
    asJson('overrides.json', await overridesOf(db, id)),
    asJson('comments.json', await commentsOf(db, id)),
    asJson('postings.json', await postingsOf(db, id)),
  ];
}

async function proofFiles({ db, auditSigner, decisionPublicKey }: EvidenceParts, { case: { id, entity } }: CaseWithProgress): Promise<ZipEntry[]> {
  // A broken chain is not signed: its extract then says by itself that events of it are not proven.
  const { extract } = await signedExtract(db, auditSigner, entity, id);
  return [
    { name: 'audit.json', bytes: Buffer.from(`${JSON.stringify(extract)}\n`) },
    { name: 'audit.pub', bytes: Buffer.from(`${verifierKey(auditSigner)}\n`) },
    { name: 'decisions.pub.pem', bytes: Buffer.from(decisionPublicKey.export({ type: 'spki', format: 'pem' })) },
  ];
}

function asJson(name: string, value: unknown): ZipEntry {
  return { name, bytes: Buffer.from(`${JSON.stringify(value, null, 2)}\n`) };
}

function readme(id: string): string {
  return `Evidence of case ${id}

manifest.json    SHA-256 of every file here
document/        each version: the bytes as they came, the canonical form that was decided on; attachments by their SHA-256
                 (quarantined ones are listed and not included)
case.json        state and progress      facts.json       what was known      assessment.json  what was concluded from it
policies.json    the policy versions that decided               approvals.json, decisions.json, overrides.json, comments.json
exceptions.json  postings.json           what stood still; what the ERP was asked and answered
audit.json       the events of the case, each with its proof of inclusion in the signed checkpoint
audit.pub        verifies the checkpoint         decisions.pub.pem  verifies the envelopes in decisions.json (JWS, EdDSA)

Verify the events without server or database:

  npx kontor audit verify audit.json --key audit.pub

That proves: each event in audit.json is, word for word, the one at its position of the company's chain when the checkpoint was signed.
It does not prove that the case has no other events (name an exported log with --log for that), nor anything of the files here that no event and no
signed envelope speaks of: manifest.json shows damage, but whoever changes a file can change it too.

Compare audit.pub and the checkpoint with copies that were kept elsewhere (--checkpoints FILE): a pack can only prove what a key that you trust
has signed.
`;
}
