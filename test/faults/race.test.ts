import { afterAll, beforeAll, expect, it } from 'vitest';
import { decisionsOf } from '../../db/repositories/decisions.ts';
import { readSettings } from '../../temporal-config/settings.ts';
import { openHouse, type House } from '../support/house.ts';
import { billed, submit } from '../support/invoices.ts';
import { outcomeOf, people } from '../support/people.ts';
import { describeWithServices } from '../support/services.ts';
import { judge } from './invariants.ts';

/** F12: two people decide the same task in the same millisecond, one for and one against; a thousand times in the long form. */
const pairs = readSettings().faultSeeds === undefined ? 20 : 1_000;
const atOnce = 20;

describeWithServices('F12 approve and reject at the same moment', () => {
  let house: House;
  let they: ReturnType<typeof people>;

  beforeAll(async () => {
    house = await openHouse();
    they = people(house);
    await house.startWorker();
    await house.firstPoll('DE01');
  });
  afterAll(() => house.dispose());

  /** Answers what each of the two heard. */
  async function race(index: number): Promise<{ caseId: string; heard: [string, string] }> {
    const price = (100 + index * 0.37).toFixed(2);
    const { caseId } = await submit(house.db, billed({ lines: [{ quantity: '1', price, name: 'Strom' }], seller: { name: 'Stadtwerke Musterstadt GmbH', vatId: 'DE142900886' }, iban: 'DE21500999000010000106' }));
    await house.stage(caseId, 'approval', 120_000);
    const task = await they.openTask(caseId);
    const [one, other] = task.candidatePersons;
    const heard = await Promise.all([outcomeOf(they.decide(caseId, one!, 'approve', { task })), outcomeOf(they.decide(caseId, other!, 'reject', { task }))]);
    return { caseId, heard };
  }

  it(`${pairs} pairs: exactly one of the two counts, the other hears that it was decided`, async () => {
    const winners = new Map<string, number>();
    const accepted: string[] = [];
    for (let from = 0; from < pairs; from += atOnce) {
      for (const { caseId, heard } of await Promise.all(Array.from({ length: Math.min(atOnce, pairs - from) }, (_, index) => race(from + index)))) {
        accepted.push(caseId);
        expect({ caseId, heard: [...heard].sort() }).toEqual({ caseId, heard: ['accepted', 'already-decided'] });
        const counted = (await decisionsOf(house.db, caseId, 'accepted')).map(({ decision }) => decision);
        expect(counted).toEqual([heard[0] === 'accepted' ? 'approve' : 'reject']);
        winners.set(counted[0]!, (winners.get(counted[0]!) ?? 0) + 1);
      }
    }
    expect([...winners.values()].reduce((sum, count) => sum + count, 0)).toBe(pairs);
    expect((await judge(house, accepted)).broken).toEqual([]);
  }, 1_800_000);
});
