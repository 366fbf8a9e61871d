import { describe, expect, it } from 'vitest';
import type { InvoiceFacts } from '../../../domain/model/invoice-facts.ts';
import { assessInvoice } from '../../../domain/rules/accounts-payable/assess.ts';
import { eur, facts, invoice, line, order, orderLine, policies, receipt, reservation, tolerances } from './facts.ts';

interface Row {
  test: string;
  given: Partial<InvoiceFacts>;
  /** Tolerance record: what differs from none at all. */
  policy: Record<string, unknown>;
  status: string;
  codes: string[];
  line?: Record<string, unknown>;
  disposition?: string;
}

const none = { price: { upperPercent: '0' }, quantity: { upperUnits: '0' }, cumulative: { upperPercent: '1000' } };
const of = (ordered: string, price: string, received: string | undefined, previous: [string, string] | undefined, quantity: string, invoicePrice: string): Partial<InvoiceFacts> => ({
  orders: [order([orderLine({ quantity: ordered, unitPrice: price })])],
  receipts: received === undefined ? [] : [receipt(received)],
  reservations: previous ? [reservation(...previous)] : [],
  invoice: invoice([line(quantity, invoicePrice)]),
});

const rows: Row[] = [
  { test: 't1', given: of('100', '10', '100', undefined, '100', '10.50'), policy: { ...none, price: { upperPercent: '5' } }, status: 'MATCHED_WITHIN_TOLERANCE', codes: [], line: { priceVariance: eur('50.00') } },
  { test: 't2', given: of('100', '10', '100', undefined, '100', '10.51'), policy: { ...none, price: { upperPercent: '5' } }, status: 'EXCEPTION', codes: ['price-variance'], line: { priceVariance: eur('51.00') } },
  { test: 't3', given: of('100', '10', '100', undefined, '100', '10.40'), policy: { ...none, price: { upperPercent: '5', upperAmount: '30' } }, status: 'EXCEPTION', codes: ['price-variance'], line: { priceVariance: eur('40.00') } },
  { test: 't4', given: of('100', '10', '100', undefined, '100', '10.40'), policy: { ...none, price: { combine: 'ANY_WITHIN', upperPercent: '5', upperAmount: '30' } }, status: 'MATCHED_WITHIN_TOLERANCE', codes: [] },
  { test: 't5', given: of('100', '10', '60', undefined, '100', '10'), policy: none, status: 'EXCEPTION', codes: ['quantity-variance'], line: { payableQuantity: '60', quantityVariance: '40' } },
  { test: 't5 when the policy waits', given: of('100', '10', '60', undefined, '100', '10'), policy: { ...none, beforeReceipt: 'wait' }, status: 'AWAITING_RECEIPT', codes: ['awaiting-receipt'], line: { payableQuantity: '60' } },
  { test: 't6', given: of('100', '10', '60', ['60', '600'], '40', '10'), policy: none, status: 'AWAITING_RECEIPT', codes: ['awaiting-receipt'], disposition: 'awaiting-receipt' },
  { test: 't6 after the receipt of 40', given: of('100', '10', '100', ['60', '600'], '40', '10'), policy: none, status: 'MATCHED', codes: [], disposition: 'ready-to-post' },
  { test: 't7 first', given: of('100', '10', '100', undefined, '50', '10.50'), policy: { ...none, price: { upperAmount: '30' }, cumulative: { upperAmount: '50' } }, status: 'MATCHED_WITHIN_TOLERANCE', codes: [], line: { priceVariance: eur('25.00') } },
  { test: 't7 second', given: of('100', '10', '100', ['50', '525'], '50', '10.60'), policy: { ...none, price: { upperAmount: '30' }, cumulative: { upperAmount: '50' } }, status: 'EXCEPTION', codes: ['cumulative-variance'], line: { priceVariance: eur('30.00'), cumulativeVariance: eur('55.00') } },
  { test: 't7 on one document', given: twice('50', '10.50'), policy: { ...none, price: { upperAmount: '30' }, cumulative: { upperAmount: '50' } }, status: 'EXCEPTION', codes: ['price-variance'], line: { priceVariance: eur('25.00'), cumulativeVariance: eur('50.00') } },
  { test: 't8', given: of('100', '10', '104', undefined, '104', '10'), policy: { ...none, overDeliveryPercent: '3' }, status: 'EXCEPTION', codes: ['over-delivery'], line: { payableQuantity: '103' } },
  { test: 't9', given: of('100', '0', '100', undefined, '100', '0.01'), policy: { ...none, price: { upperAmount: '5' }, cumulative: { upperAmount: '5' } }, status: 'EXCEPTION', codes: ['price-variance'] },
  { test: 't10', given: { orders: [order()], invoice: usd(), rate: { from: 'USD', to: 'EUR', rate: '0.9', date: '2026-11-03' } }, policy: { price: { upperPercent: '1000' }, quantity: { upperPercent: '1000' }, cumulative: { upperPercent: '1000' } }, status: 'EXCEPTION', codes: ['order-currency-differs'] },
  { test: 't11', given: of('100', '10', '100', undefined, '97', '10'), policy: { ...none, quantity: { upperUnits: '2', lowerUnits: '2', lowerSide: 'block' } }, status: 'EXCEPTION', codes: ['quantity-below-expected'] },
  { test: 't12 known', given: box([{ unit: 'BX', factor: '100' }]), policy: none, status: 'MATCHED', codes: [] },
  { test: 't12 unknown', given: box([]), policy: none, status: 'EXCEPTION', codes: ['unit-not-convertible'] },
];

describe('worked tests of the three-way match', () => {
  it.each(rows)('$test: $status', ({ given, policy, status, codes, line: expectedLine, disposition }) => {
    const assessment = assessInvoice(facts({ ...given, policies: policies({ tolerances: tolerances(policy) }) }));
    expect(assessment.findings.map((finding) => finding.code)).toEqual(codes);
    expect(assessment.match.status).toBe(status);
    expect(assessment.match.lines[0]).toMatchObject(expectedLine ?? {});
    if (disposition) expect(assessment.disposition).toBe(disposition);
  });
});

/** One order line billed by two lines of a document. */
function twice(quantity: string, price: string): Partial<InvoiceFacts> {
  return { invoice: invoice([line(quantity, price), line(quantity, price, { id: '2' })]) };
}

function usd() {
  const priced = line('100', '10');
  const net = { currency: 'USD', minor: priced.net.minor };
  return invoice([{ ...priced, net }], { currency: 'USD' });
}

function box(unitFactors: { unit: string; factor: string }[]): Partial<InvoiceFacts> {
  return { orders: [order([orderLine({ unitPrice: '1', unitFactors })])], invoice: invoice([line('1', '100', { unit: 'BX' })]) };
}
