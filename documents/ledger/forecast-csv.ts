import { z } from 'zod';
import { plainDateSchema } from '../../domain/model/dates.ts';
import { forecastRowSchema, type CashItem, type ForecastRow } from '../../domain/model/forecast.ts';
import type { BankLine } from '../../domain/rules/forecast/actuals.ts';
import type { SettledInvoice } from '../../domain/rules/forecast/expected-date.ts';
import { moneyFromDecimal } from '../../domain/rules/money.ts';
import { readTable } from './table-csv.ts';

type Chunks = AsyncIterable<Uint8Array>;

const itemColumns = {
  'id!': 'id', 'entity!': 'entity', 'bank!': 'bank', 'kind!': 'kind', category: 'category', 'currency!': 'currency', 'amount!': 'amount', partner: 'partner', segment: 'segment', reference: 'reference',
  invoice_date: 'invoiceDate', due_date: 'dueDate', promise_date: 'promiseDate', promise_credible: 'promiseCredible', run_date: 'runDate', contract_date: 'contractDate', disputed: 'disputed',
  status: 'status', actual_date: 'actualDate', actual_amount: 'actualAmount',
};
const historyColumns = { 'customer!': 'customer', 'invoice_date!': 'invoiceDate', 'paid_date!': 'paidDate' };
const bankLineColumns = { 'id!': 'id', 'entity!': 'entity', 'bank!': 'bank', 'currency!': 'currency', 'amount!': 'amount', 'date!': 'date', reference: 'reference' };

const cashItemSchema = forecastRowSchema.superRefine(refuseWithoutDate).transform((row, context): CashItem => {
  const { schemaVersion: _schemaVersion, currency, amount, category, actualDate, actualAmount, ...kept } = row;
  const planned = exactMoney(currency, amount, 'amount', context);
  const actual = actualDate ? { date: actualDate, amount: exactMoney(currency, actualAmount ?? amount, 'actualAmount', context) } : undefined;
  return { ...kept, category: category ?? row.kind, amount: planned, ...(actual ? { actual } : {}) };
});

const settledSchema = z.object({ schemaVersion: z.literal(1), customer: z.string(), invoiceDate: plainDateSchema, paidDate: plainDateSchema }).strict();

const bankLineSchema = z
  .object({ schemaVersion: z.literal(1), id: z.string(), entity: z.string(), bank: z.string(), currency: z.string(), amount: z.string(), date: plainDateSchema, reference: z.string().default('') })
  .strict()
  .transform(({ id, entity, bank, currency, amount, date, reference }, context): BankLine => ({ id, entity, bank, date, reference, amount: exactMoney(currency, amount, 'amount', context) }));

/** Expected and arrived payments. All readers here throw the first problem with its line and column. */
export async function readCashItems(chunks: Chunks, file: string): Promise<CashItem[]> {
  return (await readTable(chunks, file, itemColumns, cashItemSchema)).map(({ item }) => item);
}

export async function readSettledInvoices(chunks: Chunks, file: string): Promise<SettledInvoice[]> {
  return (await readTable(chunks, file, historyColumns, settledSchema)).map(({ item }) => item);
}

export async function readBankLines(chunks: Chunks, file: string): Promise<BankLine[]> {
  return (await readTable(chunks, file, bankLineColumns, bankLineSchema)).map(({ item }) => item);
}

/** Every kind has a day that it can be expected on (TF-2), and only what has come has a day on which it came. */
function refuseWithoutDate(row: ForecastRow, context: z.RefinementCtx): void {
  const missing = (member: string, message: string): void => context.addIssue({ code: 'custom', path: [member], message });
  if (['payroll', 'tax', 'debt'].includes(row.kind) && !row.contractDate) missing('contractDate', `an item of kind ${row.kind} needs the day of its contract`);
  else if (row.kind === 'receivable' && !row.dueDate && !row.invoiceDate) missing('dueDate', 'a receivable needs its due date or invoice date');
  else if (!row.dueDate && !row.invoiceDate && !row.runDate && !row.contractDate) missing('dueDate', 'the item has no date at all');
  if ((row.status === 'actual') !== (row.actualDate !== undefined)) missing('actualDate', 'an item has the day on which it came if, and only if, its status is actual');
}

function exactMoney(currency: string, amount: string, member: string, context: z.RefinementCtx): CashItem['amount'] {
  try {
    return moneyFromDecimal(currency, amount);
  } catch (error) {
    context.addIssue({ code: 'custom', path: [member], message: (error as Error).message });
    return z.NEVER;
  }
}
