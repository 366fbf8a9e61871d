import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readBankMessage } from '../../../documents/payments/read-bank-message.ts';
import { readStatement } from '../../../documents/statements/read-statement.ts';
import { bankStatementSchema } from '../../../domain/model/bank-statement.ts';
import { filesBelow, hasPublicData, publicData } from '../invoice/public-files.ts';
import { read, readPath, sampleStatement } from './public-statements.ts';

const sample = readFileSync(sampleStatement('october.camt053.xml'), 'utf8');
const root = `${publicData}/bank/camt`;
const files = hasPublicData ? filesBelow('bank/camt').filter((file) => file.endsWith('.xml')) : [];

describe.skipIf(!hasPublicData)('public camt files', () => {
  it('are there', () => expect(files.length).toBeGreaterThan(5));

  it.each(files.map((file) => [relative(root, file), file] as const))('%s: signed amounts, dates, accounts and balances are those expected', async (_, file) => {
    const result = await readPath(file);
    expect(result.ok ? [] : result.problems).toEqual([]);
    for (const statement of result.statements) expect(bankStatementSchema.safeParse(statement).error).toBeUndefined();
    const expected = JSON.parse(readFileSync(file.replace(/xml$/, 'json'), 'utf8')) as unknown;
    const entries = result.statements.flatMap((statement) => statement.entries);
    // The expectation writes an object once and "__RECURSIVITY__" afterwards, so that each fact is found by its class.
    for (const entry of objectsOf(expected, /DTO\\Entry$/)) {
      const date = (name: string) => (entry[name] as { 0?: string } | null)?.[0]?.slice(0, 10);
      expect(entries.map(({ amount, bookingDate, valueDate }) => ({ ...amount, bookingDate, valueDate }))).toContainEqual({
        ...moneyOf(entry['getAmount']),
        bookingDate: date('getBookingDate'),
        valueDate: date('getValueDate'),
      });
    }
    for (const { getAmount, getType } of objectsOf(expected, /DTO\\Balance$/)) {
      if (getType !== 'opening' && getType !== 'closing') continue;
      expect(result.statements.map((statement) => statement[getType])).toContainEqual(moneyOf(getAmount));
    }
    for (const reference of objectsOf(expected, /DTO\\Reference$/)) {
      const id = reference['getEndToEndId'];
      if (typeof id === 'string' && id !== 'NOTPROVIDED') expect(entries.flatMap((entry) => [entry, ...(entry.details ?? [])].map(({ endToEndId }) => endToEndId))).toContain(id);
    }
  });
});

describe('camt entries', () => {
  it('SI-5, SI-8, SI-9: sign by CdtDbtInd, reversal only marks, pending does not count, batch keeps its payments', async () => {
    const result = await read(sample);
    expect(result).toMatchObject({
      ok: true,
      format: 'camt.053.001.08',
      statements: [
        {
          account: 'DE89370400440532013000',
          number: '41',
          opening: { currency: 'EUR', minor: '100000' },
          closing: { currency: 'EUR', minor: '95000' },
          findings: [],
          entries: [
            { amount: { minor: '-6000' }, valueDate: '2026-10-06', transactions: 2, references: { paymentInformation: 'RUN-9', bank: 'BK-1' }, details: [{ amount: { minor: '-2000' }, endToEndId: 'E2E-1', text: 'INV-1001' }, { amount: { minor: '-4000' }, references: { remittance: ['RF18539007547034'] } }] },
            { amount: { minor: '1000' }, reversal: true, returnReason: 'AC04', counterparty: { name: 'Kiosk Sued' } },
            { amount: { minor: '50000' }, status: 'pending' },
          ],
        },
      ],
    });
    expect(result.statements[0]?.entries[1]).not.toHaveProperty('endToEndId');
  });

  it('is the same whatever the size of the parts', async () => {
    const whole = await read(sample);
    for (const size of [1, 7, 4096]) expect(await readStatement(parts(Buffer.from(sample), size))).toEqual(whole);
  });

  it.each([
    ['prefixed', sample.replace('<Document xmlns=', '<c:Document xmlns:c=').replace('</Document>', '</c:Document>')],
    ['UTF-16', undefined],
  ])('%s XML is read', async (name, text) => {
    const bytes = text === undefined ? Buffer.from(`\ufeff${sample.replace('UTF-8', 'UTF-16')}`, 'utf16le') : Buffer.from(text);
    expect(await readStatement(bytes), name).toMatchObject({ ok: true, statements: [{ number: '41' }] });
  });

  it('a version that a market publishes under a longer name is read', async () => {
    expect(await read(sample.replace('urn:iso:std:iso:20022:tech:xsd:camt.053.001.08', 'ISO:camt.053.001.08:XYZ:payments:003'))).toMatchObject({ ok: true, format: 'camt.053.001.08', statements: [{ number: '41', findings: [] }] });
    expect(await read(sample.replace('urn:iso:std:iso:20022:tech:xsd:camt.053.001.08', 'ISO:camt.053.001.11:XYZ:payments:003'))).toMatchObject({ ok: false, problem: { code: 'statement-version-unsupported' } });
  });

  const accepted = ['052', '053', '054'].flatMap((message) => Array.from({ length: 10 }, (_, at) => [message, at + 1] as const));
  it.each(accepted)('camt.%s of version %i, as that version writes it, says the same', async (message, version) => {
    const format = `camt.${message}.001.${String(version).padStart(2, '0')}`;
    const [wanted] = (await read(sample)).statements;
    const { opening, closing, openingDate, closingDate, ...told } = wanted!;
    const balances = message === '054' ? {} : { opening, closing, openingDate, closingDate };
    const result = await read(asWritten(sample, message, version));
    expect(result).toEqual({ ok: true, format, statements: [{ ...told, ...balances }] });
  });

  it('SI-5: balances may be named by their codes of BAI2', async () => {
    const named = sample.replace(/<Cd>OPBD<\/Cd>/, '<Prtry>010</Prtry>').replace(/<Cd>CLBD<\/Cd>/, '<Prtry>015</Prtry>');
    expect(named).not.toContain('CLBD');
    expect(await read(named)).toMatchObject({ ok: true, statements: [{ opening: { minor: '100000' }, closing: { minor: '95000' }, findings: [] }] });
    expect(await read(named.replace('950.00', '950.01'))).toMatchObject({ statements: [{ findings: [{ code: 'unbalanced' }] }] });
  });

  const abroad = (transactions: string, amount = '92.00', own = '') => sample.replace(/<Ntry>[^]*<\/Ntry>/, `<Ntry><Amt Ccy="EUR">${amount}</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts>${own}<NtryDtls>${transactions}</NtryDtls></Ntry>`);
  const usd = (element: string, amount: string) => `<${element}><Amt Ccy="USD">${amount}</Amt></${element}>`;
  it.each<[string, string, object]>([
    ['is kept beside the amount of a single payment', abroad(`<TxDtls><Amt Ccy="EUR">92.00</Amt><AmtDtls>${usd('InstdAmt', '100.00')}</AmtDtls></TxDtls>`), { amount: { currency: 'EUR', minor: '-9200' }, instructed: { currency: 'USD', minor: '-10000' } }],
    ['may be the only amount of a single payment', abroad('<TxDtls><Amt Ccy="USD">100.00</Amt></TxDtls>'), { amount: { currency: 'EUR', minor: '-9200' }, instructed: { currency: 'USD', minor: '-10000' } }],
    ['may be told of a whole entry', abroad('<Btch><NbOfTxs>2</NbOfTxs></Btch>', '92.00', `<AmtDtls>${usd('InstdAmt', '100.00')}</AmtDtls>`), { transactions: 2, instructed: { currency: 'USD', minor: '-10000' } }],
    ['is kept beside each payment of a batch, whose amount is that in the currency of the entry', abroad(['100.00', '200.00'].map((amount, at) => `<TxDtls><Amt Ccy="USD">${amount}</Amt><AmtDtls>${usd('InstdAmt', amount)}<CntrValAmt><Amt Ccy="EUR">${['92.00', '184.00'][at]}</Amt></CntrValAmt></AmtDtls></TxDtls>`).join(''), '276.00'), { details: [{ amount: { currency: 'EUR', minor: '-9200' }, instructed: { currency: 'USD', minor: '-10000' } }, { amount: { currency: 'EUR', minor: '-18400' }, instructed: { currency: 'USD', minor: '-20000' } }] }],
    ['is the amount of a payment that has no other', abroad(['100.00', '200.00'].map((amount) => `<TxDtls><AmtDtls>${usd('InstdAmt', amount)}</AmtDtls></TxDtls>`).join(''), '276.00'), { details: [{ amount: { currency: 'USD', minor: '-10000' } }, { amount: { currency: 'USD', minor: '-20000' } }] }],
  ])('what was ordered in another currency %s', async (_, text, expected) => expect(await read(text)).toMatchObject({ ok: true, statements: [{ entries: [expected] }] }));

  it.each([
    ['in the same currency', '<InstdAmt><Amt Ccy="EUR">91.00</Amt></InstdAmt>'],
    ['that cannot be read', '<InstdAmt><Amt Ccy="USD">much</Amt></InstdAmt>'],
    ['of an unknown currency', '<InstdAmt><Amt Ccy="QQQ">1.00</Amt></InstdAmt>'],
  ])('an ordered amount %s is left out', async (_, ordered) => {
    const result = await read(abroad(`<TxDtls><Amt Ccy="EUR">92.00</Amt><AmtDtls>${ordered}</AmtDtls></TxDtls>`));
    expect(result).toMatchObject({ ok: true, statements: [{ entries: [{ amount: { currency: 'EUR', minor: '-9200' } }] }] });
    expect(result.statements[0]?.entries[0]).not.toHaveProperty('instructed');
  });

  const withDetails = (details: string): string => sample.replace(/<Ntry>[^]*<\/Ntry>/, `<Ntry><Amt Ccy="EUR">50.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts><NtryDtls><TxDtls>${details}</TxDtls></NtryDtls></Ntry>`);

  it.each([
    [['a'.repeat(35), 'b'], `${'a'.repeat(35)}b`],
    [['a'.repeat(140), 'b'.repeat(140), 'c'], `${'a'.repeat(140)}${'b'.repeat(140)}c`],
    [['a'.repeat(35), 'b', 'c'], `${'a'.repeat(35)} b c`],
    [['INV-1', 'INV-2'], 'INV-1 INV-2'],
  ])('remittance in several elements goes on where each of them is full: %#', async (lines, text) => {
    expect(await read(withDetails(`<RmtInf>${lines.map((line) => `<Ustrd>${line}</Ustrd>`).join('')}</RmtInf>`))).toMatchObject({ statements: [{ entries: [{ text }] }] });
  });

  it.each([
    ['the account itself: the one that it debits', 'DE89370400440532013000', 'Holm Ltd'],
    ['another account: that one', 'DE75512108001245126199', 'Kiosk Sued'],
  ])('the creditor of a debit with %s is the other side', async (_, account, name) => {
    const parties = `<RltdPties><Dbtr><Pty><Nm>Holm Ltd</Nm></Pty></Dbtr><Cdtr><Pty><Nm>Kiosk Sued</Nm></Pty></Cdtr><CdtrAcct><Id><IBAN>${account}</IBAN></Id></CdtrAcct></RltdPties>`;
    expect(await read(withDetails(parties))).toMatchObject({ statements: [{ entries: [{ counterparty: { name } }] }] });
  });

  const document = sample.slice(sample.indexOf('<Document'));
  const header = '<h:AppHdr xmlns:h="urn:iso:std:iso:20022:tech:xsd:head.001.001.02"><h:BizMsgIdr>B-1</h:BizMsgIdr><h:MsgDefIdr>camt.053.001.08</h:MsgDefIdr></h:AppHdr>';
  const enveloped = (content: string): string => `<?xml version="1.0" encoding="UTF-8"?>\n<BizMsgEnvlp xmlns="urn:iso:std:iso:20022:tech:xsd:nvlp.001.001.01"><Hdr>${header}</Hdr><Doc>${content}</Doc></BizMsgEnvlp>`;
  it.each([
    ['BizMsgEnvlp', enveloped(document)],
    ['BusMsg', `<BusMsg>${header}${document}</BusMsg>`],
    ['a data unit of SWIFT', `<Saa:DataPDU xmlns:Saa="urn:swift:saa:xsd:saa.2.0"><Saa:Revision>2.0.13</Saa:Revision><Saa:Body>${header}${document}</Saa:Body></Saa:DataPDU>`],
    ['an envelope that declares the prefix of the message', `<e:Envelope xmlns:e="urn:bank" xmlns:c="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">${header}${document.replace(/<(\/?)(?=[A-Z])/g, '<$1c:').replace(/ xmlns="[^"]*"/, '')}</e:Envelope>`],
  ])('a message in %s is read as it is alone, in parts of any size', async (_, text) => {
    const alone = await read(sample);
    expect(await read(text)).toEqual(alone);
    for (const size of [7, 4096]) expect(await readStatement(parts(Buffer.from(text), size))).toEqual(alone);
    expect(await readBankMessage(text)).toMatchObject({ kind: 'statements', format: 'camt.053.001.08', statements: [{ number: '41' }], problems: [] });
  });

  it('all messages of an envelope are read, each statement by itself', async () => {
    const second = document.replace('41</', '42</').replace('60.00', '60.001');
    const result = await read(enveloped(document + second + document.replace(/>41</g, '>43<')));
    expect(result.statements.map(({ number }) => number)).toEqual(['41', '43']);
    expect(result).toMatchObject({ ok: false, problem: { code: 'statement-amount-too-precise', place: { path: '/BizMsgEnvlp/Doc/Document/BkToCstmrStmt/Stmt[2]/Ntry[1]/Amt' } } });
  });

  it.each([
    ['without a message', enveloped('<Nothing/>'), { code: 'statement-format-unknown' }],
    ['with a message of another kind', enveloped(document.replace('camt.053', 'camt.060')), { code: 'statement-format-unknown', place: { path: '/BizMsgEnvlp/Doc/Document' } }],
    ['that nobody knows', `<Parcel>${document}</Parcel>`, { code: 'statement-format-unknown', place: { path: '/Parcel' } }],
    ['of too many elements in each other', enveloped('<x>'.repeat(100)), { code: 'xml-too-complex' }],
  ])('an envelope %s is refused', async (_, text, problem) => {
    expect(await read(text)).toMatchObject({ ok: false, problem, statements: [] });
  });

  it.each([
    ['unbalanced', sample.replace('950.00', '950.01')],
    ['details-differ', sample.replace('>20.00<', '>21.00<')],
    ['copy', sample.replace('<Acct>', '<CpyDplctInd>COPY</CpyDplctInd><Acct>')],
  ])('%s is a finding, the statement stays readable', async (code, text) => {
    expect(await read(text)).toMatchObject({ ok: true, statements: [{ findings: [{ code }] }] });
  });

  it.each([
    ['xml-doctype', sample.replace('<Document', '<!DOCTYPE Document>\n<Document'), { line: 2 }],
    ['xml-entity', sample.replace('<Document', '<!DOCTYPE Document [<!ENTITY a "b">]>\n<Document'), { line: 2 }],
    ['xml-external-entity', sample.replace('<Document', '<!DOCTYPE Document [<!ENTITY a SYSTEM "file:///etc/passwd">]>\n<Document'), { line: 2 }],
    ['xml-malformed', sample.slice(0, 1500), { line: 11 }],
    ['xml-malformed', sample.replace('INV-1001', '&unknown;'), { line: 9 }],
    ['statement-version-unsupported', sample.replace('001.08', '001.11'), { path: '/Document' }],
    ['statement-format-unknown', sample.replace('camt.053', 'pain.001'), { path: '/Document' }],
    ['statement-amount-too-precise', sample.replace('60.00', '60.001'), { path: '/Document/BkToCstmrStmt/Stmt[1]/Ntry[1]/Amt' }],
    ['statement-amount-malformed', sample.replace('60.00', '6e1'), { path: '/Document/BkToCstmrStmt/Stmt[1]/Ntry[1]/Amt' }],
    ['statement-currency-unknown', sample.replace('Ccy="EUR">60.00', 'Ccy="EUX">60.00'), { line: 7 }],
    ['statement-date-malformed', sample.replace('<Dt>2026-10-06', '<Dt>2026-02-30'), { path: '/Document/BkToCstmrStmt/Stmt[1]/Ntry[1]/ValDt' }],
    ['statement-field-missing', sample.replace('<CdtDbtInd>DBIT</CdtDbtInd>', ''), { path: '/Document/BkToCstmrStmt/Stmt[1]/Ntry[1]/CdtDbtInd' }],
  ])('%s: refused with its place', async (code, text, place) => {
    expect(await read(text)).toMatchObject({ ok: false, problem: { code, place } });
  });

  it('SI-10: a statement that cannot be read leaves its neighbour', async () => {
    const body = /<Stmt>[^]*<\/Stmt>/.exec(sample)?.[0] ?? '';
    const text = sample.replace('</BkToCstmrStmt>', `${body.replace('60.00', 'x')}</BkToCstmrStmt>`);
    expect(await read(text)).toMatchObject({ ok: false, problem: { place: { path: '/Document/BkToCstmrStmt/Stmt[2]/Ntry[1]/Amt' } }, statements: [{ number: '41' }] });
  });
});

/** The sample, which is of version 08, in the elements of another message and version. */
function asWritten(text: string, message: string, version: number): string {
  const [root, unit] = { '052': ['BkToCstmrAcctRpt', 'Rpt'], '053': ['BkToCstmrStmt', 'Stmt'], '054': ['BkToCstmrDbtCdtNtfctn', 'Ntfctn'] }[message] as [string, string];
  const changes: [until: number, from: RegExp, to: string][] = [
    [10, /camt\.053\.001\.08/, `camt.${message}.001.${String(version).padStart(2, '0')}`],
    [10, /(<\/?)BkToCstmrStmt>/g, `$1${root}>`],
    [10, /(<\/?)Stmt>/g, `$1${unit}>`],
    ...(message === '054' ? [[10, /<Bal>.*<\/Bal>\n/g, ''] as [number, RegExp, string]] : []),
    [7, /<Sts><Cd>(\w+)<\/Cd><\/Sts>/g, '<Sts>$1</Sts>'],
    [7, /<\/?Pty>/g, ''],
    [3, /<\/Refs>(<Amt [^>]*>[\d.]+<\/Amt>)/g, '</Refs><AmtDtls><TxAmt>$1</TxAmt></AmtDtls>'],
    [1, /<\/?(NtryDtls|CdOrPrtry)>/g, ''],
    [1, /(<RtrInf>)<Rsn>(.*?)<\/Rsn>/g, '$1<RtrRsn>$2</RtrRsn>'],
    [1, /<Ref>(.*?)<\/Ref>/g, '<CdtrRef>$1</CdtrRef>'],
  ];
  return changes.reduce((written, [until, from, to]) => (version <= until ? written.replace(from, to) : written), text);
}

// eslint-disable-next-line @typescript-eslint/require-await
async function* parts(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

function objectsOf(value: unknown, kind: RegExp): Record<string, unknown>[] {
  if (typeof value !== 'object' || value === null) return [];
  const object = value as Record<string, unknown>;
  const own = typeof object['__CLASS__'] === 'string' && kind.test(object['__CLASS__']) && 'getAmount' in object || (typeof object['__CLASS__'] === 'string' && kind.test(object['__CLASS__']) && 'getEndToEndId' in object) ? [object] : [];
  return [...own, ...Object.values(object).flatMap((member) => objectsOf(member, kind))];
}

function moneyOf(value: unknown): { currency: string; minor: string } {
  const { getAmount, getCurrency } = value as { getAmount: string; getCurrency: { getCode: string } };
  return { currency: getCurrency.getCode, minor: getAmount };
}
