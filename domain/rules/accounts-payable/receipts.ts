import type { GoodsReceipt } from '../../model/goods-receipt.ts';
import { compareExact, exact, minus, plus, zero, type Exact } from '../decimal.ts';
import { compareText } from './findings.ts';
import { smallest } from './match-order-line.ts';

export interface Consumption {
  receipt: GoodsReceipt;
  quantity: Exact;
}

/**
 * Which receipts of an order line a quantity bills (R1): the one that the invoice names, else the oldest first, after what
 * returns and earlier invoices (`before`) have used up in the same order. What no receipt covers is left over.
 */
export function consumeReceipts(receipts: readonly GoodsReceipt[], before: Exact, quantity: Exact, named?: string): { consumed: Consumption[]; uncovered: Exact } {
  const oldestFirst = [...receipts].sort((a, b) => compareText(a.receivedOn, b.receivedOn) || compareText(a.number, b.number));
  const returned = oldestFirst.filter(isReturn).reduce((total, entry) => minus(total, exact(entry.quantity)), zero);
  const open = take(oldestFirst.filter((entry) => !isReturn(entry)).map((receipt) => ({ receipt, quantity: exact(receipt.quantity) })), plus(before, returned)).left;
  const inTurn = named === undefined ? open : [...open.filter(({ receipt }) => receipt.number === named), ...open.filter(({ receipt }) => receipt.number !== named)];
  const { taken, missing } = take(inTurn, quantity);
  return { consumed: taken, uncovered: missing };
}

function take(from: readonly Consumption[], wanted: Exact): { taken: Consumption[]; left: Consumption[]; missing: Exact } {
  let missing = compareExact(wanted, zero) > 0 ? wanted : zero;
  const taken: Consumption[] = [];
  const left: Consumption[] = [];
  for (const { receipt, quantity } of from) {
    const part = smallest(quantity, missing);
    missing = minus(missing, part);
    if (compareExact(part, zero) > 0) taken.push({ receipt, quantity: part });
    if (compareExact(quantity, part) > 0) left.push({ receipt, quantity: minus(quantity, part) });
  }
  return { taken, left, missing };
}

function isReturn(receipt: GoodsReceipt): boolean {
  return compareExact(exact(receipt.quantity), zero) < 0;
}
