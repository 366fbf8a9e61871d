import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitInterchange, type Interchange } from '../../../documents/invoice/interchange.ts';
import { readInvoice } from '../../../documents/invoice/read-invoice.ts';

/** One INVOIC message; `text` is free text in its own character set. */
const invoic = (reference: string, number: string, text = 'Danke') =>
  [
    `UNH+${reference}+INVOIC:D:01B:UN:EAN010'`, `BGM+380+${number}+9'`, `DTM+137:20261102:102'`, `FTX+AAI+++${text}'`, `NAD+SU+++Stahl ?+ Sohn GmbH+Ring 1+Kiel++24103+DE'`, `RFF+VA:DE136695976'`,
    `NAD+BY+++Buyer AG+Weg 2+Bonn++53111+DE'`, `CUX+2:EUR:4'`, `LIN+1++4000862141404:SRV'`, `IMD+F++:::Schraube'`, `QTY+47:10:PCE'`, `MOA+203:100.00'`, `PRI+AAA:10.00'`, `TAX+7+VAT+++:::19+S'`,
    `UNS+S'`, `MOA+79:100.00'`, `MOA+77:119.00'`, `MOA+176:19.00'`, `MOA+125:100.00'`, `MOA+9:119.00'`, `TAX+7+VAT+++:::19+S'`, `MOA+125:100.00'`, `MOA+124:19.00'`, `UNT+24+${reference}'`,
  ].join('\r\n');
const edifact = (messages: string[], { una = "UNA:+.? '", unz = `UNZ+${messages.length}+REF7'` } = {}) => Buffer.from(`${una}\r\nUNB+UNOC:3+SENDER:14+RECEIVER:14+261102:0930+REF7'\r\n${messages.join('\r\n')}\r\n${unz}\r\n`, 'latin1');

const set = (control: string, number: string) => [`ST*810*${control}`, `BIG*20261102*${number}**PO77`, 'CUR*SE*USD', 'N1*RE*Acme Inc', 'N1*BT*Buyer Corp', 'IT1*1*10*EA*10.00**VP*SCREW', 'TDS*10000', `SE*8*${control}`].join('~\n');
const x12 = (sets: string[], { ge = `GE*${sets.length}*9`, iea = 'IEA*1*000000042' } = {}) =>
  Buffer.from(`${['ISA*00*          *00*          *ZZ*ACME           *ZZ*BUYER          *261102*0930*U*00401*000000042*0*P*>', 'GS*IN*ACME*BUYER*20261102*0930*9*X*004010', ...sets, ge, iea].join('~\n')}~\n`);

const messagesOf = (interchange: Interchange) => (interchange.ok ? interchange.messages : []);
const numbersOf = async (interchange: Interchange) =>
  Promise.all(messagesOf(interchange).map(async ({ bytes }) => {
    const read = await readInvoice(bytes);
    return read.ok ? read.invoice.number : read.problem.code;
  }));

describe('an interchange with several messages', () => {
  it('EDIFACT: each message becomes a document of its own, with its place', async () => {
    const file = edifact([invoic('1', 'A-1'), invoic('2', 'A-2', 'Grüße'), invoic('3', 'A-3')]);
    const read = await readInvoice(file);
    expect(read).toMatchObject({ ok: false, problem: { code: 'document-several-invoices' }, interchange: { ok: true } });
    const interchange = splitInterchange(file, 'edifact');
    expect(await numbersOf(interchange)).toEqual(['A-1', 'A-2', 'A-3']);
    expect(messagesOf(interchange).map(({ place }) => place)).toEqual([1, 2, 3].map((position) => ({ position, of: 3, reference: String(position), interchange: 'REF7', sender: 'SENDER' })));
    // The sender's bytes, in the sender's character set.
    expect(Buffer.from(messagesOf(interchange)[1]!.bytes).includes(Buffer.from('Grüße', 'latin1'))).toBe(true);
    expect(Buffer.from(messagesOf(interchange)[1]!.bytes).includes(Buffer.from('A-1'))).toBe(false);
  });

  it('EDIFACT with groups, other separators and no line breaks', async () => {
    const grouped = (group: string, message: string) => `UNG+INVOIC+S+R+261102:0930+${group}+UN+D:01B'${message}UNE+1+${group}'`;
    const file = edifact([grouped('G1', invoic('1', 'B-1')), grouped('G2', invoic('2', 'B-2'))]).toString('latin1').replaceAll(/\r\n/g, '');
    expect(await numbersOf(splitInterchange(Buffer.from(file, 'latin1'), 'edifact'))).toEqual(['B-1', 'B-2']);
    const piped = file.replaceAll('+', '|').replace("UNA:|.? '", "UNA:|.? '").replaceAll('?|', '+');
    expect(await numbersOf(splitInterchange(Buffer.from(piped, 'latin1'), 'edifact'))).toEqual(['B-1', 'B-2']);
  });

  it('X12: each transaction set, also of several groups', async () => {
    const file = x12([set('0001', 'C-1'), set('0002', 'C-2')]);
    expect(await readInvoice(file)).toMatchObject({ ok: false, interchange: { ok: true } });
    const interchange = splitInterchange(file, 'x12');
    expect(await numbersOf(interchange)).toEqual(['C-1', 'C-2']);
    expect(messagesOf(interchange).map(({ place }) => place)).toMatchObject([{ position: 1, of: 2, reference: '0001', interchange: '000000042', sender: 'ACME' }, { position: 2 }]);
    const groups = x12([set('0001', 'C-1'), 'GE*1*9', 'GS*IN*ACME*BUYER*20261102*0930*10*X*004010', set('0001', 'C-3')], { ge: 'GE*1*10', iea: 'IEA*2*000000042' });
    expect(await numbersOf(splitInterchange(groups, 'x12'))).toEqual(['C-1', 'C-3']);
  });

  it('a message that is no invoice is refused by itself', async () => {
    const order = `UNH+2+ORDERS:D:01B:UN'\r\nBGM+220+O-1+9'\r\nUNT+3+2'`;
    expect(await numbersOf(splitInterchange(edifact([invoic('1', 'A-1'), order, invoic('3', 'A-3')]), 'edifact'))).toEqual(['A-1', 'document-not-an-invoice', 'A-3']);
  });

  const two = [invoic('1', 'A-1'), invoic('2', 'A-2')] as const;
  it.each<[string, Buffer, 'edifact' | 'x12', RegExp]>([
    ['EDIFACT: a message is missing', edifact([...two], { unz: "UNZ+3+REF7'" }), 'edifact', /UNZ states 3 messages, and there are 2/],
    ['EDIFACT: the end is missing', edifact([...two], { unz: '' }), 'edifact', /end with UNZ/],
    ['EDIFACT: another interchange ends', edifact([...two], { unz: "UNZ+2+REF8'" }), 'edifact', /UNZ closes REF8, and REF7 was opened/],
    ['EDIFACT: a segment is missing', edifact([two[0].replace("DTM+137:20261102:102'\r\n", ''), two[1]]), 'edifact', /UNT states 24 segments, and there are 23/],
    ['EDIFACT: a message does not end', edifact([two[0].replace("UNT+24+1'", ''), two[1]]), 'edifact', /does not end with UNT/],
    ['EDIFACT: a message ends as another', edifact([two[0].replace("UNT+24+1'", "UNT+24+9'"), two[1]]), 'edifact', /UNT closes 9, and 1 was opened/],
    ['EDIFACT: a segment outside', edifact([two[0], "BGM+380+X'", two[1]]), 'edifact', /BGM lies outside/],
    ['X12: a set is missing', x12([set('0001', 'C-1'), set('0002', 'C-2')], { ge: 'GE*3*9' }), 'x12', /GE states 3 transaction sets, and there are 2/],
    ['X12: the end is missing', x12([set('0001', 'C-1'), set('0002', 'C-2')], { iea: 'REF*1' }), 'x12', /end with IEA/],
    ['X12: a segment is missing', x12([set('0001', 'C-1').replace('CUR*SE*USD~\n', ''), set('0002', 'C-2')]), 'x12', /SE states 8 segments, and there are 7/],
    ['too many', edifact(Array.from({ length: 201 }, (_, index) => invoic(String(index + 1), `D-${index}`))), 'edifact', /201 messages; 200/],
  ])('%s: the file is refused whole, with the place', (_name, file, syntax, message) => {
    expect(splitInterchange(file, syntax)).toMatchObject({ ok: false, problem: { code: expect.stringMatching(/^(edi-malformed|document-several-invoices)$/), message: expect.stringMatching(message), place: { line: expect.any(Number) } } });
  });

  it('nothing is lost and nothing is read twice, wherever a file is cut off', () => {
    const file = edifact([invoic('1', 'A-1'), invoic('2', 'A-2'), invoic('3', 'A-3')]);
    const end = file.lastIndexOf("'") + 1;
    fc.assert(fc.property(fc.integer({ min: 60, max: end - 1 }), (at) => !splitInterchange(file.subarray(0, at), 'edifact').ok), { numRuns: 60 });
    expect(Buffer.concat(messagesOf(splitInterchange(file, 'edifact')).map(({ bytes }) => Buffer.from(bytes))).toString('latin1').match(/UNH\+/g)).toHaveLength(3);
  });
});
