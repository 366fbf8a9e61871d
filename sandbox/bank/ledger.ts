import type { Money } from '../../domain/model/money.ts';
import { money } from '../../domain/rules/money.ts';
import type { Booking, Payment } from './model.ts';
import type { BankState } from './state.ts';

export interface LedgerFilter {
  account?: string;
  endToEndId?: string;
  messageId?: string;
}

export interface BankLedger {
  clock: string;
  accounts: { number: string; holder: string; balance: Money; reserved: Money; statements: number }[];
  /** With their texts where one is asked for by its id. */
  files: { messageId: string; reference: string; format: string; debtorAccount: string; state: string; total: string; receivedAt: string; text?: string }[];
  refusals: { messageId: string; code: string }[];
  payments: (Pick<Payment, 'no' | 'endToEndId' | 'messageId' | 'paymentInformationId' | 'debtorAccount' | 'amount' | 'creditor' | 'remittance' | 'state' | 'reason' | 'requestedOn' | 'bookedOn' | 'returnedOn'>)[];
  bookings: Booking[];
  messages: { id: string; kind: string; account: string }[];
}

/** The bank's own truth, for tests: what it received, paid, booked and said. Balances are of all bookings, whatever the filter. */
export function ledgerOf(state: BankState, now: number, filter: LedgerFilter): BankLedger {
  const wanted = (key: keyof LedgerFilter, value: string | undefined) => filter[key] === undefined || filter[key] === value;
  const payments = [...state.payments.values()].filter((payment) => wanted('account', payment.debtorAccount) && wanted('endToEndId', payment.endToEndId) && wanted('messageId', payment.messageId));
  const numbers = new Set(payments.map(({ no }) => no));
  const narrowed = filter.endToEndId !== undefined || filter.messageId !== undefined;
  return {
    clock: new Date(now).toISOString(),
    accounts: [...state.accounts.values()]
      .filter(({ account }) => wanted('account', account.number))
      .map(({ account: { number, holder, currency }, balance, reserved, statementNumber }) => ({ number, holder, balance: money(currency, balance), reserved: money(currency, reserved), statements: statementNumber })),
    files: [...state.files.values()]
      .filter((file) => wanted('account', file.debtorAccount) && wanted('messageId', file.messageId))
      .map(({ text, ...file }) => ({ ...file, receivedAt: new Date(file.receivedAt).toISOString(), ...(filter.messageId === undefined ? {} : { text }) })),
    refusals: state.refusals.filter((refusal) => wanted('messageId', refusal.messageId)).map(({ messageId, code }) => ({ messageId, code })),
    payments: payments.map(({ no, endToEndId, messageId, paymentInformationId, debtorAccount, amount, creditor, remittance, state: paymentState, reason, requestedOn, bookedOn, returnedOn }) =>
      ({ no, endToEndId, messageId, paymentInformationId, debtorAccount, amount, creditor, remittance, state: paymentState, reason, requestedOn, bookedOn, returnedOn })),
    bookings: state.bookings.filter((booking) => wanted('account', booking.account) && (!narrowed || booking.payments.some((no) => numbers.has(no)))),
    messages: state.outbox.filter((message) => wanted('account', message.account)).map(({ id, kind, account }) => ({ id, kind, account })),
  };
}
