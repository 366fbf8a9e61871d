import { createHash } from 'node:crypto';
import { KontorError } from '../../../domain/errors.ts';
import type { PaymentFile, PaymentOrder } from '../../../domain/model/payment-order.ts';
import { minorOf, money, toDecimalText } from '../../../domain/rules/money.ts';
import { achIdentificationOf } from '../../../domain/rules/payments/ach-identification.ts';
import { orderFaults, type OrderFault } from '../../../domain/rules/payments/order-faults.ts';
import { safeName } from '../transport/names.ts';
import { ascii } from './ascii.ts';
import type { NachaConfig } from './config.ts';
import { nachaFaults } from './format-faults.ts';
import { record, recordSize } from './records.ts';

type Batch = PaymentOrder['batches'][number];
type Transfer = Batch['transfers'][number];

/** Counts and sums of a batch or a file, in cents. */
interface Totals {
  entries: number;
  hash: bigint;
  credit: bigint;
}

const blockingFactor = 10;
const modifiers = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const informationWidth = 80;

/** Everything that one order has wrong for this format. */
export function allNachaFaults(order: PaymentOrder, config: NachaConfig): OrderFault[] {
  const faults = orderFaults(order);
  return faults.length > 0 ? faults : nachaFaults(order, config);
}

/**
 * Order → ACH file of credits, an entry with one addenda a transfer; the same order gives the same bytes (P7).
 * @throws KontorError `payment-file-invalid`
 */
export function writeNacha(order: PaymentOrder, config: NachaConfig): PaymentFile {
  const [first] = allNachaFaults(order, config);
  if (first) throw new KontorError(first.code, first.message, { place: { path: first.path } });
  const lines = [fileHeader(order, config)];
  const file: Totals = { entries: 0, hash: 0n, credit: 0n };
  let sequence = 0;
  order.batches.forEach((batch, index) => {
    const header = batchFields(order, config, index + 1);
    const totals: Totals = { entries: 0, hash: 0n, credit: 0n };
    lines.push(record('batchHeader', { type: 5, ...header, company: ascii(order.debtor.name, 16), entryClass: config.entryClass, description: config.entryDescription, effectiveDate: shortDate(batch.executionDate), originatorStatus: 1 }));
    for (const transfer of batch.transfers) lines.push(...entryWithAddenda(transfer, header.originatingBank, ++sequence, totals));
    lines.push(record('batchControl', { type: 8, ...header, entries: totals.entries, hash: lastTen(totals.hash), credit: totals.credit }));
    file.entries += totals.entries;
    file.hash += lastTen(totals.hash);
    file.credit += totals.credit;
  });
  const blocks = Math.ceil((lines.length + 1) / blockingFactor);
  lines.push(record('fileControl', { type: 9, batches: order.batches.length, blocks, entries: file.entries, hash: lastTen(file.hash), credit: file.credit }));
  while (lines.length < blocks * blockingFactor) lines.push('9'.repeat(recordSize));
  const controlSum = toDecimalText(money('USD', file.credit));
  return { messageId: order.messageId, format: 'nacha', fileName: `${safeName(order.messageId)}.ach`, mediaType: 'text/plain', text: `${lines.join('\n')}\n`, transfers: sequence, controlSum };
}

/** The rules know no message id; a file is told apart by origin, date, minute and modifier, which therefore comes from the id. */
function fileHeader(order: PaymentOrder, config: NachaConfig): string {
  const [date, time] = [shortDate(order.createdAt.slice(0, 10)), order.createdAt.slice(11, 16).replace(':', '')];
  const modifier = modifiers[createHash('sha256').update(order.messageId).digest().readUInt32BE() % modifiers.length];
  return record('fileHeader', {
    type: 1, priority: 1, destination: config.immediateDestination, origin: config.immediateOrigin, date, time, modifier,
    recordSize, blockingFactor, format: 1, destinationName: config.destinationName, originName: config.originName,
  });
}

/** What header and control of a batch share. Service class 220: credits alone. */
function batchFields(order: PaymentOrder, config: NachaConfig, batch: number) {
  const originatingBank = (order.debtorAccount.routingNumber ?? config.immediateDestination).slice(0, 8);
  return { serviceClass: 220, companyId: config.companyId ?? order.debtorAccount.account, originatingBank, batch } as const;
}

function entryWithAddenda(transfer: Transfer, originatingBank: string, sequence: number, totals: Totals): string[] {
  const { amount, creditor, creditorAccount, endToEndId } = transfer;
  const routing = creditorAccount.routingNumber ?? '';
  totals.entries += 2;
  totals.hash += BigInt(routing.slice(0, 8));
  totals.credit += minorOf(amount);
  const trace = `${originatingBank}${String(sequence).padStart(7, '0')}`;
  return [
    record('entry', {
      type: 6, code: creditorAccount.kind === 'savings' ? 32 : 22, bank: routing.slice(0, 8), checkDigit: routing.slice(8), account: creditorAccount.account,
      amount: amount.minor, identification: achIdentificationOf(endToEndId), name: ascii(creditor.name, 22), addenda: 1, trace,
    }),
    record('addenda', { type: 7, addendaType: '05', information: information(transfer), sequence: 1, entrySequence: trace.slice(-7) }),
  ];
}

/** Segments of X12 820, as many as one addenda holds: the reference asked for, the documents, and how many more there are (P5). */
function information({ documents, creditorReference }: Transfer): string {
  const asked = creditorReference === undefined ? [] : [`REF*ZZ*${element(creditorReference, 50)}\\`];
  const paid = documents.map(({ class: kind, number, amount, withheld }) => `RMR*${kind === 'invoice' ? 'IV' : 'CM'}*${element(number, 50)}**${kind === 'invoice' ? '' : '-'}${toDecimalText(amount)}\\${withheld ? `NTE*ZZZ*TAX WITHHELD ${toDecimalText(withheld)}\\` : ''}`);
  const segments = [...asked, ...paid];
  for (let kept = segments.length; kept >= 0; kept--) {
    const left = segments.length - kept;
    const text = [...segments.slice(0, kept), ...(left > 0 ? [`NTE*ZZZ*${left} MORE\\`] : [])].join('');
    if (text.length <= informationWidth) return text;
  }
  return '';
}

/** Element text without the separators of the segment. */
function element(text: string, most: number): string {
  return ascii(text, most).replace(/[*\\~]/g, '-');
}

function lastTen(hash: bigint): bigint {
  return hash % 10_000_000_000n;
}

function shortDate(date: string): string {
  return date.slice(2).replaceAll('-', '');
}
