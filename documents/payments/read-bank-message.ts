import { KontorError, problem, problemOf, type Problem } from '../../domain/errors.ts';
import type { PaymentReturns, PaymentStatusReport } from '../../domain/model/bank-message.ts';
import type { BankStatement } from '../../domain/model/bank-statement.ts';
import type { SeenStatements } from '../../domain/rules/statements/continuity.ts';
import { readStatement } from '../statements/read-statement.ts';
import { achReturns } from './ach-returns.ts';
import { rootOf } from './iso-message.ts';
import { isAchAcknowledgement, readAchAcknowledgement } from './read-ach-acknowledgement.ts';
import { readPacs004 } from './read-pacs004.ts';
import { readPain002 } from './read-pain002.ts';

/** Statements and advices, with the units that could not be read beside them. */
export interface ReadStatements {
  kind: 'statements';
  format: string;
  statements: BankStatement[];
  problems: Problem[];
}

export type ReadBankMessage = PaymentStatusReport | PaymentReturns | ReadStatements | { kind: 'unreadable'; problem: Problem };

const iso = 'urn:iso:std:iso:20022:tech:xsd:';

/**
 * Decides by content what a message of a bank is, and reads it: pain.002, pacs.004, acknowledgement and returns of ACH, camt.052 to
 * camt.054, MT940, MT942, BAI2. What cannot be read is explained; nothing is thrown for it.
 */
export async function readBankMessage(text: string, seen?: SeenStatements): Promise<ReadBankMessage> {
  try {
    const root = rootOf(text);
    const namespace = root?.namespace ?? '';
    if (namespace.startsWith(`${iso}pain.002.`)) return readPain002(text, namespace);
    if (namespace.startsWith(`${iso}pacs.004.`)) return readPacs004(text, namespace);
    if (root && !/:\$?camt\.05[234]\./.test(namespace))
      return unreadable(problem('bank-message-malformed', `The root is ${root.name.slice(0, 40)} of "${namespace.slice(0, 80)}", which is no pain.002, pacs.004, camt.052, camt.053 or camt.054.`, { line: 1, path: `/${root.name.slice(0, 40)}` }));
    if (isAchAcknowledgement(text)) return readAchAcknowledgement(text);
    return await readStatements(text, seen);
  } catch (error) {
    if (!(error instanceof KontorError)) throw error;
    return unreadable(problemOf(error));
  }
}

async function readStatements(text: string, seen: SeenStatements | undefined): Promise<ReadBankMessage> {
  // The byte order mark outranks a declared encoding, which no longer holds for text.
  const result = await readStatement(Buffer.from(`\ufeff${text.replace(/^\ufeff/, '')}`), seen);
  if (!result.ok && (result.format === undefined || result.statements.length === 0)) return unreadable(result.problem);
  const returns = result.ok && result.format === 'nacha' ? achReturns(text, result.statements) : undefined;
  return returns ?? { kind: 'statements', format: result.format ?? '', statements: result.statements, problems: result.ok ? [] : result.problems };
}

function unreadable(found: Problem): ReadBankMessage {
  return { kind: 'unreadable', problem: found };
}
