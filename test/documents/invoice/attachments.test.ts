import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBase64 } from '../../../documents/attachments.ts';
import { readInvoice } from '../../../documents/invoice/read-invoice.ts';
import { escapeForDisplay, suspiciousTextsIn } from '../../../documents/suspicious-text.ts';
import { pdfWith } from './pdf-file.ts';
import { sample, sampleText } from './public-files.ts';

/** In parts, so that no scanner takes this file for malware. */
const eicar = Buffer.from(['X5O!P%@AP[4\\PZX54(P^)7CC)7}', '$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!', '$H+H*'].join(''));

const ublWith = (content: string) =>
  Buffer.from(
    sampleText('invoice.ubl.xml').replace(
      '  <cac:AccountingSupplierParty>',
      `<cac:AdditionalDocumentReference><cbc:ID>hours</cbc:ID><cbc:DocumentDescription>Time sheet</cbc:DocumentDescription><cac:Attachment><cbc:EmbeddedDocumentBinaryObject mimeCode="text/csv" filename="hours.csv">${content}</cbc:EmbeddedDocumentBinaryObject></cac:Attachment></cac:AdditionalDocumentReference>$&`,
    ),
  );

const ciiWith = (content: string) =>
  Buffer.from(
    sampleText('corrected.cii.xml').replace(
      '</ram:ApplicableHeaderTradeAgreement>',
      `<ram:AdditionalReferencedDocument><ram:IssuerAssignedID>hours</ram:IssuerAssignedID><ram:TypeCode>916</ram:TypeCode><ram:Name>Time sheet</ram:Name><ram:AttachmentBinaryObject mimeCode="text/csv" filename="hours.csv">${content}</ram:AttachmentBinaryObject></ram:AdditionalReferencedDocument>$&`,
    ),
  );

describe('embedded attachments', () => {
  it.each([
    ['UBL', ublWith],
    ['CII', ciiWith],
  ])('%s: bytes come out with their hash, and the invoice names them', async (_, invoiceWith) => {
    const content = Buffer.from('day;hours\n1;8\n');
    const wrapped = content.toString('base64').replace(/(.{8})/g, '$1\n   ');
    const result = await readInvoice(invoiceWith(wrapped));
    const contentHash = createHash('sha256').update(content).digest('hex');
    expect(result).toMatchObject({
      ok: true,
      warnings: [],
      invoice: { attachments: [{ id: 'hours', description: 'Time sheet', fileName: 'hours.csv', mimeType: 'text/csv', contentHash, size: content.length }] },
      attachments: [{ id: 'hours', fileName: 'hours.csv', origin: 'invoice', quarantined: false }],
    });
    expect(result.ok && Buffer.from(result.attachments[0]?.bytes ?? []).toString()).toBe(content.toString());
  });

  it.each([
    ['UBL', ublWith(eicar.toString('base64'))],
    ['CII', ciiWith(eicar.toString('base64'))],
    ['behind other bytes', ublWith(Buffer.concat([Buffer.from('MZ..'), eicar]).toString('base64'))],
    ['PDF', pdfWith([{ name: 'factur-x.xml', bytes: sample('corrected.cii.xml') }, { name: 'hours.csv', bytes: eicar }], { deflate: true })],
  ])('the malware test signature is quarantined: %s', async (_, bytes) => {
    const result = await readInvoice(bytes);
    expect(result).toMatchObject({ ok: true, attachments: [{ quarantined: true }], warnings: [{ code: 'attachment-quarantined' }] });
  });

  it('the signature in the text itself is found too', async () => {
    const result = await readInvoice(Buffer.from(sampleText('invoice.ubl.xml').replace('30 days net', `${eicar.toString()}`)));
    expect(result).toMatchObject({ ok: true, warnings: [{ code: 'attachment-quarantined' }] });
  });

  it('content that is no base64 is told, and the invoice is read', async () => {
    const result = await readInvoice(ublWith('%%% no base64 %%%'));
    expect(result).toMatchObject({ ok: true, attachments: [], warnings: [{ code: 'attachment-unreadable', place: { path: expect.stringContaining('EmbeddedDocumentBinaryObject') } }] });
  });

  it('base64 comes back as it went in', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(decodeBase64(Buffer.from(bytes).toString('base64'))).toEqual(bytes);
      }),
    );
  });
});

describe('characters that hide', () => {
  it.each([
    ['direction override', 'Kontor \u202eNord\u202c GmbH', ['U+202E', 'U+202C']],
    ['isolate', 'a\u2066b\u2069', ['U+2066', 'U+2069']],
    ['zero width space', 'a\u200bb', ['U+200B']],
    ['control', 'a\u0085b', ['U+0085']],
    ['tag', 'a\u{e0041}b', ['U+E0041']],
  ])('%s is found, kept, and shown escaped', async (_, name, characters) => {
    const result = await readInvoice(Buffer.from(sampleText('invoice.ubl.xml').replace('Papierhof Lindau GmbH', name)));
    expect(result).toMatchObject({ ok: true, invoice: { seller: { name } }, warnings: [{ code: 'text-suspicious', place: { path: '/seller/name' }, message: expect.stringContaining(characters[0] ?? '') }] });
    expect(suspiciousTextsIn({ seller: { name } })).toEqual([{ path: '/seller/name', characters }]);
  });

  it('joiners count in a document number and not in prose', () => {
    expect(suspiciousTextsIn({ number: 'A\u200d1', notes: ['می\u200cخواهم', 'Zucker\u00adguss'] })).toEqual([{ path: '/number', characters: ['U+200D'] }]);
  });

  it('escaped JSON is the same JSON, without any hidden character', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'ü', '"', '\\', '\u202e', '\u2066', '\u200b', '\u{e0041}', '\n', '😀')), (characters) => {
        const line = escapeForDisplay(JSON.stringify({ text: characters.join('') }));
        expect(JSON.parse(line)).toEqual({ text: characters.join('') });
        expect(suspiciousTextsIn(line)).toEqual([]);
      }),
    );
  });
});

describe('files where no standard looks for them', () => {
  const atLine = (content: string) =>
    Buffer.from(sampleText('invoice.ubl.xml').replace('<cac:Item>', `<cac:DocumentReference><cbc:ID>x</cbc:ID><cac:Attachment><cbc:EmbeddedDocumentBinaryObject mimeCode="text/plain" filename="line.txt">${content}</cbc:EmbeddedDocumentBinaryObject></cac:Attachment></cac:DocumentReference>$&`));

  it('are taken out and judged, and change nothing in the invoice', async () => {
    const plain = await readInvoice(sample('invoice.ubl.xml'));
    const result = await readInvoice(atLine(eicar.toString('base64')));
    expect(result).toMatchObject({ ok: true, attachments: [{ id: 'line.txt', quarantined: true }], warnings: [{ code: 'attachment-quarantined' }] });
    expect(result.ok && result.documentHash).toBe(plain.ok && plain.documentHash);
  });
});
