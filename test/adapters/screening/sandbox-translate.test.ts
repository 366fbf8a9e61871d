import { describe, expect, it } from 'vitest';
import type { WireResult } from '../../../adapters/screening/sandbox/client.ts';
import { toResults } from '../../../adapters/screening/sandbox/translate.ts';

describe('what the sandbox screening says, in our words (P10)', () => {
  const answer = (change: Partial<WireResult>): WireResult => ({ checkNo: 'CHK-1', subjectId: 's', status: 'no-match', matches: [], listDate: '2026-11-20', ...change });
  const subject = { id: 's', name: 'Name', kind: 'company' } as const;

  it.each<[string, WireResult[], string]>([
    ['a plain no-match', [answer({})], 'clear'],
    ['a match', [answer({ status: 'match', matches: ['E-1'] })], 'hit'],
    ['an unknown word', [answer({ status: 'cleared-by-default' })], 'review'],
    ['a word that every object knows', [answer({ status: 'constructor' })], 'review'],
    ['no-match beside an entry', [answer({ matches: ['E-1'] })], 'review'],
    ['no answer', [], 'error'],
    ['an answer for somebody else', [answer({ subjectId: 'other' })], 'error'],
    ['two answers that differ', [answer({}), answer({ status: 'match' })], 'error'],
    ['two answers that agree', [answer({}), answer({})], 'clear'],
  ])('%s: %s', (_, answers, state) => {
    expect(toResults([subject], answers).map((result) => [result.id, result.state])).toEqual([['s', state]]);
  });
});
