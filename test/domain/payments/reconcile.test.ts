import { describe, expect, it } from 'vitest';
import { differenceOwners } from '../../../domain/rules/payments/differences.ts';
import { differenceFromErp, opensAgain, reconcilePayments, type BankLine, type LedgerPayment, type ReconciliationFacts } from '../../../domain/rules/payments/reconcile.ts';
import { eur } from './scenario.ts';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

const people = parse(readFileSync(fileURLToPath(new URL('../../../policies/people/sandbox.yaml', import.meta.url)), 'utf8')) as { people: { roles: { role: string }[] }[] };

const usd = (amount: string) => ({ ...eur(amount), currency: 'USD' });
const paid = (changes: Partial<LedgerPayment> = {}): LedgerPayment => ({ endToEndId: 'E1', amount: eur('10'), state: 'confirmed', executionDate: '2026-06-02', items: [{ caseId: 'a', revision: 1 }], confirmedBy: 'I1', ...changes });
const entry = (amount: string, changes: Partial<BankLine> = {}): BankLine => ({ identity: 'I1', amount: eur(amount), bookedOn: '2026-06-02', endToEndIds: ['E1'], ...changes });
const undated = (amount: string, changes: Partial<BankLine>): BankLine => {
  const { bookedOn: _day, ...line } = entry(amount, changes);
  return line;
};
const world = (changes: Partial<ReconciliationFacts> = {}): ReconciliationFacts => ({ asOf: '2026-06-03', system: 't2', silenceBusinessDays: 1, bank: [entry('-10')], payments: [paid()], documents: [{ caseId: 'a', open: eur('10') }], erp: [], ...changes });
const { confirmedBy: _, ...unconfirmed } = paid({ state: 'sent' });
const openBoth = { documents: [{ caseId: 'a', open: eur('10') }], erp: [{ caseId: 'a', open: eur('10') }] };

describe('bank, payments and ERP agree or somebody owns the difference', () => {
  it.each<[string, Partial<ReconciliationFacts>, string[]]>([
    ['all agree', {}, []],
    ['nothing at all', { bank: [], payments: [], documents: [] }, []],
    ['a debit that nobody ordered', { bank: [entry('-10'), entry('-7', { identity: 'I2', endToEndIds: [] })] }, ['debit-unexplained I2']],
    ['a debit that another process explains', { bank: [entry('-10'), entry('-7', { identity: 'I2', explainedBy: 'bank-fees' })] }, []],
    ['a customer’s credit', { bank: [entry('-10'), entry('7', { identity: 'I2', endToEndIds: ['X'] })] }, []],
    ['a credit with the id of ours', { bank: [entry('-10'), entry('10', { identity: 'I2' })] }, ['credit-unexplained I2']],
    ['a return of a payment that nobody knows, yesterday', { bank: [entry('-10'), entry('10', { identity: 'I2', endToEndIds: ['X'], waits: true })] }, []],
    ['a return of a payment that nobody knows, for longer', { asOf: '2026-06-04', bank: [entry('-10'), entry('10', { identity: 'I2', endToEndIds: ['X'], waits: true })] }, ['credit-unexplained I2']],
    ['a return without any id, for longer', { asOf: '2026-06-04', bank: [entry('-10'), entry('10', { identity: 'I2', endToEndIds: [], waits: true })] }, ['credit-unexplained I2']],
    ['a return without a day', { bank: [entry('-10'), undated('10', { identity: 'I2', endToEndIds: ['X'], waits: true })] }, ['credit-unexplained I2']],
    ['a return over Easter: T2 is closed', { asOf: '2026-04-07', bank: [entry('-10'), entry('10', { identity: 'I2', bookedOn: '2026-04-02', endToEndIds: ['X'], waits: true })] }, []],
    ['a return of ours whose debit is not in', { payments: [unconfirmed], ...openBoth, bank: [entry('10', { identity: 'I2', waits: true })] }, ['credit-unexplained I2']],
    ['one of the returns in an entry waits on', { asOf: '2026-06-04', bank: [entry('-10'), entry('20', { identity: 'I2', endToEndIds: ['E1', 'X'], waits: true })], payments: [paid({ state: 'returned', returnedBy: 'I2' })], ...openBoth }, ['confirmation-differs I2']],
    ['a return that is held as one', { bank: [entry('-10'), entry('10', { identity: 'I2' })], payments: [paid({ state: 'returned', returnedBy: 'I2' })], ...openBoth }, []],
    ['a confirmation whose entry is gone', { bank: [] }, ['confirmation-without-entry E1']],
    ['a return whose entry is gone', { payments: [paid({ state: 'returned', returnedBy: 'I2' })], ...openBoth }, ['confirmation-without-entry E1']],
    ['an amount that was changed after the confirmation', { payments: [paid({ amount: eur('11') })] }, ['confirmation-differs I1']],
    ['a batch entry over two payments', { bank: [entry('-30')], payments: [paid(), paid({ endToEndId: 'E2', amount: eur('20'), items: [{ caseId: 'b', revision: 1 }] })] }, []],
    ['a batch entry that holds more than its payments', { bank: [entry('-31')], payments: [paid(), paid({ endToEndId: 'E2', amount: eur('20'), items: [] })] }, ['confirmation-differs I1']],
    ['sent yesterday', { bank: [], payments: [unconfirmed], ...openBoth }, []],
    ['sent and silent for longer', { asOf: '2026-06-04', bank: [], payments: [unconfirmed], ...openBoth }, ['debit-missing E1']],
    ['silent over Easter: T2 is closed', { asOf: '2026-04-07', bank: [], payments: [{ ...unconfirmed, executionDate: '2026-04-02' }], ...openBoth }, []],
    ['silent after Easter', { asOf: '2026-04-08', bank: [], payments: [{ ...unconfirmed, executionDate: '2026-04-02' }], ...openBoth }, ['debit-missing E1']],
    ['nobody knows whether it was sent', { asOf: '2026-06-05', bank: [], payments: [{ ...unconfirmed, state: 'unknown' }], ...openBoth }, ['outcome-unknown E1']],
    ['approved and not sent', { asOf: '2026-06-05', bank: [], payments: [{ ...unconfirmed, state: 'approved' }], ...openBoth }, []],
    ['paid, and open in the ERP', { erp: [{ caseId: 'a', open: eur('10') }] }, ['erp-still-open a']],
    ['paid, open in the ERP, and we are about to book it', { payments: [paid({ isBooking: true })], erp: [{ caseId: 'a', open: eur('10') }] }, []],
    ['paid, partly cleared in the ERP, and our booking has its own case', { payments: [paid({ isBooking: true })], erp: [{ caseId: 'a', open: eur('3') }] }, []],
    ['another payment of the document is about to be booked, and this one is', { payments: [paid({ items: [{ caseId: 'a', revision: 2 }] }), paid({ endToEndId: 'E0', isBooking: true, confirmedBy: 'I0' })], bank: [entry('-10'), entry('-10', { identity: 'I0', endToEndIds: ['E0'] })], erp: [{ caseId: 'a', open: eur('10') }] }, ['erp-still-open a']],
    ['not to be read in the ERP', { bank: [], payments: [], documents: openBoth.documents, erpUnreadable: ['a'] }, ['erp-unreadable a']],
    ['paid, and not to be read in the ERP', { erpUnreadable: ['a'] }, ['erp-unreadable a']],
    ['a document of somebody else that is not to be read', { ...openBoth, bank: [], payments: [], erpUnreadable: ['z'] }, []],
    ['not paid, and cleared in the ERP', { bank: [], payments: [unconfirmed] }, ['erp-cleared-unpaid a']],
    ['never paid, and cleared in the ERP', { bank: [], payments: [] }, ['erp-cleared-unpaid a']],
    ['returned, and still cleared in the ERP', { bank: [entry('-10'), entry('10', { identity: 'I2' })], payments: [paid({ state: 'returned', returnedBy: 'I2' })] }, ['erp-cleared-unpaid a']],
    ['rejected, and open in the ERP', { bank: [], payments: [{ ...unconfirmed, state: 'rejected' }], ...openBoth }, []],
    ['other amounts', { bank: [], payments: [], documents: openBoth.documents, erp: [{ caseId: 'a', open: eur('9') }] }, ['erp-open-differs a']],
    ['prepaid too far', { bank: [], payments: [], documents: [{ caseId: 'a', open: eur('-225.14'), overPrepaid: true }], erp: [{ caseId: 'a', open: eur('-225.14') }] }, ['erp-over-prepaid a']],
    ['prepaid too far, and cleared in the ERP', { bank: [], payments: [], documents: [{ caseId: 'a', open: eur('-225.14'), overPrepaid: true }] }, []],
    ['prepaid too far, and another rest in the ERP', { bank: [], payments: [], documents: [{ caseId: 'a', open: eur('-225.14'), overPrepaid: true }], erp: [{ caseId: 'a', open: eur('-25.14') }] }, ['erp-open-differs a']],
    ['a credit that waits to be offset', { bank: [], payments: [], documents: [{ caseId: 'a', open: eur('-225.14') }], erp: [{ caseId: 'a', open: eur('-225.14') }] }, []],
    ['other currencies', { bank: [], payments: [], documents: openBoth.documents, erp: [{ caseId: 'a', open: { currency: 'USD', minor: '1000' } }] }, ['erp-open-differs a']],
    ['another document under the key of a posting', { ...openBoth, bank: [], payments: [], erpFurther: [{ caseId: 'a', documentNumber: '5100000002', open: eur('10') }] }, ['erp-posted-twice a']],
    ['rejected, then paid at the next revision', { payments: [{ ...unconfirmed, state: 'rejected', endToEndId: 'E0' }, paid({ items: [{ caseId: 'a', revision: 2 }] })] }, []],
    ['taken out of an older run, then paid', { payments: [{ ...unconfirmed, state: 'removed', endToEndId: 'E0' }, paid()] }, []],
    ['paid, and taken out of an older run', { payments: [paid(), { ...unconfirmed, state: 'removed', endToEndId: 'E0' }] }, []],
    ['booked in another currency, as ordered', { bank: [entry('-9.20', { instructed: [usd('-10')] })], payments: [paid({ amount: usd('10') })] }, []],
    ['booked in another currency, and nobody knows what was ordered', { bank: [entry('-10')], payments: [paid({ amount: usd('10') })] }, ['confirmation-differs I1']],
    ['booked in another currency, and another amount was ordered', { bank: [entry('-9.20', { instructed: [usd('-11')] })], payments: [paid({ amount: usd('10') })] }, ['confirmation-differs I1']],
    ['booked in the currency of the payment, whatever was ordered', { bank: [entry('-10', { instructed: [usd('-11')] })] }, []],
    ['two currencies in one entry', { bank: [entry('-19.20', { instructed: [eur('-10'), usd('-10')] })], payments: [paid(), paid({ endToEndId: 'E2', amount: usd('10'), items: [] })] }, []],
    ['two currencies, one of them not ordered', { bank: [entry('-19.20', { instructed: [eur('-19.20')] })], payments: [paid(), paid({ endToEndId: 'E2', amount: usd('10'), items: [] })] }, ['confirmation-differs I1']],
    ['a whole batch that is taken back and held as paid', { bank: [entry('-10'), entry('10', { identity: 'I2', endToEndIds: [], takesBack: true })] }, ['credit-unexplained I2']],
    ['a whole batch that is taken back and held as returned', { bank: [entry('-10'), entry('10', { identity: 'I2', endToEndIds: [], takesBack: true })], payments: [paid({ state: 'returned', returnedBy: 'I2' })], ...openBoth }, []],
  ])('%s', (_name, changes, expected) => expect(reconcilePayments(world(changes)).map(({ code, subject }) => `${code} ${subject}`)).toEqual(expected));

  it.each<[string, Parameters<typeof opensAgain>[0], boolean]>([
    ['gone by itself', { state: 'resolved', title: 'Open for 10.', resolvedBy: 'system:reconciliation' }, true],
    ['ended with its document', { state: 'cancelled', title: 'Open for 10.', resolvedBy: 'system:process' }, true],
    ['accepted by a person', { state: 'resolved', title: 'Open for 10.', resolvedBy: 'lars.thoma' }, false],
    ['accepted by a person while it was another', { state: 'resolved', title: 'Open for 9.', resolvedBy: 'lars.thoma' }, true],
  ])('found again after it had %s', (_name, closed, expected) => expect(opensAgain(closed, { code: 'erp-still-open', message: 'Open for 10.' })).toBe(expected));

  it.each(['erp-over-prepaid', 'erp-open-differs', 'erp-cleared-unpaid', 'erp-unreadable', 'erp-blocked'] as const)('%s keeps a document from being paid or means money owed: it is asked for again as long as the ERP holds it so, whoever has closed the case', (code) =>
    expect(opensAgain({ state: 'resolved', title: 'Open for 10.', resolvedBy: 'anna.berg' }, { code, message: 'Open for 10.' })).toBe(true));

  it.each<[string, Parameters<typeof differenceFromErp>[1], Partial<ReconciliationFacts>]>([
    ['cleared', { state: 'cleared' }, {}],
    ['for another amount', { state: 'open', open: eur('3'), paymentBlocked: false }, { erp: [{ caseId: 'a', open: eur('3') }] }],
    ['unreadable', { state: 'unreadable' }, { erpUnreadable: ['a'] }],
    ['as here, and blocked', { state: 'open', open: eur('10'), paymentBlocked: true }, { erp: [{ caseId: 'a', open: eur('10'), blocked: true }] }],
    ['for another amount, and blocked', { state: 'open', open: eur('3'), paymentBlocked: true }, { erp: [{ caseId: 'a', open: eur('3'), blocked: true }] }],
  ])('held by the ERP %s: a proposal finds the very difference that the comparison finds', (_name, inErp, changes) =>
    expect([differenceFromErp({ caseId: 'a', open: eur('10'), blocked: false }, inErp) ?? []].flat()).toEqual(reconcilePayments(world({ bank: [], payments: [], documents: [{ caseId: 'a', open: eur('10'), blocked: false }], ...changes }))));

  it.each<[string, boolean | undefined, boolean, string[]]>([
    ['there alone', false, true, ['erp-blocked a']],
    ['here, too', true, true, []],
    ['here alone', true, false, []],
    ['there, while a payment is under way', undefined, true, []],
  ])('a document that is blocked %s', (_name, here, there, expected) =>
    expect(reconcilePayments(world({ bank: [], payments: [], documents: [{ caseId: 'a', open: eur('10'), ...(here === undefined ? {} : { blocked: here }) }], erp: [{ caseId: 'a', open: eur('10'), blocked: there }] })).map(({ code, subject }) => `${code} ${subject}`)).toEqual(expected));

  it('every difference says what is wrong, who settles it and how', () => {
    for (const difference of reconcilePayments(world({ bank: [entry('-7', { identity: 'I2', endToEndIds: [] })], erp: [{ caseId: 'a', open: eur('10') }] }))) {
      expect(difference.message).toMatch(/^[A-Z].{20,}\.$/);
      expect(difference.suggestion).toMatch(/\.$/);
    }
  });

  it('the owners are roles that people have', () => {
    const roles = new Set(people.people.flatMap(({ roles: held }) => held.map(({ role }) => role)));
    expect(Object.values(differenceOwners).map(({ ownerRole }) => ownerRole).filter((role) => !roles.has(role))).toEqual([]);
  });

  it('does not depend on any order', () => {
    const facts = world({ bank: [entry('-10'), entry('-7', { identity: 'I2' }), entry('-8', { identity: 'I3' })], erp: [{ caseId: 'a', open: eur('1') }] });
    expect(reconcilePayments({ ...facts, bank: [...facts.bank].reverse() })).toEqual(reconcilePayments(facts));
  });
});
