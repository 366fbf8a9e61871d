import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readBankMessage } from '../../../documents/payments/read-bank-message.ts';
import { paymentReturnsSchema, paymentStatusReportSchema } from '../../../domain/model/bank-message.ts';
import { sampleStatement } from '../statements/public-statements.ts';
import { acknowledgement, pacs004, pain002, reason, returnOf } from './messages.ts';

describe('status reports (P8)', () => {
  it.each(['03', '10'])('pain.002.001.%s: file, batch and transfers with their reasons', async (version) => {
    const batch = `<OrgnlPmtInfAndSts><OrgnlPmtInfId>RUN-7-1</OrgnlPmtInfId><PmtInfSts>PART</PmtInfSts>
      <TxInfAndSts><OrgnlInstrId>I-1</OrgnlInstrId><OrgnlEndToEndId>E-1</OrgnlEndToEndId><TxSts>ACSC</TxSts><AcctSvcrRef>BK-1</AcctSvcrRef></TxInfAndSts>
      <TxInfAndSts><OrgnlEndToEndId>E-2</OrgnlEndToEndId><TxSts>RJCT</TxSts>${reason('AC04', 'closed', 'in May')}</TxInfAndSts></OrgnlPmtInfAndSts>`;
    const read = await readBankMessage(pain002(batch, { version, group: '<OrgnlMsgId>RUN-7</OrgnlMsgId><OrgnlMsgNmId>pain.001</OrgnlMsgNmId><GrpSts>PART</GrpSts>' }));
    expect(read).toEqual({
      kind: 'status-report',
      messageId: 'BANK-1',
      originalMessageId: 'RUN-7',
      groupStatus: 'PART',
      batches: [{ paymentInformationId: 'RUN-7-1', status: 'PART' }],
      transfers: [
        { endToEndId: 'E-1', status: 'ACSC', instructionId: 'I-1', paymentInformationId: 'RUN-7-1', bankReference: 'BK-1' },
        { endToEndId: 'E-2', status: 'RJCT', reasonCode: 'AC04', reasonText: 'closed in May', paymentInformationId: 'RUN-7-1' },
      ],
    });
    expect(paymentStatusReportSchema.parse(read)).toEqual(read);
  });

  it('a file that was refused as a whole has no transfers', async () => {
    expect(await readBankMessage(pain002('', { group: `<OrgnlMsgId>RUN-7</OrgnlMsgId><GrpSts>RJCT</GrpSts>${reason('DUPL', 'received before')}` }))).toMatchObject({ groupStatus: 'RJCT', reasonCode: 'DUPL', reasonText: 'received before', batches: [], transfers: [] });
  });

  it.each([
    ['a transfer without a status has that of its batch', '<PmtInfSts>RJCT</PmtInfSts><StsRsnInf><Rsn><Prtry>B1</Prtry></Rsn></StsRsnInf><TxInfAndSts><OrgnlEndToEndId>E</OrgnlEndToEndId></TxInfAndSts>', [{ endToEndId: 'E', status: 'RJCT', reasonCode: 'B1', paymentInformationId: 'P' }]],
    ['a transfer about which nothing is said is left out', '<TxInfAndSts><OrgnlEndToEndId>E</OrgnlEndToEndId></TxInfAndSts>', []],
    ['a code that nobody knows is kept as it is', '<TxInfAndSts><OrgnlEndToEndId>E</OrgnlEndToEndId><TxSts>ZZZZ</TxSts></TxInfAndSts>', [{ endToEndId: 'E', status: 'ZZZZ', paymentInformationId: 'P' }]],
    ['a transfer without an end-to-end id keeps its status', '<TxInfAndSts><OrgnlInstrId>I</OrgnlInstrId><TxSts>RJCT</TxSts></TxInfAndSts>', [{ endToEndId: 'NOTPROVIDED', status: 'RJCT', instructionId: 'I', paymentInformationId: 'P' }]],
  ])('%s', async (_, content, transfers) => {
    expect(await readBankMessage(pain002(`<OrgnlPmtInfAndSts><OrgnlPmtInfId>P</OrgnlPmtInfId>${content}</OrgnlPmtInfAndSts>`))).toMatchObject({ kind: 'status-report', transfers });
  });

  it('an envelope of the bank may hold what it wants, a prefix is as good as none, and comments before the root do not matter', async () => {
    const extended = pain002('<SplmtryData><Envlp><x:Own xmlns:x="urn:bank">1</x:Own></Envlp></SplmtryData>');
    expect(await readBankMessage(`\ufeff<!-- for <Kontor> -->\n${extended.replace(/^<\?.*\n/, '')}`)).toMatchObject({ kind: 'status-report', originalMessageId: 'RUN-7' });
    const prefixed = pain002('').replace(/<(\/?)(?=[A-Z])/g, '<$1p:').replace('xmlns=', 'xmlns:p=');
    expect(await readBankMessage(prefixed)).toMatchObject({ kind: 'status-report', originalMessageId: 'RUN-7' });
  });

  it('a message in an envelope with its header is read as it is alone; several are refused', async () => {
    const header = '<AppHdr xmlns="urn:iso:std:iso:20022:tech:xsd:head.001.001.02"><BizMsgIdr>B-1</BizMsgIdr></AppHdr>';
    const document = pain002('').replace(/^<\?.*\n/, '');
    expect(await readBankMessage(`<BusMsg>${header}${document}</BusMsg>`)).toEqual(await readBankMessage(pain002('')));
    expect(await readBankMessage(`<BusMsg>${header}${pacs004(returnOf('E-1', '118.5'), { version: '09' }).replace(/^<\?.*\n/, '')}</BusMsg>`)).toMatchObject({ kind: 'returns', returns: [{ endToEndId: 'E-1' }] });
    expect(await readBankMessage(`<BusMsg>${header}${document}${document}</BusMsg>`)).toMatchObject({ kind: 'unreadable', problem: { code: 'bank-message-malformed' } });
    expect(await readBankMessage(`<BusMsg>${header}</BusMsg>`)).toMatchObject({ kind: 'unreadable', problem: { code: 'bank-message-malformed' } });
  });

  it('a declared encoding does not matter any more: text is text', async () => {
    expect(await readBankMessage(pain002('', { group: `<OrgnlMsgId>RUN-7</OrgnlMsgId><GrpSts>RJCT</GrpSts>${reason('NARR', 'Konto gelöscht')}` }).replace('UTF-8', 'ISO-8859-1'))).toMatchObject({ reasonText: 'Konto gelöscht' });
  });
});

describe('returns', () => {
  it.each(['02', '09', '13'])('pacs.004.001.%s: what comes back, why, and of which file', async (version) => {
    const read = await readBankMessage(pacs004(returnOf('E-1', '118.5', '<AddtlInf>unknown here</AddtlInf>'), { version }));
    expect(read).toEqual({ kind: 'returns', messageId: 'RTR-1', returns: [{ endToEndId: 'E-1', originalMessageId: 'RUN-7', amount: { currency: 'EUR', minor: '11850' }, reasonCode: 'AC04', reasonText: 'unknown here', settledOn: '2026-11-26' }] });
    expect(paymentReturnsSchema.parse(read)).toEqual(read);
  });

  it('yen have no decimals, dinars three (P11)', async () => {
    const read = await readBankMessage(pacs004(returnOf('E-1', '500', '', 'JPY') + returnOf('E-2', '1.234', '', 'KWD'), { count: '2' }));
    expect(read).toMatchObject({ returns: [{ amount: { currency: 'JPY', minor: '500' } }, { amount: { currency: 'KWD', minor: '1234' } }] });
  });

  it('returns of ACH: reason, original trace, identification', async () => {
    // The sample returns a debit (26); a returned credit is 21 and counts among the credits.
    const debit = readFileSync(sampleStatement('returns.ach'), 'utf8');
    const credit = debit.replace('\n626', '\n621').replaceAll(`${'12500'.padStart(12, '0')}${'0'.repeat(12)}`, `${'0'.repeat(12)}${'12500'.padStart(12, '0')}`);
    const read = await readBankMessage(credit);
    expect(read).toEqual({ kind: 'returns', messageId: '121042882-2610051200A', returns: [{ endToEndId: 'INV-1001', amount: { currency: 'USD', minor: '12500' }, reasonCode: 'R02', reasonText: 'Account closed', settledOn: '2026-10-05', originalTrace: '021000020000001' }] });
    expect(paymentReturnsSchema.parse(read)).toEqual(read);
    expect(await readBankMessage(debit)).toMatchObject({ kind: 'statements', format: 'nacha' });
  });

  it('an acknowledgement of ACH: trace numbers, identifications, return codes', async () => {
    const read = await readBankMessage(acknowledgement);
    expect(read).toEqual({
      kind: 'status-report', messageId: 'ACK-9', originalMessageId: '1234567890-2611240905F', groupStatus: 'PART', batches: [],
      transfers: [
        { endToEndId: 'K7Q2M4X6ZJ5A3BC', status: 'ACCP', instructionId: '021000020000001' },
        { endToEndId: 'P3W5N7R2YK4F6GH', status: 'RJCT', reasonCode: 'R02', reasonText: 'the account is closed', instructionId: '021000020000002' },
      ],
    });
    expect(paymentStatusReportSchema.parse(read)).toEqual(read);
    expect(await readBankMessage('ACKNOWLEDGEMENT A\nFILE F\nSTATUS RJCT DUPL known before\n')).toMatchObject({ groupStatus: 'RJCT', reasonCode: 'DUPL', reasonText: 'known before', transfers: [] });
  });
});

describe('statements', () => {
  it.each([
    ['october.camt053.xml', 'camt.053.001.08'],
    ['october.sta', 'mt940'],
    ['october.bai2', 'bai2'],
  ])('%s is told by its content', async (name, format) => {
    const read = await readBankMessage(readFileSync(sampleStatement(name), 'utf8'));
    expect(read).toMatchObject({ kind: 'statements', format, problems: [] });
  });

  it('a statement that was cut off is explained', async () => {
    const text = readFileSync(sampleStatement('october.camt053.xml'), 'utf8');
    expect(await readBankMessage(text.slice(0, text.length / 2))).toMatchObject({ kind: 'unreadable', problem: { code: 'xml-malformed' } });
  });
});

const transaction = (content: string) => pain002(`<OrgnlPmtInfAndSts><OrgnlPmtInfId>P</OrgnlPmtInfId><TxInfAndSts>${content}</TxInfAndSts></OrgnlPmtInfAndSts>`);

describe('what cannot be read is explained, with its place', () => {
  it.each<[string, string, string, object | undefined]>([
    ['nothing', '  ', 'document-empty', undefined],
    ['prose', 'Dear customer', 'statement-format-unknown', undefined],
    ['another message', '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"><CstmrCdtTrfInitn/></Document>', 'bank-message-malformed', { path: '/Document' }],
    ['no namespace', '<Document><CstmrPmtStsRpt/></Document>', 'bank-message-malformed', { path: '/Document' }],
    ['a version that is too old', pain002('', { version: '02' }), 'bank-message-malformed', { path: '/Document' }],
    ['entities', `<!DOCTYPE Document [<!ENTITY x "y">]>${pain002('').replace(/^.*\n/, '')}`, 'xml-entity', { line: 1 }],
    ['entities behind the declaration', pain002('').replace('\n', '\n<!DOCTYPE Document [<!ENTITY x "y">]>'), 'xml-entity', { line: 2 }],
    ['an end that is missing', pain002('').replace('</CstmrPmtStsRpt></Document>', ''), 'xml-malformed', undefined],
    ['absurd nesting', transaction('<a>'.repeat(60) + '</a>'.repeat(60)), 'xml-too-complex', undefined],
    ['an element of another namespace', transaction('<OrgnlEndToEndId xmlns="urn:other">E</OrgnlEndToEndId>'), 'bank-message-malformed', { line: 3, path: '/Document/CstmrPmtStsRpt/OrgnlPmtInfAndSts/TxInfAndSts/OrgnlEndToEndId' }],
    ['no id of the file', pain002('', { group: '<GrpSts>ACCP</GrpSts>' }), 'bank-message-malformed', { path: '/Document/CstmrPmtStsRpt/OrgnlGrpInfAndSts/OrgnlMsgId' }],
    ['two files', pain002('<OrgnlGrpInfAndSts><OrgnlMsgId>RUN-8</OrgnlMsgId></OrgnlGrpInfAndSts>'), 'bank-message-malformed', undefined],
    ['returns that were lost', pacs004(returnOf('E', '1.00'), { count: '2' }), 'bank-message-malformed', { path: '/Document/PmtRtr/GrpHdr/NbOfTxs' }],
    ['a file that is returned without its payments', pacs004('', { count: '3' }), 'bank-message-malformed', { path: '/Document/PmtRtr/TxInf' }],
    ['too many decimals', pacs004(returnOf('E', '1.005')), 'bank-message-malformed', { line: 2, path: '/Document/PmtRtr/TxInf/RtrdIntrBkSttlmAmt' }],
    ['no currency', pacs004(returnOf('E', '1.00', '', 'EURO')), 'bank-message-malformed', { path: '/Document/PmtRtr/TxInf/RtrdIntrBkSttlmAmt' }],
    ['no number', pacs004(returnOf('E', '1,00')), 'bank-message-malformed', undefined],
    ['nothing that comes back', pacs004(returnOf('E', '0.00')), 'bank-message-malformed', undefined],
    ['a day that does not exist', pacs004(returnOf('E', '1.00').replace('11-26<', '11-31<')), 'bank-message-malformed', undefined],
    ['an acknowledgement with an unknown line', `${acknowledgement}REMARK x`, 'bank-message-malformed', { line: 8 }],
    ['an acknowledgement with half an entry', acknowledgement.replace('ACCEPTED 2026-11-25', ''), 'bank-message-malformed', { line: 6 }],
    ['an acknowledgement of two files', acknowledgement.replace('NAME', 'FILE'), 'bank-message-malformed', { line: 4 }],
    ['an acknowledgement of no file', acknowledgement.replace(/FILE.*\n/, ''), 'bank-message-malformed', { path: 'FILE' }],
  ])('%s', async (_, text, code, place) => {
    const read = await readBankMessage(text);
    expect(read).toMatchObject({ kind: 'unreadable', problem: { code, message: expect.stringMatching(/\w{3}.*\.?$/) as string, ...(place ? { place } : {}) } });
  });
});
