import { minorOf, money } from '../../../domain/rules/money.ts';
import type { Account, Payment } from '../model.ts';
import { document, el, optional, text, type Element } from '../write-xml.ts';
import { account as accountElement, amount, instant, party, reason, unsigned } from './parts.ts';

export interface PaymentReturn {
  id: string;
  at: number;
  date: string;
  account: Account;
  reason: string;
  payments: Payment[];
}

/** pacs.004.001.09: money that the creditor's bank sent back. */
export function paymentReturn(message: PaymentReturn): string {
  const { id, at, date, account, payments } = message;
  const total = money(account.currency, payments.reduce((sum, payment) => sum + minorOf(payment.amount), 0n));
  const header = el(
    'GrpHdr',
    text('MsgId', id),
    text('CreDtTm', instant(at)),
    text('NbOfTxs', String(payments.length)),
    text('CtrlSum', unsigned(total)),
    amount('TtlRtrdIntrBkSttlmAmt', total),
    text('IntrBkSttlmDt', date),
    el('SttlmInf', text('SttlmMtd', 'INDA')),
  );
  return document('pacs.004.001.09', el('PmtRtr', header, ...payments.map((payment) => transaction(message, payment))));
}

function transaction({ date, account, reason: code }: PaymentReturn, payment: Payment): Element {
  const original = el(
    'OrgnlTxRef',
    el('Amt', amount('InstdAmt', payment.amount)),
    party('Dbtr', account.holder),
    accountElement('DbtrAcct', account.number),
    party('Cdtr', payment.creditor.name),
    accountElement('CdtrAcct', payment.creditor.account),
  );
  return el(
    'TxInf',
    text('RtrId', `R-${payment.no}`),
    el('OrgnlGrpInf', text('OrgnlMsgId', payment.messageId), text('OrgnlMsgNmId', 'pain.001')),
    optional('OrgnlInstrId', payment.instructionId),
    text('OrgnlEndToEndId', payment.endToEndId),
    amount('OrgnlIntrBkSttlmAmt', payment.amount),
    optional('OrgnlIntrBkSttlmDt', payment.bookedOn),
    amount('RtrdIntrBkSttlmAmt', payment.amount),
    text('IntrBkSttlmDt', date),
    el('RtrRsnInf', reason(code)),
    original,
  );
}
