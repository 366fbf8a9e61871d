import { toDayNumber } from '../../calendar/plain-date.ts';
import type { PlainDate } from '../../model/dates.ts';
import type { CashItem } from '../../model/forecast.ts';
import type { Money } from '../../model/money.ts';
import type { ForecastPolicy } from '../../policy/close.ts';
import { money, minorOf } from '../money.ts';
import { matchSides } from '../reconciliation/matching.ts';
import { Interner, SideBuilder, type MatchSide } from '../reconciliation/side.ts';
import { expectedDate, type PaymentHabits } from './expected-date.ts';

/** A booking on an imported statement; positive came in. */
export interface BankLine {
  readonly id: string;
  readonly entity: string;
  readonly bank: string;
  readonly amount: Money;
  readonly date: PlainDate;
  readonly reference: string;
}

export interface SettledItems {
  /** All items, those found on a statement as `actual`: from then on they are not forecast any more. */
  readonly items: readonly CashItem[];
  /** Bookings that nobody expected. */
  readonly unexpected: readonly BankLine[];
}

const keyNames = ['account', 'reference'];

/**
 * Finds expected payments on bank statements with the engine that reconciles accounts (TF-3). A booking that settles
 * several items gives each its own amount, the last one the rest. What is actual already stays as it is.
 */
export function settleItems(items: readonly CashItem[], lines: readonly BankLine[], habits: PaymentHabits, policy: ForecastPolicy, today: PlainDate): SettledItems {
  const texts = new Interner();
  const open = items.filter(({ status }) => status !== 'actual');
  const left = sideOf(open.map((item) => ({ ...item, date: expectedDate(item, habits, policy, today).date })), texts);
  const right = sideOf(lines, texts);
  const matching = matchSides(left, right, texts, policy.passes);
  const linesById = new Map(lines.map((line) => [line.id, line]));
  const booked = new Map<number, BankLine[]>();
  right.matches.forEach((match, index) => {
    if (match >= 0) booked.set(match, [...(booked.get(match) ?? []), linesById.get(right.ids[index]!)!]);
  });
  const itemsById = new Map(open.map((item) => [item.id, item]));
  const actual = new Map<string, CashItem['actual']>();
  for (const [number] of matching.matches.entries()) settle(left, number, booked.get(number)!, itemsById, actual);
  return {
    items: items.map((item) => (actual.has(item.id) ? { ...item, status: 'actual', actual: actual.get(item.id)! } : item)),
    unexpected: lines.filter((line) => !matchedIds(right).has(line.id)),
  };
}

function settle(left: MatchSide, number: number, lines: readonly BankLine[], itemsById: ReadonlyMap<string, CashItem>, actual: Map<string, CashItem['actual']>): void {
  const own = left.ids.filter((_, index) => left.matches[index] === number).map((id) => itemsById.get(id)!);
  const date = lines.map((line) => line.date).sort().at(-1)!;
  let rest = lines.reduce((sum, line) => sum + minorOf(line.amount), 0n);
  for (const [index, item] of own.entries()) {
    const part = index === own.length - 1 ? rest : minorOf(item.amount);
    rest -= part;
    actual.set(item.id, { date, amount: money(item.amount.currency, part) });
  }
}

function sideOf(entries: readonly { id: string; entity: string; bank: string; amount: Money; date: PlainDate; reference: string }[], texts: Interner): MatchSide {
  const builder = new SideBuilder(keyNames);
  for (const [index, { id, entity, bank, amount, date, reference }] of entries.entries())
    builder.add(id, index + 1, minorOf(amount), toDayNumber(date), texts.numberOf(amount.currency), [texts.numberOf(`${entity}/${bank}`), texts.numberOf(reference)]);
  return builder.build();
}

function matchedIds(side: MatchSide): Set<string> {
  return new Set(side.ids.filter((_, index) => side.matches[index]! >= 0));
}
