import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assessmentSchema } from '../../../domain/model/assessment.ts';
import type { InvoiceFacts } from '../../../domain/model/invoice-facts.ts';
import { assessInvoice } from '../../../domain/rules/accounts-payable/assess.ts';
import { canonicalJson } from '../../../domain/rules/canonical-json.ts';
import { candidate, eur, facts, invoice, line, order, orderLine, people, person, receipt, reservation, supplier } from './facts.ts';

const quantity = fc.integer({ min: 1, max: 130 }).map(String);
const price = fc.integer({ min: 900, max: 1100 }).map((cents) => `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`);
const day = fc.integer({ min: 1, max: 28 }).map((number) => `2026-10-${String(number).padStart(2, '0')}`);

/** Facts of every kind at once, right and wrong. */
const anyFacts: fc.Arbitrary<InvoiceFacts> = fc
  .record({
    lines: fc.array(fc.tuple(quantity, price, fc.constantFrom('10', '20', '99', undefined)), { minLength: 1, maxLength: 4 }),
    receipts: fc.array(fc.tuple(quantity, fc.constantFrom('10', '20'), day), { maxLength: 5 }),
    reservations: fc.array(fc.tuple(quantity, fc.constantFrom('10', '20'), fc.constantFrom<'pending' | 'posted'>('pending', 'posted')), { maxLength: 3 }),
    candidates: fc.array(fc.tuple(fc.constantFrom('R-1', 'R-01', 'R-10', '77'), price, fc.constantFrom<'paid' | 'pending' | 'rejected'>('paid', 'pending', 'rejected')), { maxLength: 4 }),
    twoSuppliers: fc.boolean(),
    credit: fc.boolean(),
    submittedBy: fc.constantFrom(undefined, 'anna', 'tina'),
  })
  .map(({ lines, receipts, reservations, candidates, twoSuppliers, credit, submittedBy }) =>
    facts({
      invoice: invoice(lines.map(([q, p, target], index) => line(q, p, { id: String(index + 1), ...(target === undefined ? { orderNumber: undefined, orderLine: undefined } : { orderLine: target }) })), credit ? { class: 'credit-note', references: { preceding: [{ number: '77' }] } } : {}),
      orders: [order([orderLine(), orderLine({ id: '20' })]), order([], { number: 'PO2' })],
      receipts: receipts.map(([q, orderLineId, receivedOn]) => receipt(q, { orderLine: orderLineId, receivedOn })),
      reservations: reservations.map(([q, orderLineId, state], index) => reservation(q, `${q}0`, { caseId: `other-${index}`, orderLine: orderLineId, state })),
      duplicateCandidates: candidates.map(([number, gross, state], index) => candidate(number, gross, { caseId: `c-${index}`, state, open: eur('5') })),
      supplierCandidates: twoSuppliers ? [supplier(), supplier({ id: 'S2', status: 'inactive' })] : [supplier()],
      people: [...people, person('tina2', [['team-lead', '500']], { employeeId: 'E-tina' })],
      ...(submittedBy ? { submittedBy } : {}),
    }));

function shuffled(given: InvoiceFacts, order_: (list: unknown[]) => unknown[]): InvoiceFacts {
  const entries = Object.entries(given).map(([name, value]) => [name, Array.isArray(value) ? order_(value) : value]);
  const copy = Object.fromEntries(entries) as InvoiceFacts;
  return { ...copy, orders: copy.orders.map((entry) => ({ ...entry, lines: order_(entry.lines) as typeof entry.lines })) };
}

describe('assessInvoice', () => {
  it('gives the same assessment whatever the order of its facts', () => {
    fc.assert(fc.property(anyFacts, fc.array(fc.nat(), { minLength: 30, maxLength: 30 }), (given, keys) => {
      const permute = (list: unknown[]) => list.map((item, index) => ({ item, key: keys[index % keys.length]! * (index + 1) })).sort((a, b) => a.key - b.key).map(({ item }) => item);
      const expected = canonicalJson(assessInvoice(given));
      expect(canonicalJson(assessInvoice(shuffled(given, permute)))).toBe(expected);
      expect(canonicalJson(assessInvoice(shuffled(given, (list) => [...list].reverse())))).toBe(expected);
    }), { numRuns: 150 });
  });

  it('is plain JSON of its schema, and changes nothing that it is given', () => {
    fc.assert(fc.property(anyFacts, (given) => {
      const before = JSON.stringify(given);
      const assessment = assessInvoice(given);
      expect(JSON.stringify(given)).toBe(before);
      expect(assessmentSchema.parse(JSON.parse(JSON.stringify(assessment)))).toEqual(JSON.parse(JSON.stringify(assessment)));
    }), { numRuns: 100 });
  });

  it('never lets a document through with an open problem, and posts what balances', () => {
    fc.assert(fc.property(anyFacts, (given) => {
      const { findings, disposition, posting, route, match } = assessInvoice(given);
      const open = findings.some(({ severity, overridden }) => (severity === 'block' || severity === 'review') && !overridden);
      expect(disposition === 'exception' || disposition === 'duplicate').toBe(open);
      if (posting) expect([...posting.lines.map(({ net }) => net), ...posting.taxes.map(({ amount }) => amount)].reduce((total, { minor }) => total + BigInt(minor), 0n)).toBe(BigInt(posting.gross.minor));
      if (disposition === 'ready-to-post') expect([route.steps.length, match.status]).toEqual([0, 'MATCHED']);
    }), { numRuns: 150 });
  });
});
