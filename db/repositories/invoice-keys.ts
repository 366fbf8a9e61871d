import type { DuplicateCandidate } from '../../domain/model/invoice-facts.ts';
import type { InvoiceClass } from '../../domain/model/invoice.ts';
import type { Money } from '../../domain/model/money.ts';
import { documentKeys, keyForms } from '../../domain/rules/accounts-payable/document-number.ts';
import { nameForms } from '../../domain/rules/accounts-payable/similarity.ts';
import { plainTaxId } from '../../domain/rules/accounts-payable/tax-id.ts';
import { sql, sqlOne, type Db, type Trx } from '../client.ts';

/** What a case is compared by (D1–D9). `rawKey` is the number after NFKC, upper case and trim; k1 and k2 are those of D2. */
export interface InvoiceKey {
  caseId: string;
  entity: string;
  supplierId?: string;
  supplierGroup?: string;
  sellerName: string;
  class: InvoiceClass;
  typeCode: string;
  documentHash: string;
  /** Empty; a year where the policy scopes numbers by year; `override:{case}` after a dual approval (D10), `placeholder:{case}` where the number identifies nothing (D2). */
  scope: string;
  number: string;
  rawKey: string;
  k1: string;
  k2: string;
  issueDate: string;
  gross: Money;
  net: Money;
  accounts: string[];
  vatId?: string;
  preceding: string[];
}

/** Names of the locks under which keys are claimed, so that two concurrent invoices cannot both pass (D11). */
export function invoiceLockKeys(key: Pick<InvoiceKey, 'entity' | 'supplierGroup' | 'k1' | 'k2'>): string[] {
  const scope = `invoice-key/${key.entity}/${key.supplierGroup ?? ''}`;
  return [`${scope}/k1/${key.k1}`, `${scope}/k2/${key.k2}`];
}

export type KeyClaim = { claimed: true } | { claimed: false; holder: string };

/**
 * Writes the case's key and makes it live unless another live case holds the same supplier group, class, number and scope. A
 * repeat never holds its number, as its original may have it under other marks of the supplier, which no key shows (D6). Call it under `invoiceLockKeys`; a unique index refuses whoever does not. Repeat it whenever a key field changes.
 */
export async function claimInvoiceKey(trx: Trx, key: InvoiceKey, { isRepeat = false } = {}): Promise<KeyClaim> {
  const row = await sqlOne<{ holder: string | null }>(
    trx,
    `with holder as (
       select case_id from invoice_keys
        where live and entity = :entity and supplier_group = :supplierGroup and class = :class and raw_key = :rawKey and scope = :scope and case_id <> :caseId
     ), written as (
       insert into invoice_keys (case_id, entity, supplier_id, supplier_group, seller_name, name_forms, class, type_code, document_hash, scope, number, raw_key, k1, k2,
                                 issue_date, currency, gross_minor, net_minor, accounts, vat_id, preceding, preceding_keys, live)
       values (:caseId, :entity, :supplierId, :supplierGroup, :sellerName, :nameForms, :class, :typeCode, :documentHash, :scope, :number, :rawKey, :k1, :k2,
               :issueDate, :currency, :gross, :net, :accounts, :vatId, :preceding, :precedingKeys, not :isRepeat and not exists (select from holder))
       on conflict (case_id) do update set supplier_id = excluded.supplier_id, supplier_group = excluded.supplier_group, seller_name = excluded.seller_name, name_forms = excluded.name_forms,
         class = excluded.class, type_code = excluded.type_code, document_hash = excluded.document_hash, scope = excluded.scope, number = excluded.number,
         raw_key = excluded.raw_key, k1 = excluded.k1, k2 = excluded.k2, issue_date = excluded.issue_date, currency = excluded.currency,
         gross_minor = excluded.gross_minor, net_minor = excluded.net_minor, accounts = excluded.accounts, vat_id = excluded.vat_id,
         preceding = excluded.preceding, preceding_keys = excluded.preceding_keys, live = excluded.live, updated_at = clock_timestamp()
     )
     select (select case_id from holder) as holder`,
    { supplierId: null, supplierGroup: null, ...key, isRepeat, ...vendorMarks(key), precedingKeys: keyForms(key.preceding), currency: key.gross.currency, gross: key.gross.minor, net: key.net.minor },
    'invoice-key-claim',
  );
  return row.holder === null ? { claimed: true } : { claimed: false, holder: row.holder };
}

/** A vendor's name and tax id in the forms in which they are compared. */
function vendorMarks({ sellerName, vatId }: Pick<InvoiceKey, 'sellerName' | 'vatId'>): { nameForms: string[]; vatId: string | null } {
  return { nameForms: nameForms(sellerName), vatId: plainTaxId(vatId ?? '') || null };
}

/** The case ended without effect (rejected, withdrawn, duplicate): its number is free again, and it stays findable (D9). */
export async function retireInvoiceKey(trx: Trx, caseId: string): Promise<void> {
  await sql(trx, `update invoice_keys set live = false, updated_at = clock_timestamp() where case_id = :caseId`, { caseId });
}

export interface DuplicateQuery {
  entity: string;
  caseId: string;
  class: InvoiceClass;
  number: string;
  rawKey: string;
  k1: string;
  k2: string;
  supplierGroup?: string;
  sellerName: string;
  /** The document's, and those of its supplier. */
  vatIds: string[];
  accounts: string[];
  issueDate: string;
  gross: Money;
  net: Money;
  preceding: string[];
  /** Case of the invoice that a person assigned this credit to (C1). */
  creditOf?: string;
  /** How far issue dates may lie apart for a fuzzy look-alike (D4, D5). */
  days: number;
  limit: number;
}

/*
 * Candidates only: scoring is a pure rule. It wants the vendor's number again, at any time (D1, D9), its amount again within the
 * window (D5), or three equal ones of number, vendor, date and amount (D4): so every candidate has the number or the amount, both are
 * found by an index, and only what they find is compared further. The vendor is the same by supplier group, tax id or account (D6), or
 * by an equal name; how similar names are is asked only where number, date and amount are equal: a number such as 1001 is had
 * by thousands. Credits meet credits (D8); what a document refers to, or what refers to it, is always found.
 */
const SAME_CLASS = `c.entity = :entity and c.class = :class`;
const SAME_VENDOR = `(c.supplier_group = :supplierGroup or c.vat_id = any (:vatIds::text[]) or c.accounts && :accounts::text[] or c.name_forms && :nameForms::text[])`;
const SAME_GROSS = `c.currency = :currency and c.gross_minor = :gross`;
const BY_NUMBER = `(${SAME_VENDOR} or (c.issue_date = :issueDate::date and ${SAME_GROSS}))`;
/** Most numbers have one key under both forms: the second look leaves out, by the index alone, what the first has found. */
const ALIKE = `
  select case_id from invoice_keys c where ${SAME_CLASS} and c.k1 = :k1 and ${BY_NUMBER}
  union
  select case_id from invoice_keys c where ${SAME_CLASS} and c.k2 = :k2 and c.k1 < :k1 and ${BY_NUMBER}
  union
  select case_id from invoice_keys c where ${SAME_CLASS} and c.k2 = :k2 and c.k1 > :k1 and ${BY_NUMBER}
  union
  select case_id from invoice_keys c where ${SAME_CLASS} and ${SAME_GROSS} and c.issue_date between :issueDate::date - :days::int and :issueDate::date + :days::int and ${SAME_VENDOR}`;
const REFERRED = `
  union
  select case_id from invoice_keys c where c.entity = :entity and c.class in ('invoice', 'credit-note') and c.k1 = any (:precedingK1::text[]) and ${SAME_VENDOR}
  union
  select case_id from invoice_keys c where c.entity = :entity and c.class in ('invoice', 'credit-note') and c.k2 = any (:precedingK2::text[]) and ${SAME_VENDOR}`;
const candidatesOf = (alike: string) => `
with alike as (${alike}
)
select k.case_id, k.class, k.type_code, k.number, k.k1, k.k2, k.issue_date, k.currency, k.gross_minor, k.net_minor, k.document_hash, k.preceding,
       k.seller_name, k.supplier_id, k.supplier_group, k.vat_id, k.accounts, k.live, c.payable_minor, c.paid_at,
       case when c.closed_at is not null then c.state when c.stage = 'parked' then 'parked' when c.stage = 'posted' then 'posted' else 'pending' end as state,
       (select sum(abs(credit.gross_minor)) from case_links l join invoice_keys credit on credit.case_id = l.case_id and credit.live
         where l.other_id = k.case_id and l.kind = 'credits' and l.case_id <> :caseId) as credited_minor,
       case when c.closed_at is null then (select case d.decision when 'reject' then 'rejected' when 'withdraw' then 'withdrawn' else 'duplicate' end from decisions d
         where d.case_id = k.case_id and d.state = 'accepted' and d.decision in ('reject', 'withdraw', 'duplicate') order by d.number limit 1) end as ends_as
  from alike join invoice_keys k using (case_id) join cases c on c.id = k.case_id
 where k.case_id <> :caseId
   and not exists (select from cleared_pairs p where p.case_a = least(k.case_id, :caseId) and p.case_b = greatest(k.case_id, :caseId) and p.beside is distinct from :caseId)
 order by k.issue_date desc, k.case_id limit :limit`;
/** By which other documents refer to this one. */
const REFERRING = `select case_id as "caseId" from invoice_keys c where c.entity = :entity and c.preceding_keys && array[:k1::text, :k2::text] and ${SAME_VENDOR}`;
/** What a person assigned it to, whatever the document itself refers to: an invoice of the same supplier (C1, C2). */
const ASSIGNED = `select case_id as "caseId" from invoice_keys c where c.case_id = :creditOf and c.entity = :entity and c.class = 'invoice' and c.supplier_group = :supplierGroup`;
/** What few documents need is another statement: so the planner keeps one plan for the most, and planning costs more than running. */
const STATEMENTS = {
  'duplicate-candidates': candidatesOf(ALIKE),
  'duplicate-candidates-referred': candidatesOf(ALIKE + REFERRED),
  'duplicate-candidates-referring': candidatesOf(`${ALIKE} union select unnest(:referring::text[])`),
  'duplicate-candidates-both': candidatesOf(`${ALIKE + REFERRED} union select unnest(:referring::text[])`),
};

export async function findDuplicateCandidates(db: Db, query: DuplicateQuery): Promise<DuplicateCandidate[]> {
  const preceding = query.preceding.map(documentKeys);
  const bindings = {
    supplierGroup: null, ...query, nameForms: nameForms(query.sellerName), vatIds: query.vatIds.map(plainTaxId), currency: query.gross.currency, gross: query.gross.minor,
    precedingK1: preceding.map(({ k1 }) => k1), precedingK2: preceding.map(({ k2 }) => k2),
  };
  const find = (name: keyof typeof STATEMENTS, referring: string[]) => sql<CandidateRow>(db, STATEMENTS[name], { ...bindings, referring }, name);
  const refers = preceding.length > 0;
  // Few documents are referred to: both are asked at once, and those few are asked for again together with what refers to them.
  const [referring, assigned, candidates] = await Promise.all([
    sql<{ caseId: string }>(db, REFERRING, bindings, 'duplicate-referring'),
    query.creditOf === undefined ? [] : sql<{ caseId: string }>(db, ASSIGNED, bindings, 'duplicate-assigned'),
    find(refers ? 'duplicate-candidates-referred' : 'duplicate-candidates', []),
  ]);
  const named = [...referring, ...assigned].map(({ caseId }) => caseId);
  const rows = named.length === 0 ? candidates : await find(refers ? 'duplicate-candidates-both' : 'duplicate-candidates-referring', named);
  return rows.map(candidateOf);
}

interface CandidateRow {
  case_id: string; class: InvoiceClass; type_code: string; number: string; k1: string; k2: string; issue_date: string; currency: string;
  gross_minor: string; net_minor: string; document_hash: string; preceding: string[]; seller_name: string; supplier_id: string | null;
  supplier_group: string | null; vat_id: string | null; accounts: string[]; live: boolean; payable_minor: string | null; paid_at: string | null;
  state: DuplicateCandidate['state']; credited_minor: string | null; ends_as: DuplicateCandidate['endsAs'] | null;
}

function candidateOf(row: CandidateRow): DuplicateCandidate {
  const { currency } = row;
  const credited = BigInt(row.credited_minor ?? '0');
  const payable = BigInt(row.payable_minor ?? row.gross_minor);
  return {
    caseId: row.case_id,
    state: row.state,
    holdsNumber: row.live,
    ...(row.ends_as === null || row.ends_as === undefined ? {} : { endsAs: row.ends_as }),
    class: row.class,
    typeCode: row.type_code,
    number: row.number,
    k1: row.k1,
    k2: row.k2,
    issueDate: row.issue_date,
    currency,
    gross: { currency, minor: row.gross_minor },
    net: { currency, minor: row.net_minor },
    documentHash: row.document_hash,
    preceding: row.preceding,
    sellerName: row.seller_name,
    ...(row.supplier_id === null ? {} : { supplierId: row.supplier_id }),
    ...(row.supplier_group === null ? {} : { supplierGroup: row.supplier_group }),
    ...(row.vat_id === null ? {} : { vatId: row.vat_id }),
    accounts: row.accounts,
    credited: { currency, minor: credited.toString() },
    open: { currency, minor: row.paid_at === null ? (payable - credited).toString() : '0' },
  };
}

/**
 * A person judged the pair to be no duplicate: it is not raised again (D10). With the same number it is raised for `beside` alone, the
 * document that was let in beside the other: its overrides keep it apart, and give its number a scope of its own.
 */
export async function clearPair(trx: Trx, pair: { entity: string; caseId: string; otherCase: string; beside?: string; decidedBy: string; reason: string }): Promise<void> {
  await sql(
    trx,
    `insert into cleared_pairs (entity, case_a, case_b, beside, decided_by, reason)
     values (:entity, least(:caseId, :otherCase), greatest(:caseId, :otherCase), :beside, :decidedBy, :reason) on conflict do nothing`,
    { beside: null, ...pair },
  );
}
