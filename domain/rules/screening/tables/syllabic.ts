/**
 * Romanisations of Chinese and Korean write one syllable in several ways (Pinyin and Wade-Giles; Revised, McCune-Reischauer and the forms people use).
 * A word is split into syllables and each is folded to a key that is the same in every system. The fold loses detail, so an agreement on it
 * counts a little less than one on the letters.
 */
const pinyinFinals = 'a o e ai ei ao ou an en ang eng ong i ia ie iao iu ian in iang ing iong u ua uo uai ui uan un uang ue uei uen ueh ih ien ieh iung ung uh yu'.split(' ');
const chineseInitials: [string, string][] = [
  ['tzh', 'z'], ['tsh', 'z'], ['tch', 'j'], ['zh', 'j'], ['ch', 'j'], ['sh', 's'], ['hs', 's'], ['ts', 'z'], ['tz', 'z'], ['sz', 's'],
  ['b', 'b'], ['p', 'b'], ['d', 'd'], ['t', 'd'], ['g', 'g'], ['k', 'g'], ['j', 'j'], ['q', 'j'], ['x', 's'], ['s', 's'], ['z', 'z'], ['c', 'z'],
  ['m', 'm'], ['f', 'f'], ['n', 'n'], ['l', 'l'], ['h', 'h'], ['r', 'r'], ['w', 'w'], ['y', 'y'], ['', ''],
];
const finalFold: Record<string, string> = {
  ung: 'ong', iung: 'iong', ien: 'ian', ieh: 'ie', ueh: 'ue', ih: 'i', uei: 'ui', uen: 'un', uh: 'u', eh: 'e', o: 'e', uo: 'e', yu: 'u',
};

/** The folded syllables of a Chinese name written in Pinyin or Wade-Giles, or undefined when the word cannot be read so. */
export function chineseKey(word: string): string | undefined {
  return segment(word, 6, chineseSyllables);
}

/** Every syllable with its fold; the first initial that fits decides. */
const chineseSyllables = new Map<string, string>();
for (const [initial, folded] of chineseInitials)
  for (const final of pinyinFinals) if (!chineseSyllables.has(initial + final)) chineseSyllables.set(initial + final, folded + (finalFold[final] ?? final));

const koreanOnsets: [string, string][] = [
  ['kk', 'k'], ['tt', 't'], ['pp', 'p'], ['ss', 's'], ['jj', 'j'], ['ch', 'j'], ['sh', 's'],
  ['g', 'k'], ['k', 'k'], ['d', 't'], ['t', 't'], ['b', 'p'], ['p', 'p'], ['j', 'j'], ['s', 's'], ['h', 'h'], ['m', 'm'], ['n', 'n'], ['r', 'r'], ['l', 'r'], ['', ''],
];
const koreanVowels: [string, string][] = [
  ['yeo', 'yo'], ['you', 'yo'], ['yae', 'ye'], ['wae', 'we'], ['eui', 'ui'], ['yoo', 'yu'],
  ['eo', 'o'], ['eu', 'u'], ['ae', 'e'], ['oe', 'we'], ['oi', 'we'], ['oo', 'u'], ['ou', 'o'], ['ee', 'i'], ['ui', 'ui'], ['ya', 'ya'], ['yo', 'yo'], ['yu', 'yu'], ['ye', 'ye'],
  ['wa', 'wa'], ['wo', 'wo'], ['we', 'we'], ['wi', 'wi'], ['a', 'a'], ['e', 'e'], ['i', 'i'], ['o', 'o'], ['u', 'u'], ['y', 'i'],
];
const koreanCodas: [string, string][] = [['ng', 'ng'], ['n', 'n'], ['m', 'm'], ['l', 'r'], ['r', 'r'], ['k', 'k'], ['g', 'k'], ['p', 'p'], ['b', 'p'], ['t', 't'], ['s', 't'], ['', '']];
const koreanSurnames: Record<string, string> = { lee: 'ri', yi: 'ri', i: 'ri', rhee: 'ri', rim: 'im', lim: 'im', yim: 'im', ro: 'no', roh: 'no', ryu: 'yu', ryo: 'yo', park: 'pak', bak: 'pak', choi: 'jwe', choe: 'jwe', woo: 'u' };

/** The folded syllables of a Korean name in any romanisation, or undefined when the word cannot be read so. */
export function koreanKey(word: string): string | undefined {
  return koreanSurnames[word] ?? segment(word, 7, koreanSyllables);
}

const koreanSyllables = new Map<string, string>();
for (const [onset, onsetFold] of koreanOnsets)
  for (const [vowel, vowelFold] of koreanVowels)
    for (const [coda, codaFold] of koreanCodas) if (!koreanSyllables.has(onset + vowel + coda)) koreanSyllables.set(onset + vowel + coda, onsetFold + vowelFold + codaFold);

/** Splits a word of at most three syllables, the longest first, and folds each. */
function segment(word: string, longest: number, folds: Map<string, string>, depth = 3): string | undefined {
  if (word === '') return '';
  if (depth === 0 || word.length > longest * depth) return undefined;
  for (let length = Math.min(longest, word.length); length > 0; length--) {
    const folded = folds.get(word.slice(0, length));
    if (folded === undefined) continue;
    const rest = segment(word.slice(length), longest, folds, depth - 1);
    if (rest !== undefined) return rest === '' ? folded : `${folded}-${rest}`;
  }
  return undefined;
}
