import { isWord, type AlignedPair, type NameAlignment } from './compare-names.ts';
import { type FeatureName } from './features.ts';
import type { Correspondence } from './token-similarity.ts';
import type { Token } from './parse-name.ts';

const ways: Record<Correspondence, string> = {
  same: 'is the same as', spelling: 'is spelt like', sound: 'sounds like', romanisation: 'is another romanisation of', nickname: 'is a form of', initial: 'may stand for', script: 'is the transliteration of', different: 'differs from',
};

/** Why a feature of the comparison is not zero, in words a compliance officer can check against the two names. */
export function explainFeature(name: FeatureName, alignment: NameAlignment): string {
  const { pairs, onlyA, onlyB } = alignment;
  const wordPairs = pairs.filter((pair) => isWord(pair.a) && isWord(pair.b));
  const worst = wordPairs.reduce<AlignedPair | undefined>((most, pair) => (!most || pair.match.edits > most.match.edits ? pair : most), undefined);
  switch (name) {
    case 'firstEdit':
    case 'secondEdit':
    case 'thirdEdit':
    case 'furtherEdits':
    case 'organisationEdits':
      return worst ? `${describe(worst)} (${letters(worst.match.edits)})` : '';
    case 'dissimilarity':
    case 'shortWordEdits': {
      const least = wordPairs.reduce((most, pair) => (pair.match.similarity < most.match.similarity ? pair : most), worst!);
      return `${describe(least)}: ${Math.round(least.match.similarity * 100)} % alike`;
    }
    case 'otherEdits':
      return wordPairs.filter((pair) => pair !== worst && pair.match.edits > 0).map((pair) => `${describe(pair)} (${letters(pair.match.edits)})`).join('; ');
    case 'conflict':
    case 'furtherConflicts':
      return wordPairs.filter((pair) => !pair.agrees).map(describe).join('; ');
    case 'particleConflict':
      return `${list([...onlyA, ...onlyB])} stand against each other`;
    case 'onlyInQuery':
      return `only in the name asked for: ${list(onlyA)}`;
    case 'onlyInList':
      return `only in the listed name: ${list(onlyB)}`;
    case 'loneWord':
    case 'loneCommonWord':
      return `only one word agrees: ${list(wordPairs.filter((pair) => pair.agrees).map((pair) => pair.b)) || 'none in full'}${name === 'loneCommonWord' ? ', and it is common' : ''}`;
    case 'initial':
      return pairs.filter((pair) => pair.match.how === 'initial').map(describe).join('; ');
    case 'initialConflict':
      return `initials or middle names contradict: ${list(onlyA)} / ${list(onlyB)}`;
    case 'legalFormConflict':
      return `legal forms differ: ${alignment.a.legalForms.join(', ')} / ${alignment.b.legalForms.join(', ')}`;
    case 'numberMissing':
    case 'numberConflict':
      return `numbers differ: ${numbers(alignment.tokensA)} / ${numbers(alignment.tokensB)}`;
    case 'nickname':
      return pairs.filter((pair) => pair.match.how === 'nickname').map(describe).join('; ');
    case 'reversedFiliation':
      return 'father and son changed places';
    case 'reordered':
      return 'the words stand in another order';
    case 'swappedFamilyName':
      return 'family name and given name changed places';
    case 'glued':
      return 'words are written together on one side and apart on the other';
    case 'acronym':
      return 'an abbreviation on one side stands for the words on the other';
    case 'editsAndExtras':
      return `${worst ? `${describe(worst)}, and ` : ''}words without a partner: ${list([...onlyA, ...onlyB])}`;
    case 'syllablesLeft':
      return `syllables without a partner: ${list([...onlyA, ...onlyB])}`;
    case 'otherScript':
      return pairs.filter((pair) => pair.match.how === 'script').map(describe).join('; ');
  }
}

/** What the two names have in common, as the opening of an explanation. */
export function explainAgreement(alignment: NameAlignment): string {
  const agreed = alignment.pairs.filter((pair) => pair.agrees);
  return agreed.length === 0 ? 'no word agrees' : agreed.map(describe).join('; ');
}

function describe(pair: AlignedPair): string {
  return `${shown(pair.a)} ${ways[pair.agrees ? pair.match.how : 'different']} ${shown(pair.b)}`;
}

function shown(token: Token): string {
  return token.script === 'Latin' ? token.written : token.native;
}

function list(tokens: Token[]): string {
  return tokens.map(shown).join(' ');
}

function numbers(tokens: Token[]): string {
  return tokens.filter((token) => token.role === 'number').map((token) => token.text).join(' ') || 'none';
}

function letters(edits: number): string {
  const rounded = Math.round(edits * 10) / 10;
  return rounded >= 6 ? 'many letters' : rounded === 1 ? '1 letter' : `${rounded} letters`;
}
