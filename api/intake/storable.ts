/**
 * What a sender says around a document, as every table takes it. The canonical invoice is checked by its reader and refused as a whole;
 * names and marks beside it are mended, so that none of them stops the document that they came with.
 */

const unstorable = /\u0000|\p{Surrogate}/gu;
const mostLetters = 200;
const mediaType = /^[a-z0-9][a-z0-9!#$&^_.+-]*\/[a-z0-9][a-z0-9!#$&^_.+-]*$/i;

/** Every text of a JSON value without NUL and half surrogate pairs, which the database takes for no text. */
export function storable<T>(value: T): T {
  if (typeof value === 'string') return value.replace(unstorable, '\ufffd') as T;
  if (Array.isArray(value)) return value.map(storable) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [storable(name), storable(member)])) as T;
}

/** A mark of the sender's own, such as a message id, short enough to be looked up by. */
export function storableMark(text: string): string {
  return cut(storable(text).trim(), mostLetters);
}

/** The name of a file, with its ending where it has to be shortened. */
export function storableName(name: string): string {
  const whole = storable(name).trim() || 'unnamed';
  const ending = /\.[a-z0-9]{1,10}$/i.exec(whole)?.[0] ?? '';
  return whole.length <= mostLetters ? whole : `${cut(whole, mostLetters - 1 - ending.length)}…${ending}`;
}

export function storableMediaType(stated: string): string {
  return stated.length <= mostLetters && mediaType.test(stated) ? stated : 'application/octet-stream';
}

/** Never between the halves of a surrogate pair. */
function cut(text: string, most: number): string {
  return text.slice(0, most).replace(/[\ud800-\udbff]$/, '');
}
