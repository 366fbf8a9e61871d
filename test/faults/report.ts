import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FaultRow } from '../support/summary-reporter.ts';
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

/** What a seed plays: a whole day, or payments alone. */
export type Form = 'day' | 'payments';

/** How a seed is named in the report: a schedule of payments as `p17`. */
function labelOf({ seed, form }: { seed: number; form?: 'payments' }): string {
  return form === 'payments' ? `p${seed}` : String(seed);
}

/** The seeds from 1 to `count` that this revision has not played yet. */
export function seedsToPlay(file: string, revision: string, count: number, form: Form = 'day'): number[] {
  const played = new Set(rowsOf(file).filter((row) => row.revision === revision).map(({ seed }) => seed));
  return Array.from({ length: count }, (_, index) => index + 1).filter((seed) => !played.has(labelOf({ seed, ...(form === 'payments' ? { form } : {}) })));
}

export function addRound(file: string, revision: string, round: Round): void {
  const others = rowsOf(file).filter((row) => row.revision !== revision || row.seed !== labelOf(round));
  writeFileSync(file, `${reportOf([...others, rowOf(revision, round)])}${playedIn(file).join('')}`);
}

/** Adds which rows of the list of faults a run has played, and how they came out; one line a row and revision. */
export function addPlayed(file: string, revision: string, faults: readonly FaultRow[]): void {
  const fresh = faults.map(({ row, passed, failed }) => ({ mark: `- ${row} at ${revision}: `, line: `- ${row} at ${revision}: ${passed} passed, ${failed} failed\n` }));
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

function playedIn(file: string): string[] {
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter((line) => /^- (F\d|side by side)/.test(line)).map((line) => `${line}\n`) : [];
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

const keptFile = join(import.meta.dirname, 'kept-seeds.json');

interface KeptSeed {
  seed: number;
  form?: 'payments';
  broken: string[];
}

/** Seeds that failed once; every run plays them again. */
export function keptSeeds(form: Form = 'day'): number[] {
  return (JSON.parse(readFileSync(keptFile, 'utf8')) as KeptSeed[]).filter((kept) => (kept.form ?? 'day') === form).map(({ seed }) => seed);
}

export function keepSeed(seed: number, broken: readonly string[], form: Form = 'day'): void {
  const kept = JSON.parse(readFileSync(keptFile, 'utf8')) as KeptSeed[];
  if (kept.some((entry) => entry.seed === seed && (entry.form ?? 'day') === form)) return;
  writeFileSync(keptFile, `${JSON.stringify([...kept, { seed, ...(form === 'payments' ? { form } : {}), broken: broken.slice(0, 5) }], undefined, 2)}\n`);
}
