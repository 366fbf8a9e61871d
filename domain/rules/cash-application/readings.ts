import { gapsInside, isBoundary, isDigit, type Memo } from './memo.ts';
import { nearMisses, type Slip } from './near-miss.ts';
import { readingsOfAdded, readingsOfLost, sharedHead, type NumberForms, type NumberSeries } from './number-series.ts';
import type { ReadableNumber } from './state.ts';

/**
 * One way to read an item's number in a memo. `weight` is the evidence as a power of ten: how much likelier the text is
 * when the item is meant than when these characters stand there for another reason.
 */
export interface Reading {
  readonly field: string;
  readonly number: string;
  readonly start: number;
  readonly end: number;
  readonly manner: Manner;
  readonly weight: number;
}

export type Manner = Slip | 'blank inside' | 'run together' | 'head only' | 'tail only' | 'letters missing' | 'structured';

/** Powers of ten that each imperfection costs, on top of the ways to read it. */
const cost = {
  blank: 0.5,
  moreBlanks: 1,
  separator: 0.7,
  runTogether: 0.5,
  partOfLonger: 4,
  runTogetherWithSlip: 1,
  swapIntoWhole: 1.1, // share of swapped among exact numbers
  changeIntoWhole: 2.5,
  change: 1,
  lettersMissing: 1,
  cut: 0.3,
  moreCut: 0.5,
};
/** Numbers are unique: written in full, another invoice could only be meant if a slip had turned its number into exactly this one. */
const uniqueInFull = 0.8;
export const leastWeight = 0.5;
const shortestCut = 5;

/** The strongest reading of one number, or undefined when nothing in the memo speaks for it. */
export function readNumber(memo: Memo, { field, text: number, series }: ReadableNumber, forms: NumberForms): Reading | undefined {
  let best = exactReading(memo, field, number, series, forms);
  if (best && best.manner === 'none') return best;
  for (const reading of [...slipReadings(memo, field, number, series, forms), ...cutReadings(memo, field, number, series), ...piecesOfLists(memo, field, number, series)]) {
    if (reading.weight >= leastWeight && (!best || reading.weight > best.weight)) best = reading;
  }
  return best;
}

function exactReading(memo: Memo, field: string, number: string, series: NumberSeries, forms: NumberForms): Reading | undefined {
  let best: Reading | undefined;
  for (let start = memo.compact.indexOf(number); start >= 0; start = memo.compact.indexOf(number, start + 1)) {
    const end = start + number.length;
    const sides = openSides(memo, start, end);
    const inside = gapCost(memo, start, end) + (sides > 0 && isPartOfLonger(memo, start, end, forms) ? cost.partOfLonger : 0);
    const weight = series.magnitude + uniqueInFull - inside - sides * cost.runTogether;
    const manner: Manner = sides > 0 ? 'run together' : inside > 0 ? 'blank inside' : 'none';
    if (weight >= leastWeight && (!best || weight > best.weight)) best = { field, number, start, end, manner, weight };
  }
  return best;
}

function slipReadings(memo: Memo, field: string, number: string, series: NumberSeries, forms: NumberForms): Reading[] {
  return nearMisses(number, memo.compact).map(({ start, end, slip }) => {
    const written = memo.compact.slice(start, end);
    const sides = openSides(memo, start, end);
    const weight = series.magnitude - slipCost(slip, written, series, forms) - gapCost(memo, start, end) - sides * cost.runTogetherWithSlip;
    return { field, number, start, end, manner: slip, weight };
  });
}

function slipCost(slip: Slip, written: string, series: NumberSeries, forms: NumberForms): number {
  if (slip === 'lost') return Math.log10(readingsOfLost(series, written));
  if (slip === 'added') return Math.log10(readingsOfAdded(series, written));
  const whole = forms.looksWhole(written); // then it may as well be another number, written without a slip
  if (slip === 'swapped') return whole ? cost.swapIntoWhole + Math.log10(written.length - 1) : Math.log10(3);
  return cost.change + (whole ? cost.changeIntoWhole : 0);
}

/** Numbers of which only the head or the tail was written. */
function cutReadings(memo: Memo, field: string, number: string, series: NumberSeries): Reading[] {
  const readings: Reading[] = [];
  for (const { text, start, end } of memo.tokens) {
    const missing = number.length - text.length;
    if (text.length < shortestCut || missing < 2) continue;
    if (number.endsWith(text)) {
      const letters = number.search(/[0-9]/);
      const bare = letters > 0 && missing >= letters;
      const weight = Math.min(series.magnitude, text.length) - cutCost(missing - Math.max(0, letters)) - (bare ? cost.lettersMissing : 0);
      readings.push({ field, number, start, end, manner: bare && missing === letters ? 'letters missing' : 'tail only', weight });
    } else if (number.startsWith(text)) {
      const known = text.length - sharedHead(series);
      const weight = Math.min(known, series.magnitude - missing) - cutCost(missing);
      readings.push({ field, number, start, end, manner: 'head only', weight });
    }
  }
  return readings;
}

function cutCost(missingDigits: number): number {
  return cost.cut + cost.moreCut * Math.max(0, missingDigits - 2);
}

/** Heads and tails of a number inside a run-together list, where neighbours were cut too. */
function piecesOfLists(memo: Memo, field: string, number: string, series: NumberSeries): Reading[] {
  const readings: Reading[] = [];
  for (const token of memo.tokens) {
    if (token.text.length < number.length + 2 || isDigit(number[0]!) !== isDigit(token.text[0]!)) continue;
    const places = Math.log10(token.text.length);
    for (let length = number.length - 2; length >= shortestCut; length--) {
      const head = token.text.indexOf(number.slice(0, length));
      const tail = token.text.indexOf(number.slice(number.length - length));
      const at = head >= 0 ? head : tail;
      if (at < 0) continue;
      const known = head >= 0 ? Math.min(length - sharedHead(series), series.magnitude - (number.length - length)) : Math.min(series.magnitude, length);
      const start = token.start + at;
      readings.push({ field, number, start, end: start + length, manner: head >= 0 ? 'head only' : 'tail only', weight: known - places - cost.cut - cost.runTogether });
      break;
    }
  }
  return readings;
}

/** Whether the characters are a piece of a token that is, or nearly is, a longer number of another series. */
function isPartOfLonger(memo: Memo, start: number, end: number, forms: NumberForms): boolean {
  const around = memo.tokens.find((token) => token.start <= start && token.end >= end);
  return around !== undefined && (forms.looksWhole(around.text) || forms.resembles(around.text));
}

function openSides(memo: Memo, start: number, end: number): number {
  return (isBoundary(memo, start) ? 0 : 1) + (isBoundary(memo, end) ? 0 : 1);
}

function gapCost(memo: Memo, start: number, end: number): number {
  const { blanks, separators } = gapsInside(memo, start, end);
  return (blanks > 0 ? cost.blank + (blanks - 1) * cost.moreBlanks : 0) + separators * cost.separator;
}

export function overlap(a: { start: number; end: number }, b: { start: number; end: number }): number {
  return Math.max(0, Math.min(a.end, b.end) - Math.max(a.start, b.start));
}
