// Match payments to open items: a JSON line a payment, a summary on stderr; --explain ID says why in words
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { KontorError, problemOf } from '../../domain/errors.ts';
import { applyCash, type CashDecision, type CashInput, type CashMode } from '../../domain/rules/cash-application/apply-cash.ts';
import { readClosedNumbers, readOpenItems, readPayments, readRelations } from '../../documents/cash-application/ledgers.ts';
import { loadCashPolicies } from './cash-apply/policy.ts';
import { explain } from './cash-apply/explain.ts';
import { lineOf, summaryOf } from './cash-apply/report.ts';

const usage = `Usage: kontor cash-apply --invoices invoices.csv --payments payments.csv [options]

Decides for every payment which open items it settles, and prints one JSON line a payment:
  {"payment","decision":"auto"|"suggest"|"open","invoices":[…],"arrival","score","reasons":[…],"runnerUp"}
Nothing is printed unless all files can be read; a bad row is refused with its line and column (exit code 2).

Options
  --mode online|batch   online (default): only facts of the day and before, open payments are tried again later;
                        batch: all payers' accounts are known from the start
  --closed closed.csv   numbers that are closed or belong to others: evidence against
  --relations rel.csv   approved relations: "Payer ID" may pay items of "Customer ID"
  --explain ID          explain the decision on one payment in words instead
  --help                this text

Columns
  invoices   invoice_id, Company Code, Assignment Number, Billing Number, Customer ID, Customer Name, Currency Code, Amount,
             Document Date, Due Date; optional Discount Amount, Discount Date. A negative amount is a credit note.
  payments   payment_id, Business Partner, Account Number, Memo Line, Amount, Currency, Posting Date; optional Charges,
             Instructed Amount, Instructed Currency, Exchange Rate, References (separated by |)
  closed     Billing Number, Assignment Number or Number; optional Customer ID`;

export async function run(args: string[]): Promise<number> {
  try {
    return match(optionsOf(args));
  } catch (error) {
    if (error instanceof KontorError) return complain(error);
    if (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')) {
      console.error(`${error.message}\n\n${usage}`);
      return 2;
    }
    throw error;
  }
}

interface Options {
  help?: boolean;
  invoices?: string;
  payments?: string;
  closed?: string;
  relations?: string;
  mode?: string;
  explain?: string;
}

function optionsOf(args: string[]): Options {
  const text = { type: 'string' } as const;
  return parseArgs({ args, options: { help: { type: 'boolean' }, invoices: text, payments: text, closed: text, relations: text, mode: text, explain: text } }).values;
}

function match(options: Options): number {
  if (options.help) {
    console.log(usage);
    return 0;
  }
  const mode = options.mode ?? 'online';
  if (!options.invoices || !options.payments || !isMode(mode)) {
    console.error(usage);
    return 2;
  }
  // Most of what is read stays in use: collecting garbage sooner costs a little time and saves a third of the memory.
  setFlagsFromString('--heap-growing-percent=20');
  const input = readInput(options);
  const { settings } = loadCashPolicies();
  const decisions = applyCash(input, settings, mode);
  if (options.explain !== undefined) return explainOne(decisions, options.explain);
  printLines(decisions);
  console.error(summaryOf(decisions, { mode, seconds: process.cpuUsage().user / 1_000_000, megabytes: process.resourceUsage().maxRSS / 1024 }));
  return 0;
}

function isMode(mode: string): mode is CashMode {
  return mode === 'online' || mode === 'batch';
}

function readInput(options: Options): CashInput {
  const { items, customers } = readOpenItems(bytesOf(options.invoices!), options.invoices!);
  return {
    items,
    customers,
    payments: readPayments(bytesOf(options.payments!), options.payments!),
    closed: options.closed ? readClosedNumbers(bytesOf(options.closed), options.closed) : [],
    relations: options.relations ? readRelations(bytesOf(options.relations), options.relations) : [],
  };
}

function bytesOf(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new KontorError('cash-file-unreadable', `${file} cannot be read.`, { place: { file }, cause });
  }
}

function explainOne(decisions: readonly CashDecision[], id: string): number {
  const decision = decisions.find(({ payment }) => payment.id === id);
  if (!decision) {
    console.error(`No payment has the id ${id}.`);
    return 2;
  }
  console.log(explain(decision));
  return 0;
}

const linesAtOnce = 2000;

function printLines(decisions: readonly CashDecision[]): void {
  for (let start = 0; start < decisions.length; start += linesAtOnce)
    process.stdout.write(`${decisions.slice(start, start + linesAtOnce).map((decision) => JSON.stringify(lineOf(decision))).join('\n')}\n`);
}

function complain(error: KontorError): number {
  const { code, message, remedy, place } = problemOf(error);
  const where = place?.line ? `${place.file}, line ${place.line}, column ${place.column}` : (place?.file ?? '');
  console.error(`${where ? `${where}: ` : ''}${message}${place?.path ? ` (${place.path})` : ''}\n${remedy} [${code}]`);
  return 2;
}
