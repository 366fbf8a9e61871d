import { afterAll, beforeAll, expect, it } from 'vitest';
import { exclusionsOf, readRun } from '../../db/repositories/payment-runs.ts';
import { instructionsOf } from '../../db/repositories/payments.ts';
import type { SandboxSet } from '../../db/seed.ts';
import type { Person } from '../../domain/model/person.ts';
import type { PaymentPolicy } from '../../domain/policy/payments.ts';
import { judge } from '../faults/invariants.ts';
import { stockOf } from '../faults/payment-stock.ts';
import { outcomeOf } from '../support/people.ts';
import { describeWithServices } from '../support/services.ts';
import { workingHouse, type WorkingHouse } from '../support/working-house.ts';

describeWithServices('P6: who may still decide about a payment run, on real parts', () => {
  let house: WorkingHouse['house'];
  let they: WorkingHouse['they'];
  let pay: WorkingHouse['pay'];
  let dispose: WorkingHouse['dispose'];
  const posted: string[] = [];
  /** Payees of its own each time. */
  let seed = 0;

  beforeAll(async () => {
    ({ house, they, pay, dispose } = await workingHouse({ set: withEditingApprover }));
  });
  afterAll(() => dispose());

  /** A run for so many documents of each payee, and for what was left over before. */
  const proposedFor = async (documents: number[]) => {
    const { caseIds } = await stockOf(house, { seed: (seed += 1), documents });
    posted.push(...caseIds);
    return { runId: await pay.proposed(), caseIds };
  };
  const takesOut = async (runId: string, person: string) => {
    const [{ endToEndId } = { endToEndId: '' }] = await instructionsOf(house.db, runId);
    const { contentHash } = (await readRun(house.db, runId))!;
    return outcomeOf(they.say(runId, { update: 'removeItem', decision: 'removeItem', person, decisionHash: contentHash!, payload: { endToEndIds: [endToEndId], reason: 'The supplier asked to wait' } }));
  };
  const cancels = (runId: string, person: string) => outcomeOf(they.say(runId, { update: 'cancel', decision: 'cancel', person, payload: { reason: 'Opened by mistake' } }));
  const approves = async (runId: string, person: string) => {
    const outcome = await outcomeOf(they.decide(runId, person, 'approve'));
    if (outcome === 'accepted') await house.stage(runId, 'release');
    return outcome;
  };
  const releases = (runId: string, person: string) => outcomeOf(they.decide(runId, person, 'approve', { update: 'release' }));
  const filesOf = async (runId: string) => (await house.sandbox.bankLedger()).files.filter(({ messageId }) => messageId === runId).length;
  const verdict = async () => (await judge(house, posted)).broken;
  const settled = async (runId: string) => {
    await pay.untilSent(runId);
    await pay.bankDays(6);
    await house.ended(runId, 'confirmed');
  };

  it('a released run can neither be changed nor cancelled, while it is sent and afterwards, and no other run takes its documents', async () => {
    await house.sandbox.post('/_sandbox/faults', { kind: 'throttle', route: 'bank.files.post', times: 10_000 });
    const { runId, caseIds } = await proposedFor([1, 1]);
    await pay.release(runId);
    await expect.poll(async () => (await house.sandbox.requests(runId)).map(({ route }) => route), { timeout: 60_000 }).toContain('bank.files.post');
    expect([await takesOut(runId, 'anna.berg'), await cancels(runId, 'anna.berg')]).toEqual(['run-not-open', 'run-not-open']);
    const beside = await pay.open();
    await house.ended(beside, 'cancelled');
    expect((await exclusionsOf(house.db, beside)).map(({ caseId, code }) => [caseId, code]).sort()).toEqual(caseIds.map((caseId) => [caseId, 'in-other-run']).sort());

    await house.sandbox.clearFaults();
    await pay.untilSent(runId);
    expect([await takesOut(runId, 'anna.berg'), await cancels(runId, 'anna.berg')], 'the bank has it').toEqual(['run-not-open', 'run-not-open']);
    await settled(runId);
    for (const caseId of caseIds) await house.ended(caseId, 'paid');
    expect(await verdict()).toEqual([]);
  });

  it('whoever edited the run does not approve it', async () => {
    const { runId } = await proposedFor([1, 1]);
    expect(await takesOut(runId, 'clara.winter')).toBe('accepted');
    await house.stage(runId, 'approval');
    expect(await approves(runId, 'clara.winter')).toBe('duties-conflict');
    expect(await approves(runId, 'oskar.lind')).toBe('accepted');
    expect(await releases(runId, 'vera.noll')).toBe('accepted');
    await settled(runId);
    expect(await verdict()).toEqual([]);
  });

  it('two different people release what is above the limit', async () => {
    const { runId } = await proposedFor([2]);
    expect(await approves(runId, 'clara.winter')).toBe('accepted');
    expect(await releases(runId, 'vera.noll')).toBe('accepted');
    expect((await they.openTask(runId)).step).toBe('release-2');
    expect(await releases(runId, 'vera.noll')).toBe('duties-conflict');
    expect([await filesOf(runId), (await readRun(house.db, runId))!.sendState]).toEqual([0, 'none']);
    expect(await releases(runId, 'sami.rahal')).toBe('accepted');
    await settled(runId);
    expect(await filesOf(runId)).toBe(1);
    expect((await readRun(house.db, runId))!.releasers).toEqual(['vera.noll', 'sami.rahal']);
    expect(await verdict()).toEqual([]);
  });

  it('nobody approves a run above their own limit, and nobody approves or releases one in the name of another', async () => {
    const { runId } = await proposedFor([1, 1]);
    expect(await approves(runId, smallPurse.id)).toBe('authority-insufficient');
    expect(await outcomeOf(they.decide(runId, 'oskar.lind', 'approve', { onBehalfOf: 'clara.winter' })), 'whose delegation is in force for documents').toBe('delegation-invalid');
    expect(await approves(runId, 'clara.winter')).toBe('accepted');
    expect(await outcomeOf(they.decide(runId, 'sami.rahal', 'approve', { update: 'release', onBehalfOf: 'vera.noll' }))).toBe('delegation-invalid');
    expect([await filesOf(runId), (await readRun(house.db, runId))!.releasers]).toEqual([0, []]);
    expect(await releases(runId, 'vera.noll')).toBe('accepted');
    await settled(runId);
    expect(await verdict()).toEqual([]);
  });
});

/** Approves runs of up to 100. */
const smallPurse: Person = { id: 'pia.klein', employeeId: 'E-9004', name: 'Pia Klein', active: true, roles: [{ entity: 'DE01', role: 'finance-manager', limit: { currency: 'EUR', minor: '10000' } }] };

/** One of two who approve runs may edit them, too; two treasurers release what is above 200. */
function withEditingApprover(shipped: SandboxSet): SandboxSet {
  const more: Record<string, string> = { 'clara.winter': 'ap-clerk', 'oskar.lind': 'finance-manager' };
  return {
    ...shipped,
    persons: [...shipped.persons.map((person) => (more[person.id] ? { ...person, roles: [...person.roles, { ...person.roles[0]!, role: more[person.id]! }] } : person)), smallPurse],
    policies: shipped.policies.map((policy) => (policy.kind === 'payments' ? { ...policy, content: { ...(policy.content as PaymentPolicy), secondReleaseAbove: '200' } } : policy)),
  };
}
