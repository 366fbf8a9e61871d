import { parseArgs } from 'node:util';
import { openHouse } from '../test/support/house.ts';
import { judge } from '../test/faults/invariants.ts';
import { bankThatSettles, pause, readyToPay, unsettled, workUntilPaid } from '../test/faults/workday.ts';
import type { Result } from './benchmark.ts';
import { Desk } from './soak/desk.ts';
import { flatness } from './soak/flat.ts';
import { strikeRegularly } from './soak/strikes.ts';
import { measureCapacity, sendSteadily } from './soak/traffic.ts';
import { Witness } from './soak/witness.ts';

export const summary = 'Soak: a day of work in an hour; documents, people and payments at a share of the capacity measured before, with a fault every so often';

/** Orders are there for so many documents a second. */
const mostPerSecond = 12;

const erp = { processingLimitMs: 1_000, erpTimeoutMs: 1_000 };

/**
 * One installation with services of its own. First its capacity for such days is measured, undisturbed; then documents come at `--share` of it for
 * `--minutes`, a fifth of them needs a person, all of them are paid in runs, and something breaks every `--fault-every` seconds: in the first half our own
 * programs are killed, too; in the second they live on, so that whatever they keep adds up. Memory, handles, sizes and waiting times are those of each
 * quarter; the counterparts' ledgers judge at the end.
 */
export async function run(args: string[]): Promise<Result> {
  const { values } = parseArgs({ args, options: { minutes: { type: 'string', default: '60' }, share: { type: 'string', default: '0.6' }, 'fault-every': { type: 'string', default: '30' } } });
  const [minutes, share, faultEvery] = [Number(values.minutes), Number(values.share), Number(values['fault-every'])];
  const house = await openHouse({ ...erp, ownServices: true, set: readyToPay({ processingLimitMs: erp.processingLimitMs, timeoutMs: erp.erpTimeoutMs }) });
  try {
    await bankThatSettles(house);
    const desk = await Desk.open(house, 10_000 + minutes * 60 * mostPerSecond);
    const capacity = await measureCapacity(house, desk);
    const witness = new Witness(house);
    const began = Date.now();
    const until = began + minutes * 60_000;
    const underWay = () => Date.now() < until;
    const watching = witness.watch(underWay);
    const paying = workUntilPaid(house, desk.open, underWay);
    const striking = strikeRegularly(house, desk, { everyMs: faultEvery * 1_000, killsUntil: began + minutes * 30_000, underWay });
    await sendSteadily(desk, { perSecond: capacity * share, underWay });
    const struck = await striking;
    await watching;
    await paying;
    await pause(2_000);
    const { broken: judged, posted, repeatsSuppressed } = await judge(house, desk.accepted);
    const broken = [...judged, ...(await unsettled(house, desk.accepted))];
    const quarters = await witness.quarters(desk);
    return {
      name: 'soak',
      rows: quarters,
      notes: [
        flatness(quarters),
        `Capacity before: ${capacity.toFixed(1)} documents settled a second; then ${(capacity * share).toFixed(1)} a second for ${minutes} minutes, ${desk.accepted.length} in all, ${posted} documents at the ERP.`,
        `Faults: ${Object.entries(struck).map(([name, times]) => `${name} ${times}`).join(', ')}. Senders tried again ${desk.repeated} times; ${repeatsSuppressed} effects were asked for or repeated.`,
        broken.length === 0 ? 'Judged by the ledgers of ERP and bank and by the audit chain: nothing lost, nothing done twice, nothing stuck.' : `Broken: ${broken.slice(0, 10).join('; ')}`,
      ],
    };
  } finally {
    await house.dispose();
  }
}
