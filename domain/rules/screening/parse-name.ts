import { cleanText, mendScannedDigits, scriptOf, type Script } from './characters.ts';
import { foldArabicLetters, romanise, syllables } from './transliterate.ts';
import { abbreviations, commonOrganisationWords, commonPersonWords } from './tables/common-words.ts';
import { legalFormAt, looseForms } from './tables/legal-forms.ts';
import { combinesWithUnit, numberWord, ordinalNumeral, romanNumeral } from './tables/numbers.ts';
import { arabicParticles, assimilatedArticles, filiation, honorifics, particleOrGivenName, particles, stopwords } from './tables/particles.ts';
import { soundsOfArabic } from './arabic.ts';
import { skeleton } from './skeleton.ts';
import type { TokenMatch } from './token-similarity.ts';

export type NameKind = 'person' | 'organisation' | 'object';

/** What a word does in a name: only `word` and `number` are evidence of their own. */
export type TokenRole = 'word' | 'particle' | 'title' | 'initial' | 'number';

export interface Token {
  /** As compared: romanised lower-case letters and digits; for a particle its canonical form. */
  text: string;
  /** The word in its own script, folded. */
  native: string;
  /** Romanised as it was written, before particles are made one: what a glued spelling holds. */
  written: string;
  script: Script;
  role: TokenRole;
  /** Share of evidence: 1 for a distinctive word, less for common ones (M8, M9). */
  weight: number;
  skeleton: string;
  /** Sounds of a word in Arabic script, else empty. */
  sounds: string;
  /** `son of`: X and Y around it may not be exchanged. */
  filiation: boolean;
  /** Keys that are worked out when first needed. */
  chinese?: string;
  korean?: string;
  latinSounds?: string;
  letterMask?: number;
  nativeMask?: number;
  soundKey?: string;
  /** Comparisons of this word already made in the running search. */
  memo?: Map<Token, TokenMatch>;
}

export interface ParsedName {
  raw: string;
  kind: NameKind;
  tokens: Token[];
  /** Canonical classes of legal forms, taken out of `tokens` (M9). */
  legalForms: string[];
  /** Number of leading tokens that are the family name, where a comma says so (M2). */
  familyTokens: number;
  script: Script;
  lookAlikes: boolean;
  invisible: boolean;
  /** More text than a name has; only the beginning is compared. */
  truncated: boolean;
}

const longestName = 400;
const mostTokens = 24;
const longestWord = 48;
const wordWeight = { distinctive: 1, common: 0.65, generic: 0.5, particle: 0.2, title: 0.15, initial: 0.35 };
const leadingForms = new Set(['jsc', 'llc', 'pt', 'ag', 'gmbh']);

/** Splits a name into comparable tokens. Never throws; a name without a readable letter has no tokens. */
export function parseName(raw: string, kind: NameKind): ParsedName {
  const truncated = raw.length > longestName;
  const clean = cleanText(truncated ? raw.slice(0, longestName) : raw);
  const words = splitWords(clean.text, kind);
  const parsed = kind === 'person' ? personTokens(words) : organisationTokens(words);
  const tokens = parsed.tokens.slice(0, mostTokens);
  const family = kind === 'person' ? familyTokens(clean.text, tokens) : 0;
  // `LO, Stephen`: a particle that is the whole family name is a name.
  if (family === 1 && tokens[0]!.role === 'particle') tokens[0] = { ...tokens[0]!, text: tokens[0]!.written, role: 'word', weight: wordWeight.common };
  return {
    raw,
    kind,
    tokens,
    legalForms: parsed.legalForms,
    familyTokens: family,
    script: tokens.find((token) => token.role === 'word')?.script ?? 'Latin',
    lookAlikes: clean.lookAlikes,
    invisible: clean.invisible,
    truncated: truncated || parsed.tokens.length > mostTokens,
  };
}

interface Word {
  text: string;
  script: Script;
  hyphenFollows: boolean;
}

const silent = /['’‘`´ʿʾʻʼ′"“”„«»]/g;
const initialism = /(?<![\p{L}\p{N}])(?:\p{L}\.){2,}\p{L}?(?![\p{L}\p{N}])/gu;

function splitWords(text: string, kind: NameKind): Word[] {
  if (!/[\p{L}\p{N}]/u.test(text)) return []; // signs such as % and & are words only beside others
  let prepared = text.toLowerCase().replace(silent, '').replace(/%/g, ' per cent').replace(/&|\+/g, ' and ');
  if (kind !== 'person') prepared = prepared.replace(initialism, (letters) => letters.replace(/\./g, ''));
  const words: Word[] = [];
  for (const match of prepared.matchAll(/([\p{L}\p{M}\p{N}]+)([^\p{L}\p{M}\p{N}]?)/gu)) {
    if (!/[\p{L}\p{N}]/u.test(match[1]!)) continue;
    const text = match[1]!.slice(0, longestWord);
    words.push({ text, script: scriptOf(text), hyphenFollows: /[-‐‑–]/.test(match[2]!) });
    if (words.length > mostTokens * 2) break;
  }
  return words;
}

function personTokens(words: Word[]): { tokens: Token[]; legalForms: string[] } {
  const tokens = words.flatMap((word, at) => personWord(word, at, words));
  if (tokens.some((token) => token.role === 'word')) return { tokens, legalForms: [] };
  // Nothing but particles, titles or initials: then those are the name.
  return { tokens: tokens.map((token) => (token.role === 'particle' || token.role === 'title' ? { ...token, role: 'word', weight: wordWeight.common } : token)), legalForms: [] };
}

function personWord(word: Word, at: number, words: Word[]): Token[] {
  if (word.script === 'Han' || word.script === 'Hangul') return syllableTokens(word);
  if (word.script === 'Arabic') return arabicTokens(word);
  const latin = mendScannedDigits(romanise(word.text, word.script));
  if (latin === '') return [];
  if (/^\d+$/.test(latin)) return [token(latin, word, 'number', wordWeight.common)];
  const particle = particles.get(latin) ?? (assimilatedArticles.has(latin) && word.hyphenFollows ? 'al' : undefined);
  const leadsTheName = at === 0 && words.length > 1 && particleOrGivenName.has(latin) && !word.hyphenFollows && !particles.has(words[1]!.text);
  if (particle && latin.length > 1 && !leadsTheName) return [{ ...token(particle, word, 'particle', wordWeight.particle), filiation: filiation.has(latin) }];
  if (latin.length === 1 && word.hyphenFollows && at > 0 && words[at - 1]!.hyphenFollows) return [token('al', word, 'particle', wordWeight.particle)];
  if (latin.length === 1) return [token(latin, word, 'initial', wordWeight.initial)];
  if (honorifics.has(latin)) return [token(latin, word, 'title', wordWeight.title)];
  return [token(latin, word, 'word', commonPersonWords.has(latin) ? wordWeight.common : wordWeight.distinctive)];
}

function syllableTokens(word: Word): Token[] {
  return syllables(word.text).map(({ native, latin }) => token(latin, { ...word, text: native }, 'word', wordWeight.common));
}

function arabicTokens(word: Word): Token[] {
  const folded = foldArabicLetters(word.text);
  if (folded === '') return [];
  const particle = arabicParticles.get(folded);
  if (particle) return [{ ...token(particle, { ...word, text: folded }, 'particle', wordWeight.particle), filiation: particle === 'bin' }];
  if (folded.startsWith('ال') && folded.length >= 5 && folded !== 'الله')
    return [token('al', { ...word, text: 'ال' }, 'particle', wordWeight.particle), arabicWord(folded.slice(2), word)];
  return [arabicWord(folded, word)];
}

function arabicWord(folded: string, word: Word): Token {
  const sounds = soundsOfArabic(folded);
  return { ...token(romanise(folded, 'Arabic') || folded, { ...word, text: folded }, folded.length === 1 ? 'initial' : 'word', sounds.length <= 3 ? wordWeight.common : wordWeight.distinctive), sounds };
}

function organisationTokens(words: Word[]): { tokens: Token[]; legalForms: string[] } {
  const romanised = words.map((word) => (word.script === 'Han' || word.script === 'Hangul' || word.script === 'Arabic' ? word.text : mendScannedDigits(romanise(word.text, word.script))));
  const { from, to, legalForms } = stripLegalForms(romanised);
  const tokens: Token[] = [];
  for (let at = from; at < to; at++) {
    const text = romanised[at]!;
    const word = words[at]!;
    if (text === '' || (stopwords.has(text) && to - from > 1)) continue;
    const number = readNumber(romanised, at, to, from);
    if (number) {
      tokens.push(token(String(number.value), word, 'number', wordWeight.distinctive));
      at += number.words - 1;
    } else if (word.script === 'Arabic') tokens.push(...arabicTokens(word));
    else if (word.script === 'Han' || word.script === 'Hangul') tokens.push(...syllableTokens(word));
    else tokens.push(organisationWord(abbreviations.get(text) ?? text, word));
  }
  return { tokens, legalForms };
}

function organisationWord(text: string, word: Word): Token {
  return token(text, word, 'word', commonOrganisationWords.has(text) ? wordWeight.generic : wordWeight.distinctive);
}

/** Legal forms stand at the end or at the beginning; a name of nothing else keeps its words (M9). */
function stripLegalForms(words: string[]): { from: number; to: number; legalForms: string[] } {
  const legalForms: string[] = [];
  let from = 0;
  let to = words.length;
  for (let at = Math.max(1, to - 6); at < to; at++) {
    const found = legalFormAt(words, at);
    if (found && at + found.length === to) {
      legalForms.push(found.form);
      to = at;
      at = Math.max(0, to - 6);
    }
  }
  for (let found = legalFormAt(words, from); found && leadingForms.has(found.form) && from + found.length < to; found = legalFormAt(words, from)) {
    legalForms.push(found.form);
    from += found.length;
  }
  const kept = new Set(legalForms);
  return { from, to, legalForms: [...kept].filter((form) => !looseForms.has(form) || kept.size === 1) };
}

function readNumber(words: string[], at: number, to: number, from: number): { value: number; words: number } | undefined {
  const word = words[at]!;
  if (/^\d{1,15}$/.test(word)) return { value: Number(word), words: 1 };
  const ordinal = ordinalNumeral(word);
  if (ordinal !== undefined) return { value: ordinal, words: 1 };
  const value = numberWord(word);
  if (value !== undefined) {
    const next = at + 1 < to ? (numberWord(words[at + 1]!) ?? (/^\d$/.test(words[at + 1]!) ? Number(words[at + 1]) : undefined)) : undefined;
    return next !== undefined && combinesWithUnit(value, next) ? { value: value + next, words: 2 } : { value, words: 1 };
  }
  const roman = at > from ? romanNumeral(word) : undefined;
  return roman === undefined ? undefined : { value: roman, words: 1 };
}

function token(text: string, word: Word, role: TokenRole, weight: number): Token {
  const native = word.script === 'Latin' ? text : word.text;
  return { text, native, written: word.script === 'Latin' ? word.text : text, script: word.script, role, weight, skeleton: role === 'word' ? skeleton(text) : text, sounds: '', filiation: false };
}

/** `PUTIN, Vladimir`: what stands before a single comma is the family name. */
function familyTokens(text: string, tokens: Token[]): number {
  const comma = text.indexOf(',');
  if (comma <= 0 || text.indexOf(',', comma + 1) >= 0) return 0;
  const before = splitWords(text.slice(0, comma), 'person').length;
  return before < tokens.length ? before : 0;
}
