import { randomOf } from './random.ts';
import { readWorld, setsAtHand, type CsvRow, type World } from './world.ts';

/**
 * A large world out of the published one: copies with customers, accounts and numbers of their own, until there are enough
 * open items, then as many of the payments as asked for, at random. Digits are exchanged the same way in numbers and memos.
 */
export function scaledWorld(items: number, payments: number, seed: number): World {
  const random = randomOf(seed);
  const sources = setsAtHand().map(readWorld);
  const world: World = { invoices: [], payments: [], closed: [], truth: new Map() };
  for (let copy = 0; world.invoices.length < items; copy++) addCopy(world, sources[copy % sources.length]!, `c${copy}-`, random.shuffled([...'0123456789']));
  return { ...world, invoices: random.shuffled(world.invoices).slice(0, items), payments: random.shuffled(world.payments).slice(0, payments) };
}

function addCopy(world: World, source: World, copy: string, digits: readonly string[]): void {
  const exchanged = (text: string) => text.replace(/[0-9]/g, (digit) => digits[Number(digit)]!);
  const invoice = (row: CsvRow): CsvRow => ({
    ...row,
    invoice_id: copy + row.invoice_id,
    'Customer ID': copy + row['Customer ID'],
    'Customer Name': `${row['Customer Name']} ${copy}`,
    'Assignment Number': exchanged(row['Assignment Number']!),
    'Billing Number': exchanged(row['Billing Number']!),
  });
  for (const row of source.invoices) world.invoices.push(invoice(row));
  for (const row of source.payments)
    world.payments.push({
      ...row,
      payment_id: copy + row.payment_id,
      'Business Partner': `${row['Business Partner']} ${copy}`,
      'Account Number': copy + row['Account Number'],
      'Memo Line': exchanged(row['Memo Line']!),
    });
  for (const [payment, invoices] of source.truth) world.truth.set(copy + payment, new Set([...invoices].map((id) => copy + id)));
}
