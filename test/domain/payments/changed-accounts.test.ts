import { describe, expect, it } from 'vitest';
import type { Person } from '../../../domain/model/person.ts';
import { accountKey } from '../../../domain/rules/payments/payee-account.ts';
import { judgeConfirmation, verificationOf, type AccountChange, type AccountConfirmation } from '../../../domain/rules/payments/changed-accounts.ts';
import { exclusions, ibanOf, payable, payee, propose } from './scenario.ts';

const person = (id: string, employeeId: string): Person => ({ schemaVersion: 1, id, subject: null, name: id, employeeId, active: true, managerId: null, roles: [], costCentres: [] }) as unknown as Person;
const people = [person('anna', 'E1'), person('anna.second', 'E1'), person('bert', 'E2')];
const callBack = { contact: '+49 40 1234', on: '2026-06-02' };

describe('P9: who may confirm a changed account, and by what', () => {
  it.each<[string, Partial<AccountChange & { chosenBy: string[] }>, Partial<AccountConfirmation>, string | undefined]>([
    ['another person after a call-back', {}, {}, undefined],
    ['whoever changed it', {}, { person: 'anna' }, 'duties-conflict'],
    ['the second log-in of whoever changed it', {}, { person: 'anna.second' }, 'duties-conflict'],
    ['whoever chose it for a document', { changedBy: 'carl', chosenBy: ['anna'] }, { person: 'anna' }, 'duties-conflict'],
    ['the second log-in of whoever chose it', { changedBy: undefined, chosenBy: ['anna'] }, { person: 'anna.second' }, 'duties-conflict'],
    ['another person than whoever chose it', { changedBy: undefined, chosenBy: ['anna'] }, {}, undefined],
    ['somebody, where the ERP does not tell who changed it', { changedBy: undefined }, { person: 'anna' }, undefined],
    ['nobody without a call-back', {}, { callBack: undefined }, 'call-back-missing'],
    ['nobody with a call that is still to be made', {}, { callBack: { ...callBack, on: '2026-06-03' } }, 'call-back-missing'],
    ['nobody over a close match unseen', { verification: 'close-match' }, {}, 'name-check-open'],
    ['nobody over a mismatch unseen', { verification: 'no-match' }, { nameCheck: 'close-match' }, 'name-check-open'],
    ['nobody over a missing answer unseen', { verification: 'unavailable' }, { nameCheck: 'match' }, 'name-check-open'],
    ['another person over a mismatch that they name', { verification: 'no-match' }, { nameCheck: 'no-match' }, undefined],
  ])('%s', (_who, change, said, refused) => {
    expect(judgeConfirmation({ changedBy: 'anna', verification: 'match', chosenBy: [], ...change }, { person: 'bert', callBack, ...said }, '2026-06-02', people)?.code).toBe(refused);
  });

  it('an account of which nobody heard anything is unavailable, and another version of it is another account', () => {
    const known = [{ supplierId: 'S1', accountId: 'A', version: 1, result: 'match' as const }];
    expect(verificationOf(known, 'S1', { id: 'A', version: 1 }).result).toBe('match');
    expect([verificationOf(known, 'S1', { id: 'A', version: 2 }), verificationOf(known, 'S2', { id: 'A', version: 1 }), verificationOf(undefined, 'S1', { id: 'A', version: 1 })].map(({ result }) => result)).toEqual(['unavailable', 'unavailable', 'unavailable']);
  });

  it('the same account number at another bank is another account', () => {
    const at = (routingNumber: string) => ({ account: '1234567', routingNumber });
    const { account } = payee();
    const { iban: _, ...record } = account!;
    const dollars = { currency: 'USD', minor: '100000' };
    const proposal = propose([payable('a', { open: dollars, payee: payee('S1', undefined, { account: { ...record, ...at('026009593') } }) })], { rates: [{ from: 'USD', to: 'EUR', rate: '0.9' }], paidTo: [{ supplierId: 'S1', account: accountKey(at('021000021')) }] });
    expect(exclusions(proposal)).toEqual(['a: account-unconfirmed']);
  });

  it('a match of the name alone lets nothing go', () => {
    const proposal = propose([payable('a', { payee: payee('S1', ibanOf(2)) })], { paidTo: [{ supplierId: 'S1', account: ibanOf(1) }], verifications: [{ supplierId: 'S1', accountId: 'S1-A', version: 1, result: 'match' }] });
    expect(exclusions(proposal)).toEqual(['a: account-unconfirmed']);
    expect(proposal.excluded[0]!.message).toContain('Verification by the bank: match.');
  });
});
