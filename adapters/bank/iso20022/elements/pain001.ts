import { any, choice, inCurrency, one, optional, some, type ElementRule } from './rules.ts';
import { amount, bic, code, country, currency, date, dateTime, externalCode, flag, iban, identification, numericText, sum, text } from './types.ts';

export const pain001Versions = ['pain.001.001.09', 'pain.001.001.03'] as const;
export type Pain001Version = (typeof pain001Versions)[number];

/** Where the two versions differ among the elements that are written here. */
interface Dialect {
  bic: 'BICFI' | 'BIC';
  executionDate: ElementRule;
  discount: ElementRule;
}

const dialects: Record<Pain001Version, Dialect> = {
  'pain.001.001.09': {
    bic: 'BICFI',
    executionDate: choice(one('ReqdExctnDt', []), [one('Dt', date)]),
    discount: any('DscntApldAmt', [inCurrency(one('Amt', []), amount)]),
  },
  'pain.001.001.03': {
    bic: 'BIC',
    executionDate: one('ReqdExctnDt', date),
    discount: inCurrency(optional('DscntApldAmt', []), amount),
  },
};

/** The elements of a credit transfer initiation that Kontor writes; what is not here is never written. Order and bounds are those of the schema. */
export const pain001Elements: Record<Pain001Version, ElementRule> = { 'pain.001.001.09': elements(dialects['pain.001.001.09']), 'pain.001.001.03': elements(dialects['pain.001.001.03']) };

function elements(dialect: Dialect): ElementRule {
  const organisation = one('OrgId', [any('Othr', [one('Id', text(35))])]);
  const party = [optional('Nm', text(140)), choice(optional('Id', []), [organisation]), optional('CtryOfRes', country)];
  const account = [choice(one('Id', []), [one('IBAN', iban), one('Othr', [one('Id', text(34))])]), optional('Ccy', currency)];
  const clearing = [choice(optional('ClrSysId', []), [one('Cd', externalCode(5))]), one('MmbId', text(35))];
  const agent = [one('FinInstnId', [optional(dialect.bic, bic), optional('ClrSysMmbId', clearing), optional('Othr', [one('Id', text(35))])])];

  const documentType = one('Tp', [choice(one('CdOrPrtry', []), [one('Cd', code('CINV', 'CREN'))])]);
  const document = [documentType, optional('Nb', text(35)), optional('RltdDt', date)];
  const adjustment = any('AdjstmntAmtAndRsn', [inCurrency(one('Amt', []), amount), optional('CdtDbtInd', code('CRDT', 'DBIT')), optional('Rsn', text(4)), optional('AddtlInf', text(140))]);
  const documentAmounts = [inCurrency(optional('DuePyblAmt', []), amount), dialect.discount, inCurrency(optional('CdtNoteAmt', []), amount), adjustment, inCurrency(optional('RmtdAmt', []), amount)];
  const referenceType = optional('Tp', [choice(one('CdOrPrtry', []), [one('Cd', code('SCOR')), one('Prtry', code('QRR'))]), optional('Issr', text(35))]);
  const structured = [any('RfrdDocInf', document), optional('RfrdDocAmt', documentAmounts), optional('CdtrRefInf', [referenceType, one('Ref', text(35))]), optional('AddtlRmtInf', text(140))];

  const transfer = [
    one('PmtId', [optional('InstrId', identification), one('EndToEndId', identification)]),
    choice(one('Amt', []), [inCurrency(one('InstdAmt', []), amount)]),
    optional('CdtrAgt', agent),
    one('Cdtr', party),
    one('CdtrAcct', account),
    optional('RmtInf', [optional('Ustrd', text(140)), any('Strd', structured)]),
  ];
  const paymentInformation = [
    one('PmtInfId', identification),
    one('PmtMtd', code('TRF')),
    one('BtchBookg', flag),
    one('NbOfTxs', numericText),
    one('CtrlSum', sum),
    optional('PmtTpInf', [choice(optional('SvcLvl', []), [one('Cd', externalCode(4))])]),
    dialect.executionDate,
    one('Dbtr', party),
    one('DbtrAcct', account),
    one('DbtrAgt', agent),
    one('ChrgBr', code('SLEV', 'SHAR', 'DEBT', 'CRED')),
    some('CdtTrfTxInf', transfer),
  ];
  const groupHeader = [one('MsgId', identification), one('CreDtTm', dateTime), one('NbOfTxs', numericText), one('CtrlSum', sum), one('InitgPty', party)];
  return one('Document', [one('CstmrCdtTrfInitn', [one('GrpHdr', groupHeader), some('PmtInf', paymentInformation)])]);
}
