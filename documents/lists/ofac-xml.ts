import { KontorError } from '../../domain/errors.ts';
import { countryCodes } from '../../domain/rules/screening/tables/countries.ts';
import type { EntryKind, ListedName } from '../../domain/model/list-entry.ts';
import { readBirthDate, readListDate } from './dates.ts';
import { ListBuilder, type ListReading, type SourceFile } from './source.ts';
import { child, children, textOf, withXml, type ListElement } from './xml.ts';

const kinds: Record<string, EntryKind> = { Individual: 'person', Entity: 'organisation', Vessel: 'vessel', Aircraft: 'aircraft' };

/** The OFAC list in XML (`sdnList`, also the consolidated non-SDN list). The file says how many records it holds: fewer means it is cut. */
export function readOfacXml(name: string, file: SourceFile): ListReading {
  const builder = new ListBuilder(name, 'ofac-xml', [file]);
  return withXml(file, (root) => {
    const entries = children(root, 'sdnEntry');
    const publication = child(root, 'publshInformation') ?? child(root, 'publishInformation');
    const announced = Number(textOf(publication, 'Record_Count') || entries.length);
    if (announced !== entries.length) throw new KontorError('list-cut', `${file.path} announces ${announced} records and holds ${entries.length}`, { place: { file: file.path, path: 'Record_Count' } });
    for (const entry of entries) addEntry(builder, file, entry);
    return builder.finish(readListDate(textOf(publication, 'Publish_Date'), 'month-first'));
  });
}

function addEntry(builder: ListBuilder, file: SourceFile, entry: ListElement): void {
  const ids = items(entry, 'idList', 'id').map((id) => ({ type: textOf(id, 'idType'), value: textOf(id, 'idNumber'), country: textOf(id, 'idCountry') }));
  const gender = ids.find((id) => id.type === 'Gender')?.value.toLowerCase();
  builder.add(
    {
      id: textOf(entry, 'uid'),
      kind: kinds[textOf(entry, 'sdnType')] ?? 'unknown',
      names: [{ text: fullName(entry), quality: 'primary' as const }, ...items(entry, 'akaList', 'aka').map(aliasOf)],
      birthDates: items(entry, 'dateOfBirthList', 'dateOfBirthItem').flatMap((item) => readBirthDate(textOf(item, 'dateOfBirth')) ?? []),
      nationalities: [...items(entry, 'nationalityList', 'nationality'), ...items(entry, 'citizenshipList', 'citizenship')].flatMap((each) => countryCodes(textOf(each, 'country'))),
      ...(gender === 'male' || gender === 'female' ? { gender } : {}),
      identifiers: ids.filter((id) => id.value && id.type !== 'Gender').map(({ country, ...id }) => ({ ...id, ...(country ? { country } : {}) })),
      addresses: items(entry, 'addressList', 'address').map((address) => {
        const text = ['address1', 'address2', 'address3'].map((part) => textOf(address, part)).filter(Boolean).join(', ');
        const city = textOf(address, 'city');
        const country = textOf(address, 'country');
        return { ...(text ? { text } : {}), ...(city ? { city } : {}), ...(country ? { country } : {}) };
      }),
      programmes: items(entry, 'programList', 'program').map((programme) => programme.content.trim()),
    },
    { file: file.path, line: entry.line },
  );
}

function items(entry: ListElement, list: string, item: string): ListElement[] {
  const found = child(entry, list);
  return found ? children(found, item) : [];
}

/** `FAMILY, Given` as in the delimited form, so that the family name stays marked. */
function fullName(element: ListElement): string {
  return [textOf(element, 'lastName'), textOf(element, 'firstName')].filter(Boolean).join(', ');
}

function aliasOf(aka: ListElement): ListedName {
  return { text: fullName(aka), quality: textOf(aka, 'category') === 'weak' ? 'weak' : 'good' };
}
