import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readInvoice } from '../../../documents/invoice/read-invoice.ts';
import { addDays, weekday } from '../../../domain/calendar/plain-date.ts';
import { creditEffect } from '../../../domain/rules/invoice/credit.ts';
import { hasPublicData, publicFile, samplePath } from '../../documents/invoice/public-files.ts';
import { credit, eur, exclusions, payable, payments, propose } from './scenario.ts';

describe('P2: dates', () => {
  const due = (dueDate: string, policy: Parameters<typeof propose>[1]) => propose([payable('a', { dueDate })], { nextRunDate: '2026-12-31', ...policy }).items[0]?.payBy;

  it.each([
    // 4 July 2026 is a Saturday; 25 and 26 December are closing days of T2, the 26th a Saturday.
    ['2026-07-04', 'previous', 0, '2026-07-03'],
    ['2026-07-04', 'next', 0, '2026-07-06'],
    ['2026-07-03', 'next', 0, '2026-07-03'],
    ['2026-07-02', 'previous', 2, '2026-07-03'],
    ['2026-07-02', 'next', 2, '2026-07-06'],
    ['2026-12-26', 'previous', 0, '2026-12-24'],
    ['2026-12-26', 'next', 0, '2026-12-28'],
  ] as const)('net on %s, %s, %i days of grace: paid by %s', (dueDate, netDateOnDayOff, netDays, expected) => {
    expect(due(dueDate, { policy: { netDateOnDayOff, grace: { discountDays: 0, netDays } } })).toBe(expected);
  });

  it.each([
    [0, '2026-06-05'],
    [2, '2026-06-08'],
  ])('a discount until Saturday 6 June always moves back, after %i days of grace: %s', (discountDays, expected) => {
    const { items } = propose([payable('a', { discounts: [{ percent: '3', until: '2026-06-06' }], dueDate: '2026-06-30' })], { nextRunDate: '2026-06-12', policy: { netDateOnDayOff: 'next', grace: { discountDays, netDays: 0 } } });
    expect(items[0]?.payBy).toBe(expected);
    expect(items[0]?.discount?.until).toBe('2026-06-06');
  });
});

describe('P3: as late as possible, and not later', () => {
  it.each([
    ['overdue', '2026-01-15', true],
    ['due today', '2026-06-02', true],
    ['due before the next run', '2026-06-03', true],
    ['due on the day of the next run', '2026-06-04', false],
    ['due later', '2026-06-30', false],
  ])('%s', (_, dueDate, isIn) => expect(exclusions(propose([payable('a', { dueDate })]))).toEqual(isIn ? [] : ['a: not-due']));

  it('the next run on a closing day is executed later: what is due on that day is paid now', () => {
    const around = { runDate: '2026-04-02', today: '2026-04-02', nextRunDate: '2026-04-03' };
    expect(exclusions(propose([payable('a', { dueDate: '2026-04-02' })], around))).toEqual([]);
    expect(exclusions(propose([payable('a', { dueDate: '2026-04-05' })], { ...around, policy: { netDateOnDayOff: 'next' } }))).toEqual(['a: not-due']);
  });

  it('a discount that the next run would lose is taken now, one that it keeps waits', () => {
    const withDiscount = (until: string) => exclusions(propose([payable('a', { discounts: [{ percent: '2', until }], dueDate: '2026-06-30' })]));
    expect(withDiscount('2026-06-03')).toEqual([]);
    expect(withDiscount('2026-06-04')).toEqual(['a: not-due']);
  });

  it.each([
    ['2026-06-02', '2026-06-02', '2026-06-02'],
    ['2026-06-02', '2026-06-03', '2026-06-03'],
    ['2026-06-06', '2026-06-08', '2026-06-08'],
    ['2026-06-06', '2026-06-05', '2026-06-08'],
    ['2026-04-02', '2026-04-07', '2026-04-07'],
    ['2026-06-02', '2026-06-19', '2026-06-19'],
    ['2026-06-19', '2026-06-02', '2026-06-19'],
  ])('a run of %s, of which the bank executes nothing before %s, is executed on %s', (runDate, earliestExecution, executionDate) => {
    const proposal = propose([payable('a', { dueDate: '2026-01-01' })], { runDate, today: runDate, earliestExecution, nextRunDate: addDays(runDate, 7) });
    expect(proposal.instructions[0]?.executionDate).toBe(executionDate);
    expect(weekday(executionDate)).toBeLessThan(6);
  });

  it('a run that has waited past its next one says no day of the past', () => {
    const { excluded, items } = propose([payable('a', { dueDate: '2026-06-30' }), payable('b', { dueDate: '2026-06-19' })], { earliestExecution: '2026-06-19', today: '2026-06-19' });
    expect(items.map(({ caseId }) => caseId)).toEqual(['b']);
    expect(excluded.map(({ message }) => message)).toEqual(['Paying by 2026-06-30 is early enough; the next run executes on 2026-06-19.']);
  });
});

describe('P4: discounts', () => {
  /** 2,594.20 of 27 June 2016: 2 % within 7 days, 1 % within 14, net within 30. */
  const threeTiers = payable('a', {
    open: eur('2594.20'), net: eur('2180.00'), issueDate: '2016-06-27', baselineDate: '2016-06-27', dueDate: '2016-07-27',
    discounts: [{ percent: '2', days: 7 }, { percent: '1', days: 14 }, { percent: '0', days: 30 }],
  });
  const paidOn = (runDate: string, document = threeTiers, policy: NonNullable<Parameters<typeof propose>[1]>['policy'] = {}) =>
    propose([document], { runDate, today: runDate, nextRunDate: addDays(runDate, 60), policy }).instructions.map(({ amount }) => amount.minor).join();

  it.each([
    ['2016-06-27', '254232'],
    ['2016-07-04', '254232'],
    ['2016-07-05', '256826'],
    ['2016-07-11', '256826'],
    ['2016-07-12', '259420'],
    ['2016-07-27', '259420'],
    ['2016-08-30', '259420'],
  ])('three tiers, paid on %s: %s', (runDate, minor) => expect(paidOn(runDate)).toBe(minor));

  it.each([
    ['2016-07-04', '254232'],
    ['2016-07-05', '256826'],
    ['2016-07-13', '259420'],
  ])('three tiers of a run of 4 July, which the bank executes on %s: %s', (earliestExecution, minor) => {
    const { instructions } = propose([threeTiers], { runDate: '2016-07-04', today: '2016-07-04', nextRunDate: '2016-09-04', earliestExecution });
    expect(instructions.map(({ amount }) => amount.minor)).toEqual([minor]);
  });

  it.each([
    ['gross', '254232'],
    ['net', '255060'],
  ] as const)('taken from %s: %s', (base, minor) => expect(paidOn('2016-06-28', threeTiers, { discount: { minimumPercent: '0.5', hurdlePercent: '8', base } })).toBe(minor));

  it('a base that the document states comes before the policy, and is never more than the document', () => {
    const based = (text: string) => paidOn('2016-06-28', { ...threeTiers, discounts: [{ percent: '2', days: 7, base: eur(text) }] });
    expect(based('1000.00')).toBe('257420');
    expect(based('9999.00')).toBe('254232');
  });

  it('only what is still open earns a discount', () => expect(paidOn('2016-06-28', { ...threeTiers, gross: eur('5188.40') })).toBe('254232'));

  it.each([
    // 2/10 net 30 yields 37.24 % a year: 2/98 · 365/20.
    ['2', 10, 30, '37.24', true],
    ['2', 10, 30, '37.25', false],
    // 1/99 · 365/73 is 5.0505… %: the limit itself is not rounded.
    ['1', 0, 73, '5.05', true],
    ['1', 0, 73, '5.06', false],
    // 50/50 · 365/73 is exactly 500 %: equal passes.
    ['50', 0, 73, '500', true],
    ['50', 0, 73, '500.0000000001', false],
    // The discount lasts as long as the net term: paying early costs nothing.
    ['0.5', 30, 30, '1000000', true],
    ['0.5', 40, 30, '1000000', true],
  ])('%s %% in %i days, net in %i, hurdle %s: taken %s', (percent, days, net, hurdlePercent, taken) => {
    const document = payable('a', { baselineDate: '2026-06-01', dueDate: addDays('2026-06-01', net), discounts: [{ percent, days }] });
    const { items } = propose([document], { nextRunDate: '2027-01-01', runDate: '2026-06-01', today: '2026-06-01', policy: { discount: { minimumPercent: '0.5', hurdlePercent, base: 'gross' } } });
    expect(items[0]?.discount !== undefined).toBe(taken);
  });

  it('days of grace do not make a discount worth more', () => {
    const taken = (hurdlePercent: string) => propose([payable('a', { baselineDate: '2026-06-01', dueDate: '2026-07-01', discounts: [{ percent: '2', days: 10 }] })], { nextRunDate: '2027-01-01', policy: { grace: { discountDays: 5, netDays: 0 }, discount: { minimumPercent: '0.5', hurdlePercent, base: 'gross' } } }).items[0]?.discount !== undefined;
    expect([taken('37.24'), taken('37.25')]).toEqual([true, false]);
  });

  it('of two tiers of one rate the one that lasts longest', () => {
    const { items } = propose([payable('a', { baselineDate: '2026-06-01', dueDate: '2026-07-31', discounts: [{ percent: '2', days: 4 }, { percent: '2', days: 15 }] })], { nextRunDate: '2027-01-01' });
    expect(items[0]).toMatchObject({ payBy: '2026-06-16', discount: { until: '2026-06-16' } });
  });

  it('explains the yield', () => {
    const { items } = propose([payable('a', { baselineDate: '2026-06-01', dueDate: '2026-07-01', discounts: [{ percent: '2', days: 10 }] })], { nextRunDate: '2027-01-01' });
    expect(items[0]?.explanation[0]).toEqual({ rule: 'P4', inputs: { percent: '2', until: '2026-06-11', execution: '2026-06-02', net: '2026-07-01', yield: '37.24', hurdle: '8', minimum: '0.5' }, result: 'takes 20.00 EUR off' });
  });

  it.each([
    ['a rate below the least', { percent: '0.4', days: 10 }],
    ['no rate', { percent: '0', days: 10 }],
    ['a rate that leaves nothing', { percent: '100', days: 10 }],
    ['a discount that is over', { percent: '3', until: '2026-06-01' }],
    ['a discount without a date', { percent: '3' }],
    ['a base in another currency', { percent: '3', days: 60, base: { currency: 'USD', minor: '100000' } }],
  ])('not taken: %s', (_, tier) => expect(propose([payable('a', { baselineDate: '2026-06-02', discounts: [tier] })], { nextRunDate: '2027-01-01' }).items[0]?.discount).toBeUndefined());

  it('a lower tier is taken where the higher is not worth it', () => {
    const document = payable('a', { baselineDate: '2026-06-02', dueDate: '2026-07-02', discounts: [{ percent: '1', days: 0 }, { percent: '0.8', days: 28 }] });
    expect(propose([document], { nextRunDate: '2027-01-01', policy: { discount: { minimumPercent: '0.5', hurdlePercent: '20', base: 'gross' } } }).items[0]?.discount?.percent).toBe('0.8');
  });

  it.each([
    ['EUR', '12345', '247'],
    ['EUR', '25', '1'],
    ['JPY', '1234525', '24691'],
    ['KWD', '1234525', '24691'],
  ])('rounds half up once in the units of the currency (P11): 2 %% of %s %s is %s', (currency, minor, expected) => {
    const open = { currency, minor };
    const { items } = propose([payable('a', { open, discounts: [{ percent: '2', days: 60 }] })], {
      nextRunDate: '2027-01-01',
      rates: [{ from: currency, to: 'EUR', rate: '0.01' }],
      policy: { methods: [{ currency, method: 'credit-transfer', chargeBearer: 'SHAR' }], minimumPayment: {} },
    });
    expect(items[0]?.discount?.amount).toEqual({ currency, minor: expected });
  });

  it('a credit has no discount', () => expect(propose([payable('a'), credit('c', '100', { discounts: [{ percent: '2', days: 60 }] })], { nextRunDate: '2027-01-01' }).items[1]?.discount).toBeUndefined());

  it('takes less than the whole, never a discount that is over, and conserves every cent', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 10n ** 12n }), fc.array(fc.record({ percent: fc.integer({ min: 0, max: 12_000 }).map((n) => `${Math.floor(n / 100)}.${String(n % 100).padStart(2, '0')}`), days: fc.integer({ min: 0, max: 60 }) }), { maxLength: 4 }), fc.integer({ min: 0, max: 90 }), (minor, discounts, net) => {
        const document = payable('a', { open: { currency: 'EUR', minor: String(minor) }, baselineDate: '2026-05-20', dueDate: addDays('2026-05-20', net), discounts });
        const { items } = propose([document], { nextRunDate: '2027-01-01', policy: { minimumPayment: {}, limits: { run: '10000000000', supplier: '10000000000', account: '10000000000' } } });
        const [item] = items;
        expect(BigInt(item!.amount.minor) + BigInt(item!.discount?.amount.minor ?? 0)).toBe(minor);
        expect(BigInt(item!.amount.minor)).toBeGreaterThan(0n);
        if (item!.discount) expect(item!.payBy >= '2026-06-02').toBe(true);
      }),
    );
  });
});

describe('public documents', () => {
  const cases: [string, string[], string, number][] = [
    ['01.10a-INVOICE_ubl.xml', ['254232', '256826', '259420'], 'three tiers', 0],
    ['01.10a-INVOICE_uncefact.xml', ['254232', '256826', '259420'], 'three tiers', 0],
    ['03.01a-INVOICE_ubl.xml', ['', '', ''], 'over-prepaid', 0],
    ['03.01a-INVOICE_uncefact.xml', ['', '', ''], 'over-prepaid', 0],
  ];
  it.each(cases.map(([name, expected, what]) => [name, what, expected] as const))('%s: %s', async (name, _, expected) => {
    const file = hasPublicData ? publicFile('invoices', name) : undefined;
    if (file === undefined || !existsSync(file)) return expect(hasPublicData, `${name} is missing`).toBe(false);
    const result = await readInvoice(readFileSync(file));
    if (!result.ok) throw new Error(result.problem.message);
    const { invoice } = result;
    const document = payable('a', {
      class: invoice.class, open: creditEffect(invoice, invoice.totals.payable), gross: invoice.totals.gross, net: invoice.totals.net, discounts: invoice.payment.discounts,
      issueDate: invoice.issueDate, baselineDate: invoice.issueDate, dueDate: invoice.dueDate ?? addDays(invoice.issueDate, 30),
    });
    const amounts = [0, 8, 15].map((days) => propose([document], { runDate: addDays(invoice.issueDate, days), today: addDays(invoice.issueDate, days), nextRunDate: addDays(invoice.issueDate, 90) }).instructions.map(({ amount }) => amount.minor).join());
    expect(amounts).toEqual(expected);
  });

  it.each([
    ['zero-payable.ubl.xml', ['a: nothing-to-pay']],
    ['trio-credit-note.ubl.xml', ['a: credit-carried-forward']],
    ['trio-negative-invoice.ubl.xml', ['a: credit-carried-forward']],
    ['trio-original.ubl.xml', []],
  ])('%s', async (name, expected) => {
    const result = await readInvoice(readFileSync(samplePath(name)));
    if (!result.ok) throw new Error(result.problem.message);
    const { invoice } = result;
    const document = payable('a', { class: invoice.class, open: creditEffect(invoice, invoice.totals.payable), gross: invoice.totals.gross, net: invoice.totals.net, dueDate: '2026-06-01' });
    expect(exclusions(propose([document]))).toEqual(expected);
    expect(payments(propose([document])).length).toBe(expected.length === 0 ? 1 : 0);
  });
});
