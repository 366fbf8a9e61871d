import { describe, expect, it } from 'vitest';
import type { InvoiceFacts } from '../../../domain/model/invoice-facts.ts';
import type { Supplier } from '../../../domain/model/supplier.ts';
import { dueDateOf } from '../../../domain/rules/accounts-payable/due-dates.ts';

describe('F19: terms of a supplier over the end of a month', () => {
  it.each([
    ['to a leap day', '2028-01-30', 30, '2028-02-29'],
    ['over a leap day', '2028-02-28', 2, '2028-03-01'],
    ['from a leap day', '2028-02-29', 30, '2028-03-30'],
    ['over a February without one', '2027-01-30', 30, '2027-03-01'],
    ['from the end of a month to the end of the next', '2026-10-31', 30, '2026-11-30'],
    ['over the turn of a year', '2026-12-31', 60, '2027-03-01'],
    ['over the night in which clocks go forward', '2028-03-25', 1, '2028-03-26'],
    ['over the night in which they go back', '2028-10-28', 2, '2028-10-30'],
    ['at once', '2028-02-29', 0, '2028-02-29'],
  ])('%s: %s and %i days', (_what, issueDate, paymentTermsDays, due) => {
    const facts = { invoice: { issueDate }, corrections: {}, receivedOn: '2020-01-01', policies: { posting: { content: { termsFrom: 'issue-date' } } } } as unknown as InvoiceFacts;
    expect(dueDateOf(facts, { paymentTermsDays } as Supplier)).toBe(due);
  });
});
