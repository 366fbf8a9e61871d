import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { readFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';

/** A row of a CSV file by column name. */
export type CsvRow = Record<string, string>;

/** Invoices and payments as files, with the truth beside them that the matcher never sees. */
export interface World {
  invoices: CsvRow[];
  payments: CsvRow[];
  closed: CsvRow[];
  /** Per payment the invoices it truly settles; absent when it settles none. */
  truth: Map<string, ReadonlySet<string>>;
}

export type Match = { payments: string[]; invoices: string[] };

export const dataFolder = join(process.env.KONTOR_TEST_DATA ?? '../shared/data', 'cash-application');

export const dataIsThere = existsSync(dataFolder);

export function setsAtHand(): string[] {
  return ['single', 'multi'].filter((name) => existsSync(join(dataFolder, name, 'matches.csv')));
}

export function readWorld(set: string): World {
  const rows = (name: string): CsvRow[] => parse(readFileSync(join(dataFolder, set, name)), { columns: true, bom: true });
  const truth = new Map<string, ReadonlySet<string>>();
  for (const row of rows('matches.csv')) {
    const invoices = new Set((JSON.parse(row.invoice_ids!) as number[]).map(String));
    for (const payment of JSON.parse(row.payment_ids!) as number[]) truth.set(String(payment), invoices);
  }
  return { invoices: rows('invoices.csv'), payments: rows('payments.csv'), closed: [], truth };
}

/** Payments and invoices that belong together. */
export function matchesOf(world: World): Match[] {
  const matches = new Map<ReadonlySet<string>, Match>();
  for (const [payment, invoices] of world.truth) {
    const known = matches.get(invoices);
    if (known) known.payments.push(payment);
    else matches.set(invoices, { payments: [payment], invoices: [...invoices] });
  }
  return [...matches.values()];
}

export function toCsv(rows: readonly CsvRow[]): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return stringify([...rows], { header: true, columns });
}

export function cents(amount: string): number {
  return Math.round(Number(amount) * 100);
}

export function decimal(amount: number): string {
  return (amount / 100).toFixed(2);
}
