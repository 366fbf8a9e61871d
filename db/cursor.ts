import { KontorError } from '../domain/errors.ts';

/** Where a page ended: the sort value and the number of its last row. Opaque to callers, so that sorting may change. */
export interface Position {
  value: string | null;
  number: string;
}

export interface Page<Item> {
  items: Item[];
  /** Absent on the last page. */
  next?: string;
}

export function encodeCursor(position: Position): string {
  return Buffer.from(JSON.stringify([position.value, position.number])).toString('base64url');
}

/** @throws KontorError `request-invalid` for anything that `encodeCursor` did not make. */
export function decodeCursor(cursor: string): Position {
  try {
    const [value, number] = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as unknown[];
    if ((value === null || typeof value === 'string') && typeof number === 'string' && /^\d{1,18}$/.test(number)) return { value, number };
  } catch {
    // falls through to the one refusal
  }
  throw new KontorError('request-invalid', 'The cursor is not one that this list gave out.', { place: { path: 'cursor' } });
}

/** Cuts a page out of `limit + 1` rows, whose last one only tells that there is more. */
export function pageOf<Row, Item>(rows: Row[], limit: number, positionOf: (row: Row) => Position, itemOf: (row: Row) => Item): Page<Item> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { items: shown.map(itemOf), ...(rows.length > limit && last !== undefined ? { next: encodeCursor(positionOf(last)) } : {}) };
}
