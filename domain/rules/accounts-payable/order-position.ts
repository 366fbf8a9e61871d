import type { GoodsReceipt } from '../../model/goods-receipt.ts';
import type { Reservation } from '../../model/invoice-facts.ts';
import type { Money } from '../../model/money.ts';
import type { PurchaseOrder, PurchaseOrderLine } from '../../model/purchase-order.ts';
import { compareExact, exact, minus, plus, times, zero, type Exact } from '../decimal.ts';
import { compareMoney, minorOf, roundToMoney, sumMoney } from '../money.ts';

/** Where an order line stands, in order units and order currency, without the document that is being judged (R2). */
export interface OrderPosition {
  readonly ordered: Exact;
  /** Net of returns; only what inspection accepted in four-way matching. */
  readonly received: Exact;
  /** Qp and its value as an invoice must see it: pending invoices count, pending credits do not free anything yet. */
  readonly invoiced: Exact;
  readonly invoicedValue: Money;
  /** The same as a credit must see it: pending credits count, so that one return is not credited twice. */
  readonly invoicedAfterCredits: Exact;
  readonly invoicedValueAfterCredits: Money;
}

/**
 * Counts every invoiced unit exactly once (M9): what the ERP lists under references that are not ours, and our own live
 * reservations. A reference of ours is one that a live reservation carries, so that a posted document is neither
 * counted twice nor, when its reservation was lost, not at all. The judged case's own reservation is left out.
 */
export function orderPosition(order: PurchaseOrder, line: PurchaseOrderLine, receipts: readonly GoodsReceipt[], reservations: readonly Reservation[], caseId: string): OrderPosition {
  const own = reservations.filter((entry) => entry.orderNumber === order.number && entry.orderLine === line.id);
  const references = new Set(own.map((entry) => entry.externalReference));
  const foreign = line.invoiced.filter((entry) => entry.externalReference === undefined || !references.has(entry.externalReference));
  const others = own.filter((entry) => entry.caseId !== caseId);
  const taken = others.filter((entry) => entry.state === 'posted' || !isNegative(entry));
  const valueOf = (entries: readonly Reservation[]): Money => sumMoney(order.currency, [...foreign.map((entry) => valueInOrderCurrency(order, line, entry)), ...entries.map((entry) => countedValue(order, line, entry))]);
  return {
    ordered: exact(line.quantity),
    received: receivedQuantity(order, line, receipts),
    invoiced: sum([...foreign, ...taken].map((entry) => exact(entry.quantity))),
    invoicedValue: valueOf(taken),
    invoicedAfterCredits: sum([...foreign, ...others].map((entry) => exact(entry.quantity))),
    invoicedValueAfterCredits: valueOf(others),
  };
}

/** Qr: receipts less returns of one order line; an uninspected receipt counts nothing in four-way matching. */
export function receivedQuantity(order: PurchaseOrder, line: PurchaseOrderLine, receipts: readonly GoodsReceipt[]): Exact {
  const movements = receipts.filter((receipt) => receipt.orderNumber === order.number && receipt.orderLine === line.id);
  return sum(movements.map((movement) => {
    const quantity = exact(movement.quantity);
    if (line.matching !== 'four-way') return quantity;
    if (movement.accepted !== undefined) return exact(movement.accepted);
    return compareExact(quantity, zero) < 0 ? quantity : zero;
  }));
}

/** What an order line is still good for, from its numbers alone (R2), and whether it may be closed (R5). */
export function lineState(position: Pick<OrderPosition, 'ordered' | 'received' | 'invoiced'>, underDeliveryPercent: Exact): { toReceive: Exact; toInvoice: Exact; creditExpected: boolean; closable: boolean } {
  const toReceive = minus(position.ordered, position.received);
  const toInvoice = minus(position.received, position.invoiced);
  const missingPercent = times(toReceive, exact('100'));
  return {
    toReceive,
    toInvoice,
    creditExpected: compareExact(toInvoice, zero) < 0,
    closable: compareExact(missingPercent, times(underDeliveryPercent, position.ordered)) <= 0 && compareExact(toInvoice, zero) === 0,
  };
}

export function sum(values: readonly Exact[]): Exact {
  return values.reduce(plus, zero);
}

function isNegative(entry: Reservation): boolean {
  return compareExact(exact(entry.quantity), zero) < 0 || minorOf(entry.value) < 0n;
}

/** A pending bargain, or a pending credit above the order price, may still be rejected: until it is posted it makes no room for an overcharge (M8). */
function countedValue(order: PurchaseOrder, line: PurchaseOrderLine, entry: Reservation): Money {
  const value = valueInOrderCurrency(order, line, entry);
  if (entry.state === 'posted' || line.kind !== 'goods') return value;
  const entitled = roundToMoney(order.currency, times(exact(entry.quantity), exact(line.unitPrice)));
  return compareMoney(value, entitled) < 0 ? entitled : value;
}

/** A value in a foreign currency cannot be added; the entitled value stands in for it. */
function valueInOrderCurrency(order: PurchaseOrder, line: PurchaseOrderLine, entry: { quantity: string; value: Money }): Money {
  return entry.value.currency === order.currency ? entry.value : roundToMoney(order.currency, times(exact(entry.quantity), exact(line.unitPrice)));
}
