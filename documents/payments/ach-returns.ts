import type { PaymentReturns } from '../../domain/model/bank-message.ts';
import type { BankStatement } from '../../domain/model/bank-statement.ts';
import { splitLines } from '../statements/nacha/layout.ts';

/**
 * Returns out of a NACHA file of which every entry is money of ours that comes back (R-codes); undefined for any other file. The
 * end-to-end id is the identification of the original entry, its first 15 characters.
 */
export function achReturns(text: string, statements: BankStatement[]): PaymentReturns | undefined {
  const entries = statements.flatMap((statement) => statement.entries);
  const returned = entries.filter(({ returnReason, amount }) => returnReason?.startsWith('R') && BigInt(amount.minor) > 0n);
  if (entries.length === 0 || returned.length < entries.length) return undefined;
  return {
    kind: 'returns',
    messageId: fileIdentity(text),
    returns: returned.map(({ amount, references, returnReason = '', text: words, bookingDate }) => ({
      ...(references.customer ? { endToEndId: references.customer } : {}),
      amount,
      reasonCode: returnReason,
      ...(words ? { reasonText: words } : {}),
      ...(bookingDate ? { settledOn: bookingDate } : {}),
      ...(references.originalTrace ? { originalTrace: references.originalTrace } : {}),
    })),
  };
}

/** Origin, date, time and modifier of the file header: what ACH tells two files apart by. */
function fileIdentity(text: string): string {
  const header = splitLines(text)[0]?.text ?? '';
  return `${header.slice(13, 23).trim()}-${header.slice(23, 34).replaceAll(' ', '')}`;
}
