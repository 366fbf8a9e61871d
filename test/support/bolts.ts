import type { Invoice } from '../../domain/model/invoice.ts';
import { billed, type Billed } from './invoices.ts';

/** An order of US01, which posts blocked for payment, for a hundred bolts at a price of the supplier's that `bolts` invoices. */
export const orderOfBolts = (orderNo: string, netPrice: string) => ({
  orderNo, vendorNo: '200001', currencyCode: 'USD', orderDate: '2026-10-01', purchaser: 'grace.miller', requisitioner: 'omar.haddad',
  items: [{ itemNo: '10', text: 'Anchor', orderedQty: '100', netPrice, commodityGroup: 'PARTS', glAccount: '140100', costCenter: 'CC-2100', plantCode: '2000', goodsRecipient: 'dana.cole' }],
});

export const receiptOfBolts = (orderNo: string, qty: string) => ({ movementType: '101', orderNo, itemNo: '10', qty, postingDate: '2026-11-16', postedBy: 'dana.cole' });

/** A price one percent above the order's asks for approval. */
export function bolts(orderNumber: string, price: string, document: Partial<Billed> = {}): Invoice {
  const invoice = billed({
    ...document, currency: 'USD', rate: '0', lines: [{ orderNumber, orderLine: '10', quantity: '100', price }],
    seller: { name: 'Great Lakes Fasteners LLC', vatId: undefined, taxNumber: '38-0000201' }, buyer: { name: 'Sample Industries Inc.', vatId: undefined },
  });
  return { ...invoice, payment: { ...invoice.payment, means: [{ code: '30', account: { id: '000300201' } }] } };
}
