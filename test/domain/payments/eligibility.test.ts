import { describe, expect, it } from 'vitest';
import type { Payable, PaymentHold } from '../../../domain/model/payment.ts';
import { paymentStates } from '../../../domain/rules/payments/bank-status.ts';
import { credit, eur, exclusions, foreignIban, ibans, payable, payee, payments, propose } from './scenario.ts';

const account = (changes: Partial<NonNullable<Payable['payee']['account']>>) => payee('S1', ibans[0], { account: { ...payee().account!, ...changes } });
const qrIban = 'CH4431999123000889012';
const qrReference = '21 00000 00003 13947 14300 09017';
const hold = (subject: PaymentHold['subject'], subjectId: string, entity = 'DE01'): PaymentHold => ({ id: `H-${subject}`, entity, subject, subjectId, reason: 'Disputed delivery.' });

describe('P1: what may be paid', () => {
  it('a posted, approved, open document to a verified account', () => {
    const proposal = propose([payable('a')]);
    expect(payments(proposal)).toEqual(['100000 EUR for a']);
    expect(proposal.excluded).toEqual([]);
    expect(proposal.items[0]?.explanation.map(({ rule }) => rule)).toEqual(['P2', 'P3', 'P5']);
  });

  it.each<[string, Partial<Payable>, string, string]>([
    ['not posted', { postedAs: undefined }, 'not-posted', 'P1'],
    ['not approved', { approved: false }, 'not-approved', 'P1'],
    ['cleared in the ERP', { inErp: { state: 'cleared' } }, 'cleared-in-erp', 'P1'],
    ['open for less in the ERP', { inErp: { state: 'open', open: eur('300'), paymentBlocked: false } }, 'differs-in-erp', 'P1'],
    ['open in another currency in the ERP', { inErp: { state: 'open', open: { currency: 'USD', minor: '100000' }, paymentBlocked: false } }, 'differs-in-erp', 'P1'],
    ['blocked in the ERP alone', { inErp: { state: 'open', open: eur('1000'), paymentBlocked: true } }, 'blocked-in-erp', 'P1'],
    ['blocked in the ERP and here', { blocked: true, inErp: { state: 'open', open: eur('1000'), paymentBlocked: true } }, 'blocked', 'P1'],
    ['open in the ERP for nobody knows how much', { inErp: { state: 'unreadable' } }, 'unreadable-in-erp', 'P1'],
    ['blocked', { blocked: true }, 'blocked', 'P1'],
    ['of another company', { entity: 'US01' }, 'other-company', 'P1'],
    ['supplier blocked', { payee: payee('S1', ibans[0], { status: 'blocked' }) }, 'supplier-blocked', 'P1'],
    ['supplier inactive', { payee: payee('S1', ibans[0], { status: 'inactive' }) }, 'supplier-inactive', 'P1'],
    ['no account', { payee: { supplierId: 'S1', name: 'S', country: 'DE', status: 'active' } }, 'account-missing', 'P1'],
    ['account unverified', { payee: account({ status: 'unverified' }) }, 'account-unverified', 'P1'],
    ['account on hold', { payee: account({ status: 'on-hold' }) }, 'account-on-hold', 'P1'],
    ['account closed', { payee: account({ status: 'closed' }) }, 'account-closed', 'P1'],
    ['wrong check digits', { payee: account({ iban: 'DE88370400440532013000' }) }, 'iban-invalid', 'P1'],
    ['neither IBAN nor number', { payee: account({ iban: undefined }) }, 'account-number-missing', 'P1'],
    ['wrong routing number', { payee: account({ iban: undefined, account: '123', routingNumber: '021000022' }) }, 'routing-number-invalid', 'P1'],
    ['a direct debit', { meansCode: '59' }, 'other-means', 'P1'],
    ['a card payment', { meansCode: '48' }, 'other-means', 'P1'],
    ['a creditor reference that cannot be', { remittance: 'RF19 GAX8 WS5J' }, 'reference-invalid', 'P1'],
    ['a QR reference with a wrong check digit', { remittance: '21 00000 00003 13947 14300 09018', payee: account({ iban: qrIban }) }, 'reference-invalid', 'P1'],
    ['an account for QR references without one', { payee: account({ iban: qrIban }) }, 'reference-invalid', 'P1'],
    ['a QR reference to another account', { remittance: qrReference }, 'reference-invalid', 'P1'],
    ['prepaid in full (zero payable)', { open: eur('0'), gross: eur('246.57') }, 'nothing-to-pay', 'P1'],
    ['over-prepaid: 804.86 less 1030', { open: eur('-225.14'), gross: eur('804.86') }, 'nothing-to-pay', 'P1'],
    ['a currency that ISO 4217 does not know', { open: { currency: 'XYZ', minor: '100' }, gross: { currency: 'XYZ', minor: '100' } }, 'currency-unknown', 'P11'],
    ['a currency without a rate', { open: { currency: 'USD', minor: '100' } }, 'rate-missing', 'P11'],
    ['an account that no method reaches', { payee: account({ iban: foreignIban }) }, 'no-method', 'P5'],
  ])('not: %s', (_, changes, code, rule) => {
    const proposal = propose([payable('a', changes)]);
    expect(proposal.instructions).toEqual([]);
    expect(proposal.items).toEqual([]);
    expect(proposal.excluded.map((one) => [one.code, one.rule])).toEqual([[code, rule]]);
    expect(proposal.excluded[0]?.message).toMatch(/^[A-Z].{15,}\.$/);
  });

  it.each<[string, PaymentHold, string | undefined]>([
    ['the document', hold('item', 'a'), 'hold-item'],
    ['the supplier', hold('supplier', 'S1'), 'hold-supplier'],
    ['the account', hold('bank-account', 'F1/F1-A'), 'hold-account'],
    ['the payee', hold('supplier', 'F1'), 'hold-payee'],
    ['the company', hold('entity', 'DE01'), 'hold-entity'],
    ['another document', hold('item', 'b'), undefined],
    ['an account of another supplier with that id', hold('bank-account', 'S2/F1-A'), undefined],
    ['another company', hold('supplier', 'S1', 'US01'), undefined],
  ])('on hold: %s', (_, one, code) => {
    const proposal = propose([payable('a', { payee: payee('F1') })], { holds: [one] });
    expect(exclusions(proposal)).toEqual(code === undefined ? [] : [`a: ${code}`]);
    if (code !== undefined) expect(proposal.excluded[0]?.message).toContain('on hold: Disputed delivery.');
  });

  it('two holds of one subject are one reason', () => {
    const proposal = propose([payable('a')], { holds: [{ ...hold('item', 'a'), id: 'H2', reason: 'Quality' }, hold('item', 'a')] });
    expect(proposal.excluded.map(({ message }) => message)).toEqual(['The document is on hold: Disputed delivery; Quality.']);
  });

  it('every reason is told, not only the first', () => {
    const proposal = propose([payable('a', { approved: false, blocked: true, payee: account({ status: 'unverified', changedOn: '2026-06-01' }) })]);
    expect(exclusions(proposal)).toEqual(['a: not-approved', 'a: blocked', 'a: account-unverified', 'a: account-changed']);
  });

  it('what the ERP holds otherwise is told with both amounts, and the block beside it', () => {
    const { excluded } = propose([payable('a', { inErp: { state: 'open', open: eur('300'), paymentBlocked: true } })]);
    expect(excluded.map(({ code, message }) => `${code}: ${message}`)).toEqual([
      'differs-in-erp: The document is open for 1000.00 EUR here and for 300.00 EUR in the ERP.',
      'blocked-in-erp: The ERP holds the document as blocked for payment; lift the block there.',
    ]);
  });

  it('held in the ERP as here, it is paid', () => expect(exclusions(propose([payable('a', { inErp: { state: 'open', open: eur('1000'), paymentBlocked: false } })]))).toEqual([]));

  it.each(paymentStates.map((state) => [state, !['rejected', 'returned', 'removed'].includes(state)] as const))('in a run where it is %s: held %s', (state, isHeld) => {
    const proposal = propose([payable('a', { inRun: { runId: 'R7', state } })]);
    expect(exclusions(proposal)).toEqual(isHeld ? ['a: in-other-run'] : []);
  });

  it('a state that nobody knows holds', () => expect(exclusions(propose([payable('a', { inRun: { runId: 'R7', state: 'lost' } })]))).toEqual(['a: in-other-run']));

  it('the same document told twice is paid once, and not at all where the two differ', () => {
    expect(payments(propose([payable('a'), payable('a')]))).toEqual(['100000 EUR for a']);
    expect(exclusions(propose([payable('a'), payable('a', { open: eur('10') })]))).toEqual(['a: told-twice']);
  });

  it('a QR reference to an account for it is paid, and a credit needs none', () => {
    const swiss = { payee: account({ iban: qrIban }) };
    expect(payments(propose([payable('a', { ...swiss, remittance: qrReference }), credit('c', '1', swiss)]))).toEqual(['99900 EUR for a+c']);
  });

  it('a credit without an account, and a credit transfer by its means code, are fine', () => {
    expect(exclusions(propose([payable('a', { meansCode: '58' }), credit('c', '1', { payee: payee('S1', undefined, { name: 'S' }) })]))).toEqual([]);
  });
});

describe('P9: a new or changed account waits', () => {
  it.each([
    // Three days on which T2 settles; 2 June 2026 is a Tuesday.
    ['2026-05-28', undefined],
    ['2026-05-29', '2026-06-03'],
    ['2026-05-30', '2026-06-03'],
    ['2026-06-02', '2026-06-05'],
    ['2026-06-10', '2026-06-15'],
  ])('changed on %s: until %s', (changedOn, until) => {
    const { excluded } = propose([payable('a', { payee: account({ changedOn }) })]);
    expect(excluded.map((one) => [one.code, one.rule, one.until])).toEqual(until === undefined ? [] : [['account-changed', 'P9', until]]);
  });

  it('Easter is no time to wait in, because T2 is closed', () => {
    const { excluded } = propose([payable('a', { payee: account({ changedOn: '2026-04-01' }) })], { today: '2026-04-07', runDate: '2026-04-07', nextRunDate: '2026-07-01' });
    expect(excluded[0]?.until).toBe('2026-04-08');
  });

  const known = [{ supplierId: 'S1', account: ibans[1]! }];
  it.each([
    ['an account that was paid before', { paidTo: [...known, { supplierId: 'S1', account: ibans[0]! }] }, {}, []],
    ['the first account of a supplier, which the ERP has verified', { paidTo: [{ supplierId: 'S2', account: ibans[1]! }] }, {}, []],
    ['another account than before', { paidTo: known }, {}, ['a: account-unconfirmed']],
    ['another account that a person has confirmed', { paidTo: known, confirmedAccounts: ['S1/S1-A@1'] }, {}, []],
    ['another version than the confirmed one', { paidTo: known, confirmedAccounts: ['S1/S1-A@1'] }, { version: 2 }, ['a: account-unconfirmed']],
    ['the confirmed account of another supplier', { paidTo: known, confirmedAccounts: ['S2/S1-A@1'] }, {}, ['a: account-unconfirmed']],
  ])('(b) %s', (_, facts, changes, expected) => expect(exclusions(propose([payable('a', { payee: account(changes) })], facts))).toEqual(expected));

  it.each([
    ['Supplier S1', 'match'],
    ['SUPPLIER S1 GmbH', 'match'],
    ['Suplier S1', 'close match'],
    ['Someone Else Ltd', 'no match'],
  ])('(c) the holder %s is a %s', (holder, result) => expect(propose([payable('a', { payee: account({ holder }) })], { paidTo: known }).excluded[0]?.message).toContain(`Name check of the holder: ${result}.`));

  it('a credit follows the payment that it is offset with, whatever account it names', () => expect(exclusions(propose([payable('a', { payee: payee('S1', ibans[1]) }), credit('c', '10')], { paidTo: known }))).toEqual(['c: credit-carried-forward']));

  it('a policy without cooling-off pays on the day', () => expect(exclusions(propose([payable('a', { payee: account({ changedOn: '2026-06-02' }) })], { policy: { coolingOffBusinessDays: 0 } }))).toEqual([]));
});
