import { grouped } from '../grouped.ts';
import type { BankFile, Payment } from '../model.ts';
import { document, el, optional, text, type Child, type Element } from '../write-xml.ts';
import { amount, instant, reason } from './parts.ts';

export interface StatusReport {
  messageId: string;
  at: number;
  original: { messageId: string; format: string };
  /** Absent in a later report on single payments. */
  group?: { status: string; reason?: string; text?: string };
  payments: Payment[];
}

/** pain.002.001.10: the state of a file and of each payment in it. */
export function statusReport({ messageId, at, original, group, payments }: StatusReport): string {
  const batches = grouped(payments, (payment) => payment.paymentInformationId);
  return document(
    'pain.002.001.10',
    el(
      'CstmrPmtStsRpt',
      el('GrpHdr', text('MsgId', messageId), text('CreDtTm', instant(at))),
      el(
        'OrgnlGrpInfAndSts',
        text('OrgnlMsgId', original.messageId),
        text('OrgnlMsgNmId', original.format),
        group && text('GrpSts', group.status),
        group?.reason !== undefined && statusReason(group.reason, group.text),
      ),
      ...[...batches].map(([id, own]) => el('OrgnlPmtInfAndSts', text('OrgnlPmtInfId', id), group && text('PmtInfSts', together(own)), ...own.map(transaction))),
    ),
  );
}

/** ACCP when every payment is taken, RJCT when none is, else PART. */
export function together(payments: Payment[]): BankFile['state'] {
  const rejected = payments.filter((payment) => payment.state === 'rejected').length;
  return rejected === 0 ? 'ACCP' : rejected === payments.length ? 'RJCT' : 'PART';
}

function transaction(payment: Payment): Element {
  const rejected = payment.state === 'rejected';
  return el(
    'TxInfAndSts',
    optional('OrgnlInstrId', payment.instructionId),
    text('OrgnlEndToEndId', payment.endToEndId),
    text('TxSts', rejected ? 'RJCT' : 'ACCP'),
    rejected && statusReason(payment.reason ?? 'NARR'),
    el('OrgnlTxRef', el('Amt', amount('InstdAmt', payment.amount))),
  );
}

function statusReason(code: string, information?: string): Child {
  return el('StsRsnInf', reason(code), optional('AddtlInf', information?.slice(0, 105)));
}
