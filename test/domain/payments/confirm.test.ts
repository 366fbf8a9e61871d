import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EntryDetail, StatementEntry } from '../../../domain/model/bank-statement.ts';
import type { PaymentState } from '../../../domain/rules/payments/bank-status.ts';
import { matchConfirmations, matchReturns, type BookedEntry, type MatchResult, type OutstandingPayment } from '../../../domain/rules/payments/confirm.ts';

const eur = (minor: number) => ({ currency: 'EUR', minor: String(minor) });
const sent = (endToEndId: string, minor = 1000, changes: Partial<OutstandingPayment> = {}): OutstandingPayment => ({ endToEndId, paymentInformationId: 'B1', amount: eur(minor), state: 'sent', ...changes });
const line = (minor: number, changes: Partial<StatementEntry> = {}): StatementEntry => ({ amount: eur(minor), status: 'booked', bookingDate: '2026-06-03', references: {}, text: '', ...changes });
const quoted = (endToEndId: string, minor: number, changes: Partial<StatementEntry> = {}): StatementEntry => line(minor, { endToEndId, ...changes });
const part = (endToEndId: string | undefined, minor: number | undefined): EntryDetail => ({ ...(endToEndId ? { endToEndId } : {}), ...(minor === undefined ? {} : { amount: eur(minor) }), references: {}, text: '' });
const booked = (...entries: StatementEntry[]): BookedEntry[] => entries.map((entry, at) => ({ identity: `I${at + 1}`, entry }));

/** One short text for each outcome. */
function told({ confirmed, returned, cases, unmatched, repeated }: MatchResult): string[] {
  return [
    ...confirmed.map(({ endToEndId, identity, by, state }) => `${endToEndId} ${state} by ${by} ${identity}`),
    ...returned.map(({ endToEndId, identity, reasonCode }) => `${endToEndId} returned by ${identity ?? 'message'} (${reasonCode})`),
    ...cases.map(({ code, identity, endToEndId }) => `case ${code} ${identity}${endToEndId ? ` ${endToEndId}` : ''}`),
    ...unmatched.map(({ reason, identity, detail }) => `${reason} ${identity}${detail ? `/${detail}` : ''}`),
    ...repeated.map((identity) => `again ${identity}`),
  ];
}
const match = (entries: StatementEntry[], outstanding: OutstandingPayment[]) => told(matchConfirmations(booked(...entries), outstanding));

describe('P8: a booked debit confirms', () => {
  it.each<[string, StatementEntry[], OutstandingPayment[], string[]]>([
    ['with end-to-end id and amount', [quoted('E1', -1000)], [sent('E1')], ['E1 confirmed by entry I1']],
    ['one cent less', [quoted('E1', -999)], [sent('E1')], ['case amount-differs I1 E1']],
    ['in another currency', [quoted('E1', -1000, { amount: { currency: 'USD', minor: '-1000' } })], [sent('E1')], ['case amount-differs I1 E1']],
    ['with an unknown id', [quoted('E9', -1000)], [sent('E1')], ['unknown-end-to-end-id I1']],
    ['without an id, though the amount fits', [line(-1000)], [sent('E1')], ['no-reference I1']],
    ['that is pending', [quoted('E1', -1000, { status: 'pending' })], [sent('E1')], ['not-booked I1']],
    ['that only informs', [quoted('E1', -1000, { status: 'information' })], [sent('E1')], ['not-booked I1']],
    ['by the trace number of a format without room for the id', [line(-1000, { references: { trace: '091000010000001' } })], [sent('E1', 1000, { aliases: ['091000010000001'] })], ['E1 confirmed by entry I1']],
    ['an id beats a trace number', [quoted('E9', -1000, { references: { trace: 'T1' } })], [sent('E1', 1000, { aliases: ['T1'] })], ['unknown-end-to-end-id I1']],
  ])('%s', (_, entries, outstanding, expected) => expect(match(entries, outstanding)).toEqual(expected));

  it.each<[PaymentState, string[]]>([
    ['filed', ['E1 confirmed by entry I1']],
    ['unknown', ['E1 confirmed by entry I1']],
    ['in-process', ['E1 confirmed by entry I1']],
    ['settled-at-bank', ['E1 confirmed by entry I1']],
    ['rejected', ['case rejected-but-paid I1 E1']],
    ['approved', ['case paid-without-release I1 E1']],
    ['removed', ['case paid-without-release I1 E1']],
    ['confirmed', ['case paid-twice I1 E1']],
    ['returned', ['E1 returned by entry I1']],
  ])('while it is %s', (state, expected) => expect(match([quoted('E1', -1000)], [sent('E1', 1000, { state })])).toEqual(expected));

  it('the same entry again has no effect, in the call and later', () => {
    const entry = { identity: 'X', entry: quoted('E1', -1000) };
    expect(told(matchConfirmations([entry, entry], [sent('E1')]))).toEqual(['E1 confirmed by entry X', 'again X']);
    expect(told(matchConfirmations([entry], [sent('E1', 1000, { state: 'confirmed', confirmedBy: 'X' })]))).toEqual(['again X']);
    expect(told(matchConfirmations([entry], [sent('E1', 1000, { state: 'returned', confirmedBy: 'X', returnedBy: 'Y' })]))).toEqual(['again X']);
  });

  it('another entry for the same payment is a second debit', () => {
    expect(match([quoted('E1', -1000), quoted('E1', -1000)], [sent('E1')])).toEqual(['E1 confirmed by entry I1', 'case paid-twice I2 E1']);
    expect(match([quoted('E1', -1000)], [sent('E1', 1000, { state: 'confirmed', confirmedBy: 'X' })])).toEqual(['case paid-twice I1 E1']);
  });

  it.each([[[sent('E1', 1000, { state: 'removed' }), sent('E1')]], [[sent('E1'), sent('E1', 1000, { state: 'removed' })]]])('what was taken out of one run does not hide the same payment of another', (outstanding) => {
    expect(match([quoted('E1', -1000)], outstanding)).toEqual(['E1 confirmed by entry I1']);
  });

  it('a second debit with another amount is a case too', () => expect(match([quoted('E1', -5)], [sent('E1', 1000, { state: 'confirmed', confirmedBy: 'X' })])).toEqual(['case amount-differs I1 E1']));
});

describe('P8: what a debit that confirms nothing keeps from being paid', () => {
  const held = (entries: StatementEntry[], outstanding: OutstandingPayment[]) => matchConfirmations(booked(...entries), outstanding).cases.map(({ code, hold = [] }) => [code, ...hold].join(' '));
  const batch = (minor: number, transactions: number) => line(minor, { references: { paymentInformation: 'B1' }, transactions });

  it.each<[string, StatementEntry[], OutstandingPayment[], string[]]>([
    ['of a rejected payment', [quoted('E1', -1000)], [sent('E1', 1000, { state: 'rejected' })], ['rejected-but-paid E1']],
    ['of a payment that nobody released', [quoted('E1', -1000)], [sent('E1', 1000, { state: 'approved' })], ['paid-without-release E1']],
    ['a second time', [quoted('E1', -1000)], [sent('E1', 1000, { state: 'returned', confirmedBy: 'X' })], ['paid-twice E1']],
    ['over another amount', [quoted('E1', -999)], [sent('E1', 1000, { state: 'rejected' })], ['amount-differs E1']],
    ['of a batch whose number counts the rejected one', [batch(-1000, 2)], [sent('E1', 400), sent('E2', 600, { state: 'rejected' })], ['batch-unexplained E2']],
    ['of a batch that nothing of was rejected', [batch(-1001, 2)], [sent('E1', 400), sent('E2', 600)], ['batch-unexplained']],
    ['with parts that do not add up', [line(-1001, { details: [part('E1', -400), part('E2', -600)] })], [sent('E1', 400), sent('E2', 600, { state: 'rejected' })], ['details-differ E2']],
    ['and a credit that differs holds nothing', [quoted('E1', 900)], [sent('E1', 1000, { state: 'confirmed', confirmedBy: 'X' })], ['return-amount-differs']],
  ])('%s', (_, entries, outstanding, expected) => expect(held(entries, outstanding)).toEqual(expected));
});

describe('P8, SI-9: batch entries', () => {
  const batch = (minor: number, details: EntryDetail[] | undefined, transactions?: number, id = 'B1') => line(minor, { references: { paymentInformation: id }, ...(details ? { details } : {}), ...(transactions === undefined ? {} : { transactions }) });
  const two = [sent('E1', 400), sent('E2', 600)];

  it.each<[string, StatementEntry, string[]]>([
    ['with its payments', batch(-1000, [part('E1', -400), part('E2', -600)]), ['E1 confirmed by detail I1', 'E2 confirmed by detail I1']],
    ['with one amount exchanged', batch(-1000, [part('E1', -600), part('E2', -400)]), ['case amount-differs I1 E1', 'case amount-differs I1 E2']],
    ['with payments that do not add up', batch(-1001, [part('E1', -400), part('E2', -600)]), ['case details-differ I1']],
    ['with a stranger among them', batch(-1000, [part('E1', -400), part('E9', -600)]), ['E1 confirmed by detail I1', 'unknown-end-to-end-id I1/2']],
    ['that names one payment twice', batch(-800, [part('E1', -400), part('E1', -400)]), ['E1 confirmed by detail I1', 'case paid-twice I1 E1']],
    ['with payments without amounts', batch(-1000, [part('E1', undefined), part('E2', undefined)]), ['E1 confirmed by batch I1', 'E2 confirmed by batch I1']],
    ['with payments without amounts that are less', batch(-999, [part('E1', undefined), part('E2', undefined)]), ['case batch-unexplained I1']],
    ['with payments without amounts and a stranger', batch(-1000, [part('E1', undefined), part('E9', undefined)]), ['case batch-unexplained I1']],
    ['without payments: id, number and sum', batch(-1000, undefined, 2), ['E1 confirmed by batch I1', 'E2 confirmed by batch I1']],
    ['without payments and number', batch(-1000, undefined), ['case batch-unexplained I1']],
    ['with another number', batch(-1000, undefined, 3), ['case batch-unexplained I1']],
    ['with another sum', batch(-999, undefined, 2), ['case batch-unexplained I1']],
    ['with another id', batch(-1000, undefined, 2, 'B2'), ['no-reference I1']],
    ['in another currency', { ...batch(-1000, undefined, 2), amount: { currency: 'USD', minor: '-1000' } }, ['case batch-unexplained I1']],
    ['of payments that are not ours', batch(-50, [part('X1', -20), part(undefined, -30)], 2, 'B7'), ['unknown-end-to-end-id I1/1', 'no-reference I1/2']],
  ])('%s', (_, entry, expected) => expect(match([entry], two)).toEqual(expected));

  it('a payment that was rejected or taken out is not in the batch', () => {
    expect(match([batch(-1000, undefined, 2)], [...two, sent('E3', 50, { state: 'rejected' }), sent('E4', 50, { state: 'removed' })])).toEqual(['E1 confirmed by batch I1', 'E2 confirmed by batch I1']);
  });

  it('the same batch entry again has no effect; another one for payments that were booked is a case', () => {
    const confirmed = (identity: string) => two.map((one) => ({ ...one, state: 'confirmed' as const, confirmedBy: identity }));
    expect(match([batch(-1000, undefined, 2)], confirmed('I1'))).toEqual(['again I1']);
    expect(match([batch(-1000, [part('E1', -400), part('E2', -600)])], confirmed('I1'))).toEqual(['again I1', 'again I1']);
    expect(match([batch(-1000, undefined, 2)], confirmed('X'))).toEqual(['case batch-unexplained I1']);
    expect(match([batch(-1000, undefined, 2)], [confirmed('X')[0]!, two[1]!])).toEqual(['case batch-unexplained I1']);
  });
});

describe('P8, CA-16: money that comes back', () => {
  const confirmed = (endToEndId: string, minor = 1000, changes: Partial<OutstandingPayment> = {}) => sent(endToEndId, minor, { state: 'confirmed', confirmedBy: 'X', ...changes });

  it.each<[string, StatementEntry[], OutstandingPayment[], string[]]>([
    ['a credit with our id and a reason', [quoted('E1', 1000, { returnReason: 'AC04' })], [confirmed('E1')], ['E1 returned by I1 (AC04)']],
    ['a credit with our id that nothing marks as a return', [quoted('E1', 1000, { code: 'PMNT/RCDT/ESCT' })], [confirmed('E1')], ['case credit-unmarked I1 E1']],
    ['the same before the debit', [quoted('E1', 1000)], [sent('E1')], ['case credit-unmarked I1 E1']],
    ['an issued transfer that is credited', [quoted('E1', 1000, { code: 'PMNT/ICDT/RRTN' })], [confirmed('E1')], ['E1 returned by I1 (NARR)']],
    ['a code of a return', [quoted('E1', 1000, { code: 'PMNT/RCDT/RRTN' })], [confirmed('E1')], ['E1 returned by I1 (NARR)']],
    ['a reversal', [quoted('E1', 1000, { reversal: true })], [confirmed('E1')], ['E1 returned by I1 (NARR)']],
    ['an ACH return by the trace of the original', [line(1000, { returnReason: 'R03', references: { originalTrace: 'T1' } })], [confirmed('E1', 1000, { aliases: ['T1'] })], ['E1 returned by I1 (R03)']],
    ['an ACH return by the short id', [line(1000, { returnReason: 'R01', references: { customer: 'E1', originalTrace: 'T9' } })], [confirmed('E1-AND-MORE', 1000, { aliases: ['E1'] })], ['E1-AND-MORE returned by I1 (R01)']],
    ['less than was paid', [quoted('E1', 990, { returnReason: 'AC04' })], [confirmed('E1')], ['case return-amount-differs I1 E1']],
    ['of a payment that was returned', [quoted('E1', 1000)], [confirmed('E1', 1000, { state: 'returned', returnedBy: 'Y' })], ['case returned-twice I1 E1']],
    ['the same return again', [quoted('E1', 1000)], [confirmed('E1', 1000, { state: 'returned', returnedBy: 'I1' })], ['again I1']],
    ['the credit of a return that a message told before', [quoted('E1', 1000)], [confirmed('E1', 1000, { state: 'returned' })], ['E1 returned by I1 (NARR)']],
    ['of a payment whose debit is not booked', [quoted('E1', 1000, { returnReason: 'AC04' })], [sent('E1')], ['return-before-debit I1']],
    ['of a payment that was rejected', [quoted('E1', 1000)], [sent('E1', 1000, { state: 'rejected' })], ['case return-of-rejected I1 E1']],
    ['of a payment that nobody knows', [quoted('E9', 1000, { returnReason: 'AC04' })], [confirmed('E1')], ['return-of-unknown I1']],
    ['a customer who pays', [quoted('INV-7', 1000)], [confirmed('E1')], ['not-ours I1']],
    ['a notification of change moves no money', [line(0, { status: 'information', returnReason: 'C01', text: 'new account', references: { originalTrace: 'T1' } })], [confirmed('E1', 1000, { aliases: ['T1'] })], ['case account-correction I1 E1']],
    ['debit and return in one statement, the return first', [quoted('E1', 1000, { returnReason: 'MD06' }), quoted('E1', -1000)], [sent('E1')], ['E1 confirmed by entry I2', 'E1 returned by I1 (MD06)']],
    ['several returns in one entry', [line(1600, { returnReason: 'AC04', details: [part('E1', 1000), part('E2', 600)] })], [confirmed('E1'), confirmed('E2', 600)], ['E1 returned by I1 (AC04)', 'E2 returned by I1 (AC04)']],
  ])('%s', (_, entries, outstanding, expected) => expect(match(entries, outstanding)).toEqual(expected));

  it('a credit that nothing marks is a return where its format has no mark', () => {
    const told = (minor: number) => matchConfirmations([{ identity: 'I1', entry: quoted('E1', minor), plainReturns: true }], [confirmed('E1')]);
    expect([told(1000).returned.map(({ reasonCode }) => reasonCode), told(999).cases.map(({ code }) => code)]).toEqual([['NARR'], ['return-amount-differs']]);
  });

  it('what waited of an entry was judged when it came, and need not add up to it', () => {
    const rest = { identity: 'I1', entry: line(1600, { details: [part('E2', 600)] }), waited: true };
    expect(told(matchConfirmations([rest], [confirmed('E2', 600)]))).toEqual(['E2 returned by I1 (NARR)']);
  });

  it.each<[string, StatementEntry, OutstandingPayment[], string[]]>([
    ['that add up, each to its payment', line(1600, { reversal: true, details: [part('E1', 1000), part('E2', 600)] }), [confirmed('E1'), confirmed('E2', 600)], ['E1 returned by I1 (NARR)', 'E2 returned by I1 (NARR)']],
    ['that do not add up', line(1700, { reversal: true, details: [part('E1', 1000), part('E2', 600)] }), [confirmed('E1'), confirmed('E2', 600)], ['case details-differ I1']],
    ['without amounts', line(1600, { reversal: true, details: [part('E1', undefined), part('E2', undefined)] }), [confirmed('E1'), confirmed('E2', 600)], ['E1 returned by I1 (NARR)', 'E2 returned by I1 (NARR)']],
    ['without amounts and with a stranger', line(1600, { reversal: true, details: [part('E1', undefined), part('E9', undefined)] }), [confirmed('E1')], ['case batch-return-unexplained I1']],
    ['of customers, that do not add up', line(1700, { details: [part('X1', 1000), part('X2', 600)] }), [confirmed('E1')], ['not-ours I1/1', 'not-ours I1/2']],
  ])('a credit with payments %s', (_, entry, outstanding, expected) => expect(match([entry], outstanding)).toEqual(expected));

  const back = (minor: number, changes: Partial<StatementEntry> = {}) => line(minor, { reversal: true, transactions: 2, references: { paymentInformation: 'B1' }, ...changes });
  const both = (changes: Partial<OutstandingPayment> = {}) => [confirmed('E1', 400, changes), confirmed('E2', 600, changes)];
  it.each<[string, StatementEntry, OutstandingPayment[], string[]]>([
    ['number and sum are those of its booked payments', back(1000), both(), ['E1 returned by I1 (NARR)', 'E2 returned by I1 (NARR)']],
    ['with a reason', back(1000, { returnReason: 'AM05' }), both(), ['E1 returned by I1 (AM05)', 'E2 returned by I1 (AM05)']],
    ['one was rejected, one came back before', back(1000), [...both(), sent('E3', 50, { state: 'rejected' }), confirmed('E4', 70, { state: 'returned', returnedBy: 'Y' })], ['E1 returned by I1 (NARR)', 'E2 returned by I1 (NARR)']],
    ['another number', back(1000, { transactions: 3 }), both(), ['case batch-return-unexplained I1']],
    ['no number', line(1000, { reversal: true, references: { paymentInformation: 'B1' } }), both(), ['case batch-return-unexplained I1']],
    ['another sum', back(999), both(), ['case batch-return-unexplained I1']],
    ['another currency', { ...back(1000), amount: { currency: 'USD', minor: '1000' } }, both(), ['case batch-return-unexplained I1']],
    ['nothing that says so', line(1000, { transactions: 2, references: { paymentInformation: 'B1' } }), both(), ['case batch-return-unexplained I1']],
    ['its debit is not booked', back(1000), [sent('E1', 400), sent('E2', 600)], ['case batch-return-unexplained I1']],
    ['the same again', back(1000), both({ state: 'returned', returnedBy: 'I1' }), ['again I1']],
    ['a batch of somebody else', back(1000, { references: { paymentInformation: 'B9' } }), both(), ['not-ours I1']],
  ])('a whole batch that is taken back: %s', (_, entry, outstanding, expected) => expect(match([entry], outstanding)).toEqual(expected));

  it.each<[string, Partial<OutstandingPayment>, number, string[]]>([
    ['of a confirmed payment', {}, 1000, ['E1 returned by message (AC04)']],
    ['before the debit is booked', { state: 'settled-at-bank' }, 1000, ['E1 returned by message (AC04)']],
    ['again', { state: 'returned' }, 1000, []],
    ['over less', {}, 900, ['case return-amount-differs M1/1 E1']],
    ['of a rejected payment', { state: 'rejected' }, 1000, ['case return-of-rejected M1/1 E1']],
    ['of an unknown payment', { endToEndId: 'E2' }, 1000, ['return-of-unknown M1/1']],
    ['of a payment that was not released', { state: 'approved' }, 1000, ['case paid-without-release M1/1 E1']],
    ['of a payment that was taken out', { state: 'removed' }, 1000, ['case paid-without-release M1/1 E1']],
  ])('a message about a return %s', (_, changes, minor, expected) => {
    const result = matchReturns({ kind: 'returns', messageId: 'M1', returns: [{ endToEndId: 'E1', amount: eur(minor), reasonCode: 'AC04' }] }, [sent('E1', 1000, { state: 'confirmed', ...changes })]);
    expect(told({ confirmed: [], repeated: [], ...result })).toEqual(expected);
  });

  it.each<[PaymentState, string[] | undefined]>([['proposed', ['E1']], ['approved', ['E1']], ['removed', ['E1']], ['rejected', undefined]])('a message about the return of a payment that is %s holds %j', (state, hold) => {
    const result = matchReturns({ kind: 'returns', messageId: 'M1', returns: [{ endToEndId: 'E1', amount: eur(1000), reasonCode: 'AC04' }] }, [sent('E1', 1000, { state })]);
    expect([result.returned, result.cases.map((found) => found.hold)]).toEqual([[], [hold]]);
  });
});

describe('P8, P11: booked in another currency than that of the payment', () => {
  const usd = (minor: number) => ({ currency: 'USD', minor: String(minor) });
  const dollars = (endToEndId: string, minor: number, changes: Partial<OutstandingPayment> = {}) => sent(endToEndId, minor, { amount: usd(minor), ...changes });
  const ordered = (endToEndId: string, minor: number | undefined, instructed: number | undefined): EntryDetail => ({ ...part(endToEndId, minor), ...(instructed === undefined ? {} : { instructed: usd(instructed) }) });

  it.each<[string, StatementEntry, OutstandingPayment[], string[]]>([
    ['what was ordered is the payment', quoted('E1', -9200, { instructed: usd(-10000) }), [dollars('E1', 10000)], ['E1 confirmed by entry I1']],
    ['what was ordered is another amount', quoted('E1', -9200, { instructed: usd(-10001) }), [dollars('E1', 10000)], ['case amount-differs I1 E1']],
    ['nothing tells what was ordered', quoted('E1', -9200), [dollars('E1', 10000)], ['case amount-differs I1 E1']],
    ['what was ordered does not excuse another amount in the same currency', quoted('E1', -1190, { instructed: eur(-1000) }), [sent('E1')], ['case amount-differs I1 E1']],
    ['two payments of a batch', line(-27600, { details: [ordered('E1', -9200, -10000), ordered('E2', -18400, -20000)] }), [dollars('E1', 10000), dollars('E2', 20000)], ['E1 confirmed by detail I1', 'E2 confirmed by detail I1']],
    ['two payments that are told in their own currency only', line(-27600, { details: [{ ...part('E1', undefined), amount: usd(-10000) }, { ...part('E2', undefined), amount: usd(-20000) }] }), [dollars('E1', 10000), dollars('E2', 20000)], ['E1 confirmed by detail I1', 'E2 confirmed by detail I1']],
    ['one of them over another amount', line(-27600, { details: [{ ...part('E1', undefined), amount: usd(-10000) }, { ...part('E2', undefined), amount: usd(-20001) }] }), [dollars('E1', 10000), dollars('E2', 20000)], ['E1 confirmed by detail I1', 'case amount-differs I1 E2']],
    ['two payments that do not add up to the entry', line(-27700, { details: [ordered('E1', -9200, -10000), ordered('E2', -18400, -20000)] }), [dollars('E1', 10000), dollars('E2', 20000)], ['case details-differ I1']],
    ['one of them without an amount', line(-27600, { details: [ordered('E1', -9200, -10000), ordered('E2', undefined, undefined)] }), [dollars('E1', 10000), dollars('E2', 20000)], ['case batch-unexplained I1']],
    ['a batch by number and ordered sum', line(-27600, { transactions: 2, references: { paymentInformation: 'B1' }, instructed: usd(-30000) }), [dollars('E1', 10000), dollars('E2', 20000)], ['E1 confirmed by batch I1', 'E2 confirmed by batch I1']],
    ['a batch in our currency, whatever was ordered', line(-1000, { transactions: 2, references: { paymentInformation: 'B1' }, instructed: usd(-1100) }), [sent('E1', 400), sent('E2', 600)], ['E1 confirmed by batch I1', 'E2 confirmed by batch I1']],
    ['it comes back', quoted('E1', 9100, { instructed: usd(10000), returnReason: 'AC04' }), [dollars('E1', 10000, { state: 'confirmed', confirmedBy: 'X' })], ['E1 returned by I1 (AC04)']],
    ['it comes back over an unknown amount', quoted('E1', 9100, { returnReason: 'AC04' }), [dollars('E1', 10000, { state: 'confirmed', confirmedBy: 'X' })], ['case return-amount-differs I1 E1']],
  ])('%s', (_, entry, outstanding, expected) => expect(match([entry], outstanding)).toEqual(expected));
});

describe('P8: an entry counts only on the account that it was paid from', () => {
  const [ours, sister, third] = ['DE02120300000000202051', 'DE02100100100006820101', 'DE89370400440532013000'];
  const between = (changes: Partial<OutstandingPayment> = {}) => sent('E1', 1000, { accounts: { payer: ours, payee: sister }, ...changes });
  const paid = { state: 'confirmed', confirmedBy: 'X' } as const;
  const on = (account: string, entry: StatementEntry, payment: OutstandingPayment, plainReturns = false) => told(matchConfirmations([{ identity: 'I1', entry, account, plainReturns }], [payment]));

  it.each<[string, string, StatementEntry, OutstandingPayment, string[]]>([
    ['its debit on it', ours, quoted('E1', -1000), between(), ['E1 confirmed by entry I1']],
    ['however the account is written', 'DE02 1203 0000 0000 2020 51', quoted('E1', -1000), between(), ['E1 confirmed by entry I1']],
    ['the receipt of a sister company', sister, quoted('E1', 1000, { code: 'PMNT/RCDT/ESCT' }), between(paid), ['not-ours I1']],
    ['its return to us', ours, quoted('E1', 1000, { returnReason: 'AC04' }), between(paid), ['E1 returned by I1 (AC04)']],
    ['what the sister company sends back from its account', sister, quoted('E1', -1000), between(), ['not-ours I1']],
    ['a third account of ours', third, quoted('E1', 1000, { returnReason: 'AC04' }), between(paid), ['not-ours I1']],
    ['a batch of ours on a third account', third, line(-1000, { transactions: 1, references: { paymentInformation: 'B1' } }), between(), ['not-ours I1']],
    ['payments of ours in an entry of the sister company', sister, line(1500, { details: [part('E1', 1000), part('X', 500)] }), between(paid), ['not-ours I1']],
    ['a payee in the national form of its account', '10010010/6820101', quoted('E1', 1000), between(paid), ['not-ours I1']],
    ['our account in its national form', '12030000/202051', quoted('E1', -1000), between(), ['E1 confirmed by entry I1']],
    ['a format that names the company only', '1234567890', line(1000, { returnReason: 'R01', references: { customer: 'E1' } }), between({ ...paid, aliases: ['E1'] }), ['E1 returned by I1 (R01)']],
    ['a payee by its plain number', '777888', quoted('E1', 1000), between({ ...paid, accounts: { payer: '1234567890', payee: '777888' } }), ['not-ours I1']],
    ['a payer that nobody knows', third, quoted('E1', -1000), sent('E1'), ['E1 confirmed by entry I1']],
  ])('%s', (_, account, entry, payment, expected) => expect(on(account, entry, payment, true)).toEqual(expected));

  it('what waits for its debit does not wait on the account of somebody else', () => expect(on(sister, quoted('E1', 1000, { returnReason: 'AC04' }), between())).toEqual(['not-ours I1']));
});

describe('guarantee 3 for any statements', () => {
  const anyEntry = fc.record({ id: fc.constantFrom('E1', 'E2', 'E3', 'E9', undefined), minor: fc.constantFrom(-400, -401, -600, 600, 400, -1000), status: fc.constantFrom('booked' as const, 'booked' as const, 'pending' as const), batch: fc.constantFrom(undefined, undefined, 'B1'), transactions: fc.constantFrom(undefined, 1, 2, 3), identity: fc.integer({ min: 1, max: 9 }) });
  const anyPayment = fc.record({ minor: fc.constantFrom(400, 600), state: fc.constantFrom<PaymentState>('sent', 'unknown', 'in-process', 'settled-at-bank', 'confirmed', 'rejected', 'returned', 'removed') });

  it('is confirmed only with the same id and amount in a booked debit, and every entry is told of', () => {
    fc.assert(
      fc.property(fc.array(anyEntry, { maxLength: 10 }), fc.array(anyPayment, { minLength: 3, maxLength: 3 }), (given, payments) => {
        const outstanding = payments.map(({ minor, state }, at) => sent(`E${at + 1}`, minor, { state, ...(state === 'confirmed' ? { confirmedBy: 'X' } : {}) }));
        const entries = given.map(({ id, minor, status, batch, transactions, identity }): BookedEntry => ({ identity: `I${identity}`, entry: line(minor, { status, ...(id ? { endToEndId: id } : {}), references: batch ? { paymentInformation: batch } : {}, ...(transactions ? { transactions } : {}) }) }));
        const result = matchConfirmations(entries, outstanding);
        for (const { endToEndId, identity, by, amount } of result.confirmed) {
          const source = entries.find((one) => one.identity === identity)!.entry;
          expect(source.status).toBe('booked');
          const payment = outstanding.find((one) => one.endToEndId === endToEndId)!;
          expect(payment.amount).toEqual(amount);
          expect(['rejected', 'removed', 'confirmed']).not.toContain(payment.state);
          if (by === 'entry') expect([source.endToEndId, source.amount.minor]).toEqual([endToEndId, `-${amount.minor}`]);
        }
        expect(new Set(result.confirmed.map(({ endToEndId }) => endToEndId)).size).toBe(result.confirmed.length);
        expect(new Set(result.returned.map(({ endToEndId }) => endToEndId)).size).toBe(result.returned.length);
        const toldOf = new Set([...result.confirmed, ...result.returned, ...result.cases, ...result.unmatched].map(({ identity }) => identity).concat(result.repeated));
        expect(entries.every(({ identity }) => toldOf.has(identity))).toBe(true);
        for (const identity of new Set(result.confirmed.filter(({ by }) => by === 'batch').map((one) => one.identity))) {
          const source = entries.find((one) => one.identity === identity)!.entry;
          const members = result.confirmed.filter((one) => one.identity === identity);
          expect([members.length, -members.reduce((sum, { amount }) => sum + Number(amount.minor), 0)]).toEqual([source.transactions, Number(source.amount.minor)]);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('10,000 entries against 10,000 payments, also all in one batch', () => {
    const outstanding = Array.from({ length: 10_000 }, (_, n) => sent(`E${n}`, n + 1));
    const result = matchConfirmations(booked(...outstanding.map((one, n) => quoted(one.endToEndId, -(n + 1)))), outstanding);
    expect(result.confirmed).toHaveLength(10_000);
    const whole = line(-50_005_000, { references: { paymentInformation: 'B1' }, transactions: 10_000 });
    expect(matchConfirmations(booked(whole), outstanding).confirmed).toHaveLength(10_000);
  });
});
