import type { Contribution } from '../../model/screening.ts';
import type { ParityProfile } from '../../policy/screening.ts';
import { jaroWinkler } from './jaro-winkler.ts';

/**
 * A score from 0 to 100 like that of OFAC's public search tool: the better of the whole strings and of the words one by one,
 * by Jaro-Winkler. It knows nothing of scripts, legal forms or initials; a query without Latin letters finds nothing, as there.
 */
export function parityScore(query: string, listed: string, profile: ParityProfile): { score: number; contributions: Contribution[] } {
  const asked = plainWords(query);
  const found = plainWords(listed);
  if (asked.length === 0 || found.length === 0) return { score: 0, contributions: [{ code: 'unreadable', points: 0, because: 'no Latin letters on one side' }] };
  const whole = percent(jaroWinkler(asked.join(' '), found.join(' '), profile.parity.prefixScale));
  const words = percent(wordScore(asked, found, profile));
  const parts: Contribution[] =
    whole >= words
      ? [{ code: 'wholeName', points: whole, because: `${asked.join(' ')} against ${found.join(' ')}` }]
      : [{ code: 'wordByWord', points: words, because: `mean over ${asked.join(', ')} of the most similar word in ${found.join(' ')}` }];
  return { score: Math.max(whole, words), contributions: parts };
}

function wordScore(asked: string[], found: string[], { parity }: ParityProfile): number {
  const long = asked.filter((word) => word.length > parity.shortTokenLength);
  const counted = long.length > 0 ? long : asked;
  let sum = 0;
  for (const word of counted) {
    let best = 0;
    for (const other of found) if (word[0] === other[0]) best = Math.max(best, jaroWinkler(word, other, parity.prefixScale));
    if (best >= parity.tokenFloor) sum += best;
  }
  return sum / counted.length;
}

function percent(similarity: number): number {
  return Math.round(similarity * 100);
}

function plainWords(text: string): string[] {
  return text
    .normalize('NFD')
    .replace(/[\u0300-\u036f'’`ʼ]/g, '')
    .toUpperCase()
    .split(/[^A-Z0-9]+/)
    .filter(Boolean);
}
