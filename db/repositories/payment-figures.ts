import { sql, type Db } from '../client.ts';
import type { FigureFilter } from './figures.ts';

/** Of one currency: amounts of different currencies are never added. Minor units. */
export interface PaymentFigures {
  currency: string;
  /** Invoices that the bank says were paid in the period; by the booking date where a run of ours paid them. */
  paid: number;
  amountMinor: string;
  late: number;
  /** From issue to payment, in days, weighted by amount; null while what was paid sums up to nothing. */
  dpoDays: number | null;
  discountCapturedMinor: string;
  /** The best tier that each of these invoices offered, whether or not it could be reached. */
  discountAvailableMinor: string;
}

const SCOPE = `(:entities::text[] is null or c.entity = any (:entities))`;

export async function paymentFigures(db: Db, filter: FigureFilter & { process: string }): Promise<PaymentFigures[]> {
  return sql<PaymentFigures>(
    db,
    `with paid as (
       select c.currency, c.payable_minor as amount, c.issue_date, c.due_date, coalesce(p.booked_on, c.paid_at::date) as paid_on,
              coalesce(p.discount_minor, 0) as captured, coalesce(offered.minor, 0) as available
         from cases c
         join documents d on d.case_id = c.id and d.version = c.document_version
         left join lateral (
           select i.discount_minor, t.booked_on from payment_items i join payment_instructions t using (run_id, end_to_end_id)
            where i.case_id = c.id and i.state = 'confirmed' order by i.created_at desc limit 1) p on true
         left join lateral (
           select max(round((tier ->> 'percent')::numeric / 100 * coalesce((tier #>> '{base,minor}')::numeric, c.gross_minor))) as minor
             from jsonb_array_elements(d.document #> '{payment,discounts}') as tier) offered on true
        where c.process = :process and c.document_class = 'invoice' and c.paid_at is not null and c.payable_minor > 0 and ${SCOPE})
     select currency, count(*)::int as paid, sum(amount)::text as "amountMinor", (count(*) filter (where paid_on > due_date))::int as late,
            round(sum(amount * (paid_on - issue_date)) / nullif(sum(amount), 0), 1)::float8 as "dpoDays",
            sum(captured)::text as "discountCapturedMinor", sum(available)::text as "discountAvailableMinor"
       from paid where paid_on::timestamp at time zone 'UTC' >= :from and paid_on::timestamp at time zone 'UTC' < :to
      group by currency order by currency`,
    { entities: null, ...filter },
  );
}

/** Documents that ended as a duplicate of another: what would have been paid a second time. */
export interface StoppedDuplicates {
  currency: string;
  count: number;
  amountMinor: string;
}

export async function stoppedDuplicates(db: Db, filter: FigureFilter & { process: string }): Promise<StoppedDuplicates[]> {
  return sql<StoppedDuplicates>(
    db,
    `select c.currency, count(*)::int as count, sum(c.payable_minor)::text as "amountMinor" from cases c
      where c.process = :process and c.document_class = 'invoice' and c.state = 'duplicate' and c.currency is not null and c.created_at >= :from and c.created_at < :to and ${SCOPE}
      group by c.currency order by c.currency`,
    { entities: null, ...filter },
  );
}
