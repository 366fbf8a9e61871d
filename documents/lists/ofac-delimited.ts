import { KontorError } from '../../domain/errors.ts';
import { countryCodes } from '../../domain/rules/screening/tables/countries.ts';
import type { EntryKind, ListedIdentifier, ListEntry } from '../../domain/model/list-entry.ts';
import { readCsv, type CsvText } from './csv.ts';
import { readBirthDate } from './dates.ts';
import { ListBuilder, type EntryDraft, type ListReading, type SourceFile } from './source.ts';

export interface OfacFiles {
  sdn: SourceFile;
  alt?: SourceFile | undefined;
  add?: SourceFile | undefined;
  comments?: SourceFile | undefined;
}

const kinds: Record<string, EntryKind> = { individual: 'person', vessel: 'vessel', aircraft: 'aircraft', '': 'organisation' };

/**
 * The OFAC SDN list in its delimited form: entries in sdn.csv, aliases in alt.csv, addresses in add.csv, remarks that did not fit in sdn_comments.csv.
 * Weak aliases stand quoted in the remarks. Aliases or addresses of an entry that sdn.csv does not hold mean that it is cut: the list is refused.
 */
export function readOfacDelimited(name: string, files: OfacFiles): ListReading {
  const builder = new ListBuilder(name, 'ofac-delimited', [files.sdn, files.alt, files.add, files.comments].filter((file) => file !== undefined));
  const sdn = readCsv(files.sdn, 12);
  const ids = new Set(sdn.rows.map((row) => row.fields[0]!));
  const aliases = groupById(files.alt, 5, ids, files.sdn, sdn);
  const addresses = groupById(files.add, 6, ids, files.sdn, sdn);
  const comments = remarksById(files.comments);
  for (const row of sdn.rows) {
    const [id = '', primary = '', type = '', programmes = '', title = '', , , , , , , remarks = ''] = row.fields.map(field);
    const fullRemarks = remarks + (comments.get(id) ?? '');
    const kind = kinds[type] ?? 'unknown';
    const draft = {
      id,
      kind,
      names: [
        { text: primary, quality: 'primary' as const },
        ...(aliases.get(id) ?? []).map((alias) => ({ text: field(alias[3] ?? ''), quality: 'good' as const })),
        ...weakAliases(fullRemarks).map((text) => ({ text, quality: 'weak' as const })),
      ],
      ...factsOfRemarks(fullRemarks),
      addresses: (addresses.get(id) ?? []).map(addressOf).filter((address) => Object.keys(address).length > 0),
      programmes: programmes.split(/\]\s*\[|[[\]]/).map((each) => each.trim()).filter(Boolean),
    };
    builder.add(title && kind === 'vessel' ? { ...draft, identifiers: [...draft.identifiers, { type: 'Call Sign', value: title }] } : draft, { file: files.sdn.path, line: row.line });
  }
  return builder.finish(undefined);
}

/** `-0-` is how the files write nothing. */
function field(text: string): string {
  const trimmed = text.trim();
  return /^-0-?$/.test(trimmed) ? '' : trimmed;
}

function groupById(file: SourceFile | undefined, columns: number, ids: Set<string>, sdnFile: SourceFile, sdn: CsvText): Map<string, string[][]> {
  const groups = new Map<string, string[][]>();
  if (!file) return groups;
  const part = readCsv(file, columns);
  // Publications of one day either all end with the mark or none does.
  if (sdn.endMark !== part.endMark && file.bytes.length > 0 && sdn.endMark) throw new KontorError('list-cut', `${file.path} lacks the end mark that ${sdnFile.path} has`, { place: { file: file.path, line: part.rows.at(-1)!.line } });
  for (const row of part.rows) {
    const id = row.fields[0]!;
    if (!ids.has(id)) throw new KontorError('list-cut', `${file.path} line ${row.line} belongs to entry ${id}, which ${sdnFile.path} does not hold: one of the two is cut or of another day`, { place: { file: file.path, line: row.line } });
    groups.set(id, [...(groups.get(id) ?? []), row.fields]);
  }
  return groups;
}

/** Continued remarks; those of other publications name entries that are not here and are left out. */
function remarksById(file: SourceFile | undefined): Map<string, string> {
  return new Map(file ? readCsv(file, 2).rows.map((row): [string, string] => [row.fields[0]!, row.fields[1]!]) : []);
}

function weakAliases(remarks: string): string[] {
  return [...remarks.matchAll(/[afn]\.k\.a\.,? '([^']+(?:'[^';.]+)*)'/g)].map((match) => match[1]!);
}

function addressOf(fields: string[]): ListEntry['addresses'][number] {
  const [, , street = '', city = '', country = ''] = fields.map(field);
  return { ...(street ? { text: street } : {}), ...(city ? { city } : {}), ...(country ? { country } : {}) };
}

type Facts = Pick<EntryDraft, 'birthDates' | 'nationalities' | 'gender' | 'identifiers'>;

const identifierTypes =
  /^(?:alt\. )?(Passport|Diplomatic Passport|Stateless Person Passport|Cedula No\.|C\.U\.R\.P\.|R\.F\.C\.|RFC|National ID No\.|Tax ID No\.|Registration ID|Registration Number|Identification Number|Commercial Registry Number|Trade License No\.|SSN|NIT #?|RUC #?|UK Company Number|Company Number|Legal Entity Number|SWIFT\/BIC|National Foreign ID Number|Personal ID Card|Travel Document Number|Residency Number|D\.N\.I\.|V\.A\.T\. Number|Business Registration Number|Vessel Registration Identification|MMSI|Aircraft (?:Tail|Manufacturer's Serial) Number|LE Number|Numero de Identidad|Digital Currency Address - \w+)\s+(.+)$/;

/** Remarks are a chain of `KEY value;` notes. */
function factsOfRemarks(remarks: string): Facts {
  const facts: Facts = { birthDates: [], nationalities: [], identifiers: [] };
  for (const note of remarks.replace(/\.\s*$/, '').split(';').map((each) => each.trim())) {
    const dob = /^(?:alt\. )?DOB (.+)$/.exec(note);
    const nationality = /^(?:alt\. )?(?:nationality|citizen) (.+)$/i.exec(note);
    const gender = /^Gender (Male|Female)$/i.exec(note);
    const identifier = identifierTypes.exec(note);
    if (dob) {
      const date = readBirthDate(dob[1]!);
      if (date) facts.birthDates.push(date);
    } else if (nationality) facts.nationalities.push(...countryCodes(nationality[1]!));
    else if (gender) facts.gender = gender[1]!.toLowerCase() as 'male' | 'female';
    else if (identifier) facts.identifiers.push(identifierOf(identifier[1]!, identifier[2]!));
  }
  return facts;
}

function identifierOf(type: string, text: string): ListedIdentifier {
  const country = /^(.*?)\s*\(([^)]+)\)/.exec(text);
  const value = (country ? country[1]! : text).replace(/^IMO /, '').trim() || text;
  return { type: /^IMO /.test(text) ? 'IMO' : type, value, ...(country ? { country: country[2]! } : {}) };
}
