import { arabicSounds, latinDigraphs } from './tables/arabic.ts';

/**
 * Arabic and Persian leave short vowels out, so a word in that script is compared with a Latin spelling sound by sound:
 * consonants must correspond, a long vowel letter must meet a vowel, and vowels that only the Latin side writes cost little (M1).
 */
export function arabicDistance(arabic: string, latin: string, limit: number): number {
  const n = arabic.length;
  const m = latin.length;
  if (n === 0 || m === 0) return limit + 1;
  let last = new Float64Array(m + 1);
  let current = new Float64Array(m + 1);
  for (let j = 1; j <= m; j++) last[j] = last[j - 1]! + latinGap(latin, j - 1);
  for (let i = 1; i <= n; i++) {
    const letter = arabic[i - 1]!;
    current[0] = last[0]! + arabicGap(arabic, i - 1);
    let best = current[0]!;
    for (let j = 1; j <= m; j++) {
      const cost = Math.min(last[j - 1]! + correspondence(letter, latin[j - 1]!), last[j]! + arabicGap(arabic, i - 1), current[j - 1]! + latinGap(latin, j - 1));
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

/** A letter that the Latin spelling leaves out. */
function arabicGap(word: string, at: number): number {
  const letter = word[at]!;
  if (letter === 'E') return 0.1;
  if (letter === 'A') return at === word.length - 1 ? 0.2 : 0.4;
  if (letter === 'h') return at === word.length - 1 ? 0.1 : 0.5;
  if (letter === 'W' || letter === 'Y') return 0.4;
  return 1;
}

/** A sound that the Arabic word does not write. */
function latinGap(word: string, at: number): number {
  const sound = word[at]!;
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
