import { soundKey, soundsOfArabic, soundsOfLatin } from './arabic.ts';
import { chineseKeyOf, koreanKeyOf, soundKeyOf } from './token-keys.ts';
import { nicknameGroups, spellingGroup } from './tables/nicknames.ts';
import type { ParsedName, Token } from './parse-name.ts';

/** A key under which a name can be found, with its share before rarity counts. */
export interface IndexTerm {
  key: string;
  weight: number;
}

const weights = { word: 1.2, skeleton: 0.8, gram: 0.35, nickname: 0.8, syllable: 0.8, sounds: 0.9, soundGram: 0.4, initial: 0.2 };

/**
 * Terms that two names share when the scorer could find them alike: words, consonant skeletons, letter groups that survive typing errors and
 * glued or split words, given-name families, romanised syllables, and sounds across the Arabic script.
 */
export function indexTerms(name: ParsedName): IndexTerm[] {
  const terms = new Map<string, number>();
  const add = (key: string, weight: number): void => {
    if (!terms.has(key)) terms.set(key, weight);
  };
  for (const token of name.tokens) {
    if (token.role === 'title') continue;
    if (token.role === 'particle' || token.role === 'initial') {
      add(`i${token.text}`, weights.initial);
      continue;
    }
    add(`w${token.text}`, weights.word * token.weight);
    if (token.script !== 'Latin' && token.native !== token.text) add(`w${token.native}`, weights.word * token.weight);
    if (token.sounds === '' && token.skeleton.length >= 2) add(`s${token.skeleton}`, weights.skeleton * token.weight);
    for (const group of nicknameGroups(token.text)) add(`n${group}`, weights.nickname * token.weight);
    const spelling = spellingGroup(token.text);
    if (spelling !== undefined) add(`m${spelling}`, weights.nickname * token.weight);
    if (token.sounds === '') for (const gram of grams(token.text, 3)) add(`g${gram}`, weights.gram);
    addSounds(token, add);
  }
  addWholeName(name, add);
  return [...terms].map(([key, weight]) => ({ key, weight }));
}

/** Keys under which another form of the same word stands: its sound, its spellings and short forms, its sounds in the Arabic script. */
export function wordKeys(token: Token): string[] {
  const keys = nicknameGroups(token.text).map((group) => `n${group}`);
  const spelling = spellingGroup(token.text);
  if (spelling !== undefined) keys.push(`m${spelling}`);
  if (token.sounds === '' && token.role === 'word' && token.skeleton.length >= 3) keys.push(`s${token.skeleton}`);
  if (token.sounds !== '' && soundKeyOf(token).length >= 2) keys.push(`c${soundKeyOf(token)}`);
  return keys;
}

/** The consonants that Arabic and Latin spellings share, for names in either script. */
function addSounds(token: Token, add: (key: string, weight: number) => void): void {
  if (token.script !== 'Latin' && token.script !== 'Arabic') return;
  const key = soundKeyOf(token);
  if (key.length < 2) return;
  add(`c${key}`, weights.sounds * token.weight);
  for (const gram of grams(key, 2)) add(`b${gram}`, weights.soundGram);
}

/** Words written together or apart: letter groups across the borders of words, and syllables of Chinese and Korean names. */
function addWholeName(name: ParsedName, add: (key: string, weight: number) => void): void {
  const words = name.tokens.filter((token) => token.role === 'word' || token.role === 'particle');
  for (let at = 1; at < words.length; at++) {
    const left = words[at - 1]!;
    const right = words[at]!;
    if (left.sounds === '' && right.sounds === '') {
      const border = left.written.slice(-2) + right.written.slice(0, 2);
      for (const gram of [border.slice(0, 3), border.slice(-3)]) if (gram.length === 3) add(`g${gram}`, weights.gram);
    } else if (left.sounds !== '' && right.sounds !== '') {
      const glued = soundKey(soundsOfArabic(left.native + right.native));
      if (glued.length >= 3) add(`c${glued}`, weights.sounds);
    }
    if (left.role === 'particle' && left.sounds === '') {
      const glued = soundKey(soundsOfLatin(left.written + right.written));
      if (glued.length >= 3) add(`c${glued}`, weights.sounds * 0.8);
    }
  }
  if (name.kind !== 'person' || words.length > 5) return;
  addSyllables(words, chineseKeyOf, 'z', add);
  addSyllables(words, koreanKeyOf, 'k', add);
}

function addSyllables(words: Token[], read: (word: Token) => string, mark: string, add: (key: string, weight: number) => void): void {
  const syllables: string[] = [];
  for (const word of words) {
    const key = read(word);
    if (key === '') return;
    syllables.push(...key.split('-'));
  }
  if (syllables.length > 5) return;
  syllables.forEach((syllable) => add(mark + syllable, weights.syllable * 0.5));
  for (let at = 1; at < syllables.length; at++) add(`${mark}${syllables[at - 1]}-${syllables[at]}`, weights.syllable);
}

function grams(text: string, length: number): string[] {
  const padded = `^${text}$`;
  const found: string[] = [];
  for (let at = 0; at + length <= padded.length; at++) found.push(padded.slice(at, at + length));
  return found;
}
