import type { PlainDate } from '../../model/dates.ts';
import type { Decimal, Money } from '../../model/money.ts';
import { exact, minus, plus, times, toText, zero, type Exact } from '../decimal.ts';
import { addMoney, isZeroMoney, minorOf, negateMoney, noMoney, roundToMoney, subtractMoney } from '../money.ts';

/** What happened on an order line, in order of booking. Returns and credits carry negative quantities. */
export type OrderLineEvent =
  | { readonly kind: 'receipt'; readonly date: PlainDate; readonly quantity: Decimal }
  | { readonly kind: 'invoice'; readonly date: PlainDate; readonly quantity: Decimal; readonly net: Money };

/** One order line as goods-received accounting sees it; `price` is Po, net of one order unit. */
export interface OrderLineFacts {
  readonly id: string;
  readonly currency: string;
  readonly price: Decimal;
  readonly events: readonly OrderLineEvent[];
}

/** Amounts of one movement by role of account, debit positive; they add up to zero (G1). */
export interface GoodsPosting {
  readonly date: PlainDate;
  readonly stock: Money;
  readonly clearing: Money;
  readonly priceDifference: Money;
  readonly payable: Money;
}

export interface OrderLinePosition {
  readonly received: Exact;
  readonly invoiced: Exact;
  /** Balance of the clearing account for this line, debit positive; zero when quantities agree (G1). */
  readonly clearing: Money;
  readonly postings: readonly GoodsPosting[];
}

/**
 * Books every receipt at the order price and clears every invoice at receipt value; what the supplier charges
 * beyond that is a price difference (G1). After each event the clearing balance is (Qp − Qr)·Po exactly, because
 * the new balance is computed and the movement follows from it: roundings of parts never pile up (G6).
 */
export function orderLinePosition(line: OrderLineFacts): OrderLinePosition {
  const price = exact(line.price);
  let [received, invoiced] = [zero, zero];
  let clearing = noMoney(line.currency);
  const postings: GoodsPosting[] = [];
  for (const event of line.events) {
    if (event.kind === 'receipt') received = plus(received, exact(event.quantity));
    else invoiced = plus(invoiced, exact(event.quantity));
    const balance = roundToMoney(line.currency, times(minus(invoiced, received), price));
    const movement = subtractMoney(balance, clearing);
    clearing = balance;
    const net = event.kind === 'invoice' ? event.net : noMoney(line.currency);
    postings.push({
      date: event.date,
      stock: event.kind === 'receipt' ? negateMoney(movement) : noMoney(line.currency),
      clearing: movement,
      priceDifference: event.kind === 'invoice' ? subtractMoney(net, movement) : noMoney(line.currency),
      payable: negateMoney(net),
    });
  }
  return { received, invoiced, clearing, postings };
}

/** What the period end must show of a line beyond its postings (G2). */
export interface CutOff {
  readonly line: string;
  readonly kind: 'received-not-invoiced' | 'invoiced-not-received';
  readonly quantity: Decimal;
  readonly amount: Money;
  /** Date of the oldest movement that is not matched by the other side: the age of the item (G5). */
  readonly since: PlainDate;
}

/** Lines whose quantities differ at `asOf`; receipt and service dates decide, not those of invoices' arrival (G3). */
export function cutOffs(lines: readonly OrderLineFacts[], asOf: PlainDate): CutOff[] {
  return lines.flatMap((line) => {
    const events = line.events.filter((event) => event.date <= asOf);
    const { received, invoiced, clearing } = orderLinePosition({ ...line, events });
    if (isZeroMoney(clearing)) return [];
    const open = minus(received, invoiced);
    const ahead = minorOf(clearing) < 0n ? 'receipt' : 'invoice';
    return [{
      line: line.id,
      kind: ahead === 'receipt' ? 'received-not-invoiced' as const : 'invoiced-not-received' as const,
      quantity: toText(ahead === 'receipt' ? open : { unscaled: -open.unscaled, scale: open.scale }),
      amount: minorOf(clearing) < 0n ? negateMoney(clearing) : clearing,
      since: unmatchedSince(events, ahead, ahead === 'receipt' ? invoiced : received),
    }];
  });
}

/** First in, first matched: the oldest movement of the side that is ahead which the other side does not reach (R1). */
function unmatchedSince(events: readonly OrderLineEvent[], ahead: OrderLineEvent['kind'], matched: Exact): PlainDate {
  const own = events.filter((event) => event.kind === ahead).sort((a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : 0));
  let sum = zero;
  for (const event of own) {
    sum = plus(sum, exact(event.quantity));
    if (minus(sum, matched).unscaled > 0n) return event.date;
  }
  return own.at(-1)?.date ?? events[0]!.date;
}

/** Σ of the clearing balances of all lines: what the general ledger account must show (G6). */
export function clearingTotal(currency: string, lines: readonly OrderLineFacts[]): Money {
  return lines.reduce((total, line) => addMoney(total, orderLinePosition(line).clearing), noMoney(currency));
}
