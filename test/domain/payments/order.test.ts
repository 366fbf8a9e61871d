import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Payable, PaymentProposal } from '../../../domain/model/payment.ts';
import { paymentOrderSchema } from '../../../domain/model/payment-order.ts';
import { canonicalJson } from '../../../domain/rules/canonical-json.ts';
import { base32, endToEndIdOf, instructionIdOf, messageIdOf, paymentInformationIdOf } from '../../../domain/rules/payments/identifiers.ts';
import { orderFaults } from '../../../domain/rules/payments/order-faults.ts';
import { paymentOrder, type OrderInput } from '../../../domain/rules/payments/order.ts';
import { credit, eur, facts, foreignIban, ibanOf, payable, payee, propose, sha256 } from './scenario.ts';

describe('P7: identifications', () => {
  it.each([
    ['', ''],
    ['f', 'MY'],
    ['fo', 'MZXQ'],
    ['foo', 'MZXW6'],
    ['foob', 'MZXW6YQ'],
    ['fooba', 'MZXW6YTB'],
    ['foobar', 'MZXW6YTBOI'],
  ])('base32 of %j is %s (RFC 4648 without padding)', (text, expected) => expect(base32(new TextEncoder().encode(text))).toBe(expected));

  it('the end-to-end id belongs to the open items and their revision', () => {
    const id = (...items: [string, number][]) => endToEndIdOf(items.map(([caseId, revision]) => ({ caseId, revision })), sha256);
    expect(id(['a', 1])).toBe(id(['a', 1]));
    expect(id(['a', 1], ['b', 2])).toBe(id(['b', 2], ['a', 1]));
    expect(id(['a', 1])).not.toBe(id(['a', 2]));
    expect(id(['a', 1])).not.toBe(id(['b', 1]));
    expect(id(['a', 1], ['b', 1])).not.toBe(id(['a', 1]));
    // Ids that run into each other as text.
    expect(id(['a', 11])).not.toBe(id(['a1', 1]));
    expect(id(['a","1],["b', 1])).not.toBe(id(['a', 1], ['b', 1]));
    expect(id(['a\nb', 1])).not.toBe(id(['a', 1], ['b', 1]));
  });

  it('is known for ever: a stored payment is found again by it', () => {
    expect(endToEndIdOf([{ caseId: 'case-1', revision: 1 }], sha256)).toBe('W5ZUFTY6KUEE4GTAFNLEW2KI7NLF4YCG');
    expect(endToEndIdOf([{ caseId: 'case-2', revision: 3 }, { caseId: 'case-1', revision: 1 }], sha256)).toBe('BP4VSTPSTJPTW6SVHN6TDJURTXM7TFW2');
  });

  it('fits where banks take it, and tells sets of items apart', () => {
    const sets = fc.uniqueArray(fc.tuple(fc.string({ minLength: 1 }), fc.integer({ min: 1, max: 9 })), { minLength: 1, maxLength: 6, selector: ([caseId]) => caseId });
    fc.assert(
      fc.property(sets, sets, (first, second) => {
        const [a, b] = [first, second].map((set) => set.map(([caseId, revision]) => ({ caseId, revision })));
        const key = (items: typeof a) => canonicalJson(items!.map(({ caseId, revision }) => canonicalJson([caseId, revision])).sort());
        expect(endToEndIdOf(a!, sha256)).toMatch(/^[A-Z2-7]{32}$/);
        expect(endToEndIdOf(a!, sha256) === endToEndIdOf(b!, sha256)).toBe(key(a) === key(b));
      }),
    );
  });

  it.each([
    ['PR-DE01-20260602-1', 'PR-DE01-20260602-1'],
    ['00000000-0000-0000-0000-000000000001', 'AAAAAAAAAAAAAAAAAAAAAAAAAE'],
  ])('the run %s names its file %s', (runId, expected) => {
    expect(messageIdOf(runId)).toBe(expected);
    expect(paymentInformationIdOf(runId, 12)).toBe(`${expected}-12`);
    expect(instructionIdOf(runId, 10_000)).toBe(`${expected}-T10000`);
    expect(instructionIdOf(runId, 999_999).length).toBeLessThanOrEqual(35);
  });

  it.each(['', 'x'.repeat(27), 'run/1', 'Läufe', 'a b'])('a run cannot be called %j', (runId) => expect(() => messageIdOf(runId)).toThrow(expect.objectContaining({ code: 'payment-order-malformed' })));
});

const documents: Payable[] = [
  payable('a', { dueDate: '2026-05-20', discounts: [{ percent: '2', until: '2026-06-30' }], baselineDate: '2026-05-01' }),
  payable('b', { issueDate: '2026-04-30', open: eur('500') }),
  credit('c', '100'),
  payable('d', { payee: payee('S2', ibanOf(2)), remittance: 'RF18 5390 0754 7034' }),
  payable('e', { payee: payee('S3', foreignIban, {}), open: { currency: 'USD', minor: '777' } }),
  payable('f', { payee: payee('S4', ibanOf(4)) }),
];
const settings = {
  nextRunDate: '2027-01-01',
  rates: [{ from: 'USD', to: 'EUR', rate: '0.9' }],
};

function orderOf(changes: Partial<OrderInput> = {}, proposal: PaymentProposal = propose(documents, settings)) {
  return paymentOrder({
    runId: 'R1', createdAt: '2026-06-02T08:00:00.000Z', initiator: { name: 'Muster Maschinenbau GmbH' }, debtor: { name: 'Muster Maschinenbau GmbH', country: 'DE' },
    payerAccount: facts([]).payerAccount, proposal, removed: [], documents, sha256, ...changes,
  });
}

describe('the order for the bank', () => {
  it('has a batch for each date, method, service level, charge bearer and currency', () => {
    const order = orderOf();
    expect(order.batches.map(({ paymentInformationId, method, transfers }) => [paymentInformationId, method, transfers.length])).toEqual([['R1-1', 'credit-transfer', 1], ['R1-2', 'sepa', 3]]);
    expect(order.batches.flatMap(({ transfers }) => transfers.map(({ instructionId }) => instructionId))).toEqual(['R1-T1', 'R1-T2', 'R1-T3', 'R1-T4']);
    expect(paymentOrderSchema.parse(order)).toEqual(order);
    expect(orderFaults(order)).toEqual([]);
  });

  it('lists every document with what is paid for it, after its discount, the oldest first', () => {
    const transfer = orderOf().batches.flatMap(({ transfers }) => transfers).find(({ documents: own }) => own.length === 3);
    expect(transfer).toMatchObject({ amount: eur('1380'), creditor: { name: 'Supplier S1', country: 'DE' } });
    expect(transfer?.documents).toEqual([
      { number: 'R-b', class: 'invoice', issueDate: '2026-04-30', amount: eur('500') },
      { number: 'R-a', class: 'invoice', issueDate: '2026-05-03', amount: eur('980'), discount: eur('20') },
      { number: 'R-c', class: 'credit-note', issueDate: '2026-05-03', amount: eur('100') },
    ]);
  });

  it('says of an account what it is, where the supplier record does', () => {
    const { account } = payee();
    const saving = [payable('a', { payee: payee('S1', undefined, { account: { ...account!, kind: 'savings' } }) }), payable('b', { payee: payee('S2', ibanOf(2)) })];
    const kinds = orderOf({ documents: saving }, propose(saving)).batches.flatMap(({ transfers }) => transfers.map(({ creditor, creditorAccount }) => [creditor.name, creditorAccount.kind]));
    expect(new Map(kinds as [string, string | undefined][])).toEqual(new Map([['Supplier S1', 'savings'], ['Supplier S2', undefined]]));
  });

  it('quotes the reference that the creditor asked for, where all documents agree', () => {
    const references = orderOf().batches.flatMap(({ transfers }) => transfers.map(({ creditorReference }) => creditorReference)).filter((reference) => reference !== undefined);
    expect(references).toEqual(['RF18 5390 0754 7034']);
  });

  it('quotes it beside a credit that asks for none', () => {
    const quoting = [payable('a', { remittance: 'RF18 5390 0754 7034' }), credit('c', '100')];
    expect(orderOf({ documents: quoting }, propose(quoting)).batches[0]?.transfers).toMatchObject([{ amount: eur('900'), creditorReference: 'RF18 5390 0754 7034' }]);
  });

  it('P11: nothing is no amount to pay', () => {
    const order = orderOf();
    const [batch] = order.batches;
    const [transfer] = batch!.transfers;
    const empty = { ...order, batches: [{ ...batch!, transfers: [{ ...transfer!, amount: { ...transfer!.amount, minor: '0' } }] }] };
    expect(orderFaults(empty).map(({ path }) => path)).toEqual(['batches[0].transfers[0].amount']);
  });

  it('is the same bytes again, for any order of its lists', () => {
    const proposal = propose(documents, settings);
    const reversed: PaymentProposal = { ...proposal, items: [...proposal.items].reverse(), instructions: [...proposal.instructions].reverse().map((instruction) => ({ ...instruction, items: [...instruction.items].reverse() })) };
    expect(canonicalJson(orderOf({ documents: [...documents].reverse() }, reversed))).toBe(canonicalJson(orderOf({}, proposal)));
  });

  it('leaves out what was removed, and keeps the ids of the rest', () => {
    const proposal = propose(documents, settings);
    const removed = proposal.instructions.filter(({ items }) => items.includes('f')).map(({ groupKey }) => groupKey);
    const idsOf = (order: ReturnType<typeof orderOf>) => order.batches.flatMap(({ transfers }) => transfers.map(({ endToEndId }) => endToEndId)).sort();
    const [whole, rest] = [idsOf(orderOf({}, proposal)), idsOf(orderOf({ removed }, proposal))];
    expect(rest).toHaveLength(3);
    expect(rest.every((id) => whole.includes(id))).toBe(true);
  });

  it('P7: in another run the transfers have the same end-to-end ids under another message id', () => {
    const [first, second] = [orderOf(), orderOf({ runId: 'R2', createdAt: '2026-06-04T08:00:00.000Z' })];
    expect(second.messageId).not.toBe(first.messageId);
    expect(second.batches.flatMap(({ transfers }) => transfers.map(({ endToEndId }) => endToEndId))).toEqual(first.batches.flatMap(({ transfers }) => transfers.map(({ endToEndId }) => endToEndId)));
  });

  it('refuses to be empty', () => {
    const proposal = propose(documents, settings);
    expect(() => orderOf({ removed: proposal.instructions.map(({ groupKey }) => groupKey) })).toThrow(expect.objectContaining({ code: 'run-empty' }));
    expect(() => orderOf({ documents: documents.slice(1) })).toThrow(expect.objectContaining({ code: 'payment-order-malformed' }));
  });

  it('conserves: transfers are the instructions, documents the transfer', () => {
    const proposal = propose(documents, settings);
    const order = orderOf({}, proposal);
    const sum = (values: bigint[]) => values.reduce((total, value) => total + value, 0n);
    expect(sum(order.batches.flatMap(({ transfers }) => transfers.map(({ amount }) => BigInt(amount.minor))))).toBe(sum(proposal.instructions.map(({ amount }) => BigInt(amount.minor))));
    for (const { transfers } of order.batches) for (const { amount, documents: own } of transfers) expect(sum(own.map((one) => (one.class === 'invoice' ? 1n : -1n) * BigInt(one.amount.minor)))).toBe(BigInt(amount.minor));
  });
});
