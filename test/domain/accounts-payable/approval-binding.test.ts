import { describe, expect, it } from 'vitest';
import { assessInvoice } from '../../../domain/rules/accounts-payable/assess.ts';
import { bindApprovals, type TaskOfVersion } from '../../../domain/rules/accounts-payable/approval-binding.ts';
import { changeVoidsApprovals, decisionSubject, type DecisionSubject } from '../../../domain/rules/accounts-payable/decision-subject.ts';
import { eur, facts, policies } from './facts.ts';

const policy = policies().approval.content;
const seen = decisionSubject(assessInvoice(facts()), { documentHash: 'd1' });
const [line] = seen.match.lines as [DecisionSubject['match']['lines'][number]];
const matched = (status: DecisionSubject['match']['status'], changes: Partial<typeof line> = {}): DecisionSubject => ({ ...seen, match: { status, lines: [{ ...line, status, ...changes }] } });
const approved: TaskOfVersion = { id: 'T1', step: '1-endorsement', state: 'decided', seen: 'h1' };
const asked: TaskOfVersion = { id: 'T2', step: '2-authority', state: 'open', seen: 'h1' };
const steps = [{ id: '1-endorsement' }, { id: '2-authority' }];
const bind = (before: DecisionSubject, after: DecisionSubject, tasks = [approved, asked], route = steps) => bindApprovals(tasks, new Map([['h1', before]]), after, route, policy);

describe('A8: what becomes of approvals of another version', () => {
  it.each<[string, DecisionSubject, DecisionSubject, string[], string[]]>([
    ['the goods came in', matched('AWAITING_RECEIPT', { quantityVariance: '40' }), matched('MATCHED', { quantityVariance: '0' }), ['T1', 'T2'], []],
    ['part of the goods came in', matched('AWAITING_RECEIPT', { quantityVariance: '40' }), matched('AWAITING_RECEIPT', { quantityVariance: '10' }), ['T1', 'T2'], []],
    ['goods went back', matched('AWAITING_RECEIPT', { quantityVariance: '10' }), matched('AWAITING_RECEIPT', { quantityVariance: '20' }), [], ['T1', 'T2']],
    ['the variance fell', matched('MATCHED_WITHIN_TOLERANCE', { priceVariance: eur('20') }), matched('MATCHED_WITHIN_TOLERANCE', { priceVariance: eur('10') }), ['T1', 'T2'], []],
    ['the order was corrected and the variance rose', matched('MATCHED_WITHIN_TOLERANCE', { priceVariance: eur('10') }), matched('MATCHED_WITHIN_TOLERANCE', { priceVariance: eur('10.01') }), [], ['T1', 'T2']],
    ['the price is below the order by less', matched('MATCHED_WITHIN_TOLERANCE', { priceVariance: eur('-10') }), matched('MATCHED_WITHIN_TOLERANCE', { priceVariance: eur('-5') }), ['T1', 'T2'], []],
    ['it is matched with another order line', seen, matched(seen.match.status, { orderLine: '20' }), [], ['T1', 'T2']],
    ['the amount rose', seen, { ...seen, payable: eur('1190.01'), documentHash: 'd2' }, [], ['T1', 'T2']],
  ])('%s', (_what, before, after, kept, gone) => {
    expect(bind(before, after)).toMatchObject({ kept, void: gone });
  });

  it('names every change once', () => {
    expect(bind(seen, { ...seen, dueDate: '2027-01-01', supplierId: 'S2' }).changes).toEqual(['supplier', 'due-date']);
  });

  it('a question to a step that is not asked any more is void, an answer to it is kept on record', () => {
    expect(bind(matched('AWAITING_RECEIPT'), matched('MATCHED'), [approved, asked], [])).toEqual({ kept: ['T1'], void: ['T2'], changes: [] });
  });

  it('a question to a step that has only moved stays asked, one for the authority is asked anew as an endorsement', () => {
    const route = [{ id: '1-endorsement-controller' }, { id: '2-endorsement' }, { id: '3-endorsement-cfo' }];
    const questions: TaskOfVersion[] = [{ ...approved, state: 'open' }, { ...asked, step: '2-authority-cfo' }];
    expect(bind(matched('AWAITING_RECEIPT'), matched('MATCHED'), questions, route)).toEqual({ kept: ['T1'], void: ['T2'], changes: [] });
  });

  it('many small steps never add up: an approval is compared with what its person saw', () => {
    const fall = (text: string, documentHash: string): DecisionSubject => ({ ...seen, payable: eur(text), documentHash });
    expect(changeVoidsApprovals(fall('1170', 'd2'), fall('1150', 'd3'), policy)).toEqual([]);
    expect(bind(seen, fall('1170', 'd2')).kept).toEqual(['T1', 'T2']);
    expect(bind(seen, fall('1150', 'd3')).void).toEqual(['T1', 'T2']);
  });

  it('a version that nobody knows keeps nothing', () => {
    expect(bindApprovals([approved], new Map(), seen, steps, policy)).toEqual({ kept: [], void: ['T1'], changes: ['document'] });
  });
});
