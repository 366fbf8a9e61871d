import { approvalSchema, type Approval } from '../../domain/model/approval.ts';
import { json, sql, type Db, type Trx } from '../client.ts';

const COLUMNS = `id, entity, case_id, workflow_id, kind, step, candidate_role, candidate_persons, assignee, claimed_at, due_at, remind_at, reminded_at, follow_up_at,
  level, priority, why, rule_id, policy_version, title, currency, amount_minor, document_hash, decision_hash, document_version, state, decision, decided_by, created_at, closed_at`;

export type NewTask = Pick<
  Approval,
  'id' | 'entity' | 'case' | 'workflowId' | 'kind' | 'step' | 'candidateRole' | 'candidatePersons' | 'dueAt' | 'why' | 'policyVersion' | 'title' | 'documentHash' | 'decisionHash' | 'documentVersion'
> &
  Partial<Pick<Approval, 'assignee' | 'remindAt' | 'ruleId' | 'amount' | 'priority'>>;

/** Opens tasks; an id that exists already stays as it is, so a repeat changes nothing. */
export async function openTasks(trx: Trx, tasks: readonly NewTask[]): Promise<void> {
  if (tasks.length === 0) return;
  await sql(
    trx,
    `insert into tasks (id, entity, case_id, workflow_id, kind, step, candidate_role, candidate_persons, assignee, due_at, remind_at, priority, why, rule_id,
                        policy_version, title, currency, amount_minor, document_hash, decision_hash, document_version)
     select id, entity, "case", "workflowId", kind, step, "candidateRole", "candidatePersons", assignee, "dueAt", "remindAt", coalesce(priority, 50), why, "ruleId",
            "policyVersion", title, amount ->> 'currency', (amount ->> 'minor')::numeric, "documentHash", "decisionHash", "documentVersion"
       from jsonb_to_recordset(:tasks) as task (id text, entity text, "case" text, "workflowId" text, kind text, step text, "candidateRole" text, "candidatePersons" text[],
              assignee text, "dueAt" timestamptz, "remindAt" timestamptz, priority int, why text, "ruleId" text, "policyVersion" text, title text, amount jsonb,
              "documentHash" text, "decisionHash" text, "documentVersion" int)
     on conflict (id) do nothing`,
    { tasks: json(tasks) },
    'tasks-open',
  );
}

export async function readTask(db: Db, id: string): Promise<Approval | undefined> {
  const [row] = await sql<TaskRow>(db, `select ${COLUMNS} from tasks where id = :id`, { id });
  return row && taskOf(row);
}

/** Locks the task: of two decisions in the same millisecond one waits and then sees the other's (F12). */
export async function lockTask(trx: Trx, id: string): Promise<Approval | undefined> {
  const [row] = await sql<TaskRow>(trx, `select ${COLUMNS} from tasks where id = :id for update`, { id });
  return row && taskOf(row);
}

/** All tasks of a case, oldest first, or only those in one state. */
export async function tasksOf(db: Db, caseId: string, state?: Approval['state']): Promise<Approval[]> {
  const rows = await sql<TaskRow>(db, `select ${COLUMNS} from tasks where case_id = :caseId and (:state::text is null or state = :state) order by number`, { caseId, state }, 'tasks-of');
  return rows.map(taskOf);
}

/** Ends what is still open: a new version supersedes tasks (A8), a rejection or withdrawal cancels them. Answers their ids. */
export async function closeTasks(trx: Trx, caseId: string, state: 'superseded' | 'cancelled'): Promise<string[]> {
  const rows = await sql<{ id: string }>(
    trx,
    `update tasks set state = :state, closed_at = clock_timestamp() where case_id = :caseId and state = 'open' returning id`,
    { caseId, state },
    'tasks-close',
  );
  return rows.map((row) => row.id);
}

/** A8: these answers and questions are about a version that is not the present one any more; who answered stays on record. */
export async function voidTasks(trx: Trx, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await sql(trx, `update tasks set state = 'superseded', closed_at = coalesce(closed_at, clock_timestamp()) where id = any (:ids::text[])`, { ids: [...ids] });
}

/** A8: these tasks stand for the new version too; what their persons saw stays in the signed decisions. */
export async function rebindTasks(trx: Trx, ids: readonly string[], version: Pick<Approval, 'decisionHash' | 'documentHash' | 'documentVersion'>): Promise<void> {
  if (ids.length === 0) return;
  await sql(
    trx,
    `update tasks set decision_hash = :decisionHash, document_hash = :documentHash, document_version = :documentVersion where id = any (:ids::text[])`,
    { ids: [...ids], ...version },
  );
}

/** Changes who is asked, never what is decided (A7). */
export async function escalateTask(trx: Trx, id: string, to: { candidateRole: string; candidatePersons: string[]; assignee?: string; dueAt: string; remindAt?: string; why: string }): Promise<void> {
  await sql(
    trx,
    `update tasks set candidate_role = :candidateRole, candidate_persons = :candidatePersons, assignee = :assignee, claimed_at = null, due_at = :dueAt,
            remind_at = :remindAt, reminded_at = null, follow_up_at = null, why = :why, level = level + 1
      where id = :id and state = 'open'`,
    { id, assignee: null, remindAt: null, ...to },
  );
}

export async function markReminded(trx: Trx, id: string): Promise<void> {
  await sql(trx, `update tasks set reminded_at = clock_timestamp() where id = :id and state = 'open'`, { id });
}

/** A9: asks others in the place of somebody who cannot decide any more; a task whose role changed has its time anew. */
export async function reassignTask(trx: Trx, id: string, to: { candidateRole: string; candidatePersons: string[]; assignee?: string; dueAt: string; remindAt?: string; why: string }): Promise<void> {
  await sql(
    trx,
    `update tasks set claimed_at = case when assignee is not distinct from :assignee then claimed_at end, assignee = :assignee, candidate_role = :candidateRole, candidate_persons = :candidatePersons,
            due_at = :dueAt, remind_at = coalesce(:remindAt, remind_at), reminded_at = case when :remindAt::timestamptz is null then reminded_at end, why = :why
      where id = :id and state = 'open'`,
    { id, assignee: null, remindAt: null, ...to },
  );
}

/** Open work that somebody is asked for by name, or by one of these roles if nobody else holds it. */
export async function casesAsking(db: Db, person: string, roles: readonly string[]): Promise<{ entity: string; caseId: string; workflowId: string; correlationId: string }[]> {
  return sql(
    db,
    `select c.entity, c.id as "caseId", c.workflow_id as "workflowId", c.correlation_id as "correlationId" from cases c
      where c.closed_at is null and c.id in (
        select case_id from tasks where state = 'open' and (assignee = :person or :person = any (candidate_persons) or candidate_role = any (:roles::text[])
          and not exists (select from person_roles r join persons p on p.id = r.person and p.active where r.person <> :person and r.role = candidate_role and r.entity in (tasks.entity, '*')))
        union select case_id from exceptions where state = 'open' and owner_person = :person)
      order by c.number`,
    { person, roles: [...roles] },
  );
}

interface TaskRow {
  id: string; entity: string; case_id: string; workflow_id: string; kind: string; step: string; candidate_role: string; candidate_persons: string[]; assignee: string | null;
  claimed_at: string | null; due_at: string; remind_at: string | null; reminded_at: string | null; follow_up_at: string | null; level: number; priority: number; why: string;
  rule_id: string | null; policy_version: string; title: string; currency: string | null; amount_minor: string | null; document_hash: string; decision_hash: string;
  document_version: number; state: string; decision: string | null; decided_by: string | null; created_at: string; closed_at: string | null;
}

function taskOf(row: TaskRow): Approval {
  return approvalSchema.parse({
    schemaVersion: 1,
    id: row.id,
    entity: row.entity,
    case: row.case_id,
    workflowId: row.workflow_id,
    kind: row.kind,
    step: row.step,
    candidateRole: row.candidate_role,
    candidatePersons: row.candidate_persons,
    assignee: row.assignee ?? undefined,
    claimedAt: row.claimed_at ?? undefined,
    dueAt: row.due_at,
    remindAt: row.remind_at ?? undefined,
    remindedAt: row.reminded_at ?? undefined,
    followUpAt: row.follow_up_at ?? undefined,
    level: row.level,
    priority: row.priority,
    why: row.why,
    ruleId: row.rule_id ?? undefined,
    policyVersion: row.policy_version,
    title: row.title,
    amount: row.currency === null || row.amount_minor === null ? undefined : { currency: row.currency, minor: row.amount_minor },
    documentHash: row.document_hash,
    decisionHash: row.decision_hash,
    documentVersion: row.document_version,
    state: row.state,
    decision: row.decision ?? undefined,
    decidedBy: row.decided_by ?? undefined,
    createdAt: row.created_at,
    closedAt: row.closed_at ?? undefined,
  });
}
