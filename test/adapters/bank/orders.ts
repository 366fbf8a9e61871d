import type { PaymentOrder } from '../../../domain/model/payment-order.ts';

type Batch = PaymentOrder['batches'][number];
export type Transfer = Batch['transfers'][number];

let count = 0;

/** A SEPA order over two transfers with ids that no other order has. */
export function sepaOrder(changes: { transfer?: Partial<Transfer>; batch?: Partial<Batch>; order?: Partial<PaymentOrder> } = {}): PaymentOrder {
  const run = `T${++count}`;
  const transfers = [1, 2].map((at): Transfer => ({ ...transferOf(`${run}-${at}`, `${at}00050`), ...(at === 1 ? changes.transfer : {}) }));
  const batch: Batch = { paymentInformationId: `P-${run}`, executionDate: '2026-11-24', method: 'sepa', serviceLevel: 'SEPA', chargeBearer: 'SLEV', transfers, ...changes.batch };
  return {
    schemaVersion: 1,
    runId: `RUN-${run}`,
    messageId: `M-${run}`,
    createdAt: '2026-11-23T09:00:00.123Z',
    initiator: { name: 'Muster Maschinenbau GmbH' },
    debtor: { name: 'Muster Maschinenbau GmbH', country: 'DE' },
    debtorAccount: { id: 'main', holder: 'Muster Maschinenbau GmbH', currency: 'EUR', iban: 'DE02120300000000202051', bic: 'BYLADEM1001', calendar: 't2' },
    batches: [batch],
    ...changes.order,
  };
}

export function transferOf(id: string, minor: string, currency = 'EUR'): Transfer {
  const amount = { currency, minor };
  return {
    endToEndId: `E-${id}`,
    instructionId: `I-${id}`,
    amount,
    creditor: { name: 'Lieferant GmbH', country: 'DE' },
    creditorAccount: { iban: 'DE75512108001245126199' },
    documents: [{ number: `RE-${id}`, class: 'invoice', issueDate: '2026-11-01', amount }],
  };
}
