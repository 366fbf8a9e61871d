import type { Invoice } from '../../domain/model/invoice.ts';
import type { Money } from '../../domain/model/money.ts';
import type { EarlierPayment, PaymentHold } from '../../domain/model/payment.ts';
import type { AccountChange, AccountConfirmation } from '../../domain/rules/payments/changed-accounts.ts';
import type { ItemDuty } from '../../domain/rules/payments/duties.ts';
import { notUnderWay } from '../../domain/rules/payments/bank-status.ts';
import { json, sql, type Db, type Trx } from '../client.ts';
import { isCredited, isUsedUp } from './full-credits.ts';
import { paymentEvent, paymentEventStep } from './payment-events.ts';

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
  /** The posted version is the one that was assessed and approved last, and nobody has corrected it since. */
  current: boolean;
  revision: number;
  inRun: { runId: string; state: string } | null;
}

const givenUp = (caseId: string): string => `exists (select from decisions d where d.case_id = ${caseId} and d.state = 'accepted' and (d.update_name = 'withdraw' or d.decision in ('reject', 'duplicate')))`;

/**
 * Everything of a company that a payment run has to judge: open invoices, and credits that were posted and not used up yet
 * (C4). Payments that were rejected or returned raise the revision (P7). What somebody has withdrawn or refused, or a credit has settled in full, is not wanted any
 * more, although its process may still be about to close. A credit is used up by the invoice that it did settle in full, not by the one that it was to settle:
 * that may have been paid meanwhile. `caseIds`: those documents alone.
 */
export async function openPayables(db: Db, entity: string, caseIds?: readonly string[]): Promise<OpenPayable[]> {
  return sql<OpenPayable>(
    db,
    `select c.id as "caseId", c.entity, c.document_class as class, c.document_number as "documentNumber", c.issue_date as "issueDate",
            coalesce(c.due_date, c.issue_date) as "dueDate", c.created_at as "receivedAt",
            d.document #> '{totals,gross}' as gross, d.document #> '{totals,net}' as net, a.result -> 'payable' as open,
            coalesce(d.document #> '{payment,discounts}', '[]') as discounts, d.document #>> '{payment,remittance}' as remittance,
            d.document #>> '{payment,means,0,code}' as "meansCode", a.result ->> 'supplierId' as "supplierId", a.result -> 'payee' as payee,
            p.reference as "postedAs", p.key as "postingKey", c.on_hold as "onHold",
            c.document_hash = a.document_hash and not exists (select from decisions d where d.case_id = c.id and d.state = 'accepted' and d.update_name = 'correct' and d.settled_at > least(a.created_at, p.settled_at)) as current,
            1 + (select count(*) from payment_items i where i.case_id = c.id and i.state in ('rejected', 'returned'))::int as revision,
            (select jsonb_build_object('runId', i.run_id, 'state', i.state) from payment_items i
              where i.case_id = c.id and i.state not in ('removed', 'rejected', 'returned') order by i.created_at desc limit 1) as "inRun"
       from cases c
       join lateral (select document_hash, result, created_at from assessments where case_id = c.id order by number desc limit 1) a on true
       join documents d on d.case_id = c.id and d.version = c.document_version
       join lateral (select key, reference, settled_at from postings where case_id = c.id and kind = 'post' and status = 'posted' order by created_at desc limit 1) p on true
      where c.entity = :entity and c.process = 'ap-invoice' and (:caseIds::text[] is null or c.id = any (:caseIds))
        and (c.closed_at is null
             or (c.outcome = 'credited' and c.document_class = 'credit-note' and not exists (select from payment_items i where i.case_id = c.id and i.state = 'confirmed')))
        and not ${givenUp('c.id')} and not ${isUsedUp('c.id')} and not ${isCredited('c.id')}
      order by c.number`,
    { entity, caseIds: caseIds ?? null },
  );
}

/** Somebody has refused or withdrawn the document, although its process may not have heard of it. */
export async function isGivenUp(db: Db, caseId: string): Promise<boolean> {
  const rows = await sql(db, `select where ${givenUp(':caseId')}`, { caseId });
  return rows.length > 0;
}

/** Nobody decides about these documents until the transaction ends. */
export async function keepDocuments(trx: Trx, caseIds: readonly string[]): Promise<void> {
  await sql(trx, `select from cases where id = any (:caseIds) order by id for share`, { caseIds });
}

/** The payment of a document that the bank has, or is about to get. */
export async function paymentUnderWay(db: Db, caseId: string): Promise<{ runId: string; state: string } | undefined> {
  const [row] = await sql<{ runId: string; state: string }>(
    db,
    `select run_id as "runId", state from payment_items where case_id = :caseId and not state = any (:notUnderWay::text[]) order by created_at desc limit 1`,
    { caseId, notUnderWay: [...notUnderWay] },
  );
  return row;
}

/**
 * Holds that stand, and documents whose case has an open exception: somebody has to settle that first. So it is with a document whose payment was
 * refused or came back from the moment on at which the bank says so, although its process opens the exception a little later (P8). To be read after the payables.
 */
export async function holdsOf(db: Db, entity: string): Promise<PaymentHold[]> {
  return sql<PaymentHold>(
    db,
    `select id, entity, subject, subject_id as "subjectId", reason from payment_holds where entity = :entity and lifted_at is null
     union all
     select x.id, x.entity, 'item', x.case_id, x.code from exceptions x where x.entity = :entity and x.state = 'open' and x.case_id is not null
     union all
     select i.end_to_end_id, i.entity, 'item', i.case_id, 'payment-' || i.state from payment_items i join cases c on c.id = i.case_id and c.closed_at is null
      where i.entity = :entity and i.state in ('rejected', 'returned')
        and not exists (select from recorded_steps s where s.case_id = i.case_id and s.kind = format(:step, i.end_to_end_id, i.case_id, i.state))
     order by 1`,
    { entity, step: paymentEventStep(paymentEvent) },
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

/**
 * What these log-ins did for items of a run that bars them from releasing it: approved a document (A5); entered or changed the account that it
 * pays to, as the ERP told when the payment was proposed and when an earlier version was put on hold, or lifted a hold of it; chose the account by
 * correcting the document (P9). One row for each transfer.
 */
export async function itemDuties(db: Db, runId: string, logIns: readonly string[]): Promise<ItemDuty[]> {
  return sql(
    db,
    `select duty, person, transfer from (
       select 'approval' as duty, t.decided_by as person, i.end_to_end_id as transfer
         from payment_items i join tasks t on t.case_id = i.case_id and t.state = 'decided' and t.decision = 'approve' where i.run_id = :runId and i.state <> 'removed'
       union
       select 'account-choice', d.person, i.end_to_end_id
         from payment_items i join decisions d on d.case_id = i.case_id and ${choseAccount} where i.run_id = :runId and i.state <> 'removed'
       union
       select 'supplier-change', told.person, p.end_to_end_id
         from payment_instructions p
         left join payment_holds h on h.entity = p.entity and h.subject = 'bank-account' and h.subject_id = p.supplier_id || '/' || (p.account ->> 'id') and starts_with(h.reason, :prefix)
         cross join lateral (values (p.account ->> 'changedBy'), (h.detail ->> 'changedBy'), (h.lifted_by)) as told (person)
        where p.run_id = :runId and p.state <> 'removed'
     ) held where person = any (:logIns::text[]) order by duty, transfer, person`,
    { runId, prefix: accountChanged, logIns: [...logIns] },
  );
}

/** Who chose an account for a document that is open, by correcting the document; `subjectId` names supplier and account as holds do (P9). */
export async function choosersOfAccount(db: Db, entity: string, subjectId: string): Promise<string[]> {
  const rows = await sql<{ person: string }>(
    db,
    `select distinct d.person from decisions d join cases c on c.id = d.case_id and c.closed_at is null
       join lateral (select result -> 'payee' as payee from assessments where case_id = d.case_id order by number desc limit 1) a on true
      where d.entity = :entity and ${choseAccount} and (a.payee ->> 'supplierId') || '/' || (a.payee #>> '{account,id}') = :subjectId order by 1`,
    { entity, subjectId },
  );
  return rows.map(({ person }) => person);
}

const choseAccount = `d.update_name = 'correct' and d.state = 'accepted' and d.payload #>> '{correction,bankAccountId}' is not null`;

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
