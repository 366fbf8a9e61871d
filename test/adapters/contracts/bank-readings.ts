import type { BankMessage } from '../../../adapters/ports/bank.ts';
import type { StatementEntry } from '../../../domain/model/bank-statement.ts';
import { readBankMessage } from '../../../documents/payments/read-bank-message.ts';

/** What our readers made of a bank's messages, in the order in which they came. */
export interface Readings {
  /** Each transfer as id, status, reason. */
  statuses: { message: string; group: string | undefined; transfers: string[][] }[];
  returns: { endToEndId: string | undefined; reason: string; minor: string }[];
  /** Booked lines of one account; `source` says who told them. */
  bookings: { source: string; endToEndId: string | undefined; minor: string; returnReason?: string; bankReference?: string }[];
  /** Statements with a closing balance of one account. */
  statements: { closing: string; balanced: boolean }[];
}

/** @throws where a message cannot be read as a whole: a bank in good order sends none */
export async function readAll(messages: BankMessage[], account: string): Promise<Readings> {
  const readings: Readings = { statuses: [], returns: [], bookings: [], statements: [] };
  for (const { id, kind, text } of messages) {
    const read = await readBankMessage(text);
    switch (read.kind) {
      case 'status-report':
        readings.statuses.push({
          message: read.originalMessageId,
          group: read.groupStatus,
          transfers: read.transfers.map(({ endToEndId, status, reasonCode }) => [endToEndId, status, ...(reasonCode === undefined ? [] : [reasonCode])]),
        });
        break;
      case 'returns':
        readings.returns.push(...read.returns.map(({ endToEndId, reasonCode, amount }) => ({ endToEndId, reason: reasonCode, minor: amount.minor })));
        break;
      case 'statements':
        if (read.problems.length > 0) throw new Error(`message ${id} (${kind}): ${read.problems[0]?.message}`);
        for (const statement of read.statements.filter((one) => one.account === account)) {
          const source = kind.replace(/\.001\.\d\d$/, '');
          readings.bookings.push(...statement.entries.map((entry) => bookingOf(source, entry)));
          if (statement.closing) readings.statements.push({ closing: statement.closing.minor, balanced: !statement.findings.some(({ code }) => code === 'unbalanced') });
        }
        break;
      case 'unreadable':
        throw new Error(`message ${id} (${kind}) cannot be read: ${read.problem.message}`);
    }
  }
  return readings;
}

function bookingOf(source: string, { endToEndId, references, amount, returnReason }: StatementEntry): Readings['bookings'][number] {
  return { source, endToEndId, minor: amount.minor, ...(returnReason === undefined ? {} : { returnReason }), ...(references.bank === undefined ? {} : { bankReference: references.bank }) };
}
