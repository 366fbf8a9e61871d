import { afterAll, beforeAll, expect, it } from 'vitest';
import { inTransaction, sql } from '../../db/client.ts';
import { latestAssessment } from '../../db/repositories/assessments.ts';
import { openException } from '../../db/repositories/exceptions.ts';
import { openHouse, type House } from '../support/house.ts';
import { billed, submit } from '../support/invoices.ts';
import { outcomeOf, people } from '../support/people.ts';
import { describeWithServices } from '../support/services.ts';

/** What people say about documents that look like one another, and about those that stand still for a reason outside of them. */
const energy = (number: string) => billed({ number, lines: [{ quantity: '1', price: '620.00', name: 'Strom' }], seller: { name: 'Stadtwerke Musterstadt GmbH', vatId: 'DE142900886' }, iban: 'DE21500999000010000106' });
const steel = (quantity: string) => ({ orderNumber: '4500000118', orderLine: '10', quantity, price: '10.00' });

describeWithServices('look-alikes', () => {
  let house: House;
  let they: ReturnType<typeof people>;

  beforeAll(async () => {
    house = await openHouse();
    they = people(house);
    await house.startWorker();
    await house.firstPoll('DE01');
  });
  afterAll(() => house.dispose());

  it('D1, D9: of two documents that name each other one stays; M17, A5: over what states no finding its owner rejects', async () => {
    const { caseId: first } = await submit(house.db, energy('INV-2026-0017'));
    await house.stage(first, 'approval');
    const { caseId: second } = await submit(house.db, energy('INV-2026-17'));
    await house.stage(second, 'exception');
    await they.correct(first, 'anna.berg', { requester: 'lena.vogt' });
    await house.stage(first, 'exception');
    expect(await outcomeOf(they.resolve(second, 'lars.thoma', 'duplicate'))).toBe('accepted');
    expect(await outcomeOf(they.resolve(first, 'karl.brandt', 'duplicate'))).toBe('stale-version');
    await house.ended(second, 'duplicate');
    expect(await outcomeOf(they.resolve(first, 'karl.brandt', 'duplicate'))).toBe('stale-version');
    await they.resolve(first, 'anna.berg', 'retry');
    const { case: { workflowId, documentHash, correlationId } } = await house.stage(first, 'approval');

    await inTransaction(house.db, (trx) => openException(trx, {
      id: `${first}-p-test`, entity: 'DE01', case: first, workflowId, origin: 'technical', code: 'counterpart-unavailable', reasonCode: 'OTH', actionCode: 'NOA', title: 'Parked', suggestion: 'Wait.',
      findings: [], ownerRole: 'operator', dueAt: new Date().toISOString(), documentHash, correlationId,
    }));
    const rejects = (person: string) => outcomeOf(they.resolve(first, person, 'reject', { reasonCode: 'OTH', payload: { reason: 'Not ordered by us', target: 'supplier' } }));
    expect(await rejects('vera.noll')).toBe('not-permitted');
    expect(await rejects('mira.sanders')).toBe('not-permitted');
    expect(await rejects('lars.thoma')).toBe('accepted');
    await house.ended(first, 'rejected');
  });

  it('D1, D11: a repeat that is about to end as duplicate makes no duplicate of its original', async () => {
    const { caseId: original } = await submit(house.db, energy('INV-2026-0044'));
    await house.stage(original, 'approval');
    const { caseId: repeat } = await submit(house.db, { ...energy('INV-2026-0044'), notes: ['Zweitschrift'] });
    await house.ended(repeat, 'duplicate');
    // As it stood between its judgement and its end.
    await sql(house.db, `update cases set closed_at = null, state = 'running', stage = 'received' where id = :repeat`, { repeat });
    const { case: { revision } } = await house.stage(original, 'approval');
    await they.correct(original, 'anna.berg', { requester: 'lena.vogt' });
    const found = await house.caseWhen(original, ({ case: { revision: now, stage, closedAt } }) => closedAt !== undefined || (now > revision + 1 && (stage === 'approval' || stage === 'exception')));
    expect(found.case).toMatchObject({ stage: 'approval' });
    expect((await latestAssessment(house.db, original))!.result.findings.map(({ code }) => code)).not.toContain('duplicate-exact');
  });

  it('C1, C2: a credit that names no invoice is assigned to one; a person who approved it approved that one', async () => {
    const invoices = await Promise.all(['C-700', 'C-701'].map(async (number, index) => (await submit(house.db, billed({ number, lines: [steel(String(7 + index))] }))).caseId));
    for (const caseId of invoices) await house.stage(caseId, 'posted');
    const { caseId } = await submit(house.db, billed({ number: 'CN-70', class: 'credit-note', lines: [steel('2')] }));
    await house.stage(caseId, 'exception');
    await they.correct(caseId, 'anna.berg', { creditOf: invoices[0], creditKind: 'goodwill' });
    await house.stage(caseId, 'approval');
    const before = await they.openTask(caseId);
    expect((await latestAssessment(house.db, caseId))!.result.credit).toMatchObject({ against: invoices[0] });
    const { revision } = (await house.stage(caseId, 'approval')).case;
    await they.correct(caseId, 'anna.berg', { creditOf: invoices[1] });
    await house.caseWhen(caseId, (found) => found.case.revision > revision + 1 && found.case.stage === 'approval');
    expect((await latestAssessment(house.db, caseId))!.result.credit).toMatchObject({ against: invoices[1] });
    const after = await they.openTask(caseId);
    expect([after.id, after.decisionHash]).not.toEqual([before.id, before.decisionHash]);
    expect(after.decisionHash).not.toBe(before.decisionHash);
    await they.decide(caseId, after.candidatePersons[0] ?? 'lars.thoma', 'approve', { task: after });
    await house.ended(caseId, 'credited');
  });
});
