import { fromDayNumber } from '../../calendar/plain-date.ts';
import type { PlainDate } from '../../model/dates.ts';
import type { Money } from '../../model/money.ts';
import { money } from '../money.ts';
import { compareText } from '../ledger/trial-balance.ts';
import type { Doubt, Matching } from './pass.ts';
import { open, type MatchSide } from './side.ts';

/** An item that no pass matched: what the next period carries on (CL-9). */
export interface OpenReconcilingItem {
  readonly side: 'left' | 'right';
  readonly id: string;
  readonly line: number;
  readonly amount: Money;
  readonly date: PlainDate;
  readonly ageDays: number;
  readonly doubt?: Doubt;
}

/** Per currency: Σ left − Σ right = Σ differences of matches + open left − open right, so that `unexplained` is zero. */
export interface ReconciliationTotal {
  readonly currency: string;
  readonly left: Money;
  readonly right: Money;
  readonly matchedLeft: number;
  readonly matchedRight: number;
  readonly difference: Money;
  readonly openLeft: Money;
  readonly openRight: Money;
  readonly unexplained: Money;
}

export interface ReconciliationReport {
  readonly open: readonly OpenReconcilingItem[];
  readonly totals: readonly ReconciliationTotal[];
}

/** Open items, oldest first, and totals by currency. Ages count from `asOf`, else from the latest day of both sides. */
export function reportOf(matching: Matching, asOf?: number): ReconciliationReport {
  const present = asOf ?? Math.max(latestDay(matching.left), latestDay(matching.right));
  const items = (['left', 'right'] as const).flatMap((side) => openItemsOf(matching, side, present));
  items.sort((a, b) => compareText(a.date, b.date) || compareText(a.side, b.side) || a.position - b.position);
  return { open: items.map(({ position: _position, ...item }) => item), totals: totalsOf(matching) };
}

function openItemsOf(matching: Matching, name: 'left' | 'right', present: number): (OpenReconcilingItem & { position: number })[] {
  const side = matching[name];
  const items: (OpenReconcilingItem & { position: number })[] = [];
  for (let position = 0; position < side.size; position++) {
    if (side.matches[position] !== open) continue;
    const doubt = matching.doubts[name].get(position);
    items.push({ side: name, id: side.ids[position]!, line: side.lines[position]!, amount: money(matching.texts.textOf(side.currencies[position]!), side.amounts[position]!), date: fromDayNumber(side.days[position]!), ageDays: present - side.days[position]!, position, ...(doubt ? { doubt } : {}) });
  }
  return items;
}

interface Sums {
  left: bigint;
  right: bigint;
  openLeft: bigint;
  openRight: bigint;
  matchedLeft: number;
  matchedRight: number;
  difference: bigint;
}

function totalsOf(matching: Matching): ReconciliationTotal[] {
  const byCurrency = new Map<number, Sums>();
  const sumsOf = (currency: number): Sums => {
    let sums = byCurrency.get(currency);
    if (!sums) byCurrency.set(currency, (sums = { left: 0n, right: 0n, openLeft: 0n, openRight: 0n, matchedLeft: 0, matchedRight: 0, difference: 0n }));
    return sums;
  };
  const currencyOfMatch = new Int32Array(matching.matches.length);
  for (const [side, all, openSum, count] of [['left', 'left', 'openLeft', 'matchedLeft'], ['right', 'right', 'openRight', 'matchedRight']] as const) {
    const { size, amounts, currencies, matches } = matching[side];
    for (let position = 0; position < size; position++) {
      const sums = sumsOf(currencies[position]!);
      sums[all] += amounts[position]!;
      if (matches[position] === open) sums[openSum] += amounts[position]!;
      else {
        sums[count]++;
        currencyOfMatch[matches[position]!] = currencies[position]!;
      }
    }
  }
  for (const [number, match] of matching.matches.entries()) sumsOf(currencyOfMatch[number]!).difference += match.difference;
  return [...byCurrency]
    .map(([number, sums]) => {
      const currency = matching.texts.textOf(number);
      const of = (minor: bigint): Money => money(currency, minor);
      return {
        currency, left: of(sums.left), right: of(sums.right), matchedLeft: sums.matchedLeft, matchedRight: sums.matchedRight, difference: of(sums.difference),
        openLeft: of(sums.openLeft), openRight: of(sums.openRight), unexplained: of(sums.left - sums.right - sums.difference - sums.openLeft + sums.openRight),
      };
    })
    .sort((a, b) => compareText(a.currency, b.currency));
}

function latestDay(side: MatchSide): number {
  let latest = -Infinity;
  for (const day of side.days) if (day > latest) latest = day;
  return latest;
}
