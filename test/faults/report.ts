import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { FaultRow } from '../support/summary-reporter.ts';
import type { Form } from './kept-seeds.ts';
import type { Round } from './round.ts';

const columns = ['revision', 'seed', 'documents', 'payments so far', 'faults injected', 'effects attempted', 'repeats suppressed so far', 'lost', 'done twice', 'other', 'recovery ms', 'schedule'] as const;
type Column = (typeof columns)[number];
export type Row = Record<Column, string>;

/** Rows of earlier runs: the report is the progress too, and a later run goes on from it. */
export function rowsOf(file: string | undefined): Row[] {
  if (file === undefined || !existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| revision') && !line.startsWith('| ---'));
  return lines.map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim())).map((cells) => Object.fromEntries(columns.map((column, index) => [column, cells[index] ?? ''])) as Row);
}

/** How a seed is named in the report: a schedule of payments as `p17`. */
function labelOf({ seed, form }: { seed: number; form?: 'payments' }): string {
  return form === 'payments' ? `p${seed}` : String(seed);
}

/** Those of the seeds that this revision has not played, or that have failed in it. */
export function seedsToPlay(file: string, revision: string, seeds: readonly number[], form: Form = 'day'): number[] {
  const held = new Set(rowsOf(file).filter((row) => row.revision === revision && holds(row)).map(({ seed }) => seed));
  return seeds.filter((seed) => !held.has(labelOf({ seed, ...(form === 'payments' ? { form } : {}) })));
}

function holds(row: Row): boolean {
  return (['lost', 'done twice', 'other'] as const).every((column) => row[column] === '0');
}

/** A disk is filled only where a file system may be mounted. */
const cannotBePlayed = /^- F20 .*: 0 passed, 0 failed, \d+ skipped$/;

/** Whether the tests of single faults were all played with this revision, and none has failed. */
export function faultsHeld(file: string, revision: string): boolean {
  const lines = playedIn(file).map((line) => line.trimEnd()).filter((line) => /^- F\d/.test(line) && line.includes(` at ${revision}: `));
  return lines.length > 0 && lines.every((line) => /: [1-9]\d* passed, 0 failed/.test(line) || cannotBePlayed.test(line));
}

export function addRound(file: string, revision: string, round: Round): void {
  const others = rowsOf(file).filter((row) => row.revision !== revision || row.seed !== labelOf(round));
  writeFileSync(file, `${reportOf([...others, rowOf(revision, round)])}${playedIn(file).join('')}`);
}

const faultsListed = Array.from({ length: 25 }, (_, index) => `F${index + 1}`);

/** Adds how the rows of the list of faults came out that a run has played; one line a row and revision. `all`: it was to play every row, so that one that is missing is told. */
export function addPlayed(file: string, revision: string, faults: readonly FaultRow[], { all = false } = {}): void {
  const missing = all ? faultsListed.filter((row) => !faults.some((played) => played.row === row)).map((row) => ({ row, passed: 0, failed: 0, skipped: 0 })) : [];
  const fresh = [...faults, ...missing].map(({ row, passed, failed, skipped }) => {
    const mark = `- ${row} at ${revision}: `;
    return { mark, line: `${mark}${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}${passed + failed + skipped === 0 ? ': not played' : ''}\n` };
  });
  const others = playedIn(file).filter((line) => !fresh.some(({ mark }) => line.startsWith(mark)));
  writeFileSync(file, `${reportOf(rowsOf(file))}${[...others, ...fresh.map(({ line }) => line)].join('')}`);
}

/** What one contender came to under a schedule that all of them play; counted in the ledgers of ERP and bank. */
export interface ContenderRow {
  faults: number;
  attempted: number;
  /** Sends of something that had been sent before. */
  repeated: number;
  lost: number;
  twice: number;
  recoveryMs: number;
}

/** Adds how ours or a peer stood a fault; one line a contender, fault and revision. */
export function addContender(file: string, revision: string, who: string, fault: string, { faults, attempted, repeated, lost, twice, recoveryMs }: ContenderRow): void {
  const mark = `- side by side at ${revision}: ${who}, ${fault}: `;
  const line = `${mark}${faults} faults injected, ${attempted} effects attempted, ${repeated} sent again, lost ${lost}, done twice ${twice}, recovered in ${recoveryMs} ms\n`;
  const others = playedIn(file).filter((other) => !other.startsWith(mark));
  writeFileSync(file, `${reportOf(rowsOf(file))}${[...others, line].join('')}`);
}

/** Adds a fault that cannot be played with a contender, and why. */
export function addNotPlayed(file: string, revision: string, who: string, fault: string, why: string): void {
  const line = `- side by side at ${revision}: ${who}, ${fault}: not played, ${why}\n`;
  writeFileSync(file, `${reportOf(rowsOf(file))}${[...playedIn(file).filter((other) => other !== line), line].join('')}`);
}

/** Adds what a fault was measured to cost; one line a fault and revision. */
export function addMeasured(file: string, revision: string, fault: string, text: string): void {
  const mark = `- measured at ${revision}: ${fault}: `;
  const others = playedIn(file).filter((other) => !other.startsWith(mark));
  writeFileSync(file, `${reportOf(rowsOf(file))}${[...others, `${mark}${text}\n`].join('')}`);
}

function playedIn(file: string): string[] {
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter((line) => /^- (F\d|side by side|measured)/.test(line)).map((line) => `${line}\n`) : [];
}

export function rowOf(revision: string, { seed, form, documents, faults, attempted, recoveryMs, judgement: { broken, paid, repeatsSuppressed } }: Round): Row {
  const lost = broken.filter((sentence) => /^I1: .*accepted|^I1: .*no process|^I3: .* not there$|^I3: .*(the bank has not|not confirmed for us)/.test(sentence)).length;
  const twice = broken.filter((sentence) => /^I2:|^I3: .* not posted for us$/.test(sentence)).length;
  const cells: (string | number)[] = [revision, labelOf({ seed, ...(form ? { form } : {}) }), documents, paid, faults.length, attempted, repeatsSuppressed, lost, twice, broken.length - lost - twice, recoveryMs, faults.join(', ')];
  return Object.fromEntries(columns.map((column, index) => [column, String(cells[index])])) as Row;
}

/** The newest revision's sums on top, every round below. */
export function reportOf(rows: readonly Row[]): string {
  const newest = rows.at(-1)?.revision ?? '';
  const own = rows.filter(({ revision }) => revision === newest);
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    '# Fault run\n',
    ...[sumsOf(newest, 'seeds', own.filter(({ seed }) => !isOfPayments(seed))), sumsOf(newest, 'seeds of payments', own.filter(({ seed }) => isOfPayments(seed)))].flatMap((sums) => (sums === undefined ? [] : [sums, ''])),
    line(columns),
    line(columns.map(() => '---')),
    ...rows.map((row) => line(columns.map((column) => row[column]))),
    '',
  ].join('\n');
}

function isOfPayments(seed: string): boolean {
  return seed.startsWith('p');
}

/** Undefined where none was played. A day counts on from day to day of its house, a seed of payments for itself. */
function sumsOf(revision: string, what: string, rows: readonly Row[]): string | undefined {
  if (rows.length === 0) return undefined;
  const sum = (column: Column) => rows.reduce((total, row) => total + Number(row[column]), 0);
  const recoveries = rows.map((row) => Number(row['recovery ms'])).sort((a, b) => a - b);
  const repeats: Column = 'repeats suppressed so far';
  const suppressed = rows.some(({ seed }) => isOfPayments(seed)) ? sum(repeats) : Math.max(...rows.map((row) => Number(row[repeats])));
  const percentile = (share: number) => recoveries[Math.min(recoveries.length - 1, Math.ceil(recoveries.length * share) - 1)] ?? 0;
  return `Revision ${revision}: ${rows.length} ${what}, ${sum('documents')} documents, ${sum('faults injected')} faults injected, ${sum('effects attempted')} effects attempted, ${suppressed} repeats suppressed; lost ${sum('lost')}, done twice ${sum('done twice')}, other faults ${sum('other')}; recovery p50 ${percentile(0.5)} ms, p95 ${percentile(0.95)} ms.`;
}
