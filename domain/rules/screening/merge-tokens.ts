import { soundsOfArabic } from './arabic.ts';
import { soundKeyOf } from './token-keys.ts';
import { compareTokens, type TokenMatch } from './token-similarity.ts';
import type { NameKind, Token } from './parse-name.ts';

export interface MergedTokens {
  a: Token[];
  b: Token[];
  /** Words written together on one side and apart on the other (M4). */
  glued: number;
  /** Initial letters on one side, the words on the other. */
  acronyms: number;
}

export const longestRun = 4;
/** Weight of words written together, at least. */
export const lightestGlued = 0.65;

/** Writes together what one side glues and the other splits (`RamiMakhlouf`, `van der Bilt`), so that words can be matched one to one. */
export function mergeTokens(a: Token[], b: Token[], kind: NameKind): MergedTokens {
  const merged: MergedTokens = { a, b, glued: 0, acronyms: 0 };
  for (const token of b) merged.a = mergeTowards(merged.a, token, b, kind, merged);
  for (const token of a) if (merged.a.includes(token)) merged.b = mergeTowards(merged.b, token, merged.a, kind, merged);
  return merged;
}

/** Replaces the run of `tokens` that together writes `target` best by one glued token. */
function mergeTowards(tokens: Token[], target: Token, others: Token[], kind: NameKind, merged: MergedTokens): Token[] {
  if (tokens.length < 2 || target.role !== 'word' || target.text.length < 2) return tokens;
  if (tokens.some((token) => isPartner(token, target))) return tokens;
  let best: { from: number; length: number; token: Token; edits: number; acronym: boolean } | undefined;
  for (let from = 0; from < tokens.length - 1; from++) {
    if (!mayBegin(tokens[from]!, target)) continue;
    let written = '';
    for (let length = 1; length <= longestRun && from + length <= tokens.length; length++) {
      const next = tokens[from + length - 1]!;
      if (next.role === 'number' && target.script !== 'Latin') break;
      written += next.written;
      if (length < 2) continue;
      const glued = gluedMatch(tokens.slice(from, from + length), written, target);
      if (!glued || (best && glued.match.edits >= best.edits)) continue;
      if (hasOwnPartner(tokens.slice(from, from + length), target, others, glued.match.edits)) continue;
      best = { from, length, token: glued.token, edits: glued.match.edits, acronym: false };
    }
    const acronym = kind === 'person' ? undefined : acronymAt(tokens, from, target);
    if (!best && acronym) best = { from, length: acronym, token: target, edits: 1, acronym: true };
  }
  if (!best) return tokens;
  if (best.acronym) merged.acronyms++;
  else merged.glued++;
  return [...tokens.slice(0, best.from), best.token, ...tokens.slice(best.from + best.length)];
}

/** A word that has a partner of its own need not be put together. */
function isPartner(token: Token, target: Token): boolean {
  if (token.role !== 'word') return false;
  const { edits, similarity } = compareTokens(token, target);
  return edits <= 1 && similarity >= 0.75;
}

/** Letters that romanisations of one syllable begin with. */
const beginnings: Record<string, string> = { j: '1', c: '1', q: '1', z: '1', x: '2', h: '2', s: '2', t: '3', d: '3', p: '4', b: '4', k: '5', g: '5' };

/** A quick look at the first letter; short words may be syllables of another romanisation. */
export function mayBegin(token: Token, target: Token): boolean {
  if (target.sounds !== '' || token.sounds !== '') {
    const key = soundKeyOf(token);
    const other = soundKeyOf(target);
    return key === '' || other === '' || key[0] === other[0];
  }
  if (token.written[0] === target.text[0]) return true;
  return target.text.length <= 9 && token.written.length <= 6 && token.role === 'word' && beginning(token.written) !== undefined && beginning(token.written) === beginning(target.text);
}

export function beginning(word: string): string | undefined {
  return beginnings[/^t[sz]/.test(word) ? 'z' : word[0]!];
}

/** A run is left alone when its words have partners of their own on the other side. */
function hasOwnPartner(run: Token[], target: Token, others: Token[], edits: number): boolean {
  for (const token of run) {
    if (token.role !== 'word') continue;
    for (const other of others) if (other !== target && other.role === 'word' && other.text === token.text) return true;
    if (edits > 0 && compareTokens(token, target).edits <= edits) return true;
  }
  return false;
}

/** Before these letters the article is not heard as `al` (`Nur ud-Din`). */
const sunLetters = 'تثدذرزسشصضطظلن';

/** `run` written together, when it is near enough to `target` to be the same word; `written` is its text. */
export function gluedMatch(run: Token[], written: string, target: Token): { token: Token; match: TokenMatch } | undefined {
  if (target.sounds === '' && run[0]!.sounds === '' && Math.abs(written.length - target.text.length) > 2) return undefined;
  const token = glue(run, written);
  if (!token) return undefined;
  const match = compareTokens(token, target);
  return match.edits > (isSyllableMatch(match, token, target) ? 1 : gluedBudget(token, target)) ? undefined : { token, match };
}

/** One word made of a run of words; undefined when it is longer than a word. */
export function glue(run: Token[], written: string): Token | undefined {
  if (written.length > 48) return undefined;
  const native = run.map((token, at) => (token.native === 'ال' && sunLetters.includes(run[at + 1]?.native[0] ?? '-') ? 'ا' : token.native)).join('');
  const first = run[0]!;
  const sounds = first.sounds === '' ? '' : soundsOfArabic(native);
  const weight = Math.max(...run.map((token) => token.weight));
  // Only short words can be syllables of a name in another romanisation.
  const syllabic = written.length <= 10 && run.every((token) => token.written.length <= 6) ? {} : { chinese: '', korean: '' };
  return { text: written, native: first.script === 'Latin' ? written : native, written, script: first.script, role: 'word', weight: Math.max(weight, lightestGlued), skeleton: '', sounds, filiation: false, ...syllabic };
}

/** The same syllables in another romanisation or in characters. */
function isSyllableMatch(match: TokenMatch, glued: Token, target: Token): boolean {
  return match.how === 'romanisation' || (match.how === 'script' && glued.sounds === '' && target.sounds === '');
}

function gluedBudget(glued: Token, target: Token): number {
  const length = Math.min(glued.text.length, target.text.length);
  if (glued.sounds !== '' || target.sounds !== '') return gluedSounds(length);
  return gluedEdits(length);
}

/** Distance of sounds by which a glued word may differ, by its letters. */
export function gluedSounds(length: number): number {
  return length < 4 ? 0.3 : 1;
}

/** Edits that a glued word may differ by, by its letters. */
export function gluedEdits(length: number): number {
  return length >= 10 ? 2 : length >= 8 ? 1 : 0;
}

export const shortestAcronym = 3;
export const longestAcronym = 6;

/** The number of words from `from` whose initial letters spell `target`. */
function acronymAt(tokens: Token[], from: number, target: Token): number | undefined {
  const length = target.text.length;
  if (length < shortestAcronym || length > longestAcronym || from + length > tokens.length) return undefined;
  for (let at = 0; at < length; at++) {
    const token = tokens[from + at]!;
    if (!spellsInitials(token) || token.text[0] !== target.text[at]) return undefined;
  }
  return length;
}

/** Only words of some length give their first letter to an acronym. */
export function spellsInitials(token: Token): boolean {
  return token.role === 'word' && token.text.length >= 3;
}
