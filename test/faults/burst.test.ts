import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RequestLogEntry } from '../../sandbox/shared/execute.ts';
import { readSettings } from '../../temporal-config/settings.ts';
import { openHouse, type House } from '../support/house.ts';
import { billed } from '../support/invoices.ts';
import { describeWithServices } from '../support/services.ts';
import { tell } from './figures.ts';
import { judge } from './invariants.ts';
import { plant, type Defect } from './plant.ts';
import { enter, orderWithoutEnd } from './round.ts';
import { pause } from './workday.ts';

/** F14: the ERP fails in bursts for ten minutes, a twentieth of that in the short form, while documents flow. */
const minutes = readSettings().faultSeeds === undefined ? 0.5 : 10;
const documents = readSettings().faultSeeds === undefined ? 40 : 200;
/** The guard's own: open for 5 s after 5 failures in a row. */
const openMs = 5_000;
/**
 * The worker differs from the real one only in its rate cap, which is 200 calls a second and 100 at once: no two processors send that many, so
 * that nobody would miss it. A heap of documents wants far more than this one.
 */
const cap = { perSecond: 20, burst: 5 };
const lowCap: Defect[] = [{ file: 'adapters/tools/guard.ts', was: 'rate: { perSecond: 200, burst: 100 }', becomes: `rate: { perSecond: ${cap.perSecond}, burst: ${cap.burst} }` }];
/** What left in turn may arrive closer together, where a process was held up. */
const jitter = 1.4;
/** They come all at once, before anything breaks. */
const heap = 20;
const orderNumber = '45-burst';
const kinds = [
  { kind: 'fail-after-commit', status: 502, probability: 0.5, route: 'erp.invoices.post', lasts: 2_000 },
  { kind: 'throttle', retryAfterSeconds: 2, probability: 0.5, lasts: 3_000 },
  { kind: 'fail-before-commit', status: 500, probability: 0.5, lasts: 3_000 },
  { kind: 'fail-before-commit', status: 503, probability: 1, lasts: openMs * 2 },
];

describeWithServices('F14 bursts of 500, 502, 503 and 429', () => {
  let house: House;
  let copy: ReturnType<typeof plant>;
  const accepted: string[] = [];

  beforeAll(async () => {
    copy = plant(lowCap);
    house = await openHouse({ processingLimitMs: 800, erpTimeoutMs: 600 });
    await orderWithoutEnd(house, orderNumber);
    await house.startWorker({}, copy.home);
    await house.firstPoll('DE01');
  });
  afterAll(async () => {
    await house.dispose();
    copy.remove();
  });

  const fails = (fault: Record<string, unknown>) => house.sandbox.post('/_sandbox/faults', { route: 'erp', ...fault });
  /** A burst that nobody meets is none; where no document is under way it ends unmet. */
  const struck = async () => {
    for (let tries = 0; tries < 60 && !(await house.sandbox.faults()).some(({ injected }) => injected > 0); tries += 1) await pause(250);
  };
  const log = async () => (await house.sandbox.get<{ items: RequestLogEntry[] }>('/_sandbox/requests')).items.filter(({ route }) => route.startsWith('erp.'));

  it('the calls back off, the circuit opens, a request to slow down is obeyed, everything is posted once afterwards', async () => {
    const entered = (index: number) => enter(house, billed({ lines: [{ orderNumber, orderLine: '10', quantity: String(298 + 3 * index), price: '0.01' }] }), accepted);
    await Promise.all(Array.from({ length: heap }, (_, index) => entered(index)));
    for (const id of accepted) await house.stage(id, 'posted');
    const flow = (async () => {
      for (let index = heap; index < documents; index += 1) {
        await entered(index);
        await pause((minutes * 60_000 * 0.6) / (documents - heap));
      }
    })();
    const until = Date.now() + minutes * 60_000;
    for (let burst = 0; burst < kinds.length || Date.now() < until; burst += 1) {
      const { lasts, ...fault } = kinds[burst % kinds.length]!;
      await fails({ ...fault, seed: burst });
      await struck();
      await pause(lasts);
      await house.sandbox.clearFaults();
      await pause(500);
    }
    await flow;
    const healthy = Date.now();
    for (const id of accepted) await house.stage(id, 'posted', 600_000);
    const drainedMs = Date.now() - healthy;
    const requests = await log();
    tell('F14', `drained ${documents} documents ${drainedMs} ms after the last burst; ${busiestSecond(requests)} calls in the busiest second, where the cap lets ${cap.perSecond + cap.burst} through`);
    expect(new Set(requests.map(({ outcome }) => outcome))).toEqual(new Set(['answered', 'fail-before-commit', 'fail-after-commit', 'throttle']));
    expect(longestSilence(requests)).toBeGreaterThan(openMs * 0.8);
    expect(busiestSecond(requests)).toBeLessThanOrEqual((cap.perSecond + cap.burst) * jitter);
    expect(duringHolds(requests)).toEqual([]);
    const { broken } = await judge(house, accepted);
    expect(broken).toEqual([]);
  }, 1_500_000);
});

/** While the circuit is open nothing is sent, although documents wait and changes are asked for each second. */
function longestSilence(requests: readonly RequestLogEntry[]): number {
  const first = requests.findIndex(({ outcome }) => outcome === 'fail-before-commit');
  const last = requests.findLastIndex(({ outcome }) => outcome === 'fail-before-commit');
  const times = requests.slice(first, last + 2).map(({ at }) => Date.parse(at));
  return Math.max(...times.slice(1).map((at, index) => at - times[index]!));
}

function busiestSecond(requests: readonly RequestLogEntry[]): number {
  const times = requests.map(({ at }) => Date.parse(at));
  let from = 0;
  return Math.max(...times.map((at, index) => {
    while (at - times[from]! >= 1_000) from += 1;
    return index - from + 1;
  }));
}

/** Calls in the middle of the time that a 429 asked for; those at its beginning were on their way already. */
function duringHolds(requests: readonly RequestLogEntry[]): string[] {
  const holds = requests.filter(({ outcome }) => outcome === 'throttle').map(({ at }) => Date.parse(at));
  return holds.flatMap((hold) => requests.filter(({ at }) => Date.parse(at) > hold + 700 && Date.parse(at) < hold + 1_900).map(({ at, route }) => `${route} ${Date.parse(at) - hold} ms after a request to slow down`));
}
