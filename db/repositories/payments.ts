import type { Money } from '../../domain/model/money.ts';
import type { ProposedInstruction, ProposedItem } from '../../domain/model/payment.ts';
import type { PaymentState } from '../../domain/rules/payments/bank-status.ts';
import { json, sql, sqlOne, type Db, type Trx } from '../client.ts';

/** One transfer of a run, with the documents that it settles. */
export interface StoredInstruction {
  runId: string;
  endToEndId: string;
  entity: string;
  supplierId: string;
  amount: Money;
  executionDate: string;
  instruction: ProposedInstruction;
  screening: { state: string; reference: string; at: string } | null;
  state: string;
  bankStatus: string | null;
  reasonCode: string | null;
  removedReason: string | null;
  confirmedBy: string | null;
  returnedBy: string | null;
  paymentInformationId: string | null;
  instructionId: string | null;
  bookedAs: string | null;
  bookedOn: string | null;
  settledAt: string | null;
}

export interface StoredItem {
  runId: string;
  caseId: string;
  entity: string;
  revision: number;
  endToEndId: string;
  item: ProposedItem;
  state: string;
}

export interface NewInstruction {
  endToEndId: string;
  accountKey: string;
  instruction: ProposedInstruction;
}

/** Items that no other run holds at this revision; the live unique index decides, whatever was read before (P7, D11). */
export async function claimItems(trx: Trx, entity: string, runId: string, items: readonly (ProposedItem & { endToEndId: string })[], state: 'proposed' | 'removed'): Promise<string[]> {
  if (items.length === 0) return [];
  const rows = await sql<{ caseId: string }>(
    trx,
    `insert into payment_items (run_id, case_id, entity, revision, end_to_end_id, currency, open_minor, discount_minor, withheld_minor, amount_minor, pay_by, detail, state)
     select :runId, x ->> 'caseId', :entity, (x ->> 'revision')::int, x ->> 'endToEndId', x #>> '{open,currency}', (x #>> '{open,minor}')::numeric,
            coalesce((x #>> '{discount,amount,minor}')::numeric, 0), coalesce((x #>> '{withheld,amount,minor}')::numeric, 0), (x #>> '{amount,minor}')::numeric, (x ->> 'payBy')::date, x - 'endToEndId', :state
       from jsonb_array_elements(:items) as x
     on conflict do nothing returning case_id as "caseId"`,
    { runId, entity, items: json(items), state },
  );
  return rows.map(({ caseId }) => caseId);
}

export async function addInstructions(trx: Trx, entity: string, runId: string, instructions: readonly NewInstruction[], state: 'proposed' | 'removed'): Promise<void> {
  if (instructions.length === 0) return;
  await sql(
    trx,
    `insert into payment_instructions (run_id, end_to_end_id, entity, group_key, supplier_id, payee_name, account, account_key, currency, amount_minor, execution_date, details, possible_duplicates, state)
     select :runId, x ->> 'endToEndId', :entity, x #>> '{instruction,groupKey}', x #>> '{instruction,payee,supplierId}', x #>> '{instruction,payee,name}', x #> '{instruction,account}', x ->> 'accountKey',
            x #>> '{instruction,amount,currency}', (x #>> '{instruction,amount,minor}')::numeric, (x #>> '{instruction,executionDate}')::date, x -> 'instruction', x #> '{instruction,possibleDuplicates}', :state
       from jsonb_array_elements(:instructions) as x`,
    { runId, entity, instructions: json(instructions), state },
  );
}

const INSTRUCTION = `run_id as "runId", end_to_end_id as "endToEndId", entity, supplier_id as "supplierId", jsonb_build_object('currency', currency, 'minor', amount_minor::text) as amount,
  execution_date as "executionDate", details as instruction, screening, state, bank_status as "bankStatus", reason_code as "reasonCode", removed_reason as "removedReason",
  confirmed_by as "confirmedBy", returned_by as "returnedBy", payment_information_id as "paymentInformationId", instruction_id as "instructionId",
  booked_as as "bookedAs", booked_on as "bookedOn", settled_at as "settledAt"`;

/** A page of a run's transfers in the order of their end-to-end ids; without `limit` all of them. */
export async function instructionsOf(db: Db, runId: string, page: { after?: string; limit?: number; states?: readonly string[] } = {}): Promise<StoredInstruction[]> {
  return sql<StoredInstruction>(
    db,
    `select ${INSTRUCTION} from payment_instructions
      where run_id = :runId and (:after::text is null or end_to_end_id > :after) and (:states::text[] is null or state = any (:states))
      order by end_to_end_id limit :limit`,
    { runId, after: page.after, states: page.states, limit: page.limit ?? null },
  );
}

/** The open transfers of so many payees of a run, in the order of their supplier ids. */
export async function paymentsToScreen(db: Db, runId: string, { after, limit }: { after?: string | undefined; limit: number }): Promise<StoredInstruction[]> {
  return sql<StoredInstruction>(
    db,
    `select ${INSTRUCTION} from payment_instructions
      where run_id = :runId and state in ('proposed', 'approved')
        and supplier_id = any (array(select supplier_id from payment_instructions
                                      where run_id = :runId and state in ('proposed', 'approved') and supplier_id > :after group by supplier_id order by supplier_id limit :limit))
      order by supplier_id, end_to_end_id`,
    { runId, after: after ?? '', limit },
  );
}

/** Transfers that left a run for a reason that begins so, and who took them out. */
export async function removedBecause(db: Db, runId: string, prefix: string): Promise<{ endToEndId: string; by: string; reason: string; supplierId: string }[]> {
  return sql(
    db,
    `select end_to_end_id as "endToEndId", removed_by as by, removed_reason as reason, supplier_id as "supplierId" from payment_instructions where run_id = :runId and state = 'removed' and starts_with(removed_reason, :prefix) order by 1`,
    { runId, prefix },
  );
}

/** The documents that a run settles, or those of some of its transfers. */
export async function itemsOf(db: Db, runId: string, endToEndIds?: readonly string[]): Promise<StoredItem[]> {
  return sql<StoredItem>(
    db,
    `select run_id as "runId", case_id as "caseId", entity, revision, end_to_end_id as "endToEndId", detail as item, state from payment_items
      where run_id = :runId and (:endToEndIds::text[] is null or end_to_end_id = any (:endToEndIds)) order by case_id`,
    { runId, endToEndIds: endToEndIds ?? null },
  );
}

/** Transfers of a run that look like payments of others (P12), by their end-to-end ids. */
export async function lookAlikesOf(db: Db, runId: string): Promise<string[]> {
  const rows = await sql<{ id: string }>(db, `select end_to_end_id as id from payment_instructions where run_id = :runId and state <> 'removed' and possible_duplicates <> '[]' order by 1`, { runId });
  return rows.map(({ id }) => id);
}

export interface CasePayment {
  run: string;
  endToEndId: string;
  /** What the payment settles of the document: paid, discount and withheld together. */
  settled: Money;
  discount: Money;
  withheld: Money;
  amount: Money;
  state: PaymentState;
  reasonCode: string | null;
  /** Our identity of the booked entry that confirms it. */
  confirmedBy: string | null;
  /** What the bank calls that entry in its statement; our identity where it gives no reference. */
  bankReference: string | null;
  /** Day on which the bank booked it, `YYYY-MM-DD`. */
  bookedOn: string | null;
}

/** Payments of a document, newest first: what its page shows. */
export async function paymentsOfCase(db: Db, caseId: string): Promise<CasePayment[]> {
  return sql(
    db,
    `select i.run_id as run, i.end_to_end_id as "endToEndId", jsonb_build_object('currency', i.currency, 'minor', i.open_minor::text) as settled,
            jsonb_build_object('currency', i.currency, 'minor', i.discount_minor::text) as discount, jsonb_build_object('currency', i.currency, 'minor', i.withheld_minor::text) as withheld, jsonb_build_object('currency', i.currency, 'minor', i.amount_minor::text) as amount, i.state,
            p.reason_code as "reasonCode", p.confirmed_by as "confirmedBy", b.reference as "bankReference", p.booked_on::text as "bookedOn"
       from payment_items i left join payment_instructions p on p.run_id = i.run_id and p.end_to_end_id = i.end_to_end_id
       left join bank_entries b on b.entity = p.entity and b.identity = p.confirmed_by
      where i.case_id = :caseId order by i.created_at desc`,
    { caseId },
    'payments-of-case',
  );
}

export interface InstructionChange {
  endToEndId: string;
  state: string;
  bankStatus?: string;
  reasonCode?: string;
  confirmedBy?: string;
  returnedBy?: string;
  removedBy?: string;
  removedReason?: string;
  bookedOn?: string;
}

/**
 * Moves transfers and the documents in them; the caller decided with the pure rule under the run's lock. With `from`, one that is in none of these
 * states by now stays as it is. Answers those that moved.
 */
export async function changeInstructions(trx: Trx, runId: string, changes: readonly InstructionChange[], from?: readonly PaymentState[]): Promise<string[]> {
  if (changes.length === 0) return [];
  const moved = await sql<{ endToEndId: string }>(
    trx,
    `with change as (
       select * from jsonb_to_recordset(:changes) as x ("endToEndId" text, state text, "bankStatus" text, "reasonCode" text, "confirmedBy" text, "returnedBy" text, "removedBy" text, "removedReason" text, "bookedOn" date)
     ), moved as (
       update payment_instructions p set state = c.state, bank_status = coalesce(c."bankStatus", bank_status), reason_code = coalesce(c."reasonCode", reason_code),
              confirmed_by = coalesce(c."confirmedBy", confirmed_by), returned_by = coalesce(c."returnedBy", returned_by),
              removed_by = coalesce(c."removedBy", removed_by), removed_reason = coalesce(c."removedReason", removed_reason), booked_on = coalesce(c."bookedOn", booked_on),
              settled_at = case when c.state in ('confirmed', 'rejected', 'returned', 'removed') then clock_timestamp() else settled_at end
         from change c where p.run_id = :runId and p.end_to_end_id = c."endToEndId" and (:from::text[] is null or p.state = any (:from)) returning p.end_to_end_id, p.state
     ), documents as (
       update payment_items i set state = m.state from moved m where i.run_id = :runId and i.end_to_end_id = m.end_to_end_id
     )
     select end_to_end_id as "endToEndId" from moved`,
    { runId, changes: json(changes), from },
  );
  return moved.map(({ endToEndId }) => endToEndId);
}

/** What the bank's own messages have said of the payments of a run: nothing, that all of them are rejected, that it has them already and refused a repeat, or anything else, which proves that it has the file. */
export async function toldByBank(db: Db, runId: string): Promise<'nothing' | 'rejected' | 'repeated' | 'received'> {
  const { told } = await sqlOne<{ told: 'nothing' | 'rejected' | 'repeated' | 'received' }>(
    db,
    `select case when bool_and(state = 'rejected') then 'rejected'
                 when bool_or(bank_status <> 'RJCT' or state not in ('proposed', 'approved', 'filed', 'sent', 'unknown')) then 'received'
                 when bool_or(bank_status is not null) then 'repeated' else 'nothing' end as told
       from payment_instructions where run_id = :runId and state <> 'removed'`,
    { runId },
  );
  return told;
}

/** Moves every transfer of a run that is in one of the states. */
export async function moveAll(trx: Trx, runId: string, from: readonly string[], state: string): Promise<void> {
  await sql(trx, `update payment_instructions set state = :state where run_id = :runId and state = any (:from)`, { runId, from, state });
  await sql(trx, `update payment_items set state = :state where run_id = :runId and state = any (:from)`, { runId, from, state });
}

export async function saveScreening(trx: Trx, runId: string, results: readonly { endToEndId: string; state: string; reference: string; at: string }[]): Promise<void> {
  if (results.length === 0) return;
  await sql(
    trx,
    `update payment_instructions p set screening = x - 'endToEndId' from jsonb_array_elements(:results) as x where p.run_id = :runId and p.end_to_end_id = x ->> 'endToEndId'`,
    { runId, results: json(results) },
  );
}

/** The ids under which the file names each transfer. */
export async function saveFileIds(trx: Trx, runId: string, ids: readonly { endToEndId: string; paymentInformationId: string; instructionId: string }[]): Promise<void> {
  await sql(
    trx,
    `update payment_instructions p set payment_information_id = x."paymentInformationId", instruction_id = x."instructionId"
       from jsonb_to_recordset(:ids) as x ("endToEndId" text, "paymentInformationId" text, "instructionId" text) where p.run_id = :runId and p.end_to_end_id = x."endToEndId"`,
    { runId, ids: json(ids) },
  );
}

/** Key of a payment's booking in the ERP. */
export function bookingKey({ entity, endToEndId }: Pick<StoredInstruction, 'entity' | 'endToEndId'>): string {
  return `ap-payment:${entity}:${endToEndId}:book:1`;
}

/** Where a transfer stands among those that wait for the ERP. */
export interface BookingPlace {
  /** In the database's own words, to the microsecond. */
  settledAt: string;
  endToEndId: string;
}

export type WaitingInstruction = StoredInstruction & { place: BookingPlace };

/**
 * Confirmed transfers that the ERP does not know yet, and returned ones that it still holds as paid, or may hold: because nobody heard what
 * became of their booking, or because records were lost since they were made and it was not asked again yet. Oldest first, those after `after`.
 */
export async function toBook(db: Db, entity: string, limit: number, after?: BookingPlace): Promise<WaitingInstruction[]> {
  return sql<WaitingInstruction>(
    db,
    `select ${INSTRUCTION}, jsonb_build_object('settledAt', settled_at::text, 'endToEndId', end_to_end_id) as place from payment_instructions
      where entity = :entity and ((state = 'confirmed' and booked_as is null) or (state = 'returned' and unbooked_as is null))
        and (state = 'confirmed' or booked_as is not null
             or exists (select from effects e where e.key = replace(:anyKey, '*', end_to_end_id) and e.state in ('started', 'unknown'))
             or (created_at < (select records_lost_at from installation)
                 and not exists (select from effects e where e.key = replace(:anyKey, '*', end_to_end_id) and e.db_epoch = database_epoch())))
        and (:settledAt::timestamptz is null or (settled_at, end_to_end_id) > (:settledAt::timestamptz, :endToEndId))
      order by settled_at, end_to_end_id limit :limit`,
    { entity, limit, anyKey: bookingKey({ entity, endToEndId: '*' }), settledAt: null, endToEndId: null, ...after },
  );
}

export async function markBooked(trx: Trx, runId: string, endToEndId: string, as: { bookedAs?: string; unbookedAs?: string }): Promise<void> {
  await sql(trx, `update payment_instructions set booked_as = coalesce(:bookedAs, booked_as), unbooked_as = coalesce(:unbookedAs, unbooked_as) where run_id = :runId and end_to_end_id = :endToEndId`, { bookedAs: null, unbookedAs: null, ...as, runId, endToEndId }, 'payment-booked');
}

/** Sent more than so long ago, and not a word from the bank since. */
export async function silentSince(db: Db, runId: string): Promise<number> {
  const [row] = await sql<{ count: number }>(db, `select count(*)::int as count from payment_instructions where run_id = :runId and state in ('sent', 'unknown') and bank_status is null`, { runId });
  return row?.count ?? 0;
}

/** How many transfers of a run are in which state, with their sums. */
export async function countStates(db: Db, runId: string): Promise<{ state: string; count: number; minor: string }[]> {
  return sql(db, `select state, count(*)::int as count, sum(amount_minor)::text as minor from payment_instructions where run_id = :runId group by state order by state`, { runId });
}

/** Transfers on their way, by end-to-end id: what statements and statuses are held against. Locks them until the transaction ends. */
export async function lockInstructions(trx: Trx, entity: string, endToEndIds: readonly string[]): Promise<StoredInstruction[]> {
  return sql<StoredInstruction>(trx, `select ${INSTRUCTION} from payment_instructions where entity = :entity and (end_to_end_id = any (:endToEndIds) or left(end_to_end_id, 15) = any (:endToEndIds)) and state <> 'removed' order by end_to_end_id for update`, { entity, endToEndIds });
}

/** With the name that the company's file gives the account that it is paid from. */
export type QuotedInstruction = StoredInstruction & { payerAccount: string };

/** What a statement may speak of: payments by their end-to-end id or the file's own ids, and whole batches. */
export async function lockQuoted(trx: Trx, entity: string, quoted: { endToEndIds: readonly string[]; aliases: readonly string[]; batches: readonly string[] }): Promise<QuotedInstruction[]> {
  return sql<QuotedInstruction>(
    trx,
    `select ${INSTRUCTION}, (select r.payer_account from payment_runs r where r.run_id = payment_instructions.run_id) as "payerAccount" from payment_instructions
      where entity = :entity and state <> 'removed' and (end_to_end_id = any (:endToEndIds) or left(end_to_end_id, 15) = any (:endToEndIds) or end_to_end_id = any (:aliases) or left(end_to_end_id, 15) = any (:aliases) or instruction_id = any (:aliases) or payment_information_id = any (:batches))
      order by run_id, end_to_end_id for update`,
    { entity, ...quoted },
  );
}
