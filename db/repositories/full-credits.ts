import { sql, type Db } from '../client.ts';
import { paymentEventSource } from './payment-events.ts';

/**
 * C4: that a credit has settled an invoice in full is an event of the invoice, told with the credit's posting or release. Only that
 * event says that both are used up: what the assessment of the credit meant to do may have become impossible meanwhile.
 */
export function fullCreditEventId(creditCase: string): string {
  return `${prefix}${creditCase}`;
}

const prefix = 'credit-';
const told = `e.source = '${paymentEventSource}' and e.kind = 'credited'`;
/** The credit's posting was not reversed since. */
const stands = `exists (select from postings s where s.case_id = substr(e.id, ${prefix.length + 1}) and s.kind = 'post' and s.status = 'posted')`;
const byCredit = (caseId: string): string => `e.id = '${prefix}' || ${caseId}`;
const byInvoice = (caseId: string): string => `e.payload ->> 'caseId' = ${caseId}`;

/** Condition on an invoice: a credit has settled it in full. */
export const isCredited = (caseId: string): string => `exists (select from inbound_events e where ${told} and ${byInvoice(caseId)} and ${stands})`;

/** Condition on a credit: it has settled an invoice in full, which did not end otherwise. */
export const isUsedUp = (caseId: string): string =>
  `exists (select from inbound_events e join cases i on i.id = e.payload ->> 'caseId' where ${told} and ${byCredit(caseId)} and (i.closed_at is null or i.outcome = 'credited'))`;

/** The credit that settled a document in full, by the ERP's number, if one has and still stands. */
export async function settlingCredit(db: Db, caseId: string): Promise<string | undefined> {
  const [row] = await sql<{ reference: string }>(
    db,
    `select e.payload ->> 'reference' as reference from inbound_events e where ${told} and ${byInvoice(':caseId')} and ${stands} order by e.created_at limit 1`,
    { caseId },
    'settling-credit',
  );
  return row?.reference;
}

/** Whether a full credit and its invoice have settled each other, and this posted document is one of the two. */
export async function isSettledInFull(db: Db, caseId: string): Promise<boolean> {
  const rows = await sql(
    db,
    `select from inbound_events e where ${told} and (${byCredit(':caseId::text')} or ${byInvoice(':caseId')}) and ${stands}
        and exists (select from postings p where p.case_id = :caseId and p.kind = 'post' and p.status = 'posted') limit 1`,
    { caseId },
  );
  return rows.length > 0;
}
