import { bitCount } from './bits.ts';
import { initialsOf, listRuns, namesWithRun, runsOf, type ListedRuns } from './listed-runs.ts';
import { forgetWanted, listWords, markWanted, similarWords, wordsNear, type ListedWords } from './listed-words.ts';
import { cheapestEdit } from './edits.ts';
import { gluedEdits, gluedMatch, gluedSounds, lightestGlued, mayBegin } from './merge-tokens.ts';
import type { ParsedName, Token } from './parse-name.ts';
import type { Reach, ScoreBound } from './score-bound.ts';

/**
 * Inverted index over listed names: by word, by words that sound or are spelt alike, and by words written together. It only chooses whom to
 * compare, and leaves out a name only when what is known of it already costs more than a hit may lose: scores and hits do not depend on it.
 */
export interface CandidateIndex {
  names: ParsedName[];
  words: ListedWords;
  runs: ListedRuns;
  /** Words of each name that stand for a word only; `uncountable` where titles or numbers may take their place. */
  wordCount: Uint8Array;
  search: Accumulators;
}

/** Sums of one search by name, reused. */
interface Accumulators {
  /** What the words with a partner save of the loss of having none. */
  saved: Float64Array;
  /** The most that one of those words loses by its partner. */
  worst: Float64Array;
  /** One bit for each word of the query that has a partner, and one for a run written together. */
  partners: Int32Array;
  touched: number[];
  /** Least loss of the word in hand, and the word for which it holds. */
  least: Float64Array;
  turn: Int32Array;
  turns: number;
}

export interface Candidates {
  /** Names that may be hits. */
  promising: number[];
  /** The nearest of the others, nearest first. */
  nearest: number[];
}

const uncountable = 255;
const gluedBit = 1 << 30;
/** So many names that are no hits are compared in full, to tell which came nearest. */
const nearMisses = 8;

export function buildIndex(names: ParsedName[]): CandidateIndex {
  const count = names.length;
  return {
    names,
    words: listWords(names),
    runs: listRuns(names),
    wordCount: Uint8Array.from(names, wordCountOf),
    search: { saved: new Float64Array(count), worst: new Float64Array(count), partners: new Int32Array(count), touched: [], least: new Float64Array(count), turn: new Int32Array(count), turns: 0 },
  };
}

function wordCountOf(name: ParsedName): number {
  return name.tokens.some((token) => token.role === 'title' || token.role === 'number') ? uncountable : name.tokens.filter((token) => token.role === 'word').length;
}

/** Positions of the names worth comparing with `name`. `fits` leaves names of another kind out; `gains` is what other facts of a name's entries may add. */
export function candidates(index: CandidateIndex, name: ParsedName, bound: ScoreBound, fits: (at: number) => boolean, gains: Map<number, number>): Candidates {
  const gained = bound.gained(largest(gains.values()));
  if (gained) markWanted(index.words, gains.keys());
  const share = lossesWithoutPartner(name.tokens, bound);
  const glued = gluedQueryWords(index, name.tokens, bound, gained);
  name.tokens.forEach((token, at) => {
    if (!needsPartner(token)) return;
    const { search } = index;
    search.turns++;
    const reached: number[] = [];
    const reach = (place: number, loss: number): void => {
      if (search.turn[place] !== search.turns) {
        search.turn[place] = search.turns;
        search.least[place] = loss;
        reached.push(place);
      } else if (loss < search.least[place]!) search.least[place] = loss;
    };
    similarWords(index.words, token, bound, gained, (word, loss) => index.words.names.each(word, (place) => reach(place, loss)));
    for (const { from, to, word, loss } of glued) if (from <= at && at < to) index.words.names.each(word, (place) => reach(place, loss));
    namesWithRun(index.runs, index.names, token, bound, (gained ?? bound.farthest).limit, (place, loss) => {
      markGlued(search, place);
      if (loss < Infinity) reach(place, loss);
    });
    for (const place of reached) credit(search, place, at, share[at]!);
  });
  forgetWanted(index.words);
  return choose(index, name, bound, share, fits, gains, (gained ?? bound.farthest).limit);
}

function largest(values: Iterable<number>): number {
  let most = 0;
  for (const value of values) if (value > most) most = value;
  return most;
}

function credit(search: Accumulators, place: number, at: number, share: number): void {
  touch(search, place);
  search.partners[place]! |= 1 << at;
  search.saved[place]! += share;
  search.worst[place] = Math.max(search.worst[place]!, Math.min(search.least[place]!, share));
}

function touch(search: Accumulators, place: number): void {
  if (search.partners[place] === 0) search.touched.push(place);
}

function markGlued(search: Accumulators, place: number): void {
  touch(search, place);
  search.partners[place]! |= gluedBit;
}

/** Particles, titles and initials weigh little and find a partner easily: they are taken to have one. */
function needsPartner(token: Token): boolean {
  return token.role === 'word' || token.role === 'number';
}

/** What each word loses when it has no partner, at least. A repeated word loses nothing. */
function lossesWithoutPartner(tokens: Token[], bound: ScoreBound): number[] {
  // Words written together may weigh a little more than they do apart.
  const total = tokens.reduce((sum, token) => sum + Math.max(token.weight, lightestGlued / 2), 0);
  return tokens.map((token, at) => {
    const repeated = tokens.some((other, place) => place !== at && other.text === token.text && other.role === token.role);
    return repeated || !needsPartner(token) ? 0 : (bound.withoutPartner * token.weight) / total;
  });
}

/** Listed words that words of the query write together or abbreviate. */
function gluedQueryWords({ words }: CandidateIndex, tokens: Token[], bound: ScoreBound, gained: Reach | undefined): { from: number; to: number; word: number; loss: number }[] {
  const found: { from: number; to: number; word: number; loss: number }[] = [];
  for (const { from, length, token } of runsOf(tokens)) {
    const run = tokens.slice(from, from + length);
    const letters = Math.floor(gluedEdits(token.text.length) / cheapestEdit);
    wordsNear(words, token, bound, gained, { letters, sounds: gluedSounds(token.text.length) }, (word, loss) => {
      const target = words.words[word]!;
      if (target.role === 'word' && target.text.length > 1 && mayBegin(run[0]!, target) && gluedMatch(run, token.text, target)) found.push({ from, to: from + length, word, loss });
    });
  }
  for (const { from, letters } of initialsOf(tokens)) {
    const key = words.keys.get(`w${letters}`);
    if (key !== undefined) words.byKey.each(key, (word) => found.push({ from, to: from + letters.length, word, loss: 0 }));
  }
  return found;
}

function choose({ names, wordCount, search }: CandidateIndex, name: ParsedName, bound: ScoreBound, share: number[], fits: (at: number) => boolean, gains: Map<number, number>, limit: number): Candidates {
  const whole = share.reduce((sum, each) => sum + each, 0);
  const words = name.tokens.reduce((mask, token, at) => (token.role === 'word' ? mask | (1 << at) : mask), 0);
  const spare = name.tokens.some((token) => token.role === 'title' || token.role === 'number') ? uncountable : bitCount(words) + name.tokens.filter((token) => token.role === 'initial').length;
  const promising: number[] = [];
  const others: { at: number; loss: number }[] = [];
  const { saved, worst, partners, touched } = search;
  const choice = whole <= limit ? names.keys() : touched;
  for (const at of choice) {
    if (!fits(at)) continue;
    const loss = whole - saved[at]! + worst[at]!;
    const alone = bitCount(words & ~partners[at]!);
    // A word stays without a partner only when the other name has no word left: otherwise the two contradict each other.
    const contradicts = alone > 0 && (partners[at]! & gluedBit) === 0 && wordCount[at]! < uncountable && wordCount[at]! > spare - alone;
    if (!contradicts && loss <= limit && loss <= bound.allowance(names[at]!.script) + (gains.get(at) ?? 0)) promising.push(at);
    else keepNearest(others, at, contradicts ? loss + 1 : loss);
  }
  for (const at of touched) {
    saved[at] = 0;
    worst[at] = 0;
    partners[at] = 0;
  }
  touched.length = 0;
  return { promising, nearest: others.map((other) => other.at) };
}

function keepNearest(others: { at: number; loss: number }[], at: number, loss: number): void {
  if (others.length === nearMisses && loss >= others[nearMisses - 1]!.loss) return;
  let place = others.length;
  while (place > 0 && others[place - 1]!.loss > loss) place--;
  others.splice(place, 0, { at, loss });
  if (others.length > nearMisses) others.pop();
}
