import { KontorError, type Place } from '../../../domain/errors.ts';
import { shown } from '../amounts.ts';

/** Columns of a 94-column record, counted from 0, end exclusive. */
type Columns = readonly [from: number, to: number];

const control = { class: [1, 4], entries: [4, 10], hash: [10, 20], number: [87, 94] } as const;
const fileControl = { batches: [1, 7], entries: [13, 21], hash: [21, 31] } as const;
const entry = { code: [1, 3], bank: [3, 11], check: [11, 12], account: [12, 29], amount: [29, 39], id: [39, 54], name: [54, 76], addenda: [78, 79], trace: [79, 94] } as const;

/** Where each field stands, by kind of record. Entries of IAT and CTX and ADV batches have layouts of their own. */
export const layout = {
  fileHeader: { date: [23, 29], modifier: [33, 34] },
  batchHeader: { class: [1, 4], company: [4, 20], companyId: [40, 50], kind: [50, 53], date: [69, 75], number: [87, 94] },
  entry,
  iatEntry: { ...entry, account: [39, 74], id: [0, 0], name: [0, 0] },
  /** Four columns of the name are the number of addenda. */
  ctxEntry: { ...entry, name: [58, 74] },
  advEntry: { ...entry, account: [12, 27], amount: [27, 39], id: [0, 0], trace: [79, 94] },
  addenda: { type: [1, 3], information: [3, 83], entry: [87, 94] },
  returned: { type: [1, 3], reason: [3, 6], original: [6, 21], information: [35, 79] },
  batchControl: { ...control, debit: [20, 32], credit: [32, 44] },
  advBatchControl: { ...control, debit: [20, 40], credit: [40, 60] },
  fileControl: { ...fileControl, debit: [31, 43], credit: [43, 55] },
  advFileControl: { ...fileControl, debit: [31, 51], credit: [51, 71] },
} as const satisfies Record<string, Record<string, Columns>>;

export interface Line {
  text: string;
  line: number;
}

/** Text → records of 94 columns. Lost blanks at the end are put back, surplus blanks dropped; a file without line ends is cut at 94. */
export function splitLines(text: string): Line[] {
  const raw = /[\r\n]/.test(text.trim()) ? text.split(/\r\n|\n|\r/) : (text.trim().match(/.{1,94}/gs) ?? []);
  return raw.flatMap((line, index): Line[] => {
    if (line.trim() === '') return [];
    const content = line.trimEnd();
    if (content.length > 94) throw new KontorError('statement-malformed', `Line ${index + 1} has ${content.length} columns; a record has 94.`, { place: { line: index + 1, column: 95 } });
    // eslint-disable-next-line no-control-regex
    const control = content.search(/[\u0000-\u001f\u007f]/);
    if (control >= 0) throw new KontorError('statement-malformed', `Line ${index + 1}, column ${control + 1}: a record holds no control characters.`, { place: { line: index + 1, column: control + 1 } });
    return [{ text: content.padEnd(94), line: index + 1 }];
  });
}

export function field(record: Line, columns: Columns): string {
  return record.text.slice(...columns).trim();
}

/** A field of digits; blanks are not digits. */
export function digits(record: Line, columns: Columns, name: string): bigint {
  const text = field(record, columns);
  if (!/^\d+$/.test(text)) throw new KontorError('statement-malformed', `Line ${record.line}, column ${columns[0] + 1}: ${name} is ${shown(text)}, not a number.`, { place: placeAt(record, columns) });
  return BigInt(text);
}

export function placeAt(record: Line, columns: Columns): Place {
  return { line: record.line, column: columns[0] + 1 };
}
