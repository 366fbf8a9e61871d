import type { RecentInvoice } from '../../domain/model/invoice-facts.ts';
import type { Money } from '../../domain/model/money.ts';
import { sql, type Db } from '../client.ts';

/** Invoices of a supplier without an order since a date, rejected and withdrawn ones left out: what splitting is looked for in (A12). */
export async function recentInvoicesOf(db: Db, query: { entity: string; supplierId: string; exceptCase: string; since: string }): Promise<RecentInvoice[]> {
  const rows = await sql<{ caseId: string; receivedOn: string; requester: string | null; amount: Money | null }>(
    db,
    `select c.id as "caseId", c.created_at::date as "receivedOn", c.corrections ->> 'requester' as requester, latest.result -> 'amountForAuthority' as amount
       from cases c
       cross join lateral (select a.result from assessments a where a.case_id = c.id order by a.number desc limit 1) latest
      where c.entity = :entity and c.supplier_id = :supplierId and c.id <> :exceptCase and c.created_at >= :since::date
        and cardinality(c.order_numbers) = 0 and c.state not in ('rejected', 'withdrawn', 'duplicate')
      order by c.number`,
    query,
    'recent-invoices',
  );
  return rows.flatMap(({ requester, amount, ...row }) => (amount === null ? [] : [{ ...row, ...(requester === null ? {} : { requester }), amountForAuthority: amount }]));
}
