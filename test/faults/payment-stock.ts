import type { House } from '../support/house.ts';
import { billed, submit } from '../support/invoices.ts';
import { germanIban, supplierName } from '../support/many-payables.ts';
import type { PaymentSchedule } from './payment-schedule.ts';

/** The documents of a seed that wait for money, and the accounts that get it. */
export interface Stock {
  caseIds: string[];
  /** By payee. */
  accounts: string[];
  suppliers: string[];
}

/** Payees of the seed's own, an order of each whose goods are in, and documents that go the whole way until they are posted. */
export async function stockOf(house: House, { seed, documents }: Pick<PaymentSchedule, 'seed' | 'documents'>): Promise<Stock> {
  const payees = documents.map((_count, at) => payeeOf(seed * 10 + at));
  await house.sandbox.post('/_sandbox/seed?service=erp', {
    companyCode: 'DE01',
    vendors: payees.map(({ vendorNo, name, vatId, iban }) => ({ vendorNo, legalName: name, countryCode: 'DE', currencyCode: 'EUR', vatRegNo: vatId, banking: [{ bankKey: 'B1', holder: name, countryCode: 'DE', iban }] })),
    orders: payees.map(({ vendorNo, orderNo }) => ({ orderNo, vendorNo, currencyCode: 'EUR', orderDate: '2026-10-01', purchaser: 'ines.koch', requisitioner: 'lena.vogt', items: [{ itemNo: '10', text: 'Teile', orderedQty: '1000', netPrice: '10.00', commodityGroup: 'STEEL', glAccount: '400100', costCenter: 'CC-4100', taxRate: '19', plantCode: '1000', goodsRecipient: 'petra.lang' }] })),
    movements: payees.map(({ orderNo }) => ({ movementType: '101', orderNo, itemNo: '10', qty: '1000', postingDate: '2026-11-16', postedBy: 'petra.lang' })),
  });
  const invoices = payees.flatMap(({ name, vatId, iban, orderNo }, at) => Array.from({ length: documents[at] ?? 0 }, (_, index) => billed({
    number: `R${seed}-${at}${index}`, seller: { name, vatId }, iban, lines: [{ orderNumber: orderNo, orderLine: '10', quantity: String(3 + at * 7 + index * 31), price: '10.00' }],
  })));
  const taken = await Promise.all(invoices.map((invoice) => submit(house.db, invoice)));
  const caseIds = taken.map(({ caseId }) => caseId);
  for (const caseId of caseIds) await house.stage(caseId, 'posted', 60_000);
  return { caseIds, accounts: payees.map(({ iban }) => iban), suppliers: payees.map(({ vendorNo }) => vendorNo) };
}

/** The `at`-th of all payees of all seeds. */
function payeeOf(at: number): { vendorNo: string; orderNo: string; name: string; vatId: string; iban: string } {
  return { vendorNo: `7${String(at).padStart(8, '0')}`, orderNo: `47${String(at).padStart(8, '0')}`, name: `${supplierName(at % 65_536)} GmbH`, vatId: `DE${200_000_000 + at}`, iban: germanIban(1_000_000 + at) };
}
