import { describe, expect, it } from 'vitest';
import { sandboxErp } from '../../../adapters/erp/sandbox/index.ts';
import { openErp } from '../../../adapters/registry.ts';
import { createGuard } from '../../../adapters/tools/guard.ts';
import { liveDocument, toChanges, toGoodsReceipt, toPostedDocument, toPurchaseOrder, toSupplier } from '../../../adapters/erp/sandbox/translate.ts';
import { documentSchema, movementSchema, orderSchema, vendorSchema, type WireDocument } from '../../../adapters/erp/sandbox/wire.ts';
import type { AdapterTools } from '../../../adapters/ports/definition.ts';
import type { SupplierInvoiceCommand } from '../../../domain/model/posting.ts';

const context = { correlationId: 'c' };
const document: WireDocument = documentSchema.parse({ documentNo: '5100000001', docType: 'INV', status: 'POSTED', postingDate: '2026-11-02', currencyCode: 'EUR', grossValue: '119.00', openValue: '119.00', payBlock: '' });

describe('words of the vendor take the careful meaning when they are unknown', () => {
  it.each([
    ['POSTED', 'posted'],
    ['REVERSED', 'reversed'],
    ['PARKED', undefined],
    ['posted', undefined],
    ['', undefined],
    ['constructor', undefined],
  ])('document status %j is %s', (status, meaning) => {
    expect(toPostedDocument({ ...document, status }, 'ref')?.status).toBe(meaning);
  });

  it.each([
    ['ACT', 'active'],
    ['BLK', 'blocked'],
    ['NEW', 'blocked'],
  ])('vendor status %s is %s', (accountStatus, status) => {
    expect(toSupplier('DE01', vendor({ accountStatus })).status).toBe(status);
  });

  it.each([
    ['V', 'verified'],
    ['X', 'on-hold'],
  ])('bank state %s is %s', (state, status) => {
    const bank = { bankKey: 'B1', revision: 1, holder: 'h', countryCode: 'DE', changedOn: '2026-01-01', state };
    expect(toSupplier('DE01', vendor({ banking: [bank] })).bankAccounts[0]?.status).toBe(status);
  });

  it.each([
    ['CHK', 'checking'],
    ['SAV', 'savings'],
    ['LOAN', undefined],
    [undefined, undefined],
  ])('account type %s is %s', (accountType, kind) => {
    const bank = { bankKey: 'B1', revision: 1, holder: 'h', countryCode: 'US', changedOn: '2026-01-01', state: 'V', ...(accountType === undefined ? {} : { accountType }) };
    expect(toSupplier('DE01', vendor({ banking: [bank] })).bankAccounts[0]?.kind).toBe(kind);
  });

  it.each([
    ['REL', 'OPEN', 'approved', 'open'],
    ['HELD', 'PAUSED', 'draft', 'closed'],
  ])('order state %s with item state %s is %s and %s', (releaseState, itemState, status, line) => {
    const read = toPurchaseOrder('DE01', order({ releaseState }, { itemState }));
    expect([read.status, read.lines[0]?.status]).toEqual([status, line]);
  });

  it.each([{ itemCategory: 'XYZ' }, { verification: '5W' }])('an item with %j is not guessed at', (fields) => {
    expect(() => toPurchaseOrder('DE01', order({}, fields))).toThrow(expect.objectContaining({ code: 'counterpart-unreadable' }) as Error);
  });

  it('a movement of an unknown type is not guessed at', () => {
    const movement = movementSchema.parse({ documentNo: '1', movementType: '999', orderNo: 'P', itemNo: '10', qty: '1', postingDate: '2026-11-02', postedBy: 'p' });
    expect(() => toGoodsReceipt('DE01', movement)).toThrow(expect.objectContaining({ code: 'counterpart-unreadable' }) as Error);
  });

  it('the cursor passes changes of unknown kinds, and nothing is asked of them', () => {
    expect(toChanges('DE01', { items: [{ seq: 4, type: 'ZZ', orderNo: 'P', at: '2026-11-02T00:00:00Z' }, { type: 'VENDOR', at: 'yesterday' }], next: '5' })).toEqual({ changes: [], unread: [], cursor: '5' });
  });
});

describe('numbers', () => {
  it.each([
    ['8.50', '100', '0.085'],
    ['8.50', '1', '8.5'],
    ['-3', '1000', '-0.003'],
  ])('%s per %s is %s per unit, exactly', (netPrice, pricePer, unitPrice) => {
    expect(toPurchaseOrder('DE01', order({}, { netPrice, pricePer })).lines[0]?.unitPrice).toBe(unitPrice);
  });

  it('a credit memo is positive there and negative here', () => {
    expect(toPostedDocument({ ...document, docType: 'CRM' }, 'ref')).toMatchObject({ gross: { minor: '-11900' }, open: { minor: '-11900' } });
  });

  it('of two documents with one reference, the live one counts', () => {
    const [reversed, live] = [{ ...document, status: 'REVERSED' }, { ...document, documentNo: '5100000002' }];
    expect(liveDocument([reversed, live])).toBe(live);
    expect(liveDocument([reversed])).toBe(reversed);
    expect(liveDocument([])).toBeUndefined();
  });
});

describe('answers that cannot be read', () => {
  it.each([
    ['a status that it does not know', 201, { ...document, status: 'PARKED' }, 'outcome-unknown'],
    ['a missing document number', 201, { ...document, documentNo: undefined }, 'outcome-unknown'],
    ['an amount with too many decimals', 201, { ...document, grossValue: '119.001' }, 'outcome-unknown'],
    ['no JSON', 201, 'accepted', 'outcome-unknown'],
    ['a client error without a reason', 404, 'not here', 'counterpart-unreadable'],
  ])('a post answered with %s is never taken for posted', async (_, status, body, code) => {
    await expect(answering(status, body).postSupplierInvoice(command, context)).rejects.toMatchObject({ code });
  });

  it('an enquiry that finds a document neither posted nor reversed is neither found nor absent', async () => {
    await expect(answering(200, { items: [{ ...document, status: 'PARKED' }] }).findByExternalReference('DE01', 'ref', context)).rejects.toMatchObject({ code: 'outcome-unknown' });
  });

  it('a change that cannot be read is named without its content, and stops neither the others nor the cursor', async () => {
    const good = { seq: 7, type: 'GR', orderNo: 'P-7', at: '2026-11-02T00:00:00Z' };
    const items = [{ ...good, seq: 4, orderNo: undefined, text: 'CONFIDENTIAL' }, { seq: 5 }, null, { ...good, seq: 6, type: 'PO', at: 'CONFIDENTIAL' }, { seq: 6, type: 'VENDOR' }, good];
    const page = await answering(200, { items, next: '7' }).changesSince('DE01', '3', context);
    expect(page).toEqual({
      changes: [{ id: 'DE01-7', kind: 'goods-receipt', orderNumber: 'P-7', at: '2026-11-02T00:00:00Z' }],
      unread: ['orderNo', 'type', 'type', 'at'].map((field, index) => `entry ${index + 1} of the page up to 7, field "${field}"`),
      cursor: '7',
    });
  });

  it.each([[{ items: 'none', next: '7' }, 'items'], [{ items: [] }, 'next']])('a page of changes without its frame, %j, is unreadable', async (page, field) => {
    await expect(answering(200, page).changesSince('DE01', '3', context)).rejects.toMatchObject({ code: 'counterpart-unreadable', message: `read changes: the answer has no readable field "${field}"` });
  });

  it.each([
    ['more decimals than its currency has', { openValue: '119.001' }],
    ['a currency that ISO 4217 does not know', { currencyCode: 'XYZ' }],
    ['an amount that is no number', { openValue: '1.190,00' }],
    ['no currency', { currencyCode: undefined }],
  ])('an open item with %s is told by its number, and spoils no other', async (_, wrong) => {
    const [credit, odd] = [{ ...document, documentNo: '5100000002', docType: 'CRM', payBlock: 'R' }, { ...document, documentNo: '5100000003', ...wrong }];
    expect(await answering(200, { items: [odd, document, credit] }).getOpenPayables!('DE01', context)).toEqual({
      documents: [
        { documentNumber: '5100000001', externalReference: undefined, open: { currency: 'EUR', minor: '11900' }, paymentBlocked: false },
        { documentNumber: '5100000002', externalReference: undefined, open: { currency: 'EUR', minor: '-11900' }, paymentBlocked: true },
      ],
      unreadable: ['5100000003'],
    });
  });

  it('an open item without a number could be any document: nothing of the list counts', async () => {
    await expect(answering(200, { items: [document, { ...document, documentNo: undefined }] }).getOpenPayables!('DE01', context)).rejects.toMatchObject({ code: 'counterpart-unreadable' });
  });

  it('an unreadable list names the field, not its content', async () => {
    const call = answering(200, { items: [{ orderNo: 4711, vendorNo: 'CONFIDENTIAL' }] }).getPurchaseOrders('DE01', ['P'], context);
    await expect(call).rejects.toMatchObject({ code: 'counterpart-unreadable', message: 'get purchase orders: the answer has no readable field "items.0.orderNo"' });
  });
});

describe('settings', () => {
  it.each([
    [{ company: 'DE01' }, 'erp.settings.baseUrl'],
    [{ baseUrl: 'ftp://erp', company: 'DE01' }, 'erp.settings.baseUrl'],
    [{ baseUrl: 'http://erp', company: '' }, 'erp.settings.company'],
    [{ baseUrl: 'http://erp', company: 'DE01', timeoutMs: 0 }, 'erp.settings.timeoutMs'],
  ])('%j is refused at %s', (settings, path) => {
    expect(() => openErp('sandbox', settings, tools(200, {}), createGuard())).toThrow(expect.objectContaining({ code: 'request-invalid', place: { path } }) as Error);
  });

  it('an unknown adapter is refused with the names of the known ones', () => {
    expect(() => openErp('other', {}, tools(200, {}), createGuard())).toThrow(/no ERP adapter other; the adapters are sandbox/);
  });

  it('two companies of one server are one counterpart', () => {
    const [first, second] = ['DE01', 'US01'].map((company) => sandboxErp.counterpart(sandboxErp.config.parse({ baseUrl: 'http://127.0.0.1:4100', company })));
    expect(first).toBe(second);
  });
});

function answering(status: number, body: unknown) {
  return openErp('sandbox', { baseUrl: 'http://erp.example', company: 'DE01' }, tools(status, body), createGuard()).erp;
}

function tools(status: number, body: unknown): AdapterTools {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { now: () => new Date(0), exchange: () => Promise.resolve({ status, headers: new Headers(), text }) };
}

function vendor(fields: object) {
  const base = { vendorNo: '1', legalName: 'n', searchNames: [], partnerCodes: [], countryCode: 'DE', currencyCode: 'EUR', commodityGroup: 'G', riskClass: 'A', accountStatus: 'ACT', netDays: 30, partnerFunctions: [], banking: [] };
  return vendorSchema.parse({ ...base, ...fields });
}

function order(header: object, fields: object) {
  const item = { itemNo: '10', text: 't', commodityGroup: 'G', itemCategory: 'STD', verification: '3W', orderedQty: '1', orderUnit: 'EA', altUnits: [], netPrice: '1.00', pricePer: '1', glAccount: '620000', costCenter: 'C', plantCode: 'P', goodsRecipient: 'r', itemState: 'OPEN', billing: [] };
  const base = { orderNo: 'P', vendorNo: '1', currencyCode: 'EUR', purchaser: 'p', requisitioner: 'q', orderDate: '2026-11-01', releaseState: 'REL', deliveryCosts: [] };
  return orderSchema.parse({ ...base, ...header, items: [{ ...item, ...fields }] });
}

const money = { currency: 'EUR', minor: '11900' };
const command: SupplierInvoiceCommand = {
  entity: 'DE01',
  externalReference: 'ref',
  correlationId: 'c',
  class: 'invoice',
  supplierId: '1',
  supplierInvoiceNumber: 'R-1',
  documentDate: '2026-11-01',
  postingDate: '2026-11-02',
  dueDate: '2026-12-01',
  currency: 'EUR',
  lines: [{ kind: 'account', account: '605000', net: money }],
  taxes: [],
  gross: money,
  payable: money,
  paymentBlocked: false,
};
