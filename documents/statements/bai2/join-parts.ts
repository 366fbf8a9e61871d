import type { BankStatement } from '../../../domain/model/bank-statement.ts';
import { canonicalJson } from '../../../domain/rules/canonical-json.ts';
import { checkBalance } from '../../../domain/rules/statements/balance.ts';

/** What one account record tells, and who sent it: two banks may have an account of the same number. */
export interface Part {
  originator: string;
  statement: BankStatement;
}

/**
 * An account may stand in several groups of one as-of date: details apart from balances, credits apart from debits, one stretch of the
 * day after the other. Such parts are one statement where they foot together; where they do not, each stays by itself and the
 * continuity tells a repeat or a conflict.
 */
export function joinParts(parts: Part[]): BankStatement[] {
  const groups = new Map<string, BankStatement[]>();
  for (const { originator, statement } of parts) {
    const key = JSON.stringify([originator, statement.account, statement.currency, statement.number]);
    groups.set(key, [...(groups.get(key) ?? []), statement]);
  }
  return [...groups.values()].flatMap((some) => joined(some) ?? some);
}

function joined(parts: BankStatement[]): BankStatement | undefined {
  const [first] = parts;
  const opening = parts.find((part) => part.opening)?.opening;
  const last = parts.findLast((part) => part.closing);
  if (parts.length < 2 || !first || !opening || !last?.closing || areRivals(parts)) return undefined;
  const whole: BankStatement = { ...first, opening, closing: last.closing, closingDate: last.closingDate, entries: parts.flatMap((part) => part.entries) };
  return checkBalance(whole).length === 0 ? whole : undefined;
}

/**
 * Two that hold the same, or foot between the same balances each with entries of its own, are versions of one statement and no parts; so are two
 * of which the later one tells all entries of the earlier one again.
 */
function areRivals(parts: BankStatement[]): boolean {
  const complete = parts.filter((part) => part.opening && part.closing && part.entries.length > 0 && checkBalance(part).length === 0);
  return parts.some((part, at) => parts.some((other, otherAt) => otherAt !== at && tellsAllOf(other, part))) || new Set(parts.map(contentOf)).size < parts.length || new Set(complete.map(({ opening, closing }) => canonicalJson([opening, closing]))).size < complete.length;
}

function tellsAllOf(statement: BankStatement, other: BankStatement): boolean {
  const told = new Set(statement.entries.map((entry) => canonicalJson(entry)));
  return other.entries.length > 0 && other.entries.every((entry) => told.has(canonicalJson(entry)));
}

function contentOf({ opening, closing, entries }: BankStatement): string {
  return canonicalJson({ opening, closing, entries });
}
