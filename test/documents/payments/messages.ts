const iso = 'urn:iso:std:iso:20022:tech:xsd:';

/** A status report; `parts` go behind the header of the group. */
export function pain002(parts: string, { version = '10', group = '<OrgnlMsgId>RUN-7</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>' } = {}): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="${iso}pain.002.001.${version}"><CstmrPmtStsRpt><GrpHdr><MsgId>BANK-1</MsgId><CreDtTm>2026-11-24T09:00:00Z</CreDtTm></GrpHdr>
<OrgnlGrpInfAndSts>${group}</OrgnlGrpInfAndSts>${parts}</CstmrPmtStsRpt></Document>`;
}

export function reason(code: string, ...words: string[]): string {
  return `<StsRsnInf><Rsn><Cd>${code}</Cd></Rsn>${words.map((text) => `<AddtlInf>${text}</AddtlInf>`).join('')}</StsRsnInf>`;
}

export function pacs004(transactions: string, { version = '09', count = '1', header = '' } = {}): string {
  return `<Document xmlns="${iso}pacs.004.001.${version}"><PmtRtr><GrpHdr><MsgId>RTR-1</MsgId><CreDtTm>2026-11-26T09:00:00Z</CreDtTm><NbOfTxs>${count}</NbOfTxs>${header}</GrpHdr>
<OrgnlGrpInf><OrgnlMsgId>RUN-7</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId></OrgnlGrpInf>${transactions}</PmtRtr></Document>`;
}

export function returnOf(endToEndId: string, amount: string, more = '', currency = 'EUR'): string {
  return `<TxInf><OrgnlEndToEndId>${endToEndId}</OrgnlEndToEndId><RtrdIntrBkSttlmAmt Ccy="${currency}">${amount}</RtrdIntrBkSttlmAmt><IntrBkSttlmDt>2026-11-26</IntrBkSttlmDt><RtrRsnInf><Rsn><Cd>AC04</Cd></Rsn>${more}</RtrRsnInf></TxInf>`;
}

export const acknowledgement = `ACKNOWLEDGEMENT ACK-9
CREATED 2026-11-24T09:00:00+00:00
FILE 1234567890-2611240905F
NAME run-7.ach
STATUS PART
ENTRY 021000020000001 K7Q2M4X6ZJ5A3BC 2542.32 ACCEPTED 2026-11-25
ENTRY 021000020000002 P3W5N7R2YK4F6GH 1180.00 REJECTED R02 the account is closed
`;
