import { describe, expect, it } from 'vitest';
import { readInvoice } from '../../../documents/invoice/read-invoice.ts';
import { verifyTotals } from '../../../domain/rules/invoice/totals.ts';
import { changed, invoiceOf } from './changed-samples.ts';
import { sampleText } from './public-files.ts';

const ubl = sampleText('invoice.ubl.xml');
const cii = sampleText('corrected.cii.xml');

describe('UBL: what it does not ask for', () => {
  const stated = (name: string) => new RegExp(`\\s*<cbc:${name} currencyID="EUR">[^<]*</cbc:${name}>`);
  const totals = /<cac:LegalMonetaryTotal>[^]*<\/cac:LegalMonetaryTotal>/;

  it('sums of the document other than the payable amount are those of its parts', async () => {
    expect(await invoiceOf(changed(ubl, [totals, '<cac:LegalMonetaryTotal><cbc:PayableAmount currencyID="EUR">234.67</cbc:PayableAmount></cac:LegalMonetaryTotal>']))).toEqual(await invoiceOf(ubl));
    expect(await readInvoice(Buffer.from(changed(ubl, [totals, ''])))).toMatchObject({ ok: false, problem: { code: 'invoice-field-missing', place: { path: expect.stringContaining('PayableAmount') } } });
  });

  it('a derived whole that does not foot is found (F1)', async () => {
    const result = await readInvoice(Buffer.from(changed(ubl, [totals, '<cac:LegalMonetaryTotal><cbc:PayableAmount currencyID="EUR">234.68</cbc:PayableAmount></cac:LegalMonetaryTotal>'])));
    expect(result.ok && verifyTotals(result.invoice)).toMatchObject([{ rule: 'BR-CO-16', difference: { minor: '1' } }]);
  });

  it('an information line is no part of a derived sum', async () => {
    const information = '<cac:InvoiceLine><cbc:ID>i</cbc:ID><cbc:LineExtensionAmount currencyID="EUR">99.00</cbc:LineExtensionAmount><cac:BillingReference><cac:InvoiceDocumentReference><cbc:ID>PL-2026-0871</cbc:ID><cbc:DocumentStatusCode>INFORMATION</cbc:DocumentStatusCode></cac:InvoiceDocumentReference></cac:BillingReference><cac:Item><cbc:Name>i</cbc:Name></cac:Item></cac:InvoiceLine>';
    expect((await invoiceOf(changed(ubl, [stated('LineExtensionAmount'), ''], ['</Invoice>', `${information}$&`]))).totals).toEqual((await invoiceOf(ubl)).totals);
  });

  it('a document of its root alone is an invoice', async () => {
    expect(await invoiceOf(changed(ubl, [/<cbc:InvoiceTypeCode>380<\/cbc:InvoiceTypeCode>/, '']))).toEqual(await invoiceOf(ubl));
  });

  it('without a unit price, what the line costs is the price of its quantity', async () => {
    const [line] = (await invoiceOf(ubl)).lines;
    const unpriced = await invoiceOf(changed(ubl, [/<cac:Price>[^]*?<\/cac:Price>/, '']));
    expect(unpriced.lines[0]).toEqual({ ...line, unitPrice: '170', baseQuantity: line?.quantity });
    const returned = changed(ubl, [/<cac:Price>[^]*?<\/cac:Price>/, ''], ['>40<', '>-40<']);
    const result = await readInvoice(Buffer.from(returned));
    expect(result.ok && result.invoice.lines[0]).toMatchObject({ quantity: '-40', unitPrice: '-170', baseQuantity: '40' });
    expect(result.ok && verifyTotals(result.invoice)).toEqual([]);
  });

  it('such a price is the one before the allowances and charges of the line', async () => {
    const entry = (kind: boolean, amount: string) => `<cac:AllowanceCharge><cbc:ChargeIndicator>${String(kind)}</cbc:ChargeIndicator><cbc:Amount currencyID="EUR">${amount}</cbc:Amount></cac:AllowanceCharge>`;
    const text = changed(ubl, [/<cac:Price>[^]*?<\/cac:Price>/, ''], ['<cac:Item>', `${entry(false, '12.00')}${entry(true, '2.00')}$&`]);
    expect((await invoiceOf(text)).lines[0]).toMatchObject({ unitPrice: '180', net: { minor: '17000' } });
  });

  it('a line of no quantity has no such price, and its amount is found (F1)', async () => {
    const result = await readInvoice(Buffer.from(changed(ubl, [/<cac:Price>[^]*?<\/cac:Price>/, ''], ['>40<', '>0<'])));
    expect(result.ok && verifyTotals(result.invoice)).toMatchObject([{ rule: 'BR-LINE', at: '1' }]);
  });

  it('a line of neither price nor quantity is refused', async () => {
    const result = await readInvoice(Buffer.from(changed(ubl, [/<cac:Price>[^]*?<\/cac:Price>/, ''], [/<cbc:InvoicedQuantity[^]*?<\/cbc:InvoicedQuantity>/, ''])));
    expect(result).toMatchObject({ ok: false, problem: { code: 'invoice-field-missing', place: { path: expect.stringContaining('InvoicedQuantity') } } });
  });
});

describe('CII: what some senders leave out', () => {
  const netPrice = /<ram:NetPriceProductTradePrice>[^]*?<\/ram:NetPriceProductTradePrice>/;
  const grossPrice = /<ram:GrossPriceProductTradePrice>[^]*?<\/ram:GrossPriceProductTradePrice>/;

  it('the net price follows from the gross price and its discount (BT-146)', async () => {
    expect(await invoiceOf(changed(cii, [netPrice, '']))).toEqual(await invoiceOf(cii));
  });

  it('without both, what the line costs is the price of its quantity', async () => {
    expect((await invoiceOf(changed(cii, [netPrice, ''], [grossPrice, '']))).lines).toMatchObject([{ quantity: '10', unitPrice: '31', baseQuantity: '10' }]);
  });

  it('sums of taxes, allowances and charges are those of their entries', async () => {
    expect(await invoiceOf(changed(cii, [/<ram:TaxTotalAmount.*?<\/ram:TaxTotalAmount>/, '']))).toEqual(await invoiceOf(cii));
    const freight = '<ram:SpecifiedLogisticsServiceCharge><ram:Description>Freight</ram:Description><ram:AppliedAmount>4.00</ram:AppliedAmount></ram:SpecifiedLogisticsServiceCharge>';
    const result = await readInvoice(Buffer.from(changed(cii, ['<ram:SpecifiedTradePaymentTerms>', `${freight}$&`])));
    expect(result.ok && [result.invoice.totals.charges.minor, verifyTotals(result.invoice).map(({ rule }) => rule)]).toEqual(['400', ['BR-CO-13']]);
  });

  it('a payment means without its code names no instrument', async () => {
    expect((await invoiceOf(changed(cii, [/<ram:SpecifiedTradeSettlementPaymentMeans>\s*<ram:TypeCode>\d+<\/ram:TypeCode>/, '<ram:SpecifiedTradeSettlementPaymentMeans>']))).payment.means).toMatchObject([{ code: '1' }]);
  });
});
