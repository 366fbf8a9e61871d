import { describe, expect, it } from 'vitest';
import { instantiate } from '../../../domain/rules/close/template.ts';
import { carryOut, close, story, task, template } from './story.ts';

const materiality = { currency: 'EUR', minor: '10000' };
const books = template([
  task('bank', { kind: 'reconciliation', reviewer: 'clara', materiality, evidence: ['match'] }),
  task('card', { materiality }),
  task('close', { after: ['bank', 'card'] }),
  task('plain'),
]);

describe('materiality of a task', () => {
  it.each([
    ['up to it: the reviewer has it next, the owner never', ['difference bank 10000'], { bank: 'submitted' }, []],
    ['a negative one counts by its size', ['difference bank -10000'], { bank: 'submitted' }, []],
    ['above it: the owner has to work', ['difference bank 10001'], { bank: 'ready' }, []],
    ['the reviewer still decides', ['difference bank 1', 'approved bank clara'], { bank: 'done' }, []],
    ['done where there is no reviewer', ['difference card -50'], { card: 'done' }, []],
    ['nothing for a task without materiality', ['difference plain 1'], { plain: 'ready' }, ['task-state']],
    ['nothing in another currency', ['difference bank 1 USD'], { bank: 'ready' }, ['difference-currency']],
    ['nothing before its predecessors', ['difference close 1'], { close: 'not_ready' }, ['task-state']],
  ])('%s', (_name, events, states, codes) => {
    const result = close(books, story(...events));
    expect(result.states).toMatchObject(states);
    expect(result.codes).toEqual(codes);
  });

  const certified = ['difference bank 1', 'approved bank clara', 'difference card 2', ...carryOut('close')];
  it.each([
    ['CL-8: the same difference again changes nothing', [...certified, 'difference bank 1'], { bank: 'done', close: 'done' }],
    ['CL-8: a material one makes stale what rested on the old one', [...certified, 'difference bank 99999'], { bank: 'stale', card: 'done', close: 'stale' }],
    ['CL-8: an immaterial one too, and goes to the reviewer again', [...certified, 'difference bank 3'], { bank: 'submitted', card: 'done', close: 'stale' }],
  ])('%s', (_name, events, states) => expect(close(books, story(...events)).states).toMatchObject(states));

  it('CL-6: a difference without proof is no evidence', () => {
    const bare = { type: 'difference' as const, at: '2026-11-02T08:00:00Z', task: 'DE/bank', difference: { currency: 'EUR', minor: '1' } };
    expect(close(books, [bare]).codes).toEqual(['evidence-missing']);
  });
});

describe('CL-10: what the books say against a hard close', () => {
  const small = template([task('a')]);
  it.each([
    ['nobody asked them', [], 'nobody has told what the books say'],
    ['entries are not posted', ['books 2'], '2 journals are not posted'],
    ['one entry is not posted', ['books 1'], '1 journal is not posted'],
    ['a bank account is not certified', ['books 0 bank-1'], 'bank reconciliation bank-1 is not certified'],
    ['intercompany differences are too large', ['books 0 bank-1 above'], 'intercompany differences are above the threshold'],
    ['all was well, and then not', ['books 0', 'books 1'], '1 journal is not posted'],
  ])('%s', (_name, told, words) => {
    const result = close(small, story(...carryOut('a'), ...told, 'period hard-closed clara'));
    expect(result.refused.map(({ problem }) => problem)).toMatchObject([{ code: 'hard-close-blocked', message: expect.stringContaining(words) as string }]);
    expect(result.view.hardClose.DE!.join('; ')).toContain(words);
  });

  it('all is well: closed, and nothing stands against it', () => {
    const result = close(small, story(...carryOut('a'), 'books 1', 'books 0', 'period hard-closed clara'));
    expect(result.codes).toEqual([]);
    expect(result.view.hardClose).toEqual({ DE: [] });
  });

  it('an entity that is not part of the close is refused', () => {
    const told = { type: 'books' as const, at: '2026-11-02T08:00:00Z', entityKey: 'FR', unpostedJournals: 0, uncertifiedBankReconciliations: [], intercompanyWithinThreshold: true };
    expect(close(small, [told]).codes).toEqual(['task-unknown']);
  });
});

describe('CL-1: a close is deaf to later versions of its template', () => {
  it('the instance keeps what it was made of; the next period takes the new version', () => {
    const before = template([task('a', { minutes: 60 })]);
    const october = instantiate(before, '2026-10');
    const kept = structuredClone(october);
    const after = template([task('a', { minutes: 90 }), task('b')], { version: 2 });
    expect(instantiate(after, '2026-11').map(({ id, minutes }) => [id, minutes])).toEqual([['DE/a', 90], ['DE/b', 60]]);
    expect(october).toEqual(kept);
    const tasks = before.tasks as { minutes: number }[];
    tasks[0]!.minutes = 5;
    expect(october).toEqual(kept);
  });
});
