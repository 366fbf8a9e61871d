// screens a CSV of names against a folder of sanctions lists, one JSON line a name
import { readFileSync, statSync } from 'node:fs';
import { KontorError } from '../../domain/errors.ts';
import { readNames } from '../../documents/lists/names-csv.ts';
import { numberOption, runVerb, tell } from '../screening/arguments.ts';
import { screenAll } from '../screening/batch.ts';
import { readListFolder } from '../screening/list-folder.ts';
import { readProfile } from '../screening/profiles.ts';

const usage = `kontor screen --lists DIR --names FILE.csv [--profile qualified|ofac-parity] [--threshold T] [--today DATE] [--max-age-days N] [--workers N]

Screens every name against all lists of the folder and prints a JSON line a name:
  {id, state, best?: {entry, list, score, name, reasons}, hits, notes?}
States: CLEAR, HIT, REVIEW (the name cannot be searched), STALE (a list is too old), ERROR (a list or row cannot be read).

  --lists         folder with OFAC, UN, EU, UK, FollowTheMoney or company CSV lists
  --names         columns id,name and, as far as known, kind,dob,country,gender,identifier
  --threshold     score from which a name is a hit: 0 to 1, or 0 to 100 with ofac-parity
  --today         date by which the age of the lists is judged (default: today)
  --max-age-days  age from which nobody is CLEAR (default: of the profile)

Exit code: 0 all CLEAR; 10 some HIT; 11 some REVIEW; 12 some STALE; 13 some ERROR (the gravest of them); 1 nothing could be screened; 2 wrong arguments.`;

const exitCodes = { CLEAR: 0, HIT: 10, REVIEW: 11, STALE: 12, ERROR: 13 } as const;

export async function run(args: string[]): Promise<number> {
  const text = { type: 'string' as const };
  return runVerb(usage, args, { lists: text, names: text, profile: text, threshold: text, today: text, 'max-age-days': text, workers: text }, async (values) => {
    if (!values['lists'] || !values['names']) {
      console.error(`--lists and --names are needed\n\n${usage}`);
      return 2;
    }
    const profile = readProfile(String(values['profile'] ?? 'qualified'));
    const top = profile.profile === 'qualified' ? 1 : 100;
    const task = {
      profile: { ...profile, ...(values['max-age-days'] ? { longestListAgeDays: numberOption('--max-age-days', String(values['max-age-days']), 1, 100_000) } : {}) },
      ...(values['threshold'] ? { threshold: numberOption('--threshold', String(values['threshold']), 0, top) } : {}),
      today: dateOption(values['today']),
    };
    const rows = readNames(namesFile(String(values['names'])));
    const { lists, gaps, problems, notes } = readListFolder(String(values['lists']));
    problems.forEach(tell);
    notes.forEach((note) => console.error(note));
    let exitCode = 0;
    await screenAll({ lists, gaps, ...task }, rows, values['workers'] ? numberOption('--workers', String(values['workers']), 1, 64) : undefined, (line, state) => {
      process.stdout.write(`${line}\n`);
      exitCode = Math.max(exitCode, exitCodes[state]);
    });
    return exitCode;
  });
}

function namesFile(path: string): { path: string; bytes: Uint8Array; modified: string } {
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) throw new KontorError('screening-input-invalid', `There is no file ${path}`, { place: { file: path } });
  const bytes = readFileSync(path);
  if (bytes.length === 0) throw new KontorError('screening-input-invalid', `${path} is empty`, { place: { file: path } });
  return { path, bytes, modified: '' };
}

function dateOption(value: string | boolean | undefined): string {
  if (value === undefined) return new Date().toISOString().slice(0, 10);
  const text = String(value);
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || Number.isNaN(Date.parse(text)) || new Date(text).toISOString().slice(0, 10) !== text) throw new KontorError('request-invalid', `--today must be a date such as 2026-11-20, not ${text}`, { place: { path: '--today' } });
  return text;
}
