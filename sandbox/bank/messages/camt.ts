import { money } from '../../../domain/rules/money.ts';
import { startOf } from '../calendar.ts';
import type { Account, Booking, Payment } from '../model.ts';
import { document, el, optional, text, type Child, type Element } from '../write-xml.ts';
import { account as accountElement, amount, bankTransactionCode, direction, instant, ownAccount, party, reason } from './parts.ts';

export interface Booked {
  booking: Booking;
  payments: Payment[];
}

/** camt.054.001.08: bookings of one account, as soon as they are made. */
export function notification(message: { id: string; at: number; account: Account; entries: Booked[] }): string {
  return document(
    'camt.054.001.08',
    el('BkToCstmrDbtCdtNtfctn', header(message), el('Ntfctn', text('Id', message.id), text('CreDtTm', instant(message.at)), ownAccount(message.account), ...message.entries.map(entry))),
  );
}

export interface Statement {
  id: string;
  at: number;
  account: Account;
  number: number;
  date: string;
  opening: bigint;
  closing: bigint;
  entries: Booked[];
}

/** camt.053.001.08: one day of one account. */
export function statement(message: Statement): string {
  const { account, number, date, opening, closing, entries } = message;
  const day = el('FrToDt', text('FrDtTm', instant(startOf(date))), text('ToDtTm', instant(startOf(date) + 86_399_000)));
  return document(
    'camt.053.001.08',
    el(
      'BkToCstmrStmt',
      header(message),
      el(
        'Stmt',
        text('Id', message.id),
        text('ElctrncSeqNb', String(number)),
        text('LglSeqNb', String(number)),
        text('CreDtTm', instant(message.at)),
        day,
        ownAccount(account),
        balance('OPBD', account.currency, opening, date),
        balance('CLBD', account.currency, closing, date),
        ...entries.map(entry),
      ),
    ),
  );
}

function header(message: { id: string; at: number }): Element {
  return el('GrpHdr', text('MsgId', message.id), text('CreDtTm', instant(message.at)));
}

function balance(code: string, currency: string, minor: bigint, date: string): Element {
  const value = money(currency, minor);
  return el('Bal', el('Tp', el('CdOrPrtry', text('Cd', code))), amount('Amt', value), direction(value), el('Dt', text('Dt', date)));
}

function entry({ booking, payments }: Booked): Element {
  return el(
    'Ntry',
    amount('Amt', booking.amount),
    direction(booking.amount),
    el('Sts', text('Cd', 'BOOK')),
    el('BookgDt', text('Dt', booking.date)),
    el('ValDt', text('Dt', booking.date)),
    text('AcctSvcrRef', booking.no),
    codeOf(booking),
    el('NtryDtls', ...details(booking, payments)),
  );
}

function details(booking: Booking, payments: Payment[]): Child[] {
  if (booking.credit) return [creditDetails(booking)];
  const transactions = payments.map((payment) => paymentDetails(booking, payment));
  const [first] = payments;
  if (!first || payments.length === 1) return transactions;
  const batch = el('Btch', text('MsgId', first.messageId), text('PmtInfId', first.paymentInformationId), text('NbOfTxs', String(payments.length)), amount('TtlAmt', booking.amount), direction(booking.amount));
  return [batch, ...(booking.bare ? [] : transactions)];
}

function paymentDetails(booking: Booking, payment: Payment): Element {
  const references = el(
    'Refs',
    text('MsgId', payment.messageId),
    text('AcctSvcrRef', payment.no),
    text('PmtInfId', payment.paymentInformationId),
    optional('InstrId', payment.instructionId),
    text('EndToEndId', payment.endToEndId),
  );
  const parties = el('RltdPties', party('Cdtr', payment.creditor.name), accountElement('CdtrAcct', payment.creditor.account));
  const returned = booking.kind === 'return' && el('RtrInf', bankTransactionCode('ICDT', subFamily(booking), 'OrgnlBkTxCd'), reason(booking.reason ?? 'MS03'));
  return el('TxDtls', references, amount('Amt', payment.amount), direction(booking.amount), parties, returned);
}

function creditDetails({ no, amount: received, credit }: Booking): Element {
  const references = el('Refs', text('AcctSvcrRef', no), text('EndToEndId', credit?.endToEndId ?? 'NOTPROVIDED'));
  const parties = el('RltdPties', party('Dbtr', credit?.debtor.name), accountElement('DbtrAcct', credit?.debtor.account));
  const structured = credit?.reference === undefined ? undefined : el('Strd', el('CdtrRefInf', el('Tp', el('CdOrPrtry', text('Cd', 'SCOR'))), text('Ref', credit.reference)));
  const remittance = (credit?.remittance !== undefined || structured) && el('RmtInf', optional('Ustrd', credit?.remittance), structured);
  return el('TxDtls', references, amount('Amt', received), direction(received), parties, remittance);
}

function codeOf(booking: Booking): Element {
  if (booking.kind === 'credit') return bankTransactionCode('RCDT', subFamily(booking));
  return bankTransactionCode('ICDT', booking.kind === 'return' ? 'RRTN' : subFamily(booking));
}

/** SEPA transfers in euro, domestic ones elsewhere. */
function subFamily({ amount: { currency } }: Booking): string {
  return currency === 'EUR' ? 'ESCT' : 'DMCT';
}

