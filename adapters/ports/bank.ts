import type { PayeeVerification } from '../../domain/model/payment.ts';
import type { PaymentFile, PaymentOrder } from '../../domain/model/payment-order.ts';
import type { CallContext, Operation } from './definition.ts';

export type { CallContext } from './definition.ts';

/**
 * What Kontor asks of a bank. Formats differ by adapter, the way there by transport. A bank's refusal of a file is a value;
 * the errors are those of every port. Messages are delivered as they came; `documents/` reads them.
 */
export interface BankPort {
  /** The file for an order: pure, the same order gives the same bytes (P7). @throws KontorError `payment-file-invalid` with the element */
  writeFile(order: PaymentOrder): PaymentFile;

  /** Sends once per call; only `once` may call it. */
  submitFile(file: PaymentFile, context: CallContext): Promise<SubmissionAnswer>;

  /** What the bank knows of a file by its message id; undefined while it knows nothing. */
  findSubmission(messageId: string, context: CallContext): Promise<SubmissionAnswer | undefined>;

  /** Whose name is on an account (verification of payee); a bank that cannot tell answers `unavailable`. Any other word than `match` is none. */
  verifyPayee?(payee: PayeeQuery, context: CallContext): Promise<PayeeAnswer>;

  /** Messages after `cursor` (exclusive), oldest first; fetching takes nothing away. An absent cursor starts at the beginning. */
  fetchMessages(cursor: string | undefined, context: CallContext): Promise<FetchedMessages>;
}

export const bankOperations = {
  writeFile: 'pure',
  submitFile: 'effect',
  findSubmission: 'read',
  verifyPayee: 'read',
  fetchMessages: 'read',
} as const satisfies Record<keyof BankPort, Operation | 'pure'>;

export interface PayeeQuery {
  name: string;
  iban: string;
}

export type PayeeAnswer = Pick<PayeeVerification, 'result' | 'name'>;

/** `received` says that the bank has the file, and nothing about the payments in it. */
export type SubmissionAnswer = { outcome: 'received'; reference: string } | { outcome: 'refused'; code: string; message: string };

export interface BankMessage {
  /** Unique at the bank while that is not put back to an older copy: under a known id only another text is another message. */
  id: string;
  /** As the bank names it: `pain.002`, `camt.053`, `nacha.return`; the content decides what it is. */
  kind: string;
  text: string;
}

export interface FetchedMessages {
  messages: BankMessage[];
  cursor: string;
}
