import { isWord, type NameAlignment } from './compare-names.ts';
import { mostEdits } from './token-similarity.ts';
import type { ParsedName, Token } from './parse-name.ts';

/** The measured facts a score is made of, each 0 for a perfect agreement and growing with the difference. */
export const featureNames = [
  'firstEdit', 'secondEdit', 'thirdEdit', 'furtherEdits', 'otherEdits', 'editsAndExtras', 'dissimilarity', 'shortWordEdits',
  'conflict', 'furtherConflicts', 'particleConflict', 'onlyInQuery', 'onlyInList', 'loneWord', 'loneCommonWord',
  'initial', 'initialConflict', 'legalFormConflict', 'numberMissing', 'numberConflict',
  'nickname', 'reversedFiliation', 'reordered', 'swappedFamilyName', 'glued', 'acronym', 'otherScript', 'syllablesLeft', 'organisationEdits',
] as const;

export type FeatureName = (typeof featureNames)[number];
export type Features = Record<FeatureName, number>;

export function featuresOf(alignment: NameAlignment): Features {
  const { a, b, pairs, onlyA, onlyB } = alignment;
  const words = pairs.filter((pair) => isWord(pair.a) || isWord(pair.b));
  const wordPairs = words.filter((pair) => isWord(pair.a) && isWord(pair.b));
  const conflicts = wordPairs.filter((pair) => !pair.agrees);
  const edits = wordPairs.map((pair) => Math.min(pair.match.edits, mostEdits));
  const worst = Math.max(0, ...edits);
  const others = edits.reduce((sum, each) => sum + each, 0) - worst;
  const initials = words.filter((pair) => pair.match.how === 'initial').length;
  const spareInitialsA = onlyA.filter((token) => token.role === 'initial').length;
  const spareInitialsB = onlyB.filter((token) => token.role === 'initial').length;
  const agreedWords = pairs.filter((pair) => pair.agrees && countsAsWord(pair.a) && countsAsWord(pair.b));
  const countA = alignment.tokensA.filter(countsAsWord).length;
  const countB = alignment.tokensB.filter(countsAsWord).length;
  const lone = agreedWords.length <= 1 && Math.max(countA, countB) > 1 && (initials > 0 ? onlyA.some(isWord) || onlyB.some(isWord) : countA !== countB);
  const numbersA = numbersOf(alignment.tokensA);
  const numbersB = numbersOf(alignment.tokensB);
  const shortest = wordPairs.reduce((most, pair) => Math.max(most, shortness(pair.a, pair.b) * Math.min(pair.match.edits, 3)), 0);
  const onlyInQuery = share(onlyA, alignment.tokensA);
  const onlyInList = share(onlyB, alignment.tokensB);
  return {
    firstEdit: Math.min(worst, 1),
    secondEdit: between(worst - 1),
    thirdEdit: between(worst - 2),
    furtherEdits: Math.min(Math.max(worst - 3, 0), 3) / 3,
    otherEdits: Math.min(others, 4),
    editsAndExtras: (Math.min(worst, 2) / 2) * Math.min(1, onlyInQuery + onlyInList),
    dissimilarity: wordPairs.reduce((most, pair) => Math.max(most, 1 - pair.match.similarity), 0),
    shortWordEdits: shortest,
    conflict: conflicts.length > 0 ? 1 : 0,
    furtherConflicts: Math.max(0, conflicts.length - 1) / Math.max(1, Math.min(countA, countB) - 1),
    particleConflict: particleAgainstWord(onlyA, onlyB) || particleAgainstWord(onlyB, onlyA) ? 1 : 0,
    onlyInQuery,
    onlyInList,
    loneWord: lone ? 1 : 0,
    loneCommonWord: lone && agreedWords.every((pair) => Math.max(pair.a.weight, pair.b.weight) < 1) ? 1 : 0,
    initial: initials > 0 ? 1 : 0,
    initialConflict: Math.min(1, Math.min(spareInitialsA, spareInitialsB) + initialAgainstWord(onlyA, onlyB)),
    legalFormConflict: a.legalForms.length > 0 && b.legalForms.length > 0 && !a.legalForms.some((form) => b.legalForms.includes(form)) ? 1 : 0,
    numberMissing: (numbersA.length === 0) !== (numbersB.length === 0) ? 1 : 0,
    numberConflict: numbersA.length > 0 && numbersB.length > 0 && numbersA.join() !== numbersB.join() ? 1 : 0,
    nickname: words.some((pair) => pair.match.how === 'nickname') ? 1 : 0,
    reversedFiliation: alignment.reversedFiliation ? 1 : 0,
    reordered: alignment.reordered && !a.familyTokens && !b.familyTokens ? 1 : 0,
    swappedFamilyName: alignment.swappedFamilyName ? 1 : 0,
    glued: alignment.glued > 0 ? 1 : 0,
    acronym: alignment.acronyms > 0 ? 1 : 0,
    otherScript: pairs.some((pair) => pair.match.how === 'script') ? 1 : 0,
    syllablesLeft: isSyllabic(alignment) ? Math.min(1, onlyInQuery + onlyInList + conflicts.length / Math.max(1, Math.min(countA, countB))) : 0,
    organisationEdits: b.kind === 'person' ? 0 : Math.min(worst, 3),
  };
}

/** One name is in Chinese or Korean characters, the other is not: every syllable has to be found again. */
function isSyllabic({ a, b }: NameAlignment): boolean {
  const syllabic = (name: ParsedName): boolean => name.script === 'Han' || name.script === 'Hangul';
  return syllabic(a) !== syllabic(b);
}

/** Words, and the particles and titles that make a name of one word a name of two (`Abdul Rahman`, `Mullah Omar`). */
export function countsAsWord(token: Token): boolean {
  return token.role === 'word' || token.role === 'title' || (token.role === 'particle' && (token.text === 'abd' || token.text === 'abu'));
}

function between(value: number): number {
  return Math.min(Math.max(value, 0), 1);
}

/** 1 for words of up to three letters, 0 from six letters on. */
function shortness(a: Token, b: Token): number {
  return between((6 - Math.min(a.text.length, b.text.length)) / 3);
}

function numbersOf(tokens: Token[]): string[] {
  return tokens.filter((token) => token.role === 'number').map((token) => token.text).sort();
}

function share(only: Token[], all: Token[]): number {
  const weight = (tokens: Token[]): number => tokens.reduce((sum, token) => sum + token.weight, 0);
  const total = weight(all);
  return total === 0 ? 0 : weight(only) / total;
}

/** `Abdul` where the other name has a word of its own. */
function particleAgainstWord(particlesOf: Token[], wordsOf: Token[]): boolean {
  return particlesOf.some((token) => token.role === 'particle' && (token.text === 'abd' || token.text === 'abu')) && wordsOf.some(isWord);
}

function initialAgainstWord(onlyA: Token[], onlyB: Token[]): number {
  const clash = (initials: Token[], words: Token[]): boolean => initials.some((token) => token.role === 'initial') && words.some(isWord);
  return clash(onlyA, onlyB) || clash(onlyB, onlyA) ? 1 : 0;
}
