import { afterAll, beforeAll, expect, it } from 'vitest';
import { inTransaction } from '../../db/client.ts';
import { latestAssessment } from '../../db/repositories/assessments.ts';
import { activatePolicy, importPolicy } from '../../db/repositories/policies.ts';
import type { SandboxSet } from '../../db/seed.ts';
import { duplicatePolicySchema, type DuplicatePolicy } from '../../domain/policy/duplicates.ts';
import { auditOf } from '../support/evidence.ts';
import { openHouse, type House } from '../support/house.ts';
import { billed, submit } from '../support/invoices.ts';
import { outcomeOf, people } from '../support/people.ts';
import { describeWithServices } from '../support/services.ts';

/** What people may do where the policy asks them, lets them in need, or changes while they think. */
const energy = (price: string, number?: string) =>
  billed({ ...(number ? { number } : {}), lines: [{ quantity: '1', price, name: 'Strom' }], seller: { name: 'Stadtwerke Musterstadt GmbH', vatId: 'DE142900886' }, iban: 'DE21500999000010000106' });
const pipes = (quantity: string) => billed({ number: `ASK-${quantity}`, lines: [{ orderNumber: '4500000116', orderLine: '10', quantity, price: '36.00' }] });
const askingAboutDuplicates = (shipped: SandboxSet): SandboxSet => ({
  ...shipped,
  policies: shipped.policies.map((policy) => (policy.kind === 'duplicates' ? { ...policy, content: duplicatePolicySchema.parse({ ...(policy.content as DuplicatePolicy), onExact: 'ask' }) } : policy)),
});

describeWithServices('policies and people', () => {
  let house: House;
  let they: ReturnType<typeof people>;
  let matrix: SandboxSet['policies'][number];

  beforeAll(async () => {
    house = await openHouse({
      set: (shipped) => {
        matrix = shipped.policies.find(({ name }) => name === 'matrix-de01')!;
        return askingAboutDuplicates(shipped);
      },
    });
    they = people(house);
    await house.startWorker();
    await house.firstPoll('DE01');
  });
  afterAll(() => house.dispose());

  const stage = (caseId: string, name: string) => house.stage(caseId, name);
  const approveAll = async (caseId: string) => {
    for (let task = await they.openTask(caseId); ; task = await they.openTask(caseId)) {
      const person = task.candidatePersons.find((id) => id !== 'anna.berg') ?? 'lars.thoma';
      if ((await they.decide(caseId, person, 'approve', { task })).effect === 'complete') return;
    }
  };
  const twin = async (quantity: string) => {
    const first = await submit(house.db, pipes(quantity));
    await stage(first.caseId, 'posted');
    const second = await submit(house.db, { ...pipes(quantity), notes: ['another delivery'] });
    await stage(second.caseId, 'exception');
    return { first: first.caseId, second: second.caseId };
  };

  it('D10: where the policy asks, one person does not let an exact duplicate pass, two do, and its number stays refused to a third', async () => {
    const { second } = await twin('3');
    expect((await house.caseWhen(second, () => true)).progress.exceptions).toMatchObject([{ code: 'duplicate-exact', owner: 'ap-clerk' }]);
    expect(await they.resolve(second, 'lars.thoma', 'override')).toMatchObject({ effect: 'resumed' });
    await house.caseWhen(second, ({ progress }) => progress.decisions.length === 1 && progress.stage === 'exception');
    expect(await outcomeOf(they.resolve(second, 'anna.berg', 'override'))).toBe('duties-conflict');
    expect(await they.resolve(second, 'clara.winter', 'override')).toMatchObject({ effect: 'resumed' });
    await stage(second, 'approval');
    await approveAll(second);
    const { progress } = await stage(second, 'posted');
    expect((await house.sandbox.ledger({ externalReference: progress.postings[0]!.key })).documents).toHaveLength(1);
    const third = await submit(house.db, { ...pipes('3'), notes: ['and another'] });
    expect((await stage(third.caseId, 'exception')).progress.exceptions.map(({ code }) => code)).toContain('duplicate-exact');
  });

  it('D1: where the policy asks, whoever looks may say that it is a duplicate; the case ends as one, linked', async () => {
    const { first, second } = await twin('2');
    expect(await they.resolve(second, 'lars.thoma', 'duplicate')).toMatchObject({ effect: 'duplicate' });
    await house.ended(second, 'duplicate');
    const [link] = await house.db('case_links').where({ case_id: second, kind: 'duplicate-of' }).select('other_id');
    expect(link).toEqual({ other_id: first });
  });

  it('A10: in need two named persons stand for one approver, each use is an alert; one alone and the same one twice do not', async () => {
    const { caseId } = await submit(house.db, energy('430.00'));
    await stage(caseId, 'approval');
    const inNeed = { payload: { breakGlass: true, reason: 'Both team leads are out of reach' } };
    expect(await outcomeOf(they.decide(caseId, 'mira.sanders', 'approve', inNeed))).toBe('not-permitted');
    expect(await outcomeOf(they.decide(caseId, 'oskar.lind', 'approve', { payload: { breakGlass: true } }))).toBe('decision-incomplete');
    expect(await they.decide(caseId, 'oskar.lind', 'approve', inNeed)).toMatchObject({ effect: 'recorded' });
    expect((await house.caseWhen(caseId, () => true)).case.stage).toBe('approval');
    expect(await outcomeOf(they.decide(caseId, 'oskar.lind', 'approve', inNeed))).toBe('duties-conflict');
    expect(await they.decide(caseId, 'david.stein', 'approve', inNeed)).toMatchObject({ effect: 'complete' });
    await stage(caseId, 'posted');
    expect((await auditOf(house.db, caseId)).filter((action) => action === 'invoice.alerted')).toHaveLength(2);
  });

  it('A9: a policy that changes meanwhile leaves the routing of what was submitted; the next document follows it', async () => {
    const { caseId } = await submit(house.db, energy('440.00'));
    await stage(caseId, 'approval');
    const asked = await they.openTask(caseId);
    const before = (await latestAssessment(house.db, caseId))!.result.route;
    const content = matrix.content as { matrices: { id: string; when: object; bands: object[] }[] };
    const stricter = { ...content, matrices: content.matrices.map((entry) => (entry.id === 'without-order' ? { ...entry, bands: [{ id: 'all', over: '0', endorsements: [], authority: { role: 'cfo', required: 2 } }] } : entry)) };
    await inTransaction(house.db, async (trx) => {
      const { version } = await importPolicy(trx, { kind: 'approval', name: 'matrix-de01', content: stricter, source: matrix.source, effectiveFrom: '2026-01-01', importedBy: 'person:lars.thoma', correlationId: 'test' });
      await activatePolicy(trx, { version, proposedBy: 'person:lars.thoma', approvedBy: 'person:oskar.lind', correlationId: 'test' });
    });

    await they.correct(caseId, 'lars.thoma', { dueDate: '2027-01-15' });
    await house.caseWhen(caseId, ({ progress }) => progress.stage === 'approval' && progress.awaiting.some(({ id }) => id !== asked.id));
    const after = (await latestAssessment(house.db, caseId))!.result;
    expect(after.route).toMatchObject({ policyVersion: before.policyVersion, steps: before.steps.map(({ id, required }) => ({ id, required })) });
    expect(after.policyVersions['approval']).toBe(before.policyVersion);
    await approveAll(caseId);
    await stage(caseId, 'posted');

    const next = await submit(house.db, energy('445.00'));
    await stage(next.caseId, 'approval');
    expect((await latestAssessment(house.db, next.caseId))!.result.route.steps.map(({ role, required }) => `${required} ${role}`)).toContain('2 cfo');
  });
});
