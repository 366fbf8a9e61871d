import type { House } from '../../test/support/house.ts';
import { patiently, pause } from '../../test/faults/workday.ts';
import type { Desk } from './desk.ts';

/** What ERP and bank do wrong, one turn after the other. */
const counterpartFaults = [
  [{ route: 'erp.invoices.post', kind: 'drop-response', times: 3 }],
  [{ route: 'bank.files.post', kind: 'drop-response', times: 1 }],
  [{ route: 'erp.invoices.post', kind: 'fail-after-commit', times: 3, status: 500 }],
  [{ route: 'erp.payments.post', kind: 'drop-response', times: 2 }],
  [{ route: 'erp.invoices.post', kind: 'throttle', times: 10, retryAfterSeconds: 1 }, { route: 'erp.invoices.post', kind: 'commit-late', times: 2, delayMs: 200 }],
  [{ route: 'bank.files.post', kind: 'commit-late', times: 1, delayMs: 200 }],
];

interface Plan {
  everyMs: number;
  /** Up to then our own programs are killed, too; afterwards they live on, so that it shows what they keep. */
  killsUntil: number;
  underWay: () => boolean;
}

interface Strike {
  names: string[];
  strike(): Promise<unknown>;
}

/** Something breaks at each beat of a clock, in turn: our programs and the services under them, and what counterparts do wrong. Answers what and how often. */
export async function strikeRegularly(house: House, desk: Desk, { everyMs, killsUntil, underWay }: Plan): Promise<Record<string, number>> {
  const kills: Strike[] = [
    { names: ['worker killed'], strike: () => desk.replaceWorker() },
    { names: ['API killed'], strike: () => desk.replaceApi() },
    { names: ['PostgreSQL killed'], strike: async () => house.services?.postgres?.kill() },
    { names: ['Temporal server killed'], strike: async () => house.services?.temporal?.kill() },
  ];
  const faults = counterpartFaults.map((wrong): Strike => ({
    names: wrong.map(({ route, kind }) => `${route.split('.')[0]} ${kind}`),
    strike: () => Promise.all(wrong.map((fault) => house.sandbox.post('/_sandbox/faults', fault))),
  }));
  const all = [...kills.flatMap((kill, at) => [kill, ...faults.slice(at, at + 1)]), ...faults.slice(kills.length)];
  const struck: Record<string, number> = {};
  const began = Date.now();
  for (let turn = 0; ; turn += 1) {
    while (Date.now() < began + (turn + 1) * everyMs && underWay()) await pause(250);
    if (!underWay()) return struck;
    const turns = Date.now() < killsUntil ? all : faults;
    const { names, strike } = turns[turn % turns.length]!;
    await patiently(strike);
    for (const name of names) struck[name] = (struck[name] ?? 0) + 1;
  }
}
