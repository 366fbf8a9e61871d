import type { BankStatement, StatementFinding } from '../../model/bank-statement.ts';
import { canonicalJson } from '../canonical-json.ts';

/** The statements of each account that were seen so far, by account and currency: the last one, and every one by its number and closing date. */
export interface SeenStatements {
  last: Map<string, BankStatement>;
  byNumber: Map<string, BankStatement>;
}

export function nothingSeen(): SeenStatements {
  return { last: new Map(), byNumber: new Map() };
}

/**
 * Judges a statement against those before it (SI-3, SI-6): the same again is a repeat, the same number with other content a
 * conflict, a number left out or an opening that is not the last closing a gap. A number of 1 may start a new year.
 * Remembers the statement unless it was seen before; without an account there is nothing to compare.
 */
export function checkContinuity(statement: BankStatement, seen: SeenStatements): StatementFinding[] {
  if (statement.account === '') return [];
  const account = `${statement.account} ${statement.currency ?? ''}`;
  const identity = `${account} ${statement.number ?? ''} ${statement.pages?.first ?? ''} ${statement.openingDate ?? ''} ${statement.closingDate ?? statement.entries[0]?.bookingDate ?? ''}`;
  const known = seen.byNumber.get(identity);
  if (known) return [sameContent(known, statement)];
  seen.byNumber.set(identity, statement);
  const previous = seen.last.get(account);
  if (statement.closing) seen.last.set(account, statement);
  return previous ? gapBetween(previous, statement) : [];
}

function sameContent(known: BankStatement, statement: BankStatement): StatementFinding {
  const name = `Statement ${statement.number ?? '(without number)'} of ${statement.account}`;
  const facts = ({ opening, closing, entries }: BankStatement) => canonicalJson({ opening, closing, entries });
  return facts(known) === facts(statement)
    ? { code: 'repeat', message: `${name} was read before and is the same; it has no effect.` }
    : { code: 'conflict', message: `${name} was read before with other content; neither is merged into the other.` };
}

function gapBetween(previous: BankStatement, statement: BankStatement): StatementFinding[] {
  const findings: StatementFinding[] = [];
  const [before, now] = [numberOf(previous), numberOf(statement)];
  if (before !== undefined && now !== undefined && now !== before && now !== before + 1n && now !== 1n)
    findings.push({ code: 'gap', message: `Statement ${statement.number} of ${statement.account} follows ${previous.number}: statements between them are missing.` });
  const { closing } = previous;
  const { opening } = statement;
  if (closing && opening && (closing.minor !== opening.minor || closing.currency !== opening.currency))
    findings.push({ code: 'gap', message: `Statement ${statement.number ?? '(without number)'} of ${statement.account} opens with ${opening.minor} ${opening.currency}; the one before closed with ${closing.minor} ${closing.currency} (minor units).` });
  return findings;
}

/** 0 means that the bank does not number its statements. */
export function numberOf({ number }: { number?: string | undefined }): bigint | undefined {
  return number !== undefined && /^\d{1,18}$/.test(number) && BigInt(number) > 0n ? BigInt(number) : undefined;
}
