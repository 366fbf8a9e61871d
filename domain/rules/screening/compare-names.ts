import { assign } from './assignment.ts';
import { mergeTokens } from './merge-tokens.ts';
import { compareTokens, type TokenMatch } from './token-similarity.ts';
import type { ParsedName, Token } from './parse-name.ts';

export interface AlignedPair {
  a: Token;
  b: Token;
  match: TokenMatch;
  /** The words correspond; otherwise they contradict each other. */
  agrees: boolean;
}

/** Everything that the features and the explanation need to know about two names. */
export interface NameAlignment {
  a: ParsedName;
  b: ParsedName;
  tokensA: Token[];
  tokensB: Token[];
  pairs: AlignedPair[];
  /** Words without a partner. */
  onlyA: Token[];
  onlyB: Token[];
  glued: number;
  acronyms: number;
  /** `X son of Y` on one side, `Y son of X` on the other. */
  reversedFiliation: boolean;
  /** The words that agree stand in another order. */
  reordered: boolean;
  /** Tagged family and given names changed places (M2). */
  swappedFamilyName: boolean;
}

const agreement = 0.5;

/** Finds the optimal one-to-one correspondence of the words of two names. */
export function alignNames(a: ParsedName, b: ParsedName): NameAlignment {
  const merged = mergeTokens(a.tokens, b.tokens, b.kind);
  const tokensA = merged.a;
  const tokensB = merged.b;
  const pairs: AlignedPair[] = [];
  const partnerOfA = pairUp(tokensA, tokensB, pairs);
  const takenB = new Set(partnerOfA.filter((at) => at >= 0));
  return {
    a,
    b,
    tokensA,
    tokensB,
    pairs,
    onlyA: tokensA.filter((token, at) => partnerOfA[at]! < 0 && !repeats(token, at, tokensA)),
    onlyB: tokensB.filter((token, at) => !takenB.has(at) && !repeats(token, at, tokensB)),
    glued: merged.glued,
    acronyms: merged.acronyms,
    reversedFiliation: isReversed(tokensA, tokensB, partnerOfA),
    reordered: isReordered(partnerOfA),
    swappedFamilyName: isSwapped(a, b, partnerOfA, tokensA, tokensB),
  };
}

/** Fills `pairs` and returns for each token of A the position of its partner in B, -1 for none. */
function pairUp(tokensA: Token[], tokensB: Token[], pairs: AlignedPair[]): number[] {
  const rows = tokensA.length;
  const columns = tokensB.length;
  const partner: number[] = new Array<number>(rows).fill(-1);
  if (rows === 0 || columns === 0) return partner;
  const matches: TokenMatch[] = [];
  for (const token of tokensA) for (const other of tokensB) matches.push(compareTokens(token, other));
  const size = Math.max(rows, columns);
  const cost = new Float64Array(size * size).fill(1);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) cost[i * size + j] = 1 - benefit(tokensA[i]!, tokensB[j]!, matches[i * columns + j]!, i, j, rows, columns);
  const columnOf = assign(cost, size, size);
  for (let i = 0; i < rows; i++) {
    const j = columnOf[i]!;
    if (j >= columns) continue;
    const pair = pairOf(tokensA[i]!, tokensB[j]!, matches[i * columns + j]!);
    if (!pair) continue;
    partner[i] = j;
    pairs.push(pair);
  }
  return partner;
}

/** What a pair is worth to the assignment; equal worth goes to the pair in the same place of the name. */
function benefit(a: Token, b: Token, match: TokenMatch, i: number, j: number, rows: number, columns: number): number {
  const place = 0.002 * (1 - Math.abs(i / rows - j / columns));
  if (isLight(a) !== isLight(b)) return match.how === 'same' ? 0.3 : match.how === 'initial' || match.how === 'spelling' ? 0.2 : 0;
  return match.similarity * (a.weight + b.weight) * 0.5 + place;
}

/** What two words mean for each other when the assignment brings them together; undefined when they stay without a partner. */
export function pairOf(a: Token, b: Token, match: TokenMatch): AlignedPair | undefined {
  if (isLight(a) !== isLight(b) && match.how !== 'same' && match.how !== 'initial' && !isMistyped(a, b, match)) return undefined;
  const agrees = match.how !== 'different' && match.similarity >= agreement;
  if (agrees) return { a, b, match, agrees };
  // Two words that stand for each other without agreeing contradict; a particle never does.
  return isWord(a) && isWord(b) ? { a, b, match, agrees } : undefined;
}

/** A particle or title that only one typing error makes a word (`mulah`). */
function isMistyped(a: Token, b: Token, match: TokenMatch): boolean {
  return match.how === 'spelling' && match.edits <= 1 && Math.min(a.written.length, b.written.length) >= 4;
}

export function isWord(token: Token): boolean {
  return token.role === 'word';
}

function isLight(token: Token): boolean {
  return token.role === 'particle' || token.role === 'title' || token.role === 'initial';
}

/** The second occurrence of a word in one name adds nothing (`Sergey Sergey Shoigu`). */
function repeats(token: Token, at: number, tokens: Token[]): boolean {
  return tokens.some((other, place) => place !== at && other.text === token.text && other.role === token.role);
}

function isReversed(tokensA: Token[], tokensB: Token[], partnerOfA: number[]): boolean {
  for (let i = 1; i < tokensA.length - 1; i++) {
    if (!tokensA[i]!.filiation) continue;
    const sonAt = partnerOfA[i - 1]!;
    const fatherAt = partnerOfA[i + 1]!;
    if (sonAt < 0 || fatherAt < 0 || sonAt !== fatherAt + 2) continue;
    if (tokensB[fatherAt + 1]?.filiation) return true;
  }
  return false;
}

function isReordered(partnerOfA: number[]): boolean {
  let last = -1;
  for (const at of partnerOfA) {
    if (at < 0) continue;
    if (at < last) return true;
    last = at;
  }
  return false;
}

function isSwapped(a: ParsedName, b: ParsedName, partnerOfA: number[], tokensA: Token[], tokensB: Token[]): boolean {
  if (!a.familyTokens || !b.familyTokens || tokensA.length !== a.tokens.length || tokensB.length !== b.tokens.length) return false;
  const words = partnerOfA.map((at, i) => ({ i, at })).filter(({ i, at }) => at >= 0 && isWord(tokensA[i]!));
  return words.length >= 2 && words.every(({ i, at }) => i < a.familyTokens !== at < b.familyTokens);
}
