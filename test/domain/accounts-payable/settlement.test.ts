import { describe, expect, it } from 'vitest';
import type { CaseState, DuplicateCandidate, InvoiceFacts } from '../../../domain/model/invoice-facts.ts';
import { settlementOf } from '../../../domain/rules/accounts-payable/credits.ts';

const eur = (minor: string) => ({ currency: 'EUR', minor });

describe('C4: how a credit settles', () => {
  it.each([
    ['full, of a posted invoice', 'posted', '1000', '1000', 'closes-both'],
    ['full, of an invoice that waits for its approval', 'pending', '1000', '1000', 'reduces-open'],
    ['full, of an invoice whose step is parked', 'parked', '1000', '1000', 'reduces-open'],
    ['in part', 'posted', '400', '1000', 'reduces-open'],
    ['larger than what is open', 'posted', '1001', '1000', 'debit-balance'],
    ['of a paid invoice', 'paid', '1000', '0', 'debit-balance'],
  ] as [string, CaseState, string, string, string][])('%s', (_what, state, amount, open, settlement) => {
    const facts = { invoice: { totals: { gross: eur(amount) } } } as InvoiceFacts;
    expect(settlementOf(facts, 'goodwill', { caseId: 'c1', state, open: eur(open) } as DuplicateCandidate)).toEqual({ kind: 'goodwill', against: 'c1', settlement });
  });
});
