import { describe, expect, it } from 'vitest';
import type { Journal } from '../../../domain/model/journal.ts';
import type { Period } from '../../../domain/model/period.ts';
import { checkJournal, checkLine, JournalBalances, type BookFacts } from '../../../domain/rules/ledger/journal-checks.ts';
import { firstOpenDate, guardPosting, periodTable } from '../../../domain/rules/ledger/period-guard.ts';
import { account, chartOf, line } from './books.ts';

const accounts = chartOf([
  account('1000', 'asset'), account('1200', 'asset', { control: 'receivables' }), account('4000', 'income'), account('6000', 'expense', { costCentre: 'required' }),
  account('2000', 'liability', { costCentre: 'forbidden' }), account('1900', 'asset', { validFrom: '2026-02-01', validTo: '2026-06-30' }),
]);
const period = (id: string, from: string, to: string, status: Period['status'], subLedger?: string): Period => ({ schemaVersion: 1, id, entity: 'DE01', ledger: 'main', from, to, status, ...(subLedger ? { subLedger } : {}) });
const periods = periodTable([
  period('2026-10', '2026-10-01', '2026-10-31', 'hard-closed'), period('2026-11', '2026-11-01', '2026-11-30', 'soft-closed'), period('2026-12', '2026-12-01', '2026-12-31', 'open'),
  period('2026-10', '2026-10-01', '2026-10-31', 'open', 'receivables'),
]);
const facts: BookFacts = { accounts, costCentres: new Map([['CC', { schemaVersion: 1, code: 'CC', name: 'CC', entity: 'DE01' }]]) };

describe('JE-1: what is wrong with a line', () => {
  it.each([
    ['an unknown account', line('J', '2026-10-01', '9999', 100), 'account-unknown'],
    ['an account before it opens', line('J', '2026-01-31', '1900', 100), 'account-not-open'],
    ['an account after it closed', line('J', '2026-07-01', '1900', 100), 'account-not-open'],
    ['a manual entry on a control account', line('J', '2026-10-01', '1200', 100), 'account-controlled'],
    ['no cost centre where one is needed', line('J', '2026-10-01', '6000', 100), 'cost-centre-invalid'],
    ['a cost centre where none may be', line('J', '2026-10-01', '2000', 100, { costCentre: 'CC' }), 'cost-centre-invalid'],
    ['a cost centre of another company', line('J', '2026-10-01', '6000', 100, { costCentre: 'CC', entity: 'US02' }), 'cost-centre-invalid'],
    ['no amount', line('J', '2026-10-01', '1000', 0), 'journal-line-zero'],
    ['debit in one currency and credit in the other', line('J', '2026-10-01', '1000', 100, { currency: 'USD', functional: -90n }), 'journal-sign-conflict'],
    ['two amounts in one currency', line('J', '2026-10-01', '1000', 100, { functional: 101n }), 'journal-unbalanced'],
    ['a document dated after its posting', line('J', '2026-10-01', '1000', 100, { documentDate: '2026-10-02' }), 'document-date-late'],
  ])('%s', (_name, bad, code) => {
    expect(checkLine(bad, facts).map((problem) => problem.code)).toEqual([code]);
  });

  it('nothing is wrong with a system entry on a control account or a valuation without foreign amount', () => {
    expect(checkLine(line('J', '2026-10-01', '1200', 100, { source: 'automated' }), facts)).toEqual([]);
    expect(checkLine(line('J', '2026-10-01', '1000', 0, { currency: 'USD', functional: 5n }), facts)).toEqual([]);
  });
});

describe('JE-1: balance per entity, ledger, each currency and functional currency', () => {
  const differences = (...lines: ReturnType<typeof line>[]): string[] => {
    const balances = new JournalBalances();
    return [...lines.flatMap((each) => balances.add(each)), ...balances.differences()].map(({ message }) => message);
  };
  const usd = (journal: string, cents: number, functional: number): ReturnType<typeof line> => line(journal, '2026-10-01', '1000', cents, { currency: 'USD', functional: BigInt(functional) });

  it.each([
    ['nothing', [line('J', '2026-10-01', '1000', 100), line('J', '2026-10-01', '4000', -100)], []],
    ['the difference', [line('J', '2026-10-01', '1000', 100), line('J', '2026-10-01', '4000', -99)], ['0.01 EUR']],
    ['each currency', [line('J', '2026-10-01', '1000', 100), usd('J', -120, -100)], ['1.00 EUR', '-1.20 USD']],
    ['the functional currency alone', [usd('J', 100, 92), usd('J', -100, -91)], ['0.01 EUR in the functional']],
    ['one entity of two', [line('J', '2026-10-01', '1000', 100), line('J', '2026-10-01', '4000', -100, { entity: 'US02' })], ['1.00 EUR', '-1.00 EUR']],
    ['one ledger of two', [line('J', '2026-10-01', '1000', 100), line('J', '2026-10-01', '4000', -100, { ledger: 'tax' })], ['1.00 EUR', '-1.00 EUR']],
    ['a second functional currency', [line('J', '2026-10-01', '1000', 100), line('J', '2026-10-01', '4000', -100), line('K', '2026-10-01', '1000', 5, { currency: 'USD', functionalCurrency: 'USD' }), line('K', '2026-10-01', '1000', -5, { currency: 'USD', functionalCurrency: 'USD' })], ['keeps its books in EUR', 'keeps its books in EUR']],
  ])('reports %s', (_name, lines, expected) => {
    const found = differences(...lines);
    expect(found).toHaveLength(expected.length);
    for (const [index, part] of expected.entries()) expect(found[index]).toContain(part);
  });

  it('lines of entries may come interleaved', () => {
    expect(differences(line('J', '2026-10-01', '1000', 100), line('K', '2026-10-01', '1000', 7), line('J', '2026-10-01', '4000', -100), line('K', '2026-10-01', '4000', -7))).toEqual([]);
  });

  it('an entry of one line is refused as a whole', () => {
    const journal: Journal = {
      schemaVersion: 1, id: 'J', entity: 'DE01', ledger: 'main', postingDate: '2026-10-01', documentDate: '2026-10-01', text: '', source: 'automated', status: 'draft', preparer: 'ana', approvals: [],
      lines: [{ account: '1000', amount: { currency: 'EUR', minor: '100' }, functional: { currency: 'EUR', minor: '100' } }],
    };
    expect(checkJournal(journal, facts).map(({ code }) => code)).toEqual(['journal-too-short', 'journal-unbalanced']);
  });
});

describe('CL-12: one guard for every posting path', () => {
  const wish = { entity: 'DE01', ledger: 'main' };
  it.each([
    ['an open period', { ...wish, date: '2026-12-31' }, 'ok'],
    ['a hard-closed one', { ...wish, date: '2026-10-31' }, 'period-closed'],
    ['a hard-closed one, approved', { ...wish, date: '2026-10-31', approvedAdjustment: true }, 'period-closed'],
    ['a soft-closed one', { ...wish, date: '2026-11-30' }, 'period-closed'],
    ['a soft-closed one, approved', { ...wish, date: '2026-11-30', approvedAdjustment: true }, 'ok'],
    ['a sub-ledger with periods of its own', { ...wish, subLedger: 'receivables', date: '2026-10-31' }, 'ok'],
    ['a sub-ledger without', { ...wish, subLedger: 'payables', date: '2026-10-31' }, 'period-closed'],
    ['a day outside all periods', { ...wish, date: '2027-01-01' }, 'period-missing'],
    ['another entity', { ...wish, entity: 'US02', date: '2026-12-01' }, 'period-missing'],
  ])('%s', (_name, asked, expected) => {
    const answer = guardPosting(periods, asked);
    expect('code' in answer ? answer.code : 'ok').toBe(expected);
  });

  it('names the next open period', () => {
    const answer = guardPosting(periods, { ...wish, date: '2026-10-15' });
    expect('code' in answer && answer.message).toContain('next open period is 2026-12 (2026-12-01 to 2026-12-31)');
    expect(firstOpenDate(periods, { ...wish, date: '2026-10-15' })).toMatchObject({ date: '2026-12-01', late: true });
    expect(firstOpenDate(periods, { ...wish, date: '2026-12-15' })).toMatchObject({ date: '2026-12-15', late: false });
  });

  it('two periods on one day are refused with both names', () => {
    expect(() => periodTable([period('a', '2026-01-01', '2026-01-31', 'open'), period('b', '2026-01-31', '2026-02-28', 'open')])).toThrow(/Periods a \(to 2026-01-31\) and b \(from 2026-01-31\).*overlap/);
    expect(() => periodTable([period('a', '2026-02-01', '2026-01-31', 'open')])).toThrow(/ends on 2026-01-31, before it begins/);
  });
});
