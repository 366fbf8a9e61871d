import type { PaymentOrder } from '../../../domain/model/payment-order.ts';
import { minorOf } from '../../../domain/rules/money.ts';
import { achIdentificationOf } from '../../../domain/rules/payments/ach-identification.ts';
import type { OrderFault } from '../../../domain/rules/payments/order-faults.ts';
import { isRoutingNumber } from '../../../domain/rules/payments/routing-number.ts';
import { ascii } from './ascii.ts';
import type { NachaConfig } from './config.ts';
import { remittanceOf, type EntryClass } from './remittance.ts';

type Batch = PaymentOrder['batches'][number];
type Transfer = Batch['transfers'][number];

/** 99,999,999.99 USD: what the ten columns of an entry hold. */
const mostCents = 9_999_999_999n;

/** What the four columns of the count hold. */
const mostAddenda = 9_999;

/** The payee's name in the columns that its entry has for it. */
export function nameIn(entryClass: EntryClass, name: string): string {
  return ascii(name, entryClass === 'CTX' ? 16 : 22);
}

/** What an ACH file cannot say, beyond the faults of every order. */
export function nachaFaults(order: PaymentOrder, config: NachaConfig): OrderFault[] {
  const seen = new Map<string, string>();
  return [
    ...payerFaults(order, config),
    ...order.batches.flatMap((batch, index) => {
      const path = `batches[${index}]`;
      if (batch.method !== 'ach') return [fault(`${path}.method`, `A file of the format nacha holds ACH entries; the batch ${batch.paymentInformationId} is to be paid by ${batch.method}.`)];
      return batch.transfers.flatMap((transfer, at) => [...transferFaults(transfer, `${path}.transfers[${at}]`, seen), ...entryFaults(transfer, batch, order, config, `${path}.transfers[${at}]`)]);
    }),
  ];
}

function payerFaults({ debtorAccount }: PaymentOrder, config: NachaConfig): OrderFault[] {
  const routing = debtorAccount.routingNumber;
  return [
    ...(routing !== undefined && !isRoutingNumber(routing) ? [fault('debtorAccount.routingNumber', `The check digit of the routing number ${routing} does not fit.`)] : []),
    ...(config.companyId === undefined && !/^[A-Za-z0-9 ]{1,10}$/.test(debtorAccount.account ?? '') ? [fault('debtorAccount.account', 'The bank identifies the payer by a company identification; set companyId where the account number does not fit into its ten columns.')] : []),
  ];
}

function entryFaults(transfer: Transfer, batch: Batch, order: PaymentOrder, config: NachaConfig, path: string): OrderFault[] {
  const { creditor, documents, endToEndId } = transfer;
  const { entryClass, addenda } = remittanceOf(transfer, batch, order, config.entryClass);
  return [
    ...(/[A-Za-z0-9]/.test(nameIn(entryClass, creditor.name)) ? [] : [fault(`${path}.creditor.name`, `The name of the payee of ${endToEndId} has no letter or digit that ASCII knows in the columns of its entry.`)]),
    ...(addenda.length <= mostAddenda ? [] : [fault(`${path}.documents`, `The ${documents.length} documents of ${endToEndId} need ${addenda.length} addenda; an entry has at most ${mostAddenda}.`)]),
  ];
}

function transferFaults({ amount, creditorAccount, endToEndId }: Transfer, path: string, seen: Map<string, string>): OrderFault[] {
  const { routingNumber = '', account = '' } = creditorAccount;
  const identification = achIdentificationOf(endToEndId);
  const earlier = seen.get(identification);
  seen.set(identification, earlier ?? endToEndId);
  return [
    ...(amount.currency === 'USD' ? [] : [fault(`${path}.amount.currency`, `${endToEndId} is in ${amount.currency}; ACH entries are in USD.`)]),
    ...(minorOf(amount) > mostCents ? [fault(`${path}.amount`, `${endToEndId} is over more than 99999999.99 USD, the most that an entry holds.`)] : []),
    ...(isRoutingNumber(routingNumber) ? [] : [fault(`${path}.creditorAccount.routingNumber`, `${endToEndId} needs the routing number of the payee's bank: nine digits, the last a check digit over the others.`)]),
    ...(/^[A-Za-z0-9 -]{1,17}$/.test(account) ? [] : [fault(`${path}.creditorAccount.account`, `${endToEndId} needs an account number of at most 17 letters, digits or hyphens.`)]),
    ...(earlier === undefined ? [] : [fault(`${path}.endToEndId`, `${endToEndId} and ${earlier} begin with the same 15 characters, which is all that an entry holds of them.`)]),
  ];
}

function fault(path: string, message: string): OrderFault {
  return { code: 'payment-file-invalid', path, message };
}
