import { isPlainDate } from '../../calendar/plain-date.ts';
import type { ErrorCode } from '../../errors.ts';
import type { Money } from '../../model/money.ts';
import type { PaymentOrder } from '../../model/payment-order.ts';
import { addMoney, compareMoney, describeMoney, isCurrency, minorOf, subtractMoney, sumMoney } from '../money.ts';
import { referenceFault } from './creditor-reference.ts';
import { ibanFault } from './iban.ts';

/** What keeps an order from being written, in whatever format; `path` leads to the field: `batches[0].transfers[2].amount`. */
export interface OrderFault {
  code: Extract<ErrorCode, 'payment-file-invalid' | 'iban-invalid'>;
  message: string;
  path: string;
}

type Batch = PaymentOrder['batches'][number];
type Transfer = Batch['transfers'][number];
type RemittedDocument = Transfer['documents'][number];

/**
 * All faults of an order in its order: identifications (P7), amounts and currencies (P11), accounts, references, and that the
 * documents of a transfer add up to it (P5). An order without faults can still be one that a format has no form for.
 */
export function orderFaults(order: PaymentOrder): OrderFault[] {
  return [
    ...identificationFaults(order),
    ...(order.batches.length === 0 ? [fault('batches', 'The order has no batch.')] : []),
    ...accountFaults(order.debtorAccount, 'debtorAccount'),
    ...order.batches.flatMap((batch, index) => batchFaults(batch, `batches[${index}]`)),
  ];
}

function batchFaults(batch: Batch, path: string): OrderFault[] {
  return [
    ...(isPlainDate(batch.executionDate) ? [] : [fault(`${path}.executionDate`, `"${batch.executionDate}" is no date.`)]),
    ...(batch.transfers.length === 0 ? [fault(`${path}.transfers`, `The batch ${batch.paymentInformationId} has no transfer.`)] : []),
    ...batch.transfers.flatMap((transfer, index) => transferFaults(transfer, `${path}.transfers[${index}]`)),
  ];
}

function transferFaults(transfer: Transfer, path: string): OrderFault[] {
  const { amount, creditorAccount, creditorReference } = transfer;
  const faults = [...amountFaults(amount, `${path}.amount`, `The transfer ${transfer.endToEndId}`), ...accountFaults(creditorAccount, `${path}.creditorAccount`)];
  const wrongReference = referenceFault(creditorReference, creditorAccount.iban);
  if (wrongReference !== undefined) faults.push(fault(`${path}.creditorReference`, wrongReference));
  return faults.length > 0 ? faults : documentFaults(transfer, path);
}

/** Invoices less credit notes are the amount of the transfer: what is remitted and what is explained are one sum. */
function documentFaults({ amount, documents, endToEndId }: Transfer, path: string): OrderFault[] {
  if (documents.length === 0) return [fault(`${path}.documents`, `The transfer ${endToEndId} names no document that it pays.`)];
  const faults = documents.flatMap((document, index) => oneDocumentFaults(document, amount.currency, `${path}.documents[${index}]`));
  if (faults.length > 0) return faults;
  const total = subtractMoney(sumOf(documents, 'invoice', amount.currency), sumOf(documents, 'credit-note', amount.currency));
  if (compareMoney(total, amount) === 0) return [];
  return [fault(`${path}.documents`, `The documents of ${endToEndId} add up to ${describeMoney(total)}; the transfer is over ${describeMoney(amount)}.`)];
}

function oneDocumentFaults(document: RemittedDocument, currency: string, path: string): OrderFault[] {
  if (document.number.trim() === '') return [fault(`${path}.number`, 'The document has no number.')];
  if (!isPlainDate(document.issueDate)) return [fault(`${path}.issueDate`, `"${document.issueDate}" is no date.`)];
  return (['amount', 'discount', 'withheld'] as const).flatMap((part) => {
    const amount = document[part];
    if (amount === undefined) return [];
    const at = `${path}.${part}`;
    if (amount.currency !== currency) return [fault(at, `The document ${document.number} is in ${amount.currency}, its transfer in ${currency}.`)];
    return amountFaults(amount, at, `The document ${document.number}`);
  });
}

function sumOf(documents: RemittedDocument[], kind: RemittedDocument['class'], currency: string): Money {
  return sumMoney(currency, documents.filter((document) => document.class === kind).map(({ amount }) => amount));
}

/** What is owed for a document before discount and withholding. */
export function owedFor({ amount, discount, withheld }: RemittedDocument): Money {
  return [discount, withheld].reduce<Money>((sum, part) => (part ? addMoney(sum, part) : sum), amount);
}

function amountFaults(amount: Money, path: string, subject: string): OrderFault[] {
  if (!isCurrency(amount.currency)) return [fault(path, `${subject} is in ${amount.currency}, a currency whose decimals ISO 4217 does not give.`)];
  if (minorOf(amount) <= 0n) return [fault(path, `${subject} is over ${describeMoney(amount)}; only more than nothing can be paid.`)];
  return [];
}

function accountFaults(account: { iban?: string | undefined; account?: string | undefined }, path: string): OrderFault[] {
  if (account.iban === undefined) return account.account ? [] : [fault(path, 'The account has neither an IBAN nor a number.')];
  const wrong = ibanFault(account.iban);
  return wrong === undefined ? [] : [{ code: 'iban-invalid', path: `${path}.iban`, message: `The IBAN ${masked(account.iban)} ${wrong}.` }];
}

/** Identifications are never shortened or rewritten: an answer of the bank must find them again. */
function identificationFaults(order: PaymentOrder): OrderFault[] {
  const batches = order.batches.map((batch, index) => ({ id: batch.paymentInformationId, path: `batches[${index}].paymentInformationId` }));
  const transfers = order.batches.flatMap((batch, b) => batch.transfers.map((transfer, t) => ({ transfer, path: `batches[${b}].transfers[${t}]` })));
  const endToEnd = transfers.map(({ transfer, path }) => ({ id: transfer.endToEndId, path: `${path}.endToEndId` }));
  const instructions = transfers.map(({ transfer, path }) => ({ id: transfer.instructionId, path: `${path}.instructionId` }));
  const all = [{ id: order.messageId, path: 'messageId' }, ...batches, ...endToEnd, ...instructions];
  return [...all.filter(({ id }) => !isIdentification(id)).map(({ id, path }) => fault(path, `"${id.slice(0, 60)}" is no identification that banks take: 1 to 35 letters, digits and + ? : ( ) . , ' - or blanks, and no blank at an end.`)), ...[batches, endToEnd, instructions].flatMap(repeated)];
}

function isIdentification(id: string): boolean {
  return /^[A-Za-z0-9+?:().,'-]([A-Za-z0-9+?:().,' -]{0,33}[A-Za-z0-9+?:().,'-])?$/.test(id);
}

function repeated(entries: { id: string; path: string }[]): OrderFault[] {
  const first = new Map<string, string>();
  return entries.flatMap(({ id, path }) => {
    const earlier = first.get(id);
    first.set(id, earlier ?? path);
    return earlier === undefined ? [] : [fault(path, `${id} is at ${earlier} already; in one file it may stand once.`)];
  });
}

/** Country, check digits and the last four: enough to find the account, too little to use it. */
function masked(iban: string): string {
  const text = iban.replace(/\s/g, '');
  return text.length <= 8 ? text : `${text.slice(0, 4)}…${text.slice(-4)}`;
}

function fault(path: string, message: string): OrderFault {
  return { code: 'payment-file-invalid', path, message };
}
