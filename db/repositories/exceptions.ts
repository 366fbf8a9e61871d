import { exceptionCaseSchema, type ExceptionCase } from '../../domain/model/exception-case.ts';
import { json, sql, sqlOne, type Db, type Trx } from '../client.ts';
import { decodeCursor, pageOf, type Page } from '../cursor.ts';

const COLUMNS = `id, number, entity, case_id, workflow_id, origin, code, reason_code, action_code, title, findings, suggestion, owner_role, owner_person, level,
  due_at, document_hash, decision_hash, source, state, resolution, resolution_detail, resolved_by, created_at, resolved_at`;

export type NewException = Pick<ExceptionCase, 'id' | 'entity' | 'origin' | 'code' | 'reasonCode' | 'title' | 'findings' | 'ownerRole' | 'dueAt'> &
  Partial<Pick<ExceptionCase, 'case' | 'workflowId' | 'actionCode' | 'suggestion' | 'ownerPerson' | 'documentHash' | 'decisionHash' | 'source'>> & { correlationId?: string };

/** Opens an exception; the same id again changes nothing, unless a process had found it gone and now finds it again. */
export async function openException(trx: Trx, exception: NewException): Promise<void> {
  await sql(
    trx,
    `insert into exceptions (id, entity, case_id, workflow_id, origin, code, reason_code, action_code, title, findings, suggestion, owner_role, owner_person,
                             due_at, document_hash, decision_hash, source, correlation_id)
     values (:id, :entity, :case, :workflowId, :origin, :code, :reasonCode, :actionCode, :title, :findings, :suggestion, :ownerRole, :ownerPerson,
             :dueAt, :documentHash, :decisionHash, :source, :correlationId)
     on conflict (id) do update set state = 'open', due_at = excluded.due_at, owner_role = excluded.owner_role, owner_person = excluded.owner_person, level = 0,
       decision_hash = excluded.decision_hash, resolution = null, resolution_detail = null, resolved_by = null, resolved_at = null
       where exceptions.state = 'cancelled' and exceptions.origin = 'process'`,
    {
      case: null, workflowId: null, actionCode: null, suggestion: null, ownerPerson: null, documentHash: null, decisionHash: null, correlationId: null,
      ...exception,
      findings: json(exception.findings),
      source: json(exception.source ?? {}),
    },
    'exception-open',
  );
}

/** Opens an exception again that had ended, as it is found now; false when it is open. */
export async function reopenException(trx: Trx, id: string, found: Pick<NewException, 'title' | 'ownerRole' | 'dueAt' | 'suggestion'>): Promise<boolean> {
  const rows = await sql(
    trx,
    `update exceptions set state = 'open', title = :title, suggestion = :suggestion, owner_role = :ownerRole, owner_person = null, level = 0, due_at = :dueAt,
            resolution = null, resolution_detail = null, resolved_by = null, resolved_at = null
      where id = :id and state <> 'open' returning 1`,
    { id, suggestion: null, ...found },
  );
  return rows.length === 1;
}

/** What an open exception is about has grown or shrunk; its owner and age stay. */
export async function retitleException(trx: Trx, id: string, title: string): Promise<void> {
  await sql(trx, `update exceptions set title = :title where id = :id and state = 'open' and title <> :title`, { id, title });
}

/** Ends an open exception; false when it had ended before. */
export async function resolveException(trx: Trx, id: string, end: { resolution: string; by: string; detail?: Record<string, unknown>; state?: 'resolved' | 'cancelled' }): Promise<boolean> {
  const rows = await sql(
    trx,
    `update exceptions set state = :state, resolution = :resolution, resolution_detail = :detail, resolved_by = :by, resolved_at = clock_timestamp()
      where id = :id and state = 'open' returning 1`,
    { id, state: end.state ?? 'resolved', resolution: end.resolution, by: end.by, detail: end.detail === undefined ? null : json(end.detail) },
  );
  return rows.length === 1;
}

/** The open exceptions of a case, oldest first. */
export async function openExceptionsOf(db: Db, caseId: string): Promise<ExceptionCase[]> {
  const rows = await sql<ExceptionRow>(db, `select ${COLUMNS} from exceptions where case_id = :caseId and state = 'open' order by number`, { caseId }, 'exceptions-open');
  return rows.map(exceptionOf);
}

export async function readException(db: Db, id: string): Promise<ExceptionCase | undefined> {
  const [row] = await sql<ExceptionRow>(db, `select ${COLUMNS} from exceptions where id = :id`, { id }, 'exception-read');
  return row && exceptionOf(row);
}

/** Open exceptions of a company with this code. */
export async function openExceptionsWithCode(db: Db, entity: string, code: string): Promise<ExceptionCase[]> {
  const rows = await sql<ExceptionRow>(db, `select ${COLUMNS} from exceptions where entity = :entity and code = :code and state = 'open' order by number`, { entity, code });
  return rows.map(exceptionOf);
}

/** Gives it to a person (or back to the role); false when it is no longer open. */
export async function assignException(trx: Trx, id: string, person: string | undefined): Promise<boolean> {
  const rows = await sql(trx, `update exceptions set owner_person = :person where id = :id and state = 'open' returning 1`, { id, person });
  return rows.length === 1;
}

/** Moves an overdue exception to another owner with a new due date (A7); its content stays. */
export async function escalateException(trx: Trx, id: string, to: { ownerRole: string; ownerPerson?: string; dueAt: string }): Promise<void> {
  await sql(
    trx,
    `update exceptions set owner_role = :ownerRole, owner_person = :ownerPerson, due_at = :dueAt, level = level + 1 where id = :id and state = 'open'`,
    { id, ownerPerson: null, ...to },
  );
}

export interface ExceptionFilter {
  entities?: readonly string[];
  code?: string;
  ownerRole?: string;
  ownerPerson?: string;
  origin?: ExceptionCase['origin'];
  caseId?: string;
  state?: ExceptionCase['state'];
  olderThanHours?: number;
}

const MATCHES = `
      (:entities::text[] is null or entity = any (:entities))
  and (:code::text is null or code = :code)
  and (:ownerRole::text is null or owner_role = :ownerRole)
  and (:ownerPerson::text is null or owner_person = :ownerPerson)
  and (:origin::text is null or origin = :origin)
  and (:caseId::text is null or case_id = :caseId)
  and (:state::text is null or state = :state)
  and (:olderThanHours::int is null or created_at < now() - :olderThanHours * interval '1 hour')`;

const NO_FILTER = { entities: null, code: null, ownerRole: null, ownerPerson: null, origin: null, caseId: null, state: null, olderThanHours: null };

/** By due date, the most urgent first. */
export async function listExceptions(db: Db, filter: ExceptionFilter, page: { cursor?: string; limit: number }): Promise<Page<ExceptionCase>> {
  const after = page.cursor === undefined ? undefined : decodeCursor(page.cursor);
  const rows = await sql<ExceptionRow>(
    db,
    `select ${COLUMNS} from exceptions where ${MATCHES} and (:number::bigint is null or (due_at, number) > (:value::timestamptz, :number))
      order by due_at, number limit :limit`,
    { ...NO_FILTER, ...filter, value: after?.value, number: after?.number, limit: page.limit + 1 },
  );
  return pageOf(rows, page.limit, (row) => ({ value: row.due_at, number: row.number }), exceptionOf);
}

/** Open exceptions by code and owner, with the age of the oldest: the operator's overview. */
export async function countExceptions(db: Db, entities: readonly string[]): Promise<{ code: string; ownerRole: string; count: number; overdue: number; oldestHours: number }[]> {
  return sql(
    db,
    `select code, owner_role as "ownerRole", count(*)::int as count, (count(*) filter (where due_at < now()))::int as overdue,
            (extract(epoch from now() - min(created_at)) / 3600)::int as "oldestHours"
       from exceptions where state = 'open' and entity = any (:entities) group by code, owner_role order by count(*) desc, code`,
    { entities },
  );
}

/** Locks the exception while it is being resolved. */
export async function lockException(trx: Trx, id: string): Promise<ExceptionCase | undefined> {
  const [row] = await sql<ExceptionRow>(trx, `select ${COLUMNS} from exceptions where id = :id for update`, { id });
  return row && exceptionOf(row);
}

/** Replaces what an open exception knows of where it comes from. */
export async function setExceptionSource(trx: Trx, id: string, source: Record<string, unknown>): Promise<void> {
  await sql(trx, `update exceptions set source = :source where id = :id and state = 'open'`, { id, source: json(source) });
}

/** The next free number for an exception or a task of a case, so that ids stay readable: `DE01-26-000123-x2`. */
export async function nextExceptionNumber(trx: Trx, caseId: string): Promise<number> {
  const row = await sqlOne<{ taken: number }>(trx, `select count(*)::int as taken from exceptions where case_id = :caseId`, { caseId });
  return row.taken + 1;
}

interface ExceptionRow {
  id: string; number: string; entity: string; case_id: string | null; workflow_id: string | null; origin: string; code: string; reason_code: string; action_code: string | null;
  title: string; findings: unknown; suggestion: string | null; owner_role: string; owner_person: string | null; level: number; due_at: string; document_hash: string | null;
  decision_hash: string | null; source: unknown; state: string; resolution: string | null; resolution_detail: unknown; resolved_by: string | null; created_at: string; resolved_at: string | null;
}

function exceptionOf(row: ExceptionRow): ExceptionCase {
  return exceptionCaseSchema.parse({
    schemaVersion: 1,
    id: row.id,
    entity: row.entity,
    case: row.case_id ?? undefined,
    workflowId: row.workflow_id ?? undefined,
    origin: row.origin,
    code: row.code,
    reasonCode: row.reason_code,
    actionCode: row.action_code ?? undefined,
    title: row.title,
    findings: row.findings,
    suggestion: row.suggestion ?? undefined,
    ownerRole: row.owner_role,
    ownerPerson: row.owner_person ?? undefined,
    level: row.level,
    dueAt: row.due_at,
    documentHash: row.document_hash ?? undefined,
    decisionHash: row.decision_hash ?? undefined,
    source: row.source,
    state: row.state,
    resolution: row.resolution ?? undefined,
    resolutionDetail: row.resolution_detail ?? undefined,
    resolvedBy: row.resolved_by ?? undefined,
    createdAt: row.created_at,
    resolvedAt: row.resolved_at ?? undefined,
  });
}

/** Open differences of the daily reconciliation of a company, with what each is about. */
export async function openReconciliationCases(db: Db, entity: string): Promise<{ id: string; code: string; subject: string }[]> {
  return sql(db, `select id, code, source ->> 'subject' as subject from exceptions where entity = :entity and state = 'open' and origin = 'payment' and id like :prefix`, { entity, prefix: `${entity}-rec-%` });
}
