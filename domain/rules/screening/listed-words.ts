import { bitCount } from './bits.ts';
import { indexDeletions, mostDeletions, restsOf, wordsWithin, type Deletions } from './deletions.ts';
import { plainEdits } from './edits.ts';
import { Postings, PostingsBuilder } from './postings.ts';
import { listSounds, soundsWithin, type ListedSounds } from './sound-search.ts';
import { chineseKeyOf, koreanKeyOf, latinSoundsOf, letterMaskOf, nativeMaskOf } from './token-keys.ts';
import { WordMemo } from './word-memo.ts';
import { nicknameGroups, spellingGroup } from './tables/nicknames.ts';
import type { ParsedName, Token } from './parse-name.ts';
import type { Reach, ScoreBound } from './score-bound.ts';

/** The words of all listed names, once each, with the names that hold them; words are addressed by position. */
export interface ListedWords {
  words: Token[];
  /** Positions of names by word. */
  names: Postings;
  /** Words by name. */
  ofName: Postings;
  /** Words by the keys under which another form of the same word stands. */
  keys: Map<string, number>;
  byKey: Postings;
  /** Words in Latin letters by rising length; the first of each length; their letters and sounds as masks. */
  latin: Int32Array;
  firstOfLength: Int32Array;
  letters: Int32Array;
  deletions: Deletions;
  /** Their sounds, and those of words in Arabic script: of words that only names of their own script hold, and of the others. */
  latinSounds: { own: ListedSounds; mixed: ListedSounds };
  arabicSounds: { own: ListedSounds; mixed: ListedSounds };
  /** Words of other alphabets, words in Arabic script, particles, titles and initials. */
  otherAlphabets: Int32Array;
  arabic: Int32Array;
  light: Int32Array;
  /** 1 for words that a name of another script holds, too. */
  mixed: Uint8Array;
  /** Words that may be further away in the running search (`ScoreBound.gained`), as list and as marks. */
  wanted: number[];
  isWanted: Uint8Array;
  /** The search in which a word was last looked at, and last measured by its letters. */
  seen: Int32Array;
  measured: Int32Array;
  search: number;
  memo: WordMemo;
}

const longestWord = 64;

export function listWords(names: ParsedName[]): ListedWords {
  const at = new Map<Token, number>();
  const holders = new PostingsBuilder();
  const held = new PostingsBuilder();
  names.forEach((name, place) => {
    for (const token of new Set(name.tokens)) {
      if (!at.has(token)) at.set(token, at.size);
      holders.add(at.get(token)!, place);
      held.add(place, at.get(token)!);
    }
  });
  const words = [...at.keys()];
  const mixed = new Uint8Array(words.length);
  for (const name of names) for (const token of name.tokens) if (token.script !== name.script) mixed[at.get(token)!] = 1;
  const keys = new Map<string, number>();
  const byKey = new PostingsBuilder();
  words.forEach((word, place) => {
    for (const key of wordKeys(word)) {
      if (!keys.has(key)) keys.set(key, keys.size);
      byKey.add(keys.get(key)!, place);
    }
  });
  const where = (fits: (word: Token) => boolean): Int32Array => Int32Array.from(words.flatMap((word, place) => (fits(word) ? [place] : [])));
  const latin = where((word) => word.role === 'word' && word.script === 'Latin').sort((x, y) => words[x]!.text.length - words[y]!.text.length || x - y);
  const firstOfLength = new Int32Array(longestWord + 2);
  for (const place of latin) firstOfLength[Math.min(longestWord, words[place]!.text.length) + 1]!++;
  for (let length = 1; length < firstOfLength.length; length++) firstOfLength[length]! += firstOfLength[length - 1]!;
  const arabic = where((word) => word.role === 'word' && word.sounds !== '');
  return {
    words,
    names: holders.build(words.length),
    ofName: held.build(names.length),
    keys,
    byKey: byKey.build(keys.size),
    latin,
    firstOfLength,
    letters: Int32Array.from(latin, (place) => letterMaskOf(words[place]!)),
    deletions: indexDeletions(Array.from(latin, (place) => words[place]!.text), latin),
    latinSounds: bySounds(latin, mixed, (place) => latinSoundsOf(words[place]!), false),
    arabicSounds: bySounds(arabic, mixed, (place) => words[place]!.sounds, true),
    otherAlphabets: where((word) => word.role === 'word' && word.script !== 'Latin' && word.sounds === '' && !isSyllable(word)),
    arabic,
    light: where((word) => word.role !== 'word' && word.role !== 'number'),
    mixed,
    wanted: [],
    isWanted: new Uint8Array(words.length),
    seen: new Int32Array(words.length),
    measured: new Int32Array(words.length),
    search: 0,
    memo: new WordMemo(),
  };
}

/** Keys that two words share when they are the same, or alike although many of their letters differ. */
export function wordKeys(word: Token): string[] {
  const keys = [`w${word.text}`];
  if (word.role !== 'word') return keys;
  for (const group of nicknameGroups(word.text)) keys.push(`n${group}`);
  const spelling = spellingGroup(word.text);
  if (spelling !== undefined) keys.push(`m${spelling}`);
  if (word.sounds === '' && word.skeleton.length >= 3) keys.push(`s${word.skeleton}`);
  return [...keys, ...syllableKeys(word)];
}

export function syllableKeys(word: Token): string[] {
  const chinese = chineseKeyOf(word);
  const korean = koreanKeyOf(word);
  return [...(chinese === '' ? [] : [`z${chinese}`]), ...(korean === '' ? [] : [`k${korean}`])];
}

function bySounds(places: Int32Array, mixed: Uint8Array, soundsOf: (place: number) => string, areArabic: boolean): { own: ListedSounds; mixed: ListedSounds } {
  return { own: listSounds(places.filter((place) => mixed[place] === 0), soundsOf, areArabic), mixed: listSounds(places.filter((place) => mixed[place] === 1), soundsOf, areArabic) };
}

/** How far a word that is written together may be from the listed one, in letters and in sounds. */
export interface Nearness {
  letters: number;
  sounds: number;
}

const anywhere: Nearness = { letters: Infinity, sounds: Infinity };

/** Hands every listed word that `asked` can stand for to `visit`, with what it loses at least; a wanted one may come twice. `gained` is the reach of wanted words. */
export function similarWords(listed: ListedWords, asked: Token, bound: ScoreBound, gained: Reach | undefined, visit: (word: number, loss: number) => void): void {
  const { words, losses } = listed.memo.get(bound, asked, () => {
    const found: number[] = [];
    const lost: number[] = [];
    lookAtWords(listed, asked, bound, anywhere, (word, loss) => lost.push(loss) && found.push(word));
    return { words: Int32Array.from(found), losses: Float64Array.from(lost) };
  });
  for (let at = 0; at < words.length; at++) visit(words[at]!, losses[at]!);
  if (gained) lookAtWanted(listed, asked, bound, gained, visit);
}

/** The same for a word that is written together: words further away than `within` are left out unless they share a key. */
export function wordsNear(listed: ListedWords, asked: Token, bound: ScoreBound, gained: Reach | undefined, within: Nearness, visit: (word: number, loss: number) => void): void {
  lookAtWords(listed, asked, bound, within, visit);
  if (gained) lookAtWanted(listed, asked, bound, gained, visit);
}

function lookAtWords(listed: ListedWords, asked: Token, bound: ScoreBound, within: Nearness, visit: (word: number, loss: number) => void): void {
  listed.search++;
  const look = (place: number): void => {
    if (listed.seen[place] === listed.search) return;
    listed.seen[place] = listed.search;
    const { limit } = listed.mixed[place] === 1 ? bound.farthest : bound.reach(listed.words[place]!.script);
    const loss = bound.pairLoss(asked, listed.words[place]!, limit);
    if (loss < Infinity) visit(place, loss);
  };
  for (const key of wordKeys(asked)) {
    const known = listed.keys.get(key);
    if (known !== undefined) listed.byKey.each(known, look);
  }
  if (asked.role !== 'word') return;
  if (within === anywhere) for (const place of listed.light) look(place);
  if (isSyllable(asked)) return;
  const lookAtAlike = (places: Int32Array): void => {
    for (const place of places) if (mayBeAlike(asked, listed.words[place]!, bound.farthest)) look(place);
  };
  // A particle and a Latin word written together are Arabic script without sounds of their own.
  if (asked.script === 'Arabic') lookAtAlike(listed.arabic);
  if (asked.sounds === '') {
    lookAtAlike(listed.otherAlphabets);
    lookAtLatin(listed, asked, bound.farthest, within, look);
    lookAtSounds(listed, listed.arabicSounds, latinSoundsOf(asked), false, bound.reach('Arabic'), bound.farthest, within, look);
  } else {
    lookAtSounds(listed, listed.latinSounds, asked.sounds, true, bound.reach('Latin'), bound.farthest, within, look);
    listed.otherAlphabets.forEach(look);
  }
}

function lookAtSounds({ words }: ListedWords, listed: { own: ListedSounds; mixed: ListedSounds }, sounds: string, isArabic: boolean, usual: Reach, farthest: Reach, within: Nearness, look: (place: number) => void): void {
  const soundsOf = (place: number): string => (isArabic ? latinSoundsOf(words[place]!) : words[place]!.sounds);
  soundsWithin(listed.own, soundsOf, sounds, isArabic, Math.min(within.sounds, usual.sounds), look);
  soundsWithin(listed.mixed, soundsOf, sounds, isArabic, Math.min(within.sounds, farthest.sounds), look);
}

/** Names for which other facts speak may hold words that are further from those asked for. */
export function markWanted(listed: ListedWords, names: Iterable<number>): void {
  for (const name of names)
    listed.ofName.each(name, (word) => {
      if (listed.isWanted[word] === 0) listed.wanted.push(word);
      listed.isWanted[word] = 1;
    });
}

export function forgetWanted(listed: ListedWords): void {
  for (const word of listed.wanted) listed.isWanted[word] = 0;
  listed.wanted.length = 0;
}

/** Looks at the wanted words alone, at their longer reach. */
function lookAtWanted(listed: ListedWords, asked: Token, bound: ScoreBound, reach: Reach, visit: (word: number, loss: number) => void): void {
  const { wanted, isWanted, words, keys, byKey } = listed;
  const look = (place: number): void => {
    const loss = bound.pairLoss(asked, words[place]!, reach.limit);
    if (loss < Infinity) visit(place, loss);
  };
  for (const key of wordKeys(asked)) {
    const known = keys.get(key);
    if (known !== undefined) byKey.each(known, (place) => isWanted[place] === 1 && look(place));
  }
  if (asked.role !== 'word') return;
  const mask = letterMaskOf(asked);
  for (const place of wanted) {
    const other = words[place]!;
    const spelt = asked.script === 'Latin' && other.script === 'Latin' && other.role === 'word';
    if (!spelt || mayBeSpelling(asked, mask, other, letterMaskOf(other), reach)) look(place);
  }
}

/** A rest costs about as much to look up as so many words to pass over. */
const wordsPerRest = 24;

/** Looks at the words in Latin letters that differ by no more letters than their length allows. */
function lookAtLatin(listed: ListedWords, asked: Token, reach: Reach, within: Nearness, look: (place: number) => void): void {
  if (within.letters === 0) return;
  const { latin, firstOfLength, letters, deletions, words, measured, search } = listed;
  const { text } = asked;
  const [shortest, longest] = lengthsWithin(text.length, reach, within.letters);
  const most = Math.min(within.letters, Math.max(...reach.letters.subarray(text.length, longest + 1)));
  const mask = letterMaskOf(asked);
  const from = firstOfLength[shortest]!;
  const to = firstOfLength[longest + 1]!;
  if (most <= mostDeletions && to - from > restsOf(text.length, most) * wordsPerRest) {
    wordsWithin(deletions, text, most, (place) => {
      if (measured[place] === search) return;
      measured[place] = search;
      if (isWithin(text, words[place]!.text, reach)) look(place);
    });
    // The same letters in another order are a spelling, too.
    for (let at = firstOfLength[text.length]!, end = firstOfLength[text.length + 1]!; at < end; at++) if (letters[at] === mask) look(latin[at]!);
    return;
  }
  for (let at = from; at < to; at++) {
    const found = letters[at]!;
    if (bitCount(mask & ~found) <= most && bitCount(found & ~mask) <= most && mayBeSpelling(asked, mask, words[latin[at]!]!, found, reach)) look(latin[at]!);
  }
}

/** The shortest and the longest word that may be a spelling of one with so many letters. */
function lengthsWithin(length: number, { letters }: Reach, most: number): [number, number] {
  let shortest = length;
  let longest = length;
  while (shortest > 1 && Math.min(most, letters[length]!) >= length - shortest + 1) shortest--;
  while (longest < longestWord && Math.min(most, letters[longest + 1]!) >= longest + 1 - length) longest++;
  return [shortest, longest];
}

function mayBeSpelling(asked: Token, mask: number, other: Token, found: number, reach: Reach): boolean {
  const differ = reach.letters[Math.max(asked.text.length, other.text.length)]!;
  if (bitCount(mask & ~found) > differ || bitCount(found & ~mask) > differ) return false;
  return (found === mask && asked.text.length === other.text.length) || isWithin(asked.text, other.text, reach);
}

function isWithin(text: string, other: string, { letters }: Reach): boolean {
  const differ = letters[Math.max(text.length, other.length)]!;
  return plainEdits(text, other, differ) <= differ;
}

/** Words of one script are compared in it, others by their Latin letters. */
function mayBeAlike(a: Token, b: Token, reach: Reach): boolean {
  const own = a.script === b.script && a.script !== 'Latin';
  const lengthA = own ? a.native.length : a.text.length;
  const lengthB = own ? b.native.length : b.text.length;
  const differ = reach.letters[Math.min(longestWord, Math.max(lengthA, lengthB))]!;
  const maskA = own ? nativeMaskOf(a) : letterMaskOf(a);
  const maskB = own ? nativeMaskOf(b) : letterMaskOf(b);
  return Math.abs(lengthA - lengthB) <= differ && bitCount(maskA & ~maskB) <= differ && bitCount(maskB & ~maskA) <= differ;
}

function isSyllable(word: Token): boolean {
  return word.script === 'Han' || word.script === 'Hangul';
}
