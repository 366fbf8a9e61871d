import { describe, expect, it } from 'vitest';
import type { InvoiceFacts } from '../../../domain/model/invoice-facts.ts';
import type { Invoice, TaxBreakdown } from '../../../domain/model/invoice.ts';
import { taxPolicySchema } from '../../../domain/policy/tax.ts';
import { assessInvoice } from '../../../domain/rules/accounts-payable/assess.ts';
import { withhold } from '../../../domain/rules/accounts-payable/tax.ts';
import { verifyTotals } from '../../../domain/rules/invoice/totals.ts';
import { entity, eur, facts, invoice, line, policies, supplier } from './facts.ts';

const taxed = (...taxes: Partial<TaxBreakdown>[]): Partial<InvoiceFacts> => ({ invoice: { ...invoice([line('100', '10')]), taxes: taxes.map((tax) => ({ category: 'S', rate: '19', base: eur('1000'), amount: eur('190'), ...tax })) } });
const document = (changes: Partial<Invoice>): Partial<InvoiceFacts> => ({ invoice: invoice([line('100', '10')], changes) });
const seller = (changes: Partial<Invoice['seller']>) => document({ seller: { name: 'Schrauben Meyer GmbH', ids: [], vatId: 'DE111111111', ...changes } });
const buyer = (changes: Partial<Invoice['buyer']>) => document({ buyer: { name: 'Werk Nord GmbH', ids: [], vatId: 'DE123456789', ...changes } });
const account = supplier().bankAccounts[0]!;
const paidTo = (iban: string, more: Partial<Invoice> = {}) => document({ payment: { means: [{ code: '58', account: { iban } }], discounts: [] }, ...more });
const factor = supplier({ id: 'F1', name: 'Factor Bank AG', group: 'GF', vatId: 'DE222222222', bankAccounts: [{ ...account, id: 'F1-1', iban: 'DE75512108001245126199' }] });
const required = policies({ tax: { version: 'required@test', content: taxPolicySchema.parse({ ...policies().tax.content, buyerTaxIdRequired: true, uncheckedCountries: 'exception' }) } });

const rows: { rule: string; what: string; given: Partial<InvoiceFacts>; codes: string[] }[] = [
  { rule: 'T1', what: 'one cent a line is within 0.02', given: taxed({ amount: eur('190.01') }), codes: [] },
  { rule: 'T1', what: 'equal to the tolerance', given: taxed({ amount: eur('190.02') }), codes: [] },
  { rule: 'T4', what: 'too much', given: taxed({ amount: eur('190.03') }), codes: ['tax-over'] },
  { rule: 'T4', what: 'too little', given: taxed({ amount: eur('189.97') }), codes: ['tax-under'] },
  { rule: 'T4', what: 'both, in two breakdowns', given: taxed({ base: eur('500'), amount: eur('99') }, { rate: '7', base: eur('500'), amount: eur('30') }), codes: ['tax-over', 'tax-under'] },
  { rule: 'T2', what: 'no valid form', given: seller({ vatId: 'DE12' }), codes: ['supplier-tax-id-differs', 'supplier-tax-id-invalid'] },
  { rule: 'T2', what: 'not the one on file', given: seller({ vatId: 'DE333333333' }), codes: ['supplier-tax-id-differs'] },
  { rule: 'T2', what: 'spaces and case do not matter', given: seller({ vatId: 'de 111 111 111' }), codes: [] },
  { rule: 'T2', what: 'tax without any id', given: seller({ vatId: undefined }), codes: ['supplier-tax-id-missing'] },
  { rule: 'T2', what: 'a tax number is enough', given: seller({ vatId: undefined, taxNumber: '12/345' }), codes: [] },
  { rule: 'T3', what: 'a rate that the country does not have', given: taxed({ rate: '18', amount: eur('180') }), codes: ['tax-rate-not-allowed'] },
  { rule: 'T3', what: 'the rate of another time', given: document({ taxPointDate: '2020-09-15' }), codes: ['tax-rate-not-allowed'] },
  { rule: 'T3', what: 'the first day of a rate', given: { ...taxed({ rate: '16', amount: eur('160') }), invoice: { ...taxed({ rate: '16', amount: eur('160') }).invoice!, taxPointDate: '2020-07-01' } }, codes: [] },
  { rule: 'T3', what: 'reverse charge with a reason', given: taxed({ category: 'AE', rate: '0', amount: eur('0'), exemptionReason: 'Reverse charge' }), codes: [] },
  { rule: 'T3', what: 'reverse charge without one', given: taxed({ category: 'AE', rate: undefined, amount: eur('0') }), codes: ['tax-reason-missing'] },
  { rule: 'T3', what: 'tax under reverse charge', given: taxed({ category: 'AE', rate: '19' }), codes: ['tax-on-exempt'] },
  { rule: 'T3', what: 'a country without listed rates, accepted', given: seller({ vatId: 'ATU12345678', address: { lines: [], country: 'AT' } }), codes: ['supplier-tax-id-differs'] },
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
  { rule: 'P9', what: 'an account that is not verified: posted, blocked', given: { supplierCandidates: [supplier({ bankAccounts: [{ ...account, status: 'unverified' }] })] }, codes: ['bank-account-not-verified'] },
  { rule: 'P9', what: 'no account stated, two on file', given: { ...document({ payment: { means: [], discounts: [] } }), supplierCandidates: [supplier({ bankAccounts: [account, { ...account, id: 'S1-2', iban: 'DE75512108001245126199' }] })] }, codes: ['bank-account-missing'] },
  { rule: 'P9', what: 'a person chose the account', given: { ...document({ payment: { means: [], discounts: [] } }), corrections: { lines: [], by: ['anna'], bankAccountId: 'S1-2' }, supplierCandidates: [supplier({ bankAccounts: [account, { ...account, id: 'S1-2', iban: 'DE75512108001245126199' }] })] }, codes: [] },
  { rule: 'P9', what: 'direct debit needs no account', given: document({ payment: { means: [{ code: '59' }], discounts: [] } }), codes: [] },
  { rule: 'M11', what: 'a payee that is no relation', given: paidTo('DE75512108001245126199', { payee: { name: 'Factor Bank AG', ids: [] } }), codes: ['payee-not-related'] },
  { rule: 'M11', what: 'a factor on file', given: { ...paidTo('DE75512108001245126199', { payee: { name: 'Factor Bank AG', ids: [] } }), supplierCandidates: [supplier({ relations: [{ kind: 'factor', supplierId: 'F1' }] }), factor] }, codes: [] },
  { rule: 'F1', what: 'totals that do not foot', given: (() => { const wrong = invoice([line('100', '10')]); const changed = { ...wrong, totals: { ...wrong.totals, payable: eur('1189.99') } }; return { invoice: changed, totals: verifyTotals(changed) }; })(), codes: ['totals-wrong'] },
  { rule: 'S', what: 'a quarantined attachment', given: { quarantined: ['eicar.com'] }, codes: ['attachment-quarantined'] },
  { rule: 'S', what: 'a name that turns the reading direction', given: seller({ name: 'Schrauben \u202EreyeM GmbH' }), codes: ['suspicious-text'] },
  { rule: 'S', what: 'an invisible character in the number', given: document({ number: 'R\u200B-1' }), codes: ['suspicious-text'] },
  { rule: 'G3', what: 'an issue date ahead', given: document({ issueDate: '2026-11-06' }), codes: ['issue-date-in-future'] },
  { rule: 'G3', what: 'a closed period is flagged', given: { openFrom: '2026-11-03' }, codes: ['period-closed'] },
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

  it('P9: account numbers are masked in findings', () => {
    const [finding] = assessInvoice(facts(paidTo('DE89370400440532013000'))).findings;
    expect(JSON.stringify(finding)).not.toContain('DE8937');
    expect(finding?.actual).toBe('…3000');
  });

  it('T6: withholding lowers what is paid, not the gross', () => expect(withhold(eur('1190'), eur('1000'), '15.825')).toEqual({ withheld: eur('158.25'), paid: eur('1031.75') }));

  it('G3: receipt decides the period; a late one goes to the first open day and keeps its service date', () => {
    expect(assessInvoice(facts())).toMatchObject({ serviceDate: '2026-11-02', postingDate: '2026-11-02' });
    expect(assessInvoice(facts({ openFrom: '2026-11-03' }))).toMatchObject({ serviceDate: '2026-11-02', postingDate: '2026-11-03' });
  });

  it('due date: stated, corrected, or from the terms', () => {
    expect(assessInvoice(facts()).dueDate).toBe('2026-12-03');
    expect(assessInvoice(facts(document({ dueDate: '2026-11-30' }))).dueDate).toBe('2026-11-30');
    expect(assessInvoice(facts({ corrections: { lines: [], by: [], dueDate: '2026-12-24' } })).dueDate).toBe('2026-12-24');
  });

  it('an entity without tax ids is known by name', () => expect(assessInvoice(facts({ entity: { ...entity, vatIds: [] } })).findings).toEqual([]));
});
