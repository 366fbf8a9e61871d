import { describe, expect, it } from 'vitest';
import type { ApprovalDecision, ApprovalTask } from '../../../domain/model/approval-decision.ts';
import type { Person } from '../../../domain/model/person.ts';
import { judgeDecision, lackingApprovers, type DecisionFacts } from '../../../domain/rules/accounts-payable/approval-decision.ts';
import { assessInvoice } from '../../../domain/rules/accounts-payable/assess.ts';
import { changeVoidsApprovals, decisionSubject, type DecisionSubject } from '../../../domain/rules/accounts-payable/decision-subject.ts';
import { conflictingDuty } from '../../../domain/rules/accounts-payable/duties.ts';
import { nextEscalation, rolesWithAuthority } from '../../../domain/rules/accounts-payable/escalation.ts';
import { exceptionResolution, rejectionFault } from '../../../domain/rules/accounts-payable/exception-resolution.ts';
import { calendar, eur, facts, invoice, line, people, person, policies, supplier } from './facts.ts';

const task: ApprovalTask = {
  id: 'T1', entity: 'DE01', caseId: 'case-1', role: 'finance-manager', state: 'open', decisionHash: 'h1', policyVersion: 'approval@test', since: '2026-11-05T09:00:00.000Z', reminded: false,
  step: { id: '2', kind: 'authority', role: 'finance-manager', required: 1, persons: ['fred'], fallback: false, amount: eur('10000'), rule: 'standard/middle', why: 'authority' },
};
const says = (personId: string, more: Partial<ApprovalDecision> = {}): ApprovalDecision => ({ taskId: 'T1', person: personId, decision: 'approve', decisionHash: 'h1', ...more });
const delegation = { id: 'D1', delegator: 'fred', delegate: 'dora', from: '2026-11-05T00:00:00.000Z', to: '2026-11-06T00:00:00.000Z' };
const staff: Person[] = [...people, person('dora', [['team-lead', '1000']]), person('fred2', [['finance-manager', '10000']], { employeeId: 'E-fred' }), person('gone', [['finance-manager']], { active: false }), person('admin', [['administrator']]), person('mira', [['ap-operations']])];
const given = (overrides: Partial<DecisionFacts> = {}): DecisionFacts => ({
  decision: says('fred'), task, item: { entity: 'DE01', decisionHash: 'h1', amountForAuthority: eur('10000') }, earlier: [], people: staff, delegations: [], held: [],
  duties: { receiverMayApprove: false, orderCreatorMayReceive: false }, escalation: policies().deadlines.content.approval, now: '2026-11-05T12:00:00.000Z', ...overrides,
});
const breakGlass = { roles: ['cfo', 'controller'], persons: 2 };
const inNeed = (personId: string, more: Partial<ApprovalDecision> = {}): ApprovalDecision => says(personId, { breakGlass: true, comment: 'Fred is in hospital, the line stands still', ...more });
const asDora = { decision: says('dora', { onBehalfOf: 'fred' }), delegations: [delegation] };
const inQueue: ApprovalTask = { ...task, role: 'ap-operations' };
/** A controller's endorsement, whose time ran out: the role is not on the ladder. */
const endorsement: ApprovalTask = { ...inQueue, step: { ...task.step, kind: 'endorsement', role: 'controller', amount: eur('80000') } };
const deputy = { ...delegation, delegator: 'cara' };
const change = (changes: Partial<DecisionFacts['item']>) => ({ item: { entity: 'DE01', decisionHash: 'h1', amountForAuthority: eur('10000'), ...changes } });

const rows: { rule: string; what: string; facts: Partial<DecisionFacts>; answer: string }[] = [
  { rule: 'A3', what: 'limit equal to the amount', facts: {}, answer: 'allowed' },
  { rule: 'A3', what: 'amount rose by a cent since routing', facts: change({ amountForAuthority: eur('10000.01') }), answer: 'authority-insufficient' },
  { rule: 'A3', what: 'a limit in another currency than the amount', facts: { people: staff.map((entry) => (entry.id === 'fred' ? person('fred', [], { roles: [{ entity: 'DE01', role: 'finance-manager', limit: { currency: 'JPY', minor: '1000000' } }] }) : entry)) }, answer: 'authority-insufficient' },
  { rule: 'A6', what: 'a cap in another currency than the amount', facts: { ...asDora, delegations: [{ ...delegation, cap: { currency: 'JPY', minor: '1000000' } }] }, answer: 'authority-insufficient' },
  { rule: 'A3', what: 'limit lowered after submission (S8)', facts: { people: staff.map((entry) => (entry.id === 'fred' ? person('fred', [['finance-manager', '5000']]) : entry)) }, answer: 'authority-insufficient' },
  { rule: 'A9', what: 'amount fell, the routed amount still counts', facts: { ...change({ amountForAuthority: eur('10') }), task: { ...task, step: { ...task.step, amount: eur('20000') } } }, answer: 'authority-insufficient' },
  { rule: 'A12', what: 'split documents count together (S8)', facts: change({ aggregate: eur('15000') }), answer: 'authority-insufficient' },
  { rule: 'A3', what: 'rejecting needs no authority for the amount', facts: { ...change({ amountForAuthority: eur('99999') }), decision: says('fred', { decision: 'reject', reasonCode: 'PRI', target: 'supplier' }) }, answer: 'allowed' },
  { rule: 'A13', what: 'a rejection without reason and target', facts: { decision: says('fred', { decision: 'reject' }) }, answer: 'decision-incomplete' },
  { rule: 'A2', what: 'a person without the role', facts: { decision: says('tina') }, answer: 'not-permitted' },
  { rule: 'A10', what: 'an administrator has no authority', facts: { decision: says('admin') }, answer: 'not-permitted' },
  { rule: 'A10', what: 'an administrator has no authority in need either', facts: { decision: inNeed('admin'), breakGlass }, answer: 'not-permitted' },
  { rule: 'A10', what: 'a named role in need', facts: { decision: inNeed('cara'), breakGlass }, answer: 'allowed' },
  { rule: 'A10', what: 'in need without a policy for it', facts: { decision: inNeed('cara') }, answer: 'not-permitted' },
  { rule: 'A10', what: 'in need without a reason', facts: { decision: inNeed('cara', { comment: ' ' }), breakGlass }, answer: 'decision-incomplete' },
  { rule: 'A10', what: 'in need for somebody else', facts: { decision: inNeed('cara', { onBehalfOf: 'fred' }), breakGlass }, answer: 'not-permitted' },
  { rule: 'A10', what: 'rejecting in need', facts: { decision: inNeed('cara', { decision: 'reject', reasonCode: 'PRI', target: 'supplier' }), breakGlass }, answer: 'not-permitted' },
  { rule: 'A10', what: 'in need by whoever entered the document', facts: { decision: inNeed('cara'), breakGlass, held: [{ duty: 'invoice-entry', person: 'cara' }] }, answer: 'duties-conflict' },
  { rule: 'A10', what: 'in need by whoever approved an earlier step', facts: { decision: inNeed('cara'), breakGlass, earlier: [says('cara', { taskId: 'T0' })] }, answer: 'duties-conflict' },
  { rule: 'A7', what: 'an operator, for what lies in the queue of the operators', facts: { task: inQueue, decision: says('mira') }, answer: 'not-permitted' },
  { rule: 'A7', what: 'an operator who rejects it there', facts: { task: inQueue, decision: says('mira', { decision: 'reject', reasonCode: 'PRI', target: 'supplier' }) }, answer: 'not-permitted' },
  { rule: 'A7', what: 'an operator, for a step that found nobody and fell to that queue', facts: { task: { ...inQueue, step: { ...task.step, role: 'ap-operations', fallback: true } }, decision: says('mira') }, answer: 'not-permitted' },
  { rule: 'A7', what: 'in that queue the role of the step', facts: { task: inQueue }, answer: 'allowed' },
  { rule: 'A7', what: 'in that queue a role above it', facts: { task: inQueue, decision: says('cara') }, answer: 'allowed' },
  { rule: 'A7', what: 'in that queue a role below it', facts: { task: inQueue, decision: says('tina') }, answer: 'not-permitted' },
  { rule: 'A7', what: 'in that queue a delegate of the step\'s role', facts: { ...asDora, task: inQueue }, answer: 'allowed' },
  { rule: 'A3', what: 'in that queue above the own limit', facts: { ...change({ amountForAuthority: eur('10000.01') }), task: inQueue }, answer: 'authority-insufficient' },
  { rule: 'A7', what: 'in that queue an endorsement by the role of the step, whatever its limit', facts: { task: endorsement, decision: says('conny'), people: [...staff.filter(({ id }) => id !== 'conny'), person('conny', [['controller', '1']])] }, answer: 'allowed' },
  { rule: 'A3', what: 'in that queue an endorsement by another role below its amount', facts: { task: endorsement, decision: says('tina') }, answer: 'authority-insufficient' },
  { rule: 'A3', what: 'in that queue an endorsement by another role that holds its amount', facts: { task: endorsement, decision: says('cara') }, answer: 'allowed' },
  { rule: 'A3', what: 'in that queue an endorsement by somebody with the step\'s role and a lower one', facts: { task: endorsement, decision: says('both'), people: [...staff, person('both', [['team-lead', '1000'], ['controller']])] }, answer: 'allowed' },
  { rule: 'A6', what: 'in that queue an endorsement for another role above the cap', facts: { task: endorsement, decision: says('dora', { onBehalfOf: 'cara' }), delegations: [{ ...deputy, cap: eur('79999.99') }] }, answer: 'authority-insufficient' },
  { rule: 'A6', what: 'in that queue an endorsement for another role within the cap', facts: { task: endorsement, decision: says('dora', { onBehalfOf: 'cara' }), delegations: [{ ...deputy, cap: eur('80000') }] }, answer: 'allowed' },
  { rule: 'A3', what: 'in that queue rejecting takes no amount', facts: { task: endorsement, decision: says('tina', { decision: 'reject', reasonCode: 'PRI', target: 'supplier' }) }, answer: 'allowed' },
  { rule: 'A3', what: 'an endorsement that went on to another role, below its amount', facts: { task: { ...endorsement, role: 'team-lead' }, decision: says('tina') }, answer: 'authority-insufficient' },
  { rule: 'A7', what: 'the former role, once the next one is asked', facts: { task: { ...task, role: 'cfo' } }, answer: 'not-permitted' },
  { rule: 'A10', what: 'an operator in need', facts: { task: inQueue, decision: inNeed('mira'), breakGlass }, answer: 'not-permitted' },
  { rule: 'A10', what: 'in that queue a named role in need', facts: { task: inQueue, decision: inNeed('cara'), breakGlass }, answer: 'allowed' },
  { rule: 'A9', what: 'a leaver', facts: { decision: says('gone') }, answer: 'not-permitted' },
  { rule: 'A5', what: 'whoever entered the document', facts: { held: [{ duty: 'invoice-entry', person: 'fred' }] }, answer: 'duties-conflict' },
  { rule: 'A5', what: 'by the second log-in of whoever entered it (S7)', facts: { held: [{ duty: 'invoice-entry', person: 'fred2' }] }, answer: 'duties-conflict' },
  { rule: 'A5', what: 'whoever coded it', facts: { held: [{ duty: 'coding', person: 'fred' }] }, answer: 'duties-conflict' },
  { rule: 'A5', what: 'the goods receiver', facts: { held: [{ duty: 'receipt', person: 'fred' }] }, answer: 'duties-conflict' },
  { rule: 'A5', what: 'the goods receiver where the policy allows it', facts: { held: [{ duty: 'receipt', person: 'fred' }], duties: { receiverMayApprove: true, orderCreatorMayReceive: false } }, answer: 'allowed' },
  { rule: 'A5', what: 'the beneficiary', facts: { held: [{ duty: 'beneficiary', person: 'fred' }] }, answer: 'duties-conflict' },
  { rule: 'A5', what: 'whoever released its payment', facts: { held: [{ duty: 'payment-release', person: 'fred' }] }, answer: 'duties-conflict' },
  { rule: 'A6', what: 'delegate with the authority of the delegator', facts: asDora, answer: 'allowed' },
  { rule: 'A6', what: 'without a delegation', facts: { decision: says('dora', { onBehalfOf: 'fred' }) }, answer: 'delegation-invalid' },
  { rule: 'A6', what: 'at the end of the period (exclusive)', facts: { ...asDora, now: '2026-11-06T00:00:00.000Z' }, answer: 'delegation-invalid' },
  { rule: 'A6', what: 'at its beginning (inclusive)', facts: { ...asDora, now: '2026-11-05T00:00:00.000Z' }, answer: 'allowed' },
  { rule: 'A6', what: 'for another company', facts: { ...asDora, delegations: [{ ...delegation, entity: 'US01' }] }, answer: 'delegation-invalid' },
  { rule: 'A6', what: 'above the cap', facts: { ...asDora, delegations: [{ ...delegation, cap: eur('9999.99') }] }, answer: 'authority-insufficient' },
  { rule: 'A6', what: 'one of two overlapping delegations suffices', facts: { ...asDora, delegations: [{ ...delegation, cap: eur('1') }, { ...delegation, id: 'D2', cap: eur('10000') }] }, answer: 'allowed' },
  { rule: 'A6', what: 'not transitive', facts: { decision: says('dora', { onBehalfOf: 'tina' }), delegations: [{ ...delegation, delegator: 'fred', delegate: 'tina' }, { ...delegation, id: 'D2', delegator: 'tina' }] }, answer: 'not-permitted' },
  { rule: 'A6', what: 'delegator entered the document', facts: { ...asDora, held: [{ duty: 'invoice-entry', person: 'fred' }] }, answer: 'duties-conflict' },
  { rule: 'A6', what: 'delegate entered the document', facts: { ...asDora, held: [{ duty: 'invoice-entry', person: 'dora' }] }, answer: 'duties-conflict' },
  { rule: 'A4', what: 'approved an earlier step (S7)', facts: { earlier: [says('fred', { taskId: 'T0' })] }, answer: 'duties-conflict' },
  { rule: 'A4', what: 'approved an earlier step by the second log-in', facts: { earlier: [says('fred2', { taskId: 'T0' })] }, answer: 'duties-conflict' },
  { rule: 'A4', what: 'approved an earlier step by a delegate', facts: { earlier: [says('dora', { taskId: 'T0', onBehalfOf: 'fred' })] }, answer: 'duties-conflict' },
  { rule: 'A4', what: 'as delegate of another after the own approval', facts: { ...asDora, earlier: [says('dora', { taskId: 'T0' })] }, answer: 'duties-conflict' },
  { rule: 'A4', what: 'approved an earlier version', facts: { earlier: [says('fred', { taskId: 'T0', decisionHash: 'h0' })] }, answer: 'allowed' },
  { rule: 'A8', what: 'the document changed since it was shown', facts: { decision: says('fred', { decisionHash: 'h0' }) }, answer: 'stale-version' },
  { rule: 'A8', what: 'the task is for an older version', facts: change({ decisionHash: 'h2' }), answer: 'stale-version' },
  { rule: 'A8', what: 'the same again', facts: { earlier: [says('fred')], task: { ...task, state: 'decided' } }, answer: 'repeated' },
  { rule: 'A4', what: 'the same again to the second question of a step for two', facts: { earlier: [says('fred')] }, answer: 'duties-conflict' },
  { rule: 'A8', what: 'otherwise than before', facts: { earlier: [says('fred')], decision: says('fred', { decision: 'reject', reasonCode: 'PRI', target: 'buyer' }) }, answer: 'already-decided' },
  { rule: 'A8', what: 'decided by somebody else', facts: { task: { ...task, state: 'decided' } }, answer: 'already-decided' },
];

describe('decisions', () => {
  it.each(rows)('$rule: $what is $answer', ({ facts: changes, answer }) => {
    const judged = judgeDecision(given(changes));
    expect(judged.outcome === 'refused' ? judged.code : judged.outcome).toBe(answer);
  });

  it('A6: the record names the delegation', () => expect(judgeDecision(given(asDora))).toEqual({ outcome: 'allowed', role: 'finance-manager', limit: eur('10000'), delegation: 'D1' }));

  it('A4: a step for two is complete with two humans', () => {
    const step = { ...task.step, required: 2 };
    expect(lackingApprovers(step, 'T1', [says('fred'), says('fred2')], staff)).toBe(1);
    expect(lackingApprovers(step, 'T1', [says('fred'), says('dora', { onBehalfOf: 'fred' })], staff)).toBe(1);
    expect(lackingApprovers(step, 'T1', [says('fred'), says('cara')], staff)).toBe(0);
  });

  it.each([
    ['one alone is not enough', [inNeed('cara')], 1],
    ['two stand for one', [inNeed('cara'), inNeed('carl')], 0],
    ['two log-ins of one human are one', [inNeed('fred'), inNeed('fred2')], 1],
    ['one of them and a regular approver', [inNeed('cara'), says('fred')], 0],
  ])('A10: of approvals beyond the regular authority %s', (_what, given, lacking) => expect(lackingApprovers(task.step, 'T1', given, staff, breakGlass)).toBe(lacking));

  it('A10: without a policy for it such approvals count nothing', () => expect(lackingApprovers(task.step, 'T1', [inNeed('cara'), inNeed('carl')], staff)).toBe(1));

  it.each([
    ['supplier-change', 'payment-release'], ['supplier-change', 'invoice-entry'], ['payment-creation', 'payment-release'], ['payment-release', 'bank-reconciliation'], ['order-creation', 'receipt'],
  ] as const)('A5: %s and %s exclude each other, in both orders', (a, b) => {
    const rules = { receiverMayApprove: false, orderCreatorMayReceive: false };
    expect(conflictingDuty(a, 'fred', [{ duty: b, person: 'fred2' }], staff, rules)).toBe(b);
    expect(conflictingDuty(b, 'fred', [{ duty: a, person: 'fred' }], staff, rules)).toBe(a);
    expect(conflictingDuty(a, 'tina', [{ duty: b, person: 'fred' }], staff, rules)).toBeUndefined();
  });
});

describe('A8: what voids approvals', () => {
  const before = decisionSubject(assessInvoice(facts()), { documentHash: 'd1' });
  const amount = (text: string): Partial<DecisionSubject> => ({ documentHash: 'd2', payable: eur(text) });
  it.each<[string, Partial<DecisionSubject>, string[]]>([
    ['nothing', {}, []],
    ['amount up by a cent', amount('1190.01'), ['amount-up']],
    ['amount down within 2 %', amount('1166.20'), []],
    ['amount down by more', amount('1166.19'), ['amount-down']],
    ['currency', { documentHash: 'd2', payable: { currency: 'USD', minor: '119000' } }, ['currency']],
    ['supplier', { supplierId: 'S2' }, ['supplier']],
    ['version of the bank account', { payee: { supplierId: 'S1', accountId: 'S1-1', accountVersion: 2 } }, ['bank-account']],
    ['cost centre', { coding: before.coding.map((entry) => ({ ...entry, costCentre: 'CC2' })) }, ['cost-centre']],
    ['due date', { dueDate: '2027-01-01' }, ['due-date']],
    ['a worse match', { match: { ...before.match, status: 'ACCEPTED_WITH_VARIANCE' } }, ['match']],
    ['the document in any other way', { documentHash: 'd2' }, ['document']],
  ])('%s', (_what, after, expected) => {
    expect(changeVoidsApprovals(before, { ...before, ...after }, policies().approval.content)).toEqual(expected);
  });

  const credit = (changes: Partial<NonNullable<DecisionSubject['credit']>> = {}): NonNullable<DecisionSubject['credit']> => ({ against: 'case-7', kind: 'price', settlement: 'reduces-open', ...changes });
  it.each([
    ['the same effect', credit(), []],
    ['another invoice', credit({ against: 'case-8' }), ['credit']],
    ['another kind', credit({ kind: 'goodwill' }), ['credit']],
    ['another settlement, which follows from what the invoice has come to', credit({ settlement: 'closes-both' }), []],
  ])('C4: of a credit with %s', (_what, after, expected) => {
    expect(changeVoidsApprovals({ ...before, credit: credit() }, { ...before, credit: after }, policies().approval.content)).toEqual(expected);
  });

  it('C4: what a credit does is part of its subject, and of that of no invoice', () => {
    const assessment = assessInvoice(facts());
    expect(decisionSubject(assessment, { documentHash: 'd1' })).not.toHaveProperty('credit');
    expect(decisionSubject({ ...assessment, credit: { kind: 'goodwill', settlement: 'debit-balance' } }, { documentHash: 'd1' }).credit).toEqual({ against: null, kind: 'goodwill', settlement: 'debit-balance' });
  });

  it('goods that came in keep the approvals', () => {
    const waiting = { ...before, match: { ...before.match, status: 'AWAITING_RECEIPT' as const } };
    expect(changeVoidsApprovals(waiting, before, policies().approval.content)).toEqual([]);
  });

  it('our own data is part of the subject', () => {
    const other = assessInvoice(facts({ supplierCandidates: [supplier({ bankAccounts: [{ ...supplier().bankAccounts[0]!, version: 2 }] })] }));
    expect(changeVoidsApprovals(before, decisionSubject(other, { documentHash: 'd1' }), policies().approval.content)).toEqual(['bank-account']);
  });
});

describe('A7: escalation by business hours', () => {
  const deadlines = policies().deadlines.content;
  const next = (changes: Partial<ApprovalTask>, now = '2026-11-05T09:00:00.000Z', able?: string[]) => nextEscalation({ ...task, ...changes }, calendar.content, deadlines, now, able);
  it.each([
    // Thursday 10:00 in Berlin: 8 hours later is Friday 10:00, 16 hours later Monday 10:00
    ['a reminder at half of the time', {}, { level: 'reminder', at: '2026-11-06T09:00:00.000Z', role: 'finance-manager', due: false }],
    ['the next with authority at its end', { reminded: true }, { level: 'escalation', at: '2026-11-09T09:00:00.000Z', role: 'cfo', due: false }],
    ['the operators above the top', { reminded: true, role: 'cfo' }, { level: 'operator', at: '2026-11-09T09:00:00.000Z', role: 'ap-operations', due: false }],
    ['a role beside the ladder goes to its bottom', { reminded: true, role: 'controller' }, { level: 'escalation', at: '2026-11-09T09:00:00.000Z', role: 'team-lead', due: false }],
  ])('%s', (_what, changes, expected) => expect(next(changes)).toEqual(expected));

  it('ends with the operators', () => expect(next({ role: 'ap-operations' })).toBeUndefined());
  it('is due once its time has come', () => expect(next({}, '2026-11-06T09:00:00.000Z')?.due).toBe(true));
  it('skips roles without authority', () => {
    expect(next({ reminded: true, role: 'team-lead' }, undefined, ['cfo'])?.role).toBe('cfo');
    expect(rolesWithAuthority(deadlines.approval.ladder, people, { entity: 'DE01', amount: eur('50000') })).toEqual(['cfo']);
    expect(rolesWithAuthority(deadlines.approval.ladder, people, { entity: 'DE01', amount: eur('1000') })).toEqual(['team-lead', 'finance-manager', 'cfo']);
  });
});

describe('M20: who may override', () => {
  const [finding] = assessInvoice(facts({ invoice: invoice([line('100', '10.60')]) })).findings.filter((entry) => entry.code === 'price-variance');
  const resolve = (personId: string, changes: Record<string, unknown> = {}) =>
    exceptionResolution({ resolution: { kind: 'override', reason: 'agreed by phone', fingerprint: finding!.fingerprint }, finding: finding!, person: personId, submittedBy: 'anna', entity: 'DE01', held: [], people: staff, overrides: [], deadlines: policies().deadlines.content, now: '2026-11-05T12:00:00.000Z', ...changes });
  it.each([
    ['a role above', 'bert', {}, 'overridden'],
    ['the same role', 'anna2', { people: [...staff, person('anna2', [['ap-clerk']])] }, 'not-permitted'],
    ['no role at all', 'conny', {}, 'not-permitted'],
    ['the submitter', 'bert', { submittedBy: 'bert' }, 'duties-conflict'],
    ['without a reason', 'bert', { resolution: { kind: 'override', reason: ' ', fingerprint: finding!.fingerprint } }, 'decision-incomplete'],
    ['on numbers that changed', 'bert', { resolution: { kind: 'override', reason: 'x', fingerprint: 'old' } }, 'stale-version'],
    ['what no consent can mend', 'bert', { finding: { ...finding!, overridable: false } }, 'override-not-allowed'],
    ['whoever coded the document', 'bert', { held: [{ duty: 'coding', person: 'bert' }] }, 'duties-conflict'],
    ['rejecting', 'bert', { resolution: { kind: 'reject', reason: 'wrong price', reasonCode: 'PRI', target: 'supplier' } }, 'rejected'],
  ])('%s', (_what, personId, changes, expected) => {
    const judged = resolve(personId, changes);
    expect(judged.outcome === 'refused' ? judged.code : judged.outcome).toBe(expected);
  });

  it.each([
    ['a look-alike', 'duplicate-exact', 'case-7', 'duplicate'],
    ['a finding that names no other document', 'price-variance', undefined, 'decision-incomplete'],
  ] as const)('D1: saying that %s is a duplicate', (_what, code, relatedCase, expected) => {
    const judged = resolve('bert', { resolution: { kind: 'duplicate', reason: 'same delivery note' }, finding: { ...finding!, code, relatedCase } });
    expect(judged.outcome === 'refused' ? judged.code : judged.outcome).toBe(expected);
  });

  it.each([
    ['a live document', undefined, 'duplicate'],
    ['a document that was itself a duplicate', 'duplicate', 'stale-version'],
    ['a document that was rejected', 'rejected', 'stale-version'],
  ] as const)('D1, D9: saying that it is a duplicate of %s', (_what, originalEndedAs, expected) => {
    const judged = resolve('bert', { resolution: { kind: 'duplicate', reason: 'same delivery note' }, finding: { ...finding!, code: 'duplicate-normalised', relatedCase: 'case-7' }, originalEndedAs });
    expect(judged.outcome === 'refused' ? judged.code : judged.outcome).toBe(expected);
  });

  it.each([
    ['M17', 'the owner', 'conny', {}, undefined],
    ['M17', 'somebody of the role that owns it', 'tina', {}, undefined],
    ['M20', 'somebody of another role', 'rita', {}, 'not-permitted'],
    ['M17', 'somebody of that role in another company', 'tina', { entity: 'US01' }, 'not-permitted'],
    ['A5', 'whoever entered the document', 'tina', { submittedBy: 'tina' }, 'duties-conflict'],
    ['A5', 'the second log-in of whoever entered it', 'fred2', { submittedBy: 'fred', ownerRole: 'finance-manager' }, 'duties-conflict'],
    ['A9', 'a leaver', 'gone', { ownerRole: 'finance-manager' }, 'not-permitted'],
    ['A13', 'without a reason', 'tina', { reason: ' ' }, 'decision-incomplete'],
    ['M17', 'a clerk of accounts payable', 'anna', {}, undefined],
    ['A10', 'an operator, of what a step that stands still asks', 'mira', { ownerRole: 'ap-operations' }, 'not-permitted'],
    ['A10', 'an operator to whom it was given', 'mira', { ownerRole: 'ap-operations', ownerPerson: 'mira' }, 'not-permitted'],
    ['A10', 'a clerk of accounts payable, of what operators look after', 'anna', { ownerRole: 'ap-operations' }, undefined],
  ])('%s: rejecting over what states no finding, by %s', (_rule, _what, by, changes, expected) => {
    expect(rejectionFault({ person: by, reason: 'not delivered', entity: 'DE01', people: staff, ownerPerson: 'conny', ownerRole: 'team-lead', operators: ['operator', 'ap-operations'], ...changes })?.code).toBe(expected);
  });

  it('D10: the first of two consents does not complete', () => {
    const twice = { finding: { ...finding!, overridesNeeded: 2 } };
    const first = resolve('bert', twice);
    expect(first).toMatchObject({ outcome: 'overridden', complete: false });
    expect(resolve('fred', { ...twice, overrides: first.outcome === 'overridden' ? [first.override] : [] })).toMatchObject({ complete: true });
    expect(resolve('fred', { ...twice, overrides: first.outcome === 'overridden' ? [{ ...first.override, fingerprint: 'old' }] : [] }), 'one of them to other numbers').toMatchObject({ complete: false });
  });
});
