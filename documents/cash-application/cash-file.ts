import type { CsvFormat } from '../csv/csv-reader.ts';

/** How sub-ledgers write their open items and payments, and what a broken file is called. */
export function cashFile(file: string): CsvFormat {
  return { file, separators: [',', ';', '\t'], malformed: 'cash-file-malformed', encoding: 'cash-file-encoding' };
}
