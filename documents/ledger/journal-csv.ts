import { isPlainDate } from '../../domain/calendar/plain-date.ts';
import { problem, type Problem } from '../../domain/errors.ts';
import type { JournalSource } from '../../domain/model/journal.ts';
import type { LedgerLine } from '../../domain/rules/ledger/ledger-line.ts';
import { currencyDigits, isCurrency } from '../../domain/rules/money.ts';
import { minorUnits } from './amount.ts';
import { columnOf, readCsv, type CsvRecord } from './csv.ts';

export const journalColumns = [
  'journal', 'entity', 'ledger', 'number', 'date', 'document_date', 'due_date', 'account', 'cost_centre', 'partner', 'currency', 'amount', 'debit', 'credit',
  'functional_currency', 'functional_amount', 'reference', 'text', 'source', 'preparer', 'reversal_of', 'recorded_at',
] as const;
type Column = (typeof journalColumns)[number];

const sources: readonly string[] = ['manual', 'automated', 'recurring', 'accrual', 'reversal', 'elimination', 'closing'] satisfies JournalSource[];
const numberPattern = /^[1-9]\d{0,14}$/;
const instantPattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?Z$/;

/**
 * Streams the lines of a journal file in batches. A field that cannot be read is reported with line, column and
 * reason, and its line is left out: the caller decides whether a result without it may be shown (it may not).
 * Throws `ledger-file-malformed` where the file as a whole cannot be read.
 */
export async function* readJournalLines(chunks: AsyncIterable<Uint8Array>, file: string, report: (problem: Problem) => void): AsyncGenerator<LedgerLine[]> {
  const { columns, batches } = await readCsv(chunks, file, journalColumns, ['journal', 'date', 'account', 'currency']);
  const reader = new LineReader(columns, file, report);
  for await (const batch of batches) {
    const lines: LedgerLine[] = [];
    for (const record of batch) {
      const line = reader.read(record);
      if (line) lines.push(line);
    }
    yield lines;
  }
}

/** Empty where the file has no such column. */
function fieldOf(fields: readonly string[], index: number): string {
  return index < 0 ? '' : fields[index]!;
}

class LineReader {
  private readonly index: Record<Column, number>;
  private readonly file: string;
  private readonly report: (problem: Problem) => void;
  /** Dates and currencies repeat: each is checked once. */
  private readonly goodDates = new Set<string>();
  private readonly digits = new Map<string, number>();

  constructor(columns: readonly string[], file: string, report: (problem: Problem) => void) {
    this.index = Object.fromEntries(journalColumns.map((column) => [column, columns.indexOf(column)])) as Record<Column, number>;
    this.file = file;
    this.report = report;
    const split = this.index.debit >= 0 && this.index.credit >= 0;
    if (this.index.amount >= 0 === split) report(problem('ledger-file-malformed', `${file}, line 1: give either the column "amount" (debit positive) or both "debit" and "credit".`, { file, line: 1, column: 1 }));
  }

  read(record: CsvRecord): LedgerLine | undefined {
    const { fields } = record;
    const { index } = this;
    const journal = fieldOf(fields, index.journal);
    const account = fieldOf(fields, index.account);
    const date = fieldOf(fields, index.date);
    const currency = fieldOf(fields, index.currency);
    if (!journal || !account) return this.refuse(record, journal ? 'account' : 'journal', 'is empty');
    if (!this.isDate(date)) return this.refuse(record, 'date', `"${date}" is not a date YYYY-MM-DD`);
    if (this.digitsOf(currency) === undefined) return this.refuse(record, 'currency', `"${currency}" is not an ISO 4217 currency`, 'currency-unknown');
    const amount = this.amountOf(record, currency);
    if (amount === undefined) return undefined;
    const functionalCurrency = fieldOf(fields, index.functional_currency) || currency;
    if (this.digitsOf(functionalCurrency) === undefined) return this.refuse(record, 'functional_currency', `"${functionalCurrency}" is not an ISO 4217 currency`, 'currency-unknown');
    const functional = functionalCurrency === currency && fieldOf(fields, index.functional_amount) === '' ? amount : this.minorOf(record, 'functional_amount', functionalCurrency);
    if (functional === undefined) return undefined;
    const documentDate = fieldOf(fields, index.document_date) || date;
    if (!this.isDate(documentDate)) return this.refuse(record, 'document_date', `"${documentDate}" is not a date YYYY-MM-DD`);
    const dueDate = fieldOf(fields, index.due_date);
    if (dueDate && !this.isDate(dueDate)) return this.refuse(record, 'due_date', `"${dueDate}" is not a date YYYY-MM-DD`);
    const source = fieldOf(fields, index.source) || 'manual';
    if (!sources.includes(source)) return this.refuse(record, 'source', `"${source}" is not one of ${sources.join(', ')}`);
    const number = fieldOf(fields, index.number);
    if (number && !numberPattern.test(number)) return this.refuse(record, 'number', `"${number}" is not a journal number`);
    const recordedAt = fieldOf(fields, index.recorded_at);
    if (recordedAt && !instantPattern.test(recordedAt)) return this.refuse(record, 'recorded_at', `"${recordedAt}" is not a UTC time such as 2026-11-02T08:15:00Z`);
    // Every member in one literal: made of spread parts, an object of this size is twenty times as slow.
    return {
      line: record.line,
      journal,
      entity: fieldOf(fields, index.entity) || 'main',
      ledger: fieldOf(fields, index.ledger) || 'main',
      date,
      documentDate,
      account,
      costCentre: fieldOf(fields, index.cost_centre),
      partner: fieldOf(fields, index.partner),
      currency,
      amount,
      functionalCurrency,
      functional,
      reference: fieldOf(fields, index.reference),
      dueDate,
      text: fieldOf(fields, index.text),
      source: source as JournalSource,
      preparer: fieldOf(fields, index.preparer),
      reversalOf: fieldOf(fields, index.reversal_of),
      number: number ? Number(number) : undefined,
      recordedAt,
    };
  }

  /** `amount`, or `debit` less `credit` of which exactly one is filled. */
  private amountOf(record: CsvRecord, currency: string): bigint | undefined {
    if (this.index.amount >= 0) return this.minorOf(record, 'amount', currency);
    const debit = record.fields[this.index.debit] ?? '';
    const credit = record.fields[this.index.credit] ?? '';
    if ((debit === '') === (credit === '')) return this.refuse(record, 'debit', 'and credit: exactly one of them takes an amount');
    const minor = this.minorOf(record, debit === '' ? 'credit' : 'debit', currency);
    return minor === undefined || debit !== '' ? minor : -minor;
  }

  private minorOf(record: CsvRecord, column: Column, currency: string): bigint | undefined {
    const text = record.fields[this.index[column]] ?? '';
    const minor = minorUnits(text, this.digitsOf(currency)!);
    if (minor === 'unreadable') return this.refuse(record, column, `"${text.slice(0, 40)}" is not an amount such as -1234.50`);
    if (minor === 'too-precise') return this.refuse(record, column, `${text} has more decimals than ${currency} allows (${this.digitsOf(currency)})`, 'amount-too-precise');
    return minor;
  }

  private isDate(text: string): boolean {
    if (this.goodDates.has(text)) return true;
    if (!isPlainDate(text)) return false;
    // A copy of its own: a slice would keep the whole chunk of the file in memory.
    this.goodDates.add(Buffer.from(text).toString());
    return true;
  }

  private digitsOf(currency: string): number | undefined {
    let digits = this.digits.get(currency);
    if (digits === undefined && isCurrency(currency)) {
      digits = currencyDigits(currency);
      this.digits.set(currency, digits);
    }
    return digits;
  }

  private refuse(record: CsvRecord, column: Column, reason: string, code: Problem['code'] = 'ledger-file-malformed'): undefined {
    const index = Math.max(0, this.index[column]);
    const place = { file: this.file, line: record.line, column: columnOf(record, index), path: column };
    this.report(problem(code, `${this.file}, line ${place.line}, column ${place.column}: ${column} ${reason}.`, place));
    return undefined;
  }
}
