import type { InvoiceFacts } from '../../model/invoice-facts.ts';
import { canonicalJson } from '../canonical-json.ts';
import { compareText } from './findings.ts';

/** The same facts in one fixed order, so that no result depends on how a database or an ERP happened to sort them. */
export function inOrder(facts: InvoiceFacts): InvoiceFacts {
  return {
    ...facts,
    supplierCandidates: sorted(facts.supplierCandidates),
    orders: sorted(facts.orders),
    receipts: sorted(facts.receipts),
    reservations: sorted(facts.reservations),
    duplicateCandidates: sorted(facts.duplicateCandidates),
    overrides: sorted(facts.overrides),
    recentInvoices: sorted(facts.recentInvoices),
    people: sorted(facts.people),
    delegations: sorted(facts.delegations),
    quarantined: sorted(facts.quarantined),
    totals: sorted(facts.totals),
  };
}

function sorted<Item>(items: readonly Item[]): Item[] {
  return items
    .map((item) => ({ item, key: canonicalJson(item) }))
    .sort((a, b) => compareText(a.key, b.key))
    .map(({ item }) => item);
}
