import { createHash } from 'node:crypto';
import { KontorError } from '../../../domain/errors.ts';
import type { PaymentFile, PaymentOrder } from '../../../domain/model/payment-order.ts';
import { minorOf, money, toDecimalText } from '../../../domain/rules/money.ts';
import { achIdentificationOf } from '../../../domain/rules/payments/ach-identification.ts';
import { orderFaults, type OrderFault } from '../../../domain/rules/payments/order-faults.ts';
import { safeName } from '../transport/names.ts';
import { ascii } from './ascii.ts';
import type { NachaConfig } from './config.ts';
import { nachaFaults, nameIn } from './format-faults.ts';
import { record, recordSize } from './records.ts';
import { remittanceOf, type EntryClass, type Remittance } from './remittance.ts';

type Batch = PaymentOrder['batches'][number];
type Transfer = Batch['transfers'][number];

interface ToldTransfer {
  transfer: Transfer;
  remittance: Remittance;
}

/** Counts and sums of a batch or a file, in cents. */
interface Totals {
  entries: number;
  hash: bigint;
  credit: bigint;
}

const blockingFactor = 10;
const modifiers = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/** Everything that one order has wrong for this format. */
export function allNachaFaults(order: PaymentOrder, config: NachaConfig): OrderFault[] {
  const faults = orderFaults(order);
  return faults.length > 0 ? faults : nachaFaults(order, config);
}

/**
 * Order → ACH file of credits, an entry with its addenda a transfer; the same order gives the same bytes (P7).
 * @throws KontorError `payment-file-invalid`
 */
export function writeNacha(order: PaymentOrder, config: NachaConfig): PaymentFile {
  const [first] = allNachaFaults(order, config);
  if (first) throw new KontorError(first.code, first.message, { place: { path: first.path } });
  const lines = [fileHeader(order, config)];
  const file: Totals = { entries: 0, hash: 0n, credit: 0n };
  let sequence = 0;
  const batches = order.batches.flatMap((batch) => byClass(order, batch, config).map(([entryClass, own]) => ({ entryClass, own, executionDate: batch.executionDate })));
  batches.forEach(({ entryClass, own, executionDate }, index) => {
    const header = batchFields(order, config, index + 1);
    const totals: Totals = { entries: 0, hash: 0n, credit: 0n };
    lines.push(record('batchHeader', { type: 5, ...header, company: ascii(order.debtor.name, 16), entryClass, description: config.entryDescription, effectiveDate: shortDate(executionDate), originatorStatus: 1 }));
    for (const transfer of own) lines.push(...entryWithAddenda(transfer, header.originatingBank, ++sequence, totals));
    lines.push(record('batchControl', { type: 8, ...header, entries: totals.entries, hash: lastTen(totals.hash), credit: totals.credit }));
    file.entries += totals.entries;
    file.hash += lastTen(totals.hash);
    file.credit += totals.credit;
  });
  const blocks = Math.ceil((lines.length + 1) / blockingFactor);
  lines.push(record('fileControl', { type: 9, batches: batches.length, blocks, entries: file.entries, hash: lastTen(file.hash), credit: file.credit }));
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

/** Transfers by the class that has room for what they tell, in their order; CTX has a batch of its own. */
function byClass(order: PaymentOrder, batch: Batch, { entryClass }: NachaConfig): [EntryClass, ToldTransfer[]][] {
  const told = batch.transfers.map((transfer): ToldTransfer => ({ transfer, remittance: remittanceOf(transfer, batch, order, entryClass) }));
  return ([entryClass, 'CTX'] as const).map((wanted): [EntryClass, ToldTransfer[]] => [wanted, told.filter(({ remittance }) => remittance.entryClass === wanted)]).filter(([, own]) => own.length > 0);
}

function entryWithAddenda({ transfer, remittance: { entryClass, addenda } }: ToldTransfer, originatingBank: string, sequence: number, totals: Totals): string[] {
  const { amount, creditor, creditorAccount, endToEndId } = transfer;
  const routing = creditorAccount.routingNumber ?? '';
  totals.entries += 1 + addenda.length;
  totals.hash += BigInt(routing.slice(0, 8));
  totals.credit += minorOf(amount);
  const trace = `${originatingBank}${String(sequence).padStart(7, '0')}`;
  const entry = {
    type: 6, code: creditorAccount.kind === 'savings' ? 32 : 22, bank: routing.slice(0, 8), checkDigit: routing.slice(8), account: creditorAccount.account,
    amount: amount.minor, identification: achIdentificationOf(endToEndId), addenda: 1, trace,
  } as const;
  return [
    entryClass === 'CTX' ? record('entryOfMany', { ...entry, addendaCount: addenda.length, name: nameIn(entryClass, creditor.name) }) : record('entry', { ...entry, name: nameIn(entryClass, creditor.name) }),
    ...addenda.map((information, index) => record('addenda', { type: 7, addendaType: '05', information, sequence: index + 1, entrySequence: trace.slice(-7) })),
  ];
}

function lastTen(hash: bigint): bigint {
  return hash % 10_000_000_000n;
}

function shortDate(date: string): string {
  return date.slice(2).replaceAll('-', '');
}
