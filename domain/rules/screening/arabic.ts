import { arabicSounds, latinDigraphs } from './tables/arabic.ts';

/** Rows of the dynamic programme, reused; the parser cuts words at 48 letters, of which several may be written together. */
const longest = 256;
const rows = [new Float64Array(longest + 1), new Float64Array(longest + 1)] as const;

/**
 * Arabic and Persian leave short vowels out, so a word in that script is compared with a Latin spelling sound by sound:
 * consonants must correspond, a long vowel letter must meet a vowel, and vowels that only the Latin side writes cost little (M1).
 */
export function arabicDistance(arabic: string, latin: string, limit: number): number {
  const n = Math.min(arabic.length, longest);
  const m = Math.min(latin.length, longest);
  if (n === 0 || m === 0) return limit + 1;
  let [last, current] = rows as [Float64Array, Float64Array];
  last[0] = 0;
  for (let j = 1; j <= m; j++) last[j] = last[j - 1]! + latinGap(latin.charCodeAt(j - 1));
  for (let i = 1; i <= n; i++) {
    const letter = arabic.charCodeAt(i - 1);
    const gap = arabicLetterGap(letter, i === arabic.length);
    current[0] = last[0]! + gap;
    let best = current[0]!;
    for (let j = 1; j <= m; j++) {
      const sound = latin.charCodeAt(j - 1);
      let cost = last[j - 1]! + soundCost(letter, sound);
      if (last[j]! + gap < cost) cost = last[j]! + gap;
      const insertion = current[j - 1]! + latinGap(sound);
      if (insertion < cost) cost = insertion;
      current[j] = cost;
      if (cost < best) best = cost;
    }
    if (best > limit) return limit + 1;
    [last, current] = [current, last];
  }
  return last[m]!;
}

/** Letters of a word in Arabic script as sounds. */
export function soundsOfArabic(word: string): string {
  let sounds = '';
  for (const letter of word) {
    const sound = arabicSounds[letter] ?? '';
    if (sound !== sounds[sounds.length - 1]) sounds += sound;
  }
  return sounds;
}

/** A romanised word as the same sounds. */
export function soundsOfLatin(word: string): string {
  let sounds = '';
  for (let at = 0; at < word.length; ) {
    const digraph = latinDigraphs.find(([spelling]) => word.startsWith(spelling, at));
    const sound = digraph ? digraph[1] : word[at]!;
    if (sound !== sounds[sounds.length - 1]) sounds += sound;
    at += digraph ? digraph[0].length : 1;
  }
  return sounds;
}

const isVowel = (sound: string): boolean => 'aeiou'.includes(sound);
const exact: Record<string, string> = { x: 'x', q: 'q', W: 'wv', Y: 'y', E: '', A: '', G: 'G', h: 'h', S: 'S', T: 'T', D: 'D', C: 'C' };
const close: Record<string, string> = {
  b: 'p', p: 'b', t: 'T', T: 'ts', j: 'gCzy', C: 'Sjc', h: 'x', x: 'hkqC', d: 'Dt', D: 'dzT', z: 'sDj', s: 'zcTS', S: 'sC', G: 'gqkr', f: 'v', q: 'kgcG', k: 'qcgx', g: 'kGjq', W: 'bf', n: 'm', m: 'n', Y: 'j',
};

const size = 128;
const correspondences = Float64Array.from({ length: size * size }, (_, at) => correspondence(String.fromCharCode(Math.floor(at / size)), String.fromCharCode(at % size)));
const latinGaps = Float64Array.from({ length: size }, (_, sound) => latinGapOf(String.fromCharCode(sound)));
const arabicGaps = [false, true].map((isLast) => Float64Array.from({ length: size }, (_, letter) => arabicGapOf(String.fromCharCode(letter), isLast)));

/** Cost of two sounds, given by their character codes, that stand for each other. */
export function soundCost(arabic: number, latin: number): number {
  return latin < size ? correspondences[arabic * size + latin]! : 1;
}

/** Cost of a sound that the Arabic word does not write. */
export function latinGap(sound: number): number {
  return sound < size ? latinGaps[sound]! : 1;
}

/** Cost of a letter that the Latin spelling leaves out; at the end of the word some are silent. */
export function arabicLetterGap(letter: number, isLast: boolean): number {
  return arabicGaps[isLast ? 1 : 0]![letter]!;
}

/** 0 = the same sound, up to 1 = another one. */
function correspondence(arabic: string, latin: string): number {
  if ((exact[arabic] ?? arabic).includes(latin)) return 0;
  if (isVowel(latin)) {
    if (arabic === 'A') return latin === 'a' ? 0 : latin === 'e' ? 0.1 : 0.25;
    if (arabic === 'W') return latin === 'o' || latin === 'u' ? 0 : 0.6;
    if (arabic === 'Y') return latin === 'i' || latin === 'e' ? 0 : latin === 'a' ? 0.3 : 0.6;
    if (arabic === 'E') return 0.1;
    return arabic === 'h' && latin === 'a' ? 0.3 : 1;
  }
  return (close[arabic] ?? '').includes(latin) ? 0.3 : 1;
}

function arabicGapOf(letter: string, isLast: boolean): number {
  if (letter === 'E') return 0.1;
  if (letter === 'A') return isLast ? 0.2 : 0.4;
  if (letter === 'h') return isLast ? 0.1 : 0.5;
  if (letter === 'W' || letter === 'Y') return 0.4;
  return 1;
}

function latinGapOf(sound: string): number {
  if (sound === 'a' || sound === 'e') return 0.1;
  if (isVowel(sound)) return 0.15;
  if (sound === 'y' || sound === 'w') return 0.3;
  if (sound === 'h') return 0.4;
  return 1;
}

const soundClasses: Record<string, string> = {
  b: 'b', p: 'b', t: 't', T: 't', d: 'd', D: 'd', z: 'd', s: 's', S: 's', C: 's', c: 'k', k: 'k', q: 'k', g: 'k', G: 'k', j: 'k', x: 'k', f: 'f', v: 'f', l: 'l', m: 'm', n: 'n', r: 'r',
};

/** The consonants of a word as classes that Arabic and Latin spellings share. */
export function soundKey(sounds: string): string {
  let key = '';
  for (const sound of sounds) {
    const folded = soundClasses[sound];
    if (folded && folded !== key[key.length - 1]) key += folded;
  }
  return key;
}
