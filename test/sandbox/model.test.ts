import fc from 'fast-check';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ErpDocument } from '../../sandbox/erp/documents.ts';
import { openErp, type Erp } from '../../sandbox/erp/erp.ts';
import { postInvoice, reverseInvoice } from '../../sandbox/erp/invoices.ts';
import { ledgerOf } from '../../sandbox/erp/ledger.ts';
import { changeOrder, postMovement } from '../../sandbox/erp/movements.ts';
import { invoiceSchema, movementSchema, seedSchema } from '../../sandbox/erp/vendor-model.ts';

/**
 * Random lives of four order items, judged by a model that counts in whole thousandths of a cent on its own:
 * every document balances per currency and in company currency, and the general ledger's GR/IR is Σ (Qr − Qp)·Po (G6).
 */
interface ModelItem {
  orderNo: string;
  currency: string;
  /** Price of one unit in 1/1000 of the currency. */
  price: bigint;
  received: bigint;
  invoiced: bigint;
}

interface Bill {
  documentNo: string;
  item: ModelItem;
  /** Signed effect on the invoiced quantity. */
  quantity: bigint;
}

type Step =
  | { do: 'receive' | 'return'; item: number; quantity: number }
  | { do: 'bill' | 'credit'; item: number; quantity: number; variance: number }
  | { do: 'value-only'; item: number; cents: number; credit: boolean }
  | { do: 'reverse'; pick: number }
  | { do: 'reprice'; item: number; thousandths: number };

const item = fc.nat(3);
const quantity = fc.integer({ min: 1, max: 500 });
const variance = fc.integer({ min: -300, max: 300 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('receive' as const), item, quantity }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('return' as const), item, quantity }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('bill' as const), item, quantity, variance }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('credit' as const), item, quantity, variance }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('value-only' as const), item, cents: fc.integer({ min: 1, max: 9999 }), credit: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('reverse' as const), pick: fc.nat(50) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reprice' as const), item, thousandths: fc.integer({ min: 0, max: 99_999 }) }) },
);

describe('the ledger of the sandbox ERP', () => {
  let folder: string;
  let run = 0;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kontor-model-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('G6 holds and every document balances after any sequence of receipts, returns, invoices, credits and reversals', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 25 }), (steps) => {
        const path = join(folder, `${++run}.jsonl`);
        const erp = openErp(path, [seedSchema.parse(seed)]);
        const model = live(erp, steps);
        for (const document of erp.books('T1').documents.values()) expectBalanced(document);
        for (const currency of ['EUR', 'USD']) expect(minor(grirOf(erp, currency).amount)).toBe(model.filter((entry) => entry.currency === currency).reduce((total, entry) => total - openValue(entry), 0n));
        if (model.every((entry) => entry.received === entry.invoiced)) expect(minor(grirOf(erp, 'USD').companyAmount)).toBe(0n);
        expectRebuilt(erp, path);
      }),
      { numRuns: 120 },
    );
  });

  it('GR/IR in company currency is nothing when all that was received is billed, whatever the rates were', () => {
    fc.assert(
      fc.property(fc.array(quantity, { minLength: 1, maxLength: 8 }), (receipts) => {
        const erp = openErp(join(folder, `${++run}.jsonl`), [seedSchema.parse(seed)]);
        const total = receipts.reduce((sum, received) => sum + received, 0);
        live(erp, [...receipts.map((received) => ({ do: 'receive' as const, item: 3, quantity: received })), { do: 'bill', item: 3, quantity: total, variance: 0 }]);
        erp.close();
        expect(grirOf(erp, 'USD')).toMatchObject({ amount: '0.00', companyAmount: '0.00' });
      }),
      { numRuns: 30 },
    );
  });
});

/** Plays the steps on the ERP and on the model; what the ERP would refuse is left out. */
function live(erp: Erp, steps: Step[]): ModelItem[] {
  const items: ModelItem[] = seed.orders.map((order) => ({ orderNo: order.orderNo, currency: order.currencyCode, price: prices[order.orderNo] ?? 0n, received: 0n, invoiced: 0n }));
  const bills: Bill[] = [];
  steps.forEach((entry, index) => play(erp, { items, bills, day: index % 2 === 0 ? '2026-01-10' : '2026-02-10' }, entry));
  return items;
}

function play(erp: Erp, { items, bills, day }: { items: ModelItem[]; bills: Bill[]; day: string }, entry: Step): void {
  const books = erp.books('T1');
  if (entry.do === 'reverse') {
    const [bill] = bills.splice(entry.pick % Math.max(1, bills.length), 1);
    if (!bill) return;
    erp.commit(reverseInvoice(books, bill.documentNo, {}, `${day}T08:00:00.000Z`));
    bill.item.invoiced -= bill.quantity;
    return;
  }
  const target = items[entry.item] as ModelItem;
  const place = { orderNo: target.orderNo, itemNo: '10' };
  if (entry.do === 'reprice') {
    erp.commit(changeOrder(books, target.orderNo, { item: { itemNo: '10', netPrice: thousandthsText(BigInt(entry.thousandths)) } }, `${day}T08:00:00.000Z`));
    target.price = BigInt(entry.thousandths);
    return;
  }
  if (entry.do === 'value-only') {
    bills.push({ documentNo: post({ docType: entry.credit ? 'CRM' : 'INV', netCents: BigInt(entry.cents) }), item: target, quantity: 0n });
    return;
  }
  const count = BigInt(entry.quantity);
  if (!('variance' in entry)) {
    if (entry.do === 'return' && count > target.received) return;
    erp.commit(postMovement(books, movementSchema.parse({ ...place, movementType: entry.do === 'receive' ? '101' : '122', qty: String(count), postingDate: day }), `${day}T08:00:00.000Z`));
    target.received += entry.do === 'receive' ? count : -count;
    return;
  }
  const netCents = rounded(count * target.price) + BigInt(entry.variance);
  if (netCents <= 0n) return;
  const effect = entry.do === 'bill' ? count : -count;
  bills.push({ documentNo: post({ docType: entry.do === 'bill' ? 'INV' : 'CRM', netCents, qty: String(count) }), item: target, quantity: effect });
  target.invoiced += effect;

  function post({ docType, netCents, qty }: { docType: string; netCents: bigint; qty?: string }): string {
    const value = centsText(netCents);
    const lines = [{ itemType: 'PO', ...place, qty, glAccount: '620000', netValue: value }];
    const invoice = { docType, vendorNo: 'V1', vendorInvoiceNo: 'R', documentDate: day, postingDate: day, netDueDate: day, currencyCode: target.currency, items: lines, grossValue: value, payableValue: value };
    const fact = postInvoice(books, invoiceSchema.parse(invoice), `${day}T08:00:00.000Z`);
    erp.commit(fact);
    return fact.kind === 'document' ? fact.document.documentNo : '';
  }
}

function expectBalanced(document: ErpDocument): void {
  const total = (field: 'amount' | 'companyAmount') => document.lines.reduce((sum, line) => sum + minor(line[field]), 0n);
  expect(new Set(document.lines.map((line) => line.currencyCode)).size).toBeLessThanOrEqual(1);
  expect([document.documentNo, total('amount'), total('companyAmount')]).toEqual([document.documentNo, 0n, 0n]);
}

function expectRebuilt(erp: Erp, path: string): void {
  const before = ledgerOf(erp.state, {});
  erp.close();
  const again = openErp(path, []);
  expect(ledgerOf(again.state, {})).toEqual(JSON.parse(JSON.stringify(before)));
  expect(again.books('T1').positions).toEqual(erp.books('T1').positions);
  again.close();
}

function grirOf(erp: Erp, currencyCode: string): { amount: string; companyAmount: string } {
  return ledgerOf(erp.state, { entity: 'T1' }).balances.find((balance) => balance.account === '191100' && balance.currencyCode === currencyCode) ?? { amount: '0.00', companyAmount: '0.00' };
}

function openValue({ received, invoiced, price }: ModelItem): bigint {
  return rounded((received - invoiced) * price);
}

/** Thousandths to cents, half away from zero. */
function rounded(thousandths: bigint): bigint {
  return thousandths < 0n ? -rounded(-thousandths) : (thousandths + 5n) / 10n;
}

function minor(text: string): bigint {
  return BigInt(text.replace('.', ''));
}

function centsText(cents: bigint): string {
  return `${cents / 100n}.${String(cents % 100n).padStart(2, '0')}`;
}

function thousandthsText(thousandths: bigint): string {
  return `${thousandths / 1000n}.${String(thousandths % 1000n).padStart(3, '0')}`;
}

const prices: Record<string, bigint> = { P1: 10_000n, P2: 125n, P3: 33_333n, P4: 118_400n };
const seed = {
  companyCode: 'T1',
  company: { name: 'Test GmbH', countryCode: 'DE', currencyCode: 'EUR', rates: [{ currencyCode: 'USD', validFrom: '2026-01-01', rate: '0.9137' }, { currencyCode: 'USD', validFrom: '2026-02-01', rate: '0.8049' }] },
  vendors: [{ vendorNo: 'V1', legalName: 'One', countryCode: 'DE', currencyCode: 'EUR' }],
  orders: ['P1', 'P2', 'P3', 'P4'].map((orderNo, index) => ({
    orderNo,
    vendorNo: 'V1',
    currencyCode: index < 2 ? 'EUR' : 'USD',
    items: [{ itemNo: '10', text: 'part', orderedQty: '1000', netPrice: thousandthsText(prices[orderNo] ?? 0n) }],
  })),
};
