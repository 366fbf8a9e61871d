import type { Order, OrderItem, Seed } from '../../../sandbox/erp/vendor-model.ts';
import type { SandboxProcess } from '../../sandbox/process.ts';
import type { ErpCounterpart, InjectedFault } from '../contracts/erp-counterpart.ts';

const company = 'T1';

/** The sandbox ERP's own interface and ledger, past the adapter: the second pair of eyes of the contract suite. */
export async function sandboxCounterpart(process: SandboxProcess): Promise<ErpCounterpart> {
  await seed({ company: { name: 'Test GmbH', countryCode: 'DE', currencyCode: 'EUR', freightClearing: '192000', rates: [{ currencyCode: 'USD', validFrom: '2020-01-01', rate: '0.9' }] }, vendors: [vendor] });
  let orders = 0;

  return {
    supplier: { id: vendor.vendorNo, name: vendor.legalName, vatId: vendor.vatRegNo, iban: 'DE98500999000010000901', externalId: '4260123450019' },
    rate: { from: 'USD', to: 'EUR', date: '2026-11-02', rate: '0.9' },
    async placeOrder({ quantity, unitPrice, currency = 'EUR', status = 'approved' }) {
      const orderNo = `47${String(++orders).padStart(8, '0')}`;
      const item = { itemNo: '10', text: 'part', orderedQty: quantity, netPrice: unitPrice } as OrderItem;
      const order = { orderNo, vendorNo: vendor.vendorNo, currencyCode: currency, releaseState: status === 'approved' ? 'REL' : 'DRAFT', items: [item] } as Order;
      await seed({ orders: [order] });
      return { number: orderNo, line: '10' };
    },
    async receive(order, quantity) {
      const movementType = quantity.startsWith('-') ? '122' : '101';
      await process.post(`/erp/${company}/material-documents`, { movementType, orderNo: order.number, itemNo: order.line, qty: quantity.replace('-', ''), postingDate: '2026-11-02', postedBy: 'store' });
    },
    async documents(externalReference) {
      const { documents } = await process.ledger({ entity: company, externalReference });
      return documents.map((document) => ({
        documentNumber: document.documentNo,
        externalReference: document.externalRef,
        correlationId: document.traceRef,
        reversed: document.status === 'REVERSED',
        paymentBlocked: document.payBlock === 'R',
        lines: document.lines.map(({ currencyCode, amount, companyAmount }) => ({ currency: currencyCode, amount, companyAmount })),
      }));
    },
    async inject(fault, on) {
      const route = { reads: 'erp.orders.read', posts: 'erp.invoices.post', reversals: 'erp.invoices.reverse' }[on];
      await process.post('/_sandbox/faults', { kind: kinds[fault], route, times: 1, delayMs: fault === 'slow' ? 900 : 20, retryAfterSeconds: 1 });
    },
    injected: async () => (await process.faults()).reduce((total, count) => total + count.injected, 0),
    clear: () => process.clearFaults(),
    async close() {
      await process.stop();
      process.remove();
    },
  };

  async function seed(data: Partial<Seed>): Promise<void> {
    await process.post('/_sandbox/seed', { companyCode: company, ...data });
  }
}

const kinds: Record<InjectedFault, string> = {
  slow: 'delay',
  'fails-before': 'fail-before-commit',
  'fails-after': 'fail-after-commit',
  late: 'commit-late',
  'loses-answer': 'drop-response',
  throttles: 'throttle',
};

const vendor = {
  vendorNo: '900001',
  legalName: 'Contract Supplies GmbH',
  vatRegNo: 'DE812649304',
  countryCode: 'DE',
  currencyCode: 'EUR',
  partnerCodes: ['4260123450019'],
  banking: [{ bankKey: 'B1', iban: 'DE98 5009 9900 0010 0009 01', holder: 'Contract Supplies GmbH', countryCode: 'DE' }],
} as unknown as Seed['vendors'][number];
