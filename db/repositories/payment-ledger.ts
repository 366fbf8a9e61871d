import type { Money } from '../../domain/model/money.ts';
import { sql, type Db } from '../client.ts';

export interface LedgerPayment {
  runId: string;
  endToEndId: string;
  amount: Money;
  state: string;
  executionDate: string;
  confirmedBy: string | null;
  returnedBy: string | null;
  bookedAs: string | null;
  settledAt: string | null;
  items: { caseId: string; revision: number; open: Money; postedAs: string | null }[];
}

/** What a comparison covers beside the days since `since`: payments by their ids, by the entries that they rest on, and by their documents. */
export interface LedgerScope {
  since: string;
  endToEndIds: readonly string[];
  identities: readonly string[];
  cases: readonly string[];
}

/** Transfers of a company with the documents in them, as the daily reconciliation compares them; whatever is still on its way belongs to it, however old. */
export async function paymentLedger(db: Db, entity: string, scope: LedgerScope): Promise<LedgerPayment[]> {
  return sql(
    db,
    `select p.run_id as "runId", p.end_to_end_id as "endToEndId", jsonb_build_object('currency', p.currency, 'minor', p.amount_minor::text) as amount, p.state, p.execution_date as "executionDate",
            p.confirmed_by as "confirmedBy", p.returned_by as "returnedBy", p.booked_as as "bookedAs", p.settled_at as "settledAt",
            (select jsonb_agg(jsonb_build_object('caseId', i.case_id, 'revision', i.revision, 'open', jsonb_build_object('currency', i.currency, 'minor', i.open_minor::text),
                     'postedAs', (select g.reference from postings g where g.case_id = i.case_id and g.kind = 'post' and g.status = 'posted' order by g.created_at desc limit 1)))
               from payment_items i where i.run_id = p.run_id and i.end_to_end_id = p.end_to_end_id) as items
       from payment_instructions p
      where p.entity = :entity and p.state <> 'removed'
        and (p.execution_date >= :since or p.state not in ('confirmed', 'rejected', 'returned') or p.end_to_end_id = any (:endToEndIds) or p.confirmed_by = any (:identities) or p.returned_by = any (:identities)
             or exists (select from payment_items i where i.run_id = p.run_id and i.end_to_end_id = p.end_to_end_id and i.case_id = any (:cases)))
      order by 1`,
    { entity, ...scope },
  );
}
