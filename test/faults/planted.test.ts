import { afterEach, beforeEach, expect, it } from 'vitest';
import type { SandboxSet } from '../../db/seed.ts';
import { openHouse, type House } from '../support/house.ts';
import { billed, submit } from '../support/invoices.ts';
import { outcomeOf, people } from '../support/people.ts';
import { describeWithServices } from '../support/services.ts';
import { judge } from './invariants.ts';
import { plant, type Defect } from './plant.ts';
import { pause } from './workday.ts';

/**
 * Would the fault tests notice? Each defect is built into a worker of its own, which then meets the fault that it cannot
 * stand; the judge has to complain. The same fault with the worker as it is leaves nothing to complain about.
 */
const once = 'activities/once.ts';
const posting = 'activities/accounts-payable/post-supplier-invoice.ts';
const transitions = 'activities/transitions.ts';

const withoutOnce: Defect[] = [{
  file: once,
  was: '  const state = await beginEffect(tools.db, {',
  becomes: `  if (effect.key !== '') {
    const sent = await effect.send();
    const outcome = effect.outcomeOf(sent);
    await inTransaction(tools.db, (trx) => effect.write(trx, sent));
    return outcome ?? sent;
  }
  const state = await beginEffect(tools.db, {`,
}];
const randomKey: Defect[] = [
  { file: posting, was: 'externalReference: key, correlationId };', becomes: 'externalReference: `${key}:${Math.random()}`, correlationId };' },
  { file: 'activities/accounts-payable/erp-effect.ts', was: 'request: effect.request,', becomes: 'request: key,' },
];
const noEnquiry: Defect[] = [{ file: once, was: '(await foundByEnquiry(tools, effect, handle, state)) ?? (await resend(tools, effect, handle))', becomes: 'await resend(tools, effect, handle)' }];
const noSettleWindow: Defect[] = [{ file: once, was: 'if (remainingMs <= 0) return undefined;', becomes: 'if (remainingMs <= effect.settleWindowMs) return undefined;' }];
/** Half a settle window; without the spread of tries, so that the second send comes for certain before the first one is carried out. */
const halfSettleWindow: Defect[] = [
  { file: once, was: 'const remainingMs = effect.settleWindowMs - ', becomes: 'const remainingMs = effect.settleWindowMs / 2 - ' },
  { file: 'activities/errors.ts', was: 'const spread = 0.5;', becomes: 'const spread = 0;' },
];
/** The audit event is written when there is time for it, on a connection of its own. */
const auditOutside: Defect[] = [{
  file: transitions,
  was: ' && appendAudit(trx, entity, entries),',
  becomes: ` && void import('../db/client.ts').then(({ openDatabase }) =>
      setTimeout(() => void openDatabase(globalThis.process.env['DATABASE_URL'] as string).transaction((own) => appendAudit(own, entity, entries)), 3_000)),`,
}];
const noDuties: Defect[] = [{ file: 'domain/rules/accounts-payable/approval-decision.ts', was: '    if (duty) return refuse(', becomes: '    if (duty && facts.now === \'\') return refuse(' }];
const noLimits: Defect[] = [{ file: 'domain/rules/accounts-payable/authority.ts', was: '  if (limit === undefined) return true;', becomes: '  if (limit !== amount) return true;' }];

/** One of the two team leads may decide less than the band of his step. */
const withLowLimit = (shipped: SandboxSet): SandboxSet => ({
  ...shipped,
  persons: shipped.persons.map((person) => (person.id === 'karl.brandt' ? { ...person, roles: [{ entity: 'DE01', role: 'team-lead', limit: { currency: 'EUR', minor: '50000' } }] } : person)),
});

describeWithServices('defects that the fault tests must notice', () => {
  let house: House;
  let they: ReturnType<typeof people>;
  const planted: { remove(): void }[] = [];

  /** A house of its own for each: what one breaks stays broken. */
  beforeEach(async () => {
    house = await openHouse({ processingLimitMs: 5_000, erpTimeoutMs: 600, set: withLowLimit });
    they = people(house);
  });
  afterEach(async () => {
    await house.dispose();
    planted.splice(0).forEach((copy) => copy.remove());
  });

  const workerWith = async (defects: Defect[]) => {
    const copy = plant(defects);
    planted.push(copy);
    const worker = await house.startWorker({}, copy.home);
    await house.firstPoll('DE01');
    return worker;
  };
  const verdict = async (accepted: string[], drainMs = 0) => [...new Set((await judge(house, accepted, drainMs)).broken.map((sentence) => sentence.slice(0, 2)))].sort();
  let quantity = 9;
  const steel = () => billed({ lines: [{ orderNumber: '4500000118', orderLine: '10', quantity: String((quantity += 2)), price: '10.00' }] });
  const energy = (price: string) => billed({ lines: [{ quantity: '1', price, name: 'Strom' }], seller: { name: 'Stadtwerke Musterstadt GmbH', vatId: 'DE142900886' }, iban: 'DE21500999000010000106' });
  const stage = (id: string, name: string) => house.stage(id, name, 60_000);

  /** F2, F17: the counterpart does it and says nothing. */
  async function unanswered(): Promise<string[]> {
    await house.sandbox.post('/_sandbox/faults', { kind: 'drop-response', route: 'erp.invoices.post', times: 1 });
    const { caseId } = await submit(house.db, steel());
    await stage(caseId, 'posted');
    return verdict([caseId]);
  }

  /** The counterpart does it after the client has gone and has asked once, so long after that or shortly before it may not any more. */
  async function late(delayMs = 1_200): Promise<string[]> {
    await house.sandbox.post('/_sandbox/faults', { kind: 'commit-late', route: 'erp.invoices.post', times: 1, delayMs });
    const { caseId } = await submit(house.db, steel());
    await stage(caseId, 'posted');
    await pause(house.settleWindowMs);
    return verdict([caseId]);
  }

  /** Later than half a settle window after the send, and earlier than a whole one. */
  const veryLate = () => late(house.settleWindowMs);

  /** F1: the worker dies right after a document was posted. */
  async function killed(worker: { kill(): Promise<unknown> }): Promise<string[]> {
    const { caseId } = await submit(house.db, steel());
    await stage(caseId, 'posted');
    await worker.kill();
    return verdict([caseId]);
  }

  /** S5: whoever entered a document approves it. */
  async function selfApproved(): Promise<string[]> {
    const { caseId } = await submit(house.db, energy('410.00'), { submitter: 'person:karl.brandt' });
    return decidedBy(caseId, 'karl.brandt');
  }

  /** S8: somebody approves more than the own limit. */
  async function beyondLimit(): Promise<string[]> {
    const { caseId } = await submit(house.db, energy('450.00'));
    return decidedBy(caseId, 'karl.brandt');
  }

  async function decidedBy(caseId: string, person: string): Promise<string[]> {
    await stage(caseId, 'approval');
    const outcome = await outcomeOf(they.decide(caseId, person, 'approve'));
    if (outcome !== 'accepted') return [outcome];
    await stage(caseId, 'posted');
    return verdict([caseId]);
  }

  it.each([
    ['without once', withoutOnce, unanswered, ['I2', 'I7']],
    ['with a random key', randomKey, unanswered, ['I2', 'I3']],
    ['without an enquiry', noEnquiry, unanswered, ['I2', 'I7']],
    ['without a settle window', noSettleWindow, () => late(), ['I2', 'I7']],
    ['with half a settle window', halfSettleWindow, veryLate, ['I2', 'I7']],
    ['without separation of duties', noDuties, selfApproved, ['I5']],
    ['without limits', noLimits, beyondLimit, ['I5']],
  ])('a worker %s is noticed', async (_what, defects, scenario, expected) => {
    await workerWith(defects);
    expect(await scenario()).toEqual(expect.arrayContaining(expected));
  });

  it('a worker that writes the audit event outside the transaction is noticed', async () => {
    expect(await killed(await workerWith(auditOutside))).toEqual(expect.arrayContaining(['I3', 'I8']));
  });

  it('the worker as it is stands all of that', async () => {
    const worker = await workerWith([]);
    expect(await unanswered()).toEqual([]);
    expect(await late()).toEqual([]);
    expect(await veryLate()).toEqual([]);
    expect(await selfApproved()).toEqual(['duties-conflict']);
    expect(await beyondLimit()).toEqual(['authority-insufficient']);
    expect(await killed(worker)).toEqual([]);
  });
});
