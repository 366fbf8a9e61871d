import { describe, expect, it } from 'vitest';
import { read, statementsOf } from './public-statements.ts';

const message = (line: string, opening = 'C261005EUR100,00', closing = 'C261005EUR100,00'): string => `:20:X\n:25:1\n:28C:1\n:60F:${opening}\n${line}\n:62F:${closing}\n-\n`;
const entryOf = async (line: string): Promise<unknown> => (await statementsOf(message(line)))[0]?.entries[0];
const detailed = (...information: string[]): Promise<unknown> => entryOf(`:61:261005C0,00NTRFNONREF\n:86:${information.join('\n')}`);
/** As many characters as a line of :86: or a subfield of its purpose may have. */
const filled = (text: string, width: number): string => text.padEnd(width, 'x');

describe('MT940 as banks write it: lines and fields', () => {
  it('the first statement of an account opens on no day', async () => {
    const [statement] = await statementsOf(message(':61:261005C5,00NTRFNONREF', 'C000000EUR0,00', 'C261005EUR5,00'));
    expect(statement).toMatchObject({ opening: { minor: '0' }, closingDate: '2026-10-05', findings: [] });
    expect(statement).not.toHaveProperty('openingDate');
    expect(await read(message('', 'C261005EUR0,00', 'C000000EUR0,00'))).toMatchObject({ ok: false, problem: { code: 'statement-date-malformed' } });
  });

  it('SI-11: an amount may have a decimal point, which never marks thousands', async () => {
    expect(await statementsOf(message(':61:261005D12.50NTRFNONREF', 'C261005GBP1020.50', 'C261005GBP1008.00'))).toMatchObject([{ opening: { minor: '102050' }, closing: { minor: '100800' }, findings: [], entries: [{ amount: { minor: '-1250' } }] }]);
    expect(await read(message(':61:261005D1.250NTRFNONREF', 'C261005EUR1.251'))).toMatchObject({ ok: false, problem: { code: 'statement-amount-too-precise' } });
    expect(await read(message(':61:261005D1.250,00NTRFNONREF'))).toMatchObject({ ok: false, problem: { code: 'statement-amount-malformed' } });
  });

  it.each([
    ['a blank before the type', ':61:261005C5,00 NTRFINV-7', { code: 'NTRF', references: { customer: 'INV-7' } }],
    ['a reference of the bank on a line of its own', ':61:261005C5,00NTRFINV-7\n//BK-1', { references: { customer: 'INV-7', bank: 'BK-1' } }],
    ['the account of the other side behind it', ':61:261005C5,00NTRFINV-7\nDE89370400440532013000', { counterparty: { account: 'DE89370400440532013000' }, text: '' }],
  ])('a statement line with %s', async (_, line, expected) => {
    expect(await entryOf(line)).toMatchObject(expected);
  });

  it('a statement line may have no type', async () => {
    const entry = await entryOf(':61:261005C5,00NONREF\n:86:Parcel');
    expect(entry).toMatchObject({ amount: { minor: '500' }, references: {}, text: 'Parcel' });
    expect(entry).not.toHaveProperty('code');
    expect(entry).not.toHaveProperty('references.customer');
  });

  it.each([
    ['/PL61109010140000071219812874', 'PL61109010140000071219812874'],
    ['//AT611904/300234573201/EUR', 'AT611904/300234573201'],
    ['COBADEFF/300234573201', 'COBADEFF/300234573201'],
  ])('account %s', async (identification, account) => {
    expect(await statementsOf(message('').replace(':25:1', `:25:${identification}`))).toMatchObject([{ account }]);
  });

  it.each(['EREF', 'MARF', 'PREF', 'KREF+', 'EREF+'])('%s in a statement line points to :86: and is no reference', async (word) => {
    expect(await entryOf(`:61:261005C5,00NTRF${word}//BK-1`)).toMatchObject({ references: { bank: 'BK-1' } });
    expect(await entryOf(`:61:261005C5,00NTRF${word}//BK-1`)).not.toHaveProperty('references.customer');
  });

  it('all fields :86: of an entry are its text, and those of the bank beside it (:NS:) follow', async () => {
    expect(await entryOf(':61:261005C5,00NTRFNONREF\n:NS:01Hall 4\n:86:one\n:86:two\n:86:three\n:86:four')).toMatchObject({ text: 'one two three four 01Hall 4' });
    expect(await entryOf(':61:261005C5,00NTRFNONREF\n:NS:01Hall 4\n:86:020?20Rent?32Karin Holm')).toMatchObject({ text: 'Rent 01Hall 4', counterparty: { name: 'Karin Holm' } });
  });

  it('a tag that is not known is no part of the text before it, a time of day is', async () => {
    expect(await detailed('Parcel', ':23E:OWN')).toMatchObject({ text: 'Parcel' });
    expect(await detailed('paid at 10', ':30: in the shop')).toMatchObject({ text: 'paid at 10 :30: in the shop' });
  });

  it('@@ ends lines', async () => {
    const text = `@@${message(':61:261005C5,00NTRFNONREF\n:86:020?20Ren\n?21t', undefined, 'C261005EUR105,00').replace(/\n/g, '@@')}`;
    expect(await statementsOf(text)).toMatchObject([{ account: '1', findings: [], entries: [{ amount: { minor: '500' } }] }]);
  });

  it.each([
    ['blocks on lines of their own', (report: string) => `{1:F01BANKDEFF}\n{2:I942BANKDEFFXN}\n{4:\n${report}-}{5:}\n`],
    ['a block behind the end of the message before', (report: string) => `{1:F01A}{2:I940A}{4:\n${message('').replace(/-\n$/, '')}-}{1:F01BANKDEFF}{2:I942BANKDEFFXN}{4:\n${report}-}\n`],
  ])('%s: the type of the message counts', async (_, wrapped) => {
    const report = ':20:Y\n:25:2\n:28C:1\n:60F:C261005EUR1,00\n:61:261005C5,00NTRFNONREF\n:86:one\n:62F:C261005EUR1,00\n';
    expect((await statementsOf(wrapped(report))).at(-1)).toMatchObject({ account: '2', entries: [{ status: 'pending', text: 'one' }] });
  });

  it('a message that is announced by its type leaves the text before it alone', async () => {
    const text = `:940:\n${message(':61:261005C0,00NTRFNONREF\n:86:one').replace(/:62F[^]*/, '')}:940:\n${message('').replace(':28C:1', ':28C:2')}`;
    expect(await statementsOf(text)).toMatchObject([{ entries: [{ text: 'one' }] }, { number: '2' }]);
  });
});

describe('MT940 as banks write it: subfields', () => {
  it.each(['>', '<', '~', '^', '|'])('separator %s without a code', async (separator) => {
    expect(await detailed(['', '20Bill 4', '32JAN KOWALSKI'].join(separator))).toMatchObject({ text: 'Bill 4', counterparty: { name: 'JAN KOWALSKI' } });
  });

  it.each(['100/20 RENT', '123.45 EUR FEE', '200-12 PARCEL', '105,20 CASH'])('%s is a text with numbers', async (text) => {
    expect(await detailed(text)).toMatchObject({ text });
  });

  it('a keyword begins at a subfield, whatever letter the one before ends with', async () => {
    expect(await detailed('166?20EREF+NOTPROVIDED?21SVWZ+BILL 4')).toMatchObject({ text: 'BILL 4' });
    expect(await detailed('166?20EREF+NOTPROVIDED?21SVWZ+BILL 4')).not.toHaveProperty('endToEndId');
    expect(await detailed('166?20EREF+E2E-A?21MREF+MD-B?22SVWZ+BILL 4')).toMatchObject({ endToEndId: 'E2E-A', references: { mandate: 'MD-B' }, text: 'BILL 4' });
    expect(await detailed(`166?20${filled('EREF+', 25)}SV?21WZ+BILL 4`)).toMatchObject({ endToEndId: 'x'.repeat(20), text: 'BILL 4' });
  });

  it('a subfield of the purpose that is not full ends a word, a full one does not; an identification goes on in either case', async () => {
    expect(await detailed(`166?20BILL 4?21PARCEL?22${filled('9', 27)}?23y`)).toMatchObject({ text: `BILL 4 PARCEL ${filled('9', 27)}y` });
    expect(await detailed('166?20EREF+E2E-?211?22SVWZ+a?23b')).toMatchObject({ endToEndId: 'E2E-1', text: 'a b' });
  });

  it('IBAN+ and BIC+ name the other side where no subfield does', async () => {
    expect(await detailed('166?20SVWZ+BILL 4?21IBAN+DE89370400440532013000?22BIC+COBADEFFXXX')).toMatchObject({ text: 'BILL 4', counterparty: { account: 'DE89370400440532013000', bank: 'COBADEFFXXX' } });
  });

  it.each([
    ['EREF: E2E-9 MREF: MD-1 BILL 4', 'E2E-9', 'MD-1'],
    ['BILL 4 END-TO-END-REF.: E2E-9 CORE / MANDATSREF.: MD-1', 'E2E-9', 'MD-1'],
    ['BILL 4 End-to-End-Ref.: nicht angegeben', undefined, undefined],
  ])('keywords with a colon: %s', async (text, endToEndId, mandate) => {
    const entry = (await statementsOf(message(`:61:261005C0,00NTRFNONREF\n:86:166?20${text}`)))[0]?.entries[0];
    expect([entry?.endToEndId, entry?.references.mandate, entry?.text]).toEqual([endToEndId, mandate, text]);
  });
});

describe('MT940 as banks write it: words between slashes', () => {
  it.each([
    ['on a line behind a text', ['Receipt', '/EREF/E2E-9//ORDP/Holm Ltd//REMI/ BILL 4//ACCW/BE71096123 456769,GKCCBEBB/']],
    ['in the line of a text', ['Receipt /EREF/E2E-9//ORDP/Holm Ltd //REMI/ BILL 4//ACCW/BE71096123456769,GKCCBEBB/']],
    ['behind blanks', [' /EREF/E2E-9', ' /ORDP/Holm Ltd', ' /ACCW/BE71096123456769,GKCCBEBB', ' /REMI/BILL 4']],
  ])('words %s', async (_, lines) => {
    expect(await detailed(...lines)).toMatchObject({ endToEndId: 'E2E-9', text: 'BILL 4', counterparty: { name: 'Holm Ltd', account: 'BE71096123456769', bank: 'GKCCBEBB' } });
  });

  it.each([
    ['account, bank and name', '/BENM/NL91ABNA0417164300/ABNANL2A/Holm Ltd///REMI///BILL 4/', { account: 'NL91ABNA0417164300', bank: 'ABNANL2A', name: 'Holm Ltd' }],
    ['account and name', '/ORDP/300000003998/Holm Ltd/Street 4//REMI/BILL 4/', { account: '300000003998', name: 'Holm Ltd' }],
    ['words of its own', '/ORDP//NAME/Holm Ltd//REMI/USTD//BILL 4/', { name: 'Holm Ltd' }],
  ])('the other side as %s', async (_, text, counterparty) => {
    expect(await detailed(text)).toMatchObject({ text: 'BILL 4', counterparty });
    expect(await detailed(text)).toHaveProperty('counterparty', counterparty);
  });

  it('a word that is not known ends the value before it', async () => {
    expect(await detailed('/RTRN/MS03//WXYZ/Collection/once//EREF/E2E-9//REMI/BILL 4/')).toMatchObject({ returnReason: 'MS03', endToEndId: 'E2E-9', text: 'BILL 4' });
  });

  it('one word alone in a text is text', async () => {
    expect(await detailed('see folder /NAME/ in the archive')).toMatchObject({ text: 'see folder /NAME/ in the archive' });
  });

  it('a line that is not full ends a word of the remittance, a full one does not', async () => {
    expect(await detailed('/NAME/Holm/REMI/BILL 4', '1.00 EUR')).toMatchObject({ text: 'BILL 4 1.00 EUR' });
    expect(await detailed(filled('/NAME/Holm/REMI/BILL ', 65), '1.00 EUR')).toMatchObject({ text: `${filled('BILL ', 65 - 16)}1.00 EUR` });
  });

  it('lines of a plain text are cut where each of them is full, else they end with a word', async () => {
    expect(await detailed(filled('BILL ', 65), '99')).toMatchObject({ text: `${filled('BILL ', 65)}99` });
    expect(await detailed(filled('BILL ', 65), 'of', 'May')).toMatchObject({ text: `${filled('BILL ', 65)} of May` });
  });
});
