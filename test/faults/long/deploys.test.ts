import { afterAll, beforeAll, expect, it } from 'vitest';
import { openHouse, type House } from '../../support/house.ts';
import { billed, submit } from '../../support/invoices.ts';
import { people } from '../../support/people.ts';
import { describeWithServices } from '../../support/services.ts';
import { judge } from '../invariants.ts';
import { plant, type Defect } from '../plant.ts';

/**
 * F21, without worker versioning: a version goes live that does something else than what open cases have done. Its steps fail,
 * its cases do not: they wait, say why in their histories, and go on where they were as soon as the version before is back.
 */
const documents = 50;

/** Waits a moment before it looks at a document, which no open case has in its history. */
const waitsFirst: Defect[] = [{
  file: 'workflows/accounts-payable/invoice-to-pay.ts',
  was: "  const assessment = await parkable(invoice, 'assessInvoice',",
  becomes: "  await condition(() => false, 1);\n  const assessment = await parkable(invoice, 'assessInvoice',",
}];

describeWithServices('F21 a version that open cases cannot follow', () => {
  let house: House;
  let they: ReturnType<typeof people>;

  beforeAll(async () => {
    house = await openHouse();
    they = people(house, { relayAfterMs: 100 });
  });
  afterAll(() => house.dispose());

  it('open approvals wait while it is live, none fails, and all go on after the roll back', async () => {
    const before = await house.startWorker();
    await house.firstPoll('DE01');
    const ids: string[] = [];
    for (let index = 0; index < documents; index += 1) {
      const price = `${450 + index}.00`;
      ids.push((await submit(house.db, billed({ lines: [{ quantity: '1', price, name: 'Strom' }], seller: { name: 'Stadtwerke Musterstadt GmbH', vatId: 'DE142900886' }, iban: 'DE21500999000010000106' }))).caseId);
    }
    for (const id of ids) await house.stage(id, 'approval', 120_000);
    await before.stop();

    const copy = plant(waitsFirst);
    const broken = await house.startWorker({}, copy.home);
    for (const id of ids) {
      const task = await they.openTask(id);
      await they.propose(id, { update: 'decide', decision: 'approve', person: task.candidatePersons[0] ?? 'oskar.lind', task });
    }
    for (const id of ids) await expect.poll(() => complaintsOf(id), { timeout: 120_000, interval: 500 }).toBeGreaterThan(0);
    expect(new Set(await Promise.all(ids.map(statusOf)))).toEqual(new Set(['RUNNING']));
    await broken.stop();
    copy.remove();

    await house.startWorker();
    for (const id of ids) await house.stage(id, 'posted', 300_000);
    expect((await judge(house, ids)).broken).toEqual([]);
  }, 900_000);

  const handleOf = async (id: string) => house.client.workflow.getHandle((await house.caseWhen(id, () => true)).case.workflowId);
  const statusOf = async (id: string) => (await (await handleOf(id)).describe()).status.name;
  /** How often the engine refused what the version wanted to do. */
  const complaintsOf = async (id: string) => {
    const { events } = await (await handleOf(id)).fetchHistory();
    return (events ?? []).filter(({ workflowTaskFailedEventAttributes }) => /nondeterminis/i.test(workflowTaskFailedEventAttributes?.failure?.message ?? '')).length;
  };
});
