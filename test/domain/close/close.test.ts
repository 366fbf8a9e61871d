import { describe, expect, it } from 'vitest';
import { largeTemplate } from '../../../bench/close/close-template.ts';
import { Random } from '../../../bench/close/random.ts';
import { toInstant } from '../../../domain/calendar/zoned-time.ts';
import type { CloseEvent } from '../../../domain/model/close-task.ts';
import { evaluate } from '../../../domain/rules/close/evaluation.ts';
import { closeGraph } from '../../../domain/rules/close/graph.ts';
import { replay, type Replayed } from '../../../domain/rules/close/replay.ts';
import { workingHours } from '../../../domain/rules/close/schedule.ts';
import { newClose } from '../../../domain/rules/close/state.ts';
import { instantiate, templateProblems } from '../../../domain/rules/close/template.ts';
import { carryOut, close, opens, policy, story, task, template } from './story.ts';

describe('CL-3: templates that are refused', () => {
  it.each([
    ['a circle, printed', [task('a', { after: ['c'] }), task('b', { after: ['a'] }), task('c', { after: ['b'] })], 'template-cycle', 'DE/a → DE/c → DE/b → DE/a'],
    ['a circle over a soft edge', [task('a', { softAfter: ['b'] }), task('b', { after: ['a'] })], 'template-cycle', 'DE/a → DE/b → DE/a'],
    ['a circle through a parent', [task('p', { after: ['q'] }), task('a', { parent: 'p' }), task('q', { after: ['a'] })], 'template-cycle', '→'],
    ['a task that waits for itself', [task('a', { after: ['a'] })], 'template-cycle', 'waits for itself'],
    ['an unknown task', [task('a', { after: ['x'] })], 'template-reference-unknown', 'waits for x'],
    ['an unknown entity', [task('a', { after: ['FR/a'] })], 'template-reference-unknown', 'FR/a'],
    ['an unknown owner', [task('a', { owner: 'zoe' })], 'template-reference-unknown', 'names zoe as owner'],
    ['a group without members', [task('a', { reviewer: 'audit' })], 'template-reference-unknown', 'names audit as reviewer'],
    ['no owner', [task('a', { owner: undefined })], 'template-invalid', 'needs an owner'],
    ['RC-3: a reconciliation without reviewer', [task('a', { kind: 'reconciliation' })], 'template-invalid', 'needs a reviewer'],
    ['CL-5: one person with two duties', [task('a', { reviewer: 'anna' })], 'template-invalid', 'gives anna two duties'],
    ['one id twice', [task('a'), task('a')], 'template-invalid', 'used twice'],
    ['an unknown parent', [task('a', { parent: 'x' })], 'template-reference-unknown', 'parent x'],
    ['an event task that waits for nothing', [task('a', { kind: 'event' })], 'template-invalid', 'what it waits for'],
  ])('%s', (_name, tasks, code, words) => {
    const problems = templateProblems(template(tasks));
    expect(problems[0]).toMatchObject({ code });
    expect(problems[0]!.message).toContain(words);
  });

  it('unknown calendars and zones', () => {
    const entities = [{ id: 'DE', calendar: 'fr', timeZone: 'Mars/Base' }];
    expect(templateProblems(template([task('a')], { entities })).map(({ code }) => code)).toEqual(['template-reference-unknown', 'template-reference-unknown']);
  });
});

describe('CL-2: due times', () => {
  it('workdays on the calendar, at a time of day of the zone', () => {
    const of = template([task('a', { due: { workday: -1, time: '09:30' } }), task('b', { due: { workday: 1, time: '17:00' } })], { entities: [{ id: 'DE', calendar: 'de', timeZone: 'America/New_York' }] });
    expect(instantiate(of, '2026-10').map(({ due }) => toInstant(due))).toEqual(['2026-10-29T13:30:00.000Z', '2026-11-02T22:00:00.000Z']);
  });
});

describe('CL-3, CL-4, CL-5, CL-6: states', () => {
  const chain = template([task('a'), task('b', { after: ['a'], reviewer: 'clara', secondReviewer: 'controlling', evidence: ['file'] }), task('c', { after: ['b'], softAfter: ['s'] }), task('s'), task('m', { kind: 'milestone', owner: undefined, after: ['c'] })]);
  const reviewed = [...carryOut('a'), 'started b anna', 'evidence b anna file', 'submitted b anna'];

  it.each([
    ['nothing yet', [], { a: 'ready', b: 'not_ready', m: 'not_ready' }, []],
    ['done without reviewers when submitted', carryOut('a'), { a: 'done', b: 'ready' }, []],
    ['not before its predecessor', ['started b anna'], { b: 'not_ready' }, ['task-state']],
    ['not by somebody else', ['started a ben'], { a: 'ready' }, ['not-permitted']],
    ['by a delegate of the owner', ['started a ben anna'], { a: 'in_progress' }, []],
    ['not by a stranger for the owner', ['started a zoe anna'], { a: 'ready' }, ['not-permitted']],
    ['CL-6: not without evidence', [...carryOut('a'), 'started b anna', 'submitted b anna'], { b: 'in_progress' }, ['evidence-missing']],
    ['one of two reviewers', [...reviewed, 'approved b clara'], { b: 'submitted' }, []],
    ['both reviewers', [...reviewed, 'approved b clara', 'approved b dora'], { b: 'done', c: 'ready' }, []],
    ['CL-5: the first reviewer again', [...reviewed, 'approved b clara', 'approved b clara'], { b: 'submitted' }, ['duties-conflict']],
    ['CL-5: the second for the first', [...reviewed, 'approved b clara', 'approved b dora clara'], { b: 'submitted' }, ['duties-conflict']],
    ['CL-5: the submitter for the reviewer', [...reviewed, 'approved b anna clara'], { b: 'submitted' }, ['duties-conflict']],
    ['rejected and begun again', [...reviewed, 'rejected b clara', 'started b anna'], { b: 'in_progress' }, []],
    ['blocked and unblocked', ['blocked a anna', 'unblocked a anna'], { a: 'ready' }, []],
    ['waived with approval', ['waived a anna clara'], { a: 'waived', b: 'ready' }, []],
    ['CL-5: waived with own approval', ['waived a clara clara'], { a: 'ready' }, ['duties-conflict']],
    ['waived without authority', ['waived a anna ben'], { a: 'ready' }, ['not-permitted']],
    ['a milestone by hand', ['started m anna'], { m: 'not_ready' }, ['task-state']],
    ['a milestone by itself, with a soft predecessor open', [...reviewed, 'approved b clara', 'approved b dora', ...carryOut('c')], { c: 'done', m: 'done', s: 'ready' }, []],
  ])('%s', (_name, events, states, codes) => {
    const result = close(chain, story(...events));
    expect(result.states).toMatchObject(states);
    expect(result.codes).toEqual(codes);
  });

  it('parents are done when their parts are, and hold back what waits for them', () => {
    const family = template([task('z'), task('p', { owner: undefined, after: ['z'] }), task('a', { parent: 'p' }), task('b', { parent: 'p' }), task('q', { after: ['p'] })]);
    expect(close(family, story()).states).toMatchObject({ a: 'not_ready', p: 'not_ready' });
    expect(close(family, story(...carryOut('z'), ...carryOut('a'))).states).toMatchObject({ a: 'done', p: 'not_ready', q: 'not_ready' });
    expect(close(family, story(...carryOut('z'), ...carryOut('a'), ...carryOut('b'))).states).toMatchObject({ p: 'done', q: 'ready' });
  });

  it('event and automated tasks run when ready, and a failed run blocks', () => {
    const automatic = template([task('e', { kind: 'event', owner: undefined, event: 'statement' }), task('x', { kind: 'automated', owner: undefined, after: ['e'], evidence: ['log'] })]);
    expect(close(automatic, story('ran e')).codes).toEqual(['task-state']);
    expect(close(automatic, story('arrived statement')).view.runnable).toEqual(['DE/e']);
    expect(close(automatic, story('arrived statement', 'ran e', 'ran x failed')).states).toEqual({ e: 'done', x: 'blocked' });
    expect(close(automatic, story('arrived statement', 'ran e', 'ran x failed', 'ran x')).states).toEqual({ e: 'done', x: 'done' });
  });
});

describe('CL-7, CL-8: what a change makes stale', () => {
  //  bank ─→ tb ─→ group;  fa ─→ tb;  tax stands apart
  const books = template([
    task('bank', { reviewer: 'clara', inputs: ['cash'] }), task('fa', { inputs: ['assets'] }), task('tb', { after: ['bank', 'fa'] }), task('auto', { kind: 'automated', owner: undefined, after: ['tb'] }),
    task('group', { after: ['auto', 'tb'] }), task('tax', { inputs: ['tax'] }), task('later', { after: ['group'] }),
  ]);
  const certified = ['input cash 100', 'input assets 7', ...carryOut('bank'), 'approved bank clara', ...carryOut('fa'), ...carryOut('tb'), 'ran auto', ...carryOut('group'), ...carryOut('tax')];
  const stale = (result: Replayed): string[] => result.log.filter((change) => change.to === 'stale').map((change) => change.task.slice(3));

  it('a late posting after certification: consumers once each, others untouched, and why', () => {
    const result = close(books, story(...certified, 'input cash 90'));
    expect(stale(result)).toEqual(['bank', 'tb', 'auto', 'group']);
    expect(result.states).toMatchObject({ bank: 'stale', fa: 'done', tax: 'done', later: 'not_ready' });
    expect(result.log.at(-1)!.because).toEqual(['cash changed from 100 to 90', 'DE/bank', 'DE/tb', ...(result.log.at(-1)!.because.length > 3 ? ['DE/auto'] : [])]);
    expect(result.log.find((change) => change.to === 'stale')!.voided.map(({ by }) => by)).toEqual(['anna', 'clara']);
    expect(result.state.records[closeGraph(instantiate(books, '2026-10')).positions.get('DE/bank')!]!.history).toHaveLength(2);
  });

  it.each([
    ['the same value again', [...certified, 'input cash 100'], []],
    ['the same change twice', [...certified, 'input cash 90', 'input cash 90'], ['bank', 'tb', 'auto', 'group']],
    ['a second change while stale', [...certified, 'input cash 90', 'input cash 80'], ['bank', 'tb', 'auto', 'group']],
    ['a figure that nobody rests on', [...certified, 'input other 1'], []],
    ['the first value of a figure certified without one', [...certified, 'input tax 5'], ['tax']],
    ['a change before anything began', ['input cash 1', 'input cash 2'], []],
    ['work in hand', ['input cash 1', 'started bank anna', 'input cash 2'], ['bank']],
    ['a change after certifying anew', [...certified, 'input cash 90', ...carryOut('bank'), 'approved bank clara', 'input cash 80'], ['bank', 'tb', 'auto', 'group', 'bank']],
  ])('%s', (_name, events, expected) => expect(stale(close(books, story(...events)))).toEqual(expected));

  it('certifying anew rests on the new value; automated tasks run again by themselves, people confirm again', () => {
    const again = close(books, story(...certified, 'input cash 90', ...carryOut('bank'), 'approved bank clara'));
    expect(again.states).toMatchObject({ bank: 'done', tb: 'stale', auto: 'stale' });
    expect(again.view.runnable).toEqual([]);
    const rerun = close(books, story(...certified, 'input cash 90', ...carryOut('bank'), 'approved bank clara', ...carryOut('tb')));
    expect(rerun.view.runnable).toEqual(['DE/auto']);
  });

  it.each([
    ['reopened by a controller', [...certified, 'reopened fa clara'], { fa: 'in_progress', bank: 'done', tb: 'stale', group: 'stale', tax: 'done' }, []],
    ['reopened without authority', [...certified, 'reopened fa anna'], { fa: 'done', tb: 'done' }, ['not-permitted']],
    ['reopened when only its owner began', ['started fa anna', 'reopened fa clara'], { fa: 'in_progress' }, ['task-state']],
    ['CL-10: hard closed while something is open', [...certified, 'period hard-closed clara'], { fa: 'done' }, ['hard-close-blocked']],
    ['CL-7: reopened after the hard close', [...certified, ...carryOut('later'), 'books 0', 'period hard-closed clara', 'reopened fa clara'], { fa: 'done' }, ['period-closed']],
    ['CL-10: hard close reopened by one', [...certified, ...carryOut('later'), 'books 0', 'period hard-closed clara', 'period open clara'], { fa: 'done' }, ['duties-conflict']],
    ['CL-10: hard close reopened by two', [...certified, ...carryOut('later'), 'books 0', 'period hard-closed clara', 'period soft-closed clara dora', 'reopened fa clara'], { fa: 'in_progress', tb: 'stale' }, []],
  ])('%s', (_name, events, states, codes) => {
    const result = close(books, story(...events));
    expect(result.states).toMatchObject(states);
    expect(result.codes).toEqual(codes);
  });

  it('a reopened hard close falls back after its time', () => {
    const events = story(...certified, ...carryOut('later'), 'books 0', 'period hard-closed clara', 'period open clara dora');
    const late: CloseEvent = { type: 'reopened', task: 'DE/fa', by: 'clara', reason: 'x', at: '2026-11-09T08:00:00Z' };
    expect(close(books, [...events, late]).codes).toEqual(['period-closed']);
  });

  it('events delivered in any order and more than once give the same close', () => {
    const events = story(...certified, 'input cash 90', ...carryOut('bank'), 'approved bank clara', 'reopened fa clara');
    const expected = close(books, events);
    for (let seed = 1; seed <= 10; seed++) {
      const graph = closeGraph(new Random(seed).shuffle(instantiate(books, '2026-10')));
      const delivered = new Random(seed).shuffle([...events, ...events.slice(0, 9)]);
      const result = replay({ graph, people: books.people, policy }, newClose(graph), toInstant(opens), delivered);
      expect(result.state).toEqual(expected.state);
      expect(result.log).toEqual(expected.log);
      expect(result.repeated).toBe(9);
    }
  });
});

describe('CL-11: critical path, blocked chains, overdue', () => {
  const timed = template([task('a', { minutes: 60 }), task('b', { minutes: 480 }), task('c', { after: ['a', 'b'], minutes: 120 }), task('d', { after: ['a'], minutes: 30 })]);

  it('from plan: the longest way, over nights and weekends', () => {
    const { view } = close(timed, []);
    expect(view.criticalPath).toEqual(['DE/b', 'DE/c']);
    expect(view.predictedEnd).toBe('2026-11-03T10:00:00.000Z');
    expect(view.daysToClose).toBe(2);
    expect(view.tasks.find(({ task: id }) => id === 'DE/c')!.blockedBy).toEqual(['DE/b']);
  });

  it('from actuals: what was done early no longer holds up', () => {
    expect(close(timed, story(...carryOut('b'))).view.criticalPath).toEqual(['DE/a', 'DE/c']);
  });

  it('overdue tells owner and manager', () => {
    const now = Date.parse('2026-11-05T08:00:00Z');
    const graph = closeGraph(instantiate(timed, '2026-10'));
    const view = evaluate(graph, newClose(graph), { people: timed.people, hours: workingHours(timed), periodEnd: '2026-10-31', opens, now });
    expect(view.tasks[0]).toMatchObject({ overdue: true, late: true, notify: ['anna', 'clara'] });
  });
});

describe('a close of 2,000 tasks', () => {
  it('is published and evaluated, and the order of its description changes nothing', () => {
    const of = largeTemplate();
    const random = new Random(6);
    const shuffled = { ...of, tasks: random.shuffle(of.tasks), entities: random.shuffle(of.entities) };
    expect(templateProblems(of)).toEqual([]);
    expect(instantiate(shuffled, '2026-10')).toEqual(instantiate(of, '2026-10'));
    expect(instantiate(of, '2026-10')).toHaveLength(2_000);
  });
});
