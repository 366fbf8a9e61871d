import { readFileSync } from 'node:fs';
import { basename, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readInvoice } from '../../../documents/invoice/read-invoice.ts';
import { incomingInvoiceSchema } from '../../../domain/model/invoice.ts';
import { filesBelow, hasPublicData, publicData, publicFile } from './public-files.ts';

/** Files of another kind, which must be refused as what they are. */
const refusals: Record<string, string> = { 'x12.850.issue135.edi': 'document-not-an-invoice' };

const syntaxOf = (file: string): string[] =>
  /\.pdf$/.test(file)
    ? ['pdf-cii', 'pdf-ubl']
    : /edifact/i.test(file)
      ? ['edifact']
      : /\.edi$/.test(file)
        ? ['x12']
        : /uncefact|\.cii\.|\/cii\//i.test(file)
          ? ['cii']
          : ['ubl'];

describe.skipIf(!hasPublicData)('public e-invoices', () => {
  const files = ['invoices/en16931', 'invoices/xrechnung', 'invoices/corpus', 'edi'].flatMap(filesBelow);

  it.each(files.map((file) => [relative(publicData, file), file]))('%s is read or refused with an explanation', async (_, file) => {
    const result = await readInvoice(readFileSync(file));
    const expected = refusals[basename(file)];
    if (expected) {
      expect(result).toMatchObject({ ok: false, problem: { code: expected, place: expect.anything() } });
      return;
    }
    if (!result.ok) throw new Error(JSON.stringify(result.problem));
    expect(incomingInvoiceSchema.safeParse(result.invoice).success).toBe(true);
    expect(syntaxOf(file)).toContain(result.format.syntax);
    expect(result.documentHash).toMatch(/^[0-9a-f]{64}$/);
  });
});

/** The rows of business facts that real files carry; own samples stand in for files that are held back (own-samples.test.ts). */
const facts = [
  ['three-tier cash discount', '01.10a-INVOICE_ubl.xml', { totals: { payable: eur('259420') }, payment: { discounts: [tier('2', 7), tier('1', 14), tier('0', 30)] } }],
  ['three-tier cash discount (CII)', '01.10a-INVOICE_uncefact.xml', { totals: { payable: eur('259420') }, payment: { discounts: [tier('2', 7), tier('1', 14), tier('0', 30)] } }],
  ['rounding amount', '01.17a-INVOICE_ubl.xml', { totals: { gross: eur('33690'), rounding: eur('1'), payable: eur('33691') } }],
  ['over-prepaid', '03.01a-INVOICE_ubl.xml', { totals: { gross: eur('80486'), prepaid: eur('103000'), payable: eur('-22514') } }],
  ['zero payable', '02.03a-INVOICE_ubl.xml', { totals: { payable: eur('0') } }],
  ['zero payable', '02.04a-INVOICE_ubl.xml', { totals: { payable: eur('0') } }],
  ['negative quantity line', '02.06a-INVOICE_ubl.xml', { totals: { gross: eur('1303') } }],
  ['corrected invoice 384 with preceding reference', '01.18a-INVOICE_ubl.xml', { class: 'invoice', typeCode: '384' }],
  ['reverse charge', '01.21a-INVOICE_ubl.xml', { taxes: [{ category: 'AE', amount: eur('0') }] }],
  ['negative invoice', 'BIS_Billing_30-Kreditering_med_negativ_faktura.xml', { class: 'invoice', typeCode: '380', number: '2018140', references: { preceding: [{ number: '2018133' }] } }],
  ['accounting currency', 'BIS_Billing_30-Valutor i faktura.xml', { totals: { tax: { currency: 'USD', minor: '2300000' }, taxInAccountingCurrency: { currency: 'SEK', minor: '20584540' }, payable: { currency: 'USD', minor: '11500000' } } }],
  ['factoring', 'BIS_Billing_30-Factoring.xml', { payee: { name: expect.any(String) } }],
  ['sub-lines', '04.02a-INVOICE_ubl.xml', { lines: [{ net: eur('2772'), subLines: [{ net: eur('1232') }, { net: eur('1540') }] }] }],
  ['third-party payments', '05.01a-INVOICE_ubl.xml', { thirdPartyPayments: [{ type: 'MobilesBezahlen', amount: eur('1996') }, { type: 'MobilesBezahlen', amount: eur('1000') }] }],
  ['two currencies of tax', '01.01_comprehensive_test_ubl.xml', { taxCurrency: 'GBP', totals: { taxInAccountingCurrency: { currency: 'GBP', minor: '204844' } } }],
  ['X12 total in cents', 'x12.810a.edi', { currency: 'USD', totals: { gross: { currency: 'USD', minor: '36596' } }, payment: { discounts: [tier('10', 10), tier('5', 20), tier('0', 30)] } }],
] as const;

describe.skipIf(!hasPublicData)('facts of the public files', () => {
  it.for(facts)('%s: %s', async ([, name, expected], { skip }) => {
    const file = publicFile('invoices', name) ?? publicFile('edi', name);
    if (!file) return skip(`${name} is not in this copy of the data`);
    const result = await readInvoice(readFileSync(file));
    expect(result).toMatchObject({ ok: true, invoice: expected });
  });
});

function eur(minor: string) {
  return { currency: 'EUR', minor };
}

function tier(percent: string, days: number) {
  return { percent, days };
}
