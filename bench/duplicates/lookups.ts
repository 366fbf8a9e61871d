import { duplicateQuery } from '../../activities/accounts-payable/facts.ts';
import { inTransaction, sql, type Db } from '../../db/client.ts';
import { lockKeys } from '../../db/locks.ts';
import { findDuplicateCandidates, invoiceLockKeys } from '../../db/repositories/invoice-keys.ts';
import { findDuplicates } from '../../domain/rules/accounts-payable/duplicates.ts';
import { factsOf, type Probe } from './probes.ts';

/** Cases that are taken for the same document. */
export type Lookup = (probe: Probe) => Promise<string[]>;

const flags = ['duplicate-exact', 'duplicate-normalised', 'duplicate-number-review', 'duplicate-fuzzy', 'duplicate-amount'];

/** As the recording transaction does it: under the locks of the number the candidates, then the rules. */
export function ours(db: Db): Lookup {
  return (probe) =>
    inTransaction(db, async (trx) => {
      const facts = factsOf(probe);
      const query = duplicateQuery(facts, probe.supplier);
      await lockKeys(trx, invoiceLockKeys(query));
      const found = findDuplicates({ ...facts, duplicateCandidates: await findDuplicateCandidates(trx, query) }, probe.supplier);
      return found.flatMap(({ code, relatedCase }) => (flags.includes(code) && relatedCase ? [relatedCase] : []));
    });
}

/** What one would write first: rows whose number and vendor are similar to the document's, the ten most similar. Needs `preparePeer`. */
export function peer(db: Db): Lookup {
  return async ({ invoice }) => {
    const rows = await sql<{ id: string }>(
      db,
      `select case_id as id from peer_invoices where number % :number and seller_name % :seller
        order by similarity(number, :number) + similarity(seller_name, :seller) desc limit 10`,
      { number: invoice.number, seller: invoice.seller.name },
      'bench-peer',
    );
    return rows.map(({ id }) => id);
  };
}

/** The peer's own narrow table with its trigram index. */
export async function preparePeer(db: Db): Promise<void> {
  await sql(db, `create table peer_invoices as select case_id, number, seller_name from invoice_keys`);
  await sql(db, `create index peer_invoices_trigrams on peer_invoices using gin (number gin_trgm_ops, seller_name gin_trgm_ops)`);
  await sql(db, `vacuum analyze peer_invoices`);
}
