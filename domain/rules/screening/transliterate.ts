import anyAscii from 'any-ascii';
import type { Script } from './characters.ts';

/**
 * Writes a word in lower-case ASCII letters (M1). Vowels that Arabic and Hebrew leave out stay out:
 * those words are compared by `arabic.ts`, not by their letters.
 */
export function romanise(word: string, script: Script): string {
  const prepared = script === 'Greek' ? word.replace(/ου/g, 'ou').replace(/ού/g, 'ou').replace(/μπ/g, 'b').replace(/ντ/g, 'nt') : word;
  return anyAscii(prepared)
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '');
}

/** The syllables of a word in Han characters or Hangul, one romanised token each. */
export function syllables(word: string): { native: string; latin: string }[] {
  return [...word].map((native) => ({ native, latin: anyAscii(native).toLowerCase().replace(/[^a-z0-9]/g, '') })).filter((syllable) => syllable.latin !== '');
}

/** Arabic letters that are written in several ways, to one (alef and hamza forms, Persian and Urdu yeh and kaf, teh marbuta). */
export function foldArabicLetters(word: string): string {
  return word
    .replace(/[\u064b-\u065f\u0670\u0640\u06d6-\u06ed]/g, '')
    .replace(/[أإآٱ]/g, 'ا')
    .replace(/[ىئيېۍے]/g, 'ی')
    .replace(/ك/g, 'ک')
    .replace(/[ؤۇۋ]/g, 'و')
    .replace(/[ةۀہھ]/g, 'ه')
    .replace(/ء/g, '');
}
