import { describe, expect, it } from 'vitest';
import type { StatementEntry } from '../../../domain/model/bank-statement.ts';
import { matchConfirmations, type OutstandingPayment } from '../../../domain/rules/payments/confirm.ts';
import { stillWaiting, waitingOf } from '../../../domain/rules/payments/waiting-return.ts';

const eur = (minor: number) => ({ currency: 'EUR', minor: String(minor) });
const credit = (changes: Partial<StatementEntry>): StatementEntry => ({ amount: eur(1000), status: 'booked', bookingDate: '2026-06-03', references: { bank: 'B' }, counterparty: { name: 'Muster GmbH' }, text: 'Account closed', ...changes });
const sent: OutstandingPayment = { endToEndId: 'E1', paymentInformationId: 'B1', amount: eur(1000), state: 'sent', aliases: ['T1'] };
const waiting = (entry: StatementEntry, outstanding = [sent]) => waitingOf([{ identity: 'I', entry }], matchConfirmations([{ identity: 'I', entry }], outstanding).unmatched).get('I');

describe('P8: money that came back before its debit', () => {
  it.each<[string, StatementEntry, string[] | undefined]>([
    ['with the id of a payment whose debit is not booked', credit({ endToEndId: 'E1', returnReason: 'AC04' }), ['E1']],
    ['under the trace number of one, waits for the payment', credit({ references: { originalTrace: 'T1' }, returnReason: 'R02' }), ['E1']],
    ['of a payment that nobody knows yet', credit({ endToEndId: 'E9', returnReason: 'AC04' }), ['E9']],
    ['of one under its trace number', credit({ references: { originalTrace: 'T9' }, returnReason: 'R02' }), ['T9']],
    ['without any id waits for somebody who knows it', credit({ returnReason: 'AC04' }), []],
    ['a customer who pays waits for nothing', credit({ endToEndId: 'E9' }), undefined],
  ])('%s', (_, entry, expected) => expect(waiting(entry)?.waitsFor).toEqual(expected));

  it('keeps no names and words, and confirms with its debit as if it came after it', () => {
    const { entry } = waiting(credit({ endToEndId: 'E1', returnReason: 'AC04' }))!;
    expect(entry).toEqual({ amount: eur(1000), status: 'booked', bookingDate: '2026-06-03', endToEndId: 'E1', returnReason: 'AC04', references: {}, text: '' });
    const result = matchConfirmations([{ identity: 'D', entry: { ...credit({ endToEndId: 'E1' }), amount: eur(-1000) } }, { identity: 'I', entry }], [sent]);
    expect(result.returned).toMatchObject([{ endToEndId: 'E1', identity: 'I', reasonCode: 'AC04' }]);
  });

  it('what was found of several payments waits no longer', () => {
    const detail = (endToEndId: string) => ({ endToEndId, amount: eur(500), references: {}, text: '', returnReason: 'AC04' });
    const { entry, waitsFor } = waiting(credit({ details: [detail('E8'), detail('E9')] }))!;
    expect(waitsFor).toEqual(['E8', 'E9']);
    expect(stillWaiting(entry, new Set(['E8']))?.waitsFor).toEqual(['E9']);
    expect(stillWaiting(entry, new Set(['E8', 'E9']))).toBeUndefined();
    expect(stillWaiting(entry, new Set())?.waitsFor).toEqual(['E8', 'E9']);
  });
});
