import { KontorError } from '../../domain/errors.ts';
import type { Money } from '../../domain/model/money.ts';
import type { PaymentProposal } from '../../domain/model/payment.ts';
import { initialProgress } from '../../domain/rules/progress.ts';
import { inTransaction, json, sql, sqlOne, type Db, type Trx } from '../client.ts';
import { decodeCursor, pageOf, type Page } from '../cursor.ts';
import { appendAudit } from './audit.ts';
import { enqueue } from './outbox.ts';
import { completeRequest, type RequestHandle, type RequestOutcome } from './requests.ts';

export interface NewRun {
  entity: string;
  runDate: string;
  nextRunDate: string;
  /** A schedule's name for its time, or the request's own: the same slot is the same run. */
  slot: string;
  payerAccount: string;
  dryRun: boolean;
  /** Absent for a scheduled run. */
  proposer?: string;
  actor: string;
  correlationId: string;
  /** `pace`: how large the steps of the process are, where it is not the usual one. */
  start: { workflow: string; queue: string; process: string; workflowVersion: string; searchAttributes: Record<string, unknown>; pace?: { payees: number; events: number } };
}

export interface OpenedRun {
  runId: string;
  workflowId: string;
  seq: number;
  /** False when the slot had its run already. */
  opened: boolean;
}

/** Opens a payment run: its case, its row, the message that starts its process and the audit event, in one transaction. */
export async function openRun(db: Db, run: NewRun, request?: { handle: RequestHandle; outcome(run: OpenedRun): RequestOutcome }): Promise<OpenedRun> {
  return inTransaction(db, async (trx) => {
    await sql(trx, `select pg_advisory_xact_lock(hashtextextended('payment-run/' || :entity || '/' || :runDate, 0))`, { entity: run.entity, runDate: run.runDate });
    const result = (await earlierRun(trx, run)) ?? (await newRun(trx, run));
    if (request && !(await completeRequest(trx, request.handle, request.outcome(result)))) throw new KontorError('idempotency-in-flight', 'Another attempt of this request has taken over.');
    if (!result.opened) return result;
    await enqueue(trx, {
      entity: run.entity,
      caseId: result.runId,
      kind: 'start-workflow',
      key: result.runId,
      workflowId: result.workflowId,
      payload: {
        workflow: run.start.workflow,
        queue: run.start.queue,
        searchAttributes: run.start.searchAttributes,
        input: { entity: run.entity, caseId: result.runId, correlationId: run.correlationId, dryRun: run.dryRun, ...(run.start.pace ? { pace: run.start.pace } : {}) },
      },
      correlationId: run.correlationId,
    });
    await appendAudit(trx, run.entity, [
      { action: 'payment-run.opened', actor: run.actor, case: result.runId, correlationId: run.correlationId, data: { runDate: run.runDate, slot: run.slot, payerAccount: run.payerAccount, dryRun: run.dryRun } },
    ]);
    return result;
  });
}

async function earlierRun(trx: Trx, { entity, runDate, slot }: NewRun): Promise<OpenedRun | undefined> {
  const [row] = await sql<Omit<OpenedRun, 'opened'>>(
    trx,
    `select run_id as "runId", workflow_id as "workflowId", seq from payment_runs join cases on cases.id = run_id where payment_runs.entity = :entity and run_date = :runDate and slot = :slot`,
    { entity, runDate, slot },
  );
  return row && { ...row, opened: false };
}

/** With the case numbers, which a restore moves on by a million, a day's runs begin a new thousand: the bank may know the ids of runs that we lost. */
async function newRun(trx: Trx, run: NewRun): Promise<OpenedRun> {
  const { seq } = await sqlOne<{ seq: number }>(trx, `select greatest(coalesce(max(seq), 0), (select last_value / 1000000 * 1000 from case_numbers))::int + 1 as seq from payment_runs where entity = :entity and run_date = :runDate`, { entity: run.entity, runDate: run.runDate });
  const runId = `${run.entity}-run-${run.runDate}-${seq}`;
  const workflowId = `${run.start.process}/${run.entity}/${run.runDate}/${seq}`;
  await sql(
    trx,
    `insert into cases (id, number, entity, process, workflow_id, channel, submitter, correlation_id, document_hash, document_number, issue_date, state, stage, progress)
     values (:runId, nextval('case_numbers'), :entity, :process, :workflowId, :channel, :submitter, :correlationId, '', :runId, :runDate, 'running', 'received', :progress)`,
    {
      runId, workflowId, entity: run.entity, process: run.start.process, channel: run.proposer === undefined ? 'schedule' : 'api', submitter: run.actor,
      correlationId: run.correlationId, runDate: run.runDate, progress: json(initialProgress(run.correlationId, run.start.workflowVersion)),
    },
  );
  await sql(
    trx,
    `insert into payment_runs (run_id, entity, run_date, next_run_date, slot, seq, payer_account, dry_run, proposer)
     values (:runId, :entity, :runDate, :nextRunDate, :slot, :seq, :payerAccount, :dryRun, :proposer)`,
    { proposer: null, ...run, runId, seq },
  );
  return { runId, workflowId, seq, opened: true };
}

export interface PaymentRun {
  runId: string;
  entity: string;
  runDate: string;
  nextRunDate: string;
  seq: number;
  payerAccount: string;
  dryRun: boolean;
  proposer: string | null;
  editors: string[];
  items: number;
  instructions: number;
  currency: string | null;
  totalMinor: string | null;
  discountMinor: string | null;
  withheldMinor: string | null;
  policyVersion: string | null;
  executionDate: string | null;
  contentHash: string | null;
  approvedHash: string | null;
  approver: string | null;
  releasers: string[];
  messageId: string | null;
  fileCreatedAt: string | null;
  fileSha256: string | null;
  fileFormat: string | null;
  sendState: 'none' | 'unknown' | 'sent' | 'refused';
  sendReference: string | null;
  sentAt: string | null;
  createdAt: string;
}

const COLUMNS = `run_id as "runId", payment_runs.entity, run_date as "runDate", next_run_date as "nextRunDate", seq, payer_account as "payerAccount", dry_run as "dryRun", proposer, editors, items,
  instructions, payment_runs.currency, total_minor as "totalMinor", discount_minor as "discountMinor", withheld_minor as "withheldMinor", policy_version as "policyVersion", execution_date as "executionDate",
  content_hash as "contentHash", approved_hash as "approvedHash", approver, releasers, message_id as "messageId", file_created_at as "fileCreatedAt", file_sha256 as "fileSha256",
  file_format as "fileFormat", send_state as "sendState", send_reference as "sendReference", sent_at as "sentAt", payment_runs.created_at as "createdAt"`;

export async function readRun(db: Db, runId: string): Promise<PaymentRun | undefined> {
  const [row] = await sql<PaymentRun>(db, `select ${COLUMNS} from payment_runs where run_id = :runId`, { runId });
  return row;
}

export async function runByMessage(db: Db, messageId: string): Promise<PaymentRun | undefined> {
  const [row] = await sql<PaymentRun>(db, `select ${COLUMNS} from payment_runs where message_id = :messageId`, { messageId });
  return row;
}

export type ListedRun = PaymentRun & { state: string; stage: string; number: string };

/** Newest first. */
export async function listRuns(db: Db, filter: { entities?: readonly string[]; states?: readonly string[]; from?: string; before?: string }, page: { cursor?: string; limit: number }): Promise<Page<ListedRun>> {
  const after = page.cursor === undefined ? undefined : decodeCursor(page.cursor);
  const rows = await sql<ListedRun>(
    db,
    `select ${COLUMNS}, cases.state, cases.stage, cases.number from payment_runs join cases on cases.id = run_id
      where (:entities::text[] is null or payment_runs.entity = any (:entities)) and (:states::text[] is null or cases.state = any (:states))
        and (:from::date is null or run_date >= :from) and (:before::date is null or run_date < :before)
        and (:number::bigint is null or cases.number < :number)
      order by cases.number desc limit :limit`,
    { entities: null, states: null, from: null, before: null, ...filter, number: after?.number, limit: page.limit + 1 },
  );
  return pageOf(rows, page.limit, (row) => ({ value: null, number: row.number }), (row) => row);
}

/** What the run proposes as it stands: numbers for lists, hash for approvals. */
export async function saveRunTotals(trx: Trx, runId: string, totals: { items: number; instructions: number; total: Money; discount: Money; withheld: Money; policyVersion: string; executionDate?: string; contentHash: string }): Promise<void> {
  await sql(
    trx,
    `update payment_runs set items = :items, instructions = :instructions, currency = :currency, total_minor = :total, discount_minor = :discount, withheld_minor = :withheld,
            policy_version = :policyVersion, execution_date = coalesce(:executionDate::date, execution_date), content_hash = :contentHash where run_id = :runId`,
    { runId, executionDate: null, ...totals, currency: totals.total.currency, total: totals.total.minor, discount: totals.discount.minor, withheld: totals.withheld.minor },
  );
}

export async function saveExclusions(trx: Trx, entity: string, runId: string, excluded: PaymentProposal['excluded']): Promise<void> {
  if (excluded.length === 0) return;
  await sql(
    trx,
    `insert into payment_exclusions (run_id, case_id, entity, code, rule, message, until)
     select :runId, "caseId", :entity, code, rule, message, until from jsonb_to_recordset(:excluded) as x ("caseId" text, code text, rule text, message text, until date)
     on conflict do nothing`,
    { runId, entity, excluded: json(excluded) },
  );
}

export async function exclusionsOf(db: Db, runId: string): Promise<PaymentProposal['excluded']> {
  return sql(db, `select case_id as "caseId", code, rule, message, until from payment_exclusions where run_id = :runId order by case_id`, { runId });
}

export async function countExclusions(db: Db, runId: string): Promise<number> {
  return (await sqlOne<{ count: number }>(db, `select count(*)::int as count from payment_exclusions where run_id = :runId`, { runId })).count;
}

/** Approved as it stands; any edit after this voids it (P6). */
export async function markApproved(trx: Trx, runId: string, approver: string): Promise<void> {
  await sql(trx, `update payment_runs set approved_hash = content_hash, approver = :approver, releasers = '{}' where run_id = :runId`, { runId, approver });
}

export async function markEdited(trx: Trx, runId: string, editor: string): Promise<void> {
  await sql(
    trx,
    `update payment_runs set approved_hash = null, approver = null, releasers = '{}', editors = (select array_agg(distinct e) from unnest(editors || :editor::text) e) where run_id = :runId`,
    { runId, editor },
  );
}

export async function addReleaser(trx: Trx, runId: string, releaser: string): Promise<void> {
  await sql(trx, `update payment_runs set releasers = releasers || :releaser::text where run_id = :runId and not (:releaser = any (releasers))`, { runId, releaser });
}

/** The file's instant is fixed once, so that writing it again gives the same bytes (P7). */
export async function fixFileInstant(trx: Trx, runId: string, messageId: string, at: string): Promise<string> {
  const row = await sqlOne<{ at: string }>(
    trx,
    `update payment_runs set message_id = coalesce(message_id, :messageId), file_created_at = coalesce(file_created_at, :at::timestamptz) where run_id = :runId returning file_created_at as at`,
    { runId, messageId, at },
  );
  return row.at;
}

export async function saveFile(trx: Trx, runId: string, file: { sha256: string; format: string }): Promise<void> {
  await sql(trx, `update payment_runs set file_sha256 = :sha256, file_format = :format where run_id = :runId`, { runId, ...file });
}

export async function markSend(trx: Trx, runId: string, sendState: PaymentRun['sendState'], reference?: string): Promise<void> {
  await sql(
    trx,
    `update payment_runs set send_state = :sendState, send_reference = coalesce(:reference, send_reference),
            sent_at = case when :sendState = 'sent' then coalesce(sent_at, clock_timestamp()) else sent_at end where run_id = :runId`,
    { runId, sendState, reference },
  );
}
