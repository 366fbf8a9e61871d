import { parseArgs, type ParseArgsConfig } from 'node:util';
import { KontorError, problemOf, type Problem } from '../../domain/errors.ts';

/** Tells people what is wrong, where, and what to do next. */
export function tell(problem: Problem): void {
  const place = [problem.place?.file, problem.place?.line === undefined ? undefined : `line ${problem.place.line}`, problem.place?.path].filter(Boolean).join(' ');
  console.error(`${problem.code}: ${problem.message}${place && !problem.message.includes(place) ? ` (${place})` : ''}\n  ${problem.remedy}`);
}

/** Runs a verb; expected failures are told and end with exit code 1, wrong arguments with 2. */
export async function runVerb(usage: string, args: string[], options: ParseArgsConfig['options'], use: (values: Record<string, string | boolean | undefined>, positionals: string[]) => number | Promise<number>): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    console.log(usage);
    return 0;
  }
  let parsed: { values: Record<string, unknown>; positionals: string[] };
  try {
    parsed = parseArgs({ args, options: options ?? {}, allowPositionals: true });
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    return 2;
  }
  try {
    return await use(parsed.values as Record<string, string | boolean | undefined>, parsed.positionals);
  } catch (error) {
    if (!(error instanceof KontorError)) throw error;
    tell(problemOf(error));
    return 1;
  }
}

/** A number between `least` and `most`, or an error that names the option. */
export function numberOption(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < least || value > most) throw new KontorError('request-invalid', `${name} must be a number from ${least} to ${most}, not ${text}`, { place: { path: name } });
  return value;
}
