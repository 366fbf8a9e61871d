import { describe, expect, it } from 'vitest';
import { readInvoice } from '../../../documents/invoice/read-invoice.ts';
import { changed, invoiceOf } from './changed-samples.ts';
import { sampleText } from './public-files.ts';

const ubl = sampleText('invoice.ubl.xml');
const cii = sampleText('corrected.cii.xml');

describe('UBL: national forms say the same in other words', () => {
  it('a total without tax that is defined as the tax itself (OIOUBL) is not taken for one', async () => {
    const danish = changed(ubl, ['urn:cen.eu:en16931:2017', 'OIOUBL-2.1'], ['>197.20</cbc:TaxExclusiveAmount>', '>37.47</cbc:TaxExclusiveAmount>']);
    expect(await invoiceOf(danish)).toEqual(await invoiceOf(ubl));
    expect(await invoiceOf(changed(ubl, ['urn:cen.eu:en16931:2017', 'OIOUBL-2.1']))).toEqual(await invoiceOf(ubl));
  });

  it('elsewhere such a total is adopted and found by the verification (F1)', async () => {
    const result = await readInvoice(Buffer.from(changed(ubl, ['>197.20</cbc:TaxExclusiveAmount>', '>37.47</cbc:TaxExclusiveAmount>'])));
    expect(result).toMatchObject({ ok: true, invoice: { totals: { net: { minor: '3747' } } } });
  });

  it.each([
    ['10', '100.00', '1000.00', '10'],
    ['0.10', '100.00', '1000.00', '10'],
    ['0.125', '12.35', '98.77', '12.5'],
    ['0.5', '5.00', '1000.00', '0.5'],
    ['0.10', '100.00', undefined, '0.1'],
    ['0.10', '0.00', '0.00', '0.1'],
  ])('the factor %s of an allowance of %s from %s is %s percent', async (factor, amount, base, percent) => {
    const baseAmount = base ? `<cbc:BaseAmount currencyID="EUR">${base}</cbc:BaseAmount>` : '';
    const entry = `<cac:AllowanceCharge><cbc:ChargeIndicator>false</cbc:ChargeIndicator><cbc:MultiplierFactorNumeric>${factor}</cbc:MultiplierFactorNumeric><cbc:Amount currencyID="EUR">${amount}</cbc:Amount>${baseAmount}</cac:AllowanceCharge>`;
    const result = await readInvoice(Buffer.from(changed(ubl, ['  <cac:TaxTotal>', `${entry}$&`])));
    expect(result.ok && result.invoice.allowances.map((allowance) => allowance.percent)).toContain(percent);
  });

  it('tax categories by name', async () => {
    expect(await invoiceOf(ubl.replaceAll('<cbc:ID>S</cbc:ID>', '<cbc:ID schemeID="urn:oioubl:id:taxcategoryid-1.1">StandardRated</cbc:ID>'))).toEqual(await invoiceOf(ubl));
  });

  it('a tax without a category is the standard one', async () => {
    expect(await invoiceOf(ubl.replaceAll('<cbc:ID>S</cbc:ID>', ''))).toEqual(await invoiceOf(ubl));
  });

  const untaxed = changed(ubl.replaceAll('<cbc:Percent>19</cbc:Percent>', '<cbc:Percent>0.00</cbc:Percent>').replaceAll('<cbc:ID>S</cbc:ID>', '').replaceAll('37.47', '0.00'), [/234\.67/g, '197.20']);
  it.each([
    ['zero-rated', '', 'Z'],
    ['exempt where a reason is given', '<cbc:TaxExemptionReason>Article 132</cbc:TaxExemptionReason>', 'E'],
    ['exempt where the code of a reason is given', '<cbc:TaxExemptionReasonCode>351</cbc:TaxExemptionReasonCode>', 'E'],
  ])('no tax without a category is %s', async (_, reason, category) => {
    expect((await invoiceOf(untaxed.replaceAll('<cbc:Percent>0.00</cbc:Percent>', `$&${reason}`))).taxes).toMatchObject([{ category, rate: '0' }]);
  });

  it('the rate beside the category, and the tax of a line in its own breakdown', async () => {
    const ofLine = /(<cbc:LineExtensionAmount currencyID="EUR">)(170\.00|37\.20)(<\/cbc:LineExtensionAmount>)/g;
    const breakdown = '<cac:TaxTotal><cbc:TaxAmount currencyID="EUR">0.01</cbc:TaxAmount><cac:TaxSubtotal><cbc:TaxAmount currencyID="EUR">0.01</cbc:TaxAmount><cbc:Percent>19</cbc:Percent><cac:TaxCategory/></cac:TaxSubtotal></cac:TaxTotal>';
    const turkish = changed(
      ubl,
      [/<cac:ClassifiedTaxCategory>.*?<\/cac:ClassifiedTaxCategory>/g, ''],
      [ofLine, `$1$2$3${breakdown}`],
      ['37.47</cbc:TaxAmount><cac:TaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>19</cbc:Percent>', '37.47</cbc:TaxAmount><cbc:Percent>19</cbc:Percent><cac:TaxCategory>'],
    );
    expect(await invoiceOf(turkish)).toEqual(await invoiceOf(ubl));
  });

  it('a tax total that repeats without its breakdown counts once; two taxes with theirs are added', async () => {
    const repeated = changed(ubl, ['<cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>', '$&<cbc:TaxCurrencyCode>EUR</cbc:TaxCurrencyCode>'], ['  <cac:TaxTotal>', '  <cac:TaxTotal><cbc:TaxAmount currencyID="EUR">37.47</cbc:TaxAmount></cac:TaxTotal>\n$&']);
    expect(await invoiceOf(repeated)).toEqual(await invoiceOf(ubl));
    const second = '<cac:TaxTotal><cbc:TaxAmount currencyID="EUR">1.97</cbc:TaxAmount><cac:TaxSubtotal><cbc:TaxableAmount currencyID="EUR">197.20</cbc:TaxableAmount><cbc:TaxAmount currencyID="EUR">1.97</cbc:TaxAmount><cac:TaxCategory><cbc:ID>M</cbc:ID><cbc:Percent>1</cbc:Percent></cac:TaxCategory></cac:TaxSubtotal></cac:TaxTotal>';
    expect(await invoiceOf(changed(ubl, ['  <cac:LegalMonetaryTotal>', `${second}$&`], [/234\.67/g, '236.64']))).toMatchObject({ totals: { tax: { minor: '3944' } }, taxes: [{ category: 'S' }, { category: 'M' }] });
  });

  it.each([
    ['<cbc:ID>GST</cbc:ID>', 'DE811907980', undefined],
    ['<cbc:ID schemeID="urn:oioubl:id:taxschemeid-1.1">63</cbc:ID><cbc:Name>Moms</cbc:Name>', 'DE811907980', undefined],
    ['<cbc:ID>01</cbc:ID><cbc:Name>IVA</cbc:Name>', 'DE811907980', undefined],
    ['<cbc:ID>FC</cbc:ID>', undefined, 'DE811907980'],
    ['<cbc:ID>TAX</cbc:ID>', undefined, 'DE811907980'],
  ])('the tax id of scheme %s', async (scheme, vatId, taxNumber) => {
    const { seller } = await invoiceOf(changed(ubl, [/(DE811907980<\/cbc:CompanyID><cac:TaxScheme>)<cbc:ID>VAT<\/cbc:ID>/, `$1${scheme}`]));
    expect([seller.vatId, seller.taxNumber]).toEqual([vatId, taxNumber]);
  });

  it('a house number of its own belongs to the street', async () => {
    expect(await invoiceOf(changed(ubl, ['Uferweg 12</cbc:StreetName>', 'Uferweg</cbc:StreetName><cbc:BuildingNumber>12</cbc:BuildingNumber>']))).toEqual(await invoiceOf(ubl));
  });

  it('the BIC of the institution goes before a national number of the branch', async () => {
    const branch = '</cbc:ID><cac:FinancialInstitutionBranch><cbc:ID>1234</cbc:ID><cac:FinancialInstitution><cbc:ID>BYLADEM1001</cbc:ID></cac:FinancialInstitution></cac:FinancialInstitutionBranch></cac:PayeeFinancialAccount>';
    expect(await invoiceOf(changed(ubl, ['</cbc:ID></cac:PayeeFinancialAccount>', branch]))).toMatchObject({ payment: { means: [{ account: { iban: 'DE02120300000000202051', bic: 'BYLADEM1001' } }] } });
    expect(await invoiceOf(changed(ubl, ['</cbc:ID></cac:PayeeFinancialAccount>', branch.replace('BYLADEM1001', '77')]))).toMatchObject({ payment: { means: [{ account: { bic: '1234' } }] } });
  });

  it('an account to be credited without a financial account (giro and payment slips)', async () => {
    const text = changed(ubl, ['<cac:PayeeFinancialAccount><cbc:ID>DE02120300000000202051</cbc:ID></cac:PayeeFinancialAccount>', '<cac:CreditAccount><cbc:AccountID>12345678</cbc:AccountID></cac:CreditAccount>']);
    expect(await invoiceOf(text)).toMatchObject({ payment: { means: [{ code: '30', account: { id: '12345678' } }] } });
  });

  const legalEntity = '<cac:PartyLegalEntity><cbc:RegistrationName>Papierhof Lindau GmbH</cbc:RegistrationName></cac:PartyLegalEntity>';
  it.each([
    ['the name of its tax registration', [[legalEntity, ''], ['<cbc:CompanyID>DE811907980', '<cbc:RegistrationName>Papierhof</cbc:RegistrationName>$&']], 'Papierhof'],
    ['the names of a person', [[legalEntity, '<cac:Person><cbc:FirstName>Ada</cbc:FirstName><cbc:FamilyName>Weiler</cbc:FamilyName></cac:Person>']], 'Ada Weiler'],
  ] satisfies [string, [string, string][], string][])('a party without a legal name has %s', async (_, changes, name) => {
    expect((await invoiceOf(changed(ubl, ...changes))).seller).toMatchObject({ name, vatId: 'DE811907980' });
  });

  it('a tax representative without a name goes by its id', async () => {
    const representative = '<cac:TaxRepresentativeParty><cac:PartyIdentification><cbc:ID>989123</cbc:ID></cac:PartyIdentification></cac:TaxRepresentativeParty>';
    expect(await invoiceOf(changed(ubl, ['  <cac:PaymentMeans>', `${representative}$&`]))).toMatchObject({ taxRepresentative: { name: '989123', ids: [{ id: '989123' }] } });
  });

  it('the address of a delivery without a location', async () => {
    const delivery = '<cac:Delivery><cac:DeliveryAddress><cbc:CityName>Bremen</cbc:CityName></cac:DeliveryAddress></cac:Delivery>';
    expect(await invoiceOf(changed(ubl, ['  <cac:PaymentMeans>', `${delivery}$&`]))).toMatchObject({ delivery: { address: { city: 'Bremen' } } });
  });

  it('the due date may stand with an instalment', async () => {
    expect(await invoiceOf(changed(ubl, ['  <cbc:DueDate>2026-11-04</cbc:DueDate>\n', ''], ['</cac:PaymentTerms>', '<cbc:InstallmentDueDate>2026-11-04</cbc:InstallmentDueDate>$&']))).toEqual(await invoiceOf(ubl));
  });

  it.each([
    ['BTW by its name alone', '<cbc:Name>BTW</cbc:Name>', 'DE811907980'],
    ['a scheme of its own that is of type VAT', '<cbc:ID>UK VAT</cbc:ID><cbc:TaxTypeCode>VAT</cbc:TaxTypeCode>', 'DE811907980'],
    ['a scheme of its own', '<cbc:ID>LOC</cbc:ID><cbc:TaxTypeCode>LEV</cbc:TaxTypeCode>', undefined],
  ])('the VAT id of %s', async (_, scheme, vatId) => {
    expect((await invoiceOf(changed(ubl, [/(DE811907980<\/cbc:CompanyID><cac:TaxScheme>)<cbc:ID>VAT<\/cbc:ID>/, `$1${scheme}`]))).seller.vatId).toBe(vatId);
  });

  it('the address of the registration, where no other is stated', async () => {
    const registered = '<cac:RegistrationAddress><cbc:CityName>Lindau</cbc:CityName></cac:RegistrationAddress>';
    const both = changed(ubl, [`Papierhof Lindau GmbH</cbc:RegistrationName>`, `$&${registered}`]);
    expect(await invoiceOf(both)).toEqual(await invoiceOf(ubl));
    expect((await invoiceOf(changed(both, [/<cac:PostalAddress>.*?<\/cac:PostalAddress>/, '']))).seller.address).toEqual({ lines: [], city: 'Lindau' });
  });

  it.each([
    ['kind 71 with what the payer quotes', '71', '<cbc:InstructionID>000000000012345</cbc:InstructionID>', { remittance: '000000000012345', means: [{ code: '93', text: 'DK:FIK 71' }] }],
    ['kind 73, on which the payer writes', '73', '', { means: [{ code: '93', text: 'DK:FIK 73' }] }],
    ['a reference of another form', 'RF-1', '<cbc:InstructionID>X</cbc:InstructionID>', { remittance: 'RF-1', means: [{ code: '93' }] }],
  ])('a Danish payment slip: %s', async (_, id, instruction, expected) => {
    const slip = `<cbc:PaymentMeansCode>93</cbc:PaymentMeansCode><cbc:PaymentChannelCode>DK:FIK</cbc:PaymentChannelCode>${instruction}<cbc:PaymentID>${id}</cbc:PaymentID>`;
    const { payment } = await invoiceOf(changed(ubl, [/<cbc:PaymentMeansCode>30<\/cbc:PaymentMeansCode>(<cbc:PaymentID>.*?<\/cbc:PaymentID>)?/, slip]));
    expect(payment).toMatchObject(expected);
    if (id === '73') expect(payment.remittance).toBeUndefined();
  });

  it('a payment means without its code names no instrument, and its account is kept', async () => {
    const bare = { payment: { means: [{ code: '1', account: { iban: 'DE02120300000000202051' } }] } };
    expect(await invoiceOf(changed(ubl, ['<cbc:PaymentMeansCode>30</cbc:PaymentMeansCode>', '<cbc:PaymentMeansCode/>']))).toMatchObject(bare);
  });

  it('tax in the accounting currency may stand with each part of the breakdown (OIOUBL)', async () => {
    const dual = changed(ubl, ['<cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>', '$&<cbc:TaxCurrencyCode>DKK</cbc:TaxCurrencyCode>'], ['>37.47</cbc:TaxAmount><cac:TaxCategory>', '>37.47</cbc:TaxAmount><cbc:TransactionCurrencyTaxAmount currencyID="DKK">279.53</cbc:TransactionCurrencyTaxAmount><cac:TaxCategory>']);
    expect(await invoiceOf(dual)).toMatchObject({ taxCurrency: 'DKK', totals: { taxInAccountingCurrency: { currency: 'DKK', minor: '27953' } } });
  });

  it.each(['NA', 'n/a', 'None', '-'])('%s is no order number', async (placeholder) => {
    const order = (id: string) => changed(ubl, ['  <cac:AccountingSupplierParty>', `<cac:OrderReference><cbc:ID>${id}</cbc:ID></cac:OrderReference>$&`]);
    expect((await invoiceOf(order(placeholder))).references.order).toBeUndefined();
    expect((await invoiceOf(order('NA-7'))).references.order).toBe('NA-7');
    const ofCii = (id: string) => changed(cii, ['</ram:BuyerTradeParty>', `$&<ram:BuyerOrderReferencedDocument><ram:IssuerAssignedID>${id}</ram:IssuerAssignedID></ram:BuyerOrderReferencedDocument>`]);
    expect((await invoiceOf(ofCii(placeholder))).references.order).toBeUndefined();
  });
});

describe('lines that are parts of others, listed one after the other', () => {
  const status = (code: string, parent?: string) =>
    `<cac:BillingReference><cac:InvoiceDocumentReference><cbc:ID>PL-2026-0871</cbc:ID><cbc:DocumentStatusCode>${code}</cbc:DocumentStatusCode></cac:InvoiceDocumentReference>${parent ? `<cac:BillingReferenceLine><cbc:ID>${parent}</cbc:ID></cac:BillingReferenceLine>` : ''}</cac:BillingReference>`;
  const ublLine = (id: string, net: string, reference: string) =>
    `<cac:InvoiceLine><cbc:ID>${id}</cbc:ID><cbc:InvoicedQuantity unitCode="BX">1</cbc:InvoicedQuantity><cbc:LineExtensionAmount currencyID="EUR">${net}</cbc:LineExtensionAmount>${reference}<cac:Item><cbc:Name>${id}</cbc:Name></cac:Item><cac:Price><cbc:PriceAmount currencyID="EUR">${net}</cbc:PriceAmount></cac:Price></cac:InvoiceLine>`;
  const ublWith = (...lines: string[]) => changed(ubl, [/<cac:InvoiceLine>[^]*?<\/cac:InvoiceLine>/, lines.join('')]);

  const ciiLine = (id: string, net: string, code: string, parent?: string) =>
    `<ram:IncludedSupplyChainTradeLineItem><ram:AssociatedDocumentLineDocument><ram:LineID>${id}</ram:LineID>${parent ? `<ram:ParentLineID>${parent}</ram:ParentLineID>` : ''}<ram:LineStatusReasonCode>${code}</ram:LineStatusReasonCode></ram:AssociatedDocumentLineDocument><ram:SpecifiedTradeProduct><ram:Name>${id}</ram:Name></ram:SpecifiedTradeProduct><ram:SpecifiedLineTradeAgreement><ram:NetPriceProductTradePrice><ram:ChargeAmount>${net}</ram:ChargeAmount></ram:NetPriceProductTradePrice></ram:SpecifiedLineTradeAgreement><ram:SpecifiedLineTradeDelivery><ram:BilledQuantity unitCode="C62">1</ram:BilledQuantity></ram:SpecifiedLineTradeDelivery><ram:SpecifiedLineTradeSettlement><ram:SpecifiedTradeSettlementLineMonetarySummation><ram:LineTotalAmount>${net}</ram:LineTotalAmount></ram:SpecifiedTradeSettlementLineMonetarySummation></ram:SpecifiedLineTradeSettlement></ram:IncludedSupplyChainTradeLineItem>`;
  const ciiWith = (...lines: string[]) => changed(cii, [/<ram:IncludedSupplyChainTradeLineItem>[^]*<\/ram:IncludedSupplyChainTradeLineItem>/, lines.join('')]);
  const net = (minor: string) => ({ net: { currency: 'EUR', minor } });

  it.each([
    ['UBL, after their group', ublWith(ublLine('G', '170.00', status('GROUP')), ublLine('a', '100.00', status('DETAIL', 'G')), ublLine('b', '70.00', status('DETAIL', 'G')), ublLine('i', '0.00', status('INFORMATION', 'G'))), '17000', ['10000', '7000', '0']],
    ['UBL, before their group', ublWith(ublLine('a', '100.00', status('DETAIL', 'G')), ublLine('b', '70.00', status('DETAIL', 'G')), ublLine('G', '170.00', status('GROUP'))), '17000', ['10000', '7000']],
    ['CII, after their group', ciiWith(ciiLine('G', '31.00', 'GROUP'), ciiLine('a', '30.00', 'DETAIL', 'G'), ciiLine('b', '1.00', 'DETAIL', 'G')), '3100', ['3000', '100']],
    ['CII, before their group', ciiWith(ciiLine('a', '30.00', 'DETAIL', 'G'), ciiLine('b', '1.00', 'DETAIL', 'G'), ciiLine('G', '31.00', 'GROUP')), '3100', ['3000', '100']],
  ])('%s', async (_, text, group, parts) => {
    const { lines } = await invoiceOf(text);
    expect(lines[0]).toMatchObject({ id: 'G', status: 'group', ...net(group), subLines: parts.map(net) });
  });

  it('information about a line that counts itself is no part of its amount', async () => {
    expect((await invoiceOf(ciiWith(ciiLine('d', '31.00', 'DETAIL'), ciiLine('i', '0.00', 'INFORMATION', 'd')))).lines).toMatchObject([{ id: 'd', subLines: [{ id: 'i', status: 'information' }] }]);
  });

  const subLine = (id: string, net: string, rest: string) => `<cac:SubInvoiceLine><cbc:ID>${id}</cbc:ID>${rest}<cbc:LineExtensionAmount currencyID="EUR">${net}</cbc:LineExtensionAmount><cac:Item><cbc:Name>${id}</cbc:Name></cac:Item>`;
  const priced = (price: string) => `<cac:Price><cbc:PriceAmount currencyID="EUR">${price}</cbc:PriceAmount></cac:Price>`;
  const quantity = (count: string) => `<cbc:InvoicedQuantity unitCode="MTR">${count}</cbc:InvoicedQuantity>`;
  const leaves = `${subLine('1.1.1', '100.00', quantity('4'))}${priced('25.00')}</cac:SubInvoiceLine>${subLine('1.1.2', '70.00', quantity('7'))}${priced('10.00')}</cac:SubInvoiceLine>`;
  const withSubtotal = (rest: string, price: string) => ublWith(ublLine('1', '170.00', '').replace('</cac:InvoiceLine>', `${subLine('1.1', '170.00', rest)}${price}${leaves}</cac:SubInvoiceLine>$&`));

  it.each([
    ['no price', withSubtotal(quantity('1'), ''), { quantity: '1', unitPrice: '0' }],
    ['no quantity', withSubtotal('', priced('42.00')), { quantity: '0', unitPrice: '42' }],
    ['neither', withSubtotal('', ''), { quantity: '0', unitPrice: '0' }],
  ])('UBL, a sub-line that sums up others may state %s', async (_, text, figures) => {
    expect((await invoiceOf(text)).lines[0]).toMatchObject({ id: '1', subLines: [{ id: '1.1', status: 'group', ...figures, ...net('17000'), subLines: [{ id: '1.1.1' }, { id: '1.1.2' }] }] });
  });

  it('UBL, a sub-line with both is judged by them', async () => {
    const result = await readInvoice(Buffer.from(withSubtotal(quantity('1'), priced('170.00'))));
    expect(result.ok && result.invoice.lines[0]?.subLines?.[0]?.status).toBeUndefined();
  });

  it('CII, a line that others name as their parent may state neither price nor quantity', async () => {
    const bare = ciiLine('G', '31.00', 'X').replace(/<ram:LineStatusReasonCode>.*?<\/ram:LineStatusReasonCode>/, '').replace(/<ram:SpecifiedLineTradeAgreement>.*?<\/ram:SpecifiedLineTradeDelivery>/, '');
    expect((await invoiceOf(ciiWith(bare, ciiLine('a', '31.00', 'DETAIL', 'G')))).lines).toMatchObject([{ id: 'G', status: 'group', quantity: '0', ...net('3100'), subLines: [{ id: 'a' }] }]);
    expect(await readInvoice(Buffer.from(ciiWith(bare)))).toMatchObject({ ok: false, problem: { code: 'invoice-field-missing' } });
  });

  it('a line of another invoice that is named without such a status is no parent', async () => {
    const other = '<cac:BillingReference><cac:InvoiceDocumentReference><cbc:ID>PL-1</cbc:ID></cac:InvoiceDocumentReference><cac:BillingReferenceLine><cbc:ID>9</cbc:ID></cac:BillingReferenceLine></cac:BillingReference>';
    expect((await invoiceOf(ublWith(ublLine('1', '170.00', other)))).lines).toHaveLength(2);
  });

  it.each([
    ['a parent that is not there', ciiWith(ciiLine('a', '31.00', 'DETAIL', 'G'))],
    ['a line that is its own part', ciiWith(ciiLine('a', '31.00', 'DETAIL', 'a'))],
    ['lines that are parts of each other', ciiWith(ciiLine('z', '31.00', 'DETAIL'), ciiLine('a', '1.00', 'GROUP', 'b'), ciiLine('b', '1.00', 'GROUP', 'a'))],
    ['a parent of UBL that is not there', ublWith(ublLine('a', '170.00', status('DETAIL', 'G')))],
  ])('%s is refused', async (_, text) => {
    expect(await readInvoice(Buffer.from(text))).toMatchObject({ ok: false, problem: { code: 'invoice-field-malformed', place: { path: expect.stringContaining('Line') } } });
  });
});

it('CII: the delivery note of the extended profile is the despatch, of the document and of a line', async () => {
  const note = (id: string) => `<ram:DeliveryNoteReferencedDocument><ram:IssuerAssignedID>${id}</ram:IssuerAssignedID></ram:DeliveryNoteReferencedDocument>`;
  const text = changed(cii, [/<ram:ApplicableHeaderTradeDelivery\s*\/>|<\/ram:ApplicableHeaderTradeDelivery>/, `<ram:ApplicableHeaderTradeDelivery>${note('LS-7')}</ram:ApplicableHeaderTradeDelivery>`], ['</ram:SpecifiedLineTradeDelivery>', `${note('LS-8')}$&`]);
  expect(await invoiceOf(text)).toMatchObject({ references: { despatchAdvice: 'LS-7' }, lines: [{ receiptNumber: 'LS-8' }] });
});

describe('terms that stand one after the other', () => {
  const day = (date: string) => `<ram:DueDateDateTime><udt:DateTimeString format="102">${date}</udt:DateTimeString></ram:DueDateDateTime>`;
  const discount = (limit = '') => `<ram:ApplicableTradePaymentDiscountTerms>${limit}<ram:CalculationPercent>2.5</ram:CalculationPercent></ram:ApplicableTradePaymentDiscountTerms>`;
  const terms = (...entries: string[]) => entries.map((entry) => `<ram:SpecifiedTradePaymentTerms>${entry}</ram:SpecifiedTradePaymentTerms>`).join('');
  const period = '<ram:BasisPeriodMeasure unitCode="DAY">10</ram:BasisPeriodMeasure>';

  it.each([
    ['the date of a discount, then the net date', terms(day('20261026') + discount(), day('20261102')), '2026-11-02', [{ percent: '2.5', until: '2026-10-26' }]],
    ['the net date, then the date of a discount', terms(day('20261102'), day('20261026') + discount()), '2026-11-02', [{ percent: '2.5', until: '2026-10-26' }]],
    ['a discount of a period of its own', terms(day('20261026') + discount(period), day('20261102')), '2026-11-02', [{ percent: '2.5', days: 10 }]],
    ['one date for both', terms(day('20261102') + discount(period)), '2026-11-02', [{ percent: '2.5', days: 10 }]],
    ['one date beside a discount without any', terms(day('20261102') + discount()), '2026-11-02', [{ percent: '2.5' }]],
    ['two instalments', terms(day('20261102'), day('20261202')), '2026-11-02', []],
  ])('CII: %s', async (_, stated, dueDate, discounts) => {
    const invoice = await invoiceOf(changed(cii, [/<ram:SpecifiedTradePaymentTerms>[^]*<\/ram:SpecifiedTradePaymentTerms>/, stated]));
    expect([invoice.dueDate, invoice.payment.discounts]).toEqual([dueDate, discounts]);
  });

  it('UBL: the date of terms without a discount goes before that of others', async () => {
    const entry = (date: string, rest: string) => `<cac:PaymentTerms>${rest}<cbc:PaymentDueDate>${date}</cbc:PaymentDueDate></cac:PaymentTerms>`;
    const two = entry('2026-10-26', '<cbc:SettlementDiscountPercent>2.5</cbc:SettlementDiscountPercent>') + entry('2026-11-02', '');
    const text = changed(ubl, [/ *<cbc:DueDate>.*?<\/cbc:DueDate>\n/, ''], [/<cac:PaymentTerms>[^]*<\/cac:PaymentTerms>/, two]);
    expect((await invoiceOf(text)).dueDate).toBe('2026-11-02');
  });
});

describe('CII: a discount of the extended profile ends after its period', () => {
  const period = (count: string, unit: string) => `<ram:BasisPeriodMeasure unitCode="${unit}">${count}</ram:BasisPeriodMeasure>`;
  const from = (day: string) => `<ram:BasisDateTime><udt:DateTimeString format="102">${day}</udt:DateTimeString></ram:BasisDateTime>`;

  it.each([
    ['days', period('10', 'DAY'), { days: 10 }],
    ['days from the invoice date', from('20261019') + period('10', 'DAY'), { days: 10 }],
    ['days from another date', from('20261025') + period('10', 'DAY'), { until: '2026-11-04' }],
    ['weeks', period('2', 'WEE'), { days: 14 }],
    ['a month', period('1', 'MON'), { until: '2026-11-19' }],
    ['a month from another date', from('20261031') + period('1', 'MON'), { until: '2026-11-30' }],
    ['a day without a period', from('20261025'), { until: '2026-10-25' }],
  ])('%s', async (_, limit, expected) => {
    const terms = `<ram:ApplicableTradePaymentDiscountTerms>${limit}<ram:CalculationPercent>2.00</ram:CalculationPercent></ram:ApplicableTradePaymentDiscountTerms>`;
    expect((await invoiceOf(changed(cii, ['</ram:SpecifiedTradePaymentTerms>', `${terms}$&`]))).payment.discounts).toEqual([{ percent: '2', ...expected }]);
  });
});
