import type { CsvFormat } from '../csv/csv-reader.ts';

/** How the CSV files of the books are written, and what a broken one is called. */
export function ledgerFile(file: string): CsvFormat {
  return { file, separators: [','], malformed: 'ledger-file-malformed', encoding: 'ledger-file-malformed' };
}
