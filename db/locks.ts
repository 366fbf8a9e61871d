import { sql, type Trx } from './client.ts';

/**
 * Takes advisory locks on business keys until the transaction ends, each once and in one order for everybody, so that two
 * transactions that need some of the same keys queue up instead of deadlocking (D11, M9). Different keys may share a lock: harmless.
 */
export async function lockKeys(trx: Trx, keys: readonly string[]): Promise<void> {
  if (keys.length === 0) return;
  await sql(
    trx,
    `select pg_advisory_xact_lock(lock) from (
       select distinct hashtextextended(key, 0) as lock from unnest(:keys::text[]) as wanted (key) order by lock offset 0) ordered`,
    { keys },
    'lock-keys',
  );
}
