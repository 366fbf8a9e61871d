import type { Money } from '../../domain/model/money.ts';
import { json, sql, type Db, type Trx } from '../client.ts';

/** What a counterpart was asked under one effect key, and what became of it. */
export interface Posting {
  key: string;
  entity: string;
  caseId: string;
  system: string;
  kind: 'post' | 'reverse' | 'release' | 'pay';
  status: 'pending' | 'unknown' | 'posted' | 'refused' | 'reversed';
  /** The counterpart's own document number. */
  reference?: string;
  amount?: Money;
  detail?: Record<string, unknown>;
}

/** Writes the posting's present status; the row of a key is made once and then only moves on. */
export async function savePosting(trx: Trx, posting: Posting): Promise<void> {
  await sql(
    trx,
    `insert into postings (key, entity, case_id, system, kind, status, reference, currency, amount_minor, detail, settled_at)
     values (:key, :entity, :caseId, :system, :kind, :status, :reference, :currency, :amount, :detail,
             case when :status in ('posted', 'refused', 'reversed') then clock_timestamp() end)
     on conflict (key) do update set status = excluded.status, reference = coalesce(excluded.reference, postings.reference),
             detail = postings.detail || excluded.detail, settled_at = coalesce(excluded.settled_at, postings.settled_at)`,
    { reference: null, ...posting, currency: posting.amount?.currency, amount: posting.amount?.minor, detail: json(posting.detail ?? {}) },
    'posting-save',
  );
}

export interface StoredPosting extends Posting {
  createdAt: string;
  settledAt?: string;
}

export async function postingsOf(db: Db, caseId: string): Promise<StoredPosting[]> {
  const rows = await sql<StoredPosting & { currency: string | null; amount_minor: string | null; reference: string | null; settledAt: string | null }>(
    db,
    `select key, entity, case_id as "caseId", system, kind, status, reference, currency, amount_minor, detail, created_at as "createdAt", settled_at as "settledAt"
       from postings where case_id = :caseId order by created_at, key`,
    { caseId },
    'postings-of-case',
  );
  return rows.map(({ currency, amount_minor, reference, settledAt, ...row }) => ({
    ...row,
    ...(reference === null ? {} : { reference }),
    ...(settledAt === null ? {} : { settledAt }),
    ...(currency === null || amount_minor === null ? {} : { amount: { currency, minor: amount_minor } }),
  }));
}

/**
 * The keys `{prefix}{n}` that a case cannot post under any more: their reversal was confirmed, in whatever case, as a number that was given up comes
 * again in another one; or another case's document stands posted under them, as where a number may come again in another year (D1). The cases are
 * found by the document's number in the form k1.
 */
export async function usedKeys(db: Db, { entity, caseId, documentClass, k1, prefix }: { entity: string; caseId: string; documentClass: string; k1: string; prefix: string }): Promise<string[]> {
  const rows = await sql<{ key: string }>(
    db,
    `select p.key from invoice_keys k join postings p on p.case_id = k.case_id and p.kind = 'post' and starts_with(p.key, :prefix)
                                                       and (p.status = 'reversed' or (p.status = 'posted' and p.case_id <> :caseId))
      where k.entity = :entity and k.class = :documentClass and k.k1 = :k1`,
    { entity, caseId, documentClass, k1, prefix },
    'postings-used',
  );
  return rows.map(({ key }) => key);
}

/** What became of postings under these keys, where the ERP has told us its number. */
export async function postingsUnder(db: Db, keys: readonly string[]): Promise<{ key: string; caseId: string; reference: string }[]> {
  if (keys.length === 0) return [];
  return sql(db, `select key, case_id as "caseId", reference from postings where key = any (:keys::text[]) and kind = 'post' and reference is not null`, { keys });
}
