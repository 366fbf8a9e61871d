import type { AllowanceCharge, InvoiceLine } from '../../../domain/model/invoice.ts';
import type { Identifier } from '../../../domain/model/party.ts';
import { dividedBy, exact, times, toText } from '../../../domain/rules/decimal.ts';
import { addMoney, currencyDigits, roundToMoney, subtractMoney } from '../../../domain/rules/money.ts';
import type { Segment } from '../edifact/segments.ts';
import { cleanText, decimalValue, missing } from '../values.ts';
import { allowanceOf, element, isTax, type Signed } from './fields.ts';

const sellerIds = new Set(['VP', 'VN', 'SK', 'MG', 'VC']);
const buyerIds = new Set(['BP', 'IN', 'PI']);
const articleNumbers = new Set(['UP', 'EN', 'UI', 'UK', 'UA']);
const orderIds = new Set(['PO', 'PL']);

/**
 * IT1 with its loop. X12 states no amount a line: it is quantity × unit price per its base (IT105), with allowances and charges of the line,
 * rounded once to the minor unit (F3). `allocated` are the codes that the summary charges as a whole; a line only shows its share of them.
 */
export function lineOf(loop: Segment[], index: number, of: Signed, allocated: Set<string>): InvoiceLine {
  const it1 = loop[0] as Segment;
  const quantity = decimalOf(it1, 2, 'The quantity');
  const unitPrice = decimalOf(it1, 4, 'The unit price');
  const baseQuantity = baseQuantityOf(it1);
  const product = exact(quantity).unscaled * exact(unitPrice).unscaled;
  const signedQuantity = of.sign === -1 && product < 0n ? toText(times(exact(quantity), exact('-1'))) : quantity;
  // Twenty digits more than money needs, so that only the final rounding counts (F3).
  const gross = roundToMoney(of.currency, dividedBy(times(exact(signedQuantity), exact(unitPrice)), exact(baseQuantity), currencyDigits(of.currency) + 20));
  const allowances = loop.filter((segment) => segment.tag === 'SAC' && !isTax(segment) && !allocated.has(element(segment, 2) ?? '')).flatMap((sac) => allowanceOf(sac, of) ?? []);
  const ids = productIdsOf(it1);
  const described = loop.filter((segment) => segment.tag === 'PID').flatMap((pid) => element(pid, 5) ?? []);
  return {
    id: element(it1, 1) ?? String(index + 1),
    quantity: signedQuantity,
    unit: element(it1, 3),
    unitPrice,
    baseQuantity,
    net: allowances.reduce(apply, gross),
    allowances,
    item: {
      name: described[0],
      description: cleanText(described.slice(1).join('\n')),
      sellerId: ids.find(({ type }) => sellerIds.has(type))?.id,
      buyerId: ids.find(({ type }) => buyerIds.has(type))?.id,
      standardId: ids.filter(({ type }) => articleNumbers.has(type)).map(({ id }) => ({ scheme: '0160', id }))[0],
      classifications: ids.filter(({ type }) => ![sellerIds, buyerIds, articleNumbers, orderIds].some((known) => known.has(type))).map(({ type, id }): Identifier => ({ scheme: type, id })),
      attributes: [],
    },
    orderNumber: ids.find(({ type }) => type === 'PO')?.id ?? reference(loop, 'PO'),
    orderLine: ids.find(({ type }) => type === 'PL')?.id ?? reference(loop, 'FJ'),
    receiptNumber: reference(loop, 'PK'),
  };
}

/** Element 639: how many units the price is for; every other code is for one, or says what kind of price it is. */
const priceBases: [quantity: string, codes: string[]][] = [
  ['10', ['PN']],
  ['12', ['PD', 'LD', 'RD', 'TD', 'WD']],
  ['100', ['HP', 'HF', 'LC', 'QH', 'RC', 'TC', 'WC']],
  ['1000', ['TP', 'TF', 'LM', 'QS', 'RM', 'TM', 'WM']],
  ['10000', ['TT']],
  ['100000', ['HT']],
];

/** Element 355: dozen, hundred and thousand. A quantity that is counted in them has the price of one of them. */
const multiples = new Set(['DZ', 'HC', 'HU', 'TH']);

function baseQuantityOf(it1: Segment): string {
  const code = element(it1, 5) ?? '';
  return multiples.has(element(it1, 3) ?? '') ? '1' : (priceBases.find(([, codes]) => codes.includes(code))?.[0] ?? '1');
}

function apply(net: InvoiceLine['net'], entry: AllowanceCharge): InvoiceLine['net'] {
  return entry.kind === 'charge' ? addMoney(net, entry.amount) : subtractMoney(net, entry.amount);
}

function decimalOf(it1: Segment, position: number, what: string): string {
  const text = element(it1, position);
  if (text === undefined) throw missing(`${what} (IT1${String(position).padStart(2, '0')})`, it1.place);
  return decimalValue(text, what, it1.place);
}

/** IT106 on: pairs of a qualifier and an id. */
function productIdsOf(it1: Segment): { type: string; id: string }[] {
  const ids: { type: string; id: string }[] = [];
  for (let at = 6; at < it1.elements.length; at += 2) {
    const type = element(it1, at);
    const id = element(it1, at + 1);
    if (type !== undefined && id !== undefined) ids.push({ type, id });
  }
  return ids;
}

function reference(loop: Segment[], code: string): string | undefined {
  return element(loop.find((segment) => segment.tag === 'REF' && element(segment, 1) === code), 2);
}
