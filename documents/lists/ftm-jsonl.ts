import { z } from 'zod';
import { KontorError } from '../../domain/errors.ts';
import { countryCodes } from '../../domain/rules/screening/tables/countries.ts';
import type { EntryKind, ListedName } from '../../domain/model/list-entry.ts';
import { readBirthDate, readListDate } from './dates.ts';
import { decode, ListBuilder, type ListReading, type SourceFile } from './source.ts';

const entitySchema = z.object({
  id: z.string().min(1),
  schema: z.string().min(1),
  caption: z.string().optional(),
  properties: z.record(z.string(), z.array(z.unknown())),
  datasets: z.array(z.string()).optional(),
  last_seen: z.string().optional(),
  last_change: z.string().optional(),
});

const kinds: Record<string, EntryKind> = { Person: 'person', Company: 'organisation', Organization: 'organisation', PublicBody: 'organisation', LegalEntity: 'unknown', Vessel: 'vessel', Airplane: 'aircraft' };
const identifierProperties = ['passportNumber', 'idNumber', 'taxNumber', 'registrationNumber', 'leiCode', 'imoNumber', 'mmsi', 'swiftBic', 'innCode', 'ogrnCode', 'vatCode', 'socialSecurityNumber', 'dunsCode', 'publicKey', 'isin', 'callSign'];

/** Entities of the FollowTheMoney model, one JSON object a line. Addresses, ownership and other things without a name of a party are passed over. */
export function readFtmJsonLines(name: string, file: SourceFile): ListReading {
  const builder = new ListBuilder(name, 'ftm-jsonl', [file]);
  const lines = decode(file.bytes).split('\n');
  let latest: string | undefined;
  lines.forEach((line, at) => {
    if (line.trim() === '') return;
    const entity = readLine(file, line, at + 1, at >= lines.length - 2);
    const kind = kinds[entity.schema];
    if (!kind) return;
    const seen = readListDate(entity.last_seen ?? entity.last_change);
    if (seen && (!latest || seen > latest)) latest = seen;
    const values = (property: string): string[] => (entity.properties[property] ?? []).filter((value): value is string => typeof value === 'string');
    const gender = values('gender')[0];
    const named = (property: string, quality: ListedName['quality']): ListedName[] => values(property).map((text) => ({ text, quality }));
    builder.add(
      {
        id: entity.id,
        kind,
        names: [...(entity.caption && values('name').length > 0 ? [{ text: entity.caption, quality: 'primary' as const }] : []), ...named('name', 'primary'), ...named('alias', 'good'), ...named('previousName', 'good'), ...named('weakAlias', 'weak')],
        birthDates: values('birthDate').flatMap((text) => readBirthDate(text) ?? []),
        nationalities: [...values('nationality'), ...values('citizenship'), ...(kind === 'person' ? [] : [...values('jurisdiction'), ...values('country')])].flatMap(countryCodes),
        ...(gender === 'male' || gender === 'female' ? { gender } : {}),
        identifiers: identifierProperties.flatMap((type) => values(type).map((value) => ({ type, value }))),
        addresses: values('address').map((text) => ({ text })),
        programmes: [...values('topics'), ...values('program')],
      },
      { file: file.path, line: at + 1 },
    );
  });
  return builder.finish(latest);
}

function readLine(file: SourceFile, line: string, number: number, last: boolean): z.infer<typeof entitySchema> {
  const place = { file: file.path, line: number };
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new KontorError(last ? 'list-cut' : 'list-unreadable', `${file.path} line ${number} is no complete JSON object${last ? ': the file ends early' : ''}`, { place, cause: error });
  }
  const parsed = entitySchema.safeParse(value);
  if (!parsed.success) throw new KontorError('list-unreadable', `${file.path} line ${number} is no entity: ${parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`).join('; ')}`, { place });
  return parsed.data;
}
