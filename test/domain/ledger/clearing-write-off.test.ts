import { describe, expect, it } from 'vitest';
import type { Journal } from '../../../domain/model/journal.ts';
import type { Period } from '../../../domain/model/period.ts';
import { agedClearings, writeOff, type WriteOffSettings } from '../../../domain/rules/ledger/clearing-write-off.ts';
import { cutOffs, type OrderLineFacts } from '../../../domain/rules/ledger/goods-received.ts';
import { checkJournal } from '../../../domain/rules/ledger/journal-checks.ts';
import { firstOpenDate, periodTable } from '../../../domain/rules/ledger/period-guard.ts';
import { account, chartOf } from './books.ts';

const eur = (minor: number): { currency: string; minor: string } => ({ currency: 'EUR', minor: String(minor) });
const received: OrderLineFacts = { id: '4711/1', currency: 'EUR', price: '10', events: [{ kind: 'receipt', date: '2026-06-01', quantity: '3' }] };
const invoiced: OrderLineFacts = { id: '4712/1', currency: 'EUR', price: '5', events: [{ kind: 'invoice', date: '2026-05-01', quantity: '2', net: eur(1_000) }] };
const settled: OrderLineFacts = { id: '4713/1', currency: 'EUR', price: '5', events: [{ kind: 'receipt', date: '2026-01-01', quantity: '2' }, { kind: 'invoice', date: '2026-01-05', quantity: '2', net: eur(1_000) }] };
const settings: WriteOffSettings = { entity: 'DE01', ledger: 'main', preparer: 'ana', clearingAccount: '2150', writeOffAccount: '6990', ageLimitDays: 90 };
const nothingMore = { deliveryComplete: true, invoicingComplete: true };

describe('G5: aged clearing items', () => {
  it.each([
    ['2026-08-30', ['4712/1 121']], // 90 days after 1 June is not yet aged
    ['2026-08-31', ['4712/1 122', '4711/1 91']],
    ['2026-05-01', []],
  ])('on %s: oldest first, settled ones never', (asOf, expected) =>
    expect(agedClearings([received, settled, invoiced], asOf, 90).map(({ line, ageDays }) => `${line} ${ageDays}`)).toEqual(expected));

  const [goods, bill] = [agedClearings([received], '2026-10-31', 90)[0]!, agedClearings([invoiced], '2026-10-31', 90)[0]!];
  it.each([
    ['not aged', { ...goods, ageDays: 90 }, nothingMore, 'ben', 'write-off-refused'],
    ['the invoice may still come', goods, { deliveryComplete: true, invoicingComplete: false }, 'ben', 'write-off-refused'],
    ['the goods may still come', bill, { deliveryComplete: false, invoicingComplete: true }, 'ben', 'write-off-refused'],
    ['nobody approved', goods, nothingMore, undefined, 'journal-not-approved'],
    ['the preparer approved', goods, nothingMore, 'ana', 'duties-conflict'],
  ])('is not written off while %s', (_name, item, expectation, approvedBy, code) => expect(writeOff(item, expectation, approvedBy, '2026-10-31', settings)).toMatchObject({ code }));

  it.each([
    ['goods without invoice: a gain', goods, { deliveryComplete: false, invoicingComplete: true }, ['2150 3000', '6990 -3000']],
    ['an invoice without goods: a loss', bill, { deliveryComplete: true, invoicingComplete: false }, ['2150 -1000', '6990 1000']],
  ])('%s', (_name, item, expectation, lines) => {
    const made = writeOff(item, expectation, 'ben', '2026-10-31', settings) as Journal;
    expect(made.lines.map((each) => `${each.account} ${each.functional.minor}`)).toEqual(lines);
    expect(made).toMatchObject({ status: 'draft', preparer: 'ana', approvals: [] });
    expect(checkJournal(made, { accounts: chartOf([account('2150', 'liability'), account('6990', 'expense')]) })).toEqual([]);
    expect(writeOff(item, expectation, 'ben', '2026-10-31', settings)).toEqual(made);
  });
});

describe('G3: the day of goods and services decides, not the arrival of paper', () => {
  it('a receipt of October accrues in October although it is entered in November', () => {
    const late: OrderLineFacts = { ...received, events: [{ kind: 'invoice', date: '2026-11-04', quantity: '1', net: eur(1_000) }, { kind: 'receipt', date: '2026-10-30', quantity: '1' }] };
    expect(cutOffs([late], '2026-10-31')).toMatchObject([{ kind: 'received-not-invoiced', quantity: '1' }]);
    expect(cutOffs([late], '2026-11-30')).toEqual([]);
  });

  it('a closed period posts in the first open one and is flagged late', () => {
    const period = (id: string, to: string, status: Period['status']): Period => ({ schemaVersion: 1, id, entity: 'DE01', ledger: 'main', from: `${id}-01`, to, status });
    const periods = periodTable([period('2026-10', '2026-10-31', 'hard-closed'), period('2026-11', '2026-11-30', 'open')]);
    expect(firstOpenDate(periods, { entity: 'DE01', ledger: 'main', date: '2026-10-30' })).toMatchObject({ date: '2026-11-01', late: true });
    expect(firstOpenDate(periods, { entity: 'DE01', ledger: 'main', date: '2026-11-04' })).toMatchObject({ date: '2026-11-04', late: false });
  });
});
