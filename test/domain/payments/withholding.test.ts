import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PaymentProposal } from '../../../domain/model/payment.ts';
import { taxPolicySchema, type TaxPolicy } from '../../../domain/policy/tax.ts';
import { paymentOrder } from '../../../domain/rules/payments/order.ts';
import { orderFaults } from '../../../domain/rules/payments/order-faults.ts';
import { credit, eur, exclusions, facts, payable, propose, sha256 } from './scenario.ts';

type Rule = NonNullable<TaxPolicy['withholding']>[number];
const rule = (changes: Partial<Rule> = {}): Rule => ({ id: 'DE-50A', name: 'Income of non-residents', rate: '15.825', base: 'net', countries: ['FR'], from: '2026-01-01', ...changes });
const french = { country: 'FR', category: 'licences' };
const billed = (caseId: string, changes: Parameters<typeof payable>[1] = {}) => payable(caseId, { open: eur('1190.00'), net: eur('1000.00'), supplier: french, ...changes });
/** gross, withheld, paid of each document */
const amounts = ({ items }: PaymentProposal) => items.map(({ open, withheld, amount }) => [open.minor, withheld?.amount.minor, amount.minor]);

describe('T6: tax withheld at payment lowers what is paid, never the gross', () => {
  it.each<[string, Partial<Rule>, Parameters<typeof payable>[1], (string | undefined)[]]>([
    ['of the net amount', {}, {}, ['119000', '15825', '103175']],
    ['of the gross amount', { base: 'gross', rate: '15' }, {}, ['119000', '17850', '101150']],
    ['of what is left after a discount', {}, { discounts: [{ percent: '2', until: '2026-06-03' }] }, ['119000', '15509', '101111']],
    ['of the part that is open', {}, { open: eur('595.00'), gross: eur('1190.00') }, ['59500', '7913', '51587']],
    ['half a cent goes up', { rate: '0.5' }, { open: eur('1.19'), net: eur('1.00') }, ['119', '1', '118']],
    ['by category', { countries: undefined, categories: ['licences'] } as Partial<Rule>, {}, ['119000', '15825', '103175']],
    ['by supplier', { countries: undefined, suppliers: ['S1'] } as Partial<Rule>, {}, ['119000', '15825', '103175']],
    ['not elsewhere', { countries: ['AT'] }, {}, ['119000', undefined, '119000']],
    ['whom all lines name, and nobody else', { categories: ['steel'] }, {}, ['119000', undefined, '119000']],
    ['not before the rule begins', { from: '2026-06-03' }, {}, ['119000', undefined, '119000']],
    ['on its last day', { to: '2026-06-02' }, {}, ['119000', '15825', '103175']],
    ['not after its last day', { to: '2026-06-01' }, {}, ['119000', undefined, '119000']],
    ['not under a certificate', { exempt: [{ supplier: 'S1', until: '2026-06-02' }] }, {}, ['119000', undefined, '119000']],
    ['under the certificate of another supplier', { exempt: [{ supplier: 'S2', until: '2026-06-02' }] }, {}, ['119000', '15825', '103175']],
    ['after the certificate', { exempt: [{ supplier: 'S1', until: '2026-06-01' }] }, {}, ['119000', '15825', '103175']],
  ])('%s', (_what, change, document, expected) => {
    const proposal = propose([billed('a', document)], { withholding: [rule(change)] });
    expect(amounts(proposal)).toEqual([expected]);
    expect(proposal.instructions.map(({ amount }) => amount.minor)).toEqual([expected[2]]);
    expect(proposal.withheld.minor).toBe(expected[1] ?? '0');
  });

  it('the first rule that fits counts, and the item says which and why', () => {
    const { items } = propose([billed('a')], { withholding: [rule({ id: 'DE-50A', countries: ['AT'] }), rule({ id: 'DE-48', rate: '15', base: 'gross' }), rule({ id: 'XX-9' })] });
    expect(items[0]!.withheld).toEqual({ rule: 'DE-48', name: 'Income of non-residents', percent: '15', base: eur('1190.00'), amount: eur('178.50') });
    expect(items[0]!.explanation.find(({ rule: of }) => of === 'T6')).toEqual({ rule: 'T6', inputs: { withholding: 'DE-48', percent: '15', base: '1190.00 EUR', of: 'gross', settled: '1190.00 EUR' }, result: '178.50 EUR is withheld, 1011.50 EUR is paid' });
  });

  it('a credit lowers what is withheld with what it offsets', () => {
    const proposal = propose([billed('a'), credit('c', '119.00', { net: eur('100.00'), supplier: french })], { withholding: [rule()] });
    expect(amounts(proposal)).toEqual([['119000', '15825', '103175'], ['-11900', '-1583', '-10317']]);
    expect([proposal.total, proposal.withheld]).toEqual([eur('928.58'), eur('142.42')]);
  });

  it('and so does an invoice with a negative total', () => {
    const proposal = propose([billed('a'), billed('n', { open: eur('-119.00'), gross: eur('-119.00'), net: eur('-100.00') })], { withholding: [rule()] });
    expect(amounts(proposal)).toEqual([['119000', '15825', '103175'], ['-11900', '-1583', '-10317']]);
  });

  it('whose income it is counts, not who is paid', () => {
    const proposal = propose([billed('a', { supplierId: 'S7', payee: { ...payable('x').payee, supplierId: 'F1' } })], { withholding: [rule({ countries: undefined, suppliers: ['S7'] } as Partial<Rule>)] });
    expect(proposal.withheld).toEqual(eur('158.25'));
  });

  it('a supplier that nothing is known of is not paid while something may have to be withheld', () => {
    const { supplier: _nobody, ...unknown } = billed('a');
    expect(exclusions(propose([unknown], { withholding: [rule()] }))).toEqual(['a: withholding-unknown']);
    expect(exclusions(propose([unknown], { withholding: [] }))).toEqual([]);
  });

  it('the order for the bank pays the rest and tells of the withheld part', () => {
    const payables = [billed('a'), billed('b', { open: eur('238.00'), net: eur('200.00') }), credit('c', '119.00', { net: eur('100.00'), supplier: french })];
    const { payerAccount } = facts(payables);
    const order = paymentOrder({ runId: 'R1', createdAt: '2026-06-02T08:00:00Z', initiator: { name: 'M' }, debtor: { name: 'M', country: 'DE' }, payerAccount, proposal: propose(payables, { withholding: [rule()] }), removed: [], documents: payables, sha256 });
    expect(orderFaults(order)).toEqual([]);
    expect(order.batches[0]!.transfers[0]!.documents.map(({ amount, withheld }) => [amount.minor, withheld?.minor])).toEqual([['103175', '15825'], ['20635', '3165'], ['10317', '1583']]);
  });

  it('for any amounts: gross is paid, discount and withheld together, and the totals are the sums', () => {
    const documents = fc.array(fc.record({ minor: fc.integer({ min: 2, max: 3_000_000 }), net: fc.integer({ min: 50, max: 100 }), discount: fc.constantFrom('0', '2', '33.333') }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(documents, fc.constantFrom('0.1', '5', '15.825', '99'), fc.constantFrom('gross' as const, 'net' as const), (some, rate, base) => {
        const payables = some.map(({ minor, net, discount }, index) => billed(`c${index}`, { open: { currency: 'EUR', minor: String(minor) }, net: { currency: 'EUR', minor: String(Math.floor((minor * net) / 100)) }, discounts: [{ percent: discount, until: '2026-06-03' }] }));
        const proposal = propose(payables, { withholding: [rule({ rate, base })], policy: { minimumPayment: {} } });
        const whole = (text: string | undefined) => BigInt(text ?? '0');
        for (const { open, discount, withheld, amount } of proposal.items) {
          expect(whole(amount.minor) + whole(discount?.amount.minor) + whole(withheld?.amount.minor)).toBe(whole(open.minor));
          expect(whole(withheld?.amount.minor) >= 0n && whole(amount.minor) >= 0n).toBe(true);
        }
        const sum = (part: (item: PaymentProposal['items'][number]) => string | undefined) => proposal.items.reduce((total, item) => total + whole(part(item)), 0n).toString();
        expect([proposal.total.minor, proposal.discountTaken.minor, proposal.withheld.minor]).toEqual([sum(({ amount }) => amount.minor), sum(({ discount }) => discount?.amount.minor), sum(({ withheld }) => withheld?.amount.minor)]);
      }),
    );
  });

  it.each<[string, Partial<Rule>, string]>([
    ['nobody named', { countries: undefined } as Partial<Rule>, 'names nobody'],
    ['everything withheld', { rate: '100' }, 'below 100'],
    ['nothing withheld', { rate: '0' }, 'above 0'],
    ['over before it begins', { to: '2025-12-31' }, 'before it begins'],
  ])('a policy with %s is refused', (_what, change, said) => {
    const policy = { schemaVersion: 1, kind: 'tax', name: 'taxes', owner: 'head-of-tax', effectiveFrom: '2026-01-01', tolerance: { perLine: '0.02', cap: '1.00' }, uncheckedCountries: 'accept', buyerTaxIdRequired: false, withoutTax: [], rates: [{ country: 'DE', category: 'S', rate: '19', from: '2026-01-01' }] };
    expect(taxPolicySchema.safeParse({ ...policy, withholding: [rule()] }).error).toBeUndefined();
    expect(JSON.stringify(taxPolicySchema.safeParse({ ...policy, withholding: [rule(change)] }).error?.issues)).toContain(said);
  });
});
