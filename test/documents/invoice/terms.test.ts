import { describe, expect, it } from 'vitest';
import { readInvoice } from '../../../documents/invoice/read-invoice.ts';
import { verifyTotals } from '../../../domain/rules/invoice/totals.ts';
import { sampleText } from './public-files.ts';

const eur = (minor: string) => ({ currency: 'EUR', minor });
const usd = (minor: string) => ({ currency: 'USD', minor });

/** A sample in which each text is replaced by the next one; each must be there. */
function sampleWith(name: string, ...replacements: [string | RegExp, string][]): Buffer {
  const text = replacements.reduce((before, [from, to]) => {
    const after = before.replace(from, () => to);
    if (after === before) throw new Error(`${String(from)} is not in ${name}`);
    return after;
  }, sampleText(name));
  return Buffer.from(text);
}

async function invoiceOf(bytes: Buffer) {
  const result = await readInvoice(bytes);
  if (!result.ok) throw new Error(JSON.stringify(result.problem));
  return result.invoice;
}

const ublTerms = '<cac:PaymentTerms>';
const ciiTerms = '<ram:SpecifiedTradePaymentTerms>';
const ciiLine = /<ram:IncludedSupplyChainTradeLineItem>[^]*?<\/ram:IncludedSupplyChainTradeLineItem>/.exec(sampleText('corrected.cii.xml'))?.[0] ?? '';
const ciiPart = (id: string, document: string) => ciiLine.replace('<ram:LineID>1</ram:LineID>', `<ram:LineID>${id}</ram:LineID>${document}`);

describe('terms that public files carry rarely', () => {
  it.each<[string, Buffer, object]>([
    ['UBL: of a card number the last digits', sampleWith('invoice.ubl.xml', ['<cac:PayeeFinancialAccount>', '<cac:CardAccount><cbc:PrimaryAccountNumberID>4111111111111111</cbc:PrimaryAccountNumberID><cbc:NetworkID>VISA</cbc:NetworkID><cbc:HolderName>A. Buyer</cbc:HolderName></cac:CardAccount><cac:PayeeFinancialAccount>']), { payment: { means: [{ card: { lastDigits: '1111', holder: 'A. Buyer' } }] } }],
    ['UBL: an account that is no IBAN', sampleWith('invoice.ubl.xml', ['DE02120300000000202051', '5501-22']), { payment: { means: [{ account: { id: '5501-22' } }] } }],
    ['UBL: a credit note is due where its payment means say', sampleWith('trio-credit-note.ubl.xml', ['</cbc:PaymentMeansCode>', '</cbc:PaymentMeansCode><cbc:PaymentDueDate>2026-11-11</cbc:PaymentDueDate>']), { dueDate: '2026-11-11' }],
    ['UBL: a project of a credit note', sampleWith('trio-credit-note.ubl.xml', ['  <cac:AccountingSupplierParty>', '<cac:AdditionalDocumentReference><cbc:ID>P-9</cbc:ID><cbc:DocumentTypeCode>50</cbc:DocumentTypeCode></cac:AdditionalDocumentReference><cac:AccountingSupplierParty>']), { references: { project: 'P-9' }, attachments: [] }],
    ['UBL: a discount in elements of its own', sampleWith('invoice.ubl.xml', [/<cac:PaymentTerms>[^]*?<\/cac:PaymentTerms>/, '<cac:PaymentTerms><cbc:SettlementDiscountPercent>3</cbc:SettlementDiscountPercent><cac:SettlementPeriod><cbc:EndDate>2026-10-15</cbc:EndDate><cbc:DurationMeasure unitCode="DAY">10</cbc:DurationMeasure></cac:SettlementPeriod></cac:PaymentTerms>']), { payment: { discounts: [{ percent: '3', days: 10, until: '2026-10-15' }] } }],
    ['UBL: a discount tier with a base', sampleWith('invoice.ubl.xml', ['#SKONTO#TAGE=10#PROZENT=2.00#', '#SKONTO#TAGE=10#PROZENT=2.00#BASISBETRAG=200.50#']), { payment: { discounts: [{ percent: '2', days: 10, base: eur('20050') }] } }],
    ['UBL: a direct debit', sampleWith('invoice.ubl.xml', ['>30<', '>59<'], ['<cac:PostalAddress><cbc:StreetName>Uferweg', '<cac:PartyIdentification><cbc:ID schemeID="SEPA">DE98ZZZ09999999999</cbc:ID></cac:PartyIdentification><cac:PostalAddress><cbc:StreetName>Uferweg'], ['</cac:PayeeFinancialAccount>', '</cac:PayeeFinancialAccount><cac:PaymentMandate><cbc:ID>M-1</cbc:ID></cac:PaymentMandate>']), { seller: { ids: [] }, payment: { means: [{ code: '59', mandate: { id: 'M-1', creditorId: 'DE98ZZZ09999999999' } }] } }],
    ['UBL: no order beside a sales order', sampleWith('invoice.ubl.xml', ['  <cac:AccountingSupplierParty>', '<cac:OrderReference><cbc:ID>NA</cbc:ID><cbc:SalesOrderID>S-1</cbc:SalesOrderID></cac:OrderReference><cac:AccountingSupplierParty>']), { references: { salesOrder: 'S-1' } }],
    ['CII: the tax point code is that of the semantic model', sampleWith('corrected.cii.xml', ['<ram:RateApplicablePercent>19</ram:RateApplicablePercent>\n      </ram:ApplicableTradeTax>', '<ram:DueDateTypeCode>29</ram:DueDateTypeCode><ram:RateApplicablePercent>19</ram:RateApplicablePercent>\n      </ram:ApplicableTradeTax>']), { taxPointCode: '35' }],
    ['CII: a discount in elements of its own', sampleWith('corrected.cii.xml', [ciiTerms, '<ram:SpecifiedTradePaymentTerms><ram:ApplicableTradePaymentDiscountTerms><ram:BasisPeriodMeasure unitCode="DAY">14</ram:BasisPeriodMeasure><ram:CalculationPercent>2.50</ram:CalculationPercent></ram:ApplicableTradePaymentDiscountTerms>']), { payment: { discounts: [{ percent: '2.5', days: 14 }] } }],
    ['CII: freight is a charge', sampleWith('corrected.cii.xml', [ciiTerms, '<ram:SpecifiedLogisticsServiceCharge><ram:Description>Freight</ram:Description><ram:AppliedAmount>4.00</ram:AppliedAmount><ram:AppliedTradeTax><ram:CategoryCode>S</ram:CategoryCode><ram:RateApplicablePercent>19</ram:RateApplicablePercent></ram:AppliedTradeTax></ram:SpecifiedLogisticsServiceCharge><ram:SpecifiedTradePaymentTerms>']), { allowances: [{ kind: 'charge', amount: eur('400'), reason: 'Freight', tax: { category: 'S', rate: '19' } }] }],
    ['CII: several reductions of a price are one', sampleWith('corrected.cii.xml', ['</ram:AppliedTradeAllowanceCharge>', '</ram:AppliedTradeAllowanceCharge><ram:AppliedTradeAllowanceCharge><ram:ChargeIndicator><udt:Indicator>true</udt:Indicator></ram:ChargeIndicator><ram:ActualAmount>0.1</ram:ActualAmount></ram:AppliedTradeAllowanceCharge>']), { lines: [{ priceDiscount: '0.2' }] }],
    ['CII: a group with its parts and an information line', sampleWith('corrected.cii.xml', [ciiLine, [ciiPart('1', '<ram:LineStatusReasonCode>GROUP</ram:LineStatusReasonCode>'), ciiPart('1.1', '<ram:ParentLineID>1</ram:ParentLineID><ram:LineStatusReasonCode>DETAIL</ram:LineStatusReasonCode>'), ciiPart('2', '<ram:LineStatusReasonCode>INFORMATION</ram:LineStatusReasonCode>')].join('')]), { lines: [{ id: '1', status: 'group', subLines: [{ id: '1.1' }] }, { id: '2', status: 'information' }] }],
    ['EDIFACT: allowance and charge with their tax', sampleWith('invoice.edi', ["LIN+1+", "ALC+A+++1+TD:::Trade discount'\nPCD+1:5'\nMOA+8:10.00'\nTAX+7+VAT+++:::19+S'\nALC+C++++FC:::Freight'\nMOA+8:10.00'\nLIN+1+"]), { allowances: [{ kind: 'allowance', amount: eur('1000'), percent: '5', reason: 'Trade discount', tax: { category: 'S', rate: '19' } }, { kind: 'charge', amount: eur('1000'), reason: 'Freight' }] }],
    ['EDIFACT: the other separators of UNA', Buffer.from(sampleText('invoice.edi').replace("UNA:+.? '", 'UNA^|.! ~').replace(/UNB[^]*/, (rest) => rest.replaceAll("'", '~').replaceAll('+', '|').replaceAll(':', '^').replaceAll('?^', '!^'))), { number: 'LS-55012', totals: { payable: eur('81075') }, notes: ['Delivered free to the dock, gate 3^ ring twice'] }],
    ['EDIFACT: release characters', sampleWith('invoice.edi', ['Lackwerk Sued GmbH', "Lack?+Werk??'s"].map((text) => text.replace("'", "?'")) as [string, string]), { seller: { name: "Lack+Werk?'s" } }],
    ['X12: charges of the summary are not counted again in the lines', sampleWith('invoice.x12', ['PID*F****Torque wrench 1/2 in~', 'PID*F****Torque wrench 1/2 in~\nSAC*C*D240***1475~']), { lines: [{ net: usd('37680'), allowances: [] }, {}], totals: { payable: usd('49454') } }],
    ['X12: a charge of a line alone belongs to it', sampleWith('invoice.x12', ['PID*F****Torque wrench 1/2 in~', 'PID*F****Torque wrench 1/2 in~\nSAC*C*F050***100~']), { lines: [{ net: usd('37780'), allowances: [{ kind: 'charge', amount: usd('100') }] }, {}] }],
    ['X12: a credit memo with negative numbers is a positive credit', sampleWith('invoice.x12', ['***DI~', '***CR~'], ['*12*EA*31.40', '*-12*EA*31.40'], ['*200*EA', '*-200*EA'], ['TDS*49454', 'TDS*-49454'], ['TXI*ST*27.99*6*VD*OH***466.55', 'TXI*ST*-27.99*6*VD*OH***-466.55'], ['D240***1475', 'D240***-1475']), { class: 'credit-note', typeCode: '381', lines: [{ quantity: '12', net: usd('37680') }, { quantity: '200' }], totals: { charges: usd('1475'), tax: usd('2799'), payable: usd('49454') } }],
    ['X12: a credit memo with positive numbers', sampleWith('invoice.x12', ['***DI~', '***CR~']), { class: 'credit-note', totals: { payable: usd('49454') } }],
  ])('%s', async (_, bytes, expected) => {
    expect(await invoiceOf(bytes)).toMatchObject(expected);
  });

  it('UBL: a discount counted in months is only a date', async () => {
    const invoice = await invoiceOf(sampleWith('invoice.ubl.xml', [ublTerms, '<cac:PaymentTerms><cbc:SettlementDiscountPercent>3</cbc:SettlementDiscountPercent><cac:SettlementPeriod><cbc:EndDate>2026-11-05</cbc:EndDate><cbc:DurationMeasure unitCode="MON">1</cbc:DurationMeasure></cac:SettlementPeriod>']));
    expect(invoice.payment.discounts).toEqual([
      { percent: '2', days: 10 },
      { percent: '3', until: '2026-11-05' },
    ]);
  });

  it('an absent term is absent, not empty', async () => {
    const invoice = await invoiceOf(sampleWith('invoice.ubl.xml', ['  <cac:AccountingSupplierParty>', '<cac:OrderReference><cbc:ID>NA</cbc:ID><cbc:SalesOrderID>S-1</cbc:SalesOrderID></cac:OrderReference><cac:AccountingSupplierParty>']));
    expect(invoice.references).toEqual({ buyerReference: 'Purchasing', salesOrder: 'S-1', preceding: [] });
    expect(JSON.stringify(invoice)).not.toContain('null');
  });

  it('the X12 credit memo foots after it was turned', async () => {
    const credit = sampleWith('invoice.x12', ['***DI~', '***CR~'], ['*12*EA*31.40', '*-12*EA*31.40'], ['*200*EA', '*-200*EA'], ['TDS*49454', 'TDS*-49454'], ['TXI*ST*27.99*6*VD*OH***466.55', 'TXI*ST*-27.99*6*VD*OH***-466.55'], ['D240***1475', 'D240***-1475']);
    expect(verifyTotals(await invoiceOf(credit))).toEqual([]);
  });
});
