import { endOfMonth } from '../../calendar/plain-date.ts';
import type { PlainDate } from '../../model/dates.ts';
import type { Journal } from '../../model/journal.ts';
import type { Money } from '../../model/money.ts';
import { isZeroMoney, negateMoney } from '../money.ts';
import { dayOne } from './reversal.ts';
import type { CutOff } from './goods-received.ts';

/** A cost that the period must bear although its invoice is not posted: services by service date (G2, G3). */
export interface ServiceToAccrue {
  readonly id: string;
  readonly serviceTo: PlainDate;
  readonly status: 'approved' | 'parked' | 'posted' | 'rejected';
  readonly account: string;
  readonly costCentre?: string;
  readonly net: Money;
}

export interface AccrualSettings {
  readonly entity: string;
  readonly ledger: string;
  readonly preparer: string;
  /** Clearing account of goods received, and the two balance-sheet accounts that show its sides at period end. */
  readonly clearingAccount: string;
  readonly receivedNotInvoicedAccount: string;
  readonly invoicedNotReceivedAccount: string;
  readonly accruedServicesAccount: string;
}

/**
 * Period-end entries that turn around on day 1 of the next period (G2): goods received and not invoiced move from
 * clearing to accrued liabilities, invoiced and not received to prepayments, services of the period to accrued cost.
 * Ids follow from period and item, so that a second run makes the same entries. All amounts are functional.
 */
export function accruals(cutOffs: readonly CutOff[], services: readonly ServiceToAccrue[], periodEnd: PlainDate, settings: AccrualSettings): Journal[] {
  const goods = cutOffs.map((item) => {
    const debitClearing = item.kind === 'received-not-invoiced';
    const other = debitClearing ? settings.receivedNotInvoicedAccount : settings.invoicedNotReceivedAccount;
    const amount = debitClearing ? item.amount : negateMoney(item.amount);
    return entry(`${item.line}`, `${debitClearing ? 'Received, not invoiced' : 'Invoiced, not received'}: ${item.line}, ${item.quantity} units`, settings.clearingAccount, undefined, other, amount, periodEnd, settings);
  });
  const costs = services
    .filter((service) => ['approved', 'parked'].includes(service.status) && service.serviceTo <= periodEnd && !isZeroMoney(service.net))
    .map((service) => entry(service.id, `Service to ${service.serviceTo}, not posted: ${service.id}`, service.account, service.costCentre, settings.accruedServicesAccount, service.net, periodEnd, settings));
  return [...goods, ...costs];
}

function entry(key: string, text: string, debit: string, costCentre: string | undefined, credit: string, amount: Money, periodEnd: PlainDate, settings: AccrualSettings): Journal {
  return {
    schemaVersion: 1,
    id: `accrual/${settings.entity}/${periodEnd}/${key}`,
    entity: settings.entity,
    ledger: settings.ledger,
    postingDate: periodEnd,
    documentDate: periodEnd,
    text,
    source: 'accrual',
    status: 'draft',
    preparer: settings.preparer,
    approvals: [],
    autoReverseOn: dayOne(endOfMonth(periodEnd)),
    lines: [
      { account: debit, ...(costCentre ? { costCentre } : {}), amount, functional: amount, reference: key },
      { account: credit, amount: negateMoney(amount), functional: negateMoney(amount), reference: key },
    ],
  };
}
