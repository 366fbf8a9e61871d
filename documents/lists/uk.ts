import { countryCodes } from '../../domain/rules/screening/tables/countries.ts';
import type { EntryKind, ListedName } from '../../domain/model/list-entry.ts';
import { byHeader, readCsv, type CsvRow } from './csv.ts';
import { readBirthDate, readListDate } from './dates.ts';
import { ListBuilder, type EntryDraft, type ListReading, type SourceFile } from './source.ts';
import { child, children, textOf, withXml, type ListElement } from './xml.ts';

const kinds: Record<string, EntryKind> = { individual: 'person', entity: 'organisation', ship: 'vessel' };
const nameParts = ['Name1', 'Name2', 'Name3', 'Name4', 'Name5', 'Name6'];

/** The UK Sanctions List in XML, the only UK list since 28 January 2026 (L24). `Name6` is the family name or the name of an entity. */
export function readUkXml(name: string, file: SourceFile): ListReading {
  const builder = new ListBuilder(name, 'uk-xml', [file]);
  return withXml(file, (root) => {
    for (const designation of children(root, 'Designation')) addDesignation(builder, file, designation);
    return builder.finish(readListDate(textOf(root, 'DateGenerated')));
  });
}

function addDesignation(builder: ListBuilder, file: SourceFile, designation: ListElement): void {
  const person = nested(designation, 'IndividualDetails', 'Individual')[0];
  const ship = nested(designation, 'ShipDetails', 'Ship')[0];
  const gender = nested(person, 'Genders', 'Gender')[0]?.content.trim().toLowerCase();
  const reference = textOf(designation, 'OFSIGroupID');
  builder.add(
    {
      id: textOf(designation, 'UniqueID'),
      ...(reference ? { reference } : {}),
      kind: kinds[textOf(designation, 'IndividualEntityShip').toLowerCase()] ?? 'unknown',
      names: [...nested(designation, 'Names', 'Name').map(nameOf), ...nested(designation, 'NonLatinNames', 'NonLatinName').map((each): ListedName => ({ text: textOf(each, 'NameNonLatinScript'), quality: 'original' }))],
      birthDates: nested(person, 'DOBs', 'DOB').flatMap((dob) => readBirthDate(dob.content) ?? []),
      nationalities: nested(person, 'Nationalities', 'Nationality').flatMap((each) => countryCodes(each.content)),
      ...(gender === 'male' || gender === 'female' ? { gender } : {}),
      identifiers: [
        ...nested(person, 'PassportDetails', 'Passport').map((each) => ({ type: 'Passport', value: textOf(each, 'PassportNumber') })),
        ...nested(person, 'NationalIdentifierDetails', 'NationalIdentifier').map((each) => ({ type: 'National identifier', value: textOf(each, 'NationalIdentifierNumber') })),
        ...nested(ship, 'IMONumbers', 'IMONumber').map((each) => ({ type: 'IMO', value: each.content.trim() })),
      ].filter((each) => each.value !== ''),
      addresses: nested(designation, 'Addresses', 'Address').map((address) => {
        const text = ['AddressLine1', 'AddressLine2', 'AddressLine3', 'AddressLine4', 'AddressLine5'].map((line) => textOf(address, line)).filter(Boolean).join(', ');
        const city = textOf(address, 'AddressLine6');
        const country = textOf(address, 'AddressCountry');
        return { ...(text ? { text } : {}), ...(city ? { city } : {}), ...(country ? { country } : {}) };
      }),
      programmes: [textOf(designation, 'RegimeName')].filter(Boolean),
    },
    { file: file.path, line: designation.line },
  );
}

function nested(element: ListElement | undefined, list: string, item: string): ListElement[] {
  const found = element && child(element, list);
  return found ? children(found, item) : [];
}

function nameOf(name: ListElement): ListedName {
  const text = nameParts.map((part) => textOf(name, part)).filter(Boolean).join(' ');
  return { text, quality: qualityOf(textOf(name, 'NameType'), textOf(name, 'AliasStrength')) };
}

function qualityOf(type: string, strength: string): ListedName['quality'] {
  if (/low|weak/i.test(strength)) return 'weak';
  return /primary/i.test(type) && !/variation/i.test(type) ? 'primary' : 'good';
}

/** The same list as CSV: a first row with the report's date, then the header, then one row a name. */
export function readUkCsv(name: string, file: SourceFile): ListReading {
  const builder = new ListBuilder(name, 'uk-csv', [file]);
  const raw = readCsv({ ...file, bytes: withoutTitle(file.bytes) });
  const { get, rows } = byHeader(file, raw);
  const groups = new Map<string, CsvRow[]>();
  rows.forEach((row, at) => {
    const id = get(row, 'Unique ID') || `row ${at + 1}`;
    groups.set(id, [...(groups.get(id) ?? []), row]);
  });
  for (const [id, group] of groups) builder.add(draftOf(id, group, get), { file: file.path, line: group[0]!.line });
  const title = new TextDecoder('latin1').decode(file.bytes.subarray(0, 200));
  return builder.finish(readListDate(/Report Date:?,?\s*"?([^,"\r\n]+)/i.exec(title)?.[1]));
}

function withoutTitle(bytes: Uint8Array): Uint8Array {
  const start = new TextDecoder('latin1').decode(bytes.subarray(0, 200));
  return /^\S*Report Date/i.test(start) ? bytes.subarray(start.indexOf('\n') + 1) : bytes;
}

function draftOf(id: string, rows: CsvRow[], get: (row: CsvRow, ...names: string[]) => string): EntryDraft {
  const all = (...names: string[]): string[] => [...new Set(rows.map((row) => get(row, ...names)).filter(Boolean))];
  const gender = all('Gender')[0]?.toLowerCase();
  const reference = all('OFSI Group ID')[0];
  return {
    id,
    ...(reference ? { reference } : {}),
    kind: kinds[(all('Designation Type', 'Individual, Entity, Ship')[0] ?? '').toLowerCase()] ?? 'unknown',
    names: rows.flatMap((row): ListedName[] => [
      { text: nameParts.map((part) => get(row, part)).filter(Boolean).join(' '), quality: qualityOf(get(row, 'Name type'), get(row, 'Alias strength')) },
      { text: get(row, 'Name non-latin script'), quality: 'original' },
    ]),
    birthDates: all('D.O.B', 'DOB').flatMap((text) => readBirthDate(text) ?? []),
    nationalities: all('Nationality(/ies)', 'Nationality').flatMap((text) => text.split('/').flatMap(countryCodes)),
    ...(gender === 'male' || gender === 'female' ? { gender } : {}),
    identifiers: [
      ...all('Passport number').map((value) => ({ type: 'Passport', value })),
      ...all('National Identifier number').map((value) => ({ type: 'National identifier', value })),
      ...all('IMO number').map((value) => ({ type: 'IMO', value })),
    ],
    addresses: all('Address Country').map((country) => ({ country })),
    programmes: all('Regime Name'),
  };
}
