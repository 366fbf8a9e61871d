import { createHash } from 'node:crypto';
import { sql, type Db, type Trx } from '../client.ts';

/** Bytes to keep, addressed by their content. */
export interface Blob {
  bytes: Buffer;
  mediaType: string;
  /** What they are: `document`, `attachment`, `evidence`. */
  purpose: string;
}

export interface StoredBlob extends Blob {
  sha256: string;
  size: string;
  retention: 'accepted' | 'refused';
  createdAt: string;
}

/** How long and how much of what was refused is kept: 30 days under a quota, the oldest goes first. */
export interface RefusedRetention {
  days: number;
  quotaBytes: number;
}

export const refusedRetention: RefusedRetention = { days: 30, quotaBytes: 2 * 1024 * 1024 * 1024 };

export function contentHash(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Keeps accepted bytes for good and answers their address; bytes that were refused before are promoted. */
export async function keepAccepted(trx: Trx, entity: string, blob: Blob): Promise<string> {
  const sha256 = contentHash(blob.bytes);
  await sql(
    trx,
    `insert into blobs (entity, sha256, bytes, size, media_type, purpose, retention)
     values (:entity, :sha256, :bytes, :size, :mediaType, :purpose, 'accepted')
     on conflict (entity, sha256) do update set retention = 'accepted', expires_at = null where blobs.retention = 'refused'`,
    { ...blob, entity, sha256, size: blob.bytes.length },
    'blob-accepted',
  );
  return sha256;
}

/** Keeps refused bytes for a while, so that their sender can be helped, and makes room for them within the quota. */
export async function keepRefused(trx: Trx, entity: string, blob: Blob, retention: RefusedRetention): Promise<string> {
  const sha256 = contentHash(blob.bytes);
  await purgeRefused(trx, { ...retention, quotaBytes: Math.max(0, retention.quotaBytes - blob.bytes.length) });
  await sql(
    trx,
    `insert into blobs (entity, sha256, bytes, size, media_type, purpose, retention, expires_at)
     values (:entity, :sha256, :bytes, :size, :mediaType, :purpose, 'refused', now() + :days * interval '1 day')
     on conflict (entity, sha256) do nothing`,
    { ...blob, entity, sha256, size: blob.bytes.length, days: retention.days },
  );
  return sha256;
}

/** Deletes refused bytes that have expired or lie beyond the quota, oldest first; answers how many. */
export async function purgeRefused(db: Db, retention: RefusedRetention): Promise<number> {
  const rows = await sql(
    db,
    `delete from blobs b using (
       select entity, sha256, expires_at, sum(size) over (order by created_at desc, sha256) as newer_and_own
         from blobs where retention = 'refused') old
      where b.entity = old.entity and b.sha256 = old.sha256 and b.retention = 'refused'
        and (old.expires_at <= now() or old.newer_and_own > :quotaBytes)
      returning 1`,
    { quotaBytes: retention.quotaBytes },
  );
  return rows.length;
}

export async function readBlob(db: Db, entity: string, sha256: string): Promise<StoredBlob | undefined> {
  const [row] = await sql<StoredBlob>(
    db,
    `select sha256, bytes, size, media_type as "mediaType", purpose, retention, created_at as "createdAt" from blobs where entity = :entity and sha256 = :sha256`,
    { entity, sha256 },
  );
  return row;
}
