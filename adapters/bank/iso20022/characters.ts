import anyAscii from 'any-ascii';

/** The character set that every bank of the SEPA takes (EPC217-08): letters, digits, blank and / - ? : ( ) . , ' + */
const outside = /[^A-Za-z0-9/\-?:().,'+ ]/g;

/** German usage writes two letters where the tables of other languages write one. */
const umlauts: Record<string, string> = { ä: 'ae', ö: 'oe', ü: 'ue', Ä: 'Ae', Ö: 'Oe', Ü: 'Ue', ß: 'ss', ẞ: 'SS' };

/** Signs outside of the set with a neighbour inside of it. */
const substitutes: Record<string, string> = { '&': '+', _: '-', '~': '-', '"': "'", '`': "'", '[': '(', '{': '(', '<': '(', ']': ')', '}': ')', '>': ')', ';': ',', '\\': '/', '|': '/' };

/**
 * Text in the SEPA character set: umlauts by German usage, every other letter of every script by the tables of any-ascii, signs by
 * their neighbour in the set, what is left as a dot. Marks that only change their neighbour and characters without a shape vanish; blanks are joined.
 */
export function sepaText(text: string): string {
  const latin = text
    .normalize('NFC')
    .replace(/[äöüßẞ]/g, (letter) => umlauts[letter] ?? letter)
    .replace(/[ÄÖÜ](\p{Ll})?/gu, (letters, next: string | undefined) => (next ? `${umlauts[letters[0] ?? ''] ?? ''}${next}` : (umlauts[letters] ?? letters).toUpperCase()))
    .replace(/[\p{Cc}\p{Zs}\p{Zl}\p{Zp}]/gu, ' ');
  return anyAscii(latin)
    .replace(outside, (sign) => substitutes[sign] ?? '.')
    .replace(/ {2,}/g, ' ')
    .trim();
}

/** Text as it is, without the characters that XML has no form for; blanks are joined. */
export function plainText(text: string): string {
  return text
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Cs}\p{Cn}\p{Zs}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/ {2,}/g, ' ')
    .trim();
}

/** The first `most` characters; no half of a surrogate pair, no blank at the end. */
export function shortened(text: string, most: number): string {
  return [...text].slice(0, most).join('').trimEnd();
}
