import { describe, expect, it } from 'vitest';
import type { Journal } from '../../../domain/model/journal.ts';
import type { Reconciliation } from '../../../domain/model/reconciliation.ts';
import { rollForward, staleOpenings } from '../../../domain/rules/close/roll-forward.ts';

const eur = (minor: string): { currency: string; minor: string } => ({ currency: 'EUR', minor });
const reconciliation: Reconciliation = {
  schemaVersion: 1, id: 'bank', entity: 'DE01', ledger: 'main', period: '2026-01', type: 'bank', risk: 'low', accounts: ['1000'], asOf: '2026-01-31', preparer: 'ana', ledgerBalance: eur('500'), supportingBalance: eur('400'),
  items: [{ id: 'i1', kind: 'deposit-in-transit', amount: eur('100'), since: '2026-01-30', owner: 'ana', evidence: 'e' }], status: 'certified', history: [],
  certification: { preparedBy: 'ana', approvedBy: ['ben'], automatic: false, at: '2026-02-02T10:00:00Z', ledgerBalance: eur('500'), supportingBalance: eur('400'), items: eur('100') },
};
const recurring: Journal = {
  schemaVersion: 1, id: 'rent', entity: 'DE01', ledger: 'main', postingDate: '2026-01-31', documentDate: '2026-01-31', text: 'Rent', source: 'recurring', status: 'posted', number: 9, preparer: 'ana', autoReverseOn: '2026-02-01',
  approvals: [{ by: 'ben', at: '2026-01-31T10:00:00Z', contentHash: 'h' }], lines: [{ account: '6100', amount: eur('5'), functional: eur('5') }, { account: '1000', amount: eur('-5'), functional: eur('-5') }],
};

describe('CL-9: roll-forward', () => {
  const rolled = rollForward('2026-01', [reconciliation], [recurring, { ...recurring, id: 'once', source: 'manual' }]);

  it('open items with their age, owners and recurring entries carry; certifications and approvals do not', () => {
    expect(rolled.reconciliations).toMatchObject([{ id: 'bank@2026-02', period: '2026-02', asOf: '2026-02-28', status: 'open', preparer: 'ana', items: [{ id: 'i1', since: '2026-01-30' }] }]);
    expect(rolled.reconciliations[0]!.certification).toBeUndefined();
    expect(rolled.journals).toMatchObject([{ id: 'rent@2026-02', postingDate: '2026-02-28', autoReverseOn: '2026-03-01', status: 'draft', approvals: [] }]);
    expect(rolled.journals[0]!.number).toBeUndefined();
  });

  it('a second run hands over the same, and the next one goes on from it', () => {
    expect(rollForward('2026-01', [reconciliation], [recurring, { ...recurring, id: 'once', source: 'manual' }])).toEqual(rolled);
    expect(rollForward('2026-02', rolled.reconciliations, rolled.journals)).toMatchObject({ period: '2026-03', reconciliations: [{ id: 'bank@2026-03' }], journals: [{ id: 'rent@2026-03', postingDate: '2026-03-31' }] });
  });

  it.each([['2026-10', '2027-01', ['2026-11', '2026-12', '2027-01']], ['2026-Q4', '2027-Q2', ['2027-Q1', '2027-Q2']], ['2026-10', '2026-10', []]])('a change in %s makes the openings up to %s stale', (changed, current, expected) =>
    expect(staleOpenings(changed, current)).toEqual(expected));
});
