import { describe, expect, it } from 'vitest';
import type { DuplicateCandidate, InvoiceFacts } from '../../../domain/model/invoice-facts.ts';
import type { Invoice } from '../../../domain/model/invoice.ts';
import { duplicatePolicySchema } from '../../../domain/policy/duplicates.ts';
import { assessInvoice } from '../../../domain/rules/accounts-payable/assess.ts';
import { documentKeys, duplicateKeys, isPlaceholder } from '../../../domain/rules/accounts-payable/document-number.ts';
import { candidate, eur, facts, invoice, line, people, person, policies, supplier } from './facts.ts';

describe('D2: keys of a number', () => {
  it.each([
    ['003411', '3411', true],
    ['INV-2024/017', 'INV2024017', true],
    ['INV-2024-17', 'INV-2024-017', true],
    ['inv 2024 17', 'INV-2024-17', true],
    ['Ｒ－１０', 'R-10', true],
    ['A3411', '3411', false],
    ['R-10', 'R-100', false],
    ['10-1', '1-01', true],
  ])('%s and %s: %s', (a, b, same) => {
    const [x, y] = [documentKeys(a), documentKeys(b)];
    expect(x.k1 === y.k1 || x.k2 === y.k2).toBe(same);
  });

  it.each(['', '  ', '-', '0', '000', 'NA', 'n/a', 'none', '2026-11-20', '20.11.2026', '11/20/2026', '1/2/2026'])('%s is no number', (number) => {
    expect(isPlaceholder(number, ['NA', 'N/A', 'NONE'])).toBe(true);
  });

  it.each(['1', '20261120', '2026-117', 'NA-1', '13-2026', 'R0'])('%s is a number', (number) => {
    expect(isPlaceholder(number, ['NA', 'N/A', 'NONE'])).toBe(false);
  });

  it('D1: the database is given group, class and all three forms', () => {
    expect(duplicateKeys('G1', 'credit-note', ' inv-007 ')).toEqual({ supplierGroup: 'G1', class: 'credit-note', number: 'INV-007', k1: 'INV007', k2: 'INV7' });
  });
});

const ours = (overrides: Partial<Invoice> = {}): Partial<InvoiceFacts> => ({ invoice: invoice([line('100', '10', { orderNumber: undefined, orderLine: undefined, item: { name: 'Hosting', classifications: [], attributes: [] } })], { number: 'INV-2026-017', ...overrides }) });
const gross = '1190';
const rows: { rule: string; what: string; given?: Partial<InvoiceFacts>; other: DuplicateCandidate; code: string | undefined; disposition: string }[] = [
  { rule: 'D1', what: 'same number, another amount and year', other: candidate('inv-2026-017', '5', { issueDate: '2019-01-01' }), code: 'duplicate-exact', disposition: 'duplicate' },
  { rule: 'D1', what: 'same number of the same group', other: candidate('INV-2026-017', '5', { supplierId: 'S9' }), code: 'duplicate-exact', disposition: 'duplicate' },
  { rule: 'D1', what: 'same number of another supplier', other: candidate('INV-2026-017', '5', { supplierId: 'S9', supplierGroup: 'G9', sellerName: 'Other' }), code: undefined, disposition: 'needs-approval' },
  { rule: 'D1', what: 'written otherwise, same amount', other: candidate('INV 2026 17', gross), code: 'duplicate-normalised', disposition: 'exception' },
  { rule: 'D2', what: 'zeros before it, set apart by a mark', given: ours({ number: '00-3411' }), other: candidate('3411', gross), code: 'duplicate-normalised', disposition: 'exception' },
  { rule: 'D1', what: 'written otherwise, same date', other: candidate('INV2026017', '7', { issueDate: '2026-11-03' }), code: 'duplicate-normalised', disposition: 'exception' },
  { rule: 'D1', what: 'written otherwise, other amount and date', other: candidate('INV2026017', '7'), code: 'duplicate-number-review', disposition: 'exception' },
  { rule: 'D4', what: 'number with an extra character', other: candidate('INV-2026-0171', gross, { issueDate: '2026-11-03' }), code: 'duplicate-fuzzy', disposition: 'exception' },
  { rule: 'D4', what: 'number with two digits exchanged', other: candidate('INV-2026-071', gross, { issueDate: '2026-11-03' }), code: 'duplicate-fuzzy', disposition: 'exception' },
  { rule: 'D4', what: 'letter O for zero', other: candidate('INV-2O26-O17', gross, { issueDate: '2026-11-03' }), code: 'duplicate-fuzzy', disposition: 'exception' },
  { rule: 'D4', what: 'vendor written otherwise, on another record', other: candidate('INV-2026-017', gross, { issueDate: '2026-11-03', supplierId: 'S9', supplierGroup: 'G9', sellerName: 'Schraubn Meyer AG' }), code: 'duplicate-fuzzy', disposition: 'exception' },
  { rule: 'D4', what: 'two fields alike are not enough', other: candidate('INV-2026-0171', '1190.50', { issueDate: '2026-11-03' }), code: undefined, disposition: 'needs-approval' },
  { rule: 'D5', what: 'same amount, another number', other: candidate('77', gross), code: 'duplicate-amount', disposition: 'exception' },
  { rule: 'D5', what: 'same amount more than 90 days apart', other: candidate('77', gross, { issueDate: '2026-08-04' }), code: undefined, disposition: 'needs-approval' },
  { rule: 'D6', what: 'two records with one tax id', other: candidate('INV-2026-017', '5', { supplierId: 'S9', supplierGroup: 'G9', vatId: 'DE 111 111 111' }), code: 'duplicate-exact', disposition: 'duplicate' },
  { rule: 'D6', what: 'two records with one account', other: candidate('INV-2026-017', '5', { supplierId: 'S9', supplierGroup: 'G9', accounts: ['DE02120300000000202051'] }), code: 'duplicate-exact', disposition: 'duplicate' },
  { rule: 'D8', what: 'a credit note of the same number', other: candidate('INV-2026-017', gross, { class: 'credit-note' }), code: undefined, disposition: 'needs-approval' },
  { rule: 'D8', what: 'what it refers to as preceding, other amount', given: ours({ references: { preceding: [{ number: 'INV-2026-0171' }] } }), other: candidate('INV-2026-0171', '500', { issueDate: '2026-11-03' }), code: undefined, disposition: 'needs-approval' },
  { rule: 'D8', what: 'a corrected invoice is linked, and looked at while the first is live', given: ours({ typeCode: '384', references: { preceding: [{ number: '77' }] } }), other: candidate('77', '900'), code: 'corrects-earlier', disposition: 'exception' },
  { rule: 'D8', what: 'nor is the first paid beside a correction that came before it', other: candidate('77', '900', { typeCode: '384', preceding: ['INV-2026-017'] }), code: 'corrects-earlier', disposition: 'exception' },
  { rule: 'D9', what: 'a pending one', other: candidate('INV-2026-017', '5', { state: 'pending' }), code: 'duplicate-exact', disposition: 'duplicate' },
  { rule: 'D9', what: 'a parked one', other: candidate('INV-2026-017', '5', { state: 'parked' }), code: 'duplicate-exact', disposition: 'duplicate' },
  { rule: 'D1', what: 'a pending one that is the repeat itself and does not hold its number', other: candidate('INV-2026-017', gross, { state: 'pending', holdsNumber: false }), code: undefined, disposition: 'needs-approval' },
  { rule: 'D1', what: 'a parked one that does not hold its number', other: candidate('INV-2026-017', gross, { state: 'parked', holdsNumber: false }), code: undefined, disposition: 'needs-approval' },
  { rule: 'D1', what: 'one that does not hold its number and is written otherwise', other: candidate('INV 2026 17', gross, { state: 'pending', holdsNumber: false }), code: 'duplicate-normalised', disposition: 'exception' },
  { rule: 'D9', what: 'a posted one, whether or not it holds its number', other: candidate('INV-2026-017', gross, { state: 'posted', holdsNumber: false }), code: 'duplicate-exact', disposition: 'duplicate' },
  { rule: 'D1', what: 'the same number, once this one is posted: people say so', given: { postingStands: true }, other: candidate('INV-2026-017', '5'), code: 'duplicate-exact', disposition: 'exception' },
  { rule: 'D9', what: 'one that is about to end as withdrawn: nothing would be left to pay, so people look', other: candidate('INV-2026-017', gross, { state: 'posted', endsAs: 'withdrawn' }), code: 'duplicate-exact', disposition: 'exception' },
  { rule: 'D9', what: 'a rejected one is shown only', other: candidate('INV-2026-017', gross, { state: 'rejected' }), code: 'earlier-attempt', disposition: 'needs-approval' },
];

describe('duplicates', () => {
  it.each(rows)('$rule: $what gives $code', ({ given, other, code, disposition }) => {
    const assessment = assessInvoice(facts({ ...ours(), ...given, duplicateCandidates: [other] }));
    expect(assessment.findings.map((finding) => finding.code)).toEqual(code ? [code] : []);
    expect(assessment.disposition).toBe(disposition);
    expect(assessment.duplicateOf).toBe(disposition === 'duplicate' ? other.caseId : undefined);
    if (disposition === 'duplicate') expect(assessment.reservationsToHold).toEqual([]);
  });

  it.each<[string, DuplicateCandidate, string[]]>([
    ['another document with the same placeholder', candidate('n/a', '5'), ['number-placeholder']],
    ['of the same day', candidate('N/A', '5', { issueDate: '2026-11-03' }), ['number-placeholder']],
    ['of the same amount', candidate('N/A', gross), ['duplicate-amount', 'number-placeholder']],
    ['withdrawn', candidate('N/A', '5', { state: 'withdrawn' }), ['number-placeholder']],
    ['that names the placeholder as its predecessor', candidate('77', gross, { preceding: ['N/A'] }), ['duplicate-amount', 'number-placeholder']],
  ])('D2: a placeholder is nobody\'s number, and a person looks: %s', (_what, other, codes) => {
    const assessment = assessInvoice(facts({ ...ours({ number: 'N/A' }), duplicateCandidates: [other] }));
    expect(assessment.findings.map(({ code }) => code).sort()).toEqual(codes);
    expect(assessment).toMatchObject({ disposition: 'exception' });
    expect(assessment.duplicateOf).toBeUndefined();
  });

  it('D2: nor does a document that names a placeholder as its predecessor name anybody', () => {
    const assessment = assessInvoice(facts({ ...ours({ references: { preceding: [{ number: 'n/a' }] } }), duplicateCandidates: [candidate('N/A', gross)] }));
    expect(assessment.findings.map(({ code }) => code)).toEqual(['duplicate-amount']);
  });

  it('D1: a policy may limit the exact key to the year', () => {
    const yearly = duplicatePolicySchema.parse({ ...policies().duplicates.content, exactScope: 'same-year' });
    const other = candidate('INV-2026-017', '5', { issueDate: '2025-11-03' });
    const assessment = assessInvoice(facts({ ...ours(), duplicateCandidates: [other], policies: policies({ duplicates: { version: 'yearly@test', content: yearly } }) }));
    expect(assessment.findings.map((finding) => finding.code)).toEqual(['duplicate-number-review']);
  });

  it('D5: a recurring schedule explains the same amount a month later', () => {
    const recurring = duplicatePolicySchema.parse({ ...policies().duplicates.content, recurring: [{ supplier: 'S1', everyDays: 30, toleranceDays: 2 }] });
    const with_ = (issueDate: string) => assessInvoice(facts({ ...ours(), duplicateCandidates: [candidate('77', gross, { issueDate })], policies: policies({ duplicates: { version: 'recurring@test', content: recurring } }) })).findings.length;
    expect(with_('2026-10-04')).toBe(0);
    expect(with_('2026-10-20')).toBe(1);
  });

  it('D10: the exact key needs two humans other than the submitter, and then is not raised again', () => {
    const staff = [...people, person('fred-admin', [['finance-manager']], { employeeId: 'E-fred' }), person('anna-admin', [['finance-manager']], { employeeId: 'E-anna' })];
    const given = { ...ours(), people: staff, submittedBy: 'anna', duplicateCandidates: [candidate('INV-2026-017', '5')] };
    const [finding] = assessInvoice(facts(given)).findings;
    const by = (...ids: string[]) => ids.map((id) => ({ findingCode: finding!.code, scope: finding!.scope, fingerprint: finding!.fingerprint, by: id, role: 'ap-lead', reason: 'another document', at: '2026-11-05T10:00:00.000Z' }));
    const after = (...ids: string[]) => assessInvoice(facts({ ...given, overrides: by(...ids) })).disposition;
    expect(after('fred')).toBe('duplicate');
    expect(after('fred', 'fred-admin')).toBe('duplicate');
    expect(after('fred', 'anna')).toBe('duplicate');
    expect(after('fred', 'anna-admin')).toBe('duplicate');
    expect(after('fred', 'cara')).toBe('needs-approval');
  });

  it('D10: what two persons have accepted stays so while the other document goes on to be posted and paid', () => {
    const as = (changes: Partial<DuplicateCandidate>) => ({ ...ours(), people, submittedBy: 'anna', duplicateCandidates: [candidate('INV-2026-017', '5', changes)] });
    const [finding] = assessInvoice(facts(as({ state: 'pending' }))).findings;
    expect(finding!.expected).toMatch(/, pending$/);
    const overrides = ['fred', 'cara'].map((by) => ({ findingCode: finding!.code, scope: finding!.scope, fingerprint: finding!.fingerprint, by, role: 'ap-lead', reason: 'another document', at: '2026-11-05T10:00:00.000Z' }));
    for (const state of ['pending', 'parked', 'posted', 'paid'] as const) expect(assessInvoice(facts({ ...as({ state }), overrides })).disposition, state).toBe('needs-approval');
    expect(assessInvoice(facts({ ...as({ gross: eur('6') }), overrides })).disposition, 'of another amount').toBe('duplicate');
    const earlier = overrides.map((override) => ({ ...override, fingerprint: override.fingerprint.replace(/^([^|]*\|[^|]*\|[^|]*)/, '$1, pending') }));
    expect(assessInvoice(facts({ ...as({ state: 'paid' }), overrides: earlier })).disposition, 'as it was recorded by earlier versions').toBe('needs-approval');
  });

  it('D1, D9: of two that it repeats, one about to end, it is the duplicate of the other', () => {
    const repeats = [candidate('INV-2026-017', '5', { caseId: 'case-a', state: 'pending', endsAs: 'rejected' }), candidate('INV-2026-017', '5', { caseId: 'case-b' })];
    expect(assessInvoice(facts({ ...ours(), duplicateCandidates: repeats }))).toMatchObject({ disposition: 'duplicate', duplicateOf: 'case-b' });
  });

  it('D1, D10: by policy an exact duplicate stands still, takes nothing, and goes on only with two consents', () => {
    const asking = policies({ duplicates: { version: 'asking@test', content: duplicatePolicySchema.parse({ ...policies().duplicates.content, onExact: 'ask' }) } });
    const given = { ...ours(), submittedBy: 'anna', duplicateCandidates: [candidate('INV-2026-017', '5')], policies: asking };
    const { disposition, reservationsToHold, posting, duplicateOf, findings } = assessInvoice(facts(given));
    expect({ disposition, reservationsToHold, posting, duplicateOf }).toEqual({ disposition: 'exception', reservationsToHold: [], posting: undefined, duplicateOf: undefined });
    const consent = (by: string) => ({ findingCode: findings[0]!.code, scope: findings[0]!.scope, fingerprint: findings[0]!.fingerprint, by, role: 'ap-lead', reason: 'another document', at: '2026-11-05T10:00:00.000Z' });
    expect(assessInvoice(facts({ ...given, overrides: [consent('fred')] })).disposition).toBe('exception');
    expect(assessInvoice(facts({ ...given, overrides: [consent('fred'), consent('cara')] })).disposition).toBe('needs-approval');
  });

  it('D8: original, credit note and negative invoice of one business case', () => {
    const refers = { references: { preceding: [{ number: '2018133' }] } };
    const seen = [candidate('2018133', '1190', { state: 'posted', open: eur('1190') })];
    const creditNote = assessInvoice(facts({ ...ours({ number: '2018140', class: 'credit-note', typeCode: '381', ...refers }), duplicateCandidates: seen }));
    const negative = { ...ours({ number: '2018140', ...refers }).invoice! };
    const negated = assessInvoice(facts({ invoice: negate(negative), duplicateCandidates: [...seen, candidate('2018140', '1190', { class: 'credit-note', typeCode: '381', preceding: ['2018133'], issueDate: '2026-11-03' })] }));
    expect(creditNote.findings).toEqual([]);
    expect(creditNote.credit).toEqual({ kind: 'goodwill', against: 'case-2018133', settlement: 'closes-both' });
    expect(negated.findings.filter((finding) => finding.rule.startsWith('D'))).toEqual([]);
  });

  it('an unknown supplier is compared by its own marks', () => {
    const stranger = ours({ seller: { name: 'Neue Firma GmbH', ids: [], vatId: 'DE999999999' } });
    const assessment = assessInvoice(facts({ ...stranger, supplierCandidates: [], duplicateCandidates: [candidate('INV-2026-017', '5', { supplierId: undefined, supplierGroup: undefined, sellerName: 'NEUE FIRMA gmbh' })] }));
    expect(assessment.findings.map((finding) => finding.code)).toContain('duplicate-exact');
    expect(assessInvoice(facts({ ...stranger, supplierCandidates: [supplier({ vatId: 'DE999999999', id: 'S5', group: 'G5', name: 'Neue Firma GmbH' })] })).supplierId).toBe('S5');
  });
});

function negate(document: Invoice): Invoice {
  return JSON.parse(JSON.stringify(document), (key, value: unknown) => (key === 'minor' && value !== '0' ? `-${String(value)}` : key === 'quantity' ? `-${String(value)}` : value)) as Invoice;
}
