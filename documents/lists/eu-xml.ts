import { countryCodes } from '../../domain/rules/screening/tables/countries.ts';
import type { BirthDate } from '../../domain/model/list-entry.ts';
import { readBirthDate, readListDate } from './dates.ts';
import { ListBuilder, type ListReading, type SourceFile } from './source.ts';
import { attribute, child, children, withXml, type ListElement } from './xml.ts';

/** The consolidated financial sanctions list of the European Union (FSF XML 1.1). Aliases with `strong="false"` are weak (M7). */
export function readEuXml(name: string, file: SourceFile): ListReading {
  const builder = new ListBuilder(name, 'eu-xml', [file]);
  return withXml(file, (root) => {
    for (const entity of children(root, 'sanctionEntity')) addEntry(builder, file, entity);
    return builder.finish(readListDate(attribute(root, 'generationDate')));
  });
}

function addEntry(builder: ListBuilder, file: SourceFile, entity: ListElement): void {
  const subject = child(entity, 'subjectType');
  const code = subject ? attribute(subject, 'code') || attribute(subject, 'classificationCode') : '';
  const aliases = children(entity, 'nameAlias');
  const genders = new Set(aliases.map((alias) => attribute(alias, 'gender')).filter((gender) => gender === 'M' || gender === 'F'));
  const reference = attribute(entity, 'euReferenceNumber');
  builder.add(
    {
      id: attribute(entity, 'logicalId'),
      ...(reference ? { reference } : {}),
      kind: /^(person|P)$/.test(code) ? 'person' : /^(enterprise|E)$/.test(code) ? 'organisation' : 'unknown',
      names: aliases.map((alias, at) => ({ text: nameOf(alias), quality: attribute(alias, 'strong') === 'false' ? ('weak' as const) : at === 0 ? ('primary' as const) : ('good' as const) })),
      birthDates: children(entity, 'birthdate').flatMap(birthDateOf),
      nationalities: children(entity, 'citizenship').flatMap((each) => countryCodes(attribute(each, 'countryIso2Code') || attribute(each, 'countryDescription'))),
      ...(genders.size === 1 ? { gender: genders.has('M') ? ('male' as const) : ('female' as const) } : {}),
      identifiers: children(entity, 'identification').flatMap((each) => {
        const value = attribute(each, 'number') || attribute(each, 'latinNumber');
        const country = attribute(each, 'countryIso2Code');
        return value ? [{ type: attribute(each, 'identificationTypeCode'), value, ...(country ? { country } : {}) }] : [];
      }),
      addresses: children(entity, 'address').map((address) => {
        const text = attribute(address, 'street');
        const city = attribute(address, 'city');
        const country = attribute(address, 'countryIso2Code');
        return { ...(text ? { text } : {}), ...(city ? { city } : {}), ...(country ? { country } : {}) };
      }),
      programmes: [...new Set(children(entity, 'regulation').map((regulation) => attribute(regulation, 'programme')).filter(Boolean))],
    },
    { file: file.path, line: entity.line },
  );
}

function nameOf(alias: ListElement): string {
  return attribute(alias, 'wholeName') || ['firstName', 'middleName', 'lastName'].map((part) => attribute(alias, part)).filter(Boolean).join(' ');
}

function birthDateOf(element: ListElement): BirthDate[] {
  if (attribute(element, 'calendarType') && attribute(element, 'calendarType') !== 'GREGORIAN') return [];
  const circa = attribute(element, 'circa') === 'true';
  const from = attribute(element, 'yearRangeFrom');
  const to = attribute(element, 'yearRangeTo');
  const date = readBirthDate(attribute(element, 'birthdate') || (from && to ? `${from} to ${to}` : attribute(element, 'year')), circa);
  return date ? [date] : [];
}
