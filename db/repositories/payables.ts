import type { Invoice } from '../../domain/model/invoice.ts';
import type { Money } from '../../domain/model/money.ts';
import type { EarlierPayment, PaymentHold } from '../../domain/model/payment.ts';
import type { AccountChange, AccountConfirmation } from '../../domain/rules/payments/changed-accounts.ts';
import { json, sql, type Db, type Trx } from '../client.ts';

/** A posted document that still has money to move, as our own records know it; the supplier record is the ERP's. */
export interface OpenPayable {
  caseId: string;
  entity: string;
  class: 'invoice' | 'credit-note';
  documentNumber: string;
  issueDate: string;
  dueDate: string;
  receivedAt: string;
  gross: Money;
  net: Money;
  open: Money;
  discounts: Invoice['payment']['discounts'];
  remittance: string | null;
  meansCode: string | null;
  supplierId: string;
  payee: { supplierId: string; account?: { id: string; version: number; status: string } } | null;
  postedAs: string;
  postingKey: string;
  onHold: boolean;
  /** The posted version is the one that was assessed and approved last. */
  current: boolean;
  revision: number;
  inRun: { runId: string; state: string } | null;
}

/**
 * Everything of a company that a payment run has to judge: open invoices, and credits that were posted and not used up yet
 * (C4). Payments that were rejected or returned raise the revision (P7).
 */
export async function openPayables(db: Db, entity: string): Promise<OpenPayable[]> {
  return sql<OpenPayable>(
    db,
    `select c.id as "caseId", c.entity, c.document_class as class, c.document_number as "documentNumber", c.issue_date as "issueDate",
            coalesce(c.due_date, c.issue_date) as "dueDate", c.created_at as "receivedAt",
            d.document #> '{totals,gross}' as gross, d.document #> '{totals,net}' as net, a.result -> 'payable' as open,
            coalesce(d.document #> '{payment,discounts}', '[]') as discounts, d.document #>> '{payment,remittance}' as remittance,
            d.document #>> '{payment,means,0,code}' as "meansCode", a.result ->> 'supplierId' as "supplierId", a.result -> 'payee' as payee,
            p.reference as "postedAs", p.key as "postingKey", c.on_hold as "onHold", c.document_hash = a.document_hash as current,
            1 + (select count(*) from payment_items i where i.case_id = c.id and i.state in ('rejected', 'returned'))::int as revision,
            (select jsonb_build_object('runId', i.run_id, 'state', i.state) from payment_items i
              where i.case_id = c.id and i.state not in ('removed', 'rejected', 'returned') order by i.created_at desc limit 1) as "inRun"
       from cases c
       join lateral (select document_hash, result from assessments where case_id = c.id order by number desc limit 1) a on true
       join documents d on d.case_id = c.id and d.version = c.document_version
       join lateral (select key, reference from postings where case_id = c.id and kind = 'post' and status = 'posted' order by created_at desc limit 1) p on true
      where c.entity = :entity and c.process = 'ap-invoice'
        and (c.closed_at is null
             or (c.outcome = 'credited' and c.document_class = 'credit-note' and a.result #>> '{credit,settlement}' is distinct from 'closes-both'
                 and not exists (select from payment_items i where i.case_id = c.id and i.state = 'confirmed')))
      order by c.number`,
    { entity },
  );
}

/** Holds that stand, and documents whose case has an open exception: somebody has to settle that first. */
export async function holdsOf(db: Db, entity: string): Promise<PaymentHold[]> {
  return sql<PaymentHold>(
    db,
    `select id, entity, subject, subject_id as "subjectId", reason from payment_holds where entity = :entity and lifted_at is null
     union all
     select x.id, x.entity, 'item', x.case_id, x.code from exceptions x where x.entity = :entity and x.state = 'open' and x.case_id is not null
     order by 1`,
    { entity },
  );
}

/** Payments on their way or made since a day, for the search for double payments (P12). */
export async function paymentsSince(db: Db, entity: string, since: string): Promise<EarlierPayment[]> {
  const rows = await sql<Omit<EarlierPayment, 'amount'> & { currency: string; minor: string }>(
    db,
    `select run_id as "runId", end_to_end_id as "endToEndId", account_key as account, currency, amount_minor as minor, execution_date as "executionDate", state
       from payment_instructions where entity = :entity and execution_date >= :since and state not in ('removed', 'rejected', 'returned') order by 1, 2`,
    { entity, since },
  );
  return rows.map(({ currency, minor, ...payment }) => ({ ...payment, amount: { currency, minor } }));
}

/** Accounts that the bank's books say were paid, by supplier (P9). */
export async function paidAccounts(db: Db, entity: string): Promise<{ supplierId: string; account: string }[]> {
  return sql(db, `select distinct supplier_id as "supplierId", account_key as account from payment_instructions where entity = :entity and state = 'confirmed' order by 1, 2`, { entity });
}

/** Holds for changed accounts begin so, followed by the account's version. */
export const accountChanged = 'account-changed-v';

/** Changed accounts whose hold a person has lifted, as `supplier/account@version` (P9). */
export async function confirmedAccounts(db: Db, entity: string): Promise<string[]> {
  const rows = await sql<{ key: string }>(
    db,
    `select subject_id || '@' || substr(reason, length(:prefix) + 1) as key from payment_holds where entity = :entity and subject = 'bank-account' and lifted_at is not null and starts_with(reason, :prefix) order by 1`,
    { entity, prefix: accountChanged },
  );
  return rows.map(({ key }) => key);
}

/** Who lifted holds of accounts that a run pays to: they hold the duty of changing suppliers (A5, P9). */
export async function accountConfirmers(db: Db, runId: string): Promise<string[]> {
  const rows = await sql<{ person: string }>(
    db,
    `select distinct h.lifted_by as person from payment_instructions p join payment_holds h on h.entity = p.entity and h.subject = 'bank-account' and h.subject_id = p.supplier_id || '/' || (p.account ->> 'id')
      where p.run_id = :runId and p.state <> 'removed' and h.lifted_by is not null order by 1`,
    { runId },
  );
  return rows.map(({ person }) => person);
}

export interface NewHold {
  id: string;
  entity: string;
  subject: PaymentHold['subject'];
  subjectId: string;
  reason: string;
  setBy: string;
}

/** What is known of a changed account while it waits: told anew by each run that meets it. */
export async function noteAccountChange(trx: Trx, id: string, detail: AccountChange & { name?: string | undefined }): Promise<void> {
  await sql(trx, `update payment_holds set detail = :detail where id = :id and lifted_at is null`, { id, detail: json(detail) });
}

/** Holds payments to a subject; the same reason again changes nothing. */
export async function placeHold(trx: Trx, hold: NewHold): Promise<void> {
  await sql(
    trx,
    `insert into payment_holds (id, entity, subject, subject_id, reason, set_by) values (:id, :entity, :subject, :subjectId, :reason, :setBy) on conflict do nothing`,
    { ...hold },
  );
}

export interface StoredHold extends PaymentHold {
  setBy: string;
  createdAt: string;
  liftedBy: string | null;
  liftReason: string | null;
  liftedAt: string | null;
  detail: Partial<AccountChange> & { name?: string };
  liftDetail: Omit<AccountConfirmation, 'person'> | null;
}

const HOLD = `id, entity, subject, subject_id as "subjectId", reason, set_by as "setBy", created_at as "createdAt", lifted_by as "liftedBy", lift_reason as "liftReason", lifted_at as "liftedAt", detail, lift_detail as "liftDetail"`;

export async function listHolds(db: Db, filter: { entities: readonly string[] | null; open: boolean | null }): Promise<StoredHold[]> {
  return sql<StoredHold>(
    db,
    `select ${HOLD} from payment_holds where (:entities::text[] is null or entity = any (:entities)) and (:open::boolean is null or :open = (lifted_at is null)) order by created_at desc limit 500`,
    filter,
  );
}

export async function readHold(db: Db, id: string): Promise<StoredHold | undefined> {
  const [row] = await sql<StoredHold>(db, `select ${HOLD} from payment_holds where id = :id`, { id });
  return row;
}

/** False when it was lifted before. */
export async function liftHold(trx: Trx, id: string, { detail, ...by }: { person: string; reason: string; detail?: Omit<AccountConfirmation, 'person'> }): Promise<boolean> {
  const rows = await sql(trx, `update payment_holds set lifted_at = clock_timestamp(), lifted_by = :person, lift_reason = :reason, lift_detail = :detail where id = :id and lifted_at is null returning 1`, { id, ...by, detail: detail ? json(detail) : null });
  return rows.length === 1;
}

/** How a document is named to the bank and the supplier. */
export interface RemittedDocument {
  caseId: string;
  documentNumber: string;
  class: 'invoice' | 'credit-note';
  issueDate: string;
  remittance: string | null;
  postedAs: string | null;
}

/** The documents of a run, or those of some of its transfers. */
export async function documentsOfRun(db: Db, runId: string, endToEndIds?: readonly string[]): Promise<RemittedDocument[]> {
  return sql<RemittedDocument>(
    db,
    `select c.id as "caseId", c.document_number as "documentNumber", c.document_class as class, c.issue_date as "issueDate", d.document #>> '{payment,remittance}' as remittance,
            (select p.reference from postings p where p.case_id = c.id and p.kind = 'post' and p.status = 'posted' order by p.created_at desc limit 1) as "postedAs"
       from payment_items i join cases c on c.id = i.case_id join documents d on d.case_id = c.id and d.version = c.document_version
      where i.run_id = :runId and (:endToEndIds::text[] is null or i.end_to_end_id = any (:endToEndIds)) order by c.id`,
    { runId, endToEndIds: endToEndIds ?? null },
  );
}
