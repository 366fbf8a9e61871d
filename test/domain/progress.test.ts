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
