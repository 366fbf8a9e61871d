import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Transition } from '../../domain/model/transition.ts';
import { applyTransitions, HeardProgress, initialProgress } from '../../domain/rules/progress.ts';

const at = '2026-11-16T09:00:00.000Z';
const parked: Transition = { kind: 'parked', at, step: 'postToErp', code: 'counterpart-unavailable', owner: 'operator' };
const resumed: Transition = { kind: 'resumed', at, step: 'postToErp', by: 'system:process' };
const posted: Transition = { kind: 'posting', at, system: 'erp:test', key: 'k', status: 'posted', reference: '1' };

/** The step records what it did and then that it went on; the process hears of both in the other order. */
it.each([
  ['before it', [parked, posted, resumed]],
  ['after it', [parked, resumed, posted]],
])('a resumed step that recorded its stage %s stands there, without its exception', (_what, transitions) => {
  expect(applyTransitions(initialProgress('c', 'v'), transitions)).toMatchObject({ stage: 'posted', exceptions: [] });
});

it('a resumed step that recorded nothing yet is under way', () => {
  expect(applyTransitions(initialProgress('c', 'v'), [parked, resumed]).stage).toBe('resumed');
});

const opened = (exceptionId: string, code: string): Transition[] => [
  { kind: 'exception-opened', at, exceptionId, code, owner: 'ap-lead' },
  { kind: 'awaiting', at, stage: code, awaiting: [{ what: `resolve ${code}`, subject: exceptionId, role: 'ap-lead', since: at }] },
];
const closed = (exceptionId: string, code: string): Transition => ({ kind: 'exception-closed', at, exceptionId, code, resolution: 'retry', by: 'ann' });

it.each<[string, Transition[], string]>([
  ['rejected stands there until somebody has looked', [posted, ...opened('e1', 'payment-rejected')], 'payment-rejected'],
  ['rejected and looked at is to be paid again', [posted, ...opened('e1', 'payment-rejected'), closed('e1', 'payment-rejected')], 'posted'],
  ['returned and looked at is to be paid again', [posted, ...opened('e1', 'payment-returned'), closed('e1', 'payment-returned')], 'posted'],
  ['rejected and looked at is to be paid again, whatever else is open', [posted, ...opened('e1', 'payment-rejected'), { kind: 'exception-opened', at, exceptionId: 'e2', code: 'message-unread', owner: 'operator' }, closed('e1', 'payment-rejected')], 'posted'],
  ['rejected twice is to be looked at twice', [posted, ...opened('e1', 'payment-rejected'), ...opened('e2', 'payment-rejected'), closed('e1', 'payment-rejected')], 'payment-rejected'],
])('P8: a document whose payment was %s', (_what, transitions, stage) => {
  expect(applyTransitions(initialProgress('c', 'v'), transitions).stage).toBe(stage);
});

it('an exception that has nothing to do with a payment leaves the stage to what comes next', () => {
  expect(applyTransitions(initialProgress('c', 'v'), [...opened('e1', 'exception'), closed('e1', 'exception')]).stage).toBe('exception');
});

const records: Transition[][] = [[posted], [parked], [resumed], opened('e1', 'exception'), [closed('e1', 'exception')], opened('e2', 'payment-rejected'), [closed('e2', 'payment-rejected')], [{ kind: 'assessed', at, disposition: 'exception', policyVersions: {} } as unknown as Transition]];

it('I8: what is heard in another order than it was recorded in shows what the records show', () => {
  const recorded = fc.array(fc.constantFrom(...records), { minLength: 1, maxLength: 8 });
  fc.assert(fc.property(recorded.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all.map((_, index) => index), { minLength: all.length }))), ([all, order]) => {
    const before = applyTransitions(initialProgress('c', 'v'), opened('e0', 'exception'));
    const heard = new HeardProgress(before);
    for (const index of order) {
      heard.hear(all[index]!, 10 + 3 * index);
      heard.hear([], undefined); // a look that found nothing
    }
    expect(heard.value).toEqual(applyTransitions(before, all.flat()));
  }));
});

it('I8: of very many records too, each of which a few later ones have overtaken; and what has no number comes after what was heard', () => {
  const heard = new HeardProgress(initialProgress('c', 'v'));
  const all = Array.from({ length: 100 }, (_, index): Transition[] => [{ ...(posted as Extract<Transition, { kind: 'posting' }>), key: `k${index % 7}`, reference: String(index) }]);
  for (let from = 0; from < all.length; from += 4) for (const index of [from + 3, from + 1, from + 2, from]) heard.hear(all[index]!, index);
  expect(heard.value).toEqual(applyTransitions(initialProgress('c', 'v'), all.flat()));
  heard.hear(opened('e1', 'exception'), undefined);
  heard.hear([closed('e1', 'exception')], 101);
  expect(heard.value).toEqual(applyTransitions(initialProgress('c', 'v'), [...all.flat(), ...opened('e1', 'exception'), closed('e1', 'exception')]));
});
