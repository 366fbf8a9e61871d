import type { InvoiceLine } from '../../../domain/model/invoice.ts';
import type { Identifier } from '../../../domain/model/party.ts';
import type { Money } from '../../../domain/model/money.ts';
import { dividedBy, exact, times } from '../../../domain/rules/decimal.ts';
import { currencyDigits, roundToMoney } from '../../../domain/rules/money.ts';
import { settledPrice } from '../prices.ts';
import { cleanText, decimalValue, missing, orNothing } from '../values.ts';
import { allowancesIn, dateIn, freeText, numberText, referenceIn, requiredAmount, taxIn, textIn } from './fields.ts';
import { segmentsIn, type Group } from './groups.ts';
import { component, type Segment } from './segments.ts';

export function lineOf(groups: Group[], currency: string): InvoiceLine {
  const own = groups.filter((group) => group.trigger.tag !== 'ALC');
  const lin = (groups[0] as Group).trigger;
  const quantity = segmentsIn(own, 'QTY', '47')[0];
  const stated = quantity && component(quantity, 1, 2);
  if (!quantity || !stated) throw missing('The invoiced quantity (QTY+47)', lin.place);
  const unit = component(quantity, 1, 3);
  const order = segmentsIn(own, 'RFF', 'ON')[0];
  const figures = { quantity: decimalValue(numberText(stated), 'The quantity', quantity.place), unit, ...priceOf(own, lin, unit) };
  return {
    id: component(lin, 1) ?? component(lin, 4, 2) ?? '',
    note: textIn(own, 'AAI') ?? textIn(own, 'GEN'),
    ...figures,
    net: requiredAmount(own, ['203', '66', '38'], currency, 'The net amount of the line', lin),
    allowances: allowancesIn(groups, currency, grossAmountOf(own, figures, currency)),
    tax: taxIn(groups.find((group) => group.trigger.tag === 'TAX')?.trigger),
    item: itemOf(own, lin),
    orderNumber: order && component(order, 1, 2),
    orderLine: order && component(order, 1, 3),
    receiptNumber: referenceIn(own, ['ALO', 'AAK', 'DQ']),
    buyerAccounting: referenceIn(own, ['ADE', 'AOU']),
    period: orNothing({ start: dateIn(own, ['167'], 'The start of the line period'), end: dateIn(own, ['168'], 'The end of the line period') }),
  };
}

/** AAA net and AAB gross price; both name the quantity they are for. */
function priceOf(groups: Group[], lin: Segment, unit: string | undefined) {
  const net = segmentsIn(groups, 'PRI', 'AAA')[0] ?? segmentsIn(groups, 'PRI')[0];
  const gross = segmentsIn(groups, 'PRI', 'AAB')[0];
  const stated = net && component(net, 1, 2);
  if (!net || !stated) throw missing('The unit price (PRI+AAA)', lin.place);
  const base = component(net, 1, 5);
  const baseUnit = component(net, 1, 6);
  const grossStated = gross && component(gross, 1, 2);
  return settledPrice({
    unitPrice: decimalValue(numberText(stated), 'The unit price', net.place),
    grossPrice: gross && grossStated ? decimalValue(numberText(grossStated), 'The gross price', gross.place) : undefined,
    priceDiscount: undefined,
    baseQuantity: base === undefined ? '1' : decimalValue(numberText(base), 'The base quantity of the price', net.place),
    baseUnit: baseUnit === unit ? undefined : baseUnit,
  });
}

/** Where only the gross price is stated (AAB), quantity × price: the allowances of the line come off it. A net price has them inside. */
function grossAmountOf(groups: Group[], line: Pick<InvoiceLine, 'quantity' | 'unitPrice' | 'baseQuantity'>, currency: string): Money | undefined {
  const base = exact(line.baseQuantity);
  if (segmentsIn(groups, 'PRI').some((price) => component(price, 1) !== 'AAB') || base.unscaled === 0n) return undefined;
  return roundToMoney(currency, dividedBy(times(exact(line.quantity), exact(line.unitPrice)), base, currencyDigits(currency) + 20));
}

const sellerIds = new Set(['SA', 'VN', 'VP']);
const buyerIds = new Set(['IN', 'BP']);
const articleNumbers = new Set(['EN', 'SRV', 'UP', 'EU']);

function itemOf(groups: Group[], lin: Segment): InvoiceLine['item'] {
  const ids = segmentsIn(groups, 'PIA').flatMap((pia) => pia.elements.slice(1).map(([id, type]) => ({ id: cleanText(id), type: type?.trim() })));
  const described = (kind: string) => cleanText(segmentsIn(groups, 'IMD').filter((imd) => (component(imd, 1) ?? 'F') === kind).map(descriptionOf).join('\n'));
  const standard = component(lin, 3, 1) ? { id: component(lin, 3, 1), type: component(lin, 3, 2) } : ids.find(({ type }) => articleNumbers.has(type ?? ''));
  return {
    name: described('F') ?? described('A') ?? described('C'),
    description: described('F') ? described('A') : undefined,
    sellerId: ids.find(({ type }) => sellerIds.has(type ?? ''))?.id,
    buyerId: ids.find(({ type }) => buyerIds.has(type ?? ''))?.id,
    standardId: standard?.id === undefined ? undefined : { scheme: articleNumbers.has(standard.type ?? '') ? '0160' : standard.type, id: standard.id },
    originCountry: originOf(groups),
    classifications: ids.flatMap(({ id, type }): Identifier[] => {
      const isId = sellerIds.has(type ?? '') || buyerIds.has(type ?? '') || articleNumbers.has(type ?? '');
      return id === undefined || isId ? [] : [{ scheme: type, id }];
    }),
    attributes: segmentsIn(groups, 'FTX', 'ACF').flatMap((ftx) => {
      const [name, ...values] = freeText(ftx).split('\n');
      return name ? [{ name: name.trim(), value: values.join(' ').trim() }] : [];
    }),
  };
}

function originOf(groups: Group[]): string | undefined {
  const location = segmentsIn(groups, 'LOC', '27')[0];
  return location && component(location, 2, 1);
}

/** IMD: free text, or the code where there is none. */
function descriptionOf(imd: Segment): string {
  return [component(imd, 3, 4), component(imd, 3, 5)].filter(Boolean).join(' ') || (component(imd, 3, 1) ?? '');
}
