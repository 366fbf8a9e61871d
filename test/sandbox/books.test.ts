import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openErp, type Erp } from '../../sandbox/erp/erp.ts';
import { postInvoice, reverseInvoice } from '../../sandbox/erp/invoices.ts';
import { ledgerOf } from '../../sandbox/erp/ledger.ts';
import { changeOrder, inspectMovement, postMovement } from '../../sandbox/erp/movements.ts';
import { invoiceSchema, movementSchema, seedSchema } from '../../sandbox/erp/vendor-model.ts';
import { Refusal } from '../../sandbox/shared/http.ts';

const grir = '191100';
const payables = '160000';
const priceDifference = '281500';
const exchange = '660000';
const freight = '192000';
const advances = '159000';

describe('what the sandbox ERP books', () => {
  let folder: string;
  let erp: Erp;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kontor-books-'));
    erp = openErp(join(folder, 'erp.jsonl'), [seedSchema.parse(seed)]);
  });
  afterEach(() => {
    erp.close();
    rmSync(folder, { recursive: true });
  });

  it('G1 worked example: receive 60 of 100·10, bill them at 10.50, receive 40, return 10, credit them', () => {
    move('P1', '60');
    expect(balance(grir)).toBe('-600.00');
    bill('P1', '60', '630.00');
    expect([balance(grir), balance(priceDifference), balance(payables)]).toEqual(['0.00', '30.00', '-630.00']);
    move('P1', '40');
    expect(balance(grir)).toBe('-400.00');
    move('P1', '10', '122');
    expect(balance(grir)).toBe('-300.00');
    bill('P1', '10', '105.00', 'CRM');
    expect([balance(grir), balance(priceDifference), balance(payables)]).toEqual(['-400.00', '25.00', '-525.00']);
  });

  it('F4: a price variance stays in document currency, the rate between receipt and invoice goes to exchange', () => {
    move('P2', '10', '101', '2026-01-10'); // 100.00 USD at 0.90
    bill('P2', '10', '105.00', 'INV', '2026-02-10'); // at 0.80
    expect([balance(grir, 'USD'), balance(grir, 'USD', 'companyAmount')]).toEqual(['0.00', '0.00']);
    expect([balance(priceDifference, 'USD'), balance(priceDifference, 'USD', 'companyAmount')]).toEqual(['5.00', '4.00']);
    expect([balance(payables, 'USD'), balance(payables, 'USD', 'companyAmount')]).toEqual(['-105.00', '-84.00']);
    expect(balance(exchange, 'USD', 'companyAmount')).toBe('-10.00');
  });

  it('a partly billed foreign position leaves at its average rate', () => {
    move('P2', '10', '101', '2026-01-10'); // 90.00 EUR
    move('P2', '10', '101', '2026-02-10'); // 80.00 EUR
    bill('P2', '5', '50.00', 'INV', '2026-02-11');
    expect(balance(grir, 'USD', 'companyAmount')).toBe('-127.50');
  });

  it('G4: planned delivery costs are accrued with the first receipt and cleared by their invoice', () => {
    move('P3', '5');
    move('P3', '5');
    expect(balance(freight)).toBe('-40.00');
    post({ items: [{ itemType: 'DC', orderNo: 'P3', glAccount: '740000', netValue: '40.00' }], grossValue: '40.00', payableValue: '40.00' });
    expect(balance(freight)).toBe('0.00');
  });

  it('G4: delivery costs that nobody planned go where they were coded', () => {
    post({ items: [{ itemType: 'DC', orderNo: 'P1', glAccount: '740000', netValue: '9.00' }], grossValue: '9.00', payableValue: '9.00' });
    expect([balance(freight), balance('740000')]).toEqual(['0', '9.00']);
  });

  it('a two-way order is expensed by its invoice and never touches GR/IR', () => {
    move('P4', '5');
    bill('P4', '5', '50.00');
    expect([balance(grir), balance('620000')]).toEqual(['0', '50.00']);
  });

  it('F2: prepaid and rounding separate what is payable from the gross', () => {
    post({ items: [{ itemType: 'GL', glAccount: '605000', netValue: '100.00' }], taxes: [{ taxCode: 'S', baseValue: '100.00', taxValue: '19.00' }], grossValue: '119.00', payableValue: '69.00' });
    expect([balance(payables), balance(advances), balance('154000')]).toEqual(['-69.00', '-50.00', '19.00']);
  });

  it('a reversal takes the position back, sub-cent prices included, and leaves nothing but its own trace', () => {
    move('P5', '7'); // 7 × 0.125 = 0.875 → 0.88
    const { documentNo } = bill('P5', '3', '0.38');
    move('P5', '2');
    const before = { grir: balance(grir) };
    expect(before.grir).toBe('-0.75'); // 6 × 0.125
    erp.commit(reverseInvoice(books(), documentNo, {}, '2026-11-05T08:00:00.000Z'));
    expect(balance(grir)).toBe('-1.13'); // 9 × 0.125 = 1.125
    expect(balance(payables)).toBe('0.00');
    expect(books().documents.get(documentNo)).toMatchObject({ status: 'REVERSED', openValue: '0' });
  });

  it('a new price revalues what is received and not billed', () => {
    move('P1', '60');
    erp.commit(changeOrder(books(), 'P1', { item: { itemNo: '10', netPrice: '11.00' } }, '2026-11-05T08:00:00.000Z'));
    expect([balance(grir), balance(priceDifference)]).toEqual(['-660.00', '60.00']);
  });

  it('an inspection accepts at most what was received', () => {
    const { documentNo } = move('P1', '60');
    erp.commit(inspectMovement(books(), documentNo, '55'));
    expect(books().documents.get(documentNo)?.movement?.acceptedQty).toBe('55');
    expect(() => inspectMovement(books(), documentNo, '61')).toThrow(Refusal);
  });

  it.each([
    ['ORDER-UNKNOWN', () => bill('NONE', '1', '10.00')],
    ['ITEM-UNKNOWN', () => post({ items: [{ itemType: 'PO', orderNo: 'P1', itemNo: '99', qty: '1', glAccount: '620000', netValue: '10.00' }], grossValue: '10.00', payableValue: '10.00' })],
    ['ORDER-CURRENCY', () => bill('P2', '1', '10.00', 'INV', '2026-02-10', 'EUR')],
    ['CONSIGNMENT', () => bill('P6', '1', '10.00')],
    ['ORDER-STATE', () => bill('P7', '1', '10.00')],
    ['VENDOR-STATUS', () => post({ vendorNo: 'V2', items: [{ itemType: 'GL', glAccount: '605000', netValue: '1.00' }], grossValue: '1.00', payableValue: '1.00' })],
    ['ORDER-VENDOR', () => post({ vendorNo: 'V3', items: [{ itemType: 'PO', orderNo: 'P1', itemNo: '10', qty: '1', glAccount: '620000', netValue: '10.00' }], grossValue: '10.00', payableValue: '10.00' })],
    ['BALANCE', () => post({ items: [{ itemType: 'GL', glAccount: '605000', netValue: '1.00' }], grossValue: '1.01', payableValue: '1.01' })],
    ['AMOUNT', () => post({ items: [{ itemType: 'GL', glAccount: '605000', netValue: '1.001' }], grossValue: '1.001', payableValue: '1.001' })],
    ['SIGN', () => bill('P1', '-1', '10.00')],
    ['PERIOD-CLOSED', () => bill('P1', '1', '10.00', 'INV', '2025-12-31')],
    ['RATE-MISSING', () => post({ currencyCode: 'CHF', items: [{ itemType: 'GL', glAccount: '605000', netValue: '1.00' }], grossValue: '1.00', payableValue: '1.00' })],
    ['QTY', () => move('P1', '1', '122')],
  ])('refuses with %s and books nothing', (code, attempt) => {
    const before = books().documents.size;
    expect(attempt).toThrow(expect.objectContaining({ code }) as Error);
    expect(books().documents.size).toBe(before);
  });

  function books() {
    return erp.books('T1');
  }

  function move(orderNo: string, qty: string, movementType = '101', postingDate = '2026-11-02') {
    return committed(postMovement(books(), movementSchema.parse({ movementType, orderNo, itemNo: '10', qty, postingDate }), '2026-11-02T08:00:00.000Z'));
  }

  function bill(orderNo: string, qty: string, net: string, docType = 'INV', postingDate = '2026-11-03', currencyCode = books().orders.get(orderNo)?.currencyCode ?? 'EUR') {
    return post({ docType, currencyCode, postingDate, items: [{ itemType: 'PO', orderNo, itemNo: '10', qty, glAccount: '620000', netValue: net }], grossValue: net, payableValue: net });
  }

  function post(given: object) {
    const base = { docType: 'INV', vendorNo: 'V1', vendorInvoiceNo: 'R-1', documentDate: '2026-11-03', postingDate: '2026-11-03', netDueDate: '2026-12-03', currencyCode: 'EUR' };
    return committed(postInvoice(books(), invoiceSchema.parse({ ...base, ...given }), '2026-11-03T08:00:00.000Z'));
  }

  function committed(fact: ReturnType<typeof postInvoice>) {
    erp.commit(fact);
    if (fact.kind !== 'document') throw new Error('expected a document');
    return fact.document;
  }

  function balance(account: string, currencyCode = 'EUR', of: 'amount' | 'companyAmount' = 'amount'): string {
    return ledgerOf(erp.state, { entity: 'T1' }).balances.find((entry) => entry.account === account && entry.currencyCode === currencyCode)?.[of] ?? '0';
  }
});

const item = (fields: object) => [{ itemNo: '10', text: 'part', orderedQty: '100', netPrice: '10.00', ...fields }];
const seed = {
  companyCode: 'T1',
  company: { name: 'Test GmbH', countryCode: 'DE', currencyCode: 'EUR', openFrom: '2026-01-01', rates: [{ currencyCode: 'USD', validFrom: '2026-01-01', rate: '0.90' }, { currencyCode: 'USD', validFrom: '2026-02-01', rate: '0.80' }] },
  vendors: [
    { vendorNo: 'V1', legalName: 'One', countryCode: 'DE', currencyCode: 'EUR' },
    { vendorNo: 'V2', legalName: 'Two', countryCode: 'DE', currencyCode: 'EUR', accountStatus: 'BLK' },
    { vendorNo: 'V3', legalName: 'Three', countryCode: 'DE', currencyCode: 'EUR' },
  ],
  orders: [
    { orderNo: 'P1', vendorNo: 'V1', currencyCode: 'EUR', items: item({}) },
    { orderNo: 'P2', vendorNo: 'V1', currencyCode: 'USD', items: item({}) },
    { orderNo: 'P3', vendorNo: 'V1', currencyCode: 'EUR', items: item({}), deliveryCosts: [{ conditionType: 'FC', value: '40.00' }] },
    { orderNo: 'P4', vendorNo: 'V1', currencyCode: 'EUR', items: item({ verification: '2W' }) },
    { orderNo: 'P5', vendorNo: 'V1', currencyCode: 'EUR', items: item({ netPrice: '12.50', pricePer: '100' }) },
    { orderNo: 'P6', vendorNo: 'V1', currencyCode: 'EUR', items: item({ itemCategory: 'KON' }) },
    { orderNo: 'P7', vendorNo: 'V1', currencyCode: 'EUR', items: item({}), releaseState: 'DRAFT' },
  ],
};
