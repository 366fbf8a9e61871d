import { KontorError, problemOf, type Problem } from '../../../domain/errors.ts';
import type { BankStatement } from '../../../domain/model/bank-statement.ts';
import { readShortDate, shown } from '../amounts.ts';
import type { StatementFile } from '../result.ts';
import { checkTotals, readBatch, type Totals } from './batch.ts';
import { digits, field, layout, placeAt, splitLines, type Line } from './layout.ts';

/**
 * Text of a NACHA file → a statement a batch: entries, returns (addenda 99) and notifications of change (98), seen from the receiver of
 * the file: credits are positive. It has no balances. A wrong batch is refused by itself, a wrong file control refuses the file (SI-7).
 */
export function readNacha(text: string): StatementFile {
  const lines = splitLines(text);
  const records = lines.filter((record, index) => !(index > 0 && /^9{94}$/.test(record.text)));
  const header = records[0];
  if (!header?.text.startsWith('101')) throw malformed(header, 'The file does not begin with a file header (101)');
  const trailer = records.at(-1) as Line;
  if (!trailer.text.startsWith('9')) throw malformed(trailer, 'The file ends without a file control record (9)');
  const fileDate = readShortDate(field(header, layout.fileHeader.date), placeAt(header, layout.fileHeader.date));
  const modifier = field(header, layout.fileHeader.modifier);
  const statements: BankStatement[] = [];
  const problems: Problem[] = [];
  const batches = batchesOf(records.slice(1, -1));
  for (const batch of batches) {
    try {
      statements.push(readBatch(batch, fileDate, modifier));
    } catch (error) {
      if (!(error instanceof KontorError)) throw error;
      problems.push(problemOf(error));
    }
  }
  // A wrong batch explains a wrong file; otherwise something is lost that no batch shows, and nothing of the file can be trusted.
  if (problems.length === 0) checkFile(trailer, batches);
  return { format: 'nacha', statements, problems };
}

function batchesOf(records: Line[]): Line[][] {
  const batches: Line[][] = [];
  let open: Line[] | undefined;
  for (const record of records) {
    const type = record.text[0] ?? '';
    if (type === '5' && !open) open = [record];
    else if (open && /[67]/.test(type)) open.push(record);
    else if (open && type === '8') {
      batches.push([...open, record]);
      open = undefined;
    } else throw malformed(record, `A record of type ${shown(type)} does not belong here`);
  }
  if (open) throw malformed(open.at(-1), 'The last batch has no control record (8)');
  return batches;
}

/** The file control adds up the batch controls, so that a wrong batch does not make the file wrong as well. */
function checkFile(trailer: Line, batches: Line[][]): void {
  const adv = batches.length > 0 && batches.every(([header]) => header && field(header, layout.batchHeader.kind) === 'ADV');
  const columns = adv ? layout.advFileControl : layout.fileControl;
  const totals: Totals = { entries: 0n, hash: 0n, debit: 0n, credit: 0n };
  for (const batch of batches) {
    const control = batch.at(-1) as Line;
    const at = adv ? layout.advBatchControl : layout.batchControl;
    for (const name of ['entries', 'hash', 'debit', 'credit'] as const) totals[name] += digits(control, at[name], `the ${name} total`);
  }
  const stated = digits(trailer, columns.batches, 'the number of batches');
  if (stated !== BigInt(batches.length)) throw new KontorError('statement-control-total', `Line ${trailer.line}: ${stated} batches are stated, ${batches.length} are there.`, { place: placeAt(trailer, columns.batches) });
  checkTotals(trailer, columns, totals);
}

function malformed(record: Line | undefined, message: string): KontorError {
  return new KontorError('statement-malformed', `Line ${record?.line ?? 1}: ${message}.`, { place: { line: record?.line ?? 1, column: 1 } });
}
