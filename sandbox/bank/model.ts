import { z } from 'zod';
import type { Money } from '../../domain/model/money.ts';

/** The bank's own form of things. Instants are epoch milliseconds of the bank's clock, money is in minor units. */

export const accountSchema = z
  .object({
    /** IBAN, or the number where there is none. */
    number: z.string().min(1),
    holder: z.string().min(1),
    currency: z.string().regex(/^[A-Z]{3}$/),
    bic: z.string().optional(),
    routingNumber: z.string().optional(),
    /** What is on it when it is opened, in minor units. */
    opening: z.string().regex(/^\d{1,18}$/),
  })
  .strict();
export type Account = z.infer<typeof accountSchema>;

/** ISO external code of a reason, such as AC04. */
const reasonSchema = z.string().regex(/^[A-Z0-9]{4}$/);

/** Whom a rule is about; what is absent does not matter. */
const scope = { debtorAccount: z.string().optional(), creditorAccount: z.string().optional(), endToEndId: z.string().optional(), times: z.number().int().positive().optional() };
const connection = { debtorAccount: z.string().optional(), times: z.number().int().positive().optional() };
const messages = z.enum(['pain.002', 'camt.054', 'camt.053', 'pacs.004', 'nacha.return']);

/** How the bank behaves when it is told to; the first rule of a kind that fits counts, `times` payments, files or messages long. */
export const behaviourSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('reject'), ...scope, reason: reasonSchema, when: z.enum(['receipt', 'settlement']).default('receipt') }).strict(),
  z.object({ kind: z.literal('return'), ...scope, afterDays: z.number().int().nonnegative().default(3), reason: reasonSchema.default('AC04') }).strict(),
  z.object({ kind: z.literal('omit-from-statement'), ...scope }).strict(),
  z.object({ kind: z.literal('silent'), ...connection }).strict(),
  z.object({ kind: z.literal('late'), ...connection, messages, minutes: z.number().int().positive() }).strict(),
  z.object({ kind: z.literal('repeat'), ...connection, messages, copies: z.number().int().positive().max(20).default(1), id: z.enum(['same', 'new']) }).strict(),
  z.object({ kind: z.literal('batch-booking'), ...connection, details: z.boolean().default(true) }).strict(),
  z.object({ kind: z.literal('payee'), iban: z.string(), holder: z.string() }).strict(),
  z.object({ kind: z.literal('auto-advance'), afterMs: z.number().int().nonnegative() }).strict(),
]);
export type Behaviour = z.infer<typeof behaviourSchema>;
export type BehaviourKind = Behaviour['kind'];

/** One file of the seed folder, and what `POST /_sandbox/seed?service=bank` takes. */
export const bankSeedSchema = z.object({ accounts: z.array(accountSchema).default([]), behaviours: z.array(behaviourSchema).default([]) }).strict();
export type BankSeed = z.infer<typeof bankSeedSchema>;

/** What a file asks for, before the bank has judged it. */
export interface Instruction {
  endToEndId: string;
  instructionId?: string;
  paymentInformationId: string;
  debtorAccount: string;
  amount: Money;
  creditor: { name: string; account: string; bank?: string };
  requestedOn: string;
  remittance: string[];
}

export interface InstructedFile {
  messageId: string;
  /** `pain.001.001.09` or `nacha`. */
  format: string;
  total: string;
  instructions: Instruction[];
}

/** What will happen to a payment later, decided when its file came. */
export interface Fate {
  rejectAtSettlement?: string;
  returned?: { afterDays: number; reason: string };
  omitted?: true;
}

export interface Payment extends Instruction {
  no: string;
  file: string;
  messageId: string;
  state: 'accepted' | 'rejected' | 'booked' | 'returned';
  reason?: string;
  settlesAt?: number;
  bookedOn?: string;
  returnedOn?: string;
  fate: Fate;
}

export interface BankFile {
  reference: string;
  messageId: string;
  format: string;
  debtorAccount: string;
  total: string;
  receivedAt: number;
  state: 'ACCP' | 'PART' | 'RJCT';
  text: string;
}

/** A line in the books of one account; `payments` names those that it settles, two or more for a batch. */
export interface Booking {
  no: string;
  account: string;
  kind: 'debit' | 'return' | 'credit';
  /** Signed: money in is positive. */
  amount: Money;
  date: string;
  payments: string[];
  reason?: string;
  /** Money that came from outside. */
  credit?: IncomingCredit;
  omitted?: true;
  /** A batch that names its count and sum only. */
  bare?: true;
}

export interface IncomingCredit {
  endToEndId?: string;
  debtor: { name: string; account?: string };
  remittance?: string;
  reference?: string;
}

export interface OutgoingMessage {
  id: string;
  account: string;
  kind: string;
  text: string;
}

export type Due =
  | { kind: 'report'; file: string }
  | { kind: 'settle'; file: string; payments: string[] }
  | { kind: 'return'; payments: string[]; reason: string }
  | { kind: 'credit'; account: string; amount: Money; credit: IncomingCredit }
  | { kind: 'statement'; account: string }
  | { kind: 'day-end'; date: string }
  | { kind: 'deliver'; messages: OutgoingMessage[] };

/** Something that the bank does at a time of its own clock. */
export interface Task {
  at: number;
  due: Due;
}

export interface StatementClosed {
  account: string;
  number: number;
  closing: string;
}

/** What leaves the bank together with a fact; `numbered` counts all messages that ever got a number. */
export interface Post {
  at: number;
  messages: OutgoingMessage[];
  tasks: Task[];
  used: number[];
  numbered: number;
}

/** All that one task did, in one record: a crash leaves it whole or not at all. */
export interface Step extends Post {
  kind: 'step';
  task: number;
  bookings: Booking[];
  rejected: { no: string; reason: string }[];
  statements: StatementClosed[];
}

export interface Refused extends Post {
  kind: 'refused';
  reference: string;
  /** That of the connection; empty where it is for all. */
  account: string;
  messageId: string;
  code: string;
  text: string;
}

export type BankFact =
  | { kind: 'account'; account: Account; at: number }
  | { kind: 'clock'; offsetMs: number }
  | { kind: 'behaviour'; behaviour: Behaviour }
  | { kind: 'behaviours-cleared' }
  | { kind: 'file'; file: BankFile; payments: Payment[]; tasks: Task[]; used: number[] }
  | Refused
  | { kind: 'ordered'; tasks: Task[] }
  | Step;
