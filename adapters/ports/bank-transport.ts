import type { CallContext, FetchedMessages, PayeeAnswer, PayeeQuery, SubmissionAnswer } from './bank.ts';

/** How files reach a bank and messages come back; formats do not matter here. HTTP and folder exist, others can be added. */
export interface BankTransport {
  put(file: { messageId: string; fileName: string; mediaType: string; text: string }, context: CallContext): Promise<SubmissionAnswer>;
  find(messageId: string, context: CallContext): Promise<SubmissionAnswer | undefined>;
  /** Where the way to the bank carries it. */
  verifyPayee?(payee: PayeeQuery, context: CallContext): Promise<PayeeAnswer>;
  fetch(cursor: string | undefined, context: CallContext): Promise<FetchedMessages>;
}
