import type { Fault } from './schedule.ts';
import { generator } from './schedule.ts';

/** What happens while a payment run is on its way, in order; all of it follows from the seed alone. */
export interface PaymentSchedule {
  seed: number;
  /** How many documents wait for money, for each payee. */
  documents: number[];
  /** When somebody opens another run beside the first, for the same documents (P7). */
  secondRun: Moment | undefined;
  /** The bank goes on to the day on which a file settles by itself, so soon after it came; otherwise its days pass one by one. */
  settlesAfterMs: number | undefined;
  /** How the bank behaves; `payee` stands for the account of one of the payees. */
  behaviours: BankBehaviour[];
  /** What ERP and bank do wrong with the next calls of a route. */
  faults: CallFault[];
  strikes: PaymentStrike[];
  /** What people decide about documents meanwhile. */
  changes: DocumentChange[];
  /** What an editor decides about the run itself. */
  runChanges: RunChange[];
  /** How long those who release a run think about it. */
  releasedAfterMs: number;
}

/** A document is withdrawn or gets another due date; payments to one of the payees are held for a while. */
export interface DocumentChange {
  moment: Moment;
  afterMs: number;
  change: { kind: 'withdraw' | 'correct'; document: number } | { kind: 'hold'; payee: number; forMs: number };
}

/** One of the payments is taken out of a run, or the run is cancelled, before its release or when it is too late for that (P6). */
export interface RunChange {
  moment: Moment;
  afterMs: number;
  change: { kind: 'take-out'; payment: number } | { kind: 'cancel' };
}

export type Moment = (typeof moments)[number];
/** Where a run stands: opened, approved by one person, released by another, its file in the bank's books, its money too. */
export const moments = ['opened', 'approved', 'released', 'at-bank', 'booked'] as const;

export interface PaymentStrike {
  moment: Moment;
  afterMs: number;
  fault: Exclude<Fault, CallFault>;
}

export type CallFault = Extract<Fault, { kind: string }>;

export interface BankBehaviour {
  rule: { kind: string } & Record<string, unknown>;
  payee?: number;
}

/** A stall of the line to ERP and bank stays shorter than their settle window: nothing reaches them later than that. */
const stallMs = { engine: 2_500, database: 2_500, counterparts: 900 };

const parts: PaymentStrike['fault'][] = [
  { part: 'worker' }, { part: 'worker' }, { part: 'worker' }, { part: 'worker' }, { part: 'worker' }, { part: 'worker' }, { part: 'database' }, { part: 'engine' },
  { line: 'engine' }, { line: 'database' }, { line: 'counterparts' },
  { line: 'engine', stallMs: stallMs.engine }, { line: 'database', stallMs: stallMs.database }, { line: 'counterparts', stallMs: stallMs.counterparts },
];

const lost: Omit<CallFault, 'route'>[] = [
  { kind: 'drop-response', times: 1 }, { kind: 'drop-response', times: 2 }, { kind: 'fail-after-commit', times: 1, status: 500 }, { kind: 'commit-late', times: 1, delayMs: 150 },
  { kind: 'throttle', times: 2, retryAfterSeconds: 1 }, { kind: 'delay', times: 1, delayMs: 500 }, { kind: 'fail-before-commit', times: 1, status: 503 },
];
/** Sends first: they are what must not be done twice. */
const routes = ['bank.files.post', 'bank.files.post', 'bank.files.post', 'erp.payments.post', 'erp.payments.post', 'erp.payments.reverse'];
const reads: CallFault[] = [
  { route: 'bank.files.find', kind: 'fail-before-commit', times: 1, status: 503 }, { route: 'bank.messages.read', kind: 'drop-response', times: 2 },
  { route: 'bank.messages.read', kind: 'throttle', times: 1, retryAfterSeconds: 1 }, { route: 'erp.invoices.find', kind: 'drop-response', times: 1 },
];

export function paymentScheduleOf(seed: number): PaymentSchedule {
  const random = generator(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  const oneOf = <Item>(items: readonly Item[]): Item => items[below(items.length)] as Item;
  const several = <Item>(least: number, most: number, make: () => Item): Item[] => Array.from({ length: least + below(most - least + 1) }, make);

  const documents = several(2, 4, () => 1 + below(2));
  const payee = below(documents.length);
  const killedAtCommit = random() < 0.25;
  const schedule: Omit<PaymentSchedule, 'changes' | 'runChanges' | 'releasedAfterMs'> = {
    seed,
    documents,
    secondRun: random() < 0.3 ? oneOf(moments) : undefined,
    settlesAfterMs: random() < 0.7 ? oneOf([0, 150, 600]) : undefined,
    behaviours: unalike(several(1, 3, () => behaviourOf(oneOf, below, payee))),
    faults: [...several(1, 2, (): CallFault => ({ ...oneOf(lost), route: oneOf(routes) })), ...(random() < 0.3 ? [oneOf(reads)] : []), ...(killedAtCommit ? answerLost : [])],
    strikes: [...several(0, 2, (): PaymentStrike => ({ moment: oneOf(moments), afterMs: below(700), fault: oneOf(parts) })), ...(killedAtCommit ? [{ moment: 'at-bank' as const, afterMs: 0, fault: { part: 'worker' as const } }] : [])],
  };
  // Last, so that what each seed was before these came stays the same.
  const all = documents.reduce((sum, count) => sum + count, 0);
  const changeOf = (): DocumentChange['change'] => (random() < 0.4 ? { kind: 'hold', payee: below(documents.length), forMs: 2_000 + below(4_000) } : { kind: oneOf(['withdraw', 'withdraw', 'correct'] as const), document: below(all) });
  const changes = random() < 0.6 ? several(1, 2, (): DocumentChange => ({ moment: oneOf(changedAt), afterMs: below(700), change: changeOf() })) : [];
  const thinks = changes.length > 0 && random() < 0.7;
  const runChangeOf = (): RunChange['change'] => (random() < 0.6 ? { kind: 'take-out', payment: below(documents.length) } : { kind: 'cancel' });
  const runChanges = random() < 0.3 ? several(1, 2, (): RunChange => ({ moment: oneOf(moments), afterMs: below(700), change: runChangeOf() })) : [];
  return { ...schedule, changes, runChanges, releasedAfterMs: thinks || (runChanges.length > 0 && random() < 0.5) ? 1_000 : 0 };
}

/** Mostly while it still counts. */
const changedAt = [...moments, 'approved', 'released', 'released'] as const;

/** Between the bank's commit and its answer: the answer never comes, the enquiry is slow, and the worker dies meanwhile. */
const answerLost: CallFault[] = [{ route: 'bank.files.post', kind: 'drop-response', times: 1 }, { route: 'bank.files.find', kind: 'delay', times: 1, delayMs: 400 }];

function behaviourOf(oneOf: <Item>(items: readonly Item[]) => Item, below: (limit: number) => number, payee: number): BankBehaviour {
  const message = oneOf(['pain.002', 'camt.054', 'camt.053'] as const);
  return oneOf<BankBehaviour>([
    { rule: { kind: 'repeat', messages: message, copies: 1 + below(4), id: oneOf(['same', 'new']) } },
    { rule: { kind: 'repeat', messages: 'camt.054', copies: 4, id: 'new' } },
    { rule: { kind: 'late', messages: oneOf(['pain.002', 'camt.054']), minutes: 120 + below(3_000) } },
    { rule: { kind: 'silent', times: 1 } },
    { rule: { kind: 'reject', when: oneOf(['receipt', 'settlement']), reason: oneOf(['AC04', 'AC06', 'MD07']), times: 1 }, payee },
    { rule: { kind: 'return', afterDays: below(4), reason: oneOf(['AC04', 'MD07']), times: 1 }, payee },
    { rule: { kind: 'omit-from-statement', times: 1 }, payee },
    { rule: { kind: 'batch-booking', details: true, times: 1 } },
  ]);
}

/** One rule a kind: the bank goes by the first. A bank that refuses a payment says so. */
function unalike(behaviours: BankBehaviour[]): BankBehaviour[] {
  const refuses = behaviours.some(({ rule }) => rule.kind === 'reject');
  return behaviours.filter(({ rule }, index) => behaviours.findIndex((other) => other.rule.kind === rule.kind) === index && !(refuses && rule.kind === 'silent'));
}

/** Whether it can be played where database and engine belong to others too. */
export function sparesServices({ strikes }: PaymentSchedule): boolean {
  return strikes.every(({ fault }) => !('part' in fault) || fault.part === 'worker');
}
