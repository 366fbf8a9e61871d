import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gapsBetween, standingOf, type ChainedStatement } from '../../../domain/rules/statements/chain.ts';

const eur = (minor: number) => ({ currency: 'EUR', minor: String(minor) });
const day = (at: number) => new Date(Date.UTC(2026, 9, at)).toISOString().slice(0, 10);
/** A statement of one day of October 2026; 0 stands for no number. */
const one = (number: number | string, at: number, opening: number, closing: number, changes: Partial<ChainedStatement> = {}): ChainedStatement => ({
  id: `${number}/${at}/${opening}/${closing}`, ...(number === 0 ? {} : { number: String(number) }), closedOn: day(at), opening: eur(opening), closing: eur(closing), content: `${opening}-${closing}`, fit: true, ...changes,
});
const gaps = (...statements: ChainedStatement[]) => [...gapsBetween(statements).keys()].map((id) => id.split('/')[0]);

describe('SI-6: which statements do not follow the one before them', () => {
  it.each<[string, ChainedStatement[], string[]]>([
    ['one after the other', [one(1, 1, 0, 5), one(2, 2, 5, 9), one(3, 5, 9, 9)], []],
    ['the first of all has none before it', [one(7, 1, 500, 400)], []],
    ['a number is left out, though nothing moved', [one(1, 1, 0, 5), one(3, 3, 5, 9)], ['3']],
    ['it opens with something else', [one(1, 1, 0, 5), one(2, 2, 6, 9)], ['2']],
    ['it opens in another currency', [one(1, 1, 0, 5), one(2, 2, 5, 9, { opening: { currency: 'USD', minor: '5' } })], ['2']],
    ['numbers begin again with a year', [one(250, 1, 0, 5, { closedOn: '2026-12-31' }), one(1, 1, 5, 9, { closedOn: '2027-01-04' })], []],
    ['numbers carry the year', [one(2026250, 1, 0, 5, { closedOn: '2026-12-31' }), one(2027001, 1, 5, 9, { closedOn: '2027-01-04' })], []],
    ['money is missing over the turn of the year', [one(250, 1, 0, 5, { closedOn: '2026-12-31' }), one(1, 1, 6, 9, { closedOn: '2027-01-04' })], ['1']],
    ['several of a day, by number', [one(1, 1, 0, 5), one(2, 1, 5, 9), one(3, 1, 9, 2), one(4, 2, 2, 2)], []],
    ['several of a day without numbers, in another order', [one(0, 1, 0, 5), one(0, 2, 7, 9), one(0, 2, 5, 5), one(0, 2, 5, 7), one(0, 3, 9, 9)], []],
    ['numbers that are days or ids of messages', [one(20261120, 20, 0, 5), one(20261123, 23, 5, 9), one(4711000815, 24, 9, 9)], []],
    ['and money is missing between them', [one(20261120, 20, 0, 5), one(20261123, 23, 6, 9)], ['20261123']],
    ['names that are no numbers', [one('S-A', 1, 0, 5), one('S-C', 2, 5, 9)], []],
    ['a day told again without a number', [one(0, 1, 0, 5), one('A', 2, 5, 9), one('B', 2, 5, 9), one(0, 3, 9, 9)], []],
    ['pages of one number, in another order', [one(1, 1, 0, 5), one(2, 2, 7, 9), one(2, 2, 5, 7), one(3, 3, 9, 9)], []],
    ['two are missing on a day without numbers: what follows the day follows one of its parts', [one(0, 1, 0, 5), one(0, 2, 9, 11), one(0, 2, 6, 7), one(0, 3, 11, 12)], ['0', '0']],
    ['one that does not add up is not asked for twice', [one(1, 1, 0, 5), one(2, 2, 6, 9, { fit: false }), one(3, 3, 8, 8)], []],
    ['one that does not add up hides no number', [one(1, 1, 0, 5), one(3, 3, 5, 9, { fit: false }), one(5, 5, 9, 9)], ['3', '5']],
  ])('%s', (_, statements, expected) => {
    expect(gaps(...statements)).toEqual(expected);
    expect(gaps(...[...statements].reverse()).sort(), 'in whatever order they come').toEqual([...expected].sort());
  });

  it('says what is missing', () => {
    expect([...gapsBetween([one(1, 1, 0, 5), one(3, 3, 5, 9)]).values()]).toEqual(['follows 1: what is between them is missing']);
    expect([...gapsBetween([one(1, 1, 0, 5), one(2, 3, 6, 9)]).values()]).toEqual(['opens with 0.06 EUR, and the one before it closed with 0.05 EUR']);
  });

  const anyChain = fc.record({ numbered: fc.boolean(), days: fc.array(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 3 }), { minLength: 3, maxLength: 12 }) }).map(({ numbered, days }) => {
    let balance = 0;
    let number = 0;
    return days.flatMap((moves, at) => moves.map((move) => one(numbered ? (number += 1) : 0, at + 1, balance, (balance += move))));
  });

  it('a whole chain has no gap in any order, and a hole in it is one', () => {
    fc.assert(
      fc.property(anyChain.chain((chain) => fc.tuple(fc.constant(chain), fc.shuffledSubarray(chain, { minLength: chain.length }), fc.integer({ min: 1, max: chain.length - 2 }))), ([chain, shuffled, hole]) => {
        expect(gaps(...shuffled)).toEqual([]);
        const found = [...gapsBetween(shuffled.filter((statement) => statement !== chain[hole])).keys()];
        const inFirstDay = chain[hole + 1]!.closedOn === chain[0]!.closedOn && chain[0]!.number === undefined;
        expect(inFirstDay ? found.length : found, 'on the first day nothing tells which of the parts came first').toEqual(inFirstDay ? 1 : [chain[hole + 1]!.id]);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('SI-3: a statement of the same number and days as one before', () => {
  const known = (...statements: ChainedStatement[]) => standingOf(one(1, 1, 0, 6, { content: 'X' }), statements);

  it.each<[string, ReturnType<typeof standingOf>['kind'], ChainedStatement[]]>([
    ['is news', 'new', []],
    ['says the same', 'repeat', [one(1, 1, 0, 6, { content: 'X' })]],
    ['says the same as one that does not add up', 'repeat', [one(1, 1, 0, 6, { content: 'X', fit: false })]],
    ['says otherwise', 'conflict', [one(1, 1, 0, 5)]],
    ['says otherwise, with the same ends', 'conflict', [one(1, 1, 0, 6)]],
    ['is another page', 'new', [one(1, 1, 6, 9)]],
    ['corrects one that does not add up', 'correction', [one(1, 1, 0, 5, { fit: false })]],
    ['corrects one that opened otherwise and did not add up', 'correction', [one(1, 1, 3, 5, { fit: false })]],
    ['is the page after one that does not add up', 'new', [one(1, 1, -4, 0, { fit: false })]],
    ['corrects one that does not add up and has the same ends on both sides', 'correction', [one(1, 1, 0, 0, { fit: false })]],
  ])('%s: %s', (_, kind, statements) => expect(known(...statements).kind).toBe(kind));
});
