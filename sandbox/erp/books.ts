import { compareExact, dividedBy, exact, minus, times, zero, type Exact } from '../../domain/rules/decimal.ts';
import { minorOf, money, moneyFromDecimal, roundToMoney, toDecimalText } from '../../domain/rules/money.ts';
import { Refusal } from '../shared/http.ts';
import type { DocumentType, JournalLine } from './documents.ts';
import type { CompanyBooks, ItemPosition } from './state.ts';
import type { Company, OrderItem } from './vendor-model.ts';

/** Accounts that the ERP determines itself; all others come with the order item or the invoice item. */
export const chart = {
  payables: '160000',
  inputTax: '154000',
  advances: '159000',
  grir: '191100',
  priceDifference: '281500',
  exchange: '660000',
  bank: '113100',
  cashDiscount: '276000',
  withholdingTax: '174000',
} as const;

/** A journal line before it is written: minor units, debits positive; without `companyMinor` it is converted at the document's rate. */
export interface DraftLine {
  account: string;
  text: string;
  minor: bigint;
  companyMinor?: bigint;
  costCenter?: string;
  orderNo?: string;
  itemNo?: string;
}

export interface Currencies {
  document: string;
  company: string;
  /** Company currency for one unit of document currency on the posting date. */
  rate: Exact;
}

export function currenciesOn(company: Company, currencyCode: string, postingDate: string): Currencies {
  if (company.openFrom !== undefined && postingDate < company.openFrom)
    throw new Refusal(422, 'PERIOD-CLOSED', `company ${company.companyCode} accepts postings from ${company.openFrom}, not on ${postingDate}`);
  const rate = rateOn(company, currencyCode, postingDate);
  if (!rate) throw new Refusal(422, 'RATE-MISSING', `company ${company.companyCode} has no rate for ${currencyCode} on ${postingDate}`);
  return { document: currencyCode, company: company.currencyCode, rate: exact(rate.rate) };
}

/** The latest rate that is valid on the day, and the day it is valid from. */
export function rateOn(company: Company, currencyCode: string, day: string): { rate: string; validFrom: string } | undefined {
  if (currencyCode === company.currencyCode) return { rate: '1', validFrom: day };
  const valid = company.rates.filter((entry) => entry.currencyCode === currencyCode && entry.validFrom <= day);
  return valid.sort((a, b) => (a.validFrom < b.validFrom ? 1 : -1))[0];
}

/** Writes the lines out; what conversion leaves over in company currency goes to the exchange account, so that both sides balance. */
export function journalLines(drafts: DraftLine[], currencies: Currencies): JournalLine[] {
  const total = sum(drafts.map((draft) => draft.minor));
  if (total !== 0n) throw new Error(`a document is out of balance by ${total} minor units`);
  const converted = drafts.map((draft) => ({ ...draft, companyMinor: draft.companyMinor ?? convert(draft.minor, currencies) }));
  const difference = -sum(converted.map((draft) => draft.companyMinor));
  if (difference !== 0n) converted.push({ account: chart.exchange, text: 'exchange difference', minor: 0n, companyMinor: difference });
  return converted.filter((draft) => draft.minor !== 0n || draft.companyMinor !== 0n).map((draft) => written(draft, currencies));
}

/** Orders of three and more documents value their receipts and clear them through GR/IR; consignment goods are not ours. */
export function isValued(item: OrderItem): boolean {
  return item.verification !== '2W' && item.itemCategory !== 'KON';
}

/** Price of one order unit. */
export function priceOf(item: OrderItem): Exact {
  const price = exact(item.netPrice);
  return { unscaled: price.unscaled, scale: price.scale + item.pricePer.length - 1 };
}

/**
 * What a movement books on GR/IR (G1), so that the account holds −(Qr − Qp)·Po, rounded once per item, and nothing when the
 * quantities agree. In company currency a growing position takes the rate of the day and a shrinking one leaves at its average.
 */
export function grirMovement(item: OrderItem, before: ItemPosition, after: Pick<ItemPosition, 'received' | 'invoiced'>, currencies: Currencies): { minor: bigint; companyMinor: bigint } {
  const open = { before: minus(before.received, before.invoiced), after: minus(after.received, after.invoiced) };
  const target = -minorOf(roundToMoney(currencies.document, times(open.after, priceOf(item))));
  const minor = target - before.grir;
  if (currencies.document === currencies.company) return { minor, companyMinor: minor };
  return { minor, companyMinor: companyTarget(open, before, target, currencies) - before.grirCompany };
}

function companyTarget(open: { before: Exact; after: Exact }, before: ItemPosition, target: bigint, currencies: Currencies): bigint {
  const [signBefore, signAfter] = [compareExact(open.before, zero), compareExact(open.after, zero)];
  if (signBefore !== 0 && signAfter !== signBefore) return convert(target, currencies);
  const shrinks = compareExact(absolute(open.after), absolute(open.before)) < 0;
  return shrinks ? proportion(before.grirCompany, open.after, open.before) : before.grirCompany + convert(target - before.grir, currencies);
}

export function nextNumber(books: CompanyBooks, type: DocumentType): string {
  const range = { GR: '50', RT: '55', INV: '51', CRM: '52', REV: '53', PRC: '54', PAY: '56' }[type];
  return `${range}${String((books.lastNumbers.get(type) ?? 0) + 1).padStart(8, '0')}`;
}

export function minorUnits(amount: string, currencyCode: string): bigint {
  return minorOf(moneyFromDecimal(currencyCode, amount));
}

/** An amount that a client sent: a currency that does not exist or too many decimals are refused. */
export function readAmount(field: string, amount: string, currencyCode: string): bigint {
  try {
    return minorUnits(amount, currencyCode);
  } catch {
    throw new Refusal(422, 'AMOUNT', `field ${field}: not an amount of currency ${currencyCode}`);
  }
}

export function amountText(minor: bigint, currencyCode: string): string {
  return toDecimalText(money(currencyCode, minor));
}

export function sum(values: bigint[]): bigint {
  return values.reduce((total, value) => total + value, 0n);
}

function convert(minor: bigint, { document, company, rate }: Currencies): bigint {
  if (document === company) return minor;
  return minorOf(roundToMoney(company, times(exact(amountText(minor, document)), rate)));
}

function written({ account, text, minor, companyMinor, costCenter, orderNo, itemNo }: DraftLine & { companyMinor: bigint }, currencies: Currencies): JournalLine {
  const amounts = { amount: amountText(minor, currencies.document), companyAmount: amountText(companyMinor, currencies.company) };
  return { account, text, currencyCode: currencies.document, ...amounts, costCenter, orderNo, itemNo };
}

/** balance × part / whole, half away from zero. */
function proportion(balance: bigint, part: Exact, whole: Exact): bigint {
  return dividedBy(times({ unscaled: balance, scale: 0 }, part), whole, 0).unscaled;
}

function absolute(value: Exact): Exact {
  return { unscaled: value.unscaled < 0n ? -value.unscaled : value.unscaled, scale: value.scale };
}
