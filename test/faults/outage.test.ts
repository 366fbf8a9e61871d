import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { openExceptionsOf } from '../../db/repositories/exceptions.ts';
import { auditOf } from '../support/evidence.ts';
import { openHouse, type House } from '../support/house.ts';
import { billed, submit } from '../support/invoices.ts';
import { outcomeOf, people } from '../support/people.ts';
import { describeWithServices } from '../support/services.ts';
import { judge } from './invariants.ts';
import { plant, type Defect } from './plant.ts';
import { until } from './round.ts';

/**
 * An ERP that stays away for longer than a step is tried: the case parks with an owner instead of failing, and goes on from
 * exactly that step. The worker differs from the real one only in giving up after three tries instead of twelve minutes.
 */
const impatient: Defect[] = [{ file: 'temporal-config/retry-profiles.ts', was: `  startToCloseTimeout: '12 seconds',\n  retry: { initialInterval: '500 milliseconds', backoffCoefficient: 2, maximumInterval: '20 seconds', maximumAttempts: 40 },`, becomes: `  startToCloseTimeout: '12 seconds',\n  retry: { initialInterval: '500 milliseconds', backoffCoefficient: 2, maximumInterval: '1 second', maximumAttempts: 3 },` }];

describeWithServices('a long outage of the ERP', () => {
  let house: House;
  let they: ReturnType<typeof people>;
  let copy: ReturnType<typeof plant>;
  const accepted: string[] = [];
  let quantity = 5;

  beforeAll(async () => {
    copy = plant(impatient);
    house = await openHouse({ processingLimitMs: 800, erpTimeoutMs: 600 });
    they = people(house);
    await house.startWorker({}, copy.home);
    await house.firstPoll('DE01');
  });
  beforeEach(() => house.sandbox.clearFaults());
  afterAll(async () => {
    await house.dispose();
    copy.remove();
  });

  const away = (route: string) => house.sandbox.post('/_sandbox/faults', { kind: 'fail-before-commit', route, status: 503, probability: 1, seed: 1 });
  const enter = async () => {
    const { caseId } = await submit(house.db, billed({ lines: [{ orderNumber: '4500000118', orderLine: '10', quantity: String((quantity += 2)), price: '10.00' }] }));
    accepted.push(caseId);
    return caseId;
  };
  const stage = (id: string, name: string) => house.stage(id, name, 120_000);
  /** The circuit breaker lets calls through again. */
  const circuitCloses = () => new Promise((resolve) => setTimeout(resolve, 6_000));
  const resumed = async (id: string) => {
    const [exception] = await openExceptionsOf(house.db, id);
    expect(exception).toMatchObject({ origin: 'technical', ownerRole: 'operator' });
    await house.sandbox.clearFaults();
    await circuitCloses();
    expect(await they.resolve(id, 'mira.sanders', 'retry')).toMatchObject({ effect: 'resumed' });
    const { progress } = await house.caseWhen(id, ({ case: found, progress: { exceptions } }) => found.stage === 'posted' && exceptions.length === 0, 120_000);
    expect(await openExceptionsOf(house.db, id)).toEqual([]);
    return (await house.sandbox.ledger({ externalReference: progress.postings[0]!.key })).documents;
  };

  it('before anything was read: parked, resumed by its owner, posted once', async () => {
    await away('erp');
    const id = await enter();
    const { progress } = await stage(id, 'parked');
    expect(progress).toMatchObject({ state: 'running', exceptions: [{ code: 'counterpart-unavailable', owner: 'operator' }], postings: [] });
    expect(await resumed(id)).toHaveLength(1);
    expect(await auditOf(house.db, id)).toEqual(expect.arrayContaining(['invoice.parked', 'invoice.resumed']));
  });

  it('after the ERP committed and before it said so: parked with the outcome open, found by enquiry, posted once', async () => {
    await house.sandbox.post('/_sandbox/faults', { kind: 'drop-response', route: 'erp.invoices.post', times: 1 });
    await away('erp.invoices.find');
    const id = await enter();
    await until(async () => (await house.sandbox.faults()).some(({ rule, injected }) => rule.kind === 'drop-response' && injected === 1));
    const { progress } = await stage(id, 'parked');
    expect(progress.postings).toMatchObject([{ status: 'unknown' }]);
    expect(await resumed(id)).toHaveLength(1);
  });

  it('while a posting is being taken back: its owner is told to wait as long as the ERP is asked, and may retry once it is parked; nothing else is decided of a document that is ending', async () => {
    const id = await enter();
    const { case: { workflowId } } = await stage(id, 'posted');
    await away('erp.invoices.reverse');
    await they.withdraw(id, 'anna.berg');
    await until(async () => ((await house.client.workflow.getHandle(workflowId).describe()).raw.pendingActivities ?? []).length > 0);
    const early = they.say(id, { update: 'resolveException', decision: 'retry', person: 'mira.sanders' });
    expect(await outcomeOf(early)).toBe('step-in-progress');
    await stage(id, 'parked');
    const [exception] = await openExceptionsOf(house.db, id);
    const rejects = they.say(id, { update: 'resolveException', decision: 'reject', person: 'mira.sanders', exception: exception!.id, reasonCode: 'OTH', payload: { reason: 'not wanted', target: 'supplier' } });
    expect(await outcomeOf(rejects)).toBe('step-in-progress');
    expect(await outcomeOf(they.say(id, { update: 'correct', decision: 'correct', person: 'anna.berg', payload: { correction: { note: 'x' } } }))).toBe('already-decided');
    await house.sandbox.clearFaults();
    await circuitCloses();
    expect(await they.resolve(id, 'mira.sanders', 'retry')).toMatchObject({ effect: 'resumed' });
    const { progress } = await house.ended(id, 'withdrawn', 120_000);
    expect(progress.postings).toMatchObject([{ status: 'reversed' }]);
    expect(await openExceptionsOf(house.db, id)).toEqual([]);
  });

  it('I1–I9 hold after it', async () => {
    expect((await judge(house, accepted)).broken).toEqual([]);
  });
});
