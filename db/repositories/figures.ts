import { sql, sqlOne, type Db } from '../client.ts';

/** Figures over the read model. `entities` undefined: all. Durations in seconds. */
export interface FigureFilter {
  entities?: readonly string[];
  /** Documents accepted in [from, to). */
  from: string;
  to: string;
}

export interface Throughput {
  accepted: number;
  posted: number;
  /** Posted without any person's decision. */
  touchless: number;
  paid: number;
  rejected: number;
  duplicates: number;
  receivedToPostedP50: number | null;
  receivedToPostedP90: number | null;
}

const SCOPE = `(:entities::text[] is null or entity = any (:entities))`;

/** Of one process. */
export async function throughput(db: Db, filter: FigureFilter & { process: string }): Promise<Throughput> {
  return sqlOne<Throughput>(
    db,
    `select count(*)::int as accepted, count(posted_at)::int as posted,
            (count(*) filter (where posted_at is not null and not touched_by_people))::int as touchless,
            (count(*) filter (where state = 'paid'))::int as paid,
            (count(*) filter (where state = 'rejected'))::int as rejected,
            (count(*) filter (where state = 'duplicate'))::int as duplicates,
            round((percentile_cont(0.5) within group (order by extract(epoch from posted_at - created_at)))::numeric, 3)::float8 as "receivedToPostedP50",
            round((percentile_cont(0.9) within group (order by extract(epoch from posted_at - created_at)))::numeric, 3)::float8 as "receivedToPostedP90"
       from cases where process = :process and ${SCOPE} and created_at >= :from and created_at < :to`,
    { entities: null, ...filter },
  );
}

export interface ExceptionAge {
  code: string;
  ownerRole: string;
  open: number;
  overdue: number;
  underOneDay: number;
  oneToThreeDays: number;
  threeToSevenDays: number;
  overSevenDays: number;
  oldestHours: number;
}

/** What stands still now, by code and owner and how long. */
export async function exceptionAgeing(db: Db, entities: readonly string[] | undefined): Promise<ExceptionAge[]> {
  return sql<ExceptionAge>(
    db,
    `select code, owner_role as "ownerRole", count(*)::int as open, (count(*) filter (where due_at < now()))::int as overdue,
            (count(*) filter (where age < interval '1 day'))::int as "underOneDay",
            (count(*) filter (where age >= interval '1 day' and age < interval '3 days'))::int as "oneToThreeDays",
            (count(*) filter (where age >= interval '3 days' and age < interval '7 days'))::int as "threeToSevenDays",
            (count(*) filter (where age >= interval '7 days'))::int as "overSevenDays",
            (extract(epoch from max(age)) / 3600)::int as "oldestHours"
       from (select *, now() - created_at as age from exceptions where state = 'open' and ${SCOPE}) aged
      group by code, owner_role order by count(*) desc, code, owner_role`,
    { entities: entities ?? null },
  );
}

export interface ApprovalLoad {
  role: string;
  open: number;
  overdue: number;
  escalated: number;
  oldestHours: number;
  decided: number;
  hoursToDecisionP50: number | null;
  hoursToDecisionP90: number | null;
}

/** Where approvals wait: what is open now, and how long the decided ones of the period took. */
export async function approvalBottlenecks(db: Db, filter: FigureFilter): Promise<ApprovalLoad[]> {
  return sql<ApprovalLoad>(
    db,
    `select candidate_role as role, (count(*) filter (where state = 'open'))::int as open,
            (count(*) filter (where state = 'open' and due_at < now()))::int as overdue,
            (count(*) filter (where state = 'open' and level > 0))::int as escalated,
            coalesce(extract(epoch from now() - min(created_at) filter (where state = 'open')) / 3600, 0)::int as "oldestHours",
            (count(*) filter (where state = 'decided'))::int as decided,
            round((percentile_cont(0.5) within group (order by hours))::numeric, 3)::float8 as "hoursToDecisionP50",
            round((percentile_cont(0.9) within group (order by hours))::numeric, 3)::float8 as "hoursToDecisionP90"
       from (select *, case when state = 'decided' then extract(epoch from closed_at - created_at) / 3600 end as hours
               from tasks where ${SCOPE} and (state = 'open' or (created_at >= :from and created_at < :to))) load
      group by candidate_role order by 2 desc, 1`,
    { entities: null, ...filter },
  );
}
