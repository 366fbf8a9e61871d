import type { House } from '../../test/support/house.ts';
import { patiently, pause } from '../../test/faults/workday.ts';
import type { Desk } from './desk.ts';

const counterpartFaults = [
  { route: 'erp.invoices.post', kind: 'drop-response', times: 3 },
  { route: 'bank.files.post', kind: 'drop-response', times: 1 },
  { route: 'erp.invoices.post', kind: 'fail-after-commit', times: 3, status: 500 },
  { route: 'erp.payments.post', kind: 'drop-response', times: 2 },
  { route: 'erp.invoices.post', kind: 'throttle', times: 10, retryAfterSeconds: 1 },
  { route: 'bank.files.post', kind: 'commit-late', times: 1, delayMs: 200 },
  { route: 'erp.invoices.post', kind: 'commit-late', times: 2, delayMs: 200 },
];

/** Something breaks every `everyMs`, in turn: our programs, the services under them, and what counterparts do wrong. Answers what and how often. */
export async function strikeRegularly(house: House, desk: Desk, { everyMs, underWay }: { everyMs: number; underWay: () => boolean }): Promise<Record<string, number>> {
  const parts: [string, () => Promise<unknown>][] = [
    ['worker killed', () => desk.replaceWorker()],
    ['API killed', () => desk.replaceApi()],
    ['PostgreSQL killed', async () => house.services?.postgres?.kill()],
    ['Temporal server killed', async () => house.services?.temporal?.kill()],
  ];
  const ours = parts.flatMap((part, index) => [part, ...faultsAfter(house, index)]);
  const struck: Record<string, number> = {};
  for (let turn = 0; ; turn += 1) {
    for (let waited = 0; waited < everyMs && underWay(); waited += 250) await pause(250);
    if (!underWay()) return struck;
    const [name, strike] = ours[turn % ours.length]!;
    await patiently(strike);
    struck[name] = (struck[name] ?? 0) + 1;
  }
}

/** Between two of our own parts the counterparts fail. */
function faultsAfter(house: House, index: number): [string, () => Promise<unknown>][] {
  return counterpartFaults.slice(index * 2, index * 2 + 2).map((fault) => [`${fault.route.split('.')[0]} ${fault.kind}`, () => house.sandbox.post('/_sandbox/faults', fault)]);
}
