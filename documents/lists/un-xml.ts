import { countryCodes } from '../../domain/rules/screening/tables/countries.ts';
import type { BirthDate, ListedName } from '../../domain/model/list-entry.ts';
import { readBirthDate, readListDate } from './dates.ts';
import { ListBuilder, type ListReading, type SourceFile } from './source.ts';
import { attribute, child, children, textOf, withXml, type ListElement } from './xml.ts';

/** The consolidated list of the United Nations Security Council. Aliases of quality `Low` are weak (M7). */
export function readUnXml(name: string, file: SourceFile): ListReading {
  const builder = new ListBuilder(name, 'un-xml', [file]);
  return withXml(file, (root) => {
    for (const person of children(child(root, 'INDIVIDUALS') ?? root, 'INDIVIDUAL')) addEntry(builder, file, person, 'INDIVIDUAL');
    for (const entity of children(child(root, 'ENTITIES') ?? root, 'ENTITY')) addEntry(builder, file, entity, 'ENTITY');
    return builder.finish(readListDate(attribute(root, 'dateGenerated')));
  });
}

function addEntry(builder: ListBuilder, file: SourceFile, element: ListElement, tag: 'INDIVIDUAL' | 'ENTITY'): void {
  const gender = textOf(element, 'GENDER').toLowerCase();
  const reference = textOf(element, 'REFERENCE_NUMBER');
  builder.add(
    {
      id: textOf(element, 'DATAID'),
      ...(reference ? { reference } : {}),
      kind: tag === 'INDIVIDUAL' ? 'person' : 'organisation',
      names: namesOf(element, tag),
      birthDates: children(element, `${tag}_DATE_OF_BIRTH`).flatMap(birthDateOf),
      nationalities: children(element, 'NATIONALITY').flatMap((each) => children(each, 'VALUE')).flatMap((value) => countryCodes(value.content)),
      ...(gender === 'male' || gender === 'female' ? { gender } : {}),
      identifiers: children(element, `${tag}_DOCUMENT`).flatMap((document) => {
        const value = textOf(document, 'NUMBER');
        const country = textOf(document, 'ISSUING_COUNTRY');
        return value ? [{ type: textOf(document, 'TYPE_OF_DOCUMENT') || textOf(document, 'TYPE_OF_DOCUMENT2'), value, ...(country ? { country } : {}) }] : [];
      }),
      addresses: children(element, `${tag}_ADDRESS`).flatMap((address) => {
        const text = [textOf(address, 'STREET'), textOf(address, 'STATE_PROVINCE')].filter(Boolean).join(', ');
        const city = textOf(address, 'CITY');
        const country = textOf(address, 'COUNTRY');
        return text || city || country ? [{ ...(text ? { text } : {}), ...(city ? { city } : {}), ...(country ? { country } : {}) }] : [];
      }),
      programmes: [textOf(element, 'UN_LIST_TYPE')].filter(Boolean),
    },
    { file: file.path, line: element.line },
  );
}

function namesOf(element: ListElement, tag: string): ListedName[] {
  const primary = ['FIRST_NAME', 'SECOND_NAME', 'THIRD_NAME', 'FOURTH_NAME'].map((part) => textOf(element, part)).filter(Boolean).join(' ');
  const aliases = children(element, `${tag}_ALIAS`).flatMap((alias): ListedName[] =>
    textOf(alias, 'ALIAS_NAME')
      .split(';')
      .map((text) => ({ text: text.trim(), quality: textOf(alias, 'QUALITY') === 'Low' ? ('weak' as const) : ('good' as const) })),
  );
  const original = textOf(element, 'NAME_ORIGINAL_SCRIPT')
    .split(/[;؛]|\n/)
    .map((text): ListedName => ({ text: text.trim(), quality: 'original' }));
  return [{ text: primary, quality: 'primary' as const }, ...original, ...aliases].filter((each) => each.text !== '');
}

function birthDateOf(element: ListElement): BirthDate[] {
  const type = textOf(element, 'TYPE_OF_DATE');
  const circa = type === 'APPROXIMATELY';
  const text = type === 'BETWEEN' ? `${textOf(element, 'FROM_YEAR')} to ${textOf(element, 'TO_YEAR')}` : textOf(element, 'DATE') || textOf(element, 'YEAR');
  const date = readBirthDate(text, circa);
  return date ? [date] : [];
}
