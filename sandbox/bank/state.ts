import { startOf, onOrAfterBankDay, dateOf } from './calendar.ts';
import type { Account, BankFact, BankFile, Behaviour, BehaviourKind, Booking, OutgoingMessage, Payment, Post, Step, Task } from './model.ts';
import { addDays } from '../../domain/calendar/plain-date.ts';

export interface AccountState {
  account: Account;
  balance: bigint;
  /** Promised to payments that are accepted and not booked. */
  reserved: bigint;
  /** Last statement: its number and the balance that the next one opens with. */
  statementNumber: number;
  statementBalance: bigint;
  /** Bookings since the last statement. */
  unstated: Booking[];
}

export interface Rule {
  id: number;
  behaviour: Behaviour;
  used: number;
}

/** What the records say, and nothing else. */
export interface BankState {
  offsetMs: number;
  accounts: Map<string, AccountState>;
  files: Map<string, BankFile>;
  /** Real time at which a file came, for `auto-advance`. */
  arrivals: Map<string, number>;
  refusals: { reference: string; account: string; messageId: string; code: string; text: string; receivedAt: number }[];
  payments: Map<string, Payment>;
  bookings: Booking[];
  /** In the order of delivery; the position + 1 is the cursor. */
  outbox: OutgoingMessage[];
  /** Messages that got a number, also those that wait for their hour. */
  numbered: number;
  rules: Rule[];
  ruleCount: number;
  tasks: (Task & { id: number })[];
  taskCount: number;
}

export function emptyState(): BankState {
  return {
    offsetMs: 0, accounts: new Map(), files: new Map(), arrivals: new Map(), refusals: [], payments: new Map(), bookings: [], outbox: [], numbered: 0,
    rules: [], ruleCount: 0, tasks: [], taskCount: 0,
  };
}

export function applyFact(state: BankState, { at, fact }: { at: string; fact: BankFact }): void {
  switch (fact.kind) {
    case 'account': {
      const opening = BigInt(fact.account.opening);
      if (state.accounts.size === 0) addTasks(state, [dayEnd(onOrAfterBankDay(dateOf(fact.at)))]);
      state.accounts.set(fact.account.number, { account: fact.account, balance: opening, reserved: 0n, statementNumber: 0, statementBalance: opening, unstated: [] });
      return;
    }
    case 'clock':
      state.offsetMs = fact.offsetMs;
      return;
    case 'behaviour':
      state.ruleCount += 1;
      state.rules.push({ id: state.ruleCount, behaviour: fact.behaviour, used: 0 });
      return;
    case 'behaviours-cleared':
      state.rules = [];
      return;
    case 'file':
      state.files.set(fact.file.reference, fact.file);
      state.arrivals.set(fact.file.reference, Date.parse(at));
      for (const payment of fact.payments) keepPayment(state, payment);
      addTasks(state, fact.tasks);
      countUse(state, fact.used);
      return;
    case 'refused':
      state.refusals.push({ reference: fact.reference, account: fact.account, messageId: fact.messageId, code: fact.code, text: fact.text, receivedAt: fact.at });
      return post(state, fact);
    case 'ordered':
      return addTasks(state, fact.tasks);
    case 'step':
      return applyStep(state, fact);
  }
}

export function accountOf(state: BankState, number: string): AccountState {
  const found = state.accounts.get(number);
  if (!found) throw new Error(`no account ${number}`);
  return found;
}

export function paymentOf(state: BankState, no: string): Payment {
  const found = state.payments.get(no);
  if (!found) throw new Error(`no payment ${no}`);
  return found;
}

/** The first rule of a kind that is not used up and fits. */
export function ruleFor<Kind extends BehaviourKind>(state: BankState, kind: Kind, fits: (behaviour: Extract<Behaviour, { kind: Kind }>) => boolean, used: number[] = []): { id: number; behaviour: Extract<Behaviour, { kind: Kind }> } | undefined {
  for (const { id, behaviour, used: before } of state.rules) {
    if (behaviour.kind !== kind) continue;
    const own = behaviour as Extract<Behaviour, { kind: Kind }>;
    const limit = 'times' in own ? own.times : undefined;
    if (limit !== undefined && before + used.filter((one) => one === id).length >= limit) continue;
    if (fits(own)) return { id, behaviour: own };
  }
  return undefined;
}

/** What falls due first: by time, the end of a day before the next day's work, then as it was ordered. */
export function nextTask(state: BankState): (Task & { id: number }) | undefined {
  return state.tasks.reduce<(Task & { id: number }) | undefined>((first, task) => (first === undefined || before(task, first) ? task : first), undefined);
}

export function dayEnd(date: string): Task {
  return { at: startOf(addDays(date, 1)), due: { kind: 'day-end', date } };
}

function before(a: Task & { id: number }, b: Task & { id: number }): boolean {
  if (a.at !== b.at) return a.at < b.at;
  const rank = (task: Task) => (task.due.kind === 'day-end' ? 0 : task.due.kind === 'statement' ? 2 : 1);
  return rank(a) !== rank(b) ? rank(a) < rank(b) : a.id < b.id;
}

function applyStep(state: BankState, step: Step): void {
  state.tasks = state.tasks.filter((task) => task.id !== step.task);
  for (const { no, reason } of step.rejected) {
    const payment = paymentOf(state, no);
    release(state, payment);
    payment.state = 'rejected';
    payment.reason = reason;
  }
  for (const booking of step.bookings) book(state, booking);
  for (const { account, number, closing } of step.statements) {
    const owner = accountOf(state, account);
    owner.statementNumber = number;
    owner.statementBalance = BigInt(closing);
    owner.unstated = [];
  }
  post(state, step);
}

function book(state: BankState, booking: Booking): void {
  const owner = accountOf(state, booking.account);
  owner.balance += BigInt(booking.amount.minor);
  owner.unstated.push(booking);
  state.bookings.push(booking);
  for (const no of booking.payments) {
    const payment = paymentOf(state, no);
    if (booking.kind === 'debit') {
      release(state, payment);
      payment.state = 'booked';
      payment.bookedOn = booking.date;
    } else {
      payment.state = 'returned';
      payment.reason = booking.reason;
      payment.returnedOn = booking.date;
    }
  }
}

function keepPayment(state: BankState, payment: Payment): void {
  state.payments.set(payment.no, payment);
  if (payment.state === 'accepted') accountOf(state, payment.debtorAccount).reserved += BigInt(payment.amount.minor);
}

function release(state: BankState, payment: Payment): void {
  accountOf(state, payment.debtorAccount).reserved -= BigInt(payment.amount.minor);
}

function post(state: BankState, { messages, tasks, used, numbered }: Post): void {
  for (const message of messages) state.outbox.push(message);
  state.numbered = numbered;
  addTasks(state, tasks);
  countUse(state, used);
}

function addTasks(state: BankState, tasks: Task[]): void {
  for (const task of tasks) {
    state.taskCount += 1;
    state.tasks.push({ ...task, id: state.taskCount });
  }
}

function countUse(state: BankState, used: number[]): void {
  for (const id of used) {
    const rule = state.rules.find((one) => one.id === id);
    if (rule) rule.used += 1;
  }
}
