import { describe, expect, it } from 'vitest';
import type { Journal } from '../../../domain/model/journal.ts';
import type { ApprovalTier } from '../../../domain/rules/ledger/approval.ts';
import { approvalAmount, editJournal, journalContent, mayPost, tierFor } from '../../../domain/rules/ledger/approval.ts';
import { accruals } from '../../../domain/rules/ledger/accruals.ts';
import { entriesOf } from '../../../domain/rules/ledger/entry.ts';
import { numberingGaps, reversalFaults, suspectedDuplicates, suspectedSplitting } from '../../../domain/rules/ledger/entry-controls.ts';
import { clearingTotal, cutOffs, orderLinePosition, type OrderLineFacts } from '../../../domain/rules/ledger/goods-received.ts';
import { checkJournal } from '../../../domain/rules/ledger/journal-checks.ts';
import { periodTable } from '../../../domain/rules/ledger/period-guard.ts';
import { dueReversals, reverse } from '../../../domain/rules/ledger/reversal.ts';
import { rateTable } from '../../../domain/rules/group/rates.ts';
import { account, chartOf, line } from './books.ts';
import fc from 'fast-check';

const eur = (minor: number): { currency: string; minor: string } => ({ currency: 'EUR', minor: String(minor) });
const journal = (fields: Partial<Journal> = {}): Journal => ({
  schemaVersion: 1, id: 'J1', entity: 'DE01', ledger: 'main', postingDate: '2026-10-31', documentDate: '2026-10-31', text: 'Rent', source: 'manual', status: 'posted', preparer: 'ana', approvals: [],
  lines: [{ account: '6100', amount: eur(90_000), functional: eur(90_000) }, { account: '2300', amount: eur(-90_000), functional: eur(-90_000) }], ...fields,
});
const tiers: ApprovalTier[] = [{ upTo: eur(100_000), role: 'accountant', approvals: 1 }, { role: 'controller', approvals: 2 }];

describe('JE-3, JE-4: approvals', () => {
  it.each([[100_000, 'accountant'], [100_001, 'controller']])('%i cents belong to the %s', (minor, role) => expect(tierFor(tiers, eur(minor)).role).toBe(role));

  it.each([
    ['a limit on the last tier', [{ upTo: eur(1), role: 'a', approvals: 1 }]],
    ['limits that fall', [{ upTo: eur(2), role: 'a', approvals: 1 }, { upTo: eur(1), role: 'b', approvals: 1 }, { role: 'c', approvals: 1 }]],
  ])('A1: %s is refused', (_name, bad) => expect(() => tierFor(bad, eur(1))).toThrow('breaks the rising order'));

  it('JE-3: an entry counts by its debits in group currency, at the closing rate of its day', () => {
    const pounds = (minor: number) => ({ currency: 'GBP', minor: String(minor) });
    const rates = rateTable([{ schemaVersion: 1, from: 'GBP', to: 'EUR', kind: 'closing', date: '2026-10-31', rate: '1.15', source: 'test' }]);
    const foreign = journal({ lines: [{ account: '6100', amount: pounds(90_000), functional: pounds(90_000) }, { account: '2300', amount: pounds(-90_000), functional: pounds(-90_000) }] });
    expect(approvalAmount(foreign, 'EUR', rates)).toEqual(eur(103_500));
    expect(approvalAmount(journal(), 'EUR', rates)).toEqual(eur(90_000));
    expect(() => approvalAmount({ ...foreign, postingDate: '2026-12-24' }, 'EUR', rates)).toThrow('no closing rate GBP/EUR for 2026-12-24');
  });

  const approval = (by: string, contentHash = 'h', onBehalfOf?: string): Journal['approvals'][number] => ({ by, at: '2026-11-01T10:00:00Z', contentHash, ...(onBehalfOf ? { onBehalfOf } : {}) });
  it.each([
    ['enough approvals by others', [approval('ben'), approval('cleo')], 'dora', undefined],
    ['the preparer posts', [approval('ben'), approval('cleo')], 'ana', 'duties-conflict'],
    ['the preparer approved', [approval('ana'), approval('cleo')], 'dora', 'duties-conflict'],
    ['a delegate of the preparer approved', [approval('ben', 'h', 'ana'), approval('cleo')], 'dora', 'duties-conflict'],
    ['one person approved twice', [approval('ben'), approval('ben')], 'dora', 'journal-not-approved'],
    ['somebody and his delegate are one', [approval('ben'), approval('cleo', 'h', 'ben')], 'dora', 'journal-not-approved'],
    ['an approval of older content', [approval('ben'), approval('cleo', 'old')], 'dora', 'journal-not-approved'],
  ])('%s', (_name, approvals, poster, code) => expect(mayPost(journal({ status: 'approved', approvals }), 'h', tiers[1]!, poster)?.code).toBe(code));

  it('an edit voids approvals, a change of nothing does not, a posted entry stays', () => {
    const approved = journal({ status: 'approved', approvals: [approval('ben')] });
    expect(editJournal(approved, { text: 'Rent October' })).toMatchObject({ status: 'draft', approvals: [] });
    expect(editJournal(approved, { text: 'Rent' })).toBe(approved);
    expect(editJournal(journal(), { text: 'x' })).toMatchObject({ code: 'journal-posted' });
    expect(journalContent(approved)).toBe(journalContent(journal({ number: 5 })));
  });
});

describe('JE-6: reversals and numbers', () => {
  it('a reversal cancels its entry and is refused twice, of drafts and of reversals', () => {
    const reversal = reverse(journal(), '2026-11-01', 'ben', []) as Journal;
    expect(reversal).toMatchObject({ reversalOf: 'J1', status: 'draft', postingDate: '2026-11-01' });
    expect(reversal.lines.map((each) => each.functional.minor)).toEqual(['-90000', '90000']);
    expect(reverse(journal(), '2026-11-01', 'ben', [reversal])).toMatchObject({ code: 'reversal-refused' });
    expect(reverse({ ...reversal, status: 'posted' }, '2026-11-02', 'ben', [])).toMatchObject({ code: 'reversal-refused' });
    expect(reverse(journal({ status: 'draft' }), '2026-11-01', 'ben', [])).toMatchObject({ code: 'reversal-refused' });
  });

  it('JE-2: automatic reversals are made once, and wait where their day is not open', () => {
    const accrual = journal({ autoReverseOn: '2026-11-01' });
    const at = (status: 'open' | 'hard-closed') => periodTable([{ schemaVersion: 1, id: '2026-11', entity: 'DE01', ledger: 'main', from: '2026-11-01', to: '2026-11-30', status }, { schemaVersion: 1, id: '2026-12', entity: 'DE01', ledger: 'main', from: '2026-12-01', to: '2026-12-31', status: 'open' }]);
    const made = dueReversals([accrual], '2026-11-01', at('open'), 'kontor').reversals;
    expect(made).toHaveLength(1);
    expect(dueReversals([accrual, ...made], '2026-11-02', at('open'), 'kontor').reversals).toEqual([]);
    expect(dueReversals([accrual], '2026-10-31', at('open'), 'kontor').reversals).toEqual([]);
    const waiting = dueReversals([accrual], '2026-11-01', at('hard-closed'), 'kontor');
    expect(waiting.reversals).toEqual([]);
    expect(waiting.queued[0]!.problem.message).toContain('2026-12 is the next open period');
  });

  it('gaps and doubles of numbers are listed per entity and year', () => {
    const numbered = (id: string, number: number, date = '2026-10-01') => line(id, date, '1000', 1, { number });
    expect(numberingGaps(entriesOf([numbered('a', 1), numbered('b', 4), numbered('c', 4), numbered('d', 2, '2027-01-01')])).map(({ message }) => message)).toEqual([
      'Numbers 2 to 3 of DE01/main 2026 are missing.', 'Number 4 of DE01/main 2026 is used twice.', 'Numbers 1 to 1 of DE01/main 2027 are missing.',
    ]);
  });

  it('a reversal that does not cancel, or reverses a reversal, is found', () => {
    const both = (id: string, cents: number, reversalOf = '') => [line(id, '2026-10-01', '1000', cents, { reversalOf }), line(id, '2026-10-01', '4000', -cents, { reversalOf })];
    expect(reversalFaults(entriesOf([...both('a', 5), ...both('b', -5, 'a')]))).toEqual([]);
    expect(reversalFaults(entriesOf([...both('a', 5), ...both('b', -6, 'a')]))[0]!.message).toContain('do not cancel');
    expect(reversalFaults(entriesOf([...both('a', 5), ...both('b', -5, 'a'), ...both('c', 5, 'b')]))[0]!.message).toContain('itself a reversal');
    expect(reversalFaults(entriesOf([...both('a', 5), ...both('b', -5, 'a'), ...both('c', -5, 'a')]))[0]!.message).toContain('more than once');
  });
});

describe('JE-4, JE-3: duplicates and splitting', () => {
  const entry = (id: string, date: string, cents: number, more = {}) => [line(id, date, '6000', cents, { text: 'Consulting', ...more }), line(id, date, '1000', -cents, { text: 'Consulting', ...more })];
  it.each([
    ['three days apart', [...entry('a', '2026-10-01', 5), ...entry('b', '2026-10-04', 5)], 1],
    ['four days apart', [...entry('a', '2026-10-01', 5), ...entry('b', '2026-10-05', 5)], 0],
    ['another amount', [...entry('a', '2026-10-01', 5), ...entry('b', '2026-10-01', 6)], 0],
    ['another text', [...entry('a', '2026-10-01', 5), ...entry('b', '2026-10-01', 5, { text: 'Advice' })], 0],
    ['the same text in other letters', [...entry('a', '2026-10-01', 5), ...entry('b', '2026-10-01', 5, { text: ' CONSULTING ' })], 1],
    ['another entity', [...entry('a', '2026-10-01', 5), ...entry('b', '2026-10-01', 5, { entity: 'US02' })], 0],
  ])('%s', (_name, lines, count) => expect(suspectedDuplicates(entriesOf(lines), 3)).toHaveLength(count));

  it.each([
    ['two that pass a limit together', [...entry('a', '2026-10-01', 60_000), ...entry('b', '2026-10-01', 60_000)], 1],
    ['two within it together', [...entry('a', '2026-10-01', 50_000), ...entry('b', '2026-10-01', 50_000)], 0],
    ['one that is above by itself', [...entry('a', '2026-10-01', 160_000), ...entry('b', '2026-10-01', 60_000)], 0],
    ['two persons', [...entry('a', '2026-10-01', 60_000), ...entry('b', '2026-10-01', 60_000, { preparer: 'ben' })], 0],
    ['two days', [...entry('a', '2026-10-01', 60_000), ...entry('b', '2026-10-02', 60_000)], 0],
  ])('splitting: %s', (_name, lines, count) => expect(suspectedSplitting(entriesOf(lines), tiers)).toHaveLength(count));
});

describe('G1, G2, G6: goods received and accruals', () => {
  const orderLine: OrderLineFacts = {
    id: '4711/1', currency: 'EUR', price: '10', events: [
      { kind: 'receipt', date: '2026-10-05', quantity: '60' }, { kind: 'invoice', date: '2026-10-10', quantity: '60', net: eur(63_000) },
      { kind: 'receipt', date: '2026-10-20', quantity: '40' }, { kind: 'receipt', date: '2026-11-03', quantity: '-10' }, { kind: 'invoice', date: '2026-11-08', quantity: '-10', net: eur(-10_500) },
    ],
  };

  it('G1: the worked example, movement by movement', () => {
    expect(orderLinePosition(orderLine).postings.map(({ clearing, priceDifference, payable }) => [clearing.minor, priceDifference.minor, payable.minor])).toEqual([
      ['-60000', '0', '0'], ['60000', '3000', '-63000'], ['-40000', '0', '0'], ['10000', '0', '0'], ['-10000', '-500', '10500'],
    ]);
  });

  it('G2: what is received and not invoiced at month end accrues and turns around on day 1', () => {
    expect(cutOffs([orderLine], '2026-10-15')).toEqual([]);
    const items = cutOffs([orderLine], '2026-10-31');
    expect(items).toEqual([{ line: '4711/1', kind: 'received-not-invoiced', quantity: '40', amount: eur(40_000), since: '2026-10-20' }]);
    const settings = { entity: 'DE01', ledger: 'main', preparer: 'ana', clearingAccount: '2150', receivedNotInvoicedAccount: '2100', invoicedNotReceivedAccount: '1450', accruedServicesAccount: '2300' };
    const services = [
      { id: 'S1', serviceTo: '2026-10-31', status: 'parked' as const, account: '6000', costCentre: 'CC', net: eur(5_000) }, { id: 'S2', serviceTo: '2026-11-01', status: 'approved' as const, account: '6000', net: eur(1) },
      { id: 'S3', serviceTo: '2026-10-01', status: 'posted' as const, account: '6000', net: eur(1) },
    ];
    const made = accruals(items, services, '2026-10-31', settings);
    expect(made.map(({ id, autoReverseOn, lines }) => [id, autoReverseOn, lines.map((each) => `${each.account} ${each.functional.minor}`)])).toEqual([
      ['accrual/DE01/2026-10-31/4711/1', '2026-11-01', ['2150 40000', '2100 -40000']], ['accrual/DE01/2026-10-31/S1', '2026-11-01', ['6000 5000', '2300 -5000']],
    ]);
    const accounts = chartOf(['2150', '2100', '6000', '2300'].map((code) => account(code, 'liability')));
    expect(made.flatMap((each) => checkJournal(each, { accounts }))).toEqual([]);
  });

  it('G6: the clearing account is always Σ (Qp − Qr)·Po, and every posting balances', () => {
    const events = fc.array(fc.record({ kind: fc.constantFrom('receipt' as const, 'invoice' as const), date: fc.constant('2026-10-01'), quantity: fc.integer({ min: -500, max: 500 }).map((tenths) => `${tenths < 0 ? '-' : ''}${Math.floor(Math.abs(tenths) / 10)}.${Math.abs(tenths) % 10}`), net: fc.integer({ min: -99_999, max: 99_999 }).map(eur) }), { maxLength: 12 });
    fc.assert(fc.property(fc.array(fc.record({ id: fc.string(), currency: fc.constant('EUR'), price: fc.integer({ min: 1, max: 99_999 }).map((thousandths) => `${Math.floor(thousandths / 1000)}.${String(thousandths % 1000).padStart(3, '0')}`), events }), { maxLength: 4 }), (lines) => {
      // Plain integers: tenths of units times thousandths of the price are ten-thousandths, rounded to cents half away from zero.
      const expected = lines.reduce((sum, each) => {
        const tenths = each.events.reduce((quantity, event) => quantity + (event.kind === 'invoice' ? 1 : -1) * Math.round(Number(event.quantity) * 10), 0);
        const product = BigInt(tenths) * BigInt(each.price.replace('.', ''));
        return sum + (product < 0n ? -((-product + 50n) / 100n) : (product + 50n) / 100n);
      }, 0n);
      expect(BigInt(clearingTotal('EUR', lines).minor)).toBe(expected);
      for (const { stock, clearing, priceDifference, payable } of lines.flatMap((each) => orderLinePosition(each).postings))
        expect([stock, clearing, priceDifference, payable].reduce((sum, { minor }) => sum + BigInt(minor), 0n)).toBe(0n);
    }));
  });
});
