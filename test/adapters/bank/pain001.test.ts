import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainText, sepaText, shortened } from '../../../adapters/bank/iso20022/characters.ts';
import { pain001Versions, pain001Elements, type Pain001Version } from '../../../adapters/bank/iso20022/elements/pain001.ts';
import { writeXml, type Child } from '../../../adapters/bank/iso20022/elements/write-xml.ts';
import { schemaCheck } from '../../../adapters/bank/iso20022/schemas.ts';
import { pain001Faults, writePain001 } from '../../../adapters/bank/iso20022/write-pain001.ts';
import { exact, plus, toText, zero } from '../../../domain/rules/decimal.ts';
import { toDecimalText } from '../../../domain/rules/money.ts';
import { hasPublicData, publicData } from '../../documents/invoice/public-files.ts';
import { sepaOrder, transferOf, type Transfer } from './orders.ts';
import { randomOrders } from './random-orders.ts';
import { reread } from './reread.ts';

const write = (order: Parameters<typeof writePain001>[0], version: Pain001Version = 'pain.001.001.09') => writePain001(order, version, 'sepa').text;
const schemas = `${publicData}/bank/xsd`;

describe('the SEPA character set', () => {
  it.each([
    ['Müller & Söhne', 'Mueller + Soehne'],
    ['Straße, Größe, ẞ', 'Strasse, Groesse, SS'],
    ['ÄRZTE Ärzte MÜLLER Ö', 'AERZTE Aerzte MUELLER OE'],
    ['a\u0308', 'ae'],
    ['Łódź Śródmieście', 'Lodz Srodmiescie'],
    ['Çelik Ñandú Ærø Ångström', 'Celik Nandu Aero Angstroem'],
    ['Ελλάς Αθήνα', 'Ellas Athina'],
    ['Щербаков София', 'Shcherbakov Sofiya'],
    ['北京', 'BeiJing'],
    ['a_b~c"d`e[f]{g}<h>;i\\j|k', "a-b-c'd'e(f)(g)(h),i/j/k"],
    ['50 % @ #1!', '50 . . .1.'],
    ['zero\u200bwidth\u0007bell\ttab\u00a0blank', 'zerowidth bell tab blank'],
    ["O’Brien – “quoted” …", "O'Brien - 'quoted' ..."],
    ['  two  blanks  ', 'two blanks'],
  ])('%s becomes %s', (from, to) => expect(sepaText(from)).toBe(to));

  it('whatever comes in, only the set comes out, and a second pass changes nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const once = sepaText(text);
        expect(once).toMatch(/^[A-Za-z0-9/\-?:().,'+ ]*$/);
        expect(sepaText(once)).toBe(once);
      }),
    );
  });

  it('banks that take UTF-8 get the text as it is, without what XML has no form for', () => {
    expect(plainText('Müller\u0000 & \ud800 Söhne\u0301')).toBe('Müller & Söhné');
    expect(shortened('a😀b c', 4)).toBe('a😀b');
    expect(writePain001(sepaOrder({ transfer: { creditor: { name: 'Müller & <Söhne>' } } }), 'pain.001.001.09', 'utf-8').text).toContain('<Nm>Müller &amp; &lt;Söhne&gt;</Nm>');
  });
});

describe('files', () => {
  it.each(pain001Versions)('random orders in %s say what was ordered, to the last sum, and twice the same (P7)', (version) => {
    fc.assert(
      fc.property(randomOrders, (order) => {
        const file = writePain001(order, version, 'sepa');
        expect(writePain001(structuredClone(order), version, 'sepa')).toEqual(file);
        const read = reread(file.text);
        expect(read).toMatchObject({ messageId: order.messageId, count: String(file.transfers), sum: file.controlSum });
        expect(read.batches.map(({ id, date }) => [id, date])).toEqual(order.batches.map((batch) => [batch.paymentInformationId, batch.executionDate]));
        expect(sumOf(read.batches.map(({ sum }) => sum))).toBe(sumOf([read.sum]));
        order.batches.forEach((batch, index) => {
          const found = read.batches[index]!;
          expect(found.count).toBe(String(batch.transfers.length));
          expect(sumOf(found.transfers.map(({ amount }) => amount))).toBe(sumOf([found.sum]));
          expect(found.transfers.map(({ endToEndId, amount, currency, account }) => [endToEndId, amount, currency, account])).toEqual(
            batch.transfers.map(({ endToEndId, amount, creditorAccount }) => [endToEndId, toDecimalText(amount), amount.currency, creditorAccount.iban ?? creditorAccount.account]),
          );
          // P5: every document is named, and what is paid for them is what is transferred.
          batch.transfers.filter(({ documents }) => documents.length > 1).forEach((transfer) => {
            const { documents } = found.transfers.find(({ endToEndId }) => endToEndId === transfer.endToEndId)!;
            expect(documents.map(({ kind, paid }) => [kind, paid])).toEqual(transfer.documents.map((document) => [document.class === 'invoice' ? 'CINV' : 'CREN', toDecimalText(document.amount)]));
          });
        });
      }),
      { numRuns: 60 },
    );
  });

  it('what an order of one document and of several tells the payee', () => {
    const documents: Transfer['documents'] = [
      { number: 'RE-1', class: 'invoice', issueDate: '2026-11-01', amount: eur('9800'), discount: eur('200') },
      { number: `RE-${'9'.repeat(40)}`, class: 'invoice', issueDate: '2026-11-02', amount: eur('5000') },
      { number: 'GU-1', class: 'credit-note', issueDate: '2026-11-03', amount: eur('1000') },
    ];
    const several = write(sepaOrder({ transfer: { amount: eur('13800'), documents, creditorReference: 'RF18 5390 0754 7034' } }));
    expect(reread(several).batches[0]!.transfers[0]).toMatchObject({ reference: 'RF18539007547034', texts: [], documents: [{ kind: 'CINV', number: 'RE-1', paid: '98.00' }, { number: `RE-${'9'.repeat(40)}` }, { kind: 'CREN', number: 'GU-1', paid: '10.00' }] });
    expect(several).toMatch(/<DuePyblAmt Ccy="EUR">100.00<\/DuePyblAmt>\s*<DscntApldAmt>\s*<Amt Ccy="EUR">2.00<\/Amt>\s*<\/DscntApldAmt>\s*<RmtdAmt Ccy="EUR">98.00</);
    expect(write(sepaOrder({ transfer: { amount: eur('13800'), documents } }), 'pain.001.001.03')).toMatch(/<DscntApldAmt Ccy="EUR">2.00<\/DscntApldAmt>/);
  });

  it.each([
    [undefined, 'RE/ä 7', ['RE/ae 7'], undefined],
    ['RF18 5390 0754 7034', 'RE-7', [], 'RF18539007547034'],
    ['Kd. 4711', 'RE-7', ['Kd. 4711 RE-7'], undefined],
    ['Kd. 4711 RE-7', 'RE-7', ['Kd. 4711 RE-7'], undefined],
    ['x'.repeat(200), 'RE-7', [`${'x'.repeat(135)} RE-7`], undefined],
  ])('one document, asked to quote %s: %s', (creditorReference, number, texts, reference) => {
    const amount = eur('100');
    const { batches } = reread(write(sepaOrder({ transfer: { amount, ...(creditorReference ? { creditorReference } : {}), documents: [{ number, class: 'invoice', issueDate: '2026-11-01', amount }] } })));
    expect(batches[0]!.transfers[0]).toMatchObject({ texts, reference });
  });

  it('names of SEPA end after 70 characters, an instant has no fraction, agents follow the version', () => {
    const order = sepaOrder({ transfer: { creditor: { name: 'N'.repeat(100) }, creditorAccount: { iban: 'DE75512108001245126199', bic: 'SOGEDEFF' } } });
    const [new09, old03] = [write(order), write(order, 'pain.001.001.03')];
    expect(new09).toContain(`<Nm>${'N'.repeat(70)}</Nm>`);
    expect(new09).toContain('<CreDtTm>2026-11-23T09:00:00Z</CreDtTm>');
    expect(new09).toContain('<BtchBookg>false</BtchBookg>');
    expect([new09, old03].map((text) => [text.includes('<BICFI>SOGEDEFF</BICFI>'), text.includes('<BIC>SOGEDEFF</BIC>'), /<ReqdExctnDt>2026/.test(text)])).toEqual([[true, false, false], [false, true, true]]);
  });
});

const at = (field: string) => `batches[0].transfers[0].${field}`;
const longIban = 'DE755121080012451261990';

describe('an order that cannot be written is refused at its field', () => {
  it.each<[string, Parameters<typeof sepaOrder>[0], string, string?]>([
    ['check digits of the payee', { transfer: { creditorAccount: { iban: 'DE76512108001245126199' } } }, at('creditorAccount.iban'), 'iban-invalid'],
    ['length of the IBAN', { transfer: { creditorAccount: { iban: longIban } } }, at('creditorAccount.iban'), 'iban-invalid'],
    ['check digits of the payer', { order: { debtorAccount: { id: 'x', holder: 'x', currency: 'EUR', iban: 'DE03120300000000202051', calendar: 't2' } } }, 'debtorAccount.iban', 'iban-invalid'],
    ['no account', { transfer: { creditorAccount: {} } }, at('creditorAccount')],
    ['a currency without exponent', { transfer: { amount: { currency: 'XAU', minor: '1' } } }, at('amount')],
    ['nothing', { transfer: { amount: eur('0') } }, at('amount')],
    ['less than nothing', { transfer: { amount: eur('-1') } }, at('amount')],
    ['no transfer', { batch: { transfers: [] } }, 'batches[0].transfers'],
    ['no batch', { order: { batches: [] } }, 'batches'],
    ['an id of 36 characters', { transfer: { endToEndId: 'x'.repeat(36) } }, at('endToEndId')],
    ['an id with an umlaut', { transfer: { instructionId: 'ä' } }, at('instructionId')],
    ['a message id of 36 characters', { order: { messageId: 'x'.repeat(36) } }, 'messageId'],
    ['a batch id that ends with a blank', { batch: { paymentInformationId: 'P ' } }, 'batches[0].paymentInformationId'],
    ['a wrong RF reference', { transfer: { creditorReference: 'RF19 5390 0754 7034' } }, at('creditorReference')],
    ['documents that do not add up (P5)', { transfer: { amount: eur('1') } }, at('documents')],
    ['a document in another currency', { transfer: { documents: [{ number: '1', class: 'invoice', issueDate: '2026-11-01', amount: { currency: 'USD', minor: '1' } }] } }, at('documents[0].amount')],
    ['no document', { transfer: { documents: [] } }, at('documents')],
    ['a day that does not exist', { batch: { executionDate: '2026-02-30' } }, 'batches[0].executionDate'],
    ['SEPA in another currency', { transfer: { ...transferOf('s', '100', 'USD') } }, at('amount.currency')],
    ['SEPA over more than 999999999.99', { transfer: { ...transferOf('s', '100000000000') } }, at('amount')],
    ['SEPA without IBAN', { transfer: { creditorAccount: { account: '1', bic: 'SOGEDEFF' } } }, at('creditorAccount.iban')],
    ['SEPA with shared charges', { batch: { chargeBearer: 'SHAR' } }, 'batches[0].chargeBearer'],
    ['SEPA with another service level', { batch: { serviceLevel: 'URGP' } }, 'batches[0].serviceLevel'],
    ['an account abroad without its bank', { batch: { method: 'credit-transfer' }, transfer: { creditorAccount: { account: '1' } } }, at('creditorAccount.bic')],
    ['a routing number whose check digit is wrong', { batch: { method: 'credit-transfer' }, transfer: { creditorAccount: { account: '1', routingNumber: '021000022' } } }, at('creditorAccount.routingNumber')],
    ['ACH', { batch: { method: 'ach' } }, 'batches[0].method'],
    ['a name without a letter', { transfer: { creditor: { name: ' \u200b!' } } }, '/Document/CstmrCdtTrfInitn/PmtInf[1]/CdtTrfTxInf[1]/Cdtr/Nm'],
    ['a BIC that is none', { transfer: { creditorAccount: { iban: 'DE75512108001245126199', bic: 'SOGE' } } }, '/Document/CstmrCdtTrfInitn/PmtInf[1]/CdtTrfTxInf[1]/CdtrAgt/FinInstnId/BICFI'],
    ['a country of three letters', { batch: { method: 'credit-transfer' }, transfer: { creditor: { name: 'x', country: 'DEU' } } }, '/Document/CstmrCdtTrfInitn/PmtInf[1]/CdtTrfTxInf[1]/Cdtr/CtryOfRes'],
  ])('%s', (_, changes, path, code = 'payment-file-invalid') => {
    expect(() => write(sepaOrder(changes))).toThrow(expect.objectContaining({ code, place: { path } }));
  });

  it('the same id twice, and every fault at once', () => {
    const order = sepaOrder();
    const [first, second] = order.batches[0]!.transfers as [Transfer, Transfer];
    second.endToEndId = first.endToEndId;
    first.amount = eur('0');
    second.creditorAccount = { iban: longIban };
    expect(pain001Faults(order).map(({ path }) => path)).toEqual(['batches[0].transfers[1].endToEndId', at('amount'), 'batches[0].transfers[1].creditorAccount.iban']);
    expect(JSON.stringify(pain001Faults(order))).not.toContain(longIban);
  });
});

describe('the tables of elements', () => {
  const table = pain001Elements['pain.001.001.09'];
  const header: Child[] = [['MsgId', 'M'], ['CreDtTm', '2026-11-23T09:00:00Z'], ['NbOfTxs', '1'], ['CtrlSum', '1.00'], ['InitgPty', [['Nm', 'x']]]];
  const path = '/Document/CstmrCdtTrfInitn/GrpHdr';
  it.each<[string, Child[], string]>([
    ['a missing element', header.filter((child) => child?.[0] !== 'CtrlSum'), `${path}/CtrlSum`],
    ['a wrong order', [header[1], header[0], ...header.slice(2)], `${path}/MsgId`],
    ['an element twice', [header[0], ...header], `${path}/MsgId`],
    ['an unknown element', [...header, ['Nonsense', 'x']], `${path}/Nonsense`],
    ['a text that does not fit', [header[0], ['CreDtTm', 'yesterday'], ...header.slice(2)], `${path}/CreDtTm`],
    ['a number that does not fit', [...header.slice(0, 3), ['CtrlSum', '1,00'], header[4]], `${path}/CtrlSum`],
    ['elements in place of a text', [['MsgId', [['Id', 'x']]], ...header.slice(1)], `${path}/MsgId`],
    ['a text in place of elements', [...header.slice(0, 4), ['InitgPty', 'x']], `${path}/InitgPty`],
    ['a currency where none belongs', [['MsgId', { value: 'M', currency: 'EUR' }], ...header.slice(1)], `${path}/MsgId`],
    ['two of a choice', [...header.slice(0, 4), ['InitgPty', [['Id', [['OrgId', []], ['OrgId', []]]]]]], `${path}/InitgPty/Id`],
  ])('%s does not leave', (_, groupHeader, place) => {
    expect(() => writeXml(table, 'urn:x', [['CstmrCdtTrfInitn', [['GrpHdr', groupHeader], ['PmtInf', []]]]])).toThrow(expect.objectContaining({ code: 'payment-file-invalid', place: { path: place } }));
  });
});

describe.skipIf(!hasPublicData)('against the official schemas', () => {
  it.each(pain001Versions)('random orders in %s are valid', (version) => {
    const check = schemaCheck(schemas, version);
    fc.assert(fc.property(randomOrders, fc.constantFrom('sepa' as const, 'utf-8' as const), (order, characters) => check(writePain001(order, version, characters))), { numRuns: 60 });
  });

  it.each(pain001Versions)('T6: what is withheld stands beside what is paid, in %s, of credits too', (version) => {
    const documents: Transfer['documents'] = [
      { number: 'RE-1', class: 'invoice', issueDate: '2026-11-01', amount: eur('103175'), withheld: eur('15825') },
      { number: 'GS-1', class: 'credit-note', issueDate: '2026-11-02', amount: eur('8418'), withheld: eur('1582') },
    ];
    const file = writePain001(sepaOrder({ transfer: { amount: eur('94757'), documents } }), version, 'sepa');
    schemaCheck(schemas, version)(file);
    const told = file.text.replace(/>\s+</g, '><');
    expect(told).toContain('<DuePyblAmt Ccy="EUR">1190.00</DuePyblAmt><AdjstmntAmtAndRsn><Amt Ccy="EUR">158.25</Amt><CdtDbtInd>DBIT</CdtDbtInd><Rsn>WHTX</Rsn><AddtlInf>Withholding tax</AddtlInf></AdjstmntAmtAndRsn><RmtdAmt Ccy="EUR">1031.75</RmtdAmt>');
    expect(told).toContain('<CdtNoteAmt Ccy="EUR">100.00</CdtNoteAmt><AdjstmntAmtAndRsn><Amt Ccy="EUR">15.82</Amt><CdtDbtInd>CRDT</CdtDbtInd>');
    const [invoice] = documents;
    expect(writePain001(sepaOrder({ transfer: { amount: eur('103175'), documents: [invoice!] } }), version, 'sepa').text).toContain('<Ustrd>RE-1 LESS WITHHOLDING TAX 158.25 EUR</Ustrd>');
  });

  it.each(pain001Versions)('%s: the schema catches what is planted', (version) => {
    const file = writePain001(sepaOrder(), version, 'sepa');
    const check = schemaCheck(schemas, version);
    for (const [from, to] of [['<BtchBookg>false</BtchBookg>', '<BtchBookg>no</BtchBookg>'], ['<PmtMtd>TRF</PmtMtd>', ''], ['<CtrlSum>', '<CtrlSum>1e'], [' Ccy="EUR"', '']] as const) {
      expect(() => check({ ...file, text: file.text.replace(from, to) })).toThrow(expect.objectContaining({ code: 'payment-file-invalid', place: { line: expect.any(Number) as number } }));
    }
  });
});

function eur(minor: string) {
  return { currency: 'EUR', minor };
}

function sumOf(amounts: string[]): string {
  return toText(amounts.reduce((total, amount) => plus(total, exact(amount)), zero));
}
