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

/** The seeds from 1 to `count` that this revision has not played yet. */
export function seedsToPlay(file: string, revision: string, count: number): number[] {
  const played = new Set(rowsOf(file).filter((row) => row.revision === revision).map(({ seed }) => Number(seed)));
  return Array.from({ length: count }, (_, index) => index + 1).filter((seed) => !played.has(seed));
}

export function addRound(file: string, revision: string, round: Round): void {
  const others = rowsOf(file).filter((row) => row.revision !== revision || row.seed !== String(round.seed));
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

export function rowOf(revision: string, { seed, documents, faults, attempted, recoveryMs, judgement: { broken, paid, repeatsSuppressed } }: Round): Row {
  const lost = broken.filter((sentence) => /^I1: .*accepted|^I1: .*no process|^I3: .* not there$|^I3: .*(the bank has not|not confirmed for us)/.test(sentence)).length;
  const twice = broken.filter((sentence) => /^I2:|^I3: .* not posted for us$/.test(sentence)).length;
  const cells: (string | number)[] = [revision, seed, documents, paid, faults.length, attempted, repeatsSuppressed, lost, twice, broken.length - lost - twice, recoveryMs, faults.join(', ')];
  return Object.fromEntries(columns.map((column, index) => [column, String(cells[index])])) as Row;
}

/** The newest revision's sums on top, every round below. */
export function reportOf(rows: readonly Row[]): string {
  const newest = rows.at(-1)?.revision ?? '';
  const own = rows.filter(({ revision }) => revision === newest);
  const sum = (column: Column) => own.reduce((total, row) => total + Number(row[column]), 0);
  const recoveries = own.map((row) => Number(row['recovery ms'])).sort((a, b) => a - b);
  const percentile = (share: number) => recoveries[Math.min(recoveries.length - 1, Math.ceil(recoveries.length * share) - 1)] ?? 0;
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    '# Fault run\n',
    `Revision ${newest}: ${own.length} seeds, ${sum('documents')} documents, ${sum('faults injected')} faults injected, ${sum('effects attempted')} effects attempted, ${Math.max(0, ...own.map((row) => Number(row['repeats suppressed so far'])))} repeats suppressed; lost ${sum('lost')}, done twice ${sum('done twice')}, other faults ${sum('other')}; recovery p50 ${percentile(0.5)} ms, p95 ${percentile(0.95)} ms.`,
    '',
    line(columns),
    line(columns.map(() => '---')),
    ...rows.map((row) => line(columns.map((column) => row[column]))),
    '',
  ].join('\n');
}

const keptFile = join(import.meta.dirname, 'kept-seeds.json');

/** Seeds that failed once; every run plays them again. */
export function keptSeeds(): number[] {
  return (JSON.parse(readFileSync(keptFile, 'utf8')) as { seed: number }[]).map(({ seed }) => seed);
}

export function keepSeed(seed: number, broken: readonly string[]): void {
  const kept = JSON.parse(readFileSync(keptFile, 'utf8')) as { seed: number; broken: string[] }[];
  if (kept.some((entry) => entry.seed === seed)) return;
  writeFileSync(keptFile, `${JSON.stringify([...kept, { seed, broken: broken.slice(0, 5) }], undefined, 2)}\n`);
}
