import { describe, expect, it } from 'vitest';
import { readInvoice } from '../../../documents/invoice/read-invoice.ts';
import { changed, invoiceOf } from './changed-samples.ts';
import { sampleText } from './public-files.ts';

const ubl = sampleText('invoice.ubl.xml');
const total = (name: string, amount: string) => `<cbc:${name} currencyID="EUR">${amount}</cbc:${name}>`;

describe('UBL before EN 16931: rounding within the total with tax', () => {
  const totals = new RegExp(`${total('TaxInclusiveAmount', '234.67')}(.*)${total('PayableAmount', '234.67')}`, 's');
  const roundedTo = (inclusive: string, payable: string) =>
    changed(ubl, [totals, `${total('TaxInclusiveAmount', inclusive)}$1${total('PayableRoundingAmount', '0.33')}${total('PayableAmount', payable)}`]);

  it('the total with tax is read without it', async () => {
    const read = await invoiceOf(roundedTo('235.00', '235.00'));
    expect(read.totals).toMatchObject({ gross: { minor: '23467' }, rounding: { minor: '33' }, payable: { minor: '23500' } });
    expect(read).toEqual(await invoiceOf(roundedTo('234.67', '235.00')));
  });

  it.each([['235.00', '235.33'], ['235.10', '235.10']])('a total with tax of %s and a payable amount of %s stay as stated, and are found (F1)', async (inclusive, payable) => {
    const result = await readInvoice(Buffer.from(roundedTo(inclusive, payable)));
    expect(result).toMatchObject({ ok: true, invoice: { totals: { gross: { minor: inclusive.replace('.', '') }, payable: { minor: payable.replace('.', '') } } } });
  });
});

describe('OIOUBL: duties beside VAT', () => {
  const duty = (amount: string, taxType: string) =>
    `<cac:TaxTotal>${total('TaxAmount', amount)}<cac:TaxSubtotal>${total('TaxableAmount', '170.00')}${total('TaxAmount', amount)}<cac:TaxCategory><cbc:ID>Excise</cbc:ID><cac:TaxScheme><cbc:ID>31</cbc:ID><cbc:Name>Emballage</cbc:Name><cbc:TaxTypeCode>${taxType}</cbc:TaxTypeCode></cac:TaxScheme></cac:TaxCategory></cac:TaxSubtotal></cac:TaxTotal>`;
  const danish = changed(ubl, ['urn:cen.eu:en16931:2017', 'OIOUBL-2.02'], [/<cac:TaxCategory><cbc:ID>S</g, '<cac:TaxCategory><cbc:ID>StandardRated<']);

  it('a duty is a charge, with VAT as its type says', async () => {
    const text = changed(
      danish,
      ['  <cac:TaxTotal>', `${duty('5.00', 'StandardRated')}$&`],
      [/>197\.20<\/cbc:TaxableAmount>/, '>202.20</cbc:TaxableAmount>'],
      [/>37\.47</g, '>38.42<'],
      ['>197.20</cbc:TaxExclusiveAmount>', '>43.42</cbc:TaxExclusiveAmount>'],
      [/>234\.67</g, '>240.62<'],
    );
    const read = await invoiceOf(text);
    expect(read.allowances.at(-1)).toEqual({ kind: 'charge', amount: { currency: 'EUR', minor: '500' }, reason: 'Emballage', tax: { category: 'S', rate: '19' } });
    expect(read.totals).toMatchObject({ charges: { minor: '500' }, net: { minor: '20220' }, tax: { minor: '3842' }, gross: { minor: '24062' } });
    expect(read.taxes).toHaveLength(1);
  });

  it('without VAT, and beside another charge', async () => {
    const charge = `<cac:AllowanceCharge><cbc:ChargeIndicator>true</cbc:ChargeIndicator>${total('Amount', '10.00')}</cac:AllowanceCharge>`;
    const text = changed(
      danish,
      ['  <cac:TaxTotal>', `${charge}${duty('5.00', 'ZeroRated')}$&`],
      ['>197.20</cbc:TaxExclusiveAmount>', '>42.47</cbc:TaxExclusiveAmount>'],
      [total('AllowanceTotalAmount', '10.00'), `$&${total('ChargeTotalAmount', '10.00')}`],
      [/>234\.67</g, '>249.67<'],
    );
    const read = await invoiceOf(text);
    expect(read.allowances.map(({ kind, tax }) => [kind, tax])).toEqual([['allowance', { category: 'S', rate: '19' }], ['charge', undefined], ['charge', { category: 'Z', rate: '0' }]]);
    expect(read.totals).toMatchObject({ charges: { minor: '1500' }, net: { minor: '21220' }, tax: { minor: '3747' } });
  });
});

describe('UBL: the price of another unit than the one that is counted', () => {
  const priced = (price: string, rate: string, discount = '') =>
    changed(ubl, [`<cbc:PriceAmount currencyID="EUR">4.25</cbc:PriceAmount>`, `${total('PriceAmount', price)}<cbc:BaseQuantity unitCode="C62">1</cbc:BaseQuantity><cbc:OrderableUnitFactorRate>${rate}</cbc:OrderableUnitFactorRate>${discount}`]);

  it('is converted by its rate', async () => {
    const [line] = (await invoiceOf(priced('0.85', '5'))).lines;
    expect(line).toMatchObject({ quantity: '40', unit: 'BX', unitPrice: '4.25', baseQuantity: '1' });
    expect(line?.baseUnit).toBeUndefined();
  });

  it('together with its discount', async () => {
    const discount = `<cac:AllowanceCharge><cbc:ChargeIndicator>false</cbc:ChargeIndicator>${total('Amount', '0.15')}${total('BaseAmount', '1.00')}</cac:AllowanceCharge>`;
    expect((await invoiceOf(priced('0.85', '5', discount))).lines[0]).toMatchObject({ unitPrice: '4.25', grossPrice: '5', priceDiscount: '0.75' });
  });

  it('a rate that the amount of the line does not need is left aside', async () => {
    expect((await invoiceOf(priced('4.25', '5'))).lines[0]).toMatchObject({ unitPrice: '4.25', baseUnit: 'C62' });
  });
});
