import { isPlainDate } from '../../domain/calendar/plain-date.ts';
import { KontorError } from '../../domain/errors.ts';
import type { PaymentReturns } from '../../domain/model/bank-message.ts';
import type { Money } from '../../domain/model/money.ts';
import { isCurrency, minorOf, moneyFromDecimal } from '../../domain/rules/money.ts';
import { all, first, placeOf, placeUnder, type XmlNode } from '../xml/node.ts';
import { malformed, optional, parseMessage, reasonsOf, required } from './iso-message.ts';

/** pacs.004 of any version → the payments that come back, each with amount and reason. @throws KontorError */
export function readPacs004(text: string, namespace: string): PaymentReturns {
  // The first version called the element after the message itself.
  const message = parseMessage(text, namespace, namespace.endsWith('pacs.004.001.01') ? 'pacs.004.001.01' : 'PmtRtr');
  const transactions = all(message, 'TxInf');
  if (transactions.length === 0) throw malformed(placeUnder(message, 'TxInf'), 'the message returns a whole file without naming its payments');
  const stated = required(message, 'GrpHdr/NbOfTxs');
  if (stated !== String(transactions.length)) throw malformed(placeUnder(message, 'GrpHdr/NbOfTxs'), `${stated.slice(0, 20)} returns are stated, ${transactions.length} are there`);
  const original = optional(message, 'OrgnlGrpInf/OrgnlMsgId');
  const settled = optional(message, 'GrpHdr/IntrBkSttlmDt');
  return { kind: 'returns', messageId: required(message, 'GrpHdr/MsgId'), returns: transactions.map((transaction) => returned(transaction, original, settled)) };
}

function returned(transaction: XmlNode, original: string | undefined, settled: string | undefined): PaymentReturns['returns'][number] {
  const endToEndId = optional(transaction, 'OrgnlEndToEndId');
  const originalMessageId = optional(transaction, 'OrgnlGrpInf/OrgnlMsgId') ?? original;
  const settledOn = optional(transaction, 'IntrBkSttlmDt') ?? settled;
  const { reasonCode, reasonText } = reasonsOf(transaction, 'RtrRsnInf');
  if (settledOn !== undefined && !isPlainDate(settledOn)) throw malformed(placeUnder(transaction, 'IntrBkSttlmDt'), `"${settledOn.slice(0, 30)}" is no date`);
  return {
    ...(endToEndId === undefined || endToEndId === 'NOTPROVIDED' ? {} : { endToEndId }),
    ...(originalMessageId === undefined ? {} : { originalMessageId }),
    amount: amountAt(transaction),
    // NARR: the reason is told in words.
    reasonCode: reasonCode ?? 'NARR',
    ...(reasonText === undefined ? {} : { reasonText }),
    ...(settledOn === undefined ? {} : { settledOn }),
  };
}

/** What comes back; it may be less than what was sent, where a bank kept its charges. */
function amountAt(transaction: XmlNode): Money {
  const node = first(transaction, 'RtrdIntrBkSttlmAmt');
  if (!node) throw malformed(placeUnder(transaction, 'RtrdIntrBkSttlmAmt'), 'RtrdIntrBkSttlmAmt is missing');
  const [text, currency] = [node.text.trim(), node.attributes['Ccy'] ?? ''];
  if (!isCurrency(currency)) throw malformed(placeOf(node), `"${currency.slice(0, 10)}" is no currency of ISO 4217`);
  if (!/^\d{1,18}(\.\d{1,5})?$/.test(text)) throw malformed(placeOf(node), `"${text.slice(0, 40)}" is no amount`);
  let amount: Money;
  try {
    amount = moneyFromDecimal(currency, text);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new KontorError('bank-message-malformed', `Line ${node.line}: ${error.message}.`, { place: placeOf(node) });
  }
  if (minorOf(amount) <= 0n) throw malformed(placeOf(node), 'an amount of nothing comes back');
  return amount;
}
