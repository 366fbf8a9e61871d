import { sql, type Db, type Trx } from '../client.ts';
import { decodeCursor, pageOf, type Page } from '../cursor.ts';
import type { Money } from '../../domain/model/money.ts';

/** Who looks: the person, whom they act for, and the roles of all of them. `seatsOf` in `directory` makes one. */
export interface Reader {
  person: string;
  /** The person first, then everybody who has delegated to them for this moment, with the entity it holds for (`*` for all). */
  actsFor: readonly { holder: string; entity: string }[];
  /** Roles by entity (`*` for all) and whose role it is. */
  seats: readonly { entity: string; role: string; holder: string }[];
}

export type DueState = 'overdue' | 'today' | 'week' | 'later';

export interface InboxItem {
  type: 'approval' | 'exception';
  id: string;
  entity: string;
  case?: string;
  /** Kind of the approval, or code of the exception. */
  kind: string;
  role: string;
  /** Whose authority makes it theirs, when it is not their own. */
  onBehalfOf?: string;
  assignee?: string;
  dueAt: string;
  due: DueState;
  level: number;
  priority: number;
  title: string;
  why: string;
  amount?: Money;
  documentHash?: string;
  decisionHash?: string;
  createdAt: string;
}

export interface InboxFilter {
  type?: InboxItem['type'];
  due?: DueState;
  entity?: string;
  /** Show snoozed items too. */
  snoozed?: boolean;
}

/**
 * Open work that this reader may take: assigned to them or to somebody they act for, or offered to a role of theirs and
 * not claimed by anybody else. `today` ends with the day in the reader's zone.
 */
const VISIBLE = `
select w.*, seat.holder,
       case when w.due_at < now() then 'overdue'
            when (w.due_at at time zone :zone)::date = (now() at time zone :zone)::date then 'today'
            when w.due_at < now() + interval '7 days' then 'week'
            else 'later' end as due
  from open_work w
  cross join lateral (
    select holder from (
      select acting.holder from unnest(:holders::text[], :scopes::text[]) as acting (holder, scope)
       where acting.scope in (w.entity, '*') and (w.assignee = acting.holder or (w.assignee is null and acting.holder = any (w.persons)))
      union all
      select seats.holder from unnest(:seatEntities::text[], :seatRoles::text[], :seatHolders::text[]) as seats (entity, role, holder)
       where w.assignee is null and w.persons = '{}' and seats.role = w.role and seats.entity in (w.entity, '*')
    ) ways order by (holder = :person) desc, holder limit 1
  ) seat
 where (w.assignee = any (:holders::text[]) or w.persons && :holders::text[] or w.role = any (:seatRoles::text[]))
   and (:snoozed::boolean or w.follow_up_at is null or w.follow_up_at <= now())
   and (:type::text is null or w.type = :type)
   and (:entity::text is null or w.entity = :entity)`;

interface InboxRow {
  type: InboxItem['type']; number: string; id: string; entity: string; case_id: string | null; kind: string; role: string; holder: string; assignee: string | null;
  due_at: string; due: DueState; level: number; priority: number; title: string; why: string; currency: string | null; amount_minor: string | null;
  document_hash: string | null; decision_hash: string | null; created_at: string;
}

/** The most urgent first. */
export async function listInbox(db: Db, reader: Reader, filter: InboxFilter, page: { cursor?: string; limit: number; zone?: string }): Promise<Page<InboxItem>> {
  const after = page.cursor === undefined ? undefined : decodeCursor(page.cursor);
  const rows = await sql<InboxRow>(
    db,
    `select * from (${VISIBLE}) mine
      where (:due::text is null or due = :due) and (:number::bigint is null or (due_at, number) > (:value::timestamptz, :number))
      order by due_at, number limit :limit`,
    { ...bindingsOf(reader, filter, page.zone), due: filter.due, number: after?.number, value: after?.value, limit: page.limit + 1 },
  );
  return pageOf(rows, page.limit, (row) => ({ value: row.due_at, number: row.number }), (row) => itemOf(row, reader));
}

/** How much awaits them by due state. */
export async function countInbox(db: Db, reader: Reader, filter: InboxFilter = {}, zone?: string): Promise<Record<DueState, number>> {
  const rows = await sql<{ due: DueState; count: number }>(db, `select due, count(*)::int as count from (${VISIBLE}) mine group by due`, bindingsOf(reader, filter, zone));
  const counts: Record<DueState, number> = { overdue: 0, today: 0, week: 0, later: 0 };
  for (const row of rows) counts[row.due] = row.count;
  return counts;
}

function bindingsOf(reader: Reader, filter: InboxFilter, zone = 'UTC'): Record<string, unknown> {
  return {
    person: reader.person,
    holders: reader.actsFor.map((acting) => acting.holder),
    scopes: reader.actsFor.map((acting) => acting.entity),
    seatEntities: reader.seats.map((seat) => seat.entity),
    seatRoles: reader.seats.map((seat) => seat.role),
    seatHolders: reader.seats.map((seat) => seat.holder),
    zone,
    snoozed: filter.snoozed ?? false,
    type: filter.type,
    entity: filter.entity,
  };
}

function itemOf(row: InboxRow, reader: Reader): InboxItem {
  return {
    type: row.type,
    id: row.id,
    entity: row.entity,
    ...(row.case_id === null ? {} : { case: row.case_id }),
    kind: row.kind,
    role: row.role,
    ...(row.holder === reader.person ? {} : { onBehalfOf: row.holder }),
    ...(row.assignee === null ? {} : { assignee: row.assignee }),
    dueAt: row.due_at,
    due: row.due,
    level: row.level,
    priority: row.priority,
    title: row.title,
    why: row.why,
    ...(row.currency === null || row.amount_minor === null ? {} : { amount: { currency: row.currency, minor: row.amount_minor } }),
    ...(row.document_hash === null ? {} : { documentHash: row.document_hash }),
    ...(row.decision_hash === null ? {} : { decisionHash: row.decision_hash }),
    createdAt: row.created_at,
  };
}

/** Takes an open task that nobody has; true also when the person has it already. */
export async function claimTask(trx: Trx, id: string, person: string): Promise<boolean> {
  return changes(trx, `update tasks set assignee = :person, claimed_at = coalesce(claimed_at, clock_timestamp()) where id = :id and state = 'open' and (assignee is null or assignee = :person)`, { id, person });
}

/** Gives a claimed task back to its role. */
export async function releaseTask(trx: Trx, id: string, person: string): Promise<boolean> {
  return changes(trx, `update tasks set assignee = null, claimed_at = null, follow_up_at = null where id = :id and state = 'open' and assignee = :person and claimed_at is not null`, { id, person });
}

/** Hands the task to another person; whether that person may decide it is judged when they do. */
export async function forwardTask(trx: Trx, id: string, from: string, to: string): Promise<boolean> {
  return changes(
    trx,
    `update tasks set assignee = :to, claimed_at = null, follow_up_at = null where id = :id and state = 'open' and (assignee is null or assignee = :from)`,
    { id, from, to },
  );
}

/** Hides an assigned task from its holder until then; its due date stays. */
export async function snoozeTask(trx: Trx, id: string, person: string, until: string): Promise<boolean> {
  return changes(trx, `update tasks set follow_up_at = :until where id = :id and state = 'open' and assignee = :person`, { id, person, until });
}

export interface Comment {
  id: string;
  case: string;
  approval?: string;
  author: string;
  /** The person who is asked, for a question. */
  asks?: string;
  body: string;
  createdAt: string;
}

/** Adds a comment, or a question to somebody, to a case. */
export async function addComment(trx: Trx, comment: Omit<Comment, 'id' | 'createdAt'> & { entity: string }): Promise<void> {
  await sql(
    trx,
    `insert into comments (entity, case_id, task_id, author, asks, body) values (:entity, :case, :approval, :author, :asks, :body)`,
    { approval: null, asks: null, ...comment },
  );
}

export async function commentsOf(db: Db, caseId: string): Promise<Comment[]> {
  const rows = await sql<Omit<Comment, 'approval' | 'asks'> & { approval: string | null; asks: string | null }>(
    db,
    `select id, case_id as "case", task_id as approval, author, asks, body, created_at as "createdAt" from comments where case_id = :caseId order by comments.id`,
    { caseId },
  );
  return rows.map(({ approval, asks, ...row }) => ({ ...row, ...(approval === null ? {} : { approval }), ...(asks === null ? {} : { asks }) }));
}

async function changes(trx: Trx, update: string, bindings: Record<string, unknown>): Promise<boolean> {
  return (await sql(trx, `${update} returning 1`, bindings)).length === 1;
}
