import { documentKeys } from './document-number.ts';

/** Text comparison for duplicates: small, exact in its rules and the same everywhere. */

const legalForms = new Set([
  'AB', 'AG', 'APS', 'AS', 'ASA', 'BV', 'BVBA', 'CO', 'COMPANY', 'CORP', 'CORPORATION', 'CV', 'DOO', 'EG', 'EIRL', 'EK', 'EOOD', 'EV', 'GBR', 'GESMBH', 'GMBH', 'GROUP', 'HOLDING', 'INC',
  'INCORPORATED', 'KFT', 'KG', 'KGAA', 'LDA', 'LIMITED', 'LLC', 'LLP', 'LP', 'LTD', 'LTDA', 'MBH', 'NV', 'OHG', 'OOD', 'OY', 'OYJ', 'PLC', 'PTE', 'PTY', 'SA', 'SARL', 'SAS', 'SE', 'SL', 'SLU', 'SNC', 'SP', 'SPA',
  'SPRL', 'SRL', 'SRO', 'UG', 'UND', 'AND', 'ET', 'ZOO',
]);

/** Upper case, without accents, punctuation and legal form: `Müller & Söhne GmbH` is `MULLER SOHNE`. */
export function plainName(name: string): string {
  const words = name.normalize('NFKD').replace(/\p{M}/gu, '').toUpperCase().replace(/ß/g, 'SS').replace(/(?<=\b\p{L})\.(?=\p{L}\b|\s|$)/gu, '').split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '');
  const kept = words.filter((word) => !legalForms.has(word));
  return (kept.length > 0 ? kept : words).join(' ');
}

/** Plain, with its words in order, and written together; two names that share a form are equal (100). None for a name that says nothing. */
export function nameForms(name: string): string[] {
  const plain = plainName(name);
  return plain === '' ? [] : [...new Set([plain, inOrder(plain), plain.replaceAll(' ', '')])];
}

/** 0 to 100: edits, adjacent transpositions as one, in relation to the longer name; the order of words does not matter. */
export function nameSimilarity(a: string, b: string): number {
  const [plainA, plainB] = [plainName(a), plainName(b)];
  if (plainA === '' || plainB === '') return 0;
  const joined = (name: string): string => name.replaceAll(' ', '');
  return Math.max(percentAlike(plainA, plainB), percentAlike(inOrder(plainA), inOrder(plainB)), percentAlike(joined(plainA), joined(plainB)));
}

function inOrder(name: string): string {
  return name.split(' ').sort().join(' ');
}

/** Two numbers that one slip of the pen or of the eye turns into each other (D4). */
export function similarNumbers(a: string, b: string, extraCharacters: number): boolean {
  const [x, y] = [documentKeys(a).k1, documentKeys(b).k1];
  const [seenX, seenY] = [asSeen(x), asSeen(y)];
  return seenX === seenY || isTransposition(x, y) || hasExtraCharacters(seenX, seenY, extraCharacters);
}

/** The same digits with two neighbours exchanged; 1234 and 1324. */
export function isTransposition(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  const differing = [...a].flatMap((character, index) => (character === b[index] ? [] : [index]));
  const [first, second] = differing;
  return differing.length === 2 && first !== undefined && second === first + 1 && a[first] === b[second] && a[second] === b[first];
}

/** Damerau–Levenshtein distance, each substring edited once. */
export function editDistance(a: string, b: string): number {
  let twoBack: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const cost = a[row - 1] === b[column - 1] ? 0 : 1;
      let best = Math.min((previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1, (previous[column - 1] ?? 0) + cost);
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) best = Math.min(best, (twoBack[column - 2] ?? 0) + 1);
      current.push(best);
    }
    twoBack = previous;
    previous = current;
  }
  return previous[b.length] ?? 0;
}

function percentAlike(a: string, b: string): number {
  const longest = Math.max(a.length, b.length);
  return longest === 0 ? 0 : Math.floor(((longest - editDistance(a, b)) * 100) / longest);
}

/** Characters that readers and scanners take for each other become one. */
function asSeen(number: string): string {
  return number.replaceAll('O', '0').replaceAll('I', '1').replaceAll('S', '5');
}

/** The longer one is the shorter one with up to `most` characters added anywhere. */
function hasExtraCharacters(a: string, b: string, most: number): boolean {
  const [long, short] = a.length >= b.length ? [a, b] : [b, a];
  if (short === '' || long.length - short.length > most) return false;
  let found = 0;
  for (const character of long) if (character === short[found]) found++;
  return found === short.length;
}
