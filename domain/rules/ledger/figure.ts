import { KontorError } from '../../errors.ts';
import type { Money } from '../../model/money.ts';
import { describeMoney, minorOf, money } from '../money.ts';
import type { LedgerLine } from './ledger-line.ts';
import { isSelected, type Selection } from './trial-balance.ts';

/** Raised when a formula changes meaning, so that a stored figure says by which one it was made (RR-1). */
export const formulaVersion = 1;

/**
 * A number of a statement that can be opened: a sum of other figures, or an account over the selected lines.
 * `sign` turns debit-positive books into the sign the reader expects (−1 for liabilities, equity, income, cash flows).
 */
export interface Figure {
  readonly id: string;
  readonly label: string;
  readonly amount: Money;
  readonly formula: { readonly version: number; readonly kind: 'sum' } | { readonly version: number; readonly kind: 'lines'; readonly sign: 1 | -1; readonly selection: Selection };
  readonly parts: readonly Figure[];
}

/** A line as it contributes to a figure, with its source document. */
export interface Contribution {
  readonly figure: string;
  readonly line: LedgerLine;
  readonly contribution: Money;
}

/** A heading: the sum of its parts. Parts with nothing in them are kept out by the caller. */
export function sumFigure(id: string, label: string, currency: string, parts: readonly Figure[]): Figure {
  let total = 0n;
  for (const part of parts) total += minorOf(part.amount);
  return { id, label, amount: money(currency, total), formula: { version: formulaVersion, kind: 'sum' }, parts };
}

export function lineFigure(id: string, label: string, currency: string, debit: bigint, sign: 1 | -1, selection: Selection): Figure {
  return { id, label, amount: money(currency, sign === 1 ? debit : -debit), formula: { version: formulaVersion, kind: 'lines', sign, selection }, parts: [] };
}

/** Every figure below and including this one, top down. */
export function* figuresOf(figure: Figure): Generator<Figure> {
  yield figure;
  for (const part of figure.parts) yield* figuresOf(part);
}

export function findFigure(roots: readonly Figure[], id: string): Figure {
  for (const root of roots) for (const figure of figuresOf(root)) if (figure.id === id) return figure;
  throw new KontorError('figure-unknown', `There is no figure ${id}; figures are listed with their ids by --format json.`);
}

/**
 * Collects the lines of a figure from the same books, in any order, and proves at the end that they add up to it,
 * figure by figure on the way (RR-1). Throws `figure-does-not-foot` where they do not.
 */
export class OpenedFigure {
  private readonly leaves: { figure: Figure; sign: 1 | -1; selection: Selection; sum: bigint }[] = [];
  private readonly figure: Figure;

  constructor(figure: Figure) {
    this.figure = figure;
    for (const leaf of figuresOf(figure))
      if (leaf.formula.kind === 'lines') this.leaves.push({ figure: leaf, sign: leaf.formula.sign, selection: leaf.formula.selection, sum: 0n });
  }

  /** A line may count in several leaves, as a disposal gain does in operating and investing cash flow. */
  add(line: LedgerLine): Contribution[] {
    const found: Contribution[] = [];
    for (const leaf of this.leaves) {
      if (!isSelected(line, leaf.selection)) continue;
      const contribution = leaf.sign === 1 ? line.functional : -line.functional;
      leaf.sum += contribution;
      found.push({ figure: leaf.figure.id, line, contribution: money(line.functionalCurrency, contribution) });
    }
    return found;
  }

  finish(): void {
    for (const leaf of this.leaves) foot(leaf.figure, leaf.sum);
    for (const figure of figuresOf(this.figure)) {
      if (figure.formula.kind !== 'sum') continue;
      let sum = 0n;
      for (const part of figure.parts) sum += minorOf(part.amount);
      foot(figure, sum);
    }
  }
}

function foot(figure: Figure, sum: bigint): void {
  if (sum === minorOf(figure.amount)) return;
  throw new KontorError('figure-does-not-foot', `${figure.id} says ${describeMoney(figure.amount)}, its parts ${describeMoney(money(figure.amount.currency, sum))}.`);
}
