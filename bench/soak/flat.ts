import { met, round } from '../invoice/figures.ts';

/** One quarter of a soak as it is printed: figures by their names, sizes at its end. */
export type Quarter = Record<string, string | number>;

const allowedPercent = 15;
/** Figures that are counted up to the end of a quarter: what a document adds is compared, not how much there is. */
const growing = ['database MB at end', 'engine MB at end'];
const counted = new Set(['quarter', 'accepted', ...growing]);
/** Each program begins anew where it is killed: what it keeps shows in the second half only. How long the slowest waited in the first is where kills fell. */
const halves = [{ quarters: [0, 1], figures: /p50/ }, { quarters: [2, 3], figures: /./ }] as const;

/** What rose within each half, from its first quarter to its second; falling is no fault. */
export function flatness(quarters: readonly Quarter[]): string {
  const all = halves.flatMap(({ quarters: [from, to], figures }) => risesOf(quarters, from, to).filter(({ name }) => figures.test(name)).map((rise) => ({ ...rise, when: `quarter ${from + 1} to ${to + 1}` })));
  const risen = all.filter(({ percent }) => percent > allowedPercent);
  const words = (when: string) => all.filter((one) => one.when === when).map(({ name, was, is, percent }) => `${name} ${round(was)} → ${round(is)} (${Number.isFinite(percent) ? `${percent > 0 ? '+' : ''}${Math.round(percent)} %` : 'not measured'})`).join(', ');
  return `${[...new Set(all.map(({ when }) => when))].map((when) => `From ${when}: ${words(when)}.`).join(' ')} Nothing more than ${allowedPercent} % up: ${met(risen.length === 0, risen.length > 0 ? 0 : Math.max(...all.map(({ percent }) => percent)))}${risen.length === 0 ? '' : ` (${risen.map(({ name, when }) => `${name}, ${when}`).join('; ')})`}.`;
}

function risesOf(quarters: readonly Quarter[], from: number, to: number): { name: string; was: number; is: number; percent: number }[] {
  const figure = (at: number, name: string) => Number(quarters[at]?.[name] ?? NaN);
  const steady = Object.keys(quarters[from] ?? {}).filter((name) => !counted.has(name)).map((name) => ({ name, was: figure(from, name), is: figure(to, name) }));
  const added = growing.map((name) => ({ name: name.replace(' MB at end', ' KB added by a document'), was: addedIn(quarters, from, name), is: addedIn(quarters, to, name) }));
  return [...steady, ...added].map((one) => ({ ...one, percent: one.was > 0 ? (one.is / one.was - 1) * 100 : NaN }));
}

/** Of the first quarter nobody looked how much there was before it. */
function addedIn(quarters: readonly Quarter[], quarter: number, name: string): number {
  const mb = (at: number) => Number(quarters[at]?.[name] ?? NaN);
  return ((mb(quarter) - mb(quarter - 1)) * 1024) / Number(quarters[quarter]?.['accepted'] ?? NaN);
}
