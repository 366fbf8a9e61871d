import { soundKey, soundsOfLatin } from './arabic.ts';
import { chineseKey, koreanKey } from './tables/syllabic.ts';
import type { Token } from './parse-name.ts';

/** Everything by which a word is compared: words that share it are one word, in whatever name they stand (M18). */
export function identityOf({ role, weight, script, text, native, written, skeleton, sounds, filiation }: Token): string {
  return `${role}|${weight}|${script}|${text}|${native}|${written}|${skeleton}|${sounds}|${filiation}`;
}

/*
 * Keys that are worked out when first needed and kept at the word: words are shared between names, and a search compares
 * the same words again and again. '' stands for "cannot be read so".
 */

const longestSyllabic = 14;

export function chineseKeyOf(token: Token): string {
  return (token.chinese ??= token.text.length <= longestSyllabic ? (chineseKey(token.text) ?? '') : '');
}

export function koreanKeyOf(token: Token): string {
  return (token.korean ??= token.text.length <= longestSyllabic ? (koreanKey(token.text) ?? '') : '');
}

export function latinSoundsOf(token: Token): string {
  return (token.latinSounds ??= soundsOfLatin(token.text));
}

/** Consonant classes across the Arabic and the Latin script. */
export function soundKeyOf(token: Token): string {
  return (token.soundKey ??= soundKey(token.sounds !== '' ? token.sounds : latinSoundsOf(token)));
}

/** One bit a letter: words with few letters in common cannot be spellings of each other. */
export function letterMaskOf(token: Token): number {
  return (token.letterMask ??= maskOf(token.text));
}

export function nativeMaskOf(token: Token): number {
  return (token.nativeMask ??= maskOf(token.native));
}

function maskOf(text: string): number {
  let mask = 0;
  for (let at = 0; at < text.length; at++) mask |= 1 << (text.charCodeAt(at) & 31);
  return mask;
}
