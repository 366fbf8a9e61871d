import type { Random } from './random.ts';
import { cents, decimal, matchesOf, type CsvRow, type World } from './world.ts';

/** Shares of one-to-one payments that get each of the things which the published data lack. */
const shares = { discountEarned: 0.05, discountLate: 0.03, statedCharge: 0.04, usualCharge: 0.02, foreignCurrency: 0.04, creditNote: 0.04, duplicate: 0.02, sharedAccount: 0.02 };
const discountRate = 0.02;
const charge = 1233;
const usualCharge = 1500;

/**
 * Changes a share of the one-to-one payments: terms discounts earned and not, charges stated and usual, payments in another
 * currency with the statement's rate, credit notes netted, the same payment sent twice, two customers on one account.
 * The truth keeps what can be known: a late discount needs a person, so that payment settles nothing by itself.
 */
export function withDifferences(world: World, random: Random): World {
  const invoices = new Map(world.invoices.map((row) => [row.invoice_id!, { ...row, 'Discount Amount': '', 'Discount Date': '' } as CsvRow]));
  const payments = new Map(world.payments.map((row) => [row.payment_id!, { ...row, Charges: '', 'Instructed Amount': '', 'Instructed Currency': '', 'Exchange Rate': '' } as CsvRow]));
  const truth = new Map(world.truth);
  for (const match of matchesOf(world)) {
    if (match.payments.length !== 1 || match.invoices.length !== 1) continue;
    const kind = pickKind(random);
    if (kind) changes[kind]({ invoice: invoices.get(match.invoices[0]!)!, payment: payments.get(match.payments[0]!)!, invoices, payments, truth, random });
  }
  return { ...world, invoices: [...invoices.values()], payments: [...payments.values()], truth };
}

type Kind = keyof typeof shares;

function pickKind(random: Random): Kind | undefined {
  let left = random.next();
  for (const kind of Object.keys(shares) as Kind[]) {
    left -= shares[kind];
    if (left < 0) return kind;
  }
  return undefined;
}

interface Case {
  invoice: CsvRow;
  payment: CsvRow;
  invoices: Map<string, CsvRow>;
  payments: Map<string, CsvRow>;
  truth: Map<string, ReadonlySet<string>>;
  random: Random;
}

const changes: Record<Kind, (one: Case) => void> = {
  discountEarned: ({ invoice, payment }) => discount(invoice, payment, payment['Posting Date']!),
  discountLate: ({ invoice, payment, truth }) => {
    discount(invoice, payment, invoice['Document Date']!);
    if (Number(payment['Posting Date']) - Number(invoice['Document Date']) > 3) truth.delete(payment.payment_id!);
  },
  statedCharge: ({ payment }) => {
    shorten(payment, charge);
    payment.Charges = decimal(charge);
  },
  usualCharge: ({ payment }) => {
    if (payment.Currency === 'EUR' || payment.Currency === 'USD') shorten(payment, usualCharge);
  },
  foreignCurrency: ({ payment }) => {
    payment['Instructed Amount'] = payment.Amount!;
    payment['Instructed Currency'] = payment.Currency!;
    payment['Exchange Rate'] = '1.25';
    payment.Amount = decimal(Math.round(cents(payment.Amount!) * 1.25));
    payment.Currency = payment.Currency === 'GBP' ? 'EUR' : 'GBP';
  },
  creditNote: ({ invoice, payment, invoices, truth, random }) => {
    const amount = Math.round(cents(invoice.Amount!) * 0.1) + 7;
    const number = String(random.below(9_000_000_000) + 1_000_000_000);
    const note = { ...invoice, invoice_id: `${invoice.invoice_id}-cn`, Amount: decimal(-amount), 'Billing Number': number, 'Assignment Number': '' };
    invoices.set(note.invoice_id, note);
    shorten(payment, amount);
    payment['Memo Line'] = `${payment['Memo Line']} ${number}`;
    truth.set(payment.payment_id!, new Set([invoice.invoice_id!, note.invoice_id]));
  },
  duplicate: ({ payment, payments }) => {
    const copy = { ...payment, payment_id: `${payment.payment_id}-2`, 'Posting Date': `${payment['Posting Date']!.slice(0, 4)}1215` };
    payments.set(copy.payment_id, copy);
  },
  sharedAccount: ({ payment, random, payments }) => {
    payment['Account Number'] = random.pick([...payments.values()])['Account Number']!;
  },
};

function discount(invoice: CsvRow, payment: CsvRow, until: string): void {
  const amount = Math.round(cents(invoice.Amount!) * discountRate);
  invoice['Discount Amount'] = decimal(amount);
  invoice['Discount Date'] = until;
  shorten(payment, amount);
}

function shorten(payment: CsvRow, amount: number): void {
  payment.Amount = decimal(cents(payment.Amount!) - amount);
}
