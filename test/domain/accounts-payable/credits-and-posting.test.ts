import { describe, expect, it } from 'vitest';
import type { InvoiceFacts } from '../../../domain/model/invoice-facts.ts';
import type { InvoiceLine } from '../../../domain/model/invoice.ts';
import { assessInvoice } from '../../../domain/rules/accounts-payable/assess.ts';
import { allocateByWeight } from '../../../domain/rules/accounts-payable/allocation.ts';
import { codeDocument } from '../../../domain/rules/accounts-payable/coding.ts';
import { payableNow } from '../../../domain/rules/accounts-payable/credits.ts';
import { exchangeEffects } from '../../../domain/rules/accounts-payable/exchange.ts';
import { matchDocument } from '../../../domain/rules/accounts-payable/match.ts';
import { lineState } from '../../../domain/rules/accounts-payable/order-position.ts';
import { draftPosting } from '../../../domain/rules/accounts-payable/posting-draft.ts';
import { consumeReceipts } from '../../../domain/rules/accounts-payable/receipts.ts';
import { exact, toText } from '../../../domain/rules/decimal.ts';
import { sumMoney } from '../../../domain/rules/money.ts';
import { candidate, eur, facts, invoice, line, order, orderLine, policies, receipt, reservation, supplier, tolerances } from './facts.ts';

const posted = (value: string) => reservation('60', value, { caseId: 'case-R-0', state: 'posted', externalReference: 'ours' });
const credit = (quantity: string, price: string, overrides: Partial<InvoiceFacts> = {}): Partial<InvoiceFacts> => ({
  receipts: [receipt('60')], reservations: [posted('630')], duplicateCandidates: [candidate('R-0', '749.70', { state: 'posted', open: eur('749.70') })],
  invoice: invoice([line(quantity, price)], { number: 'G-1', class: 'credit-note', typeCode: '381', references: { preceding: [{ number: 'R-0' }] } }), ...overrides,
});
const withReturn = { receipts: [receipt('60'), receipt('-10')] };

const assigned = (changes: Parameters<typeof candidate>[2]): Partial<InvoiceFacts> => credit('10', '0.50', {
  invoice: invoice([line('10', '0.50')], { class: 'credit-note', number: 'G-1' }), corrections: { lines: [], by: ['anna'], creditKind: 'goodwill', creditOf: 'case-R-0' },
  duplicateCandidates: [candidate('R-0', '749.70', { state: 'posted', open: eur('749.70'), ...changes })],
});

const rows: { rule: string; what: string; given: Partial<InvoiceFacts>; codes: string[]; credit?: Record<string, unknown>; hold?: [string, string] }[] = [
  { rule: 'C1', what: 'names no invoice', given: credit('10', '0.50', { invoice: invoice([line('10', '0.50')], { class: 'credit-note', number: 'G-1' }) }), codes: ['credit-without-reference'] },
  { rule: 'C1', what: 'names none, recorded as credit to the account', given: credit('10', '0.50', { invoice: invoice([line('10', '0.50')], { class: 'credit-note', number: 'G-1' }), corrections: { lines: [], by: ['anna'], creditKind: 'goodwill' } }), codes: [], credit: { kind: 'goodwill', settlement: 'debit-balance' } },
  { rule: 'C1', what: 'names an invoice that is not known', given: credit('10', '0.50', { duplicateCandidates: [] }), codes: ['credit-of-unknown-invoice'] },
  { rule: 'C1', what: 'names a placeholder, and an invoice carries it, too', given: credit('10', '0.50', { duplicateCandidates: [candidate('N/A', '749.70', { state: 'posted', open: eur('749.70') })], invoice: invoice([line('10', '0.50')], { class: 'credit-note', number: 'G-1', references: { preceding: [{ number: 'n/a' }] } }) }), codes: ['credit-of-unknown-invoice'] },
  { rule: 'C1', what: 'names no invoice, assigned to one of the supplier', given: assigned({}), codes: [], credit: { kind: 'goodwill', settlement: 'reduces-open', against: 'case-R-0' } },
  { rule: 'C1', what: 'names an invoice that was withdrawn', given: credit('10', '0.50', { duplicateCandidates: [candidate('R-0', '749.70', { state: 'withdrawn', open: eur('749.70') })] }), codes: ['credit-of-unknown-invoice'] },
  { rule: 'C1', what: 'assigned to an invoice of another supplier', given: assigned({ supplierGroup: 'G2' }), codes: ['credit-of-unknown-invoice'] },
  { rule: 'C2', what: 'assigned to an invoice that others have credited already', given: assigned({ credited: eur('749.70') }), codes: ['credit-exceeds-invoice'] },
  { rule: 'C1', what: 'a credit note that would raise what we owe', given: credit('10', '0.50', { invoice: invoice([line('10', '-0.50')], { number: 'G-1', class: 'credit-note', references: { preceding: [{ number: 'R-0' }] } }) }), codes: ['credit-sign', 'credit-sign'] },
  { rule: 'C2', what: 'all credits together exceed the invoice', given: credit('10', '0.50', { duplicateCandidates: [candidate('R-0', '749.70', { state: 'posted', open: eur('749.70'), credited: eur('743.76') })] }), codes: ['credit-exceeds-invoice'] },
  { rule: 'C2', what: 'exactly the rest of the invoice', given: credit('10', '0.50', { duplicateCandidates: [candidate('R-0', '749.70', { state: 'posted', open: eur('749.70'), credited: eur('743.75') })] }), codes: [] },
  { rule: 'C3', what: 'price: reverses the variance, no quantity', given: credit('60', '0.50'), codes: [], credit: { kind: 'price' }, hold: ['0', '-30.00'] },
  { rule: 'C3', what: 'return: quantity and value fall', given: credit('10', '10.50', withReturn), codes: [], credit: { kind: 'quantity' }, hold: ['-10', '-105.00'] },
  { rule: 'C3', what: 'return of more than came back', given: credit('11', '10.50', withReturn), codes: ['credit-without-return'], credit: { kind: 'quantity' } },
  { rule: 'C3', what: 'neither fits: a person must say', given: credit('5', '10.50', {}), codes: ['credit-kind-unclear'] },
  { rule: 'C3', what: 'two credits for one return', given: credit('10', '10.50', { ...withReturn, reservations: [posted('630'), reservation('-10', '-105', { caseId: 'first' })] }), codes: ['credit-kind-unclear'] },
  { rule: 'C3', what: 'a person says goodwill: order and quantities stay', given: credit('5', '10.50', { corrections: { lines: [], by: ['anna'], creditKind: 'goodwill' } }), codes: [], credit: { kind: 'goodwill' } },
  { rule: 'C4', what: 'full credit of an unpaid invoice closes both', given: credit('60', '10.50', { receipts: [receipt('60'), receipt('-60')] }), codes: [], credit: { kind: 'quantity', settlement: 'closes-both', against: 'case-R-0' } },
  { rule: 'C4', what: 'full credit of an invoice that is not posted yet lowers what will be open', given: credit('60', '10.50', { receipts: [receipt('60'), receipt('-60')], duplicateCandidates: [candidate('R-0', '749.70', { state: 'pending', open: eur('749.70') })] }), codes: [], credit: { settlement: 'reduces-open' } },
  { rule: 'C4', what: 'of a paid one leaves a debit balance', given: credit('60', '10.50', { receipts: [receipt('60'), receipt('-60')], duplicateCandidates: [candidate('R-0', '749.70', { state: 'paid', open: eur('0') })] }), codes: [], credit: { settlement: 'debit-balance' } },
];

describe('credits', () => {
  it.each(rows)('$rule: $what', ({ given, codes, credit: expected, hold }) => {
    const assessment = assessInvoice(facts(given));
    expect(assessment.findings.map((finding) => finding.code)).toEqual(codes);
    if (expected) expect(assessment.credit).toMatchObject(expected);
    if (hold) expect(assessment.reservationsToHold).toEqual([{ orderNumber: 'PO1', orderLine: '10', quantity: hold[0], value: eur(hold[1]) }]);
    if (codes.length === 0) {
      expect(assessment.payable.minor.startsWith('-')).toBe(true);
      expect(assessment.posting?.lines.every((entry) => entry.net.minor.startsWith('-'))).toBe(true);
      expect(assessment.disposition).toBe('needs-approval');
    }
  });

  it('C3: a price credit is posted without a quantity, a return with a negative one, goodwill to the cost', () => {
    const lineOf = (given: Partial<InvoiceFacts>) => assessInvoice(facts(given)).posting?.lines[0];
    expect(lineOf(credit('60', '0.50'))).toEqual({ kind: 'order', orderNumber: 'PO1', orderLine: '10', account: '4000', costCentre: 'CC1', net: eur('-30.00') });
    expect(lineOf(credit('10', '10.50', withReturn))).toMatchObject({ kind: 'order', quantity: '-10' });
    expect(lineOf(credit('5', '10.50', { corrections: { lines: [], by: [], creditKind: 'goodwill' } }))).toMatchObject({ kind: 'account', account: '4000' });
  });

  it.each([['1000', '0', true, '1000'], ['1000', '400', true, '600'], ['1000', '400', false, '0'], ['1000', '1200', true, '0']] as const)('C6: of %s with %s disputed, partial payment %s: %s', (payable, disputed, partial, expected) => {
    expect(payableNow(eur(payable), eur(disputed), partial)).toEqual(eur(expected));
  });
});

const noted = (lines: InvoiceLine[]) => invoice(lines, { number: 'G-1', class: 'credit-note', typeCode: '381', references: { preceding: [{ number: 'R-0' }] } });
/** 60 of line 10 billed for `billed`, 10 of them returned; of line 20 what the rows say. */
const beside = (lines: InvoiceLine[], billed = '600', more: Partial<InvoiceFacts> = {}, document = noted): Partial<InvoiceFacts> =>
  credit('1', '1', { orders: [order([orderLine(), orderLine({ id: '20' })])], receipts: [receipt('60'), receipt('-10'), receipt('50', { orderLine: '20' })], reservations: [posted(billed)], invoice: document(lines), ...more });
const onTwenty = { id: '2', orderLine: '20' };
const twentyBilled = (value: string) => reservation('100', value, { caseId: 'earlier', orderLine: '20', state: 'posted' });

const directions: { rule: string; what: string; given: Partial<InvoiceFacts>; record?: Record<string, unknown>; codes: string[]; status: string; holds?: [string, string, string][] }[] = [
  { rule: 'M7', what: 'a bill inside a credit note waits for its receipt', given: beside([line('10', '10'), line('-9', '10', onTwenty)], '600', { receipts: [receipt('60'), receipt('-10')] }), codes: ['awaiting-receipt'], status: 'AWAITING_RECEIPT', holds: [['10', '-10', '-100.00']] },
  { rule: 'M7', what: 'one for what was billed already, as large as an earlier variance', given: beside([line('10', '10'), line('-9', '10', onTwenty)], '600', { receipts: [receipt('60'), receipt('-10'), receipt('100', { orderLine: '20' })], reservations: [posted('600'), twentyBilled('1000.10')] }), codes: ['nothing-to-invoice'], status: 'EXCEPTION' },
  { rule: 'M1', what: 'one above the price of the order', given: beside([line('10', '10'), line('-5', '12', onTwenty)]), codes: ['price-variance', 'cumulative-variance'], status: 'EXCEPTION', holds: [['10', '-10', '-100.00'], ['20', '5', '60.00']] },
  { rule: 'M2', what: 'one for goods that came is billed like any other', given: beside([line('10', '10'), line('-9', '10', onTwenty)]), codes: [], status: 'MATCHED', holds: [['10', '-10', '-100.00'], ['20', '9', '90.00']] },
  { rule: 'M16', what: 'one beyond the rest of a limit order', given: beside([line('10', '10'), line('-9', '10', onTwenty)], '600', { orders: [order([orderLine(), orderLine({ id: '20', kind: 'limit', matching: 'two-way', quantity: '1', unitPrice: '50', limit: eur('50') })])] }), record: { quantity: { upperPercent: '0' } }, codes: ['order-amount-exceeded'], status: 'EXCEPTION', holds: [['10', '-10', '-100.00'], ['20', '0', '50.00']] },
  { rule: 'C3', what: 'an invoice that takes goods back at what was billed', given: beside([line('50', '10', onTwenty), line('-10', '10')], '600', {}, invoice), codes: [], status: 'MATCHED', holds: [['10', '-10', '-100.00'], ['20', '50', '500.00']] },
  { rule: 'M8', what: 'an invoice that takes goods back for nearly nothing', given: beside([line('50', '10', onTwenty), line('-10', '0.01')], '600', {}, invoice), codes: ['cumulative-variance', 'credit-below-billed'], status: 'EXCEPTION', holds: [['20', '50', '500.00']] },
  { rule: 'M8', what: 'a credit note for nearly nothing', given: beside([line('10', '1')]), codes: ['cumulative-variance', 'credit-below-billed'], status: 'EXCEPTION', holds: [] },
  { rule: 'M1', what: 'the price is judged where the sum still has room', given: beside([line('10', '9')]), record: { cumulative: { upperAmount: '10' } }, codes: ['credit-below-billed'], status: 'EXCEPTION' },
  { rule: 'M1', what: 'a return within the tolerance is no exact match', given: beside([line('10', '9.60')]), codes: [], status: 'MATCHED_WITHIN_TOLERANCE' },
  { rule: 'M5', what: 'a return on the tolerance passes', given: beside([line('10', '9.50')]), codes: [], status: 'MATCHED_WITHIN_TOLERANCE' },
  { rule: 'M1', what: 'a cent below it does not', given: beside([line('10', '9.499')]), codes: ['credit-below-billed'], status: 'EXCEPTION' },
  { rule: 'C3', what: 'billed below the order: the same comes back', given: beside([line('10', '9')], '540'), codes: [], status: 'MATCHED' },
  { rule: 'C3', what: 'billed far above the order and accepted then: the same comes back', given: beside([line('10', '12')], '720'), codes: [], status: 'MATCHED' },
  { rule: 'M8', what: 'of which only the price of the order comes back', given: beside([line('10', '10')], '720'), codes: ['cumulative-variance'], status: 'EXCEPTION' },
  { rule: 'M8', what: 'credits within their tolerance do not sum past it', given: beside([line('5', '9.60')], '600', { reservations: [posted('600'), reservation('-5', '-48', { caseId: 'first' })] }), record: { cumulative: { upperAmount: '3' } }, codes: ['cumulative-variance'], status: 'EXCEPTION' },
  { rule: 'M8', what: 'a pending credit counts with its value as with its quantity', given: beside([line('5', '9.60')], '600', { reservations: [posted('600'), reservation('-5', '-50', { caseId: 'first' })] }), record: { cumulative: { upperAmount: '2' } }, codes: [], status: 'MATCHED_WITHIN_TOLERANCE' },
  { rule: 'M8', what: 'a pending credit that is too high makes no room for one that is too low', given: beside([line('5', '9.60')], '600', { reservations: [posted('600'), reservation('-5', '-60', { caseId: 'first' })] }), record: { cumulative: { upperAmount: '1' } }, codes: ['cumulative-variance'], status: 'EXCEPTION' },
  { rule: 'F3', what: 'a third of what was billed, rounded', given: beside([line('1', '3.33')], '10', { orders: [order([orderLine({ unitPrice: '3.3333' })])], receipts: [receipt('3'), receipt('-1')], reservations: [reservation('3', '10', { caseId: 'case-R-0', state: 'posted' })] }), record: { price: { upperPercent: '0' } }, codes: [], status: 'MATCHED' },
  { rule: 'C1', what: 'a price below nothing: goods go back and we pay for it', given: beside([line('-10', '-10')], '600', {}, invoice), codes: ['credit-sign'], status: 'EXCEPTION', holds: [] },
  { rule: 'C1', what: 'a price below nothing for what is billed', given: beside([line('100', '10', onTwenty), line('10', '-10', { id: '3' })], '500', { receipts: [receipt('60'), receipt('100', { orderLine: '20' })], reservations: [reservation('50', '500', { state: 'posted' })] }, invoice), codes: ['credit-sign', 'price-below-order'], status: 'EXCEPTION' },
];

describe('what a line does counts, not the class of its document', () => {
  it.each(directions)('$rule: $what is $status', ({ given, record, codes, status, holds }) => {
    const assessment = assessInvoice(facts({ ...given, policies: policies({ tolerances: tolerances(record) }) }));
    expect(assessment.findings.map((finding) => finding.code)).toEqual(codes);
    expect(assessment.match.status).toBe(status);
    if (holds) expect(assessment.reservationsToHold.map(({ orderLine: target, quantity, value }) => [target, quantity, value])).toEqual(holds.map(([target, quantity, value]) => [target, quantity, eur(value)]));
  });

  it('M9: a bill inside a credit note is shown and posted as a bill', () => {
    const { match, posting } = assessInvoice(facts(beside([line('10', '10'), line('-9', '10', onTwenty)])));
    expect(match.lines[1]).toMatchObject({ orderLine: '20', invoiced: '9', expected: '50', payableQuantity: '9', priceVariance: eur('0'), net: eur('90') });
    expect(posting?.lines.map(({ orderLine: target, quantity, net }) => [target, quantity, net])).toEqual([['10', '-10', eur('-100')], ['20', '9', eur('90')]]);
  });
});

describe('posting draft', () => {
  const balanced = (given: Partial<InvoiceFacts>) => {
    const posting = assessInvoice(facts(given)).posting!;
    const total = sumMoney('EUR', [...posting.lines.map((entry) => entry.net), ...posting.taxes.map((tax) => tax.amount)]);
    expect(total).toEqual(posting.gross);
    return posting;
  };

  it('F2: lines and taxes sum to the gross, with charges, lines of one order line and other lines', () => {
    const document = invoice([line('60', '10'), line('40', '10', { id: '2' }), line('1', '50', { id: '3', orderNumber: undefined, orderLine: undefined, buyerAccounting: '4100/CC2' })], { allowances: [{ kind: 'charge', amount: eur('20'), reasonCode: 'FC' }] });
    const posting = balanced({ invoice: document, orders: [order([orderLine()], { plannedCharges: [{ code: 'FC', amount: eur('20') }] })] });
    expect(posting.lines.map((entry) => [entry.kind, entry.quantity, entry.account, entry.net.minor])).toEqual([['order', '100', '4000', '100000'], ['account', undefined, '4100', '5000'], ['charge', undefined, '4730', '2000']]);
  });

  it.each(['charge:0', 'allowance:0', 'head'])('F2: a line that is numbered %s like an amount of the head', (id) => {
    const base = invoice([line('100', '10', { id })], { allowances: [{ kind: 'charge', amount: eur('20') }] });
    const totals = { ...base.totals, net: eur('1020.05'), gross: eur('1213.86') };
    const posting = balanced({ invoice: { ...base, totals, taxes: [{ category: 'S', rate: '19', base: eur('1020.05'), amount: eur('193.81') }] } });
    expect(posting.lines.map(({ kind, net }) => [kind, net.minor])).toEqual([['order', '100000'], ['charge', '2000'], ['small-difference', '5']]);
  });

  it('F2: of lines with one number each is booked once', () => {
    const given = facts({ orders: [order([orderLine(), orderLine({ id: '20' })])], receipts: [receipt('100'), receipt('100', { orderLine: '20' })], invoice: invoice([line('100', '10'), line('100', '10', { orderLine: '20' })]) });
    const match = matchDocument(given, supplier(), { currency: 'EUR', rate: exact('1') });
    const coded = codeDocument(given, supplier(), match);
    const draft = draftPosting(given, supplier(), { supplier: supplier() }, match, coded, { dueDate: '2026-12-03', postingDate: '2026-11-05' }, false);
    expect(draft.lines.map(({ orderLine: target, net }) => [target, net])).toEqual([['10', eur('1000')], ['20', eur('1000')]]);
    expect(assessInvoice(given)).toMatchObject({ disposition: 'exception', match: { status: 'EXCEPTION' } });
  });

  it('F2: what is payable and the rounding of the sender are adopted', () => {
    const base = invoice([line('100', '10')]);
    const posting = balanced({ invoice: { ...base, totals: { ...base.totals, prepaid: eur('100'), rounding: eur('0.01'), payable: eur('1090.01') } } });
    expect([posting.gross, posting.payable]).toEqual([eur('1190'), eur('1090.01')]);
  });

  it('M14: a small difference gets a line of its own', () => {
    const base = invoice([line('100', '10')]);
    const totals = { ...base.totals, net: eur('1000.05'), gross: eur('1190.06') };
    const posting = balanced({ invoice: { ...base, totals, taxes: [{ category: 'S', rate: '19', base: eur('1000.05'), amount: eur('190.01') }] }, policies: policies({ tolerances: tolerances() }) });
    expect(posting.lines.at(-1)).toMatchObject({ kind: 'small-difference', account: '4999', net: eur('0.05') });
  });

  it('a payable of nothing or less is posted and not paid', () => {
    const base = invoice([line('100', '10')]);
    const assessment = assessInvoice(facts({ invoice: { ...base, totals: { ...base.totals, prepaid: eur('1500'), payable: eur('-310') } } }));
    expect(assessment.paymentBlock).toEqual({ blocked: false, reasons: ['nothing-to-pay'] });
    expect(assessment.posting?.bankAccountId).toBeUndefined();
  });

  it.each([
    ['correction', { corrections: { lines: [{ line: '1', account: '4100', costCentre: 'CC1' }], by: ['anna'] } }, '4100'],
    ['document', { invoice: invoice([line('1', '9', { orderNumber: undefined, orderLine: undefined, buyerAccounting: '4000/CC1' })]) }, '4000'],
    ['rule', { invoice: invoice([line('1', '9', { orderNumber: undefined, orderLine: undefined, item: { name: 'Web hosting', classifications: [], attributes: [] } })]) }, '4100'],
  ] as const)('A2: coded by %s', (source, given, account) => {
    const other = { orders: [], invoice: invoice([line('1', '9', { orderNumber: undefined, orderLine: undefined })]) };
    expect(assessInvoice(facts({ ...other, ...given } as Partial<InvoiceFacts>)).coding[0]).toMatchObject({ source, account });
  });

  it.each([['no rule applies', {}, 'coding-missing'], ['a closed cost centre', { corrections: { lines: [{ line: '1', account: '4100', costCentre: 'CC9' }], by: [] } }, 'cost-centre-unknown'], ['an unknown account', { corrections: { lines: [{ line: '1', account: '1', costCentre: 'CC1' }], by: [] } }, 'account-unknown']])('A2: %s', (_what, given, code) => {
    const other = { orders: [], invoice: invoice([line('1', '9', { orderNumber: undefined, orderLine: undefined })]) };
    expect(assessInvoice(facts({ ...other, ...given })).findings.map((finding) => finding.code)).toEqual([code]);
  });
});

describe('amounts and receipts', () => {
  it('F3: what rounding leaves goes to the largest share', () => {
    expect(allocateByWeight(eur('100'), [1n, 1n, 1n]).map(({ minor }) => minor)).toEqual(['3334', '3333', '3333']);
    expect(allocateByWeight(eur('-0.05'), [1n, 3n]).map(({ minor }) => minor)).toEqual(['-1', '-4']);
  });

  it('F4: each rate difference is an effect of its own', () => {
    expect(exchangeEffects({ currency: 'USD', minor: '100000' }, 'EUR', { receipt: '0.90', invoice: '0.92', payment: '0.91' })).toEqual({ untilInvoice: eur('20.00'), untilPayment: eur('-10.00') });
  });

  const three = [receipt('10', { number: 'B', receivedOn: '2026-11-02' }), receipt('20', { number: 'A', receivedOn: '2026-11-02' }), receipt('30', { number: 'C', receivedOn: '2026-11-01' }), receipt('-5', { number: 'X', receivedOn: '2026-11-03' })];
  it.each([
    ['oldest first', '0', '30', undefined, ['C:25', 'A:5'], '0'],
    ['after earlier invoices', '30', '25', undefined, ['A:15', 'B:10'], '0'],
    ['the one that is named', '0', '12', 'B', ['B:10', 'C:2'], '0'],
    ['more than came', '0', '60', undefined, ['C:25', 'A:20', 'B:10'], '5'],
  ] as const)('R1: %s', (_what, before, quantity, named, expected, uncovered) => {
    const result = consumeReceipts(three, exact(before), exact(quantity), named);
    expect(result.consumed.map(({ receipt: { number }, quantity: part }) => `${number}:${toText(part)}`)).toEqual(expected);
    expect(toText(result.uncovered)).toBe(uncovered);
  });

  it.each([
    ['open', '100', '60', '60', { toReceive: '40', toInvoice: '0', creditExpected: false, closable: false }],
    ['R5 under-delivery within 2 %', '100', '98', '98', { toReceive: '2', toInvoice: '0', creditExpected: false, closable: true }],
    ['not while something is to be invoiced', '100', '100', '98', { toReceive: '0', toInvoice: '2', creditExpected: false, closable: false }],
    ['return after the invoice', '100', '50', '60', { toReceive: '50', toInvoice: '-10', creditExpected: true, closable: false }],
  ])('R2: %s', (_what, ordered, received, invoiced, expected) => {
    const state = lineState({ ordered: exact(ordered), received: exact(received), invoiced: exact(invoiced) }, exact('2'));
    expect({ ...state, toReceive: toText(state.toReceive), toInvoice: toText(state.toInvoice) }).toEqual(expected);
  });
});
