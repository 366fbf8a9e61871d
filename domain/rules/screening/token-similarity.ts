import { arabicDistance } from './arabic.ts';
import { bitCount } from './bits.ts';
import { plainEdits, weightedEdits } from './edits.ts';
import { areNicknames, areSpellings } from './tables/nicknames.ts';
import { chineseKeyOf, koreanKeyOf, latinSoundsOf, letterMaskOf } from './token-keys.ts';
import type { Token } from './parse-name.ts';

/** How two words correspond; `different` when they do not. */
export type Correspondence = 'same' | 'spelling' | 'sound' | 'romanisation' | 'nickname' | 'initial' | 'script' | 'different';

export interface TokenMatch {
  how: Correspondence;
  /** Letters to change, weighted; 0 = the same. Above `mostEdits` it only says "many". */
  edits: number;
  /** 1 = the same word, 0 = nothing in common. */
  similarity: number;
}

export const mostEdits = 6;

const same: TokenMatch = { how: 'same', edits: 0, similarity: 1 };
const different: TokenMatch = { how: 'different', edits: mostEdits, similarity: 0 };

/** Compares two words by letters, sound, romanisation and known forms. Symmetric. */
export function compareTokens(a: Token, b: Token): TokenMatch {
  const memo = a.memo ?? b.memo;
  const other = a.memo ? b : a;
  const known = memo?.get(other);
  if (known) return known;
  const match = compare(a, b);
  memo?.set(other, match);
  return match;
}

function compare(a: Token, b: Token): TokenMatch {
  if (a.text === b.text && (a.script === b.script || (a.sounds === '' && b.sounds === '' && !isSyllable(a) && !isSyllable(b)))) return a.script === 'Latin' || a.script !== b.script ? same : compareNative(a, b);
  if (a.role === 'number' || b.role === 'number') return compareNumbers(a, b);
  if (a.role === 'initial' || b.role === 'initial') return compareInitials(a, b);
  if (a.script === b.script && a.script !== 'Latin') return compareNative(a, b);
  if (isSyllable(a) || isSyllable(b)) return compareSyllable(a, b);
  if (a.sounds !== '' || b.sounds !== '') return compareArabic(a, b);
  return compareLatin(a, b);
}

function isSyllable(token: Token): boolean {
  return token.script === 'Han' || token.script === 'Hangul';
}

/** A character stands for one syllable: it is the romanised one or it is not; a letter more or less is another syllable. */
function compareSyllable(a: Token, b: Token): TokenMatch {
  const agrees = a.text === b.text || (a.script === 'Hangul' || b.script === 'Hangul' ? sameKey(koreanKeyOf(a), koreanKeyOf(b)) : sameKey(chineseKeyOf(a), chineseKeyOf(b)));
  if (!agrees) return different;
  return { how: 'script', edits: a.text === b.text ? 0.3 : 0.8, similarity: 0.9 };
}

function compareLatin(a: Token, b: Token): TokenMatch {
  if (a.role === 'particle' || b.role === 'particle') return compareParticle(a, b);
  const longest = Math.max(a.text.length, b.text.length);
  const limit = Math.min(mostEdits - 1, longest);
  const plain = fewestEdits(a, b) > limit ? limit + 1 : plainEdits(a.text, b.text, limit);
  const weighted = plain > limit ? limit + 1 : weightedEdits(a.text, b.text, limit);
  const edits = Math.min(mostEdits, (plain + weighted) / 2);
  const similarity = Math.max(0, 1 - edits / longest);
  if (areSpellings(a.text, b.text)) return { how: 'sound', edits: Math.min(edits, 0.7), similarity: Math.max(similarity, 0.9) };
  if (edits > 1 && areNicknames(a.text, b.text)) return { how: 'nickname', edits: Math.min(edits, 1.5), similarity: Math.max(similarity, 0.75) };
  if (a.skeleton === b.skeleton && a.skeleton.length >= 3 && edits <= 3.5) return { how: 'sound', edits: Math.min(edits, 1 + (edits - 1) * 0.3), similarity: Math.max(similarity, 0.8) };
  const romanisation = compareRomanisation(a, b, edits);
  if (romanisation) return romanisation;
  if (edits > 2 && letterMaskOf(a) === letterMaskOf(b) && sameLetters(a.text, b.text)) return { how: 'spelling', edits: 2, similarity: Math.max(similarity, 0.6) };
  return edits >= mostEdits || similarity < 0.3 ? { how: 'different', edits, similarity } : { how: 'spelling', edits, similarity };
}

/** A lower bound of the edits: every letter that only one word has must be changed. */
function fewestEdits(a: Token, b: Token): number {
  const maskA = letterMaskOf(a);
  const maskB = letterMaskOf(b);
  return Math.max(bitCount(maskA & ~maskB), bitCount(maskB & ~maskA));
}

/** The letters of a word in another order (`nitPu`). */
function sameLetters(a: string, b: string): boolean {
  if (a.length !== b.length || a.length < 5) return false;
  return [...a].sort().join('') === [...b].sort().join('');
}

/** A particle of four letters and more may be mistyped (`axdul`); a shorter one only differs. */
function compareParticle(a: Token, b: Token): TokenMatch {
  if (Math.min(a.written.length, b.written.length) < 4) return different;
  const edits = plainEdits(a.written, b.written, 2);
  return edits > 1 ? different : { how: 'spelling', edits, similarity: 0.8 };
}

/** Pinyin against Wade-Giles, and the romanisations of Korean: the same syllables. */
function compareRomanisation(a: Token, b: Token, edits: number): TokenMatch | undefined {
  if (edits <= 1) return undefined;
  return sameKey(chineseKeyOf(a), chineseKeyOf(b)) || sameKey(koreanKeyOf(a), koreanKeyOf(b)) ? { how: 'romanisation', edits: 1, similarity: 0.85 } : undefined;
}

function sameKey(a: string, b: string): boolean {
  return a !== '' && a === b;
}

/** Two words of one script other than Latin are compared in that script; transliteration would lose letters. */
function compareNative(a: Token, b: Token): TokenMatch {
  if (a.native === b.native) return same;
  const longest = Math.max(a.native.length, b.native.length);
  if (a.script === 'Han' || a.script === 'Hangul') {
    // One character is one syllable: the same sound with another character may be a variant form.
    return a.script === 'Han' && a.text === b.text ? { how: 'sound', edits: 1.5, similarity: 0.6 } : different;
  }
  const limit = Math.min(mostEdits - 1, longest);
  const edits = Math.min(limit + 1, plainEdits(a.native, b.native, limit)); // beyond the limit the two directions count differently
  const similarity = Math.max(0, 1 - edits / longest);
  return similarity < 0.3 ? { how: 'different', edits: Math.min(mostEdits, edits), similarity } : { how: 'spelling', edits, similarity };
}

function compareArabic(a: Token, b: Token): TokenMatch {
  const arabic = a.sounds !== '' ? a : b;
  const latin = arabic === a ? b : a;
  if (latin.sounds !== '' || latin.text === '') return different;
  const sounds = latinSoundsOf(latin);
  const distance = arabicDistance(arabic.sounds, sounds, 3);
  const length = Math.max(arabic.sounds.length, sounds.length * 0.7);
  const similarity = Math.max(0, 1 - distance / length);
  if (distance > 3 || similarity < 0.4) return { how: 'different', edits: Math.min(mostEdits, distance + 1), similarity };
  return { how: 'script', edits: distance, similarity };
}

function compareNumbers(a: Token, b: Token): TokenMatch {
  return a.role === 'number' && b.role === 'number' ? { how: 'different', edits: plainEdits(a.text, b.text, mostEdits), similarity: 0.2 } : different;
}

/** An initial fits a word that begins with it (M4); two initials are equal or in conflict. */
function compareInitials(a: Token, b: Token): TokenMatch {
  if (a.role === 'initial' && b.role === 'initial') return a.text === b.text ? same : different;
  const initial = a.role === 'initial' ? a : b;
  const word = initial === a ? b : a;
  if (word.role !== 'word') return different;
  return word.text.startsWith(initial.text) ? { how: 'initial', edits: 0.5, similarity: 0.7 } : different;
}
