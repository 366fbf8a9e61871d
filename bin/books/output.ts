import { KontorError, type Problem } from '../../domain/errors.ts';

export type Cell = string | number;

/** Columns that line up, numbers to the right; for people. */
export function table(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const texts = [header, ...rows.map((row) => row.map(String))];
  const widths = header.map((_, column) => Math.max(...texts.map((row) => (row[column] ?? '').length)));
  const right = header.map((_, column) => rows.length > 0 && rows.every((row) => /^$|^-?[\d.,]+( [A-Z]{3})?$/.test(String(row[column] ?? ''))));
  return texts.map((row) => row.map((cell, column) => (right[column] ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!))).join('  ').trimEnd()).join('\n');
}

/** CSV for spreadsheets: text that a spreadsheet would run as a formula is disarmed with an apostrophe. */
export function csv(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return [header, ...rows].map((row) => row.map((cell) => csvCell(String(cell))).join(',')).join('\n');
}

function csvCell(text: string): string {
  const safe = /^[=+@\t\r]|^-(?!\d)/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Objects with exact integers as text, one a line. */
export function jsonLine(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) => (typeof member === 'bigint' ? member.toString() : member));
}

export function print(text: string): void {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
}

/** What is wrong with an input of any length: the first problems in full, the others counted. */
export class ProblemList {
  readonly first: Problem[] = [];
  count = 0;

  add(problem: Problem): void {
    this.count++;
    if (this.first.length < 1_000) this.first.push(problem);
  }
}

export function reportProblems(problems: ProblemList): void {
  for (const { message, remedy, place, code } of problems.first) process.stderr.write(`${placed(message, place)} ${remedy} [${code}]\n`);
  if (problems.count > problems.first.length) process.stderr.write(`… and ${problems.count - problems.first.length} more problems\n`);
}

/** Says where before saying what, unless the message does so itself. */
export function placed(message: string, place: Problem['place']): string {
  if (!place?.line || message.includes(`line ${place.line}`)) return message;
  return `${[place.file, `line ${place.line}`, place.column && `column ${place.column}`].filter(Boolean).join(', ')}: ${message}`;
}

/** Runs a verb: expected failures and wrong arguments become sentences and exit codes (1 refused, 2 usage). */
export async function runVerb(usage: string, args: string[], verb: () => Promise<number>): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    print(usage);
    return 0;
  }
  // A reader who has seen enough, as `head` has, is no failure of ours.
  process.stdout.once('error', (error: { code?: string }) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  try {
    return await verb();
  } catch (error) {
    if (error instanceof KontorError) {
      process.stderr.write(`${placed(error.message, error.place)} [${error.code}]\n`);
      return 1;
    }
    if (error instanceof UsageError || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS')) {
      process.stderr.write(`${(error as Error).message}\n\n${usage}\n`);
      return 2;
    }
    if ((error as { code?: string }).code === 'ENOENT') {
      process.stderr.write(`There is no file ${(error as { path?: string }).path}.\n`);
      return 2;
    }
    throw error;
  }
}

export class UsageError extends Error {
  override name = 'UsageError';
}
