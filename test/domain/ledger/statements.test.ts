import { describe, expect, it } from 'vitest';
import { journalHeader, randomBook } from '../../../bench/close/random-books.ts';
import { plantedBook, plantedKinds } from '../../../bench/close/planted-entries.ts';
import { Random } from '../../../bench/close/random.ts';
import type { JournalPolicy } from '../../../domain/policy/close.ts';
import { agedBalances, openItems } from '../../../domain/rules/ledger/aged-items.ts';
import { entriesOf } from '../../../domain/rules/ledger/entry.ts';
import { figuresOf, findFigure, OpenedFigure, type Figure } from '../../../domain/rules/ledger/figure.ts';
import { LateEntries, restatedFigures } from '../../../domain/rules/ledger/restatement.ts';
import { statements, type Statements } from '../../../domain/rules/ledger/statements.ts';
import { trialBalance } from '../../../domain/rules/ledger/trial-balance.ts';
import { unusualEntries } from '../../../domain/rules/ledger/unusual-entries.ts';
import { account, chartOf, line, readBook } from './books.ts';

const range = { from: '2026-04-01', to: '2026-06-30' };
const rootsOf = ({ balanceSheet, incomeStatement, cashFlow }: Statements): Figure[] => [...Object.values(balanceSheet), ...Object.values(incomeStatement), ...Object.values(cashFlow)];

describe('RR-1: every figure of a random book opens down to its lines', () => {
  it.each([11, 12, 13])('book %i', async (seed) => {
    const { accounts, rows } = randomBook(seed, 150);
    const { lines } = await readBook([journalHeader, ...rows].join('\n'), 977);
    const chart = chartOf(accounts);
    for (const each of statements(trialBalance(lines, range), chart, range))
      for (const figure of rootsOf(each).flatMap((root) => [...figuresOf(root)])) {
        const opened = new OpenedFigure(figure);
        const found = lines.flatMap((one) => opened.add(one));
        opened.finish();
        expect(found.reduce((sum, { contribution }) => sum + BigInt(contribution.minor), 0n)).toBe(BigInt(figure.amount.minor));
      }
  });

  it('a figure that is not the sum of its lines is refused, an unknown one named', () => {
    const lines = [line('J', '2026-05-01', '1000', 100), line('J', '2026-05-01', '4000', -100)];
    const [books] = statements(trialBalance(lines, range), chartOf([account('1000', 'asset', { cashFlow: 'cash' }), account('4000', 'income')]), range);
    const opened = new OpenedFigure(books!.balanceSheet.assets);
    opened.add(lines[0]!);
    opened.add(lines[0]!);
    expect(() => opened.finish()).toThrow('balance-sheet/assets/1000 says 1.00 EUR, its parts 2.00 EUR');
    expect(() => findFigure(rootsOf(books!), 'balance-sheet/nothing')).toThrow('no figure balance-sheet/nothing');
  });

  it('lines in any order give the same statements', async () => {
    const { accounts, rows } = randomBook(21, 200);
    const chart = chartOf(accounts);
    const of = async (body: string[]) => statements(trialBalance((await readBook([journalHeader, ...body].join('\n'))).lines, range), chart, range);
    expect(await of(new Random(3).shuffle(rows))).toEqual(await of(rows));
  });
});

const chart = chartOf([
  account('1000', 'asset', { cashFlow: 'cash' }), account('1200', 'asset'), account('1600', 'asset', { cashFlow: 'investing' }), account('1690', 'asset', { cashFlow: 'non-cash' }),
  account('2500', 'liability', { cashFlow: 'financing' }), account('3000', 'equity'), account('3100', 'equity'), account('4000', 'income'), account('4900', 'income', { cashFlow: 'investing' }), account('6000', 'expense'),
]);
const entry = (journal: string, date: string, debit: string, credit: string, cents: number, more = {}) => [line(journal, date, debit, cents, more), line(journal, date, credit, -cents, more)];
const figures = (lines: ReturnType<typeof line>[], at = range): Record<string, string> =>
  Object.fromEntries(rootsOf(statements(trialBalance(lines, at), chart, at)[0]!).flatMap((root) => [...figuresOf(root)]).map(({ id, amount }) => [id, amount.minor]));

describe('statements as a controller reads them', () => {
  const year = [
    ...entry('open', '2026-01-01', '1000', '3000', 100_000), ...entry('loan', '2026-04-02', '1000', '2500', 40_000), ...entry('machine', '2026-04-03', '1600', '1000', 30_000), ...entry('sale', '2026-05-01', '1200', '4000', 25_000),
    ...entry('cash', '2026-05-20', '1000', '1200', 20_000), ...entry('wages', '2026-05-31', '6000', '1000', 8_000), ...entry('depreciation', '2026-06-30', '6000', '1690', 1_000),
    // A machine with a book value of 5,000 goes for 7,000.
    ...entry('sold', '2026-06-15', '1000', '1600', 5_000), ...entry('gain', '2026-06-15', '1000', '4900', 2_000),
  ];

  it('indirect cash flow: the gain on the machine is investing, depreciation is no cash', () => {
    expect(figures(year)).toMatchObject({
      'income-statement/result': '18000', 'cash-flow/operating': '12000', 'cash-flow/operating/reclassified': '-2000', 'cash-flow/operating/non-cash': '1000', 'cash-flow/operating/working-capital': '-5000',
      'cash-flow/investing': '-23000', 'cash-flow/financing': '40000', 'cash-flow/change': '29000', 'cash-flow/opening-cash': '100000', 'cash-flow/closing-cash': '129000',
      'balance-sheet/assets': '158000', 'balance-sheet/liabilities': '40000', 'balance-sheet/equity': '118000',
    });
  });

  it('closing entries move the result into equity and out of no statement', () => {
    const closed = [...year, ...entry('close', '2026-06-30', '4000', '3100', 25_000, { source: 'closing' as const })];
    expect(figures(closed)).toMatchObject({ 'income-statement/result': '18000', 'cash-flow/change': '29000', 'balance-sheet/equity': '118000', 'balance-sheet/equity/3100': '25000' });
  });

  it('the result of earlier periods stands apart until it is appropriated', () => {
    const next = { from: '2026-07-01', to: '2026-09-30' };
    expect(figures([...year, ...entry('later', '2026-07-05', '1000', '4000', 500)], next)).toMatchObject({ 'balance-sheet/equity/result-brought-forward': '18000', 'balance-sheet/equity/result-of-period': '500' });
  });

  it('RR-1, RR-3: what was reported stays reproducible, and a late entry shows as a restatement', () => {
    const known = year.map((each) => ({ ...each, recordedAt: '2026-07-01T08:00:00Z' }));
    const lines = [...known, ...entry('late', '2026-06-30', '6000', '2500', 700, { recordedAt: '2026-07-09T09:00:00Z' })];
    const reportedAt = '2026-07-03T00:00:00Z';
    const late = new LateEntries(reportedAt, range.to);
    for (const each of lines) late.add(each);
    const before = statements(trialBalance(lines, { ...range, recordedBy: reportedAt }), chart, { ...range, recordedBy: reportedAt });
    expect(rootsOf(before[0]!).map(({ amount }) => amount)).toEqual(rootsOf(statements(trialBalance(known, range), chart, range)[0]!).map(({ amount }) => amount));
    const restated = restatedFigures(before, statements(trialBalance(lines, range), chart, range));
    expect(restated.find(({ figure }) => figure === 'income-statement/result')).toMatchObject({ reported: { minor: '18000' }, restated: { minor: '17300' }, difference: { minor: '-700' } });
    expect(late.list()).toMatchObject([{ journal: 'late', accounts: ['2500', '6000'] }]);
    expect(restatedFigures(before, before)).toEqual([]);
  });

  it('books that do not balance give no statement', () => {
    expect(() => figures([line('J', '2026-05-01', '1000', 5)])).toThrow('out by 5 minor units');
  });
});

describe('aged items', () => {
  it('age follows the first due date, payments reduce, buckets add up', () => {
    const item = (reference: string, date: string, cents: number, dueDate: string) => line(reference, date, '1200', cents, { reference, dueDate });
    const lines = [item('A', '2026-08-01', 1_000, '2026-08-31'), item('A', '2026-10-01', -400, ''), item('B', '2026-10-20', 300, '2026-11-20'), item('C', '2026-09-01', 50, '2026-09-30'), item('C', '2026-10-05', -50, ''), item('D', '2026-06-01', 70, '2026-07-01'), item('E', '2026-11-02', 999, '2026-11-02')];
    const items = openItems(new Random(5).shuffle(lines), new Set(['1200']), '2026-10-31');
    expect(items.map(({ reference, open, overdueDays, bucket }) => [reference, open.minor, overdueDays, bucket])).toEqual([['D', '70', 122, 4], ['A', '600', 61, 3], ['B', '300', -20, 0]]);
    expect(agedBalances(items)).toMatchObject([{ buckets: [{ minor: '300' }, { minor: '0' }, { minor: '0' }, { minor: '600' }, { minor: '70' }], total: { minor: '970' } }]);
  });
});

describe('JE-5: unusual entries', () => {
  const policy: JournalPolicy = {
    name: 'test', tiers: [{ upTo: { currency: 'EUR', minor: '1000000' }, role: 'a', approvals: 1 }, { role: 'b', approvals: 1 }], duplicateDays: 3,
    unusual: { seldomEntries: 5, shortText: 4, lateAfterDays: 10, outlierFactor: 20, belowTierPercent: 2, flagScore: 6, flagShare: 300 },
  };
  const { accounts, lines, planted } = plantedBook(8, 10_000, 4);
  const settings = { policy, accounts: chartOf(accounts), calendar: { weekend: [6, 7], holidays: [] } as const };

  it('finds each of the twelve kinds by the reason that was planted', () => {
    const ranked = unusualEntries(entriesOf(lines), settings);
    const found = new Set([...planted].filter(([journal, kind]) => ranked.slice(0, 300).some(({ entry: each, reasons }) => each.journal === journal && reasons.some(({ code }) => code === kind))).map(([, kind]) => kind));
    expect([...found].sort()).toEqual([...plantedKinds].sort());
  });

  it('the order of the book changes nothing, and every flag has its reasons', () => {
    const key = ({ entry: each, score, flagged }: ReturnType<typeof unusualEntries>[number]): string => `${each.journal} ${score} ${flagged}`;
    const ranked = unusualEntries(entriesOf(lines), settings);
    expect(unusualEntries(entriesOf(new Random(2).shuffle(lines)), settings).map(key)).toEqual(ranked.map(key));
    expect(ranked.filter(({ flagged, reasons }) => flagged && reasons.length === 0)).toEqual([]);
    expect(ranked.some(({ flagged }) => flagged)).toBe(true);
  });
});
