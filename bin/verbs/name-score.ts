// scores how alike two names are and says why
import { readFileSync, statSync } from 'node:fs';
import { KontorError } from '../../domain/errors.ts';
import { byHeader, readCsv } from '../../documents/lists/csv.ts';
import { scorePair } from '../../domain/rules/screening/score-pair.ts';
import type { NameKind } from '../../domain/rules/screening/parse-name.ts';
import { runVerb } from '../screening/arguments.ts';
import { readProfile } from '../screening/profiles.ts';

const usage = `kontor name-score "A" "B" [--kind person|company|vessel] [--profile qualified|ofac-parity] [--json]
kontor name-score --pairs FILE.csv [--profile P]

Prints the score of two names, 0 to 1 (0 to 100 with ofac-parity), and the contributions that add up to it; B is the listed name.
--pairs reads the columns id,kind,a,b and prints a JSON line {id, score, match} a pair.

Exit code: 0 scored; 1 the pairs cannot be read; 2 wrong arguments.`;

const kinds: Record<string, NameKind> = { person: 'person', individual: 'person', company: 'organisation', organisation: 'organisation', organization: 'organisation', legalentity: 'organisation', entity: 'organisation', publicbody: 'organisation', vessel: 'object', aircraft: 'object', airplane: 'object', object: 'object', '': 'person' };

export async function run(args: string[]): Promise<number> {
  const text = { type: 'string' as const };
  return runVerb(usage, args, { kind: text, profile: text, pairs: text, json: { type: 'boolean' } }, (values, names) => {
    const profile = readProfile(String(values['profile'] ?? 'qualified'));
    if (values['pairs']) {
      scorePairs(String(values['pairs']), profile);
      return 0;
    }
    if (names.length !== 2) {
      console.error(`two names are needed\n\n${usage}`);
      return 2;
    }
    const result = scorePair(names[0]!, names[1]!, kindOf(String(values['kind'] ?? 'person'), '--kind'), profile);
    console.log(values['json'] ? JSON.stringify(result) : asText(result));
    return 0;
  });
}

function scorePairs(path: string, profile: ReturnType<typeof readProfile>): void {
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) throw new KontorError('screening-input-invalid', `There is no file ${path}`, { place: { file: path } });
  const file = { path, bytes: readFileSync(path), modified: '' };
  const { get, rows, has } = byHeader(file, readCsv(file));
  for (const column of ['id', 'kind', 'a', 'b']) if (!has(column)) throw new KontorError('screening-input-invalid', `${path} has no column ${column}`, { place: { file: path, line: 1, path: column } });
  for (const row of rows) {
    const kind = kindOf(get(row, 'kind'), `${path} line ${row.line}`);
    const { score, match } = scorePair(get(row, 'a'), get(row, 'b'), kind, profile);
    process.stdout.write(`${JSON.stringify({ id: get(row, 'id'), score, match })}\n`);
  }
}

function kindOf(text: string, place: string): NameKind {
  const kind = kinds[text.toLowerCase()];
  if (!kind) throw new KontorError('screening-input-invalid', `${place}: ${text} is no kind; use person, company or vessel`, { place: { path: place } });
  return kind;
}

function asText({ score, match, contributions }: ReturnType<typeof scorePair>): string {
  const lines = contributions.map((each) => `  ${each.points >= 0 ? '+' : '-'}${Math.abs(each.points).toFixed(4).padStart(8)}  ${each.code.padEnd(20)} ${each.because}`);
  return [`${score}  ${match ? 'match' : 'no match'}`, ...lines].join('\n');
}
