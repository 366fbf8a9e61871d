import { KontorError, problem, type Problem } from '../../domain/errors.ts';
import type { ScreeningQuery } from '../../domain/model/screening.ts';
import { byHeader, readCsv } from './csv.ts';
import { readBirthDate } from './dates.ts';
import type { SourceFile } from './source.ts';

const kinds: Record<string, ScreeningQuery['kind']> = {
  '': 'unknown', unknown: 'unknown', legalentity: 'unknown', person: 'person', individual: 'person', company: 'organisation', organisation: 'organisation', organization: 'organisation', entity: 'organisation', vessel: 'vessel', ship: 'vessel', aircraft: 'aircraft', airplane: 'aircraft',
};

/** A name to screen, or why its row cannot be screened. */
export interface NameRow {
  query: ScreeningQuery;
  problem?: Problem;
}

/** Names to screen: columns `id,name` and, as far as known, `kind,dob,country,gender,identifier`. A date that does not exist refuses its row only. */
export function readNames(file: SourceFile): NameRow[] {
  const csv = readCsv(file);
  const { get, rows, has } = byHeader(file, csv);
  for (const column of ['id', 'name']) if (!has(column)) throw new KontorError('screening-input-invalid', `${file.path} has no column ${column}`, { place: { file: file.path, line: 1, path: column } });
  return rows.map((row) => {
    const id = get(row, 'id');
    const refuse = (path: string, message: string): NameRow => ({ query: { id, name: get(row, 'name'), kind: 'unknown' }, problem: problem('screening-input-invalid', message, { file: file.path, line: row.line, path }) });
    const kind = kinds[get(row, 'kind', 'schema').toLowerCase()];
    if (!kind) return refuse('kind', `line ${row.line}: ${get(row, 'kind', 'schema')} is no kind; use person, company, vessel or aircraft`);
    const dob = get(row, 'dob', 'date_of_birth');
    const birthDate = dob ? readBirthDate(dob) : undefined;
    if (dob && !birthDate) return refuse('dob', `line ${row.line}: ${dob} is no date of birth`);
    const countries = get(row, 'country', 'nationality').split(';').map((each) => each.trim()).filter(Boolean);
    const gender = get(row, 'gender').toLowerCase();
    const identifiers = get(row, 'identifier', 'identifiers').split(';').map((each) => each.trim()).filter(Boolean);
    return {
      query: {
        id,
        name: get(row, 'name'),
        kind,
        ...(birthDate ? { birthDate } : {}),
        ...(countries.length > 0 ? { countries } : {}),
        ...(gender === 'male' || gender === 'female' ? { gender } : {}),
        ...(identifiers.length > 0 ? { identifiers: identifiers.map(identifierOf) } : {}),
      },
    };
  });
}

function identifierOf(text: string): { type?: string; value: string } {
  const typed = /^([^:]+):(.+)$/.exec(text);
  return typed ? { type: typed[1]!.trim(), value: typed[2]!.trim() } : { value: text };
}
