import { describe, expect, it } from 'vitest';
import type { EarlierPayment, Payable } from '../../../domain/model/payment.ts';
import { totalsOf } from '../../../domain/rules/payments/propose.ts';
import { credit, eur, exclusions, foreignIban, ibanOf, ibans, payable, payee, payments, propose } from './scenario.ts';

const twoMethods = { policy: { methods: [{ currency: 'EUR', method: 'sepa' as const, serviceLevel: 'SEPA', chargeBearer: 'SLEV' as const }, { currency: 'EUR', method: 'credit-transfer' as const, chargeBearer: 'SHAR' as const }] } };

describe('P5: what is paid together', () => {
  it('documents of one supplier to one account', () => {
    const { instructions, items } = propose([payable('b', { open: eur('250.50') }), payable('a')]);
    expect(instructions).toHaveLength(1);
    expect(instructions[0]).toMatchObject({ items: ['a', 'b'], amount: eur('1250.50'), executionDate: '2026-06-02', method: 'sepa', serviceLevel: 'SEPA', chargeBearer: 'SLEV', payee: { supplierId: 'S1' }, account: { iban: ibans[0] } });
    expect(items.map(({ caseId }) => caseId)).toEqual(['a', 'b']);
  });

  it.each<[string, Partial<Payable>]>([
    ['another payee', { payee: payee('S2') }],
    ['another account', { payee: payee('S1', ibans[1]) }],
    ['another currency', { open: { currency: 'USD', minor: '100' } }],
    ['the flag of separate payment', { separate: true }],
    ['a reference to be quoted', { remittance: 'RF18 5390 0754 7034' }],
  ])('apart: %s', (_, changes) => {
    const proposal = propose([payable('a'), payable('b', changes)], { rates: [{ from: 'USD', to: 'EUR', rate: '0.9' }] });
    expect(proposal.instructions.map(({ items }) => items.join('+')).sort()).toEqual(['a', 'b']);
    expect(new Set(proposal.instructions.map(({ groupKey }) => groupKey)).size).toBe(2);
  });

  it.each<[string, Partial<Payable>]>([
    ['the same account written otherwise', { payee: payee('S1', 'de89 3704 0044 0532 0130 00') }],
    ['its own number as reference', { remittance: 'r b' }],
    ['an empty reference', { remittance: '  ' }],
    ['another document of a payee for others', { supplierId: 'S9' }],
  ])('together: %s', (_, changes) => expect(payments(propose([payable('a'), payable('b', changes)]))).toEqual(['200000 EUR for a+b']));

  it('a QR reference that is the number of its document is one all the same', () => {
    const swiss = payee('S1', 'CH4431999123000889012');
    const quoting = (caseId: string, remittance: string) => payable(caseId, { payee: swiss, remittance, documentNumber: remittance });
    expect(payments(propose([quoting('a', '210000000003139471430009017'), quoting('b', '000000000000000000000000152')]))).toEqual(['100000 EUR for a', '100000 EUR for b']);
  });

  it('two that are to be paid separately are two', () => expect(payments(propose([payable('a', { separate: true }), payable('b', { separate: true })]))).toHaveLength(2));

  it('the same reference is paid together', () => expect(payments(propose([payable('a', { remittance: 'Kd 4711' }), payable('b', { remittance: ' Kd  4711 ' })]))).toEqual(['200000 EUR for a+b']));

  it('the first method that reaches the account', () => {
    const { instructions } = propose([payable('a'), payable('b', { payee: payee('S2', foreignIban) })], twoMethods);
    expect(instructions.map(({ method, serviceLevel, chargeBearer }) => `${method} ${serviceLevel ?? '-'} ${chargeBearer}`).sort()).toEqual(['credit-transfer - SHAR', 'sepa SEPA SLEV']);
  });
});

describe('P5: credits', () => {
  it('are offset inside a key, and every document is listed', () => {
    const proposal = propose([payable('a'), payable('b', { open: eur('50') }), credit('c', '200')]);
    expect(payments(proposal)).toEqual(['85000 EUR for a+b+c']);
    expect(proposal.items.map(({ caseId, amount }) => `${caseId} ${amount.minor}`)).toEqual(['a 100000', 'b 5000', 'c -20000']);
    expect(proposal.total).toEqual(eur('850'));
  });

  it('do not wait for their due date', () => expect(payments(propose([payable('a'), credit('c', '200', { dueDate: '2026-12-31' })]))).toEqual(['80000 EUR for a+c']));

  it.each([
    ['999.99', ['1 EUR for a+c'], []],
    ['1000.00', [], ['a: offset-by-credit', 'c: credit-carried-forward']],
    ['1000.01', [], ['a: offset-by-credit', 'c: credit-carried-forward']],
  ])('of %s against 1000.00', (amount, paid, out) => {
    const proposal = propose([payable('a'), credit('c', amount)], { policy: { minimumPayment: {} } });
    expect(payments(proposal)).toEqual(paid);
    expect(exclusions(proposal)).toEqual(out);
  });

  it('wait where there is nothing to offset them with', () => {
    expect(exclusions(propose([credit('c', '10'), payable('a', { payee: payee('S2') })]))).toEqual(['c: credit-carried-forward']);
    expect(exclusions(propose([credit('c', '10'), payable('a', { separate: true })]))).toEqual(['c: credit-carried-forward']);
    expect(exclusions(propose([credit('c', '10', { payee: payee('S1', ibans[1]) }), payable('a')]))).toEqual(['c: credit-carried-forward']);
  });

  it('without an account follow the largest payment of their supplier', () => {
    const lonely = { payee: payee('S1', undefined, { name: 'S' }) };
    const proposal = propose([payable('a', { remittance: 'X1' }), payable('b', { remittance: 'X2', open: eur('1500') }), credit('c', '800', lonely), credit('d', '300', lonely)]);
    // The larger credit first: 1500 − 800 leaves 700, so that the next one follows the payment of 1000.
    expect(payments(proposal)).toEqual(['70000 EUR for a+d', '70000 EUR for b+c']);
  });

  it('a negative invoice is one', () => expect(payments(propose([payable('a'), payable('n', { open: eur('-100'), gross: eur('-100') })]))).toEqual(['90000 EUR for a+n']));
});

describe('P11: amounts and limits', () => {
  const limits = { run: '5000', supplier: '3000', account: '4000' };
  const due = (day: number): Partial<Payable> => ({ dueDate: `2026-05-${day}`, open: eur('1000') });

  it('a payment below the minimum waits, one at the minimum goes', () => {
    const small = (amount: string) => exclusions(propose([payable('a', { open: eur(amount) })], { policy: { minimumPayment: { EUR: '5.00', USD: '50' } } }));
    expect(small('5.00')).toEqual([]);
    expect(small('4.99')).toEqual(['a: below-minimum']);
  });

  it('small documents together reach the minimum', () => expect(payments(propose([payable('a', { open: eur('3') }), payable('b', { open: eur('3') })], { policy: { minimumPayment: { EUR: '5.00' } } }))).toEqual(['600 EUR for a+b']));

  it('up to the limit of a supplier, later due ones wait', () => {
    const four = [payable('a', due(20)), payable('b', due(11)), payable('c', due(12)), payable('d', due(13))];
    expect(exclusions(propose(four, { policy: { limits } }))).toEqual(['a: supplier-limit']);
    expect(exclusions(propose(four.slice(1), { policy: { limits } }))).toEqual([]);
  });

  it('one that exceeds the limit by itself goes out first, whenever it is due', () => {
    expect(exclusions(propose([payable('huge', { ...due(10), open: eur('3000.01') }), payable('a', due(20)), payable('b', due(21))], { policy: { limits } }))).toEqual(['huge: supplier-limit']);
  });

  it('an account counts over all suppliers that are paid to it', () => {
    const factored = (id: string, supplierId: string, day: number) => payable(id, { ...due(day), supplierId, payee: payee('F1'), open: eur('1500') });
    const proposal = propose([factored('a', 'S1', 11), factored('b', 'S2', 12), factored('c', 'S3', 13)], { policy: { limits } });
    expect(exclusions(proposal)).toEqual(['c: account-limit']);
    expect(payments(proposal)).toEqual(['300000 EUR for a+b']);
  });

  it('an account counts over all records that hold its number', () => {
    const own = (id: string, supplierId: string, day: number) => payable(id, { ...due(day), supplierId, payee: payee(supplierId, ibans[0]), open: eur('1500') });
    const proposal = propose([own('a', 'S1', 11), own('b', 'S2', 12), own('c', 'S3', 13)], { policy: { limits } });
    expect(exclusions(proposal)).toEqual(['c: account-limit']);
  });

  it('a run over its limit leaves out what is due last', () => {
    const many = Array.from({ length: 7 }, (_, n) => payable(`i${n}`, { ...due(20 - n), supplierId: `S${n}`, payee: payee(`S${n}`, ibanOf(n)) }));
    expect(exclusions(propose(many, { policy: { limits } }))).toEqual(['i0: run-limit', 'i1: run-limit']);
  });

  it('limits are in the currency of the policy', () => {
    const dollars = payable('a', { open: { currency: 'USD', minor: '400000' } });
    const at = (rate: string) => exclusions(propose([dollars], { policy: { limits }, rates: [{ from: 'EUR', to: 'USD', rate: '9' }, { from: 'USD', to: 'EUR', rate }] }));
    expect(at('0.75')).toEqual([]);
    expect(at('0.7500001')).toEqual(['a: supplier-limit']);
    expect(at('0')).toEqual(['a: rate-missing']);
  });

  it('a document taken out takes the credit with it that it was offset with', () => {
    const proposal = propose([payable('a', { ...due(10), open: eur('2900') }), payable('b', { ...due(20), supplierId: 'S1', payee: payee('S1', ibans[1]), open: eur('500') }), credit('c', '300', { payee: payee('S1', ibans[1]) })], { policy: { limits } });
    expect(exclusions(proposal)).toEqual(['b: supplier-limit', 'c: credit-carried-forward']);
    expect(payments(proposal)).toEqual(['290000 EUR for a']);
  });

  it('a credit of one payment makes no room for another', () => {
    const own = { payee: payee('S1', ibans[1]) };
    const factored = { payee: payee('F1') };
    const proposal = propose([payable('a', { ...due(10), ...own, open: eur('2900') }), payable('b', { ...due(20), ...own, open: eur('101') }), credit('c', '500', factored), payable('x', { ...due(11), ...factored, supplierId: 'S2' })], { policy: { limits } });
    expect(exclusions(proposal)).toEqual(['b: supplier-limit']);
    expect(payments(proposal)).toEqual(['290000 EUR for a', '50000 EUR for c+x']);
  });

  it('a document taken out makes only as much room as its payment had left beside its credits', () => {
    const beside = { payee: payee('S1', ibans[1]) };
    const proposal = propose([payable('a', { ...due(10), open: eur('1600') }), payable('e', { ...due(11), open: eur('1600') }), payable('b', { ...due(20), ...beside, open: eur('900') }), credit('c', '800', beside)], { policy: { limits } });
    expect(exclusions(proposal)).toEqual(['b: supplier-limit', 'c: credit-carried-forward', 'e: supplier-limit']);
    expect(payments(proposal)).toEqual(['160000 EUR for a']);
  });

  it('a run takes so many documents and no more', () => {
    expect(exclusions(propose([payable('a', due(20)), payable('b', due(11)), payable('c', due(12))], { policy: { maximumItems: '2' } }))).toEqual(['a: run-full']);
  });

  it('the total is in the currency of the policy, and the sum of what is shown', () => {
    const proposal = propose([payable('a'), payable('j', { open: { currency: 'JPY', minor: '1001' }, payee: payee('S2') })], {
      rates: [{ from: 'JPY', to: 'EUR', rate: '0.005' }],
      policy: { methods: [{ currency: 'EUR', method: 'sepa', chargeBearer: 'SLEV' }, { currency: 'JPY', method: 'credit-transfer', chargeBearer: 'SHAR' }] },
    });
    // 1,001 yen are 5.005 EUR: half up.
    expect(proposal.total).toEqual(eur('1005.01'));
  });
});

describe('P11: a run of several currencies', () => {
  const rates = [{ from: 'USD', to: 'EUR', rate: '0.9' }];
  const dollars = (minor: string) => ({ open: { currency: 'USD', minor }, gross: { currency: 'USD', minor }, net: { currency: 'USD', minor }, payee: payee('S2', foreignIban), supplierId: 'S2' });
  const limits = { run: '1500', supplier: '100000', account: '100000' };

  it('its limit counts all of them', () => {
    const proposal = propose([payable('a'), payable('d', { ...dollars('100000'), dueDate: '2026-06-03', baselineDate: '2026-05-04' })], { rates, policy: { limits } });
    expect(exclusions(proposal)).toEqual(['d: run-limit']);
    expect(propose([payable('a'), payable('d', dollars('55555'))], { rates, policy: { limits } }).total).toEqual(eur('1500.00'));
  });

  it('its total, and the total of what is left of it, counts all of them with their discounts', () => {
    const proposal = propose([payable('a', { discounts: [{ percent: '2', days: 30 }] }), payable('d', { ...dollars('50000'), discounts: [{ percent: '3', days: 30 }] })], { rates });
    expect([proposal.total, proposal.discountTaken]).toEqual([eur('1416.50'), eur('33.50')]);
    const left = proposal.instructions.filter(({ amount }) => amount.currency === 'USD');
    expect(totalsOf(left, 'EUR')).toEqual({ total: eur('436.50'), discountTaken: eur('13.50'), withheld: eur('0') });
    expect(totalsOf([], 'EUR')).toEqual({ total: eur('0'), discountTaken: eur('0'), withheld: eur('0') });
  });
});

describe('P12: payments that look alike', () => {
  const earlier = (changes: Partial<EarlierPayment> = {}): EarlierPayment => ({ runId: 'R1', endToEndId: 'E1', account: ibans[0]!, amount: eur('1000'), executionDate: '2026-05-23', state: 'confirmed', ...changes });

  it.each<[string, Partial<EarlierPayment>, boolean]>([
    ['the same account, amount and currency ten days before', {}, true],
    ['eleven days before', { executionDate: '2026-05-22' }, false],
    ['ten days later', { executionDate: '2026-06-12' }, true],
    ['eleven days later', { executionDate: '2026-06-13' }, false],
    ['another amount', { amount: eur('1000.01') }, false],
    ['another currency', { amount: { currency: 'USD', minor: '100000' } }, false],
    ['another account', { account: ibans[1]! }, false],
    ['the account with blanks', { account: 'DE89 3704 0044 0532 0130 00' }, true],
    ['still on its way', { state: 'sent' }, true],
    ['rejected', { state: 'rejected' }, false],
    ['returned', { state: 'returned' }, false],
    ['taken out', { state: 'removed' }, false],
  ])('%s', (_, changes, isAlike) => {
    const { instructions } = propose([payable('a')], { earlier: [earlier(changes)] });
    const executionDate = changes.executionDate ?? '2026-05-23';
    expect(instructions[0]?.possibleDuplicates).toEqual(isAlike ? [{ runId: 'R1', endToEndId: 'E1', executionDate }] : []);
  });

  it('compares what is paid, not what the documents are over', () => {
    const { instructions } = propose([payable('a', { open: eur('1200') }), credit('c', '200')], { earlier: [earlier()] });
    expect(instructions[0]?.possibleDuplicates).toHaveLength(1);
  });
});
