import { KontorError } from '../../../domain/errors.ts';

/** Columns laid end to end: digits are filled with zeros on the left, text with blanks on the right, `right` text with blanks on the left. */
type Field = readonly [name: string, width: number, kind: 'digits' | 'text' | 'right'];

/** The records of a file of credits, as the operating rules lay them out: 94 columns each. */
const records = {
  fileHeader: [
    ['type', 1, 'digits'], ['priority', 2, 'digits'], ['destination', 10, 'right'], ['origin', 10, 'right'], ['date', 6, 'digits'], ['time', 4, 'digits'], ['modifier', 1, 'text'],
    ['recordSize', 3, 'digits'], ['blockingFactor', 2, 'digits'], ['format', 1, 'digits'], ['destinationName', 23, 'text'], ['originName', 23, 'text'], ['reference', 8, 'text'],
  ],
  batchHeader: [
    ['type', 1, 'digits'], ['serviceClass', 3, 'digits'], ['company', 16, 'text'], ['discretionary', 20, 'text'], ['companyId', 10, 'text'], ['entryClass', 3, 'text'], ['description', 10, 'text'],
    ['descriptiveDate', 6, 'text'], ['effectiveDate', 6, 'digits'], ['settlementDate', 3, 'text'], ['originatorStatus', 1, 'digits'], ['originatingBank', 8, 'digits'], ['batch', 7, 'digits'],
  ],
  entry: [
    ['type', 1, 'digits'], ['code', 2, 'digits'], ['bank', 8, 'digits'], ['checkDigit', 1, 'digits'], ['account', 17, 'text'], ['amount', 10, 'digits'], ['identification', 15, 'text'],
    ['name', 22, 'text'], ['discretionary', 2, 'text'], ['addenda', 1, 'digits'], ['trace', 15, 'digits'],
  ],
  /** Of class CTX, whose entries say how many addenda follow them. */
  entryOfMany: [
    ['type', 1, 'digits'], ['code', 2, 'digits'], ['bank', 8, 'digits'], ['checkDigit', 1, 'digits'], ['account', 17, 'text'], ['amount', 10, 'digits'], ['identification', 15, 'text'],
    ['addendaCount', 4, 'digits'], ['name', 16, 'text'], ['reserved', 2, 'text'], ['discretionary', 2, 'text'], ['addenda', 1, 'digits'], ['trace', 15, 'digits'],
  ],
  addenda: [['type', 1, 'digits'], ['addendaType', 2, 'digits'], ['information', 80, 'text'], ['sequence', 4, 'digits'], ['entrySequence', 7, 'digits']],
  batchControl: [
    ['type', 1, 'digits'], ['serviceClass', 3, 'digits'], ['entries', 6, 'digits'], ['hash', 10, 'digits'], ['debit', 12, 'digits'], ['credit', 12, 'digits'], ['companyId', 10, 'text'],
    ['authentication', 19, 'text'], ['reserved', 6, 'text'], ['originatingBank', 8, 'digits'], ['batch', 7, 'digits'],
  ],
  fileControl: [['type', 1, 'digits'], ['batches', 6, 'digits'], ['blocks', 6, 'digits'], ['entries', 8, 'digits'], ['hash', 10, 'digits'], ['debit', 12, 'digits'], ['credit', 12, 'digits'], ['reserved', 39, 'text']],
} as const satisfies Record<string, readonly Field[]>;

type Name<Kind extends keyof typeof records> = (typeof records)[Kind][number][0];

export const recordSize = 94;

/**
 * One record, checked field by field before it leaves: digits where the rules want digits, printable ASCII elsewhere, nothing wider than its
 * columns. Fields that are not given are blanks or zeros. @throws KontorError `payment-file-invalid` with record and field
 */
export function record<Kind extends keyof typeof records>(kind: Kind, values: Partial<Record<Name<Kind>, string | bigint | number>>): string {
  const fields: readonly Field[] = records[kind];
  return fields.map((field) => column(kind, field, String((values as Record<string, string | bigint | number | undefined>)[field[0]] ?? ''))).join('');
}

function column(kind: string, [name, width, type]: Field, value: string): string {
  const place = { path: `${kind}/${name}` };
  if (type === 'digits' && !/^\d*$/.test(value)) throw new KontorError('payment-file-invalid', `The field ${name} takes digits, and ${JSON.stringify(value.slice(0, 40))} was given.`, { place });
  if (!/^[\x20-\x7e]*$/.test(value)) throw new KontorError('payment-file-invalid', `The field ${name} takes printable ASCII, and ${JSON.stringify(value.slice(0, 40))} was given.`, { place });
  if (value.length > width) throw new KontorError('payment-file-invalid', `${JSON.stringify(value.slice(0, 40))} is too long for the field ${name}, which has ${width} columns.`, { place });
  if (type === 'digits') return value.padStart(width, '0');
  return type === 'text' ? value.padEnd(width) : value.padStart(width);
}
