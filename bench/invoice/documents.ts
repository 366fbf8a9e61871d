import { randomUUID } from 'node:crypto';
import type { Invoice } from '../../domain/model/invoice.ts';
import { billed } from '../../test/support/invoices.ts';

/**
 * Documents to measure with, each with an order and a receipt of its own at the sandbox ERP, so that no two of them wait for
 * each other's order line; spread over some suppliers, with amounts that no other document has, so that none is questioned.
 */
export type Kind = 'touchless' | 'approval';

/** Net amounts rise by ten cents a document from here. Matched documents up to 25,000 EUR go through; one that is a little above its order's price has its buyer asked from 2,500 EUR on. */
const net: Record<Kind, { from: number; step: number; billedPercent: number }> = {
  touchless: { from: 20_000, step: 1, billedPercent: 100 },
  approval: { from: 300_000, step: 1, billedPercent: 101 },
};
const quantity = 10;
const suppliers = 40;
const batch = 250;

/** Who is asked about a document of kind `approval`. */
export const buyer = 'ines.koch';

export class Documents {
  private made = 0;
  private readonly sandboxUrl: string;

  constructor(sandboxUrl: string) {
    this.sandboxUrl = sandboxUrl;
  }

  async prepare(kind: Kind, count: number): Promise<Invoice[]> {
    if (this.made === 0) await this.seed({ vendors: Array.from({ length: suppliers }, (_, index) => vendor(index)) });
    const invoices: Invoice[] = [];
    while (invoices.length < count) {
      const serials = Array.from({ length: Math.min(batch, count - invoices.length) }, () => (this.made += 1));
      const ordered = serials.map((serial) => ({ ...order(kind, serial), orderNo: `47${String(serial).padStart(8, '0')}` }));
      await this.seed({
        orders: ordered,
        movements: ordered.map(({ orderNo }) => ({ movementType: '101', orderNo, itemNo: '10', qty: String(quantity), postingDate: '2026-11-16', postedBy: 'petra.lang' })),
      });
      invoices.push(...serials.map((serial, index) => invoice(kind, serial, ordered[index]!.orderNo)));
    }
    return invoices;
  }

  private async seed(what: object): Promise<void> {
    const response = await fetch(`${this.sandboxUrl}/_sandbox/seed`, { method: 'POST', body: JSON.stringify({ companyCode: 'DE01', ...what }) });
    if (!response.ok) throw new Error(`the sandbox took no seed: ${await response.text()}`);
  }
}

function vendor(index: number) {
  const { name, vatId, iban, vendorNo } = supplierOf(index);
  return { vendorNo, legalName: name, countryCode: 'DE', currencyCode: 'EUR', vatRegNo: vatId, commodityGroup: 'GENERAL', banking: [{ bankKey: 'B1', holder: name, countryCode: 'DE', iban }] };
}

function order(kind: Kind, serial: number) {
  return {
    vendorNo: supplierOf(serial).vendorNo, currencyCode: 'EUR', orderDate: '2026-10-01', purchaser: buyer, requisitioner: 'lena.vogt',
    items: [{ itemNo: '10', text: 'Parts', orderedQty: String(quantity), netPrice: inUnits(centsOf(kind, serial)), commodityGroup: 'GENERAL', glAccount: '400100', costCenter: 'CC-4100', taxRate: '19', plantCode: '1000', goodsRecipient: 'petra.lang' }],
  };
}

function invoice(kind: Kind, serial: number, orderNumber: string): Invoice {
  const { name, vatId, iban } = supplierOf(serial);
  const cents = Math.round((centsOf(kind, serial) * net[kind].billedPercent) / 100);
  return billed({ number: `B-${randomUUID().slice(0, 12)}`, lines: [{ orderNumber, orderLine: '10', quantity: String(quantity), price: inUnits(cents) }], seller: { name, vatId }, iban });
}

/** The unit price of an order, in cents. */
function centsOf(kind: Kind, serial: number): number {
  return net[kind].from / quantity + serial * net[kind].step;
}

function inUnits(cents: number): string {
  return `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`;
}

/** Names that do not resemble each other, identifiers whose check digits are right. */
function supplierOf(serial: number): { vendorNo: string; name: string; vatId: string; iban: string } {
  const index = serial % suppliers;
  const letter = (offset: number) => String.fromCharCode(65 + ((index * 7 + offset * 11) % 26));
  const name = `${Array.from({ length: 8 }, (_, offset) => letter(offset * (1 + (index % 5)))).join('')} ${index} GmbH`;
  return { vendorNo: String(190_000 + index), name, vatId: `DE${vatNumber(String(70_000_000 + index * 13))}`, iban: germanIban(`50099900${String(900_000 + index).padStart(10, '0')}`) };
}

/** ISO 7064 MOD 11,10. */
function vatNumber(digits: string): string {
  let product = 10;
  for (const digit of digits) {
    const sum = (Number(digit) + product) % 10 || 10;
    product = (2 * sum) % 11;
  }
  return digits + String((11 - product) % 10);
}

function germanIban(account: string): string {
  return `DE${String(98n - (BigInt(`${account}131400`) % 97n)).padStart(2, '0')}${account}`;
}
