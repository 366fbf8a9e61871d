import { createHash, type Hash } from 'node:crypto';
import { canonicalJson } from '../../domain/rules/canonical-json.ts';
import type { Call } from '../operation.ts';

type Content = Pick<Call<unknown, unknown, unknown>, 'bytes' | 'mediaType' | 'query' | 'body'>;

/** More than any form that is accepted has; what comes after is hashed as it is, in one piece. */
const mostPieces = 64;
const formBoundary = /^multipart\/form-data.*?[;\s]boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i;

/** Tells rows with this form of the hash from those with the earlier one. */
const form = '2:';

/**
 * SHA-256 over what a request asks for: media type, body and query. A multipart form is the sequence of its parts, each with its headers
 * and bytes: its boundary is made anew whenever a client sends it again.
 */
export function contentHash({ bytes, mediaType, query, body }: Content): string {
  const hash = hashOfType(mediaType);
  const [, quoted, plain] = formBoundary.exec(mediaType) ?? [];
  const boundary = quoted ?? plain;
  if (bytes.length === 0) hash.update(JSON.stringify(body ?? null));
  else if (boundary === undefined) hash.update(bytes);
  else addParts(hash, bytes, boundary);
  const asked = canonicalJson(query ?? {});
  const content = asked === '{}' ? hash.digest('hex') : createHash('sha256').update(hash.digest()).update(asked).digest('hex');
  return `${form}${content}`;
}

/**
 * As versions before 22 November 2026 hashed a request: its body as it came, without the query. It equals nothing but what they stored.
 * Needed as long as their rows are kept, 90 days; from March 2027 on it can go.
 */
export function earlierContentHash({ bytes, mediaType, body }: Content): string {
  return hashOfType(mediaType).update(bytes.length > 0 ? bytes : JSON.stringify(body ?? null)).digest('hex');
}

function hashOfType(mediaType: string): Hash {
  return createHash('sha256').update(mediaType.split(';', 1)[0] ?? '');
}

/** What stands between the delimiters, beginning with what stands before the first of them, each with its length. */
function addParts(hash: Hash, bytes: Buffer, boundary: string): void {
  const delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1');
  const add = (piece: Buffer) => void hash.update(`${piece.length}:`).update(piece);
  let from = 0;
  if (bytes.subarray(0, delimiter.length - 2).equals(delimiter.subarray(2))) {
    add(Buffer.alloc(0));
    from = delimiter.length - 2;
  }
  for (let pieces = 0; pieces < mostPieces; pieces += 1) {
    const to = bytes.indexOf(delimiter, from);
    if (to < 0) break;
    add(bytes.subarray(from, to));
    from = to + delimiter.length;
  }
  add(bytes.subarray(from));
}
