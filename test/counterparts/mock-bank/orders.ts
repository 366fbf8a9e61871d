import type { PaymentOrder } from '../../../domain/model/payment-order.ts';
import { sepaOrder, transferOf, type Transfer } from '../../adapters/bank/orders.ts';

export const payer = 'NL41MOCK0000000001';

const acme = { name: 'ACME Corporation', country: 'NL' };

/** An order that mock-bank takes: ACME pays accounts elsewhere. */
export function acmeOrder(transfers?: Transfer[], iban = payer): PaymentOrder {
  return sepaOrder({
    order: { debtor: acme, debtorAccount: { id: 'main', holder: acme.name, currency: 'EUR', iban, bic: 'MOCKNL2A', calendar: 't2' } },
    batch: { executionDate: '2026-10-02', ...(transfers ? { transfers } : {}) },
  });
}

/** What our pain.001 can carry, but a discount: many documents with a credit, a reference that was asked for, letters that SEPA does not know. */
export function richTransfers(): Transfer[] {
  const euro = (minor: string) => ({ currency: 'EUR', minor });
  const invoice = (number: string, minor: string) => ({ number, class: 'invoice' as const, issueDate: '2026-09-01', amount: euro(minor) });
  return [
    { ...transferOf('RICH-1', '99001'), creditor: { name: 'Müller & Łukasz <Söhne> "GmbH"', country: 'DE' } },
    { ...transferOf('RICH-2', '150000'), documents: [invoice('RE-1', '100000'), invoice('RE-2', '70000'), { ...invoice('GS-1', '20000'), class: 'credit-note' }] },
    { ...transferOf('RICH-3', '1'), creditorReference: 'RF18539007547034', creditorAccount: { iban: 'NL30MOCK0000000005', bic: 'MOCKNL2A' } },
  ];
}

/** ACME pays in dollars by ACH; the second account is one that mock-bank has closed. */
export function achOrder(): PaymentOrder {
  const id = sepaOrder().runId.slice(4);
  const transfer = (at: number, account: string): Transfer => ({ ...transferOf(`${id}-${at}`, `${at}0050`, 'USD'), creditorAccount: { account, routingNumber: '999999992', kind: 'checking' } });
  return sepaOrder({
    order: { debtor: acme, debtorAccount: { id: 'main', holder: acme.name, currency: 'USD', account: '0000000001', routingNumber: '999999992', calendar: 'fed' } },
    batch: { method: 'ach', executionDate: '2026-10-02', transfers: [transfer(1, '0000000005'), transfer(2, '0000000003')] },
  });
}

export const achSettings = { immediateDestination: '999999992', immediateOrigin: '123456789', originName: 'ACME CORPORATION' };
