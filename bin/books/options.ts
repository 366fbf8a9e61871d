import { parseArgs } from 'node:util';
import { UsageError } from './output.ts';

/** Options of every `ledger` report; each report uses those that concern it. */
export interface LedgerOptions {
  readonly accounts: string;
  readonly periods?: string;
  readonly costCentres?: string;
  readonly policy?: string;
  readonly period?: string;
  readonly from?: string;
  readonly to?: string;
  readonly 'as-of'?: string;
  readonly 'reported-at'?: string;
  readonly entity?: string;
  readonly account?: string;
  readonly open?: string;
  readonly scenario?: string;
  readonly statement?: string;
  readonly against?: string;
  readonly definition?: string;
  readonly submissions?: string;
  readonly submit?: string;
  readonly at?: string;
  readonly format: 'table' | 'json' | 'csv' | 'hledger';
}

const formats = ['table', 'json', 'csv', 'hledger'];

export function ledgerOptions(args: string[]): { positionals: string[]; options: LedgerOptions } {
  const text = { type: 'string' } as const;
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      accounts: text, periods: text, 'cost-centres': text, policy: text, period: text, from: text, to: text, 'as-of': text,
      'reported-at': text, scenario: text, statement: text, against: text, definition: text, submissions: text, submit: text, at: text, entity: text, account: text, open: text, format: { type: 'string', default: 'table' },
    },
  });
  if (!formats.includes(values.format)) throw new UsageError(`--format is one of ${formats.join(', ')}, not "${values.format}".`);
  const { 'cost-centres': costCentres, accounts = '', ...rest } = values;
  return { positionals, options: { ...rest, accounts, ...(costCentres ? { costCentres } : {}), format: values.format as LedgerOptions['format'] } };
}
