import { expect, it } from 'vitest';
import type { Transition } from '../../domain/model/transition.ts';
import { applyTransitions, initialProgress } from '../../domain/rules/progress.ts';

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
