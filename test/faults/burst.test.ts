import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RequestLogEntry } from '../../sandbox/shared/execute.ts';
import { readSettings } from '../../temporal-config/settings.ts';
import { openHouse, type House } from '../support/house.ts';
import { billed } from '../support/invoices.ts';
import { describeWithServices } from '../support/services.ts';
import { judge } from './invariants.ts';
import { enter, orderWithoutEnd } from './round.ts';
import { pause } from './workday.ts';

/** F14: the ERP fails in bursts for ten minutes, a twentieth of that in the short form, while documents flow. */
const minutes = readSettings().faultSeeds === undefined ? 0.5 : 10;
const documents = readSettings().faultSeeds === undefined ? 40 : 200;
/** The guard's own: open for 5 s after 5 failures in a row; at most 200 calls a second, 100 at once. */
const openMs = 5_000;
const orderNumber = '45-burst';
const cap = 300;
const kinds = [
  { kind: 'fail-after-commit', status: 502, probability: 0.5, route: 'erp.invoices.post', lasts: 2_000 },
  { kind: 'throttle', retryAfterSeconds: 2, probability: 0.5, lasts: 3_000 },
  { kind: 'fail-before-commit', status: 500, probability: 0.5, lasts: 3_000 },
  { kind: 'fail-before-commit', status: 503, probability: 1, lasts: openMs * 2 },
];

describeWithServices('F14 bursts of 500, 502, 503 and 429', () => {
  let house: House;
  const accepted: string[] = [];

  beforeAll(async () => {
    house = await openHouse({ processingLimitMs: 800, erpTimeoutMs: 600 });
    await orderWithoutEnd(house, orderNumber);
    await house.startWorker();
    await house.firstPoll('DE01');
  });
  afterAll(() => house.dispose());

  const fails = (fault: Record<string, unknown>) => house.sandbox.post('/_sandbox/faults', { route: 'erp', ...fault });
  /** A burst that nobody meets is none; where no document is under way it ends unmet. */
  const struck = async () => {
    for (let tries = 0; tries < 60 && !(await house.sandbox.faults()).some(({ injected }) => injected > 0); tries += 1) await pause(250);
  };
  const log = async () => (await house.sandbox.get<{ items: RequestLogEntry[] }>('/_sandbox/requests')).items.filter(({ route }) => route.startsWith('erp.'));

  it('the calls back off, the circuit opens, a request to slow down is obeyed, everything is posted once afterwards', async () => {
    const flow = (async () => {
      for (let index = 0; index < documents; index += 1) {
        await enter(house, billed({ lines: [{ orderNumber, orderLine: '10', quantity: String(298 + 3 * index), price: '0.01' }] }), accepted);
        await pause((minutes * 60_000 * 0.6) / documents);
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
    console.log(`F14: drained ${documents} documents ${Date.now() - healthy} ms after the last burst`);

    const requests = await log();
    expect(new Set(requests.map(({ outcome }) => outcome))).toEqual(new Set(['answered', 'fail-before-commit', 'fail-after-commit', 'throttle']));
    expect(longestSilence(requests)).toBeGreaterThan(openMs * 0.8);
    expect(busiestSecond(requests)).toBeLessThanOrEqual(cap);
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
