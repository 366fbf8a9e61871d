import { msToNumber, type Duration } from '@temporalio/common/lib/time.js';
import type { ActivityOptions, LocalActivityOptions } from '@temporalio/workflow';
import { describe, expect, it } from 'vitest';
import { counterpartProfile, firstTryProfile, maintenanceProfile, pageProfile, parkedRetryInterval, pollProfile, recordProfile } from '../../temporal-config/retry-profiles.ts';

type Profile = ActivityOptions | LocalActivityOptions;
const profiles: [string, Profile][] = Object.entries({ counterpartProfile, firstTryProfile, recordProfile, pollProfile, maintenanceProfile, pageProfile });
const minutes = (count: number) => count * 60_000;
/** After this the engine gives a task of a process to another worker. */
const taskTimeoutMs = 10_000;

const time = (given: Duration | undefined) => (given === undefined ? Infinity : msToNumber(given));
/** Until a try is given up that says nothing any more, as on a worker that died. */
const silence = (profile: Profile) => Math.min(time(profile.startToCloseTimeout), time('heartbeatTimeout' in profile ? profile.heartbeatTimeout : undefined));
const waits = ({ retry: { initialInterval, backoffCoefficient = 2, maximumInterval, maximumAttempts = Infinity } = {} }: Profile) =>
  maximumAttempts === Infinity ? [Infinity] : Array.from({ length: maximumAttempts - 1 }, (_, number) => Math.min(time(initialInterval) * backoffCoefficient ** number, time(maximumInterval)));
const sum = (parts: number[]) => parts.reduce((all, part) => all + part, 0);
const waited = (profile: Profile) => sum(waits(profile));
const triedFor = (profile: Profile) => waited(profile) + silence(profile) * (profile.retry?.maximumAttempts ?? Infinity);

describe('how long a step is tried', () => {
  it.each(profiles)('%s ends within half an hour though nobody ever answers, so that somebody is told', (_, profile) => {
    expect(triedFor(profile)).toBeLessThan(minutes(30));
  });

  it.each(profiles)('%s comes to its end sooner than a parked step is tried again where the answer is no each time', (_, profile) => {
    expect(waited(profile)).toBeLessThan(0.8 * msToNumber(parkedRetryInterval));
  });

  it.each(Object.entries({ counterpartProfile, recordProfile, pageProfile }))('%s outlives five minutes without the other side: a restart parks nothing', (_, profile) => {
    expect(waited(profile)).toBeGreaterThan(minutes(5));
  });

  it('a look that comes again by itself leaves a worker to others within two minutes', () => {
    expect(triedFor(pollProfile)).toBeLessThan(minutes(2));
  });
});

describe('how soon it goes on elsewhere', () => {
  it('a page whose worker died is taken up long before a page may end, and not while it waits for one call', () => {
    expect(silence(pageProfile)).toBeLessThanOrEqual(time(pageProfile.startToCloseTimeout) / 10);
    expect(silence(pageProfile)).toBeGreaterThan(time(counterpartProfile.startToCloseTimeout));
  });

  it('a call at a counterpart has no heartbeat, and is short itself', () => {
    expect(silence(counterpartProfile)).toBeLessThanOrEqual(15_000);
  });

  it('what is tried where the process runs gives its task back in time: one short try, or local tries before a timer', () => {
    expect([firstTryProfile.retry.maximumAttempts, time(firstTryProfile.startToCloseTimeout) < taskTimeoutMs / 2]).toEqual([1, true]);
    expect(time(recordProfile.localRetryThreshold)).toBeLessThan(taskTimeoutMs);
  });
});
