import type { Random } from './random.ts';
import { cents, decimal, matchesOf, type CsvRow, type World } from './world.ts';

/** Ids become labels without meaning and rows lose their order. */
export function relabelled(world: World, random: Random): World {
  const invoices = random.shuffled(world.invoices);
  const payments = random.shuffled(world.payments);
  const invoiceIds = new Map(invoices.map((row, index) => [row.invoice_id!, `i${index}`]));
  const paymentIds = new Map(payments.map((row, index) => [row.payment_id!, `p${index}`]));
  const sets = new Map<ReadonlySet<string>, ReadonlySet<string>>();
  const truth = new Map<string, ReadonlySet<string>>();
  for (const [payment, settled] of world.truth) {
    if (!sets.has(settled)) sets.set(settled, new Set([...settled].map((id) => invoiceIds.get(id) ?? id)));
    const id = paymentIds.get(payment);
    if (id) truth.set(id, sets.get(settled)!);
  }
  return {
    invoices: invoices.map((row) => ({ ...row, invoice_id: invoiceIds.get(row.invoice_id!)! })),
    payments: payments.map((row) => ({ ...row, payment_id: paymentIds.get(row.payment_id!)! })),
    closed: random.shuffled(world.closed),
    truth,
  };
}

/** An open world: a share of the invoices and of the payments is gone. Removed invoices may be told as closed numbers. */
export function withoutSome(world: World, share: number, random: Random, tellClosed = false): World {
  const kept: CsvRow[] = [];
  const gone: CsvRow[] = [];
  for (const row of world.invoices) (random.chance(share) ? gone : kept).push(row);
  return { ...world, invoices: kept, payments: world.payments.filter(() => !random.chance(share)), closed: tellClosed ? [...world.closed, ...gone] : world.closed };
}

/** Every customer has a few price points of two significant digits; payments follow, with their deductions. */
export function withRepeatedPrices(world: World, points: number, random: Random): World {
  const amounts = new Map<string, number>();
  const prices = new Map<string, number[]>();
  for (const row of world.invoices) {
    const customer = row['Customer ID']!;
    const known = prices.get(customer) ?? [];
    prices.set(customer, known);
    const price = known.length < points ? twoDigits(cents(row.Amount!)) : random.pick(known);
    if (known.length < points) known.push(price);
  }
  for (const row of world.invoices) amounts.set(row.invoice_id!, random.pick(prices.get(row['Customer ID']!)!));
  const before = new Map(world.invoices.map((row) => [row.invoice_id!, cents(row.Amount!)]));
  const received = new Map(world.payments.map((row) => [row.payment_id!, cents(row.Amount!)]));
  for (const { payments, invoices } of matchesOf(world)) {
    const due = invoices.reduce((sum, id) => sum + before.get(id)!, 0);
    const paid = payments.reduce((sum, id) => sum + received.get(id)!, 0);
    let rest = invoices.reduce((sum, id) => sum + amounts.get(id)!, 0) - (due - paid);
    const total = rest;
    payments.forEach((id, index) => {
      const part = index === payments.length - 1 ? rest : Math.max(1, Math.round((total * received.get(id)!) / paid));
      received.set(id, part);
      rest -= part;
    });
  }
  return {
    ...world,
    invoices: world.invoices.map((row) => ({ ...row, Amount: decimal(amounts.get(row.invoice_id!)!) })),
    payments: world.payments.map((row) => ({ ...row, Amount: decimal(received.get(row.payment_id!)!) })).filter((row) => Number(row.Amount) > 0),
  };
}

function twoDigits(amount: number): number {
  const step = 10 ** Math.max(0, Math.floor(Math.log10(amount)) - 1);
  return Math.max(step, Math.round(amount / step) * step);
}

/** A share of the memos says nothing. */
export function withSilentMemos(world: World, share: number, random: Random): World {
  return { ...world, payments: world.payments.map((row) => (random.chance(share) ? { ...row, 'Memo Line': '' } : row)) };
}
