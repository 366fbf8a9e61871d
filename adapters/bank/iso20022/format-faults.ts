import type { PaymentOrder } from '../../../domain/model/payment-order.ts';
import { minorOf } from '../../../domain/rules/money.ts';
import type { OrderFault } from '../../../domain/rules/payments/order-faults.ts';
import { isRoutingNumber } from '../../../domain/rules/payments/routing-number.ts';

type Batch = PaymentOrder['batches'][number];
type Transfer = Batch['transfers'][number];

/** 999,999,999.99 EUR: what a SEPA credit transfer can carry. */
const mostEuroCents = 99_999_999_999n;

/** What a credit transfer initiation cannot say, beyond the faults of every order. */
export function iso20022Faults(order: PaymentOrder): OrderFault[] {
  return [
    ...bankFaults(order.debtorAccount, 'debtorAccount', false),
    ...order.batches.flatMap((batch, index) => {
      const path = `batches[${index}]`;
      if (batch.method === 'ach') return [fault(`${path}.method`, 'ACH entries go into a file of the format nacha.')];
      const sepa = batch.method === 'sepa' ? sepaFaults(order, batch, path) : [];
      return [...sepa, ...batch.transfers.flatMap((transfer, at) => transferFaults(batch, transfer, `${path}.transfers[${at}]`))];
    }),
  ];
}

/** The scheme fixes service level and charge bearer, and knows accounts by IBAN alone. */
function sepaFaults(order: PaymentOrder, batch: Batch, path: string): OrderFault[] {
  return [
    ...(order.debtorAccount.iban === undefined ? [fault('debtorAccount.iban', 'A SEPA transfer needs the IBAN of the payer.')] : []),
    ...(batch.chargeBearer === 'SLEV' ? [] : [fault(`${path}.chargeBearer`, `A SEPA transfer is sent with SLEV, not ${batch.chargeBearer}.`)]),
    ...(['SEPA', undefined].includes(batch.serviceLevel) ? [] : [fault(`${path}.serviceLevel`, `A SEPA transfer has the service level SEPA, not ${batch.serviceLevel}.`)]),
  ];
}

function transferFaults(batch: Batch, { amount, creditorAccount, endToEndId }: Transfer, path: string): OrderFault[] {
  const sepa = batch.method === 'sepa';
  return [
    ...(sepa && amount.currency !== 'EUR' ? [fault(`${path}.amount.currency`, `${endToEndId} is in ${amount.currency}; SEPA transfers are in EUR.`)] : []),
    ...(sepa && minorOf(amount) > mostEuroCents ? [fault(`${path}.amount`, `${endToEndId} is over more than 999999999.99 EUR, the most that a SEPA transfer carries.`)] : []),
    ...(sepa && creditorAccount.iban === undefined ? [fault(`${path}.creditorAccount.iban`, `${endToEndId} has no IBAN; SEPA transfers need one.`)] : []),
    ...bankFaults(creditorAccount, `${path}.creditorAccount`, creditorAccount.iban === undefined),
  ];
}

/** An IBAN names its bank; a national number does not. */
function bankFaults(account: { bic?: string | undefined; routingNumber?: string | undefined }, path: string, needed: boolean): OrderFault[] {
  if (account.routingNumber !== undefined && !isRoutingNumber(account.routingNumber)) return [fault(`${path}.routingNumber`, `The check digit of the routing number ${account.routingNumber} does not fit.`)];
  return needed && account.bic === undefined && account.routingNumber === undefined ? [fault(`${path}.bic`, 'An account without IBAN needs the BIC or the routing number of its bank.')] : [];
}

function fault(path: string, message: string): OrderFault {
  return { code: 'payment-file-invalid', path, message };
}
