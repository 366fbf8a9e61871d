import { describe, expect, it } from 'vitest';
import type { Payable } from '../../../domain/model/payment.ts';
import { unverifiedAccounts } from '../../../domain/rules/payments/unverified-accounts.ts';
import { credit, eur, exclusions, ibans, payable, payee, propose } from './scenario.ts';

const account = (changes: Partial<NonNullable<Payable['payee']['account']>> = {}) => payee('S1', ibans[0], { account: { ...payee().account!, status: 'unverified', ...changes } });

describe('P1: accounts that have to be verified', () => {
  it('each once, with what waits for it by currency', () => {
    const waiting = [payable('a', { payee: account() }), payable('b', { open: { currency: 'USD', minor: '3000' }, payee: account() }), payable('c', { payee: account() }), payable('d', { payee: account({ id: 'S1-B', version: 2 }) }), payable('e')];
    expect(unverifiedAccounts(waiting)).toEqual([
      { supplierId: 'S1', accountId: 'S1-A', version: 1, title: '3 documents wait for bank account S1-A of Supplier S1 (S1), which is not verified: 2000.00 EUR and 30.00 USD' },
      { supplierId: 'S1', accountId: 'S1-B', version: 2, title: '1 document waits for bank account S1-B of Supplier S1 (S1), which is not verified: 1000.00 EUR' },
    ]);
  });

  it.each<[string, Payable, number]>([
    ['a document that is left out for it', payable('a', { payee: account() }), 1],
    ['one that waits for an approval, too', payable('a', { approved: false, payee: account() }), 1],
    ['a verified account', payable('a'), 0],
    ['an account on hold: somebody has put it there', payable('a', { payee: account({ status: 'on-hold' }) }), 0],
    ['a closed account', payable('a', { payee: account({ status: 'closed' }) }), 0],
    ['nothing to pay', payable('a', { open: eur('0'), payee: account() }), 0],
    ['a credit, which follows a payment', credit('a', '100', { payee: account() }), 0],
    ['what is debited by the supplier', payable('a', { meansCode: '59', payee: account() }), 0],
    ['what the ERP holds as cleared', payable('a', { inErp: { state: 'cleared' }, payee: account() }), 0],
    ['what is blocked for something else', payable('a', { blocked: true, payee: account() }), 0],
    ['what another run holds', payable('a', { inRun: { runId: 'R', state: 'sent' }, payee: account() }), 0],
    ['what came back from the bank', payable('a', { inRun: { runId: 'R', state: 'returned' }, payee: account() }), 1],
  ])('%s', (_, given, count) => expect(unverifiedAccounts([given])).toHaveLength(count));

  it('whatever waits for one is left out of the run for that, whoever else stands against it', () => {
    expect(exclusions(propose([payable('a', { payee: account() })]))).toEqual(['a: account-unverified']);
  });
});
