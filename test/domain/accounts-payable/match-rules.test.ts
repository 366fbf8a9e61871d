import { describe, expect, it } from 'vitest';
import type { InvoiceFacts } from '../../../domain/model/invoice-facts.ts';
import type { InvoiceLine } from '../../../domain/model/invoice.ts';
import type { TolerancePolicy, Versioned } from '../../../domain/policy/index.ts';
import { assessInvoice } from '../../../domain/rules/accounts-payable/assess.ts';
import { eur, facts, invoice, line, order, orderLine, policies, receipt, reservation, supplier, tolerances } from './facts.ts';

interface Row {
  rule: string;
  what: string;
  given: Partial<InvoiceFacts>;
  policy?: Versioned<TolerancePolicy>;
  status: string;
  codes?: string[];
  owners?: string[];
  line?: Record<string, unknown>;
  holds?: { quantity: string; value: ReturnType<typeof eur> }[];
}

const strict = { price: { upperPercent: '0' }, quantity: { upperUnits: '0' }, cumulative: { upperAmount: '1000' } };
const billing = (quantity: string, price: string, more: Partial<InvoiceLine> = {}): Partial<InvoiceFacts> => ({ invoice: invoice([line(quantity, price, more)]) });
const service = (limit: string, more = {}): Partial<InvoiceFacts> => ({ orders: [order([orderLine({ kind: 'limit', matching: 'two-way', quantity: '1', unitPrice: limit, limit: eur(limit), ...more })])], receipts: [] });

const rows: Row[] = [
  { rule: 'M1', what: 'lower price is recorded, not blocked', given: billing('100', '9'), status: 'MATCHED_WITHIN_TOLERANCE', codes: ['price-below-order'], line: { priceVariance: eur('-100.00') } },
  { rule: 'M1', what: 'price per base quantity that is no finite decimal', given: { orders: [order([orderLine({ unitPrice: '0.33' })])], ...billing('99', '1', { baseQuantity: '3', net: eur('33.00') }) }, policy: tolerances({ price: { upperPercent: '1.0101' } }), status: 'EXCEPTION', codes: ['price-variance'] },
  { rule: 'M1', what: 'the same one a hair inside', given: { orders: [order([orderLine({ unitPrice: '0.33' })])], ...billing('99', '1', { baseQuantity: '3', net: eur('33.00') }) }, policy: tolerances({ price: { upperPercent: '1.0102' } }), status: 'MATCHED_WITHIN_TOLERANCE' },
  { rule: 'M2', what: 'two-way matches against the order', given: { orders: [order([orderLine({ matching: 'two-way' })])], receipts: [] }, status: 'MATCHED', line: { expected: '100' } },
  { rule: 'M1', what: 'the limit in money holds for all lines of a document that bill an order line', given: billingTwice(['60', '10.30'], ['40', '10.40']), policy: tolerances({ price: { upperAmount: '30' }, cumulative: { upperAmount: '50' } }), status: 'EXCEPTION', codes: ['price-variance'] },
  { rule: 'M1', what: 'the limit in percent does not let them add up either way', given: billingTwice(['60', '10.30'], ['40', '10.40']), policy: tolerances({ price: { upperPercent: '4' }, cumulative: { upperAmount: '50' } }), status: 'MATCHED_WITHIN_TOLERANCE' },
  { rule: 'M1', what: 'a cheap line does not pay for a dear one', given: billingTwice(['50', '11'], ['50', '9']), policy: tolerances({ price: { upperAmount: '30' } }), status: 'EXCEPTION', codes: ['price-variance', 'price-below-order'] },
  { rule: 'M1', what: 'a line that takes back for less than the order says costs us the difference', given: billingTwice(['110', '10'], ['-10', '9']), status: 'EXCEPTION', codes: ['price-variance'] },
  { rule: 'M1', what: 'a line that takes back at the price of the order', given: billingTwice(['110', '10'], ['-10', '10']), status: 'MATCHED', codes: [] },
  { rule: 'M4', what: 'ANY_WITHIN: lines that exceed one bound each, and both together', given: billingTwice(['60', '10.30'], ['40', '10.40']), policy: tolerances({ price: { combine: 'ANY_WITHIN', upperPercent: '2', upperAmount: '30' }, cumulative: { upperAmount: '50' } }), status: 'EXCEPTION', codes: ['price-variance'] },
  { rule: 'M4', what: 'ANY_WITHIN: within one bound alone and together', given: billingTwice(['98', '10.30'], ['2', '10.40']), policy: tolerances({ price: { combine: 'ANY_WITHIN', upperPercent: '3.1', upperAmount: '3' }, cumulative: { upperAmount: '50' } }), status: 'MATCHED_WITHIN_TOLERANCE' },
  { rule: 'M2', what: 'four-way counts what inspection accepted', given: { orders: [order([orderLine({ matching: 'four-way' })])], receipts: [receipt('100', { accepted: '95' })] }, status: 'EXCEPTION', codes: ['quantity-variance'], line: { expected: '95', payableQuantity: '95' } },
  { rule: 'M2', what: 'four-way waits for the inspection', given: { orders: [order([orderLine({ matching: 'four-way' })])], receipts: [receipt('100')] }, status: 'AWAITING_RECEIPT', codes: ['awaiting-receipt'], line: { expected: '0' } },
  { rule: 'M2', what: 'four-way counts what went back before anybody inspects it', given: { orders: [order([orderLine({ matching: 'four-way' })])], receipts: [receipt('100', { accepted: '100' }), receipt('-10')] }, status: 'EXCEPTION', codes: ['quantity-variance'], line: { expected: '90' } },
  { rule: 'M2', what: 'quantity limit in percent of what is expected', given: { receipts: [receipt('98')] }, policy: tolerances({ quantity: { upperPercent: '2' } }), status: 'EXCEPTION', codes: ['quantity-variance'] },
  { rule: 'M2', what: 'quantity limit as an amount', given: { receipts: [receipt('98')] }, policy: tolerances({ quantity: { upperAmount: '20' } }), status: 'MATCHED_WITHIN_TOLERANCE', line: { quantityVarianceMoney: eur('20.00') } },
  { rule: 'M3', what: 'only lower bounds: the upper side is not tested', given: billing('100', '50'), policy: tolerances({ price: { lowerPercent: '0' }, cumulative: { upperAmount: '9999' } }), status: 'MATCHED_WITHIN_TOLERANCE' },
  { rule: 'M3', what: 'a bound of 0 allows nothing', given: billing('100', '10.0001', { net: eur('1000.01') }), policy: tolerances({ price: { upperPercent: '0' } }), status: 'EXCEPTION', codes: ['price-variance'] },
  { rule: 'M4', what: 'ANY_WITHIN stops when every bound is passed', given: billing('100', '10.60'), policy: tolerances({ price: { combine: 'ANY_WITHIN', upperPercent: '5', upperAmount: '30' }, cumulative: { upperAmount: '100' } }), status: 'EXCEPTION', codes: ['price-variance'] },
  { rule: 'M5', what: 'an amount equal to its limit passes', given: billing('100', '10.30'), policy: tolerances({ price: { upperAmount: '30' } }), status: 'MATCHED_WITHIN_TOLERANCE' },
  { rule: 'M5', what: 'a cent over it does not', given: billing('100', '10.3001', { net: eur('1030.01') }), policy: tolerances({ price: { upperAmount: '30' } }), status: 'EXCEPTION', codes: ['price-variance'] },
  { rule: 'M6', what: 'the policy may block the lower side', given: billing('100', '8'), policy: tolerances({ price: { upperPercent: '5', lowerPercent: '10', lowerSide: 'block' } }), status: 'EXCEPTION', codes: ['price-below-order'] },
  { rule: 'M6', what: 'a lower limit that records', given: billing('60', '10'), policy: tolerances({ quantity: { upperUnits: '0', lowerUnits: '10' } }), status: 'MATCHED_WITHIN_TOLERANCE', codes: ['quantity-below-expected'] },
  { rule: 'M6', what: 'a part of what was received is an ordinary partial invoice', given: billing('60', '10'), status: 'MATCHED', codes: [], holds: [{ quantity: '60', value: eur('600.00') }] },
  { rule: 'M7', what: 'free goods billed at nothing', given: { orders: [order([orderLine({ unitPrice: '0' })])], ...billing('100', '0') }, status: 'MATCHED', codes: [] },
  { rule: 'M7', what: 'nothing left to invoice', given: { reservations: [reservation('100', '1000')], ...billing('1', '10') }, policy: tolerances({ quantity: { upperUnits: '50' } }), status: 'EXCEPTION', codes: ['nothing-to-invoice'] },
  { rule: 'M7', what: 'waits, yet bills more than the order can bring', given: { receipts: [], ...billing('120', '10') }, status: 'EXCEPTION', codes: ['quantity-variance', 'awaiting-receipt'] },
  { rule: 'M8', what: 'many small overcharges', given: { receipts: [receipt('100')], reservations: ['a', 'b', 'c', 'd'].map((caseId) => reservation('20', '210', { caseId })), ...billing('20', '10.50') }, policy: tolerances({ price: { upperPercent: '5' }, cumulative: { upperAmount: '49.99' } }), status: 'EXCEPTION', codes: ['cumulative-variance'], line: { cumulativeVariance: eur('50.00') } },
  { rule: 'M9', what: 'two of 60 against 100: the second sees 40', given: { reservations: [reservation('60', '600')], ...billing('60', '10') }, policy: tolerances(strict), status: 'EXCEPTION', codes: ['quantity-variance'], line: { expected: '40', payableQuantity: '40' }, holds: [{ quantity: '40', value: eur('400.00') }] },
  { rule: 'M9', what: 'our posted document in the ERP is counted once', given: { orders: [order([orderLine({ invoiced: [{ externalReference: 'ours-1', quantity: '60', value: eur('600') }] })])], reservations: [reservation('60', '600', { state: 'posted', externalReference: 'ours-1' })], ...billing('40', '10') }, status: 'MATCHED', line: { previouslyInvoiced: '60' } },
  { rule: 'M9', what: 'one posted by others is counted too', given: { orders: [order([orderLine({ invoiced: [{ quantity: '60', value: eur('600') }] })])], ...billing('50', '10') }, status: 'EXCEPTION', codes: ['quantity-variance'], line: { previouslyInvoiced: '60' } },
  { rule: 'M9', what: 'ours whose reservation was lost still counts', given: { orders: [order([orderLine({ invoiced: [{ externalReference: 'ours-2', quantity: '60', value: eur('600') }] })])], ...billing('40', '10') }, status: 'MATCHED', line: { previouslyInvoiced: '60' } },
  { rule: 'M9', what: 'the own reservation does not stand in the own way', given: { reservations: [reservation('100', '1000', { caseId: 'case-1' })] }, status: 'MATCHED', line: { previouslyInvoiced: '0' } },
  { rule: 'M9', what: 'a pending credit frees nothing yet', given: { reservations: [reservation('100', '1000', { state: 'posted' }), reservation('-10', '-100', { caseId: 'credit' })], ...billing('10', '10') }, status: 'EXCEPTION', codes: ['nothing-to-invoice'] },
  { rule: 'M9', what: 'a tolerance taken is reserved, so that it is taken once', given: { receipts: [receipt('98')] }, policy: tolerances({ quantity: { upperUnits: '2' } }), status: 'MATCHED_WITHIN_TOLERANCE', holds: [{ quantity: '100', value: eur('1000.00') }] },
  { rule: 'M10', what: 'line number written otherwise', given: billing('100', '10', { orderLine: '00010' }), status: 'MATCHED', line: { pairedBy: 'order-line' } },
  { rule: 'M10', what: "the buyer's item number", given: { orders: [order([orderLine({ buyerItemId: 'B1' }), orderLine({ id: '20', buyerItemId: 'B2' })])], ...billing('100', '10', { orderLine: undefined, item: { buyerId: 'b1', classifications: [], attributes: [] } }) }, status: 'MATCHED', line: { pairedBy: 'buyer-item', orderLine: '10' } },
  { rule: 'M10', what: 'unit, price and description', given: { orders: [order([orderLine(), orderLine({ id: '20', unitPrice: '11' })])], ...billing('100', '10', { orderLine: undefined }) }, status: 'MATCHED', line: { pairedBy: 'description', orderLine: '10' } },
  { rule: 'M10', what: 'several fit', given: { orders: [order([orderLine(), orderLine({ id: '20' })])], ...billing('100', '10', { orderLine: undefined }) }, status: 'EXCEPTION', codes: ['line-ambiguous'], owners: ['ap-clerk'] },
  { rule: 'M10', what: 'none fits', given: billing('100', '10', { orderLine: '99' }), status: 'EXCEPTION', codes: ['line-unmatched'], holds: [] },
  { rule: 'M10', what: 'order not known', given: { orders: [] }, status: 'EXCEPTION', codes: ['order-unknown'] },
  { rule: 'M10', what: 'a person pairs the line', given: { ...billing('100', '10', { orderLine: '99' }), corrections: { lines: [{ line: '1', orderNumber: 'PO1', orderLine: '10' }], by: ['anna'] } }, status: 'MATCHED', line: { pairedBy: 'correction' } },
  { rule: 'M10', what: 'order lines and other lines on one document', given: { invoice: invoice([line('100', '10'), line('1', '50', { id: '2', orderNumber: undefined, orderLine: undefined, item: { name: 'Hosting in October', classifications: [], attributes: [] } })]) }, status: 'MATCHED', line: { line: '1' } },
  { rule: 'M10', what: 'lines of one number: what was paired says nothing about the other', given: { supplierCandidates: [supplier({ defaultCoding: { account: '4100', costCentre: 'CC2' } })], invoice: invoice([line('100', '10'), line('1', '9000', { orderNumber: undefined, orderLine: undefined })]) }, status: 'EXCEPTION', codes: ['line-id-repeated'], owners: ['ap-clerk'], holds: [{ quantity: '100', value: eur('1000.00') }] },
  { rule: 'M10', what: 'a line that only informs is no part of that', given: { invoice: { ...invoice([line('100', '10')]), lines: [line('100', '10'), line('1', '5', { status: 'information' })] } }, status: 'MATCHED', codes: [] },
  { rule: 'M11', what: 'order of another supplier', given: { orders: [order([orderLine()], { supplierId: 'S2' })] }, status: 'EXCEPTION', codes: ['order-supplier-differs'], owners: ['buyer'], holds: [] },
  { rule: 'M11', what: 'a group company on file', given: { orders: [order([orderLine()], { supplierId: 'S2' })], supplierCandidates: [supplier({ relations: [{ kind: 'affiliate', supplierId: 'S2' }] })] }, status: 'MATCHED' },
  { rule: 'M11', what: 'order not approved', given: { orders: [order([orderLine()], { status: 'draft' })] }, status: 'EXCEPTION', codes: ['order-not-approved'] },
  { rule: 'M11', what: 'order line cancelled', given: { orders: [order([orderLine({ status: 'cancelled' })])] }, status: 'EXCEPTION', codes: ['order-closed'] },
  { rule: 'M13', what: 'agreed freight, billed as agreed', given: { orders: [order([orderLine()], { plannedCharges: [{ code: 'FC', amount: eur('30') }] })], invoice: invoice([line('100', '10')], { allowances: [{ kind: 'charge', amount: eur('30'), reasonCode: 'FC' }] }) }, status: 'MATCHED' },
  { rule: 'M13', what: 'agreed freight, billed higher', given: { orders: [order([orderLine()], { plannedCharges: [{ code: 'FC', amount: eur('30') }] })], invoice: invoice([line('100', '10')], { allowances: [{ kind: 'charge', amount: eur('30.01'), reasonCode: 'FC' }] }) }, status: 'EXCEPTION', codes: ['charge-differs'] },
  { rule: 'M13', what: 'agreed freight, billed a second time', given: { orders: [order([orderLine()], { plannedCharges: [{ code: 'FC', amount: eur('30') }] })], reservations: [reservation('0', '30', { orderLine: 'charge:FC' })], invoice: invoice([line('100', '10')], { allowances: [{ kind: 'charge', amount: eur('30'), reasonCode: 'FC' }] }) }, status: 'EXCEPTION', codes: ['charge-differs'] },
  { rule: 'M13', what: 'unplanned within both limits', given: { invoice: invoice([line('100', '10')], { allowances: [{ kind: 'charge', amount: eur('50') }] }) }, status: 'MATCHED' },
  { rule: 'M13', what: 'unplanned beyond the amount', given: { invoice: invoice([line('100', '10')], { allowances: [{ kind: 'charge', amount: eur('50.01') }] }) }, status: 'EXCEPTION', codes: ['charge-unplanned'] },
  { rule: 'M13', what: 'unplanned beyond the share of net, hidden in a line', given: { invoice: invoice([line('10', '10', { net: eur('120'), allowances: [{ kind: 'charge', amount: eur('20') }] })]) }, status: 'EXCEPTION', codes: ['charge-unplanned'] },
  { rule: 'M14', what: 'a small difference goes to its own account', given: { invoice: headNet('1000.05') }, status: 'MATCHED_WITHIN_TOLERANCE', codes: ['small-difference'] },
  { rule: 'M14', what: 'within the limit of the head', given: { invoice: headNet('1001.00') }, status: 'MATCHED_WITHIN_TOLERANCE', codes: ['header-difference'] },
  { rule: 'M14', what: 'beyond it', given: { invoice: headNet('1001.01') }, status: 'EXCEPTION', codes: ['header-difference'] },
  { rule: 'M15', what: 'over-delivery within its percentage', given: { receipts: [receipt('103')], ...billing('103', '10') }, policy: tolerances({ overDeliveryPercent: '3' }), status: 'MATCHED', line: { payableQuantity: '103' } },
  { rule: 'M16', what: 'limit order with enough left', given: { ...service('500'), reservations: [reservation('1', '100')], ...billing('1', '400') }, status: 'MATCHED' },
  { rule: 'M16', what: 'limit order exceeded by a cent', given: { ...service('500'), reservations: [reservation('1', '100')], ...billing('1', '400.01') }, policy: tolerances({ quantity: { upperPercent: '0' } }), status: 'EXCEPTION', codes: ['order-amount-exceeded'], owners: ['buyer'] },
  { rule: 'M9', what: 'a pending price credit frees nothing of a limit order', given: { ...service('500'), reservations: [reservation('1', '500', { state: 'posted' }), reservation('0', '-100', { caseId: 'credit' })], ...billing('1', '100') }, policy: tolerances({ quantity: { upperPercent: '0' } }), status: 'EXCEPTION', codes: ['order-amount-exceeded'] },
  { rule: 'M16', what: 'bounds of which none holds for amounts beyond the order', given: { ...service('500'), ...billing('1', '5000') }, policy: tolerances({ quantity: { upperUnits: '0', lowerPercent: '10' } }), status: 'EXCEPTION', codes: ['tolerance-missing'], holds: [{ quantity: '0', value: eur('500.00') }] },
  { rule: 'M16', what: 'the same bounds within the order', given: { ...service('500'), ...billing('1', '500') }, policy: tolerances({ quantity: { upperUnits: '0', lowerPercent: '10' } }), status: 'MATCHED' },
  { rule: 'M16', what: 'a service without its entry waits', given: { ...service('500', { kind: 'service', matching: 'three-way', quantity: '5', unitPrice: '100' }), ...billing('5', '100') }, status: 'AWAITING_RECEIPT', codes: ['awaiting-receipt'] },
  { rule: 'M16', what: 'a service with its entry', given: { ...service('500', { kind: 'service', matching: 'three-way', quantity: '5', unitPrice: '100' }), receipts: [receipt('5')], ...billing('5', '100') }, status: 'MATCHED' },
  { rule: 'M17', what: 'all problems are listed', given: { receipts: [receipt('60')], ...billing('100', '12') }, policy: tolerances(strict), status: 'EXCEPTION', codes: ['price-variance', 'quantity-variance'], owners: ['buyer', 'receiver'] },
  { rule: 'M18', what: 'item and supplier before item before global, whole record', given: { orders: [order([orderLine({ buyerItemId: 'B1' })])], ...billing('100', '10.90') }, policy: tolerances({}, { records: [
    { ...recordOf('global', { level: 'global' }, '1') }, { ...recordOf('item', { level: 'item', item: 'B1' }, '5') }, { ...recordOf('both', { level: 'item-and-supplier', item: 'B1', supplier: 'S1' }, '9') }, { ...recordOf('company', { level: 'company', entity: 'DE01' }, '2') },
  ] }), status: 'MATCHED_WITHIN_TOLERANCE', line: { toleranceRecord: 'both' } },
  { rule: 'M18', what: 'item before supplier', given: { orders: [order([orderLine({ buyerItemId: 'B1' })])] }, policy: tolerances({}, { records: [recordOf('global', { level: 'global' }, '1'), recordOf('supplier', { level: 'supplier', supplier: 'S1' }, '9'), recordOf('item', { level: 'item', item: 'B1' }, '2')] }), status: 'MATCHED', line: { toleranceRecord: 'item' } },
  { rule: 'M18', what: 'supplier before category before company', given: {}, policy: tolerances({}, { records: [recordOf('company', { level: 'company', entity: 'DE01' }, '2'), recordOf('category', { level: 'category', category: 'material' }, '2'), recordOf('supplier', { level: 'supplier', supplier: 'S1' }, '2')] }), status: 'MATCHED', line: { toleranceRecord: 'supplier' } },
  { rule: 'R2', what: 'a return after the invoice leaves nothing to invoice', given: { receipts: [receipt('60'), receipt('-10')], reservations: [reservation('60', '600', { state: 'posted' })], ...billing('10', '10') }, status: 'EXCEPTION', codes: ['nothing-to-invoice'], line: { expected: '-10' } },
  { rule: 'R4', what: 'consignment expects no invoice', given: { orders: [order([orderLine({ kind: 'consignment' })])] }, status: 'EXCEPTION', codes: ['consignment-order'] },
  { rule: 'T111-uc006c', what: 'delivered 2, invoiced 5: query, delivery, partial credit', given: { orders: [order([orderLine({ quantity: '5' })])], receipts: [receipt('2')], ...billing('5', '10') }, policy: tolerances(strict), status: 'EXCEPTION', codes: ['quantity-variance'] },
];

describe('matching', () => {
  it.each(rows)('$rule: $what is $status', ({ given, policy, status, codes, owners, line: expectedLine, holds }) => {
    const assessment = assessInvoice(facts({ ...given, policies: policies(policy ? { tolerances: policy } : {}) }));
    const stopping = assessment.findings.map((finding) => finding.code);
    if (codes) expect(stopping).toEqual(codes);
    else expect(assessment.findings.filter((finding) => finding.severity !== 'info')).toEqual([]);
    expect(assessment.match.status).toBe(status);
    if (expectedLine) expect(assessment.match.lines[0]).toMatchObject(expectedLine);
    if (owners) expect(assessment.findings.map((finding) => finding.ownerRole)).toEqual(owners);
    if (holds) expect(assessment.reservationsToHold.map(({ quantity, value }) => ({ quantity, value }))).toEqual(holds);
  });

  it('M17: a finding names owner, person, deadline, reason code and what the supplier is asked to do', () => {
    const [finding] = assessInvoice(facts({ orders: [order([orderLine({ quantity: '5' })])], receipts: [receipt('2')], invoice: invoice([line('5', '10')]), policies: policies({ tolerances: tolerances(strict) }) })).findings;
    expect(finding).toMatchObject({ reasonCode: 'DEL', suggestion: { action: 'CNP' }, ownerRole: 'receiver', ownerPerson: 'rita', expected: '2', actual: '5', variance: '3', limit: '0 units', dueAt: '2026-11-09T09:00:00.000Z' });
  });

  it('R3: a receipt may be awaited for the business days of the policy, counted from when the document came in', () => {
    const waiting = facts({ receipts: [], invoice: invoice([line('100', '10')]) });
    const due = (changes: Parameters<typeof facts>[0]) => assessInvoice({ ...waiting, ...facts(changes), receipts: waiting.receipts, invoice: waiting.invoice }).findings.filter(({ severity }) => severity === 'wait').map(({ dueAt }) => dueAt);
    expect(due({ receivedOn: '2026-11-05' })).toEqual(['2026-11-19T16:00:00.000Z']);
    expect(due({ receivedOn: '2026-11-05', now: '2026-11-12T09:00:00.000Z' })).toEqual(['2026-11-19T16:00:00.000Z']);
  });

  it('M19: an override ends when the numbers behind it change', () => {
    const before = assessInvoice(facts({ invoice: invoice([line('100', '12')]) }));
    const [finding] = before.findings.filter((entry) => entry.code === 'price-variance');
    const [cumulative] = before.findings.filter((entry) => entry.code === 'cumulative-variance');
    const overrides = [finding!, cumulative!].map(({ code, scope, fingerprint }) => ({ findingCode: code, scope, fingerprint, by: 'fred', role: 'finance-manager', reason: 'agreed', at: '2026-11-05T10:00:00.000Z' }));
    expect(assessInvoice(facts({ invoice: invoice([line('100', '12')]), overrides })).match.status).toBe('ACCEPTED_WITH_VARIANCE');
    expect(assessInvoice(facts({ invoice: invoice([line('100', '12.01')]), overrides })).match.status).toBe('EXCEPTION');
  });

  it('M20: an override ends as accepted with variance, is routed for approval and reserves all that is billed', () => {
    const given = { receipts: [receipt('60')], policies: policies({ tolerances: tolerances(strict) }) };
    const [finding] = assessInvoice(facts(given)).findings;
    const override = { findingCode: finding!.code, scope: finding!.scope, fingerprint: finding!.fingerprint, by: 'fred', role: 'finance-manager', reason: 'paid ahead of delivery', at: '2026-11-05T10:00:00.000Z' };
    const accepted = assessInvoice(facts({ ...given, overrides: [override] }));
    expect(accepted.match.status).toBe('ACCEPTED_WITH_VARIANCE');
    expect(accepted.disposition).toBe('needs-approval');
    expect(accepted.reservationsToHold).toEqual([{ orderNumber: 'PO1', orderLine: '10', quantity: '100', value: eur('1000.00') }]);
    expect(assessInvoice(facts({ ...given, overrides: [override], submittedBy: 'fred' })).disposition).toBe('exception');
  });
});

/** One order line billed by two lines of a document. */
function billingTwice(...lines: [string, string][]): Partial<InvoiceFacts> {
  return { invoice: invoice(lines.map(([quantity, price], index) => line(quantity, price, { id: String(index + 1) }))) };
}

function headNet(net: string) {
  const base = invoice([line('100', '10')]);
  return { ...base, totals: { ...base.totals, net: eur(net) } };
}

function recordOf(id: string, scope: Record<string, unknown>, percent: string) {
  return { id, scope, price: { upperPercent: percent }, quantity: { upperUnits: '0' }, cumulative: { upperPercent: '100' }, overDeliveryPercent: '0', underDeliveryPercent: '0', beforeReceipt: 'exception' };
}
