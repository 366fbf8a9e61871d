import type { ClosedNumber, CustomerFact, ItemFact, PayerRelation, PaymentFact, StructuredReference } from '../../domain/rules/cash-application/facts.ts';
import { FieldReader } from './fields.ts';
import type { CsvReader } from '../csv/csv-reader.ts';
import { readCsv } from '../csv/open-csv.ts';
import { cashFile } from './cash-file.ts';

export interface OpenItemList {
  items: ItemFact[];
  customers: CustomerFact[];
}

const numberColumns = [
  ['Billing Number', 'billing number'],
  ['Assignment Number', 'assignment number'],
  ['Number', 'number'],
] as const;

/** Open items, one a row; a negative amount is a credit note. Throws a KontorError with line and column. */
export function readOpenItems(bytes: Uint8Array, file: string): OpenItemList {
  const { reader, records } = readCsv(bytes, cashFile(file), { required: [] });
  const fields = new FieldReader(reader, ['invoice_id', 'Company Code', 'Assignment Number', 'Billing Number', 'Customer ID', 'Customer Name', 'Currency Code', 'Amount', 'Document Date', 'Due Date']);
  const seen = new Map<string, number>();
  const names = new Map<string, Set<string>>();
  const items = Array.from(records, (row): ItemFact => {
    const currency = fields.currency(row, 'Currency Code');
    const customer = fields.required(row, 'Customer ID');
    const amount = fields.amount(row, 'Amount', currency);
    if (amount === 0) throw fields.refuse('cash-amount-sign', 'An open item of 0 cannot be settled.', row, 'Amount');
    const known = names.get(customer);
    if (known) known.add(fields.required(row, 'Customer Name'));
    else names.set(customer, new Set([fields.required(row, 'Customer Name')]));
    return {
      id: fields.uniqueId(row, 'invoice_id', seen),
      customer,
      entity: fields.required(row, 'Company Code'),
      currency,
      amount,
      documentDate: fields.date(row, 'Document Date'),
      dueDate: fields.date(row, 'Due Date'),
      numbers: numbersOf(fields, row),
      ...termsOf(fields, row, currency),
    };
  });
  const customers = [...names].map(([id, [name, ...aliases]]) => ({ id, name: name!, aliases }));
  return { items, customers };
}

/** Payments received, one a row. Throws a KontorError with line and column. */
export function readPayments(bytes: Uint8Array, file: string): PaymentFact[] {
  const { reader, records } = readCsv(bytes, cashFile(file), { required: [] });
  const fields = new FieldReader(reader, ['payment_id', 'Business Partner', 'Account Number', 'Memo Line', 'Amount', 'Currency', 'Posting Date']);
  const seen = new Map<string, number>();
  return Array.from(records, (row): PaymentFact => {
    const currency = fields.currency(row, 'Currency');
    const amount = fields.amount(row, 'Amount', currency);
    if (amount <= 0) throw fields.refuse('cash-amount-sign', 'A payment received is more than 0.', row, 'Amount');
    return {
      id: fields.uniqueId(row, 'payment_id', seen),
      payerName: fields.optional(row, 'Business Partner'),
      account: fields.optional(row, 'Account Number'),
      memo: fields.verbatim(row, 'Memo Line'),
      currency,
      amount,
      date: fields.date(row, 'Posting Date'),
      ...chargesOf(fields, row, currency),
      ...instructedOf(fields, row),
      ...referencesOf(fields, row),
    };
  });
}

/** Numbers of closed items (with their customer) and of other companies' items (without). Columns as for open items; only one number column is needed. */
export function readClosedNumbers(bytes: Uint8Array, file: string): ClosedNumber[] {
  const { reader, records } = readCsv(bytes, cashFile(file), { required: [] });
  const fields = new FieldReader(reader, []);
  if (!numberColumns.some(([column]) => fields.has(column)))
    throw fields.refuseAt('cash-column-missing', `None of the columns ${numberColumns.map(([column]) => `"${column}"`).join(', ')} is there.`, 1, 1);
  return Array.from(records, (row): ClosedNumber[] => {
    const numbers = numbersOf(fields, row);
    if (numbers.length === 0) throw fields.refuseAt('cash-field-missing', 'The row has no number.', row.line, 1);
    const customer = fields.optional(row, 'Customer ID');
    return numbers.map((number) => ({ ...number, ...(customer ? { customer } : {}) }));
  }).flat();
}

/** Approved relations: the customer in `Payer ID` may pay items of the one in `Customer ID`. */
export function readRelations(bytes: Uint8Array, file: string): PayerRelation[] {
  const { reader, records } = readCsv(bytes, cashFile(file), { required: [] });
  const fields = new FieldReader(reader, ['Payer ID', 'Customer ID']);
  return Array.from(records, (row) => ({ payer: fields.required(row, 'Payer ID'), customer: fields.required(row, 'Customer ID') }));
}

function numbersOf(fields: FieldReader, row: CsvReader): { field: string; text: string }[] {
  return numberColumns.flatMap(([column, field]) => {
    const text = fields.optional(row, column);
    return text ? [{ field, text }] : [];
  });
}

function termsOf(fields: FieldReader, row: CsvReader, currency: string): Pick<ItemFact, 'terms'> {
  if (fields.optional(row, 'Discount Amount') === '') return {};
  return { terms: { amount: fields.amount(row, 'Discount Amount', currency), until: fields.date(row, 'Discount Date') } };
}

function chargesOf(fields: FieldReader, row: CsvReader, currency: string): Pick<PaymentFact, 'charges'> {
  return fields.optional(row, 'Charges') === '' ? {} : { charges: fields.amount(row, 'Charges', currency) };
}

function instructedOf(fields: FieldReader, row: CsvReader): Pick<PaymentFact, 'instructed'> {
  if (fields.optional(row, 'Instructed Amount') === '') return {};
  const currency = fields.currency(row, 'Instructed Currency');
  return { instructed: { currency, amount: fields.amount(row, 'Instructed Amount', currency), rate: fields.required(row, 'Exchange Rate') } };
}

/** Structured references in one field, separated by a vertical bar; `number=amount` states what a line pays. */
function referencesOf(fields: FieldReader, row: CsvReader): Pick<PaymentFact, 'references'> {
  const text = fields.optional(row, 'References');
  if (text === '') return {};
  const references = text.split('|').map((part): StructuredReference => ({ kind: part.trim().startsWith('RF') ? 'creditor-reference' : 'remittance-line', text: part.trim() }));
  return { references };
}
