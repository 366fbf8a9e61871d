import { assessmentSchema, type Assessment } from '../../domain/model/assessment.ts';
import { overrideSchema, type Override } from '../../domain/model/finding.ts';
import { json, sql, type Db, type Trx } from '../client.ts';

/** What was known at one moment; the caller parses `facts` with the schema of what it put in. */
export interface FactSet {
  id: string;
  entity: string;
  caseId: string;
  documentVersion: number;
  facts: unknown;
}

export async function keepFacts(db: Db, facts: FactSet): Promise<void> {
  await sql(
    db,
    `insert into fact_sets (id, entity, case_id, document_version, facts) values (:id, :entity, :caseId, :documentVersion, :facts) on conflict (id) do nothing`,
    { ...facts, facts: json(facts.facts) },
    'facts-keep',
  );
}

export async function readFacts(db: Db, id: string): Promise<(FactSet & { createdAt: string }) | undefined> {
  const [row] = await sql<FactSet & { createdAt: string }>(
    db,
    `select id, entity, case_id as "caseId", document_version as "documentVersion", facts, created_at as "createdAt" from fact_sets where id = :id`,
    { id },
    'facts-read',
  );
  return row;
}

export interface StoredAssessment {
  id: string;
  entity: string;
  caseId: string;
  factsId: string;
  documentHash: string;
  decisionHash?: string;
  disposition: string;
  result: Assessment;
  policyVersions: Record<string, string>;
  createdAt: string;
  /** By the database's own clock, as it was read. */
  ageMs: number;
}

/** Keeps the conclusion; false when this assessment was kept before, so a repeated record activity may answer from it. */
export async function saveAssessment(trx: Trx, assessment: Omit<StoredAssessment, 'createdAt' | 'ageMs'>): Promise<boolean> {
  const rows = await sql(
    trx,
    `insert into assessments (id, entity, case_id, facts_id, document_hash, decision_hash, disposition, result, policy_versions, created_at)
     values (:id, :entity, :caseId, :factsId, :documentHash, :decisionHash, :disposition, :result, :policyVersions, clock_timestamp())
     on conflict (id) do nothing returning 1`,
    { decisionHash: null, ...assessment, result: json(assessment.result), policyVersions: json(assessment.policyVersions) },
    'assessment-save',
  );
  return rows.length === 1;
}

const COLUMNS = `id, entity, case_id as "caseId", facts_id as "factsId", document_hash as "documentHash", decision_hash as "decisionHash", disposition, result,
  policy_versions as "policyVersions", created_at as "createdAt", (extract(epoch from clock_timestamp() - created_at) * 1000)::float8 as "ageMs"`;

/** The one that counts: an older one is stale and may not be posted (M19). */
export async function latestAssessment(db: Db, caseId: string): Promise<StoredAssessment | undefined> {
  const [row] = await sql<AssessmentRow>(db, `select ${COLUMNS} from assessments where case_id = :caseId order by number desc limit 1`, { caseId }, 'assessment-latest');
  return row && assessmentOf(row);
}

/** The version of a kind of policy that a document was first judged by; undefined before its first assessment (A9). */
export async function firstPolicyVersion(db: Db, caseId: string, documentHash: string, kind: string): Promise<string | undefined> {
  const [row] = await sql<{ version: string | null }>(
    db,
    `select policy_versions ->> :kind as version from assessments where case_id = :caseId and document_hash = :documentHash order by number limit 1`,
    { caseId, documentHash, kind },
    'policy-first',
  );
  return row?.version ?? undefined;
}

/** The newest assessment of each version that people were shown, by decision hash. */
export async function assessmentsOfVersions(db: Db, caseId: string, decisionHashes: readonly string[]): Promise<StoredAssessment[]> {
  const rows = await sql<AssessmentRow>(
    db,
    `select distinct on (decision_hash) ${COLUMNS} from assessments where case_id = :caseId and decision_hash = any (:decisionHashes::text[]) order by decision_hash, number desc`,
    { caseId, decisionHashes: [...decisionHashes] },
    'assessments-of-versions',
  );
  return rows.map(assessmentOf);
}

type AssessmentRow = Omit<StoredAssessment, 'decisionHash' | 'result'> & { decisionHash: string | null; result: unknown };

function assessmentOf({ decisionHash, result, ...row }: AssessmentRow): StoredAssessment {
  return { ...row, ...(decisionHash === null ? {} : { decisionHash }), result: assessmentSchema.parse(result) };
}

/** Records consent to one finding as it was seen (M20); the same person's consent counts once (D10). */
export async function addOverride(trx: Trx, place: { entity: string; caseId: string; decisionId?: string }, override: Override): Promise<void> {
  await sql(
    trx,
    `insert into overrides (entity, case_id, finding_code, scope, fingerprint, person, role, reason, decision_id, created_at)
     values (:entity, :caseId, :findingCode, :scope, :fingerprint, :by, :role, :reason, :decisionId, :at) on conflict do nothing`,
    { decisionId: null, ...place, ...override },
  );
}

export async function overridesOf(db: Db, caseId: string): Promise<Override[]> {
  const rows = await sql(
    db,
    `select finding_code as "findingCode", scope, fingerprint, person as by, role, reason, created_at as at from overrides where case_id = :caseId order by created_at`,
    { caseId },
    'overrides-of',
  );
  return rows.map((row) => overrideSchema.parse(row));
}
