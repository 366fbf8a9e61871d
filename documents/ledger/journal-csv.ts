import { isPlainDate } from '../../domain/calendar/plain-date.ts';
import { problem, type Problem } from '../../domain/errors.ts';
import type { JournalSource } from '../../domain/model/journal.ts';
import type { LedgerLine } from '../../domain/rules/ledger/ledger-line.ts';
import { currencyDigits, isCurrency } from '../../domain/rules/money.ts';
import { minorUnits } from './amount.ts';
import type { CsvReader } from '../csv/csv-reader.ts';
import { openCsv } from '../csv/open-csv.ts';
import { ledgerFile } from './ledger-file.ts';

export const journalColumns = [
  'journal', 'entity', 'ledger', 'number', 'date', 'document_date', 'due_date', 'account', 'cost_centre', 'partner', 'currency', 'amount', 'debit', 'credit',
  'functional_currency', 'functional_amount', 'reference', 'text', 'source', 'preparer', 'reversal_of', 'recorded_at',
] as const;
type Column = (typeof journalColumns)[number];

const sources: readonly string[] = ['manual', 'automated', 'recurring', 'accrual', 'reversal', 'elimination', 'closing'] satisfies JournalSource[];
const numberPattern = /^[1-9]\d{0,14}$/;
const instantPattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?Z$/;

/** `figures` leaves references, texts and persons empty: sums need none, and a book may have millions of lines. */
export type JournalDetail = 'all' | 'figures';

/**
 * Streams the lines of a journal file in batches. A field that cannot be read is reported with line, column and
 * reason, and its line is left out: the caller decides whether a result without it may be shown (it may not).
 * Throws `ledger-file-malformed` where the file as a whole cannot be read.
 */
export async function* readJournalLines(chunks: AsyncIterable<Uint8Array>, file: string, report: (problem: Problem) => void, detail: JournalDetail = 'all'): AsyncGenerator<LedgerLine[]> {
  const { reader, records } = await openCsv(chunks, ledgerFile(file), { known: journalColumns, required: ['journal', 'date', 'account', 'currency'] });
  const lines = new LineReader(reader, report, detail);
  for await (const record of records) {
    const batch: LedgerLine[] = [];
    while (record.next()) {
      const line = lines.read();
      if (line) batch.push(line);
    }
    yield batch;
  }
}

class LineReader {
  private readonly index: Record<Column, number>;
  private readonly record: CsvReader;
  private readonly report: (problem: Problem) => void;
  private readonly detail: JournalDetail;
  /** Dates and currencies repeat: each is checked once. */
  private readonly goodDates = new Set<string>();
  private readonly digits = new Map<string, number>();

  constructor(record: CsvReader, report: (problem: Problem) => void, detail: JournalDetail) {
    this.index = Object.fromEntries(journalColumns.map((column) => [column, record.columns.indexOf(column)])) as Record<Column, number>;
    this.record = record;
    this.report = report;
    this.detail = detail;
    const split = this.index.debit >= 0 && this.index.credit >= 0;
    const { file } = record.format;
    if (this.index.amount >= 0 === split) report(problem('ledger-file-malformed', `${file}, line 1: give either the column "amount" (debit positive) or both "debit" and "credit".`, { file, line: 1, column: 1 }));
  }

  /** The current record. */
  read(): LedgerLine | undefined {
    const { index, record } = this;
    const journal = this.repeated(index.journal);
    const account = this.repeated(index.account);
    const date = this.repeated(index.date);
    const currency = this.repeated(index.currency);
    if (!journal || !account) return this.refuse(journal ? 'account' : 'journal', 'is empty');
    if (!this.isDate(date)) return this.refuse('date', `"${date}" is not a date YYYY-MM-DD`);
    if (this.digitsOf(currency) === undefined) return this.refuse('currency', `"${currency}" is not an ISO 4217 currency`, 'currency-unknown');
    const amount = this.amountOf(currency);
    if (amount === undefined) return undefined;
    const functionalCurrency = this.repeated(index.functional_currency) || currency;
    if (this.digitsOf(functionalCurrency) === undefined) return this.refuse('functional_currency', `"${functionalCurrency}" is not an ISO 4217 currency`, 'currency-unknown');
    const functional = functionalCurrency === currency && this.isEmpty('functional_amount') ? amount : this.minorOf('functional_amount', functionalCurrency);
    if (functional === undefined) return undefined;
    const documentDate = this.repeated(index.document_date) || date;
    if (!this.isDate(documentDate)) return this.refuse('document_date', `"${documentDate}" is not a date YYYY-MM-DD`);
    const dueDate = this.repeated(index.due_date);
    if (dueDate && !this.isDate(dueDate)) return this.refuse('due_date', `"${dueDate}" is not a date YYYY-MM-DD`);
    const source = this.repeated(index.source) || 'manual';
    if (!sources.includes(source)) return this.refuse('source', `"${source}" is not one of ${sources.join(', ')}`);
    const number = this.text(index.number);
    if (number && !numberPattern.test(number)) return this.refuse('number', `"${number}" is not a journal number`);
    const recordedAt = this.repeated(index.recorded_at);
    if (recordedAt && !instantPattern.test(recordedAt)) return this.refuse('recorded_at', `"${recordedAt}" is not a UTC time such as 2026-11-02T08:15:00Z`);
    const all = this.detail === 'all';
    // Every member in one literal: made of spread parts, an object of this size is twenty times as slow.
    return {
      line: record.line,
      journal,
      entity: this.repeated(index.entity) || 'main',
      ledger: this.repeated(index.ledger) || 'main',
      date,
      documentDate,
      account,
      costCentre: this.repeated(index.cost_centre),
      partner: this.repeated(index.partner),
      currency,
      amount,
      functionalCurrency,
      functional,
      reference: all ? this.text(index.reference) : '',
      dueDate,
      text: all ? this.text(index.text) : '',
      source: source as JournalSource,
      preparer: all ? this.repeated(index.preparer) : '',
      reversalOf: all ? this.text(index.reversal_of) : '',
      number: number ? Number(number) : undefined,
      recordedAt,
    };
  }

  /** `amount`, or `debit` less `credit` of which exactly one is filled. */
  private amountOf(currency: string): bigint | undefined {
    if (this.index.amount >= 0) return this.minorOf('amount', currency);
    const [noDebit, noCredit] = [this.isEmpty('debit'), this.isEmpty('credit')];
    if (noDebit === noCredit) return this.refuse('debit', 'and credit: exactly one of them takes an amount');
    const minor = this.minorOf(noDebit ? 'credit' : 'debit', currency);
    return minor === undefined || noCredit ? minor : -minor;
  }

  private minorOf(column: Column, currency: string): bigint | undefined {
    const { record } = this;
    const index = this.index[column];
    const minor = index < 0 ? 'unreadable' : minorUnits(record.block, record.starts[index]!, record.ends[index]!, this.digitsOf(currency)!);
    if (minor === 'unreadable') return this.refuse(column, `"${this.text(index).slice(0, 40)}" is not an amount such as -1234.50`);
    if (minor === 'too-precise') return this.refuse(column, `${this.text(index)} has more decimals than ${currency} allows (${this.digitsOf(currency)})`, 'amount-too-precise');
    return minor;
  }

  /** These are empty where the file has no such column. */
  private text(index: number): string {
    return index < 0 ? '' : this.record.text(index);
  }

  private repeated(index: number): string {
    return index < 0 ? '' : this.record.repeated(index);
  }

  private isEmpty(column: Column): boolean {
    return this.index[column] < 0 || this.record.isEmpty(this.index[column]);
  }

  private isDate(text: string): boolean {
    if (this.goodDates.has(text)) return true;
    if (!isPlainDate(text)) return false;
    this.goodDates.add(text);
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

  private refuse(column: Column, reason: string, code: Problem['code'] = 'ledger-file-malformed'): undefined {
    const { file } = this.record.format;
    const place = { file, ...this.record.place(Math.max(0, this.index[column])), path: column };
    this.report(problem(code, `${file}, line ${place.line}, column ${place.column}: ${column} ${reason}.`, place));
    return undefined;
  }
}
