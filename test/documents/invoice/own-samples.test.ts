import { describe, expect, it } from 'vitest';
import { readInvoice } from '../../../documents/invoice/read-invoice.ts';
import { verifyTotals } from '../../../domain/rules/invoice/totals.ts';
import { pdfWith } from './pdf-file.ts';
import { sample, sampleText } from './public-files.ts';

const eur = (minor: string) => ({ currency: 'EUR', minor });
const usd = (minor: string) => ({ currency: 'USD', minor });

describe('own samples, one for each case that public files do not cover', () => {
  it.each([
    ['invoice.ubl.xml', 'ubl', { class: 'invoice', number: 'PL-2026-0871', totals: { net: eur('19720'), tax: eur('3747'), gross: eur('23467') }, payment: { discounts: [{ percent: '2', days: 10 }] } }],
    ['zero-payable.ubl.xml', 'ubl', { totals: { prepaid: eur('24657'), payable: eur('0') } }],
    ['reverse-charge.ubl.xml', 'ubl', { taxes: [{ category: 'AE', rate: '0', amount: eur('0'), exemptionReason: 'Reverse charge' }] }],
    ['trio-original.ubl.xml', 'ubl', { class: 'invoice', number: 'PL-2026-0890', totals: { payable: eur('24657') } }],
    ['trio-credit-note.ubl.xml', 'ubl', { class: 'credit-note', typeCode: '381', number: 'PL-2026-0895', references: { preceding: [{ number: 'PL-2026-0890', issueDate: '2026-10-05' }] }, totals: { payable: eur('24657') } }],
    ['trio-negative-invoice.ubl.xml', 'ubl', { class: 'invoice', typeCode: '380', number: 'PL-2026-0895', totals: { payable: eur('-24657') } }],
    ['accounting-currency.ubl.xml', 'ubl', { currency: 'USD', taxCurrency: 'SEK', totals: { tax: usd('30750'), taxInAccountingCurrency: { currency: 'SEK', minor: '275206' } } }],
    ['factoring.ubl.xml', 'ubl', { seller: { name: 'Papierhof Lindau GmbH' }, payee: { name: 'Hafen Factoring AG' }, payment: { means: [{ account: { iban: 'DE75512108001245126199' } }] } }],
    ['same-number-first.ubl.xml', 'ubl', { number: 'PL-2026-0912', totals: { payable: eur('24657') } }],
    ['same-number-other-amount.ubl.xml', 'ubl', { number: 'PL-2026-0912', totals: { payable: eur('20230') } }],
    ['corrected.cii.xml', 'cii', { class: 'invoice', typeCode: '384', references: { preceding: [{ number: 'PL-2026-0871', issueDate: '2026-10-05' }] }, notes: ['#AAI#Corrects the quantity of the archive boxes.'], lines: [{ unitPrice: '3.1', grossPrice: '3.4', priceDiscount: '0.3' }] }],
    ['invoice.edi', 'edifact', { number: 'LS-55012', currency: 'EUR', dueDate: '2026-11-04', seller: { name: 'Lackwerk Sued GmbH', vatId: 'DE129273398' }, lines: [{ orderNumber: 'PO-88120', orderLine: '10' }, { orderLine: '20' }], totals: { gross: eur('81075'), payable: eur('81075') } }],
    ['invoice.x12', 'x12', { number: 'BR-30881', dueDate: '2026-11-04', lines: [{ unitPrice: '31.4' }, { unitPrice: '0.375', net: usd('7500') }], totals: { charges: usd('1475'), tax: usd('2799'), payable: usd('49454') } }],
    ['invoice.pdf', 'pdf-cii', { number: 'PL-2026-0871-K' }],
    ['invoice.json', 'json', { number: 'PL-2026-0871' }],
  ])('%s is read as %s', async (name, syntax, expected) => {
    const result = await readInvoice(sample(name));
    expect(result).toMatchObject({ ok: true, format: { syntax }, invoice: expected, warnings: [] });
    if (result.ok) expect(verifyTotals(result.invoice)).toEqual([]);
  });

  it('the JSON form of an invoice is the same invoice', async () => {
    const [xml, json] = [await readInvoice(sample('invoice.ubl.xml')), await readInvoice(sample('invoice.json'))];
    expect(xml.ok && json.ok && xml.documentHash).toBe(json.ok && json.documentHash);
  });
});

describe('the first day of year 1, as programs write it that have no date', () => {
  const text = sampleText('invoice.ubl.xml');
  const dated = text.replace(/(<cbc:IssueDate>[^<]*<\/cbc:IssueDate>)(\s*<cbc:DueDate>[^<]*<\/cbc:DueDate>)?/, '$1<cbc:DueDate>0001-01-01</cbc:DueDate>');

  it('is left out with a warning where a date may be absent', async () => {
    const without = await readInvoice(Buffer.from(dated.replace('<cbc:DueDate>0001-01-01</cbc:DueDate>', '')));
    const result = await readInvoice(Buffer.from(dated));
    expect(result).toMatchObject({ ok: true, warnings: [{ code: 'date-unset', place: { path: '/dueDate' } }] });
    expect(result.ok && result.invoice).toEqual(without.ok && without.invoice);
  });

  it.each([
    ['an issue date', dated.replace(/<cbc:IssueDate>[^<]*/, '<cbc:IssueDate>0001-01-01'), '/issueDate'],
    ['any other day before the year 1000', dated.replace('0001-01-01', '0999-12-31'), '/dueDate'],
  ])('%s refuses the document', async (_what, xml, path) => {
    expect(await readInvoice(Buffer.from(xml))).toMatchObject({ ok: false, problem: { code: 'invoice-field-malformed', place: { path } } });
  });
});

describe('the same invoice in every encoding that XML allows', () => {
  const text = sampleText('invoice.ubl.xml').replace('Papierhof', 'Päpierhöf');
  const utf16le = (content: string) => Buffer.from(content, 'utf16le');
  const utf16be = (content: string) => Buffer.from(content, 'utf16le').swap16();
  const utf32be = (content: string) => Buffer.concat([...content].map((character) => Buffer.from([0, ...utf24(character.codePointAt(0) ?? 0)])));

  it.each([
    ['UTF-8', Buffer.from(text)],
    ['UTF-8 with byte order mark', Buffer.from(`\ufeff${text}`)],
    ['UTF-8 without declaration', Buffer.from(text.replace(/<\?xml.*?\?>\s*/, ''))],
    ['UTF-16 little endian with mark', utf16le(`\ufeff${text.replace('UTF-8', 'UTF-16')}`)],
    ['UTF-16 big endian with mark', utf16be(`\ufeff${text.replace('UTF-8', 'UTF-16')}`)],
    ['UTF-16 little endian without mark', utf16le(text.replace('UTF-8', 'UTF-16'))],
    ['UTF-32 big endian', utf32be(text.replace('UTF-8', 'UTF-32'))],
    ['ISO-8859-1', Buffer.from(text.replace('UTF-8', 'ISO-8859-1'), 'latin1')],
    ['windows-1252', Buffer.from(text.replace('UTF-8', 'windows-1252'), 'latin1')],
    ['leading white space and no declaration', Buffer.from(`\r\n  ${text.replace(/<\?xml.*?\?>\s*/, '')}`)],
  ])('%s', async (_, bytes) => {
    const plain = await readInvoice(Buffer.from(text));
    const result = await readInvoice(bytes);
    expect(result.ok && result.invoice.seller.name).toBe('Päpierhöf Lindau GmbH');
    expect(result.ok && result.documentHash).toBe(plain.ok && plain.documentHash);
  });

  function utf24(point: number): number[] {
    return [point >> 16, (point >> 8) & 255, point & 255];
  }
});

describe('around the invoice', () => {
  it('an envelope of the Peppol network is opened', async () => {
    const inner = sampleText('invoice.ubl.xml').replace(/<\?xml.*?\?>/, '');
    const envelope = `<StandardBusinessDocument xmlns="http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader"><StandardBusinessDocumentHeader/>${inner}</StandardBusinessDocument>`;
    const plain = await readInvoice(sample('invoice.ubl.xml'));
    const result = await readInvoice(Buffer.from(envelope));
    expect(result.ok && result.documentHash).toBe(plain.ok && plain.documentHash);
  });

  it('amounts of an extension need no currency', async () => {
    const extension = '<ext:UBLExtensions xmlns:ext="urn:oasis:names:specification:ubl:schema:xsd:CommonExtensionComponents-2"><ext:UBLExtension><ext:ExtensionContent><x:BaseAmount xmlns:x="urn:x">1</x:BaseAmount></ext:ExtensionContent></ext:UBLExtension></ext:UBLExtensions>';
    expect(await readInvoice(Buffer.from(sampleText('invoice.ubl.xml').replace('  <cbc:CustomizationID>', `${extension}$&`)))).toMatchObject({ ok: true });
  });
});

describe('PDF: the invoice is found whatever its name', () => {
  const xml = sample('invoice.ubl.xml');
  const cii = sample('corrected.cii.xml');

  it.each(['factur-x.xml', 'FACTUR-X.XML', 'zugferd-invoice.xml', 'ZUGFeRD-invoice.xml', 'xrechnung.xml', 'rechnung 7.xml', 'data'])('%s', async (name) => {
    for (const deflate of [true, false]) {
      const result = await readInvoice(pdfWith([{ name, bytes: cii }], { deflate }));
      expect(result).toMatchObject({ ok: true, format: { syntax: 'pdf-cii', embeddedName: name } });
    }
  });

  it('UBL inside, with other files beside it', async () => {
    const result = await readInvoice(pdfWith([{ name: 'a.txt', bytes: Buffer.from('hours') }, { name: 'xrechnung.xml', bytes: xml }]));
    expect(result).toMatchObject({ ok: true, format: { syntax: 'pdf-ubl' }, attachments: [{ id: 'a.txt', origin: 'pdf', quarantined: false }] });
  });

  it.each([
    ['pinned to a page', { at: 'page' as const }],
    ['pinned to a page, compressed', { at: 'page' as const, deflate: true }],
    ['pinned to the only page of many that are counted', { at: 'page' as const, counted: 1_000_000 }],
    ['listed and pinned', { at: 'both' as const }],
  ])('%s it is found once, with its neighbours', async (_, options) => {
    const result = await readInvoice(pdfWith([{ name: 'hours.csv', bytes: Buffer.from('day;hours') }, { name: 'factur-x.xml', bytes: cii }], options));
    expect(result).toMatchObject({ ok: true, format: { syntax: 'pdf-cii', embeddedName: 'factur-x.xml' }, warnings: [], attachments: [{ id: 'hours.csv', origin: 'pdf' }] });
    expect(result.ok && result.attachments).toHaveLength(1);
  });

  it('two invoices: the best-known name is read, and people are told', async () => {
    const result = await readInvoice(pdfWith([{ name: 'a.xml', bytes: xml }, { name: 'factur-x.xml', bytes: cii }]));
    expect(result).toMatchObject({ ok: true, format: { embeddedName: 'factur-x.xml' }, warnings: [{ code: 'pdf-several-invoices' }] });
  });
});
