import { addDays } from '../../domain/calendar/plain-date.ts';
import { minorOf, money, negateMoney } from '../../domain/rules/money.ts';
import { bankDaysAfter, dateOf, isBankDay, onOrAfterBankDay, startOf } from './calendar.ts';
import { grouped } from './grouped.ts';
import { notification, statement, type Booked } from './messages/camt.ts';
import { paymentReturn } from './messages/pacs004.ts';
import { statusReport } from './messages/pain002.ts';
import { createMailroom, type Mailroom } from './mailroom.ts';
import type { Booking, Due, Payment, Step, Task } from './model.ts';
import { accountOf, dayEnd, paymentOf, ruleFor, type AccountState, type BankState } from './state.ts';

/** What the bank does when a task falls due, as one record that is written whole or not at all. */
export function carryOut(state: BankState, task: Task & { id: number }): Step {
  const work = new Work(state, task);
  work.perform(task.due);
  return work.step;
}

class Work {
  readonly step: Step;
  private readonly state: BankState;
  private readonly date: string;
  private readonly mail: Mailroom;

  constructor(state: BankState, task: Task & { id: number }) {
    this.state = state;
    this.date = dateOf(task.at);
    this.step = { kind: 'step', task: task.id, at: task.at, bookings: [], rejected: [], statements: [], messages: [], tasks: [], used: [], numbered: state.numbered };
    this.mail = createMailroom(state, this.step);
  }

  perform(due: Due): void {
    switch (due.kind) {
      case 'report':
        return this.report(due.file);
      case 'settle':
        return this.settle(due.file, due.payments);
      case 'return':
        return this.returnPayments(due.payments, due.reason);
      case 'credit':
        return this.bookAndTell(due.account, [{ ...this.booking('credit', due.account, [], 0), amount: due.amount, credit: due.credit }]);
      case 'statement':
        return this.closeAccount(accountOf(this.state, due.account), this.date);
      case 'day-end':
        return this.endDay(due.date);
      case 'deliver':
        this.step.messages.push(...due.messages);
    }
  }

  private report(reference: string): void {
    const file = this.state.files.get(reference);
    if (!file) return;
    const payments = [...this.state.payments.values()].filter((payment) => payment.file === reference);
    this.mail.send(file.debtorAccount, 'pain.002', (messageId) => statusReport({ messageId, at: this.step.at, original: file, group: { status: file.state }, payments }));
  }

  /** Books what is still good; a payment that is refused on its day is told in a report of its own. */
  private settle(reference: string, numbers: string[]): void {
    const file = this.state.files.get(reference);
    if (!file) return;
    const payments = numbers.map((no) => paymentOf(this.state, no));
    const refused = payments.filter((payment) => payment.fate.rejectAtSettlement !== undefined);
    const good = payments.filter((payment) => payment.fate.rejectAtSettlement === undefined);
    this.step.rejected = refused.map((payment) => ({ no: payment.no, reason: payment.fate.rejectAtSettlement as string }));
    if (refused.length > 0) {
      const told = refused.map((payment): Payment => ({ ...payment, state: 'rejected', reason: payment.fate.rejectAtSettlement }));
      this.mail.send(file.debtorAccount, 'pain.002', (messageId) => statusReport({ messageId, at: this.step.at, original: file, payments: told }));
    }
    if (good.length > 0) this.bookAndTell(file.debtorAccount, this.debits(file.debtorAccount, good));
    for (const payment of good) if (payment.fate.returned) this.planReturn(payment, payment.fate.returned);
    if (this.state.rules.some(({ behaviour }) => behaviour.kind === 'auto-advance')) this.step.tasks.push({ at: this.step.at, due: { kind: 'statement', account: file.debtorAccount } });
  }

  private debits(account: string, payments: Payment[]): Booking[] {
    const batching = ruleFor(this.state, 'batch-booking', (rule) => rule.debtorAccount === undefined || rule.debtorAccount === account);
    if (!batching) return payments.map((payment, index) => ({ ...this.booking('debit', account, [payment], index), ...(payment.fate.omitted ? { omitted: true as const } : {}) }));
    this.step.used.push(batching.id);
    const batches = [...grouped(payments, (payment) => payment.paymentInformationId).values()];
    return batches.map((own, index) => ({ ...this.booking('debit', account, own, index), ...(batching.behaviour.details ? {} : { bare: true as const }) }));
  }

  private planReturn(payment: Payment, { afterDays, reason }: { afterDays: number; reason: string }): void {
    const at = afterDays === 0 ? this.step.at : startOf(bankDaysAfter(this.date, afterDays));
    const planned = this.step.tasks.find((task) => task.at === at && task.due.kind === 'return' && task.due.reason === reason);
    if (planned?.due.kind === 'return') planned.due.payments.push(payment.no);
    else this.step.tasks.push({ at, due: { kind: 'return', payments: [payment.no], reason } });
  }

  private returnPayments(numbers: string[], reason: string): void {
    const payments = numbers.map((no) => paymentOf(this.state, no)).filter((payment) => payment.state === 'booked');
    const [first] = payments;
    if (!first) return;
    const { account } = accountOf(this.state, first.debtorAccount);
    this.mail.send(account.number, 'pacs.004', (id) => paymentReturn({ id, at: this.step.at, date: this.date, account, reason, payments }));
    this.bookAndTell(account.number, payments.map((payment, index) => ({ ...this.booking('return', account.number, [payment], index), reason })));
  }

  private bookAndTell(account: string, bookings: Booking[]): void {
    this.step.bookings.push(...bookings);
    const entries = bookings.map((booking) => this.booked(booking));
    this.mail.send(account, 'camt.054', (id) => notification({ id, at: this.step.at, account: accountOf(this.state, account).account, entries }));
  }

  private endDay(date: string): void {
    for (const owner of this.state.accounts.values()) this.closeAccount(owner, date);
    this.step.tasks.push(dayEnd(onOrAfterBankDay(addDays(date, 1))));
  }

  private closeAccount(owner: AccountState, date: string): void {
    if (!isBankDay(date) && owner.unstated.length === 0) return;
    const number = owner.statementNumber + 1;
    this.step.statements.push({ account: owner.account.number, number, closing: owner.balance.toString() });
    const entries = owner.unstated.filter((booking) => booking.omitted !== true).map((booking) => this.booked(booking));
    this.mail.send(owner.account.number, 'camt.053', (id) =>
      statement({ id, at: this.step.at, account: owner.account, number, date, opening: owner.statementBalance, closing: owner.balance, entries }));
  }

  private booking(kind: Booking['kind'], account: string, payments: Payment[], index: number): Booking {
    const { currency } = accountOf(this.state, account).account;
    const sum = money(currency, payments.reduce((total, payment) => total + minorOf(payment.amount), 0n));
    const no = `BK-${String(this.state.bookings.length + index + 1).padStart(7, '0')}`;
    return { no, account, kind, amount: kind === 'debit' ? negateMoney(sum) : sum, date: this.date, payments: payments.map((payment) => payment.no) };
  }

  private booked(booking: Booking): Booked {
    return { booking, payments: booking.payments.map((no) => paymentOf(this.state, no)) };
  }
}
