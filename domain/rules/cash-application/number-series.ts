/**
 * How much a number says. Ten random digits identify an invoice by themselves; the last digits of a running series do not,
 * because a slip of the pen often turns one into a neighbour. Each form of number (same letters, same length) is a series whose
 * range is learned from the numbers at hand, so that no format is built in.
 */
export interface NumberSeries {
  /** Letters as they are, digits as 9: `INV999`. */
  readonly form: string;
  readonly lowest: string;
  readonly highest: string;
  /** Numbers that the range can hold, as a power of ten. */
  readonly magnitude: number;
  readonly size: number;
}

const smallSeries = 5; // below this many numbers a range says nothing
const cautiousMagnitude = 4;
const largestMagnitude = 10;
const trimmedShare = 0.05; // a few odd numbers must not widen the range

export function formOf(number: string): string {
  return number.replace(/[0-9]/g, '9');
}

export class NumberForms {
  private readonly members = new Map<string, string[]>();
  private readonly series = new Map<string, NumberSeries>();
  private wellKnown: NumberSeries[] | undefined;

  add(number: string): void {
    const form = formOf(number);
    const members = this.members.get(form);
    if (members) members.push(number);
    else this.members.set(form, [number]);
  }

  /** Learns the ranges; called once all numbers are added. */
  learn(): void {
    for (const [form, members] of this.members) this.series.set(form, seriesOf(form, members));
    this.members.clear();
  }

  of(number: string): NumberSeries | undefined {
    return this.series.get(formOf(number));
  }

  /** Whether a token could be a whole number of a well-known series. */
  looksWhole(token: string): boolean {
    const series = this.of(token);
    return series !== undefined && series.size >= smallSeries && inRange(series, token);
  }

  /** Whether a token is nearly a number of a well-known series: one character more or less, or letters missing in front. */
  resembles(token: string): boolean {
    return this.known().some((series) => {
      const letters = lettersOf(series.form);
      if (Math.abs(series.form.length - token.length) > 1 + letters.length) return false;
      return letters === '' ? lettersOf(token) === '' && Math.abs(series.form.length - token.length) <= 1 : lettersOf(token) !== '' && letters.endsWith(lettersOf(token));
    });
  }

  /** Lengths of the well-known series, ascending. */
  lengths(): number[] {
    return [...new Set(this.known().map((series) => series.form.length))].sort((a, b) => a - b);
  }

  private known(): NumberSeries[] {
    this.wellKnown ??= [...this.series.values()].filter((series) => series.size >= smallSeries);
    return this.wellKnown;
  }
}

function lettersOf(text: string): string {
  return /^[A-Z]*/.exec(text)![0];
}

function seriesOf(form: string, members: string[]): NumberSeries {
  members.sort();
  const lowest = members[0]!;
  const highest = members[members.length - 1]!;
  const digits = form.split('9').length - 1;
  if (members.length < smallSeries) return { form, lowest, highest, magnitude: Math.min(digits, cautiousMagnitude), size: members.length };
  const trim = Math.floor(members.length * trimmedShare);
  const range = digitsValue(members[members.length - 1 - trim]!) - digitsValue(members[trim]!);
  const widened = range / (1 - 2 * trimmedShare);
  return { form, lowest, highest, magnitude: Math.min(Math.log10(Math.max(widened, members.length, 1)), digits, largestMagnitude), size: members.length };
}

/** The digits of a number read as one; beyond 2^53 only its size matters here. */
function digitsValue(number: string): number {
  return Number(number.replace(/[^0-9]/g, '') || '0');
}

function inRange(series: NumberSeries, number: string): boolean {
  return number >= series.lowest && number <= series.highest;
}

/** How many numbers of the series become `written` by losing one character: the ways to read it are that many. */
export function readingsOfLost(series: NumberSeries, written: string): number {
  const ways = new Set<string>();
  for (let at = 0; at <= written.length; at++) {
    const wanted = series.form[at];
    if (wanted === undefined) continue;
    const candidates = wanted === '9' ? '0123456789' : wanted;
    for (const character of candidates) {
      const number = written.slice(0, at) + character + written.slice(at);
      if (inRange(series, number) && formOf(number) === series.form) ways.add(number);
    }
  }
  return Math.max(1, ways.size);
}

/** How many numbers of the series become `written` by one character too many. */
export function readingsOfAdded(series: NumberSeries, written: string): number {
  const ways = new Set<string>();
  for (let at = 0; at < written.length; at++) {
    const number = written.slice(0, at) + written.slice(at + 1);
    if (inRange(series, number) && formOf(number) === series.form) ways.add(number);
  }
  return Math.max(1, ways.size);
}

/** The leading characters that all numbers of the series share. */
export function sharedHead(series: NumberSeries): number {
  let head = 0;
  while (head < series.lowest.length && series.lowest[head] === series.highest[head]) head++;
  return head;
}
