import { describe, expect, it } from 'vitest';
import { isMeantAsInvoice } from '../../api/intake/recognise.ts';
import { storable, storableMark, storableMediaType, storableName } from '../../api/intake/storable.ts';
import { readInvoice } from '../../documents/invoice/read-invoice.ts';
import { billed } from '../support/invoices.ts';

const invoice = JSON.stringify(billed({ number: 'R-1', lines: [{ quantity: '1', price: '50.00' }] }));
const ubl = 'urn:oasis:names:specification:ubl:schema:xsd:Invoice-2';
const edifact = (kind: string) => `UNB+UNOC:3+A+B+261102:0930+1'UNH+1+${kind}:D:96A:UN'BGM+380+1+9'UNT+3+1'UNZ+1+1'`;

describe('which file of a mail is an invoice', () => {
  it.each<[string, string | Buffer, boolean]>([
    ['a good one', invoice, true],
    ['one of an unknown currency', invoice.replace('"currency":"EUR"', '"currency":"XXQ"'), true],
    ['one whose JSON breaks off', invoice.slice(0, -10), true],
    ['other JSON', '{"name":"tracking","totals":[]}', false],
    ['UBL that breaks off', `<?xml version="1.0"?>\n<!-- billing --><inv:Invoice xmlns:inv="${ubl}"><ID>1`, true],
    ['UBL in UTF-16 that breaks off', Buffer.from(`\ufeff<Invoice xmlns="${ubl}"><ID>1`, 'utf16le'), true],
    ['a credit note of an unknown namespace', '<CreditNote xmlns="urn:nobody"/>', true],
    ['an invoice behind a document type', `<!DOCTYPE Invoice [<!ENTITY e "x">]><Invoice xmlns="${ubl}"><ID>&e;</ID></Invoice>`, true],
    ['ZUGFeRD 1', '<rsm:CrossIndustryDocument xmlns:rsm="urn:ferd:CrossIndustryDocument:invoice:1p0"/>', true],
    ['an order', '<Order xmlns="urn:oasis:names:specification:ubl:schema:xsd:Order-2"/>', false],
    ['a list of invoices by another name', '<InvoiceList xmlns="urn:nobody"><a/></InvoiceList>', false],
    ['an EDIFACT invoice without lines', edifact('INVOIC'), true],
    ['an EDIFACT order', edifact('ORDERS'), false],
    ['a picture', Buffer.from('89504e470d0a1a0a', 'hex'), false],
    ['a PDF without an invoice', '%PDF-1.7\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF', false],
    ['words', 'Dear Sir, the <Invoice', false],
    ['nothing', '', false],
  ])('%s', async (_what, content, meant) => {
    const bytes = Buffer.from(content);
    expect(isMeantAsInvoice(bytes, await readInvoice(bytes))).toBe(meant);
  });

  it('one that nobody could look at', () => {
    const unread = { ok: false, problem: { code: 'document-reader-timeout', category: 'invalid-input', message: '', remedy: '' } } as const;
    expect(isMeantAsInvoice(Buffer.from('?'), unread)).toBe(true);
  });
});

describe('what a sender says around a document', () => {
  it('is text to the end, at any depth', () => {
    expect(storable({ 'a\0': ['b\0', { c: 'd\ud83d', e: 1, f: null, g: '😀' }] })).toEqual({ 'a\ufffd': ['b\ufffd', { c: 'd\ufffd', e: 1, f: null, g: '😀' }] });
  });

  it('names keep their ending, and no letter is cut in half', () => {
    expect(storableName(`${'x'.repeat(500)}.pdf`)).toBe(`${'x'.repeat(195)}….pdf`);
    expect(storableName(`${'x'.repeat(194)}😀😀.pdf`).length).toBeLessThanOrEqual(200);
    expect(storableName(`${'x'.repeat(194)}😀😀.pdf`)).toMatch(/^x{194}….pdf$/);
    expect(storableName(' \t ')).toBe('unnamed');
    expect(storableMark(`${'x'.repeat(199)}😀`)).toBe('x'.repeat(199));
  });

  it.each([['application/pdf', 'application/pdf'], ['image/svg+xml', 'image/svg+xml'], ['', 'application/octet-stream'], ['text/html\0', 'application/octet-stream'], [`text/${'x'.repeat(300)}`, 'application/octet-stream']])('media type %j is kept as %s', (stated, kept) => {
    expect(storableMediaType(stated)).toBe(kept);
  });
});
