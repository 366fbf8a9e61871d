import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StatementEntry } from '../../../domain/model/bank-statement.ts';
import { entryIdentities } from '../../../domain/rules/statements/identity.ts';

const digest = (text: string) => createHash('sha256').update(text).digest('hex');
const line = (changes: Partial<StatementEntry> = {}): StatementEntry => ({ amount: { currency: 'EUR', minor: '-100' }, bookingDate: '2026-06-02', valueDate: '2026-06-02', status: 'booked', references: {}, text: 'Invoice 7', ...changes });
const identities = (entries: StatementEntry[], account = 'DE1') => entryIdentities(account, entries, digest);
/** How many entries the second statement adds to the first. */
const added = (first: StatementEntry[], second: StatementEntry[]) => {
  const known = new Set(identities(first));
  return identities(second).filter((identity) => !known.has(identity)).length;
};

describe('SI-1: what an entry is known by', () => {
  it.each<[string, Partial<StatementEntry>]>([
    ['the text', { text: 'Invoice 8' }],
    ['the amount', { amount: { currency: 'EUR', minor: '-101' } }],
    ['the sign', { amount: { currency: 'EUR', minor: '100' } }],
    ['the currency', { amount: { currency: 'USD', minor: '-100' } }],
    ['the booking date', { bookingDate: '2026-06-03' }],
    ['the value date', { valueDate: '2026-06-03' }],
    ['the account of the other side', { counterparty: { account: 'DE2' } }],
    ['the end-to-end id', { endToEndId: 'E1' }],
    ['being pending (SI-8)', { status: 'pending' }],
  ])('%s tells two apart', (_, changes) => expect(added([line()], [line(changes)])).toBe(1));

  it.each<[string, Partial<StatementEntry>]>([
    ['spaces and line breaks of the text', { text: 'INVOICE\n  7' }],
    ['the name of the other side', { counterparty: { name: 'Somebody' } }],
    ['a reference that is none', { references: { bank: 'NONREF' } }],
  ])('%s do not', (_, changes) => expect(added([line()], [line(changes)])).toBe(0));

  it('the bank’s reference beats text and parties, for the same amount and day', () => {
    const known = line({ references: { bank: 'B7' } });
    expect(added([known], [line({ references: { bank: 'B7' }, text: 'as another message tells it', valueDate: '2026-06-04', endToEndId: 'E1' })])).toBe(0);
    expect(added([known], [line({ references: { bank: 'B8' } })])).toBe(1);
    // A bank that counts anew every day, or uses one reference for all payments of a file.
    expect(added([known], [line({ references: { bank: 'B7' }, bookingDate: '2026-06-03' })])).toBe(1);
    expect(added([known], [line({ references: { bank: 'B7' }, amount: { currency: 'EUR', minor: '-7' } })])).toBe(1);
  });

  it('is another one in another account, and the same however that is written', () => {
    expect(identities([line()], 'DE2')).not.toEqual(identities([line()]));
    expect(identities([line()], 'de 1')).toEqual(identities([line()]));
  });
});

describe('SI-4: overlapping statements', () => {
  it.each([
    [1, 1, 0],
    [0, 2, 2],
    [2, 2, 0],
    [2, 3, 1],
    [3, 2, 0],
  ])('%i equal lines are known, the next statement has %i: %i are new', (known, next, expected) => expect(added(Array.from({ length: known }, () => line()), Array.from({ length: next }, () => line()))).toBe(expected));

  it('a statement in any order has the same entries, and an overlap adds exactly the rest', () => {
    const any = fc.record({ text: fc.constantFrom('a', 'b'), minor: fc.constantFrom('1', '-1'), bank: fc.constantFrom(undefined, undefined, 'R1', 'R2') }).map(({ text, minor, bank }) => line({ text, amount: { currency: 'EUR', minor }, references: bank ? { bank } : {} }));
    fc.assert(
      fc.property(fc.array(any, { maxLength: 12 }), fc.array(any, { maxLength: 6 }), (morning, afternoon) => {
        const day = [...afternoon, ...morning];
        expect([...identities(day)].sort()).toEqual([...identities([...morning, ...afternoon])].sort());
        expect(new Set(identities(day)).size).toBe(day.length);
        expect(added(morning, day)).toBe(afternoon.length);
        expect(added(day, day)).toBe(0);
      }),
    );
  });
});
