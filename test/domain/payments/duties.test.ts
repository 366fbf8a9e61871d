import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Person } from '../../../domain/model/person.ts';
import { judgeRunDecision, releasesNeeded, type ItemDuty, type RunDuties, type RunStep } from '../../../domain/rules/payments/duties.ts';
import { europeanPolicy, eur } from './scenario.ts';

/** `anna` has a second log-in. */
const people: Person[] = [['anna', 'E1'], ['anna.admin', 'E1'], ['ben', 'E2'], ['cora', 'E3'], ['dora', 'E4']].map(([id, employeeId]) => ({ id: id!, employeeId: employeeId!, name: id!, active: true, roles: [] }));
const duties = (changes: Partial<RunDuties> = {}): RunDuties => ({ editors: [], releasers: [], items: [], ...changes });

const item = (duty: ItemDuty['duty'], person: string, transfer = 'T1'): ItemDuty => ({ duty, person, transfer });

describe('P6, A5: who may do what with a run', () => {
  it.each<[string, RunStep, string, Partial<RunDuties>, string | undefined]>([
    ['nobody did anything', 'approve', 'anna', {}, undefined],
    ['the proposer approves', 'approve', 'anna', { proposer: 'anna' }, 'proposed'],
    ['the proposer approves by a second log-in', 'approve', 'anna.admin', { proposer: 'anna' }, 'proposed'],
    ['an editor approves', 'approve', 'ben', { editors: ['cora', 'ben'] }, 'edited'],
    ['the releaser approves', 'approve', 'ben', { releasers: ['ben'] }, 'released'],
    ['somebody else approves', 'approve', 'cora', { proposer: 'anna', editors: ['ben'] }, undefined],
    ['who approved documents approves the run', 'approve', 'cora', { items: [item('approval', 'cora')] }, undefined],
    ['the proposer releases', 'release', 'anna', { proposer: 'anna', approver: 'ben' }, 'proposed'],
    ['an editor releases', 'release', 'anna.admin', { editors: ['anna'], approver: 'ben' }, 'edited'],
    ['the approver releases', 'release', 'ben', { approver: 'ben' }, 'approved the run'],
    ['the approver releases by a second log-in', 'release', 'anna.admin', { approver: 'anna' }, 'approved the run'],
    ['the first releaser releases again', 'release', 'cora', { approver: 'ben', releasers: ['cora'] }, 'second person'],
    ['who approved a document releases', 'release', 'cora', { approver: 'ben', items: [item('approval', 'dora', 'T0'), item('approval', 'cora')] }, 'approved a document'],
    ['who chose the account of a document releases', 'release', 'cora', { approver: 'ben', items: [item('account-choice', 'dora', 'T0'), item('account-choice', 'cora')] }, 'chose the bank account'],
    ['who chose the account of a document approves the run', 'approve', 'cora', { items: [item('account-choice', 'cora')] }, undefined],
    ['who changed the supplier releases', 'release', 'cora', { approver: 'ben', items: [item('supplier-change', 'cora')] }, 'changed or confirmed a bank account'],
    ['who changed the supplier releases by a second log-in', 'release', 'anna.admin', { approver: 'ben', items: [item('supplier-change', 'cora', 'T0'), item('supplier-change', 'anna')] }, 'changed or confirmed a bank account'],
    ['who changed the supplier approves the run, which moves no money yet', 'approve', 'cora', { items: [item('supplier-change', 'cora')] }, undefined],
    ['who would receive the money releases', 'release', 'cora', { approver: 'ben', items: [item('beneficiary', 'cora')] }, 'beneficiary'],
    ['who received the goods releases', 'release', 'cora', { approver: 'ben', items: [item('receipt', 'cora')] }, undefined],
    ['somebody else releases', 'release', 'dora', { proposer: 'anna', approver: 'ben', releasers: ['cora'] }, undefined],
    ['the approver edits: that voids the approval', 'edit', 'ben', { approver: 'ben' }, undefined],
    ['a person whom the directory does not know is compared by id', 'release', 'zoe', { approver: 'zoe' }, 'approved the run'],
  ])('%s', (_, step, person, changes, expected) => {
    const refusal = judgeRunDecision(step, person, duties(changes), people);
    if (expected === undefined) expect(refusal).toBeUndefined();
    else expect(refusal).toMatchObject({ code: 'duties-conflict', message: expect.stringContaining(expected) });
  });

  it.each([
    [1, 'transfer T1. Somebody else releases the run, or it is released without it.'],
    [5, 'transfer T1, T2, T3, T4, T5. Somebody else'],
    [9, 'transfer T1, T2, T3, T4, T5 and 4 more. Somebody else releases the run, or it is released without them.'],
  ])('the refusal names the transfers: %i of them', (count, expected) => {
    const own = Array.from({ length: count }, (_, at) => item('approval', 'cora', `T${at + 1}`));
    const items = [...own, item('approval', 'dora', 'T77'), item('account-choice', 'cora', 'T88'), item('receipt', 'cora', 'T99')];
    expect(judgeRunDecision('release', 'cora', duties({ items }), people)!.message).toContain(expected);
  });

  it('whoever gets a run through, proposer, editors, approver and releasers are different humans', () => {
    const human = (id: string) => people.find((one) => one.id === id)!.employeeId;
    const step = fc.record({ step: fc.constantFrom<RunStep>('edit', 'approve', 'release'), person: fc.constantFrom(...people.map(({ id }) => id)) });
    fc.assert(
      fc.property(fc.option(fc.constantFrom(...people.map(({ id }) => id)), { nil: undefined }), fc.array(step, { maxLength: 12 }), (proposer, steps) => {
        let run: RunDuties & { editors: string[]; releasers: string[] } = { proposer, editors: [], releasers: [], items: [] };
        for (const { step: wanted, person } of steps) {
          if (wanted === 'release' && run.approver === undefined) continue;
          if (judgeRunDecision(wanted, person, run, people)) continue;
          if (wanted === 'edit') run = { ...run, approver: undefined, releasers: [], editors: [...run.editors, person] };
          else if (wanted === 'approve') run = { ...run, approver: person };
          else run = { ...run, releasers: [...run.releasers, person] };
        }
        const made = new Set([...run.editors, ...(run.proposer ? [run.proposer] : [])].map(human));
        const decided = [...(run.approver ? [run.approver] : []), ...run.releasers].map(human);
        expect(new Set(decided).size).toBe(decided.length);
        expect(decided.some((one) => made.has(one))).toBe(false);
      }),
    );
  });
});

describe('P6: releases', () => {
  it.each([
    ['100000.00', 1],
    ['100000.01', 2],
    ['1', 1],
  ])('%s EUR need %i', (amount, expected) => expect(releasesNeeded(eur(amount), europeanPolicy)).toBe(expected));
  it('a total in another currency needs two', () => expect(releasesNeeded({ currency: 'USD', minor: '1' }, europeanPolicy)).toBe(2));
});
