import { randomUUID } from 'node:crypto';
import { takeIn } from '../../api/intake/take-in.ts';
import type { Db } from '../../db/client.ts';
import type { IntakeResult } from '../../db/repositories/intake.ts';
import { readInvoice } from '../../documents/invoice/read-invoice.ts';
import type { Invoice } from '../../domain/model/invoice.ts';
import type { Money } from '../../domain/model/money.ts';
import { exact, times } from '../../domain/rules/decimal.ts';
import { addMoney, noMoney, roundToMoney, sumMoney } from '../../domain/rules/money.ts';

export interface BilledLine {
  orderNumber?: string;
  orderLine?: string;
  quantity: string;
  price: string;
  unit?: string;
  sellerItem?: string;
  costCentre?: string;
  name?: string;
}

export interface Billed {
  number?: string;
  class?: Invoice['class'];
  lines: BilledLine[];
  /** Percent; 19 unless told. */
  rate?: string;
  currency?: string;
  seller?: Partial<Invoice['seller']>;
  buyer?: Partial<Invoice['buyer']>;
  iban?: string;
  preceding?: string[];
  issueDate?: string;
}

/** A document whose sums foot, from the sandbox's first steel supplier to DE01 unless told otherwise. */
export function billed(facts: Billed): Invoice {
  const currency = facts.currency ?? 'EUR';
  const rate = facts.rate ?? '19';
  const lines = facts.lines.map((line, index) => lineOf(line, index, currency, rate));
  const net = sumMoney(currency, lines.map((line) => line.net));
  const tax = roundToMoney(currency, times(times(exact(amount(net)), exact(rate)), exact('0.01')));
  const gross = addMoney(net, tax);
  const zero = noMoney(currency);
  return {
    schemaVersion: 1,
    class: facts.class ?? 'invoice',
    typeCode: facts.class === 'credit-note' ? '381' : '380',
    number: facts.number ?? `T-${randomUUID().slice(0, 8)}`,
    issueDate: facts.issueDate ?? '2026-11-16',
    currency,
    notes: [],
    references: { ...(facts.lines[0]?.orderNumber ? { order: facts.lines[0].orderNumber } : {}), preceding: (facts.preceding ?? []).map((number) => ({ number })) },
    seller: { name: 'Stahlwerk Nordheim GmbH', ids: [], vatId: 'DE812649307', ...facts.seller },
    buyer: { name: 'Muster Maschinenbau GmbH', ids: [], vatId: 'DE136695976', ...facts.buyer },
    payment: { means: [{ code: '58', account: { iban: facts.iban ?? 'DE59500999000010000101' } }], discounts: [] },
    allowances: [],
    lines,
    taxes: [{ category: rate === '0' ? 'Z' : 'S', rate, base: net, amount: tax }],
    totals: { lineNet: net, allowances: zero, charges: zero, net, tax, gross, prepaid: zero, rounding: zero, payable: gross },
    attachments: [],
  };
}

function lineOf(line: BilledLine, index: number, currency: string, rate: string): Invoice['lines'][number] {
  return {
    id: String(index + 1),
    quantity: line.quantity,
    unit: line.unit ?? 'C62',
    unitPrice: line.price,
    baseQuantity: '1',
    net: roundToMoney(currency, times(exact(line.quantity), exact(line.price))),
    allowances: [],
    tax: { category: rate === '0' ? 'Z' : 'S', rate },
    item: { name: line.name ?? 'Item', classifications: [], attributes: [], ...(line.sellerItem ? { sellerId: line.sellerItem } : {}) },
    ...(line.orderNumber ? { orderNumber: line.orderNumber } : {}),
    ...(line.orderLine ? { orderLine: line.orderLine } : {}),
    ...(line.costCentre ? { buyerAccounting: line.costCentre } : {}),
  };
}

function amount({ minor }: Money): string {
  const digits = minor.replace('-', '').padStart(3, '0');
  return `${minor.startsWith('-') ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** Takes a document in as the API does, without HTTP. */
export async function submit(db: Db, invoice: Invoice, options: { submitter?: string; channel?: string; messageId?: string; attachments?: Parameters<typeof takeIn>[1]['attachments'] } = {}): Promise<IntakeResult> {
  const [taken] = await takeIn(
    { db, read: (bytes) => readInvoice(bytes) },
    {
      channel: options.channel ?? 'api',
      ...(options.messageId ? { messageId: options.messageId } : {}),
      submitter: options.submitter ?? 'person:anna.berg',
      correlationId: `test-${randomUUID().slice(0, 12)}`,
      bytes: Buffer.from(JSON.stringify(invoice)),
      mediaType: 'application/json',
      attachments: options.attachments ?? [],
    },
    { mayEnter: () => true },
  );
  if (!taken?.ok) throw new Error(`refused: ${JSON.stringify(taken?.problem)}`);
  return taken.result;
}
