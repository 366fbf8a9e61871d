import { caseSchema, type Case, type CaseLink } from '../../domain/model/case.ts';
import type { Money } from '../../domain/model/money.ts';
import { progressSchema, type Progress } from '../../domain/model/progress.ts';
import { json, sql, sqlOne, type Db, type Trx } from '../client.ts';
import { decodeCursor, pageOf, type Page } from '../cursor.ts';

const COLUMNS = `id, number, entity, process, workflow_id, channel, submitter, correlation_id, document_version, document_hash, document_class, document_number,
  issue_date, due_date, seller_name, supplier_id, currency, gross_minor, payable_minor, order_numbers, state, stage, outcome, awaiting_roles, exception_codes,
  owner, due_at, on_hold, revision, created_at, matched_at, approved_at, posted_at, paid_at, closed_at, updated_at`;

export interface CaseWithProgress {
  case: Case;
  progress: Progress;
}

export async function readCase(db: Db, id: string): Promise<CaseWithProgress | undefined> {
  const [row] = await sql<CaseRow & { progress: unknown }>(db, `select ${COLUMNS}, progress from cases where id = :id`, { id }, 'case-read');
  return row && { case: caseOf(row), progress: progressSchema.parse(row.progress) };
}

/** Locks the case until the transaction ends: the record activities of one case never interleave. */
export async function lockCase(trx: Trx, id: string): Promise<CaseWithProgress | undefined> {
  const [row] = await sql<CaseRow & { progress: unknown }>(trx, `select ${COLUMNS}, progress from cases where id = :id for update`, { id }, 'case-lock');
  return row && { case: caseOf(row), progress: progressSchema.parse(row.progress) };
}

/** Moments that key figures are computed from; each is set once and keeps its first value. */
export type Milestone = 'matched' | 'approved' | 'posted' | 'paid' | 'closed';

/** What a transition changes beside the progress; an absent member stays as it is. */
export interface CaseChange {
  progress: Progress;
  supplierId?: string;
  dueDate?: string;
  payable?: Money;
  orderNumbers?: string[];
  documentVersion?: number;
  documentHash?: string;
  outcome?: string;
  onHold?: boolean;
  milestones?: Milestone[];
  /** A person acted: the case is not touchless. */
  touched?: boolean;
}

/** Writes progress and the columns derived from it: the one way in which a case changes. Answers the new revision. */
export async function saveCase(trx: Trx, id: string, change: CaseChange): Promise<number> {
  const { progress, milestones = [] } = change;
  const reached = (milestone: Milestone) => milestones.includes(milestone);
  const row = await sqlOne<{ revision: number }>(
    trx,
    `update cases set progress = :progress, state = :state, stage = :stage, awaiting_roles = :awaitingRoles, exception_codes = :exceptionCodes,
            owner = :owner, due_at = :dueAt, revision = revision + 1, updated_at = clock_timestamp(),
            supplier_id = coalesce(:supplierId, supplier_id), due_date = coalesce(:dueDate::date, due_date),
            currency = coalesce(:currency, currency), payable_minor = coalesce(:payable::numeric, payable_minor),
            order_numbers = coalesce(:orderNumbers::text[], order_numbers),
            document_version = coalesce(:documentVersion::int, document_version), document_hash = coalesce(:documentHash, document_hash),
            outcome = coalesce(:outcome, outcome), on_hold = coalesce(:onHold::boolean, on_hold), touched_by_people = touched_by_people or :touched,
            matched_at = case when :matched then coalesce(matched_at, clock_timestamp()) else matched_at end,
            approved_at = case when :approved then coalesce(approved_at, clock_timestamp()) else approved_at end,
            posted_at = case when :posted then coalesce(posted_at, clock_timestamp()) else posted_at end,
            paid_at = case when :paid then coalesce(paid_at, clock_timestamp()) else paid_at end,
            closed_at = case when :closed then coalesce(closed_at, clock_timestamp()) else closed_at end
      where id = :id returning revision`,
    {
      id,
      progress: json(progress),
      state: progress.state,
      stage: progress.stage,
      awaitingRoles: [...new Set(progress.awaiting.map((entry) => entry.role))],
      exceptionCodes: [...new Set(progress.exceptions.map((entry) => entry.code))],
      owner: progress.awaiting[0]?.person ?? progress.awaiting[0]?.role ?? progress.exceptions[0]?.owner ?? null,
      dueAt: earliest(progress.awaiting.map((entry) => entry.dueAt)),
      supplierId: change.supplierId,
      dueDate: change.dueDate,
      currency: change.payable?.currency,
      payable: change.payable?.minor,
      orderNumbers: change.orderNumbers,
      documentVersion: change.documentVersion,
      documentHash: change.documentHash,
      outcome: change.outcome,
      onHold: change.onHold,
      touched: change.touched ?? false,
      matched: reached('matched'),
      approved: reached('approved'),
      posted: reached('posted'),
      paid: reached('paid'),
      closed: reached('closed'),
    },
    'case-save',
  );
  return row.revision;
}

/** Where these cases run and how they ended, for those who have news for many at once. */
export async function whereabouts(db: Db, ids: readonly string[]): Promise<{ id: string; workflowId: string; correlationId: string; closed: boolean; outcome: string | null }[]> {
  return sql(db, `select id, workflow_id as "workflowId", correlation_id as "correlationId", closed_at is not null as closed, outcome from cases where id = any (:ids)`, { ids });
}

/** An ended case runs again; what it reached before stays on record. */
export async function reopenRow(trx: Trx, id: string): Promise<void> {
  await sql(trx, `update cases set closed_at = null, outcome = null, paid_at = null where id = :id`, { id });
}

export interface CaseFilter {
  entities?: readonly string[];
  process?: string;
  states?: readonly string[];
  stage?: string;
  supplierId?: string;
  documentNumber?: string;
  correlationId?: string;
  exceptionCode?: string;
  awaitingRole?: string;
  acceptedFrom?: string;
  acceptedBefore?: string;
  open?: boolean;
}

export type CaseOrder = 'newest' | 'due' | 'amount';

/** `value` is what the cursor carries beside the case number, `beyond` what lies after it. */
const ORDERS: Record<CaseOrder, { value: string; by: string; beyond: string }> = {
  newest: { value: `null`, by: `number desc`, beyond: `number < :number` },
  due: {
    value: `coalesce(due_date, 'infinity')`,
    by: `coalesce(due_date, 'infinity'), number`,
    beyond: `(coalesce(due_date, 'infinity'), number) > (:value::date, :number)`,
  },
  amount: {
    value: `coalesce(payable_minor, 0)`,
    by: `coalesce(payable_minor, 0) desc, number desc`,
    beyond: `(coalesce(payable_minor, 0), number) < (:value::numeric, :number)`,
  },
};

const MATCHES = `
      (:entities::text[] is null or entity = any (:entities))
  and (:process::text is null or process = :process)
  and (:states::text[] is null or state = any (:states))
  and (:stage::text is null or stage = :stage)
  and (:supplierId::text is null or supplier_id = :supplierId)
  and (:documentNumber::text is null or document_number = :documentNumber)
  and (:correlationId::text is null or correlation_id = :correlationId)
  and (:exceptionCode::text is null or :exceptionCode = any (exception_codes))
  and (:awaitingRole::text is null or :awaitingRole = any (awaiting_roles))
  and (:acceptedFrom::timestamptz is null or created_at >= :acceptedFrom)
  and (:acceptedBefore::timestamptz is null or created_at < :acceptedBefore)
  and (:open::boolean is null or :open = (closed_at is null))`;

const NO_FILTER = {
  entities: null, process: null, states: null, stage: null, supplierId: null, documentNumber: null, correlationId: null,
  exceptionCode: null, awaitingRole: null, acceptedFrom: null, acceptedBefore: null, open: null,
};

/** One page of the list. Rows that arrive meanwhile neither shift nor repeat what the next cursor shows. */
export async function listCases(db: Db, filter: CaseFilter, page: { order?: CaseOrder; cursor?: string; limit: number }): Promise<Page<Case>> {
  const { value, by, beyond } = ORDERS[page.order ?? 'newest'];
  const after = page.cursor === undefined ? undefined : decodeCursor(page.cursor);
  const rows = await sql<CaseRow & { sort_value: string | null }>(
    db,
    `select ${COLUMNS}, ${value}::text as sort_value from cases
      where ${MATCHES} and (:number::bigint is null or ${beyond}) order by ${by} limit :limit`,
    { ...NO_FILTER, ...filter, number: after?.number, value: after?.value, limit: page.limit + 1 },
  );
  return pageOf(rows, page.limit, (row) => ({ value: row.sort_value, number: row.number }), caseOf);
}

/** How many cases there are by state and stage, for the tiles above a list. */
export async function countCases(db: Db, filter: CaseFilter): Promise<{ state: string; stage: string; count: number }[]> {
  return sql(db, `select state, stage, count(*)::int as count from cases where ${MATCHES} group by state, stage order by state, stage`, { ...NO_FILTER, ...filter });
}

/** Open cases that wait for something about these orders: whom a receipt or an order change is told to. Of those that stand posted only what is on hold waits; a posting that was reversed stands no more. */
export async function casesOfOrders(db: Db, entity: string, orderNumbers: readonly string[]): Promise<{ id: string; workflowId: string; correlationId: string; acceptedAt: string; stage: string; exceptionCodes: string[] }[]> {
  return sql(
    db,
    `select c.id, c.workflow_id as "workflowId", c.correlation_id as "correlationId", c.created_at as "acceptedAt", c.stage, c.exception_codes as "exceptionCodes" from cases c
      where c.entity = :entity and c.closed_at is null and c.order_numbers && :orderNumbers::text[]
        and (c.on_hold or not exists (select from postings p where p.case_id = c.id and p.kind = 'post' and p.status = 'posted')) order by c.id`,
    { entity, orderNumbers },
  );
}

export async function linkCases(trx: Trx, entity: string, caseId: string, link: CaseLink): Promise<void> {
  await sql(trx, `insert into case_links (case_id, other_id, entity, kind) values (:caseId, :otherCase, :entity, :kind) on conflict do nothing`, { caseId, entity, ...link });
}

/** Links in both directions: `incoming` ones were made by the other case. */
export async function linksOf(db: Db, caseId: string): Promise<(CaseLink & { incoming: boolean })[]> {
  return sql(
    db,
    `select other_id as "otherCase", kind, false as incoming from case_links where case_id = :caseId
     union all select case_id, kind, true from case_links where other_id = :caseId order by 1`,
    { caseId },
  );
}

interface CaseRow {
  id: string; number: string; entity: string; process: string; workflow_id: string; channel: string; submitter: string; correlation_id: string;
  document_version: number; document_hash: string; document_class: string | null; document_number: string | null; issue_date: string | null; due_date: string | null;
  seller_name: string | null; supplier_id: string | null; currency: string | null; gross_minor: string | null; payable_minor: string | null; order_numbers: string[];
  state: string; stage: string; outcome: string | null; awaiting_roles: string[]; exception_codes: string[]; owner: string | null; due_at: string | null; on_hold: boolean;
  revision: number; created_at: string; matched_at: string | null; approved_at: string | null; posted_at: string | null; paid_at: string | null; closed_at: string | null; updated_at: string;
}

function caseOf(row: CaseRow): Case {
  const amount = (minor: string | null) => (minor === null || row.currency === null ? undefined : { currency: row.currency, minor });
  return caseSchema.parse({
    schemaVersion: 1,
    id: row.id,
    entity: row.entity,
    process: row.process,
    workflowId: row.workflow_id,
    channel: row.channel,
    submitter: row.submitter,
    correlationId: row.correlation_id,
    documentVersion: row.document_version,
    documentHash: row.document_hash,
    documentClass: row.document_class ?? undefined,
    documentNumber: row.document_number ?? undefined,
    issueDate: row.issue_date ?? undefined,
    dueDate: row.due_date ?? undefined,
    sellerName: row.seller_name ?? undefined,
    supplierId: row.supplier_id ?? undefined,
    gross: amount(row.gross_minor),
    payable: amount(row.payable_minor),
    orderNumbers: row.order_numbers,
    state: row.state,
    stage: row.stage,
    outcome: row.outcome ?? undefined,
    awaitingRoles: row.awaiting_roles,
    exceptionCodes: row.exception_codes,
    owner: row.owner ?? undefined,
    dueAt: row.due_at ?? undefined,
    onHold: row.on_hold,
    revision: row.revision,
    acceptedAt: row.created_at,
    matchedAt: row.matched_at ?? undefined,
    approvedAt: row.approved_at ?? undefined,
    postedAt: row.posted_at ?? undefined,
    paidAt: row.paid_at ?? undefined,
    closedAt: row.closed_at ?? undefined,
    updatedAt: row.updated_at,
  });
}

function earliest(instants: (string | undefined)[]): string | null {
  return instants.filter((instant) => instant !== undefined).sort()[0] ?? null;
}
