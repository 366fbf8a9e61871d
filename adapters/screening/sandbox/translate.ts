import type { ScreeningResult, ScreeningSubject } from '../../ports/screening.ts';
import type { WireResult } from './client.ts';

const states: Record<string, ScreeningResult['state']> = { 'no-match': 'clear', match: 'hit', look: 'review', outdated: 'stale', failed: 'error' };

/**
 * One result a subject, in the order asked. Nothing but a plain `no-match` without any match is clear: an unknown word means
 * review, a subject without an answer, or with two that differ, is an error.
 */
export function toResults(subjects: ScreeningSubject[], answers: WireResult[]): ScreeningResult[] {
  const answered = new Map<string, WireResult[]>();
  for (const answer of answers) answered.set(answer.subjectId, [...(answered.get(answer.subjectId) ?? []), answer]);
  return subjects.map(({ id }) => toResult(id, answered.get(id) ?? []));
}

function toResult(id: string, answers: WireResult[]): ScreeningResult {
  const [answer] = answers;
  if (!answer) return { id, state: 'error', hits: [], reference: '' };
  const agreed = answers.every(({ status }) => status === answer.status);
  const state = agreed ? (Object.hasOwn(states, answer.status) ? (states[answer.status] ?? 'review') : 'review') : 'error';
  const hits = answers.flatMap(({ matches }) => matches);
  return {
    id,
    state: state === 'clear' && hits.length > 0 ? 'review' : state,
    ...(answer.listDate === undefined ? {} : { listDate: answer.listDate }),
    hits,
    reference: answer.checkNo,
  };
}
