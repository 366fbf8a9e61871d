import { soundsOfLatin } from './arabic.ts';
import { bitCount } from './bits.ts';
import { cheapestEdit, plainEdits } from './edits.ts';
import { beginning, glue, gluedEdits, gluedMatch, gluedSounds, longestAcronym, longestRun, mayBegin, shortestAcronym, spellsInitials } from './merge-tokens.ts';
import { Postings, PostingsBuilder } from './postings.ts';
import { syllableKeys } from './listed-words.ts';
import { listSounds, soundsWithin, type ListedSounds } from './sound-search.ts';
import { latinSoundsOf, letterMaskOf, nativeMaskOf, soundKeyOf } from './token-keys.ts';
import { nicknameGroups, spellingGroup } from './tables/nicknames.ts';
import type { ParsedName, Token } from './parse-name.ts';
import type { ScoreBound } from './score-bound.ts';

/** Neighbouring words of listed names as if written together, because a query may glue them (M4). Runs are addressed by position, in the order of their first letter and then of their length. */
export interface ListedRuns {
  name: Int32Array;
  from: Uint8Array;
  length: Uint8Array;
  /** Number and mask of the letters. */
  written: Uint8Array;
  letters: Int32Array;
  /** Sounds of runs in Latin letters, and of those in Arabic script, by the first class of the sounds of the first word (0 for none): a glued word must begin with it. */
  latinSounds: Map<number, ListedSounds>;
  arabicSounds: Map<number, ListedSounds>;
  /** First run of each first letter (a to z and then all others) and length. */
  firstOf: Int32Array;
  /** Runs in other alphabets. */
  otherAlphabets: Int32Array;
  /** Runs in Arabic script, with number and mask of their letters there. */
  arabic: Int32Array;
  arabicWritten: Uint8Array;
  arabicLetters: Int32Array;
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
const longestRunWritten = 48;

export function listRuns(names: ParsedName[]): ListedRuns {
  const runs = names.flatMap((name, at) => runsOf(name.tokens).map((run): Run => ({ name: at, ...run })));
  const placeOf = (run: Run): number => placeInOrder(letterOf(run.token.text), run.token.text.length);
  const ordered = runs.map((run, at) => ({ at, place: placeOf(run) })).sort((x, y) => x.place - y.place || x.at - y.at).map(({ at }) => runs[at]!);
  const firstOf = new Int32Array(placeInOrder(letterCount + 1, 0) + 1);
  for (const run of ordered) firstOf[placeOf(run) + 1]!++;
  for (let place = 1; place < firstOf.length; place++) firstOf[place]! += firstOf[place - 1]!;
  const keys = new Map<string, number>();
  const byKey = new PostingsBuilder();
  ordered.forEach(({ token }, at) => {
    for (const key of runKeys(token)) {
      if (!keys.has(key)) keys.set(key, keys.size);
      byKey.add(keys.get(key)!, at);
    }
  });
  const latin = ordered.flatMap((run, at) => (run.token.sounds === '' ? [at] : []));
  const sounding = ordered.flatMap((run, at) => (run.token.sounds === '' ? [] : [at]));
  const arabic = ordered.flatMap((run, at) => (run.token.script === 'Arabic' ? [at] : []));
  const firstSound = (at: number): number => firstSoundOf(names[ordered[at]!.name]!.tokens[ordered[at]!.from]!);
  return {
    name: Int32Array.from(ordered, (run) => run.name),
    from: Uint8Array.from(ordered, (run) => run.from),
    length: Uint8Array.from(ordered, (run) => run.length),
    written: Uint8Array.from(ordered, (run) => run.token.text.length),
    letters: Int32Array.from(ordered, (run) => letterMaskOf(run.token)),
    latinSounds: byFirstSound(latin, firstSound, (at) => soundsOfLatin(ordered[at]!.token.text), false),
    arabicSounds: byFirstSound(sounding, firstSound, (at) => ordered[at]!.token.sounds, true),
    firstOf,
    otherAlphabets: Int32Array.from(ordered.flatMap((run, at) => (run.token.sounds === '' && run.token.script !== 'Latin' ? [at] : []))),
    arabic: Int32Array.from(arabic),
    arabicWritten: Uint8Array.from(arabic, (at) => ordered[at]!.token.native.length),
    arabicLetters: Int32Array.from(arabic, (at) => nativeMaskOf(ordered[at]!.token)),
    keys,
    byKey: byKey.build(keys.size),
    acronyms: acronymsOf(names),
  };
}

function byFirstSound(runs: number[], firstSound: (at: number) => number, soundsOf: (at: number) => string, areArabic: boolean): Map<number, ListedSounds> {
  const groups = new Map<number, number[]>();
  for (const at of runs) {
    const known = groups.get(firstSound(at));
    if (known) known.push(at);
    else groups.set(firstSound(at), [at]);
  }
  return new Map([...groups].map(([first, group]): [number, ListedSounds] => [first, listSounds(group, soundsOf, areArabic)]));
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
  else lookAtArabic(listed, target, tokensOf, look);
  for (const name of listed.acronyms.get(target.text) ?? []) visit(name, 0);
}

/** Place of a first letter and a length in the order of the runs. */
function placeInOrder(letter: number, length: number): number {
  return letter * (longestRunWritten + 1) + Math.min(longestRunWritten, length);
}

function lookAtLetters(listed: ListedRuns, target: Token, tokensOf: (at: number) => Token[], look: (at: number) => void): void {
  const { letters, written, firstOf } = listed;
  const mask = letterMaskOf(target);
  const length = target.text.length;
  for (let letter = 0; letter <= letterCount; letter++) {
    if (!mayBeginWith(letter, target)) continue;
    const most = lettersWithin(length);
    for (let at = firstOf[placeInOrder(letter, Math.max(0, length - most))]!, end = firstOf[placeInOrder(letter, length + most) + 1]!; at < end; at++) {
      const found = letters[at]!;
      if (bitCount(mask & ~found) > most || bitCount(found & ~mask) > most) continue;
      const differ = Math.min(most, lettersWithin(written[at]!));
      const difference = Math.abs(written[at]! - length);
      if (difference > differ) continue;
      if ((found === mask && difference === 0) || plainEdits(writtenTogether(tokensOf(at)), target.text, differ) <= differ) look(at);
    }
  }
  if (target.script !== 'Latin') listed.otherAlphabets.forEach(look);
  lookAtSounds(listed.arabicSounds, (at) => glue(tokensOf(at), writtenTogether(tokensOf(at)))!.sounds, target, latinSoundsOf(target), look);
}

function lookAtArabic(listed: ListedRuns, target: Token, tokensOf: (at: number) => Token[], look: (at: number) => void): void {
  lookAtSounds(listed.latinSounds, (at) => soundsOfLatin(writtenTogether(tokensOf(at))), target, target.sounds, look);
  const { arabic, arabicWritten, arabicLetters } = listed;
  const mask = nativeMaskOf(target);
  const length = target.native.length;
  const most = Math.floor(gluedSounds(target.text.length));
  for (let at = 0; at < arabic.length; at++) {
    const found = arabicLetters[at]!;
    if (Math.abs(arabicWritten[at]! - length) <= most && bitCount(mask & ~found) <= most && bitCount(found & ~mask) <= most) look(arabic[at]!);
  }
}

/** Letters, each counted one, by which a glued word of so many letters may differ. */
function lettersWithin(length: number): number {
  return Math.floor(gluedEdits(length) / cheapestEdit);
}

function lookAtSounds(runs: Map<number, ListedSounds>, soundsOf: (at: number) => string, target: Token, sounds: string, look: (at: number) => void): void {
  const first = firstSoundOf(target);
  for (const [group, listed] of runs)
    if (group === first || group === 0 || first === 0) soundsWithin(listed, soundsOf, sounds, target.sounds !== '', gluedSounds(target.text.length), look);
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
