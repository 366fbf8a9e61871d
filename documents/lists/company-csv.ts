import { countryCodes } from '../../domain/rules/screening/tables/countries.ts';
import type { EntryKind } from '../../domain/model/list-entry.ts';
import { byHeader, readCsv } from './csv.ts';
import { readBirthDate, readListDate } from './dates.ts';
import { ListBuilder, type ListReading, type SourceFile } from './source.ts';

const kinds: Record<string, EntryKind> = { person: 'person', individual: 'person', company: 'organisation', organisation: 'organisation', organization: 'organisation', entity: 'organisation', vessel: 'vessel', aircraft: 'aircraft', '': 'unknown' };

/**
 * A list of the company's own: columns `id,name` and, as far as known, `kind,aliases,weak_aliases,dob,country,gender,identifiers,programme,list_date`.
 * Several values in one field are parted by `;`. `dob` that is no date refuses the entry, so that nobody believes it is checked.
 */
export function readCompanyCsv(name: string, file: SourceFile): ListReading {
  const builder = new ListBuilder(name, 'company-csv', [file]);
  const { get, rows } = byHeader(file, readCsv(file));
  let date: string | undefined;
  rows.forEach((row) => {
    const several = (...columns: string[]): string[] => get(row, ...columns).split(';').map((each) => each.trim()).filter(Boolean);
    const place = { file: file.path, line: row.line };
    const births = several('dob', 'date_of_birth').map((text) => ({ text, date: readBirthDate(text) }));
    const unreadable = births.find((birth) => !birth.date);
    const gender = get(row, 'gender').toLowerCase();
    date = readListDate(get(row, 'list_date')) ?? date;
    builder.add(
      {
        id: get(row, 'id'),
        kind: kinds[get(row, 'kind').toLowerCase()] ?? 'unknown',
        names: [
          { text: get(row, 'name'), quality: 'primary' },
          ...several('aliases', 'alias').map((text) => ({ text, quality: 'good' as const })),
          ...several('weak_aliases').map((text) => ({ text, quality: 'weak' as const })),
        ],
        birthDates: births.flatMap((birth) => birth.date ?? []),
        nationalities: several('country', 'nationality').flatMap(countryCodes),
        ...(gender === 'male' || gender === 'female' ? { gender } : {}),
        identifiers: several('identifiers', 'identifier').map((text) => {
          const typed = /^([^:]+):(.+)$/.exec(text);
          return typed ? { type: typed[1]!.trim(), value: typed[2]!.trim() } : { type: 'id', value: text };
        }),
        addresses: [],
        programmes: several('programme', 'program'),
      },
      place,
    );
    if (unreadable) builder.refuse('list-entry-invalid', `Entry ${get(row, 'id')}: ${unreadable.text} is no date of birth`, place);
  });
  return builder.finish(date);
}
