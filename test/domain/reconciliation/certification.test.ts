import { describe, expect, it } from 'vitest';
import type { Reconciliation, ReconcilingItem } from '../../../domain/model/reconciliation.ts';
import type { ReconciliationPolicy } from '../../../domain/policy/close.ts';
import { rateTable } from '../../../domain/rules/group/rates.ts';
import { carriedItems, certify, certifyByRule, policyInCurrency, refresh, unexplained, type AutomaticFacts } from '../../../domain/rules/reconciliation/certification.ts';
import { coverageProblems } from '../../../domain/rules/reconciliation/completeness.ts';
import { fluxOf, fluxProblems } from '../../../domain/rules/reconciliation/flux.ts';
import { trialBalance } from '../../../domain/rules/ledger/trial-balance.ts';
import { account, chartOf, line } from '../ledger/books.ts';

const eur = (minor: number): { currency: string; minor: string } => ({ currency: 'EUR', minor: String(minor) });
const kinds = { itemKinds: ['timing'], ageLimitDays: 30 };
const policy: ReconciliationPolicy = {
  name: 'test', thresholds: { low: eur(100), medium: eur(10), high: eur(0) }, approvers: { low: 1, medium: 1, high: 2 },
  types: { bank: kinds, 'sub-ledger': kinds, 'goods-received': kinds, intercompany: kinds, accrual: kinds, 'fixed-asset': kinds, suspense: kinds, other: kinds },
  manualJournalLimit: eur(5_000), flux: { amount: eur(1_000), percent: '10', combine: 'and' },
};
const item = (more: Partial<ReconcilingItem> = {}): ReconcilingItem => ({ id: 'i1', kind: 'timing', amount: eur(200), since: '2026-10-20', owner: 'ana', evidence: 'e', ...more });
const rec = (more: Partial<Reconciliation> = {}): Reconciliation => ({
  schemaVersion: 1, id: 'bank', entity: 'DE01', ledger: 'main', period: '2026-10', type: 'bank', risk: 'low', accounts: ['1000'], asOf: '2026-10-31', preparer: 'ana', ledgerBalance: eur(1_000), supportingBalance: eur(800), items: [item()], status: 'prepared', history: [], ...more,
});
const at = '2026-11-02T10:00:00Z';

describe('RC-1, RC-3: certification by people', () => {
  it.each([
    ['everything explained', rec(), [{ by: 'ben' }], []],
    ['unexplained up to the threshold', rec({ supportingBalance: eur(700) }), [{ by: 'ben' }], []],
    ['a cent more', rec({ supportingBalance: eur(699) }), [{ by: 'ben' }], ['reconciliation-unexplained']],
    ['high risk: nothing unexplained', rec({ risk: 'high', supportingBalance: eur(799) }), [{ by: 'ben' }, { by: 'cleo' }], ['reconciliation-unexplained']],
    ['an item without owner', rec({ items: [item({ owner: undefined })] }), [{ by: 'ben' }], ['reconciling-item-incomplete']],
    ['an item of a kind that the type does not list', rec({ items: [item({ kind: 'hope' })] }), [{ by: 'ben' }], ['reconciling-item-incomplete']],
    ['an item from after the period', rec({ items: [item({ since: '2026-11-01' })] }), [{ by: 'ben' }], ['reconciling-item-incomplete']],
    ['the preparer approves', rec(), [{ by: 'ana' }], ['duties-conflict']],
    ['somebody approves for the preparer', rec(), [{ by: 'ben', onBehalfOf: 'ana' }], ['duties-conflict']],
    ['one person twice at high risk', rec({ risk: 'high' }), [{ by: 'ben' }, { by: 'ben' }], ['duties-conflict']],
    ['one approver at high risk', rec({ risk: 'high' }), [{ by: 'ben' }], ['journal-not-approved']],
  ])('%s', (_name, reconciliation, approvers, codes) => {
    const result = certify(reconciliation, approvers, at, policy);
    expect(Array.isArray(result) ? result.map(({ code }) => code) : []).toEqual(codes);
  });

  it('thresholds travel into the currency of the account', () => {
    const rates = rateTable([{ schemaVersion: 1, from: 'USD', to: 'EUR', kind: 'closing', date: '2026-10-31', rate: '0.80' }]);
    expect(policyInCurrency(policy, 'USD', rates, '2026-10-31').thresholds.low).toEqual({ currency: 'USD', minor: '125' });
    expect(() => policyInCurrency(policy, 'GBP', rates, '2026-10-31')).toThrow('no closing rate EUR/GBP for 2026-10-31');
  });
});

describe('RC-2: certification by rule', () => {
  const facts = (more: Partial<AutomaticFacts> = {}): AutomaticFacts => ({ previous: undefined, largestManualJournal: eur(0), activity: 5, periodsWithoutPerson: 0, periodsPerTwoQuarters: 6, ...more });
  const inactive = facts({ activity: 0, previous: rec({ status: 'certified' }) });
  it.each([
    ['low risk, explained', rec(), facts(), true],
    ['an old item', rec({ items: [item({ since: '2026-09-01' })] }), facts(), false],
    ['a large manual entry', rec(), facts({ largestManualJournal: eur(5_001) }), false],
    ['medium risk with activity', rec({ risk: 'medium' }), facts(), false],
    ['medium risk without activity', rec({ risk: 'medium' }), inactive, true],
    ['medium risk, two quarters without a person', rec({ risk: 'medium' }), { ...inactive, periodsWithoutPerson: 6 }, false],
    ['high risk', rec({ risk: 'high' }), inactive, false],
    ['unexplained', rec({ supportingBalance: eur(0) }), inactive, false],
  ])('%s', (_name, reconciliation, given, expected) => expect('status' in certifyByRule(reconciliation, given, at, policy)).toBe(expected));
});

describe('CL-8, RC-3: figures that change after certification', () => {
  const certified = certify(rec(), [{ by: 'ben' }], at, policy) as Reconciliation;
  const figures = { ledgerBalance: eur(1_000), supportingBalance: eur(800), items: [item()] };

  it('unchanged values leave it certified', () => expect(refresh(certified, figures, at)).toEqual(certified));

  it('a changed balance decertifies it once, with old and new value', () => {
    const once = refresh(certified, { ...figures, ledgerBalance: eur(850) }, '2026-11-05T10:00:00Z');
    expect(once).toMatchObject({ status: 'decertified', history: [{ field: 'ledgerBalance', old: eur(1_000), new: eur(850), voidedAt: '2026-11-05T10:00:00Z', certification: { approvedBy: ['ben'] } }] });
    expect(once.certification).toBeUndefined();
    expect(refresh(once, { ...figures, ledgerBalance: eur(850) }, '2026-11-06T10:00:00Z')).toEqual(once);
    expect(refresh(once, figures, '2026-11-06T10:00:00Z').history).toHaveLength(1);
    expect(unexplained(once)).toEqual(eur(-150));
  });

  it('CL-9: open items carry with their first date', () => {
    expect(carriedItems(rec({ items: [item(), item({ id: 'i2' })] }), new Set(['i2']))).toEqual([item()]);
  });
});

describe('RC-4, RC-5', () => {
  it('every balance-sheet account with balance or activity has exactly one reconciliation', () => {
    const chart = chartOf([account('1000', 'asset'), account('1200', 'asset'), account('2000', 'liability'), account('4000', 'income')]);
    const rows = trialBalance([line('a', '2026-10-01', '1000', 5), line('a', '2026-10-01', '4000', -5), line('b', '2026-10-01', '1200', 5), line('b', '2026-10-02', '1200', -5), line('c', '2026-10-01', '2000', -1)]);
    const cover = (id: string, ...accounts: string[]) => ({ id, entity: 'DE01', ledger: 'main', accounts });
    expect(coverageProblems(rows, chart, [cover('r1', '1000'), cover('r2', '1200', '2000')])).toEqual([]);
    expect(coverageProblems(rows, chart, [cover('r1', '1000'), cover('r2', '1000')]).map(({ code }) => code)).toEqual(['reconciliation-doubled', 'reconciliation-missing', 'reconciliation-missing']);
  });

  it.each([
    ['both reached', 10_000, 11_000, true], ['amount only', 100_000, 101_000, false], ['percent only', 1_000, 1_500, false], ['a new account', 0, 1_000, true], ['a small new account', 0, 999, false], ['no change', 5_000, 5_000, false], ['a fall', 10_000, 9_000, true],
  ])('flux: %s', (_name, before, after, explain) => expect(fluxOf([{ account: '1', before: eur(before), after: eur(after) }], policy.flux)[0]!.explain).toBe(explain));

  it('an explanation counts for the change that it was given for', () => {
    const flux = fluxOf([{ account: '1', before: eur(0), after: eur(2_000) }], policy.flux);
    expect(fluxProblems(flux, [{ account: '1', change: eur(2_000), text: 'New lease', by: 'ana' }])).toEqual([]);
    expect(fluxProblems(flux, [{ account: '1', change: eur(1_900), text: 'New lease', by: 'ana' }])[0]!.message).toContain('was for 19.00 EUR');
    expect(fluxProblems(flux, [])).toHaveLength(1);
  });
});
