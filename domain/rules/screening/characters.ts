/** The writing system of a token; `Other` covers scripts that are only compared within themselves or letter by letter. */
export const scripts = ['Latin', 'Cyrillic', 'Greek', 'Arabic', 'Han', 'Hangul', 'Kana', 'Hebrew', 'Other'] as const;
export type Script = (typeof scripts)[number];

export interface CleanText {
  text: string;
  /** A word mixed look-alike letters of two scripts (M19); folded to Latin here. */
  lookAlikes: boolean;
  /** Invisible or control characters were removed (M19). */
  invisible: boolean;
}

const scriptPatterns: [Script, RegExp][] = [
  ['Latin', /\p{Script=Latin}/u],
  ['Cyrillic', /\p{Script=Cyrillic}/u],
  ['Arabic', /\p{Script=Arabic}/u],
  ['Han', /\p{Script=Han}/u],
  ['Hangul', /\p{Script=Hangul}/u],
  ['Kana', /[\p{Script=Hiragana}\p{Script=Katakana}]/u],
  ['Greek', /\p{Script=Greek}/u],
  ['Hebrew', /\p{Script=Hebrew}/u],
];

/** Letters of Cyrillic and Greek that pass for a Latin letter in print, lower case and capitals (M19). */
const lookAlikeLetters: Record<string, string> = {
  а: 'a', в: 'b', с: 'c', ԁ: 'd', е: 'e', һ: 'h', н: 'h', і: 'i', ј: 'j', к: 'k', м: 'm', о: 'o', р: 'p', ԛ: 'q', ѕ: 's', т: 't', у: 'y', ѵ: 'v', ԝ: 'w', х: 'x',
  А: 'A', В: 'B', С: 'C', Е: 'E', Н: 'H', І: 'I', Ј: 'J', К: 'K', М: 'M', О: 'O', Р: 'P', Ѕ: 'S', Т: 'T', У: 'Y', Х: 'X',
  α: 'a', β: 'b', ε: 'e', η: 'n', ι: 'i', κ: 'k', ν: 'v', ο: 'o', ρ: 'p', τ: 't', υ: 'u', χ: 'x', ω: 'w',
  Α: 'A', Β: 'B', Ε: 'E', Ζ: 'Z', Η: 'H', Ι: 'I', Κ: 'K', Μ: 'M', Ν: 'N', Ο: 'O', Ρ: 'P', Τ: 'T', Υ: 'Y', Χ: 'X',
};

const invisibleCharacters = /[\p{Cf}\p{Cc}\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0]/gu;
// The zero width joiners are spelling in Persian and the Indian scripts, not a trick.
const spellingJoiners = /[\u200c\u200d]/g;
const asciiOnly = /^[\x20-\x7e]*$/;

/** Unicode compatibility form, invisible characters removed, look-alike letters folded (M19). */
export function cleanText(raw: string): CleanText {
  if (asciiOnly.test(raw)) return { text: raw, lookAlikes: false, invisible: false };
  const composed = raw.normalize('NFKC').replace(spellingJoiners, '');
  const spaced = composed.replace(/[\t\r\n\u0085\u2028\u2029]/g, ' ');
  const visible = spaced.replace(invisibleCharacters, '');
  let lookAlikes = false;
  const text = visible.replace(/[\p{L}\p{M}]+/gu, (word) => {
    if (!/\p{Script=Latin}/u.test(word) || !/[\p{Script=Cyrillic}\p{Script=Greek}]/u.test(word)) return word;
    lookAlikes = true;
    return [...word].map((letter) => lookAlikeLetters[letter] ?? letter).join('');
  });
  return { text, lookAlikes, invisible: visible !== spaced };
}

/** The script of a word: that of its first letter of a known script. */
export function scriptOf(word: string): Script {
  if (asciiOnly.test(word)) return 'Latin';
  for (const letter of word) {
    for (const [script, pattern] of scriptPatterns) if (pattern.test(letter)) return script;
    if (/\p{L}/u.test(letter)) return 'Other';
  }
  return 'Latin';
}

/** Digits that a scanner reads for letters inside a word: `0smanov`, `Wa1ter` (M4). */
export function mendScannedDigits(word: string): string {
  if (!/[015]/.test(word) || !/^(?=(?:.*[a-z]){3})[015]?[a-z]+(?:[015][a-z]+)*$/.test(word)) return word;
  return word.replace(/0/g, 'o').replace(/1/g, 'l').replace(/5/g, 's');
}
