import { describe, expect, it } from 'vitest';
import type { InvoiceFacts } from '../../../domain/model/invoice-facts.ts';
import { approvalPolicySchema } from '../../../domain/policy/approval.ts';
import { breakGlassOf } from '../../../domain/rules/accounts-payable/approval-route.ts';
import { assessInvoice } from '../../../domain/rules/accounts-payable/assess.ts';
import { approvalContent, candidate, eur, facts, invoice, line, people, person, policies, receipt, supplier, tolerances } from './facts.ts';

/** A line without an order, coded by the rule for hosting. */
const plain = (net: string, overrides = {}) => line('1', net, { orderNumber: undefined, orderLine: undefined, item: { name: 'Hosting', classifications: [], attributes: [] }, ...overrides });
const approval = (changes: Record<string, unknown>) => policies({ approval: { version: 'changed@test', content: approvalPolicySchema.parse({ ...approvalContent, ...changes }) } });
const without = (net: string): Partial<InvoiceFacts> => ({ invoice: invoice([plain(net)]), orders: [], receipts: [] });

const rows: { rule: string; what: string; given: Partial<InvoiceFacts>; steps: string[]; amount?: string }[] = [
  { rule: 'A1', what: 'on the limit of a band', given: without('840.336'), steps: ['1×team-lead'], amount: '1000.00' },
  { rule: 'A1', what: 'a cent above it', given: { ...without('840.34'), invoice: invoice([plain('840.35')]) }, steps: ['1×team-lead', '1×finance-manager'], amount: '1000.02' },
  { rule: 'A1', what: 'a prepayment does not lower it', given: prepaid('11900', '11899'), steps: ['2×cfo'], amount: '11900.00' },
  { rule: 'A2', what: 'by supplier risk', given: { ...without('100'), supplierCandidates: [supplier({ risk: 'high' })] }, steps: ['1×controller', '1×team-lead'] },
  { rule: 'A2', what: 'several cost centres: each owner the own share, then the total', given: { orders: [], receipts: [], invoice: invoice([plain('100'), plain('300', { id: '2', buyerAccounting: '4000/CC1' })]) }, steps: ['1×cost-centre-owner', '1×cost-centre-owner', '1×team-lead'] },
  { rule: 'A3', what: 'nobody with authority: fallback, never nobody', given: { ...without('20000'), people: people.filter(({ id }) => id !== 'carl') }, steps: ['2×ap-supervisor'] },
  { rule: 'A4', what: 'two log-ins of one human are one', given: { ...without('20000'), people: [...people.filter(({ id }) => id !== 'carl'), person('cara2', [['cfo']], { employeeId: 'E-cara' })] }, steps: ['2×ap-supervisor'] },
  { rule: 'A5', what: 'whoever entered it is not asked', given: { ...without('20000'), submittedBy: 'cara' }, steps: ['2×ap-supervisor'] },
  { rule: 'A5', what: 'nor whoever coded it', given: { ...without('20000'), corrections: { lines: [], by: ['carl'] } }, steps: ['2×ap-supervisor'] },
  { rule: 'A11', what: 'matched with an approved order', given: {}, steps: [] },
  { rule: 'A11', what: 'within tolerance is asked where the policy says so', given: { invoice: invoice([line('100', '10.50')]) }, steps: ['1×team-lead', '1×finance-manager'] },
  { rule: 'A11', what: 'matched, yet of a supplier at high risk', given: { supplierCandidates: [supplier({ risk: 'high' })] }, steps: ['1×controller', '1×team-lead', '1×finance-manager'] },
  { rule: 'A12', what: 'three below the band, together above it', given: { ...without('600'), recentInvoices: ['a', 'b'].map((caseId) => ({ caseId, receivedOn: '2026-11-01', amountForAuthority: eur('500') })) }, steps: ['1×team-lead', '1×finance-manager'] },
  { rule: 'A12', what: 'older than the window', given: { ...without('600'), recentInvoices: ['a', 'b'].map((caseId) => ({ caseId, receivedOn: '2026-10-28', amountForAuthority: eur('500') })) }, steps: ['1×team-lead'] },
  { rule: 'A12', what: 'one of them is above it alone', given: { ...without('600'), recentInvoices: [{ caseId: 'a', receivedOn: '2026-11-01', amountForAuthority: eur('5000') }] }, steps: ['1×team-lead'] },
  { rule: 'C5', what: 'credits have their own matrix, whatever the size', given: { orders: [], receipts: [], duplicateCandidates: [candidate('R-0', '99999')], invoice: invoice([plain('20000')], { class: 'credit-note', typeCode: '381', references: { preceding: [{ number: 'R-0' }] } }), people: [person('lead', [['team-lead']])] }, steps: ['1×team-lead'] },
];

describe('approval route', () => {
  it.each(rows)('$rule: $what', ({ given, steps, amount }) => {
    const assessment = assessInvoice(facts(given));
    expect(assessment.findings.filter((finding) => finding.severity !== 'info')).toEqual([]);
    expect(assessment.route.steps.map((step) => `${step.required}×${step.role}`)).toEqual(steps);
    expect(assessment.disposition).toBe(steps.length === 0 ? 'ready-to-post' : 'needs-approval');
    expect(assessment.route.steps.at(-1)?.kind ?? 'authority').toBe('authority');
    if (amount) expect(assessment.amountForAuthority).toEqual(eur(amount));
  });

  it('A2: shares sum to the total and name the owner of the cost centre and the reason', () => {
    const given = { orders: [], receipts: [], invoice: invoice([plain('100'), plain('200', { id: '2', buyerAccounting: '4000/CC1' })]) };
    const [one, two, last] = assessInvoice(facts(given)).route.steps;
    expect([one?.amount, two?.amount, last?.amount]).toEqual([eur('238.00'), eur('119.00'), eur('357.00')]);
    expect([one?.persons, two?.persons]).toEqual([['owner1'], ['owner2']]);
    expect(one?.why).toContain('CC1');
  });

  it('A12: by flag the document waits for a person', () => {
    const given = { ...without('600'), recentInvoices: ['a', 'b'].map((caseId) => ({ caseId, receivedOn: '2026-11-01', amountForAuthority: eur('500') })) };
    const assessment = assessInvoice(facts({ ...given, policies: approval({ splitting: { days: 7, effect: 'flag' } }) }));
    expect(assessment.findings.map(({ code, actual }) => [code, actual])).toEqual([['possible-splitting', '1714.00 EUR']]);
    expect(assessment.disposition).toBe('exception');
  });

  it.each([
    ['the bound policy alone lets the receiver approve', true, false],
    ['the policy in force alone does', false, true],
    ['both do', true, true],
  ])('A9: %s: the stricter of the two counts, the route is that of the bound one', (_what, bound, inForce) => {
    const orderLine = invoice([line('100', '10.50')]);
    const given = { invoice: orderLine, receipts: [receipt('100', { receiver: 'tina' })] };
    const inForceNow = { version: 'later@test', content: approvalPolicySchema.parse({ ...approvalContent, matrices: [{ ...approvalContent.matrices[1], bands: [{ id: 'any', over: '0', authority: { role: 'cfo', required: 2 } }] }], duties: { receiverMayApprove: inForce, orderCreatorMayReceive: false } }) };
    const { route } = assessInvoice(facts({ ...given, policies: approval({ duties: { receiverMayApprove: bound, orderCreatorMayReceive: false } }), approvalInForce: inForceNow }));
    expect(route.policyVersion).toBe('changed@test');
    expect(route.steps.at(-1)?.role).toBe('finance-manager');
    expect(route.steps[0]?.persons.includes('tina')).toBe(bound && inForce);
  });

  it('A9, A10: the way around the authority is there only where both policies have it', () => {
    const having = (breakGlass?: { roles: string[]; persons: number }) => ({ version: 'v', content: approvalPolicySchema.parse({ ...approvalContent, breakGlass }) });
    const of = (bound: ReturnType<typeof having>, inForce?: ReturnType<typeof having>) => breakGlassOf({ policies: policies({ approval: bound }), ...(inForce ? { approvalInForce: inForce } : {}) });
    const two = { roles: ['cfo', 'controller'], persons: 2 };
    expect(of(having(two))).toEqual(two);
    expect(of(having(two), having())).toBeUndefined();
    expect(of(having(), having(two))).toBeUndefined();
    expect(of(having(two), having({ roles: ['cfo'], persons: 3 }))).toEqual({ roles: ['cfo'], persons: 3 });
    expect(of(having(two), having({ roles: ['treasurer'], persons: 2 }))).toBeUndefined();
    expect(() => having({ roles: ['cfo'], persons: 1 })).toThrow();
  });

  it('A9: the route is bound to the version of the policy', () => {
    expect(assessInvoice(facts(without('100'))).route.policyVersion).toBe('approval@test');
    expect(assessInvoice(facts({ ...without('100'), policies: approval({}) })).route.policyVersion).toBe('changed@test');
  });

  it('S8: an amount in another currency is measured in the company currency', () => {
    const dollars = invoice([plain('1000', { net: { currency: 'USD', minor: '100000' } })], { currency: 'USD' });
    const given = { orders: [], receipts: [], invoice: dollars };
    const converted = assessInvoice(facts({ ...given, rate: { from: 'USD', to: 'EUR', rate: '0.84', date: '2026-11-03' } }));
    expect(converted.amountForAuthority).toEqual(eur('999.60'));
    expect(converted.route.steps).toHaveLength(1);
    const missing = assessInvoice(facts(given));
    expect(missing.disposition).toBe('exception');
    expect(missing.findings.map(({ code, overridable }) => [code, overridable])).toEqual([['exchange-rate-missing', false]]);
    const inverse = assessInvoice(facts({ ...given, rate: { from: 'EUR', to: 'USD', rate: '1.19', date: '2026-11-03' } }));
    expect(inverse.disposition).toBe('exception');
  });

  it('R3: posted blocked before its receipt where the policy says so', () => {
    const posting = { version: 'blocked@test', content: { ...policies().posting.content, order: 'post-blocked-then-approve' as const, beforeReceipt: 'post-blocked' as const } };
    const assessment = assessInvoice(facts({ receipts: [receipt('60')], policies: policies({ posting, tolerances: tolerances({ beforeReceipt: 'wait' }) }) }));
    expect(assessment.match.status).toBe('AWAITING_RECEIPT');
    expect(assessment.disposition).toBe('needs-approval');
    expect(assessment.paymentBlock).toEqual({ blocked: true, reasons: ['approval', 'receipt'] });
    expect(assessment.posting?.paymentBlocked).toBe(true);
    expect(assessment.reservationsToHold[0]?.quantity).toBe('100');
  });
});

function prepaid(gross: string, paid: string): Partial<InvoiceFacts> {
  const base = invoice([plain('10000')]);
  expect(base.totals.gross).toEqual(eur(gross));
  return { orders: [], receipts: [], invoice: { ...base, totals: { ...base.totals, prepaid: eur(paid), payable: eur('1') } } };
}
