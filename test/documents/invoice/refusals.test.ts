import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readInvoice } from '../../../documents/invoice/read-invoice.ts';
import { pdfWith } from './pdf-file.ts';
import { changed as changedText } from './changed-samples.ts';
import { sample, sampleText } from './public-files.ts';

const ubl = sampleText('invoice.ubl.xml');
const cii = sampleText('corrected.cii.xml');
const json = JSON.parse(sampleText('invoice.json')) as Record<string, unknown>;
const edifact = sampleText('invoice.edi');
const x12 = sampleText('invoice.x12');

function changed(text: string, from: string | RegExp, to: string): Buffer {
  return Buffer.from(changedText(text, [from, to]));
}

function jsonWith(change: object): Buffer {
  return Buffer.from(JSON.stringify({ ...json, ...change }));
}

const doctype = (content: string) => changed(ubl, '<Invoice ', `<!DOCTYPE Invoice ${content}>\n<Invoice `);
const nested = (depth: number) => Buffer.from(`<?xml version="1.0"?>\n${'<a>'.repeat(depth)}${'</a>'.repeat(depth)}`);

describe('bad input is refused with its code and its place', () => {
  it.each<[string, Uint8Array, string, object]>([
    ['nothing', Buffer.from(''), 'document-empty', { line: 1 }],
    ['white space only', Buffer.from(' \n\t '), 'document-empty', { line: 1 }],
    ['a letter', Buffer.from('Dear Sirs, please pay'), 'document-format-unknown', { line: 1 }],
    ['TRADACOMS', Buffer.from("STX=ANA:1+5000000000000:SENDER+5010000000000+260301:120000+0001++INVFIL'"), 'document-format-unknown', { line: 1 }],
    ['random bytes', Buffer.from([1, 2, 3, 250, 251, 9]), 'document-format-unknown', { line: 1 }],
    ['a zip', Buffer.from('PK\u0003\u0004\u0014\u0000', 'latin1'), 'document-archive', { line: 1 }],
    ['gzip', Buffer.from([0x1f, 0x8b, 8, 0]), 'document-archive', { line: 1 }],
    ['HTML', Buffer.from('<html><body>Invoice</body></html>'), 'xml-namespace', { line: 1, path: '/html' }],
    ['unclosed XML', changed(ubl, '</Invoice>', ''), 'xml-malformed', { line: expect.any(Number) }],
    ['mismatched XML', changed(ubl, '<cbc:ID>', '<cbc:Id>'), 'xml-malformed', { line: 6 }],
    ['a prefix without namespace', changed(ubl, 'xmlns:cbc=', 'xmlns:abc='), 'xml-malformed', { line: expect.any(Number) }],
    ['invalid UTF-8', Buffer.concat([Buffer.from(ubl.slice(0, 600)), Buffer.from([0xff, 0xfe, 0xff]), Buffer.from(ubl.slice(600))]), 'xml-encoding', { line: expect.any(Number) }],
    ['an unknown encoding', changed(ubl, 'UTF-8', 'x-klingon'), 'xml-encoding', { line: 1 }],
    ['EBCDIC', Buffer.from([0x4c, 0x6f, 0xa7, 0x94, 0x93, 0x40]), 'xml-encoding', { line: 1 }],
    ['an entity bomb', sample('refused/entity-bomb.xml'), 'xml-entity', { line: 2 }],
    ['a quadratic entity', doctype(`[<!ENTITY a "${'x'.repeat(1000)}">]`), 'xml-entity', { line: 2 }],
    ['an external entity', sample('refused/external-entity.xml'), 'xml-external-entity', { line: 2 }],
    ['an external parameter entity', doctype('[<!ENTITY % p SYSTEM "http://127.0.0.1:1/x"> %p;]'), 'xml-external-entity', { line: 2 }],
    ['an external DTD', doctype('SYSTEM "http://127.0.0.1:1/invoice.dtd"'), 'xml-external-entity', { line: 2 }],
    ['a public DTD', doctype('PUBLIC "-//X//Y" "invoice.dtd"'), 'xml-external-entity', { line: 2 }],
    ['a plain DOCTYPE', doctype(''), 'xml-doctype', { line: 2 }],
    ['a DOCTYPE behind a comment', changed(ubl, '<Invoice ', '<!-- <a> --><!DOCTYPE Invoice><Invoice '), 'xml-doctype', { line: 2 }],
    ['an undeclared entity', changed(ubl, 'Papierhof', '&papierhof;'), 'xml-malformed', { line: 16 }],
    ['depth', nested(5000), 'xml-too-complex', { line: 2 }],
    ['breadth', Buffer.from(`<a>${'<b/>'.repeat(500_000)}</a>`), 'xml-too-complex', { line: 1 }],
    ['attributes', Buffer.from(`<a ${Array.from({ length: 20_000 }, (_, i) => `a${i}=""`).join(' ')}/>`), 'xml-too-complex', { line: 1 }],
    ['wrong namespace', sample('refused/wrong-namespace.xml'), 'xml-namespace', { path: '/Invoice' }],
    ['an element of a foreign namespace before the one it is like', changed(ubl, '<cbc:ID>', '<x:ID xmlns:x="urn:x">OTHER</x:ID><cbc:ID>'), 'xml-namespace', { line: 6, path: '/Invoice/x:ID[1]' }],
    ['UBL elements of a foreign namespace', changed(ubl, 'CommonBasicComponents-2', 'CommonBasicComponents-1'), 'xml-namespace', { path: '/Invoice/cbc:CustomizationID' }],
    ['CII elements of a foreign namespace', changed(cii, 'ReusableAggregateBusinessInformationEntity:100', 'ReusableAggregateBusinessInformationEntity:12'), 'xml-namespace', {}],
    ['an inclusion', changed(ubl, 'Papierhof Lindau GmbH', '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="/etc/passwd" parse="text"/>'), 'xml-namespace', {}],
    ['no namespace', Buffer.from('<Invoice><ID>1</ID></Invoice>'), 'xml-namespace', { path: '/Invoice' }],
    ['the CII namespace of another version', changed(cii, 'CrossIndustryInvoice:100', 'CrossIndustryInvoice:13'), 'invoice-syntax-outdated', { path: '/rsm:CrossIndustryInvoice' }],
    ['ZUGFeRD 1', Buffer.from('<rsm:CrossIndustryDocument xmlns:rsm="urn:ferd:CrossIndustryDocument:invoice:1p0"/>'), 'invoice-syntax-outdated', { path: '/rsm:CrossIndustryDocument' }],
    ['Svefaktura 1', Buffer.from('<Invoice xmlns="urn:sfti:documents:BasicInvoice:1:0"/>'), 'invoice-syntax-outdated', { path: '/Invoice' }],
    ['Svefaktura 1 in its envelope', Buffer.from('<StandardBusinessDocument xmlns="urn:sfti:documents:StandardBusinessDocumentHeader"><ObjectEnvelope xmlns="urn:sfti:documents:BasicInvoice:1:0:#BasicInvoice_ObjectEnvelope"/></StandardBusinessDocument>'), 'invoice-syntax-outdated', { path: '/StandardBusinessDocument/ObjectEnvelope' }],
    ['OIOXML', Buffer.from('<Invoice xmlns="http://rep.oio.dk/ubl/xml/schemas/0p71/pie/"/>'), 'invoice-syntax-outdated', { path: '/Invoice' }],
    ['UBL 1', Buffer.from('<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-1.0"/>'), 'invoice-syntax-outdated', { path: '/Invoice' }],
    ['FatturaPA', Buffer.from('<p:FatturaElettronica xmlns:p="http://ivaservizi.agenziaentrate.gov.it/docs/xsd/fatture/v1.2"/>'), 'invoice-syntax-unsupported', { path: '/p:FatturaElettronica' }],
    ['Facturae', Buffer.from('<f:Facturae xmlns:f="http://www.facturae.gob.es/formato/Versiones/Facturaev3_2_2.xml"/>'), 'invoice-syntax-unsupported', { path: '/f:Facturae' }],
    ['ebInterface', Buffer.from('<Invoice xmlns="http://www.ebinterface.at/schema/6p1/"/>'), 'invoice-syntax-unsupported', { path: '/Invoice' }],
    ['a PDF with FatturaPA', pdfWith([{ name: 'fattura.xml', bytes: Buffer.from('<FatturaElettronica/>') }]), 'invoice-syntax-unsupported', { file: 'fattura.xml' }],
    ['a list of the Polish tax office under another name', Buffer.from('<Faktura xmlns="urn:x"/>'), 'xml-namespace', { path: '/Faktura' }],
    ['a self-billed root in the namespace of another', changed(ubl, /<(\/?)Invoice\b/g, '<$1SelfBilledInvoice'), 'xml-namespace', { path: '/SelfBilledInvoice' }],
    ['a UBL order', Buffer.from('<Order xmlns="urn:oasis:names:specification:ubl:schema:xsd:Order-2"/>'), 'document-not-an-invoice', { path: '/Order' }],
    ['Order-X', Buffer.from('<o:SCRDMCCBDACIOMessageStructure xmlns:o="urn:un:unece:uncefact:data:SCRDMCCBDACIOMessageStructure:100"/>'), 'document-not-an-invoice', {}],
    ['a despatch advice', Buffer.from('<d:CrossIndustryDespatchAdvice xmlns:d="urn:un:unece:uncefact:data:standard:CrossIndustryDespatchAdvice:100"/>'), 'document-not-an-invoice', {}],
    ['profile MINIMUM', changed(cii.replace('en16931:2017', 'factur-x.eu:1p0:minimum'), /<ram:IncludedSupplyChainTradeLineItem>[^]*<\/ram:IncludedSupplyChainTradeLineItem>/, ''), 'invoice-without-lines', { path: expect.stringContaining('IncludedSupplyChainTradeLineItem') }],
    ['UBL without lines', changed(ubl, /<cac:InvoiceLine>[^]*<\/cac:InvoiceLine>/, ''), 'invoice-without-lines', { path: '/Invoice/InvoiceLine' }],
    ['no number', changed(ubl, '<cbc:ID>PL-2026-0871</cbc:ID>', ''), 'invoice-field-missing', { line: 4, path: '/Invoice/ID' }],
    ['an empty number', changed(ubl, '<cbc:ID>PL-2026-0871</cbc:ID>', '<cbc:ID> </cbc:ID>'), 'invoice-field-missing', {}],
    ['no seller name', changed(ubl, '<cbc:RegistrationName>Papierhof Lindau GmbH</cbc:RegistrationName>', ''), 'invoice-field-missing', { line: expect.any(Number) }],
    ['30 February', changed(ubl, '2026-10-05', '2026-02-30'), 'invoice-field-malformed', { line: expect.any(Number) }],
    ['NaN', sample('refused/not-a-number.xml'), 'invoice-amount-malformed', { path: '/Invoice/cac:InvoiceLine[1]/cbc:LineExtensionAmount' }],
    ['1e400', changed(ubl, '>170.00<', '>1e400<'), 'invoice-amount-malformed', { path: '/Invoice/cac:InvoiceLine[1]/cbc:LineExtensionAmount' }],
    ['Infinity as quantity', changed(ubl, '>40<', '>Infinity<'), 'invoice-amount-malformed', { path: '/Invoice/cac:InvoiceLine[1]/cbc:InvoicedQuantity' }],
    ['a decimal comma', changed(ubl, '>170.00<', '>170,00<'), 'invoice-amount-malformed', {}],
    ['digits without end', changed(ubl, '>170.00<', `>${'9'.repeat(5000)}<`), 'invoice-amount-malformed', {}],
    ['half a cent', sample('refused/half-a-cent.xml'), 'invoice-amount-too-precise', { path: '/Invoice/cac:InvoiceLine[1]/cbc:LineExtensionAmount' }],
    ['cents of a currency without', Buffer.from(ubl.replaceAll('EUR', 'JPY')), 'invoice-amount-too-precise', {}],
    ['no currency', sample('refused/no-currency.xml'), 'invoice-currency-missing', { path: '/Invoice/DocumentCurrencyCode' }],
    ['an amount without currency', changed(ubl, '<cbc:PayableAmount currencyID="EUR">', '<cbc:PayableAmount>'), 'invoice-currency-missing', { path: expect.stringContaining('PayableAmount') }],
    ['an unknown currency', Buffer.from(ubl.replaceAll('EUR', 'ZZZ')), 'invoice-currency-unknown', {}],
    ['two currencies', changed(ubl, '<cbc:PayableAmount currencyID="EUR">', '<cbc:PayableAmount currencyID="USD">'), 'invoice-currency-mixed', { path: expect.stringContaining('PayableAmount') }],
    ['CII without currency', changed(cii, '<ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode>', ''), 'invoice-currency-missing', { path: expect.stringContaining('InvoiceCurrencyCode') }],
    ['CII NaN', changed(cii, '>36.89<', '>NaN<'), 'invoice-amount-malformed', { path: expect.stringContaining('GrandTotalAmount') }],
    ['CII without total', changed(cii, '<ram:DuePayableAmount>36.89</ram:DuePayableAmount>', ''), 'invoice-field-missing', { path: expect.stringContaining('DuePayableAmount') }],
    ['a PDF without files', pdfWith([]), 'pdf-without-invoice', {}],
    ['a PDF without an invoice', pdfWith([{ name: 'notes.txt', bytes: Buffer.from('hello') }]), 'pdf-without-invoice', {}],
    ['a PDF whose invoice is only associated', pdfWith([{ name: 'factur-x.xml', bytes: sample('corrected.cii.xml') }], { at: 'associated' }), 'pdf-without-invoice', {}],
    ['a PDF with an entity bomb on its page', pdfWith([{ name: 'factur-x.xml', bytes: sample('refused/entity-bomb.xml') }], { at: 'page' }), 'xml-entity', { file: 'factur-x.xml', line: 2 }],
    ['a PDF with an order', pdfWith([{ name: 'order-x.xml', bytes: Buffer.from('<o:SCRDMCCBDACIOMessageStructure xmlns:o="urn:o"/>') }]), 'document-not-an-invoice', { file: 'order-x.xml' }],
    ['a PDF with ZUGFeRD 1', pdfWith([{ name: 'ZUGFeRD-invoice.xml', bytes: Buffer.from('<CrossIndustryDocument xmlns="urn:ferd:CrossIndustryDocument:invoice:1p0"/>') }]), 'invoice-syntax-outdated', { file: 'ZUGFeRD-invoice.xml' }],
    ['a PDF with an entity bomb', pdfWith([{ name: 'factur-x.xml', bytes: sample('refused/entity-bomb.xml') }]), 'xml-entity', { file: 'factur-x.xml', line: 2 }],
    ['a broken PDF', Buffer.from('%PDF-1.7\nnothing here'), 'pdf-malformed', {}],
    ['a PDF bomb', pdfWith([{ name: 'factur-x.xml', bytes: Buffer.alloc(140 * 1024 * 1024, 32) }], { deflate: true }), 'pdf-malformed', {}],
    ['a PDF compressed twice', Buffer.concat([Buffer.from('%PDF-1.7\n1 0 obj <</Filter[/FlateDecode /FlateDecode]>>\nstream\n'), deflateSync(deflateSync(Buffer.alloc(1000)))]), 'pdf-malformed', {}],
    ['broken JSON', Buffer.from('{"number": "1",\n "lines": [}'), 'json-malformed', { line: 2 }],
    ['NaN in JSON', Buffer.from('{"totals": NaN}'), 'json-malformed', { line: 1, column: 12 }],
    ['a JSON array', Buffer.from('[]'), 'json-not-canonical', {}],
    ['JSON of something else', jsonWith({ colour: 'red' }), 'json-not-canonical', {}],
    ['JSON with a polluting member', Buffer.from(JSON.stringify(json).replace('{', '{"__proto__":{"number":"2"},')), 'json-not-canonical', {}],
    ['JSON without currency', jsonWith({ currency: undefined }), 'invoice-currency-missing', { path: '/currency' }],
    ['JSON of an unknown currency', jsonWith({ currency: 'QQQ' }), 'invoice-currency-unknown', { path: '/currency' }],
    ['JSON in two currencies', jsonWith({ currency: 'USD' }), 'invoice-currency-mixed', {}],
    ['JSON without number', jsonWith({ number: undefined }), 'invoice-field-missing', { path: '/number' }],
    ['JSON without lines', jsonWith({ lines: [] }), 'invoice-without-lines', { path: '/lines' }],
    ['JSON with 1e400', Buffer.from(JSON.stringify(json).replace(/"minor":"\d+"/, '"minor":1e400')), 'invoice-amount-malformed', { path: expect.stringContaining('/minor') }],
    ['JSON with a floating amount', Buffer.from(JSON.stringify(json).replace(/"minor":"\d+"/, '"minor":"12.5"')), 'invoice-amount-malformed', { path: expect.stringContaining('/minor') }],
    ['JSON nested without end', Buffer.from(`${'{"lines":['.repeat(10_000)}${']}'.repeat(10_000)}`), 'json-not-canonical', {}],
    ['JSON with lines without end', jsonWith({ lines: Array.from({ length: 200_000 }, () => 1) }), 'json-not-canonical', { path: '/lines' }],
    ['NUL in a text', jsonWith({ notes: ['a\u0000b'] }), 'invoice-field-malformed', { path: '/notes/0' }],
    ['half a surrogate pair', jsonWith({ notes: ['a\ud800b'] }), 'invoice-field-malformed', { path: '/notes/0' }],
    ['EDIFACT of another kind', changed(edifact, 'INVOIC:D', 'ORDERS:D'), 'document-not-an-invoice', { path: 'segment 2 UNH' }],
    ['EDIFACT cut off', Buffer.from(edifact.slice(0, 900)), 'edi-malformed', {}],
    ['EDIFACT without its last segments', changed(edifact, /UNT[^]*/, ''), 'edi-malformed', {}],
    ['EDIFACT with two messages', changed(edifact, 'UNZ+1', "UNH+2+INVOIC:D:96A:UN'UNZ+2"), 'document-several-invoices', {}],
    ['EDIFACT without currency', changed(edifact, "CUX+2:EUR:4'\n", ''), 'invoice-currency-missing', {}],
    ['EDIFACT NaN', changed(edifact, 'MOA+203:598.80', 'MOA+203:NaN'), 'invoice-amount-malformed', { line: 25, path: 'segment 24 MOA' }],
    ['EDIFACT half a cent', changed(edifact, 'MOA+77:810.75', 'MOA+77:810.755'), 'invoice-amount-too-precise', {}],
    ['X12 of another kind', changed(x12, 'ST*810', 'ST*850'), 'document-not-an-invoice', { path: 'segment 3 ST' }],
    ['X12 cut off', changed(x12, /SE\*[^]*/, ''), 'edi-malformed', {}],
    ['X12 with a short ISA', Buffer.from('ISA*00*x~GS*IN~'), 'edi-malformed', { line: 1 }],
    ['X12 without currency', changed(x12, 'CUR*SE*USD~\n', ''), 'invoice-currency-missing', {}],
    ['X12 NaN', changed(x12, 'TDS*49454', 'TDS*NaN'), 'invoice-field-malformed', {}],
    ['X12 with two invoices', changed(x12, 'GE*1', 'ST*810*0002~\nSE*2*0002~\nGE*2'), 'document-several-invoices', {}],
  ])('%s', async (_, bytes, code, place) => {
    const result = await readInvoice(bytes);
    expect(result).toMatchObject({ ok: false, problem: { code, place, message: expect.stringMatching(/.{10}/), remedy: expect.stringMatching(/.{10}/) } });
  });

  it('more than the limit is refused unread', async () => {
    expect(await readInvoice(new Uint8Array(20 * 1024 * 1024 + 1))).toMatchObject({ ok: false, problem: { code: 'document-too-large' } });
    expect(await readInvoice(Buffer.from(ubl), { maxBytes: 1000 })).toMatchObject({ ok: false, problem: { code: 'document-too-large' } });
  });

  it('a refusal after the format was told carries the format', async () => {
    expect(await readInvoice(sample('refused/no-currency.xml'))).toMatchObject({ ok: false, format: { syntax: 'ubl' } });
  });

  it('totals that do not foot are no refusal', async () => {
    expect(await readInvoice(changed(ubl, '>234.67</cbc:PayableAmount>', '>999.99</cbc:PayableAmount>'))).toMatchObject({ ok: true, invoice: { totals: { payable: { minor: '99999' } } } });
  });
});
