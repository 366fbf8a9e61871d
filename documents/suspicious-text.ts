/**
 * Characters that make a text look different from what it is: direction overrides and marks, control characters,
 * zero-width characters and tags. They are kept in what we store and are shown escaped to people.
 */
// eslint-disable-next-line no-control-regex
const hidden = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;
/** Joiners and soft hyphens are ordinary in some scripts and in prose, but have no place in a document number. */
const hiddenInNumber = /[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200c\u200d\u3164\ufe00-\ufe0f\uffa0]/u;

export interface SuspiciousText {
  /** JSON pointer of the text. */
  path: string;
  /** The characters found, as `U+202E`. */
  characters: string[];
}

/** Every text of a JSON value that carries such a character. */
export function suspiciousTextsIn(value: unknown): SuspiciousText[] {
  const found: SuspiciousText[] = [];
  visitTexts(value, (text, pathOf) => {
    const characters = [...(text.match(hidden) ?? []), ...(hiddenInNumber.exec(text) && pathOf() === '/number' ? [...text].filter((character) => hiddenInNumber.test(character)) : [])];
    if (characters.length > 0) found.push({ path: pathOf(), characters: [...new Set(characters.map(codePoint))] });
  });
  return found;
}

/** The text with every such character as `\u202e`; inside JSON this is the same text to a parser. */
export function escapeForDisplay(text: string): string {
  return text.replace(hidden, (character) =>
    character.split('').map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''),
  );
}

const unstorable = /\u0000|\p{Surrogate}/u;

/** JSON pointer of the first text that no database and no hash can carry: with NUL or half a surrogate pair. */
export function unstorableTextIn(value: unknown): string | undefined {
  let path: string | undefined;
  visitTexts(value, (text, pathOf) => {
    if (path === undefined && unstorable.test(text)) path = pathOf();
  });
  return path;
}

/** Shows every text of a JSON value to `visit`, which may ask for its JSON pointer. */
export function visitTexts(value: unknown, visit: (text: string, pathOf: () => string) => void): void {
  const names: string[] = [];
  const pathOf = () => names.map((name) => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
  const descend = (at: unknown): void => {
    if (typeof at === 'string') visit(at, pathOf);
    if (typeof at !== 'object' || at === null) return;
    for (const [name, member] of Object.entries(at)) {
      names.push(name);
      descend(member);
      names.pop();
    }
  };
  descend(value);
}

function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}
