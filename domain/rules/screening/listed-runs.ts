import { soundsOfLatin } from './arabic.ts';
import { bitCount } from './bits.ts';
import { cheapestEdit, plainEdits } from './edits.ts';
import { beginning, glue, gluedEdits, gluedMatch, gluedSounds, longestAcronym, longestRun, mayBegin, shortestAcronym, spellsInitials } from './merge-tokens.ts';
import { Postings, PostingsBuilder } from './postings.ts';
import { syllableKeys } from './listed-words.ts';
import { sortSounds, soundsWithin, type SortedSounds } from './sound-search.ts';
import { latinSoundsOf, letterMaskOf, soundKeyOf } from './token-keys.ts';
import { nicknameGroups, spellingGroup } from './tables/nicknames.ts';
import type { ParsedName, Token } from './parse-name.ts';
import type { ScoreBound } from './score-bound.ts';

/** Neighbouring words of listed names as if written together, because a query may glue them (M4). Runs are addressed by position, in the order of their first letter. */
export interface ListedRuns {
  name: Int32Array;
  from: Uint8Array;
  length: Uint8Array;
  /** Number and mask of the letters. */
  written: Uint8Array;
  letters: Int32Array;
  /** Sounds of runs in Latin letters, and of those in Arabic script. */
  latinSounds: SortedSounds;
  arabicSounds: SortedSounds;
  /** First class of the sounds of the first word, 0 for none: a glued word must begin with it. */
  firstSound: Uint8Array;
  /** Runs by first letter, a to z and then all others. */
  firstOfLetter: Int32Array;
  /** Runs in other alphabets and in Arabic script. */
  otherAlphabets: Int32Array;
  arabic: Int32Array;
  /** Runs under the keys of syllables, spellings and nicknames. */
  keys: Map<string, number>;
  byKey: Postings;
  /** Names of organisations by the initial letters of their words. */
  acronyms: Map<string, number[]>;
}

interface Run {
  name: number;
  from: number;
  length: number;
  token: Token;
}

const letterCount = 26;

export function listRuns(names: ParsedName[]): ListedRuns {
  const runs = names.flatMap((name, at) => runsOf(name.tokens).map((run): Run => ({ name: at, ...run })));
  const ordered = runs.map((run, at) => ({ at, letter: letterOf(run.token.text) })).sort((x, y) => x.letter - y.letter || x.at - y.at).map(({ at }) => runs[at]!);
  const firstOfLetter = new Int32Array(letterCount + 2);
  for (const run of ordered) firstOfLetter[letterOf(run.token.text) + 1]!++;
  for (let letter = 0; letter <= letterCount; letter++) firstOfLetter[letter + 1]! += firstOfLetter[letter]!;
  const keys = new Map<string, number>();
  const byKey = new PostingsBuilder();
  ordered.forEach(({ token }, at) => {
    for (const key of runKeys(token)) {
      if (!keys.has(key)) keys.set(key, keys.size);
      byKey.add(keys.get(key)!, at);
    }
  });
  const latin = ordered.flatMap((run, at) => (run.token.sounds === '' ? [at] : []));
  const arabic = ordered.flatMap((run, at) => (run.token.sounds === '' ? [] : [at]));
  return {
    name: Int32Array.from(ordered, (run) => run.name),
    from: Uint8Array.from(ordered, (run) => run.from),
    length: Uint8Array.from(ordered, (run) => run.length),
    written: Uint8Array.from(ordered, (run) => run.token.text.length),
    letters: Int32Array.from(ordered, (run) => letterMaskOf(run.token)),
    latinSounds: sortSounds(latin.map((at) => soundsOfLatin(ordered[at]!.token.text)), latin),
    arabicSounds: sortSounds(arabic.map((at) => ordered[at]!.token.sounds), arabic),
    firstSound: Uint8Array.from(ordered, (run) => firstSoundOf(names[run.name]!.tokens[run.from]!)),
    firstOfLetter,
    otherAlphabets: Int32Array.from(ordered.flatMap((run, at) => (run.token.sounds === '' && run.token.script !== 'Latin' ? [at] : []))),
    arabic: Int32Array.from(arabic),
    keys,
    byKey: byKey.build(keys.size),
    acronyms: acronymsOf(names),
  };
}

/** All runs of two to four words of a name, glued. */
export function runsOf(tokens: Token[]): { from: number; length: number; token: Token }[] {
  const runs: { from: number; length: number; token: Token }[] = [];
  for (let from = 0; from < tokens.length - 1; from++) {
    let written = tokens[from]!.written;
    for (let length = 2; length <= longestRun && from + length <= tokens.length; length++) {
      written += tokens[from + length - 1]!.written;
      const token = glue(tokens.slice(from, from + length), written);
      if (token) runs.push({ from, length, token });
    }
  }
  return runs;
}

/** Initial letters of runs of words, as acronyms use them. */
export function initialsOf(tokens: Token[]): { from: number; letters: string }[] {
  const found: { from: number; letters: string }[] = [];
  for (let from = 0; from + shortestAcronym <= tokens.length; from++) {
    let letters = '';
    for (let at = from; at < tokens.length && letters.length < longestAcronym && spellsInitials(tokens[at]!); at++) {
      letters += tokens[at]!.text[0];
      if (letters.length >= shortestAcronym) found.push({ from, letters });
    }
  }
  return found;
}

/** Hands every name with a run that `target` may write together to `visit`, with what the agreement loses at least: Infinity when that exceeds `limit`. */
export function namesWithRun(listed: ListedRuns, names: ParsedName[], target: Token, bound: ScoreBound, limit: number, visit: (name: number, loss: number) => void): void {
  if (target.role !== 'word' || target.text.length < 2) return;
  const tokensOf = (at: number): Token[] => names[listed.name[at]!]!.tokens.slice(listed.from[at]!, listed.from[at]! + listed.length[at]!);
  const look = (at: number): void => {
    const run = tokensOf(at);
    if (!mayBegin(run[0]!, target)) return;
    const glued = gluedMatch(run, writtenTogether(run), target);
    if (glued) visit(listed.name[at]!, bound.pairLoss(target, glued.token, limit));
  };
  for (const key of runKeys(target)) {
    const known = listed.keys.get(key);
    if (known !== undefined) listed.byKey.each(known, look);
  }
  if (target.sounds === '') lookAtLetters(listed, target, tokensOf, look);
  else lookAtArabic(listed, target, look);
  for (const name of listed.acronyms.get(target.text) ?? []) visit(name, 0);
}

function lookAtLetters(listed: ListedRuns, target: Token, tokensOf: (at: number) => Token[], look: (at: number) => void): void {
  const { letters, written, firstOfLetter } = listed;
  const mask = letterMaskOf(target);
  const length = target.text.length;
  for (let letter = 0; letter <= letterCount; letter++) {
    if (!mayBeginWith(letter, target)) continue;
    for (let at = firstOfLetter[letter]!, end = firstOfLetter[letter + 1]!; at < end; at++) {
      const differ = Math.floor(gluedEdits(Math.min(written[at]!, length)) / cheapestEdit);
      const difference = written[at]! - length;
      if (difference > differ || difference < -differ) continue;
      const found = letters[at]!;
      if (bitCount(mask & ~found) > differ || bitCount(found & ~mask) > differ) continue;
      if ((found === mask && difference === 0) || plainEdits(writtenTogether(tokensOf(at)), target.text, differ) <= differ) look(at);
    }
  }
  if (target.script !== 'Latin') listed.otherAlphabets.forEach(look);
  lookAtSounds(listed, listed.arabicSounds, target, latinSoundsOf(target), look);
}

function lookAtArabic(listed: ListedRuns, target: Token, look: (at: number) => void): void {
  lookAtSounds(listed, listed.latinSounds, target, target.sounds, look);
  listed.arabic.forEach(look);
}

function lookAtSounds({ firstSound }: ListedRuns, runs: SortedSounds, target: Token, sounds: string, look: (at: number) => void): void {
  const first = firstSoundOf(target);
  soundsWithin(runs, sounds, target.sounds !== '', gluedSounds(target.text.length), (at) => {
    if (firstSound[at] === first || firstSound[at] === 0 || first === 0) look(at);
  });
}

function firstSoundOf(token: Token): number {
  const key = soundKeyOf(token);
  return key === '' ? 0 : key.charCodeAt(0);
}

function writtenTogether(run: Token[]): string {
  let written = '';
  for (const token of run) written += token.written;
  return written;
}

/** Letters that the first word of a run may begin with: that of the target, or one of its sound when both may be syllables. */
function mayBeginWith(letter: number, target: Token): boolean {
  if (letter === letterOf(target.text)) return true;
  if (letter === letterCount || target.text.length > 9) return false;
  const sound = beginning(target.text);
  const first = String.fromCharCode(97 + letter);
  return sound !== undefined && (beginning(first) === sound || (first === 't' && sound === beginning('z')));
}

function letterOf(text: string): number {
  const letter = text.charCodeAt(0) - 97;
  return letter >= 0 && letter < letterCount ? letter : letterCount;
}

function runKeys(token: Token): string[] {
  const keys = nicknameGroups(token.text).map((group) => `n${group}`);
  const spelling = spellingGroup(token.text);
  if (spelling !== undefined) keys.push(`m${spelling}`);
  return [...keys, ...syllableKeys(token)];
}

function acronymsOf(names: ParsedName[]): Map<string, number[]> {
  const found = new Map<string, number[]>();
  names.forEach((name, at) => {
    if (name.kind === 'person') return;
    for (const { letters } of initialsOf(name.tokens)) {
      const known = found.get(letters);
      if (known) known.push(at);
      else found.set(letters, [at]);
    }
  });
  return found;
}
