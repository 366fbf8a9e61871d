import { existsSync, readFileSync } from 'node:fs';
import { basename, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readInvoice } from '../../../documents/invoice/read-invoice.ts';
import { filesBelow, hasPublicData, publicData } from './public-files.ts';

/**
 * The same business case in two syntaxes gives the same canonical invoice. Where the publisher's two files state different
 * facts, the members that differ are listed here with the reason; a difference that is not listed fails, and so does one that is gone.
 */
const knownDifferences: Record<string, Record<string, string>> = {
  '01.01_comprehensive_test_ubl.xml': {
    '/references/preceding': 'the CII file names one preceding invoice, the UBL file two',
    '/seller/ids': 'the CII file states three identifiers, the UBL file one',
    '/buyer/name': 'the UBL file swaps legal and trading name',
    '/buyer/tradingName': 'the UBL file swaps legal and trading name',
    '/payee/legalId': 'only the CII file states it',
  },
  '01.02_comprehensive_test_ubl.xml': {
    '/buyer/name': 'the UBL file swaps legal and trading name',
    '/buyer/tradingName': 'the UBL file swaps legal and trading name',
    '/payee/legalId': 'only the CII file states it',
  },
  '01.04_comprehensive_test_ubl.xml': {
    '/seller/contact': 'the CII file names a department, the UBL file a person',
    '/buyer/name': 'the UBL file swaps legal and trading name',
    '/buyer/tradingName': 'the UBL file swaps legal and trading name',
    '/payee/legalId': 'only the CII file states it',
  },
  '02.01a-cvd_INVOICE_ubl.xml': {
    '/seller/ids': 'the CII file states three identifiers, the UBL file one',
    '/payee/legalId': 'only the CII file states it',
    '/lines/0': 'description with a typing error and attributes in another order',
  },
  'ubl-tc434-example1.xml': {
    '/notes/0': 'only the CII file has the subject code AAR',
    '/payment/means': 'the CII file repeats the first account instead of the second',
    '/lines': 'EA in the UBL file, H87 in the CII file; two item names with typing errors',
  },
  'ubl-tc434-example7.xml': {
    '/issueDate': '2013-03-11 in the UBL file, 2013-05-13 in the CII file',
    '/buyer/contact': 'A3150bdn and 3150bdn',
    '/lines': 'EA in the UBL file, C62 in the CII file',
  },
  'ubl-tc434-example8.xml': {
    '/taxPointDate': 'only the UBL file states it',
    '/references/invoicedObject': 'a reference of type 130 in the CII file, without type in the UBL file',
    '/attachments': 'the same reference',
    '/lines': 'the CII file writes the price as base quantity; KW and KWT',
  },
  'CII_example8.xml': { '/lines': 'the CII file writes the price as base quantity' },
  'EDIFACT_EXAMPLE8.xml': {
    '/notes/0': 'the XML file has lost the line breaks',
    '/payment/terms': 'the XML file has lost the line breaks',
    '/lines/0/item': 'the XML file writes the apostrophe as a control character',
  },
  'EN16931_1_Teilrechnung.ubl.xml': { '/seller/ids': 'the UBL file leaves out the seller number' },
  'EN16931_Einfach.ubl.xml': { '/seller/ids': 'the UBL file leaves out the seller number' },
  'EN16931_Einfach_DueDate.ubl.xml': { '/seller/ids': 'the UBL file leaves out the seller number' },
  'EN16931_Einfach_negativePaymentDue.ubl.xml': { '/seller/ids': 'the UBL file leaves out the seller number' },
  'EN16931_ElektronischeAdresse.ubl.xml': { '/seller/ids': 'the UBL file leaves out the seller number' },
  'EN16931_Gutschrift.ubl.xml': { '/seller/ids': 'the UBL file leaves out the seller number' },
  'EN16931_Miete.ubl.xml': { '/seller/ids': 'the UBL file leaves out the seller number' },
  'EN16931_Kraftfahrversicherung_Bruttopreise.ubl.xml': { '/lines': 'only the CII file states a gross price, without a discount' },
  'ubl-tc434-example3.xml': { '': 'payable 2005.00 in the UBL file, 1125 in the CII file: another invoice' },
};

const partners: [RegExp, string][] = [
  [/^(.+)_ubl\.xml$/, '$1_uncefact.xml'],
  [/^(.+)\.ubl\.xml$/, '$1.cii.xml'],
  [/^(.+)\.cii\.xml$/, '$1.pdf'],
  [/^ubl-tc434-example(\d+)\.xml$/, 'CII_example$1.xml'],
  [/^CII_example(\d+)\.xml$/, 'EDIFACT_EXAMPLE$1.TXT'],
  [/^(EDIFACT_EXAMPLE\d+)\.xml$/, '$1.TXT'],
];

describe.skipIf(!hasPublicData)('twins', () => {
  const files = ['invoices/en16931', 'invoices/xrechnung', 'invoices/corpus'].flatMap(filesBelow);
  const pairs = files.flatMap((file) =>
    partners.flatMap(([pattern, replacement]) => {
      if (!pattern.test(basename(file))) return [];
      const wanted = basename(file).replace(pattern, replacement);
      const twin = files.find((candidate) => basename(candidate) === wanted && kinship(candidate) === kinship(file));
      return twin && existsSync(twin) ? [[relative(publicData, file), basename(twin), file, twin] as const] : [];
    }),
  );

  it('there are pairs', () => expect(pairs.length).toBeGreaterThan(30));

  it.each(pairs)('%s = %s', async (_, __, file, twin) => {
    const [a, b] = [await readInvoice(readFileSync(file)), await readInvoice(readFileSync(twin))];
    if (!a.ok || !b.ok) throw new Error('one of the twins was refused');
    const known = Object.keys(knownDifferences[basename(file)] ?? {});
    const found = differences(a.invoice, b.invoice, '');
    if (known.length === 0) expect(a.invoice).toEqual(b.invoice);
    expect(found.filter((path) => !known.some((listed) => path.startsWith(listed)))).toEqual([]);
    expect(known.filter((listed) => !found.some((path) => path.startsWith(listed)))).toEqual([]);
    if (known.length === 0) expect(a.documentHash).toBe(b.documentHash);
  });
});

/** Twins stand in the same collection: names such as 01.01 repeat between collections. */
function kinship(file: string): string {
  return file.includes('xrechnung') ? file.slice(0, file.lastIndexOf('/')) : file.includes('corpus') ? 'corpus' : 'en16931';
}

function differences(a: unknown, b: unknown, path: string): string[] {
  if (JSON.stringify(a) === JSON.stringify(b)) return [];
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return [path];
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].flatMap((name) => differences((a as Record<string, unknown>)[name], (b as Record<string, unknown>)[name], `${path}/${name}`));
}
