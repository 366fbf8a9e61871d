import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Round } from './round.ts';

const heading = '# Fault run\n';
const columns = ['seed', 'faults injected', 'cases so far', 'documents so far', 'repeats suppressed so far', 'lost', 'done twice', 'other', 'recovery ms', 'schedule'];

/** Rows of earlier runs: the report is the progress too, and a later run goes on after its last seed. */
export function rowsOf(file: string | undefined): string[][] {
  if (file === undefined || !existsSync(file)) return [];
  return readFileSync(file, 'utf8').split('\n').filter((line) => /^\| \d/.test(line)).map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim()));
}

/** The seeds of this run: `count` of them after the last one that the report knows. */
export function nextSeeds(file: string | undefined, count: number): number[] {
  const last = Math.max(0, ...rowsOf(file).map(([seed]) => Number(seed)));
  return Array.from({ length: count }, (_, index) => last + index + 1);
}

export function addRound(file: string, round: Round): void {
  writeFileSync(file, reportOf([...rowsOf(file), rowOf(round)]));
}

export function rowOf({ seed, faults, recoveryMs, judgement: { broken, cases, posted, repeatsSuppressed } }: Round): string[] {
  const count = (...rules: string[]) => broken.filter((sentence) => rules.some((rule) => sentence.startsWith(`${rule}:`))).length;
  const lost = broken.filter((sentence) => /^I1:|^I3: .* not there$/.test(sentence)).length;
  const twice = count('I2') + broken.filter((sentence) => /^I3: .* not posted for us$/.test(sentence)).length;
  return [seed, faults.length, cases, posted, repeatsSuppressed, lost, twice, broken.length - lost - twice, recoveryMs, faults.join(', ')].map(String);
}

export function reportOf(rows: string[][]): string {
  const sum = (column: string) => rows.reduce((total, row) => total + Number(row[columns.indexOf(column)]), 0);
  const recoveries = rows.map((row) => Number(row[columns.indexOf('recovery ms')])).sort((a, b) => a - b);
  const percentile = (share: number) => recoveries[Math.min(recoveries.length - 1, Math.ceil(recoveries.length * share) - 1)] ?? 0;
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  return [
    heading,
    `${rows.length} seeds, ${sum('faults injected')} faults injected; lost ${sum('lost')}, done twice ${sum('done twice')}, other faults ${sum('other')}; recovery p50 ${percentile(0.5)} ms, p95 ${percentile(0.95)} ms.`,
    '',
    line(columns),
    line(columns.map(() => '---')),
    ...rows.map(line),
    '',
  ].join('\n');
}
