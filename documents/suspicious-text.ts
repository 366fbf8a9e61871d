/**
 * Characters that make a text look different from what it is: direction overrides and marks, control characters,
 * zero-width characters and tags. They are kept in what we store and are shown escaped to people.
 */
// eslint-disable-next-line no-control-regex
const hidden = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;
/** Joiners and soft hyphens are ordinary in some scripts and in prose, but have no place in a document number. */
const hiddenInNumber = /[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200c\u200d\u3164\ufe00-\ufe0f\uffa0]/gu;

export interface SuspiciousText {
  /** JSON pointer of the text. */
  path: string;
  /** The characters found, as `U+202E`. */
  characters: string[];
}

/** Every text of a JSON value that carries such a character. */
export function suspiciousTextsIn(value: unknown): SuspiciousText[] {
  return textsIn(value, '').flatMap(({ path, text }) => {
    const found = [...(text.match(hidden) ?? []), ...(path === '/number' ? (text.match(hiddenInNumber) ?? []) : [])];
    return found.length > 0 ? [{ path, characters: [...new Set(found.map(codePoint))] }] : [];
  });
}

/** The text with every such character as `\u202e`; inside JSON this is the same text to a parser. */
export function escapeForDisplay(text: string): string {
  return text.replace(hidden, (character) =>
    character.split('').map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''),
  );
}

const loneSurrogate = /\p{Surrogate}/u;

/** JSON pointer of the first text that no database and no hash can carry: with NUL or half a surrogate pair. */
export function unstorableTextIn(value: unknown): string | undefined {
  return textsIn(value, '').find(({ text }) => text.includes('\u0000') || loneSurrogate.test(text))?.path;
}

function textsIn(value: unknown, path: string): { path: string; text: string }[] {
  if (typeof value === 'string') return [{ path, text: value }];
  if (Array.isArray(value)) return value.flatMap((item, index) => textsIn(item, `${path}/${index}`));
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([name, member]) => textsIn(member, `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`));
  return [];
}

function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}
