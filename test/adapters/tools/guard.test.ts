import { describe, expect, it } from 'vitest';
import { createGuard, type CallObservation, type GuardOptions } from '../../../adapters/tools/guard.ts';
import { createCircuitBreaker } from '../../../adapters/tools/circuit-breaker.ts';
import { createRateCap } from '../../../adapters/tools/rate-cap.ts';
import { KontorError, type ErrorCode } from '../../../domain/errors.ts';

interface Port {
  ask(): Promise<string>;
  act(): Promise<string>;
  rare?(): Promise<string>;
}
const operations = { ask: 'read', act: 'effect', rare: 'effect' } as const;

describe('the gate around every adapter', () => {
  it('passes answers through, keeps absent functions absent, and tells metrics', async () => {
    const seen: CallObservation[] = [];
    const port = wrapped(['ok', 'outcome-unknown'], { observe: (observation) => seen.push(observation) });
    expect(await port.ask()).toBe('answer');
    await expect(port.act()).rejects.toMatchObject({ code: 'outcome-unknown' });
    expect(port.rare).toBeUndefined();
    expect(seen.map(({ counterpart, operation, kind, outcome }) => [counterpart, operation, kind, outcome])).toEqual([
      ['erp.example', 'ask', 'read', 'answered'],
      ['erp.example', 'act', 'effect', 'outcome-unknown'],
    ]);
  });

  it('leaves a failing counterpart alone; what it holds back was not sent, so it is never unknown', async () => {
    const clock = manualClock();
    const { port, calls } = counting(['outcome-unknown', 'counterpart-unavailable', 'outcome-unknown', 'ok', 'ok'], { now: clock.now, limits: { breaker: { failures: 3, openMs: 1_000 } } });
    for (let n = 0; n < 3; n++) await port.act().catch(() => undefined);
    await expect(port.act()).rejects.toMatchObject({ code: 'counterpart-unavailable', retryAfterMs: 1_000 });
    expect(calls()).toBe(3);
    clock.advance(1_000);
    expect(await port.act()).toBe('answer');
    expect(await port.act()).toBe('answer');
  });

  it.each<ErrorCode>(['counterpart-throttled', 'counterpart-rejected', 'counterpart-unreadable'])('%s is an answer and does not open the circuit', async (code) => {
    const { port, calls } = counting(Array<Script>(5).fill(code), { limits: { breaker: { failures: 2, openMs: 60_000 } } });
    for (let n = 0; n < 5; n++) await expect(port.ask()).rejects.toMatchObject({ code });
    expect(calls()).toBe(5);
  });

  it('holds all calls after a 429 until its time has passed', async () => {
    const clock = manualClock();
    const { port, calls } = counting(['counterpart-throttled', 'ok'], { now: clock.now, limits: { patienceMs: 0 } }, 2_000);
    await port.ask().catch(() => undefined);
    await expect(port.act()).rejects.toMatchObject({ code: 'counterpart-throttled', retryAfterMs: 2_000 });
    expect(calls()).toBe(1);
    clock.advance(2_000);
    expect(await port.act()).toBe('answer');
  });

  it('a call that waits for its place is not sent into a hold that was asked for meanwhile', async () => {
    const { port, calls } = counting(['counterpart-throttled', 'ok'], { limits: { rate: { perSecond: 20, burst: 1 }, patienceMs: 1_000 } }, 5_000);
    const [first, second] = await Promise.allSettled([port.ask(), port.act()]);
    expect([first, second]).toMatchObject([{ reason: { code: 'counterpart-throttled' } }, { reason: { code: 'counterpart-throttled' } }]);
    expect(calls()).toBe(1);
  });

  it('counts the companies of one counterpart together and other counterparts apart', async () => {
    const guard = createGuard({ limits: { breaker: { failures: 1, openMs: 60_000 } } });
    const [failing, working] = [script(['outcome-unknown']).port, script(['ok']).port];
    await guard.wrap<Port>(failing, operations, 'a').act().catch(() => undefined);
    await expect(guard.wrap<Port>(working, operations, 'a').act()).rejects.toMatchObject({ code: 'counterpart-unavailable' });
    expect(await guard.wrap<Port>(working, operations, 'b').act()).toBe('answer');
  });

  it.each([
    ['act', 'outcome-unknown'],
    ['ask', 'internal-error'],
  ] as const)('an adapter that breaks in %s gives %s, without the text of the foreign error', async (operation, code) => {
    const broken: Port = { ask: () => Promise.reject(new RangeError('IBAN DE00')), act: () => Promise.reject(new RangeError('IBAN DE00')) };
    const error: unknown = await createGuard().wrap<Port>(broken, operations, 'a')[operation]().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code, message: `${operation}: the adapter failed with RangeError`, cause: undefined });
  });
});

describe('the circuit breaker', () => {
  it('lets one call try when its time has passed, and stays shut for the others', () => {
    const clock = manualClock();
    const breaker = createCircuitBreaker({ failures: 1, openMs: 100 }, clock.now);
    breaker.failed();
    expect(breaker.waitMs()).toBe(100);
    clock.advance(100);
    expect([breaker.waitMs(), breaker.waitMs()]).toEqual([0, 100]);
    breaker.failed();
    expect(breaker.waitMs()).toBe(100);
    clock.advance(100);
    expect(breaker.waitMs()).toBe(0);
    breaker.succeeded();
    expect([breaker.waitMs(), breaker.waitMs()]).toEqual([0, 0]);
  });
});

describe('the rate cap', () => {
  it.each([
    [10, 1],
    [10, 5],
    [50, 50],
  ])('%i a second with a burst of %i is never exceeded in any second', (perSecond, burst) => {
    const clock = manualClock();
    const cap = createRateCap({ perSecond, burst }, clock.now);
    const starts: number[] = [];
    for (let tick = 0; tick < 3_000; tick += 10, clock.advance(10)) if (cap.take(0) !== undefined) starts.push(clock.now());
    const busiest = Math.max(...starts.map((start) => starts.filter((other) => other >= start && other < start + 1_000).length));
    expect(busiest).toBeLessThanOrEqual(perSecond + burst);
    expect(busiest).toBeGreaterThanOrEqual(Math.min(perSecond, burst));
    expect(starts.length).toBeGreaterThanOrEqual(2 * perSecond);
  });

  it('gives places in order and refuses beyond patience', () => {
    const cap = createRateCap({ perSecond: 10, burst: 1 }, () => 0);
    expect([cap.take(250), cap.take(250), cap.take(250), cap.take(250)]).toEqual([0, 100, 200, undefined]);
  });
});

type Script = 'ok' | ErrorCode;

function wrapped(answers: Script[], options: GuardOptions): Port {
  return createGuard(options).wrap<Port>(script(answers).port, operations, 'erp.example');
}

function counting(answers: Script[], options: GuardOptions, retryAfterMs?: number): { port: Port; calls: () => number } {
  const { port, calls } = script(answers, retryAfterMs);
  return { port: createGuard(options).wrap<Port>(port, operations, 'erp.example'), calls };
}

function script(answers: Script[], retryAfterMs?: number): { port: Port; calls: () => number } {
  let calls = 0;
  const next = async (): Promise<string> => {
    const answer = answers[calls++] ?? 'ok';
    if (answer === 'ok') return 'answer';
    throw new KontorError(answer, 'scripted', { retryAfterMs });
  };
  return { port: { ask: next, act: next }, calls: () => calls };
}

function manualClock(): { now: () => number; advance: (ms: number) => void } {
  let time = 1_000_000;
  return { now: () => time, advance: (ms) => void (time += ms) };
}
