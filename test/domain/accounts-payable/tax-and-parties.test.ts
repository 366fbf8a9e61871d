import { describe, expect, it } from 'vitest';
import type { InvoiceFacts } from '../../../domain/model/invoice-facts.ts';
import type { Invoice, InvoiceLine, TaxBreakdown } from '../../../domain/model/invoice.ts';
import { taxPolicySchema } from '../../../domain/policy/tax.ts';
import { assessInvoice } from '../../../domain/rules/accounts-payable/assess.ts';
import { companyOf } from '../../../domain/rules/accounts-payable/company.ts';
import { paymentBlock } from '../../../domain/rules/accounts-payable/posting-draft.ts';
import { withhold } from '../../../domain/rules/accounts-payable/tax.ts';
import { verifyTotals } from '../../../domain/rules/invoice/totals.ts';
import { entity, eur, facts, invoice, line, policies, supplier } from './facts.ts';

/** 100 pieces at 10.00, shared out among lines that each state the tax of one breakdown. */
const taxed = (...taxes: Partial<TaxBreakdown>[]): Partial<InvoiceFacts> => {
  const stated = taxes.map((tax) => ({ category: 'S', rate: '19', base: eur('1000'), amount: eur('190'), ...tax }));
  const pieces = String(100 / stated.length);
  return { invoice: { ...invoice(stated.map(({ category, rate }, index) => line(pieces, '10', { id: String(index + 1), tax: { category, ...(rate === undefined ? {} : { rate }) } }))), taxes: stated } };
};
/** The same with one line that states `tax`, beside breakdowns of their own. */
const beside = (tax: InvoiceLine['tax'], taxes: Partial<TaxBreakdown>[], more: Partial<Invoice> = {}): Partial<InvoiceFacts> => ({ invoice: { ...invoice([line('100', '10', { tax })], more), taxes: taxes.map((entry) => ({ category: 'S', rate: '19', base: eur('1000'), amount: eur('190'), ...entry })) } });
const standard = { category: 'S', rate: '19' };
const american: Partial<Invoice> = { seller: { name: 'Schrauben Meyer GmbH', ids: [], taxNumber: '12-3456789', address: { lines: [], country: 'US' } } };
const fromAmerica: Partial<InvoiceFacts> = { supplierCandidates: [supplier({ vatId: undefined, country: 'US' })] };
const document = (changes: Partial<Invoice>): Partial<InvoiceFacts> => ({ invoice: invoice([line('100', '10')], changes) });
const seller = (changes: Partial<Invoice['seller']>) => document({ seller: { name: 'Schrauben Meyer GmbH', ids: [], vatId: 'DE111111111', ...changes } });
const buyer = (changes: Partial<Invoice['buyer']>) => document({ buyer: { name: 'Werk Nord GmbH', ids: [], vatId: 'DE123456789', ...changes } });
const account = supplier().bankAccounts[0]!;
const paidTo = (iban: string, more: Partial<Invoice> = {}) => document({ payment: { means: [{ code: '58', account: { iban } }], discounts: [] }, ...more });
const payee = (status: typeof account.status) => ({ supplier: supplier(), account: { ...account, status } });
const factor = supplier({ id: 'F1', name: 'Factor Bank AG', group: 'GF', vatId: 'DE222222222', bankAccounts: [{ ...account, id: 'F1-1', iban: 'DE75512108001245126199' }] });
const required = policies({ tax: { version: 'required@test', content: taxPolicySchema.parse({ ...policies().tax.content, buyerTaxIdRequired: true, uncheckedCountries: 'exception' }) } });
const bounded = policies({ tax: { version: 'bounded@test', content: taxPolicySchema.parse({ ...policies().tax.content, uncheckedUpToPercent: '15' }) } });

const rows: { rule: string; what: string; given: Partial<InvoiceFacts>; codes: string[] }[] = [
  { rule: 'T1', what: 'one cent a line is within 0.02', given: taxed({ amount: eur('190.01') }), codes: [] },
  { rule: 'T1', what: 'equal to the tolerance', given: taxed({ amount: eur('190.02') }), codes: [] },
  { rule: 'T4', what: 'too much', given: taxed({ amount: eur('190.03') }), codes: ['tax-over'] },
  { rule: 'T4', what: 'too little', given: taxed({ amount: eur('189.97') }), codes: ['tax-under'] },
  { rule: 'T4', what: 'both, in two breakdowns', given: taxed({ base: eur('500'), amount: eur('99') }, { rate: '7', base: eur('500'), amount: eur('30') }), codes: ['tax-over', 'tax-under'] },
  { rule: 'T1', what: 'a base that the lines do not have', given: beside(standard, [{ base: eur('10000'), amount: eur('1900') }]), codes: ['tax-base-differs', 'tax-over'] },
  { rule: 'T1', what: 'a base that no line states the tax of', given: beside(undefined, [{ base: eur('10000'), amount: eur('1900') }]), codes: ['tax-base-differs', 'tax-over'] },
  { rule: 'T1', what: 'a base of less than the lines, with too little tax', given: beside(standard, [{ base: eur('900'), amount: eur('171') }]), codes: ['tax-base-differs', 'tax-under'] },
  { rule: 'T1', what: 'a base within one unit of the currency, the tax of the lines', given: beside(standard, [{ base: eur('1000.99') }]), codes: [] },
  { rule: 'T1', what: 'a base within one unit of the currency, the tax of more than the lines', given: beside(standard, [{ base: eur('1000.99'), amount: eur('190.19') }]), codes: ['tax-over'] },
  { rule: 'T1', what: 'a rate that the lines do not state, on nothing of theirs', given: beside(standard, [{}, { rate: '7', amount: eur('70') }]), codes: ['tax-base-differs', 'tax-over'] },
  { rule: 'T1', what: 'the base moved to the lower rate', given: beside(standard, [{ base: eur('0'), amount: eur('0') }, { rate: '7', amount: eur('70') }]), codes: ['tax-base-differs', 'tax-base-differs', 'tax-over', 'tax-under'] },
  { rule: 'T1', what: 'one tax in two breakdowns that make up the base', given: beside(standard, [{ base: eur('600'), amount: eur('114') }, { base: eur('400'), amount: eur('76') }]), codes: [] },
  { rule: 'T1', what: 'one tax stated twice', given: beside(standard, [{}, {}]), codes: ['tax-base-differs', 'tax-over'] },
  { rule: 'T1', what: 'one tax stated twice, where the lines state none', given: beside(undefined, [{}, {}]), codes: ['tax-base-differs', 'tax-over'] },
  { rule: 'T1', what: 'two rates that share what no line states the tax of', given: beside(undefined, [{}, { rate: '7', amount: eur('70') }]), codes: ['tax-base-differs'] },
  { rule: 'T1', what: 'a rate written otherwise', given: beside({ category: 'S', rate: '19.00' }, [{}]), codes: [] },
  { rule: 'T1', what: 'no rate is a rate of nothing', given: beside({ category: 'Z' }, [{ category: 'Z', rate: '0', amount: eur('0') }]), codes: [] },
  { rule: 'T1', what: 'a charge of the head is part of the base of its tax', given: beside(standard, [{ base: eur('1030'), amount: eur('195.70') }], { allowances: [{ kind: 'charge', amount: eur('30'), tax: standard }] }), codes: [] },
  { rule: 'T1', what: 'a charge of the head whose tax is not stated may be', given: beside(standard, [{ base: eur('1030'), amount: eur('195.70') }], { allowances: [{ kind: 'charge', amount: eur('30') }] }), codes: [] },
  { rule: 'T1', what: 'a charge of the head that bears no tax at all', given: beside(standard, [{}], { allowances: [{ kind: 'charge', amount: eur('30') }] }), codes: ['tax-base-differs'] },
  { rule: 'T1', what: 'an allowance of the head lowers the base of its tax', given: beside(standard, [{ amount: eur('190') }], { allowances: [{ kind: 'allowance', amount: eur('30'), tax: standard }] }), codes: ['tax-base-differs', 'tax-over'] },
  { rule: 'T1', what: 'taxes of state and county on one base', given: { ...fromAmerica, ...beside(undefined, [{ rate: '6', amount: eur('60') }, { rate: '1', amount: eur('10') }], american) }, codes: [] },
  { rule: 'T1', what: 'one of them on more than is billed', given: { ...fromAmerica, ...beside(undefined, [{ rate: '6', amount: eur('60') }, { rate: '1', base: eur('9000'), amount: eur('90') }], american) }, codes: ['tax-base-differs', 'tax-over'] },
  { rule: 'T1', what: 'where the parts state one of the two taxes that they bear', given: { ...fromAmerica, ...beside({ category: 'S', rate: '6' }, [{ rate: '6', amount: eur('60') }, { rate: '1', amount: eur('10') }], american) }, codes: [] },
  { rule: 'T1', what: 'the same on more than is billed', given: { ...fromAmerica, ...beside({ category: 'S', rate: '6' }, [{ rate: '6', amount: eur('60') }, { rate: '1', base: eur('9000'), amount: eur('90') }], american) }, codes: ['tax-base-differs', 'tax-over'] },
  { rule: 'T1', what: 'where the parts state every tax, none is shared', given: { ...fromAmerica, ...beside({ category: 'S', rate: '6' }, [{ rate: '6', base: eur('9000'), amount: eur('540') }], american) }, codes: ['tax-base-differs', 'tax-over'] },
  { rule: 'T1', what: 'a tax without a rate cannot be recomputed', given: { ...fromAmerica, ...beside(undefined, [{ rate: undefined, amount: eur('90') }], american) }, codes: ['tax-rate-missing'] },
  { rule: 'T4', what: 'a tax without a rate where no rates are listed, within what the policy allows in all', given: { ...fromAmerica, ...beside(undefined, [{ rate: undefined, amount: eur('90') }], american), policies: bounded }, codes: [] },
  { rule: 'T4', what: 'and above it', given: { ...fromAmerica, ...beside(undefined, [{ rate: undefined, amount: eur('900') }], american), policies: bounded }, codes: ['tax-over'] },
  { rule: 'T4', what: 'taxes without a list of rates, as much as the policy allows in all', given: { ...fromAmerica, ...beside(undefined, [{ rate: '9', amount: eur('90') }, { rate: '6', amount: eur('60') }], american), policies: bounded }, codes: [] },
  { rule: 'T4', what: 'more than that', given: { ...fromAmerica, ...beside(undefined, [{ rate: '9', amount: eur('90') }, { rate: '6.1', amount: eur('61') }], american), policies: bounded }, codes: ['tax-over'] },
  { rule: 'T3', what: 'a document that names a country whose rates are not listed', given: beside(undefined, [{ rate: '90', amount: eur('900') }], american), codes: ['tax-rate-not-allowed'] },
  { rule: 'T2', what: 'no valid form', given: seller({ vatId: 'DE12' }), codes: ['supplier-tax-id-differs', 'supplier-tax-id-invalid'] },
  { rule: 'T2', what: 'not the one on file', given: seller({ vatId: 'DE333333333' }), codes: ['supplier-tax-id-differs'] },
  { rule: 'T2', what: 'spaces and case do not matter', given: seller({ vatId: 'de 111 111 111' }), codes: [] },
  { rule: 'T2', what: 'tax without any id', given: seller({ vatId: undefined }), codes: ['supplier-tax-id-missing'] },
  { rule: 'T2', what: 'a tax number is enough', given: seller({ vatId: undefined, taxNumber: '12/345' }), codes: [] },
  { rule: 'T3', what: 'a rate that the country does not have', given: taxed({ rate: '18', amount: eur('180') }), codes: ['tax-rate-not-allowed'] },
  { rule: 'T3', what: 'the rate of another time', given: document({ taxPointDate: '2020-09-15' }), codes: ['tax-rate-not-allowed'] },
  { rule: 'T3', what: 'the last day of a rate', given: document({ taxPointDate: '2020-06-30' }), codes: [] },
  { rule: 'T3', what: 'the first day of a rate', given: { ...taxed({ rate: '16', amount: eur('160') }), invoice: { ...taxed({ rate: '16', amount: eur('160') }).invoice!, taxPointDate: '2020-07-01' } }, codes: [] },
  { rule: 'T3', what: 'reverse charge with a reason', given: taxed({ category: 'AE', rate: '0', amount: eur('0'), exemptionReason: 'Reverse charge' }), codes: [] },
  { rule: 'T3', what: 'reverse charge without one', given: taxed({ category: 'AE', rate: undefined, amount: eur('0') }), codes: ['tax-reason-missing'] },
  { rule: 'T3', what: 'tax under reverse charge', given: taxed({ category: 'AE', rate: '19' }), codes: ['tax-on-exempt'] },
  { rule: 'T3', what: 'a country without listed rates, accepted', given: { ...seller({ vatId: 'ATU12345678', address: { lines: [], country: 'AT' } }), supplierCandidates: [supplier({ vatId: 'ATU12345678', country: 'AT' })] }, codes: [] },
  { rule: 'T3', what: 'a tax id of such a country that is not the one on file', given: seller({ vatId: 'ATU12345678', address: { lines: [], country: 'AT' } }), codes: ['supplier-tax-id-differs', 'tax-rate-not-allowed'] },
  { rule: 'T3', what: 'a country without listed rates, questioned', given: { ...taxed({}), supplierCandidates: [supplier({ vatId: 'ATU12345678', country: 'AT' })], invoice: { ...taxed({}).invoice!, seller: { name: 'Schrauben Meyer GmbH', ids: [], vatId: 'ATU12345678' } }, policies: required }, codes: ['tax-rate-not-allowed'] },
  { rule: 'T5', what: 'another company by tax id', given: buyer({ vatId: 'DE999999990' }), codes: ['buyer-not-ours'] },
  { rule: 'T5', what: 'by buyer id', given: buyer({ vatId: undefined, name: 'Werk', ids: [{ scheme: '0088', id: '4012345000009' }] }), codes: [] },
  { rule: 'T5', what: 'by name', given: buyer({ vatId: undefined }), codes: [] },
  { rule: 'T5', what: 'neither', given: buyer({ vatId: undefined, name: 'Werk Süd GmbH' }), codes: ['buyer-not-ours'] },
  { rule: 'T5', what: 'a tax id is required', given: { ...buyer({ vatId: undefined }), policies: required }, codes: ['buyer-not-ours'] },
  { rule: 'F6', what: 'tax total in the accounting currency is missing', given: document({ taxCurrency: 'SEK' }), codes: ['tax-currency-total-missing'] },
  { rule: 'M17', what: 'unknown supplier', given: { supplierCandidates: [] }, codes: ['supplier-unknown'] },
  { rule: 'M17', what: 'two records that nothing tells apart', given: { orders: [], supplierCandidates: [supplier(), supplier({ id: 'S2' })], invoice: invoice([line('1', '1', { orderNumber: undefined, orderLine: undefined, buyerAccounting: '4000/CC1' })]) }, codes: ['supplier-ambiguous'] },
  { rule: 'M17', what: 'two records, the order tells', given: { supplierCandidates: [supplier(), supplier({ id: 'S2' })] }, codes: [] },
  { rule: 'M17', what: 'a blocked supplier', given: { supplierCandidates: [supplier({ status: 'blocked' })] }, codes: ['supplier-blocked'] },
  { rule: 'P9', what: 'an account that is not on file', given: paidTo('DE89370400440532013000'), codes: ['bank-account-unknown'] },
  { rule: 'P9', what: 'an account that is not verified: posted', given: { supplierCandidates: [supplier({ bankAccounts: [{ ...account, status: 'unverified' }] })] }, codes: ['bank-account-not-verified'] },
  { rule: 'P9', what: 'no account stated, two on file', given: { ...document({ payment: { means: [], discounts: [] } }), supplierCandidates: [supplier({ bankAccounts: [account, { ...account, id: 'S1-2', iban: 'DE75512108001245126199' }] })] }, codes: ['bank-account-missing'] },
  { rule: 'P9', what: 'a person chose the account', given: { ...document({ payment: { means: [], discounts: [] } }), corrections: { lines: [], by: ['anna'], bankAccountId: 'S1-2' }, supplierCandidates: [supplier({ bankAccounts: [account, { ...account, id: 'S1-2', iban: 'DE75512108001245126199' }] })] }, codes: [] },
  { rule: 'P9', what: 'direct debit needs no account', given: document({ payment: { means: [{ code: '59' }], discounts: [] } }), codes: [] },
  { rule: 'M11', what: 'a payee that is no relation', given: paidTo('DE75512108001245126199', { payee: { name: 'Factor Bank AG', ids: [] } }), codes: ['payee-not-related'] },
  { rule: 'M11', what: 'another supplier on file that is no relation', given: { ...paidTo('DE75512108001245126199', { payee: { name: 'Factor Bank AG', ids: [] } }), supplierCandidates: [supplier(), factor] }, codes: ['payee-not-related'] },
  { rule: 'M11', what: 'a factor on file', given: { ...paidTo('DE75512108001245126199', { payee: { name: 'Factor Bank AG', ids: [] } }), supplierCandidates: [supplier({ relations: [{ kind: 'factor', supplierId: 'F1' }] }), factor] }, codes: [] },
  { rule: 'F1', what: 'totals that do not foot', given: (() => { const wrong = invoice([line('100', '10')]); const changed = { ...wrong, totals: { ...wrong.totals, payable: eur('1189.99') } }; return { invoice: changed, totals: verifyTotals(changed) }; })(), codes: ['totals-wrong'] },
  { rule: 'S', what: 'a quarantined attachment', given: { quarantined: ['eicar.com'] }, codes: ['attachment-quarantined'] },
  { rule: 'S', what: 'a name that turns the reading direction', given: seller({ name: 'Schrauben \u202EreyeM GmbH' }), codes: ['suspicious-text'] },
  { rule: 'S', what: 'an invisible character in the number', given: document({ number: 'R\u200B-1' }), codes: ['suspicious-text'] },
  { rule: 'G3', what: 'an issue date ahead', given: document({ issueDate: '2026-11-06' }), codes: ['issue-date-in-future'] },
  { rule: 'G3', what: 'a closed period is flagged', given: { openFrom: '2026-11-03' }, codes: ['period-closed'] },
  { rule: 'G3', what: 'the first open day is open', given: { openFrom: '2026-11-02' }, codes: [] },
];

describe('tax, parties and document', () => {
  it.each(rows)('$rule: $what', ({ given, codes }) => {
    const assessment = assessInvoice(facts(given));
    expect(assessment.findings.map((finding) => finding.code)).toEqual(codes);
    const harmless = ['bank-account-not-verified', 'period-closed'];
    expect(assessment.disposition).toBe(codes.some((code) => !harmless.includes(code)) ? 'exception' : 'ready-to-post');
    expect(assessment.posting === undefined).toBe(assessment.disposition === 'exception');
  });

  it('M11: the factor is paid, on its account', () => {
    const given = rows.find((row) => row.what === 'a factor on file')!.given;
    expect(assessInvoice(facts(given)).payee).toEqual({ supplierId: 'F1', account: { id: 'F1-1', version: 1, status: 'verified' } });
  });

  it.each<[string, Partial<Parameters<typeof paymentBlock>[0]>, string[], boolean]>([
    ['nothing', {}, [], false],
    ['an account that is not verified: a condition of paying', { payee: payee('unverified') }, ['bank-account'], false],
    ['an account on hold', { payee: payee('on-hold') }, ['bank-account'], false],
    ['an approval', { needsApproval: true }, ['approval'], true],
    ['a receipt', { awaitingReceipt: true }, ['receipt'], true],
    ['an approval and such an account', { needsApproval: true, payee: payee('unverified') }, ['approval', 'bank-account'], true],
  ])('P1: what a document that is posted waits for, and whether it blocks the document: %s', (_, given, reasons, blocked) =>
    expect(paymentBlock({ awaitingReceipt: false, needsApproval: false, payee: payee('verified'), payable: eur('119'), ...given })).toEqual({ blocked, reasons }));

  it('P1: the ERP is asked for no block where only the account is not verified', () => {
    const given = rows.find((row) => row.what === 'an account that is not verified: posted')!.given;
    expect(assessInvoice(facts(given)).posting?.paymentBlocked).toBe(false);
  });

  it('P9: account numbers are masked in findings', () => {
    const [finding] = assessInvoice(facts(paidTo('DE89370400440532013000'))).findings;
    expect(JSON.stringify(finding)).not.toContain('DE8937');
    expect(finding?.actual).toBe('…3000');
  });

  it('T6: withholding lowers what is paid, not the gross', () => expect(withhold(eur('1190'), eur('1000'), '15.825')).toEqual({ withheld: eur('158.25'), paid: eur('1031.75') }));

  it('G3: receipt decides the period; a late one goes to the first open day and keeps its service date', () => {
    expect(assessInvoice(facts())).toMatchObject({ serviceDate: '2026-11-02', postingDate: '2026-11-02' });
    expect(assessInvoice(facts({ openFrom: '2026-11-03' }))).toMatchObject({ serviceDate: '2026-11-02', postingDate: '2026-11-03' });
    expect(assessInvoice(facts(document({ lines: [line('1', '1000', { orderNumber: undefined, orderLine: undefined, buyerAccounting: '4000/CC1' })], delivery: { date: '2026-12-15' } }))), 'not before today').toMatchObject({ serviceDate: '2026-12-15', postingDate: '2026-11-05' });
  });

  it('F5: a rate to another currency than ours is none', () => {
    const dollars = { orders: [], receipts: [], invoice: invoice([line('1', '100', { orderNumber: undefined, orderLine: undefined, net: { currency: 'USD', minor: '10000' } })], { currency: 'USD' }) };
    const codes = (to: string) => assessInvoice(facts({ ...dollars, rate: { from: 'USD', to, rate: '0.9', date: '2026-11-03' } })).findings.map(({ code }) => code);
    expect([codes('EUR'), codes('CHF')].map((found) => found.includes('exchange-rate-missing'))).toEqual([false, true]);
  });

  it('due date: stated, corrected, or from the terms', () => {
    expect(assessInvoice(facts()).dueDate).toBe('2026-12-03');
    expect(assessInvoice(facts(document({ dueDate: '2026-11-30' }))).dueDate).toBe('2026-11-30');
    expect(assessInvoice(facts({ corrections: { lines: [], by: [], dueDate: '2026-12-24' } })).dueDate).toBe('2026-12-24');
  });

  it('T5: a mark that two companies claim names neither, whatever else the document says', () => {
    const other = { ...entity, id: 'DE02', name: 'Werk Süd GmbH', buyerIds: [] };
    expect(companyOf({ name: 'Werk Nord GmbH', ids: [], vatId: 'DE123456789' }, [entity, other])).toBeUndefined();
  });

  it('an entity without tax ids is known by name', () => expect(assessInvoice(facts({ entity: { ...entity, vatIds: [] } })).findings).toEqual([]));
});
