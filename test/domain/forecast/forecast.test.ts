import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../bench/close/random.ts';
import { addDays } from '../../../domain/calendar/plain-date.ts';
import type { CashItem } from '../../../domain/model/forecast.ts';
import type { ForecastPolicy } from '../../../domain/policy/close.ts';
import { settleItems, type BankLine } from '../../../domain/rules/forecast/actuals.ts';
import { expectedDate, paymentHabits } from '../../../domain/rules/forecast/expected-date.ts';
import { forecastOf, snapshotOf, weekStart, type ForecastFacts } from '../../../domain/rules/forecast/forecast.ts';
import { applyDeltas, breachesOf } from '../../../domain/rules/forecast/limits.ts';
import { forecastErrors, varianceOf } from '../../../domain/rules/forecast/variance.ts';
import { rateTable } from '../../../domain/rules/group/rates.ts';

const eur = (minor: number): { currency: string; minor: string } => ({ currency: 'EUR', minor: String(minor) });
const pass = (name: string, kind: 'one-to-one' | 'many-to-many', keys: string[], days: number) => ({ name, kind, keys, tolerance: { amount: '0', percent: '0', days }, ambiguous: 'refuse' as const });
const policy: ForecastPolicy = { name: 'test', leastHistory: 3, segmentShifts: { public: 10 }, disputed: 'exclude', passes: [pass('reference', 'one-to-one', ['account', 'reference'], 60), pass('sum', 'many-to-many', ['account', 'reference'], 60), pass('amount', 'one-to-one', ['account'], 7)] };
const today = '2026-11-04'; // a Wednesday
const item = (id: string, cents: number, more: Partial<CashItem> = {}): CashItem => ({ id, entity: 'DE01', bank: 'main', kind: cents > 0 ? 'receivable' : 'payable', category: 'trade', amount: eur(cents), partner: '', segment: '', reference: id, promiseCredible: 'no', dueDate: '2026-11-10', status: 'confirmed', ...more });
const banks = [{ entity: 'DE01', bank: 'main', currency: 'EUR', statement: { date: '2026-11-03', closing: '1000.00', balanced: true } }];
const rates = rateTable([{ schemaVersion: 1, from: 'USD', to: 'EUR', kind: 'closing', date: today, rate: '0.8' }]);
const facts = (items: CashItem[], more: Partial<ForecastFacts> = {}): ForecastFacts => ({ banks, items, habits: new Map(), policy, rates, rateDate: today, groupCurrency: 'EUR', today, weeks: 13, ...more });

describe('TF-1: weeks of cash', () => {
  it('opens with the last balanced statement; every week opens with the close of the one before; a week of 13', () => {
    const [row] = forecastOf(facts([item('a', 50_000), item('b', -20_000, { dueDate: '2026-11-08' }), item('c', 7, { dueDate: '2027-02-01' })])).rows;
    expect(row!.weeks.slice(0, 3).map((week) => [week.start, Number(week.opening), Number(week.in), Number(week.out), Number(week.closing)])).toEqual([
      ['2026-11-02', 100_000, 0, 20_000, 80_000], ['2026-11-09', 80_000, 50_000, 0, 130_000], ['2026-11-16', 130_000, 0, 0, 130_000],
    ]);
    expect(row!.weeks).toHaveLength(13);
    expect(row!.weeks.at(-1)!.closing).toBe(130_000n); // what is due in the fourteenth week is not in it
  });

  it.each([
    ['no statement', { ...banks[0]!, statement: undefined }], ['a statement that does not balance', { ...banks[0]!, statement: { ...banks[0]!.statement, balanced: false } }],
  ])('an account with %s is named and not shown', (_name, account) => {
    const { rows, problems } = forecastOf(facts([], { banks: [account] }));
    expect(rows).toEqual([]);
    expect(problems).toMatchObject([{ code: 'forecast-opening-missing' }]);
  });

  const dollars = [...banks, { entity: 'US02', bank: 'ny', currency: 'USD', statement: { date: '2026-11-03', closing: '500.00', balanced: true } }];
  const transfer = (id: string, entity: string, bank: string, currency: string, cents: number) => item(id, cents, { kind: 'intercompany', entity, bank, amount: { currency, minor: String(cents) } });
  it('the group is the sum of its accounts at one day’s rates, and payments within it cancel', () => {
    const { group, problems } = forecastOf(facts([transfer('out', 'DE01', 'main', 'EUR', -8_000), transfer('in', 'US02', 'ny', 'USD', 10_000), item('a', 300)], { banks: dollars }));
    expect(problems).toEqual([]);
    expect(group.weeks.map(({ closing }) => Number(closing)).slice(0, 2)).toEqual([140_000, 140_300]);
  });

  it.each([
    ['one side only', [transfer('out', 'DE01', 'main', 'EUR', -8_000)]], ['sides in two weeks', [transfer('out', 'DE01', 'main', 'EUR', -8_000), { ...transfer('in', 'US02', 'ny', 'USD', 10_000), dueDate: '2026-11-20' }]],
  ])('payments within the group with %s are named', (_name, items) => expect(forecastOf(facts(items, { banks: dollars })).problems[0]).toMatchObject({ code: 'forecast-intercompany' }));

  it('a missing rate is refused, an item on an unknown account named, an item that is there twice refused', () => {
    expect(() => forecastOf(facts([], { banks: dollars, rates: rateTable([]) }))).toThrow('no closing rate USD/EUR for 2026-11-04');
    expect(forecastOf(facts([item('a', 5, { bank: 'other' })])).problems).toMatchObject([{ code: 'forecast-opening-missing' }]);
    expect(() => forecastOf(facts([item('a', 5), item('a', 6)]))).toThrow('a is there twice');
  });

  it('every item is in one week or in none, and closings follow from openings, in any order', () => {
    const some = fc.array(fc.record({ cents: fc.integer({ min: -99_999, max: 99_999 }).filter((cents) => cents !== 0), days: fc.integer({ min: -60, max: 150 }), actual: fc.boolean() }), { maxLength: 30 });
    fc.assert(fc.property(some, fc.integer(), (list, seed) => {
      const items = list.map(({ cents, days, actual }, index) => item(`i${index}`, cents, { dueDate: addDays(today, days), ...(actual ? { status: 'actual' as const, actual: { date: today, amount: eur(cents) } } : {}) }));
      const forecast = forecastOf(facts(items));
      expect(forecastOf(facts(new Random(seed >>> 0).shuffle(items)))).toEqual(forecast);
      expect(new Set(forecast.placed.map((placed) => placed.item.id)).size).toBe(forecast.placed.length);
      expect(forecast.placed.some((placed) => placed.item.status === 'actual')).toBe(false);
      for (const row of [...forecast.rows, forecast.group])
        for (const [index, week] of row.weeks.entries()) {
          expect(week.closing).toBe(week.opening + week.in - week.out);
          if (index > 0) expect(week.opening).toBe(row.weeks[index - 1]!.closing);
        }
      const expected = list.filter(({ actual, days }) => !actual && addDays(today, days) < addDays(weekStart(today), 91)).reduce((sum, { cents }) => sum + cents, 100_000);
      expect(Number(forecast.rows[0]!.weeks.at(-1)!.closing)).toBe(expected);
    }));
  });
});

describe('TF-2: the day on which an item is expected', () => {
  const settled = [10, 14, 30].map((days, index) => ({ customer: 'C1', invoiceDate: addDays('2026-01-01', index), paidDate: addDays('2026-01-01', index + days) }));
  const habits = paymentHabits([...settled, ...settled.slice(1).map((each) => ({ ...each, customer: 'C2' }))], 3);
  const base = { partner: 'C1', invoiceDate: '2026-11-01', dueDate: '2026-11-20' };

  it.each<[string, CashItem, string, string]>([
    ['a credible promise before all', item('a', 1, { ...base, promiseDate: '2026-12-24', promiseCredible: 'yes' }), '2026-12-24', 'promise'],
    ['a promise that is not credible counts for nothing', item('a', 1, { ...base, promiseDate: '2026-12-24' }), '2026-11-15', 'habit'],
    ['the median habit of the customer', item('a', 1, base), '2026-11-15', 'habit'],
    ['too little history: the due date', item('a', 1, { ...base, partner: 'C2' }), '2026-11-20', 'due'],
    ['the shift of the segment', item('a', 1, { ...base, partner: 'C3', segment: 'public' }), '2026-11-30', 'segment'],
    ['overdue: not before today', item('a', 1, { partner: 'C3', dueDate: '2026-08-01' }), today, 'due'],
    ['an approved payment run before the due date', item('a', -1, { dueDate: '2026-11-20', runDate: '2026-11-12' }), '2026-11-12', 'payment-run'],
    ['a payment on its due date', item('a', -1, { dueDate: '2026-11-20' }), '2026-11-20', 'due'],
    ['payroll on the day of the contract', item('a', -1, { kind: 'payroll', dueDate: '2026-11-20', contractDate: '2026-11-27' }), '2026-11-27', 'contract'],
    ['tax on the day of the law', item('a', -1, { kind: 'tax', contractDate: '2026-12-10' }), '2026-12-10', 'contract'],
  ])('%s', (_name, of, date, basis) => expect(expectedDate(of, habits, policy, today)).toMatchObject({ date, basis }));

  it.each([['exclude' as const, 0], ['weight' as const, 250]])('a disputed item: %s', (disputed, income) => {
    expect(Number(forecastOf(facts([item('a', 1_000, { disputed: '25' })], { policy: { ...policy, disputed } })).rows[0]!.weeks[1]!.in)).toBe(income);
  });
});

describe('TF-3: from estimated to actual', () => {
  const line = (id: string, cents: number, date: string, reference = ''): BankLine => ({ id, entity: 'DE01', bank: 'main', amount: eur(cents), date, reference });
  const items = [item('a', 500), item('b', 300, { reference: 'R' }), item('c', 200, { reference: 'R' }), item('d', -70, { reference: '' }), item('e', 999)];

  it('finds them by reference, in sums, and by amount; each is either forecast or actual', () => {
    const { items: after, unexpected } = settleItems(items, [line('1', 500, '2026-11-03', 'a'), line('2', 500, '2026-11-04', 'R'), line('3', -70, '2026-11-05'), line('4', 12, '2026-11-05')], new Map(), policy, today);
    expect(after.filter(({ status }) => status === 'actual').map(({ id, actual }) => [id, actual?.date, actual?.amount.minor])).toEqual([['a', '2026-11-03', '500'], ['b', '2026-11-04', '300'], ['c', '2026-11-04', '200'], ['d', '2026-11-05', '-70']]);
    expect(unexpected.map(({ id }) => id)).toEqual(['4']);
    expect(forecastOf(facts([...after])).placed.map((placed) => placed.item.id)).toEqual(['e']);
  });

  it('a second statement does not settle twice, another account settles nothing', () => {
    const lines = [line('1', 500, '2026-11-03', 'a')];
    const once = settleItems(items, lines, new Map(), policy, today);
    expect(settleItems(once.items, lines, new Map(), policy, today)).toEqual({ items: once.items, unexpected: lines });
    expect(settleItems(items, [{ ...lines[0]!, bank: 'other' }], new Map(), policy, today).items).toEqual(items);
  });
});

describe('TF-4: what was forecast against what came', () => {
  const items = [item('early', 100, { dueDate: '2026-11-12' }), item('right', 200), item('less', 300), item('never', 400), item('late', 500)];
  const snapshot = snapshotOf('week 45', forecastOf(facts(items)));
  const came = (id: string, date: string, cents: number): CashItem => ({ ...item(id, cents), status: 'actual', actual: { date, amount: eur(cents) } });
  const after = [came('early', '2026-11-04', 100), came('right', '2026-11-13', 200), came('less', '2026-11-09', 280), item('never', 400), came('late', '2026-11-17', 510), came('new', '2026-11-10', 50)];
  const context = { rates, rateDate: today, groupCurrency: 'EUR', until: '2026-11-22' };

  it('timing apart from permanent, and both together are the difference', () => {
    expect(varianceOf(snapshot, after, context).map(({ week, forecast, actual, timing, permanent }) => [week, ...[forecast, actual, timing, permanent].map(Number)])).toEqual([
      ['2026-11-02', 0, 100, 100, 0], ['2026-11-09', 1_500, 530, -600, -370], ['2026-11-16', 0, 510, 500, 10],
    ]);
  });

  it('only weeks that are over count', () => expect(varianceOf(snapshot, after, { ...context, until: '2026-11-14' }).map(({ week }) => week)).toEqual(['2026-11-02']));

  it('Σ of timing and permanent is the difference in every row, whatever came', () => {
    fc.assert(fc.property(fc.array(fc.record({ due: fc.integer({ min: 0, max: 80 }), cents: fc.integer({ min: 1, max: 9_999 }), came: fc.option(fc.record({ days: fc.integer({ min: 0, max: 80 }), cents: fc.integer({ min: 1, max: 9_999 }) })) }), { maxLength: 20 }), (list) => {
      const before = list.map(({ due, cents }, index) => item(`i${index}`, cents, { dueDate: addDays(today, due) }));
      const then = before.map((each, index) => (list[index]!.came ? came(each.id, addDays(today, list[index]!.came!.days), list[index]!.came!.cents) : each));
      const rows = varianceOf(snapshotOf('s', forecastOf(facts(before))), then, { ...context, until: '2027-02-28' });
      for (const row of rows) expect(row.actual - row.forecast).toBe(row.timing + row.permanent);
      expect(rows.reduce((sum, row) => sum + row.timing, 0n)).toBe(0n); // everything arrived within the thirteen weeks or not at all
    }));
  });

  it('the week rolls: next Monday the first week is gone and a thirteenth has come; the snapshot stays as it was', () => {
    const kept = structuredClone(snapshot);
    const next = snapshotOf('week 46', forecastOf(facts(items, { today: '2026-11-11' })));
    expect(next.weeks).toEqual([...snapshot.weeks.slice(1), '2027-02-01']);
    expect(snapshot).toEqual(kept);
  });

  it('errors at a horizon: bias apart from absolute error', () => {
    const first = (cents: number, start: string) => ({ schemaVersion: 1 as const, name: start, weeks: [start], entries: [{ item: `x${start}`, category: 'trade', week: 0, amount: eur(cents) }] });
    const actuals = [came('x2026-11-02', '2026-11-03', 100), came('x2026-11-09', '2026-11-10', 100)];
    expect(forecastErrors([first(150, '2026-11-02'), first(50, '2026-11-09')], actuals, context, [1])).toEqual([{ category: 'trade', horizon: 1, weeks: 2, absolute: '0.5', bias: '0' }]);
    expect(forecastErrors([first(150, '2026-11-02')], [], context, [1])).toMatchObject([{ absolute: undefined, bias: undefined }]);
  });
});

describe('TF-5: minimums and scenarios', () => {
  const items = [item('big', -90_000, { dueDate: '2026-11-12' }), item('small', -5_000, { dueDate: '2026-11-12' }), item('relief', 60_000, { dueDate: '2026-11-26' })];
  const covenant = { name: 'covenant', amount: eur(20_000) };
  it('names the weeks and the payment that weighs most, for the account and for the group', () => {
    const of = facts(items);
    const breaches = breachesOf(forecastOf(of), [{ name: 'reserve', entity: 'DE01', bank: 'main', amount: eur(10_000) }, covenant], of);
    expect(breaches.map(({ name, entity, week, closing, driver }) => [name, entity, week, closing.minor, driver])).toEqual([
      ['reserve', 'DE01', '2026-11-09', '5000', 'big'], ['reserve', 'DE01', '2026-11-16', '5000', undefined], ['covenant', '', '2026-11-09', '5000', 'big'], ['covenant', '', '2026-11-16', '5000', undefined],
    ]);
    expect(breachesOf(forecastOf(of), [{ name: 'exactly', amount: eur(5_000) }], of)).toEqual([]);
  });

  it.each<[string, Parameters<typeof applyDeltas>[1], number[]]>([
    ['receipts a fifth smaller', [{ kind: 'receivable', percent: '-20' }], [5_000, 5_000, 53_000]],
    ['payments two weeks later', [{ kind: 'payable', days: 14 }], [100_000, 100_000, 65_000]],
    ['both', [{ kind: 'receivable', percent: '-20' }, { kind: 'payable', days: 14 }], [100_000, 100_000, 53_000]],
    ['nothing that it touches', [{ partner: 'nobody', percent: '-100' }], [5_000, 5_000, 65_000]],
  ])('%s; the base stays as it was', (_name, deltas, closings) => {
    const kept = structuredClone(items);
    expect(forecastOf(facts(applyDeltas(items, deltas))).rows[0]!.weeks.slice(1, 4).map(({ closing }) => Number(closing))).toEqual(closings);
    expect(items).toEqual(kept);
  });
});
