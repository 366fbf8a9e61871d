import { decisionSchema, type Decision } from '../../domain/model/decision.ts';
import { KontorError } from '../../domain/errors.ts';
import { inTransaction, json, sql, type Db, type Trx } from '../client.ts';
import { decodeCursor, pageOf, type Page } from '../cursor.ts';
import { appendAudit } from './audit.ts';
import { enqueue } from './outbox.ts';
import { completeRequest, type RequestHandle, type RequestOutcome } from './requests.ts';

const COLUMNS = `id, number, entity, case_id, workflow_id, task_id, exception_id, update_name, decision, reason_code, payload, person, on_behalf_of,
  document_hash, decision_hash, policy_version, envelope, correlation_id, state, refusal_code, refusal, created_at, settled_at`;

export type NewDecision = Omit<Decision, 'schemaVersion' | 'state' | 'refusal' | 'createdAt' | 'settledAt'>;

export interface ProposeOptions {
  /** How long the API waits for the update's answer itself before the relay repeats it. */
  relayAfterMs: number;
  /** Stores the answer for replays at once, where the caller does not wait. */
  request?: { handle: RequestHandle; outcome: RequestOutcome };
}

/**
 * Commits the decision row, the message that carries it to the process and the audit event. Nothing is decided by that:
 * the process judges it. The same id again changes nothing.
 */
export async function proposeDecision(db: Db, decision: NewDecision, options: ProposeOptions): Promise<void> {
  await inTransaction(db, async (trx) => {
    const added = await sql(
      trx,
      `insert into decisions (id, entity, case_id, workflow_id, task_id, exception_id, update_name, decision, reason_code, payload, person, on_behalf_of,
                              document_hash, decision_hash, policy_version, envelope, correlation_id)
       values (:id, :entity, :case, :workflowId, :approval, :exception, :update, :decision, :reasonCode, :payload, :person, :onBehalfOf,
               :documentHash, :decisionHash, :policyVersion, :envelope, :correlationId)
       on conflict (id) do nothing returning 1`,
      { approval: null, exception: null, reasonCode: null, onBehalfOf: null, policyVersion: null, ...decision, payload: json(decision.payload) },
    );
    if (options.request && !(await completeRequest(trx, options.request.handle, options.request.outcome))) throw new KontorError('idempotency-in-flight', 'Another attempt of this request has taken over.');
    if (added.length === 0) return;
    await enqueue(trx, {
      entity: decision.entity,
      caseId: decision.case,
      kind: 'update-workflow',
      key: decision.id,
      workflowId: decision.workflowId,
      payload: { update: decision.update, input: { decisionId: decision.id } },
      correlationId: decision.correlationId,
      delayMs: options.relayAfterMs,
    });
    await appendAudit(trx, decision.entity, [
      {
        action: 'decision.proposed',
        actor: `person:${decision.person}`,
        ...(decision.onBehalfOf ? { onBehalfOf: `person:${decision.onBehalfOf}` } : {}),
        case: decision.case,
        decisionHash: decision.decisionHash,
        correlationId: decision.correlationId,
        data: { decisionId: decision.id, update: decision.update, decision: decision.decision, approval: decision.approval ?? null, exception: decision.exception ?? null },
      },
    ]);
  });
}

export async function readDecision(db: Db, id: string): Promise<Decision | undefined> {
  const [row] = await sql<DecisionRow>(db, `select ${COLUMNS} from decisions where id = :id`, { id });
  return row && decisionOf(row);
}

/** Locks the row while the process judges it; lock its case first and its task after. */
export async function lockDecision(trx: Trx, id: string): Promise<Decision | undefined> {
  const [row] = await sql<DecisionRow>(trx, `select ${COLUMNS} from decisions where id = :id for update`, { id }, 'decision-lock');
  return row && decisionOf(row);
}

/** The decision counts, and ends its task with it. Other proposals on that task are superseded. */
export async function acceptDecision(trx: Trx, id: string): Promise<void> {
  await sql(
    trx,
    `with accepted as (
       update decisions set state = 'accepted', settled_at = clock_timestamp() where id = :id and state = 'proposed' returning id, task_id, decision, person
     ), superseded as (
       update decisions d set state = 'superseded', settled_at = clock_timestamp() from accepted a
        where d.task_id = a.task_id and d.id <> a.id and d.state = 'proposed'
     )
     update tasks t set state = 'decided', decision = a.decision, decided_by = a.person, closed_at = clock_timestamp()
       from accepted a where t.id = a.task_id and t.state = 'open'`,
    { id },
    'decision-accept',
  );
}

/** The process refused it, with a reason that the person reads; whoever heard that first puts it on record. What is settled stays as it is; false then. */
export async function refuseDecision(trx: Trx, id: string, refusal: { code: string; message: string }): Promise<boolean> {
  const rows = await sql<DecisionRow>(
    trx,
    `update decisions set state = 'refused', refusal_code = :code, refusal = :message, settled_at = clock_timestamp() where id = :id and state = 'proposed' returning ${COLUMNS}`,
    { id, ...refusal },
  );
  for (const refused of rows.map(decisionOf)) await auditRefusal(trx, refused, refusal.code);
  return rows.length > 0;
}

/** That it was refused, also where another one has superseded it meanwhile. */
export async function auditRefusal(trx: Trx, { id, entity, person, case: caseId, decisionHash, correlationId, update, decision }: Decision, code: string): Promise<void> {
  await appendAudit(trx, entity, [{ action: 'decision.refused', actor: `person:${person}`, case: caseId, decisionHash, correlationId, data: { decisionId: id, update, decision, code } }]);
}

export async function decisionsOf(db: Db, caseId: string, state?: Decision['state']): Promise<Decision[]> {
  const rows = await sql<DecisionRow>(db, `select ${COLUMNS} from decisions where case_id = :caseId and (:state::text is null or state = :state) order by number`, { caseId, state });
  return rows.map(decisionOf);
}

/** What was already decided on a task or exception, and what is on its way: the same again is no new decision. */
export async function decisionsOn(db: Db, subject: { approval?: string; exception?: string }): Promise<Decision[]> {
  const rows = await sql<DecisionRow>(
    db,
    `select ${COLUMNS} from decisions where (task_id = :approval or exception_id = :exception) and state in ('proposed', 'accepted') order by number`,
    { approval: null, exception: null, ...subject },
  );
  return rows.map(decisionOf);
}

/** A person's own decisions, newest first. */
export async function myDecisions(db: Db, person: string, page: { cursor?: string; limit: number }): Promise<Page<Decision>> {
  const after = page.cursor === undefined ? undefined : decodeCursor(page.cursor);
  const rows = await sql<DecisionRow>(
    db,
    `select ${COLUMNS} from decisions where person = :person and (:number::bigint is null or number < :number) order by number desc limit :limit`,
    { person, number: after?.number, limit: page.limit + 1 },
  );
  return pageOf(rows, page.limit, (row) => ({ value: null, number: row.number }), decisionOf);
}

interface DecisionRow {
  id: string; number: string; entity: string; case_id: string; workflow_id: string; task_id: string | null; exception_id: string | null; update_name: string; decision: string;
  reason_code: string | null; payload: unknown; person: string; on_behalf_of: string | null; document_hash: string; decision_hash: string; policy_version: string | null;
  envelope: string; correlation_id: string; state: string; refusal_code: string | null; refusal: string | null; created_at: string; settled_at: string | null;
}

function decisionOf(row: DecisionRow): Decision {
  return decisionSchema.parse({
    schemaVersion: 1,
    id: row.id,
    entity: row.entity,
    case: row.case_id,
    workflowId: row.workflow_id,
    approval: row.task_id ?? undefined,
    exception: row.exception_id ?? undefined,
    update: row.update_name,
    decision: row.decision,
    reasonCode: row.reason_code ?? undefined,
    payload: row.payload,
    person: row.person,
    onBehalfOf: row.on_behalf_of ?? undefined,
    documentHash: row.document_hash,
    decisionHash: row.decision_hash,
    policyVersion: row.policy_version ?? undefined,
    envelope: row.envelope,
    correlationId: row.correlation_id,
    state: row.state,
    refusal: row.refusal_code === null ? undefined : { code: row.refusal_code, message: row.refusal ?? '' },
    createdAt: row.created_at,
    settledAt: row.settled_at ?? undefined,
  });
}
