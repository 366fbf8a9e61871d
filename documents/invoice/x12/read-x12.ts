import { addDays } from '../../../domain/calendar/plain-date.ts';
import { KontorError } from '../../../domain/errors.ts';
import type { Invoice, InvoiceTotals } from '../../../domain/model/invoice.ts';
import { addMoney, minorOf, noMoney, subtractMoney, sumMoney } from '../../../domain/rules/money.ts';
import { decodeEdi } from '../../text-encoding.ts';
import type { DraftInvoice } from '../draft.ts';
import type { Segment } from '../edifact/segments.ts';
import { classOfTypeCode } from '../type-code.ts';
import { cleanText, currencyValue, decimalValue, missing } from '../values.ts';
import { allowanceOf, amountAt, element, impliedAmountAt, isTax, x12Date, type Signed } from './fields.ts';
import { lineOf } from './lines.ts';
import { deliveryOf, loopOf, partyLoops, partyOf, remitAccountOf, routingIdsOf, sellerOf, type PartyLoop } from './parties.ts';
import { x12SegmentsOf } from './segments.ts';
import { lineAreas, taxesOf } from './taxes.ts';

/** The three areas of an 810: before the first IT1, each IT1 with its loop, from TDS on. */
interface Areas {
  heading: Segment[];
  lines: Segment[][];
  summary: Segment[];
}

/** An X12 interchange with one invoice (810, version 4010 and its neighbours) → canonical invoice. */
export function readX12(bytes: Uint8Array): DraftInvoice {
  const segments = x12SegmentsOf(decodeEdi(bytes));
  const isa = segments[0] as Segment;
  const message = onlyMessage(segments);
  const areas = areasOf(message);
  const big = required(areas.heading, 'BIG', message[0] as Segment);
  const tds = required(areas.summary, 'TDS', message.at(-1) as Segment);
  const typeCode = typeCodeOf(big);
  const of = signedAs(areas, tds, typeCode);
  const loops = partyLoops(areas.heading);
  const remitTo = loopOf(loops, ['RI', 'RE', 'PE']);
  if (areas.lines.length === 0) throw new KontorError('invoice-without-lines', 'The invoice has no IT1 segment.', { place: big.place });
  const allowances = [...areas.heading, ...areas.summary].filter((segment) => segment.tag === 'SAC' && !isTax(segment));
  const allocated = new Set(allowances.flatMap((sac) => element(sac, 2) ?? []));
  const lines = areas.lines.map((loop, index) => lineOf(loop, index, of, allocated));
  const stated = allowances.flatMap((sac) => allowanceOf(sac, of) ?? []);
  const sums = sumsOf(lines, stated, of.currency);
  const taxes = taxesOf([[{ segments: areas.summary, net: sums.net }], [{ segments: areas.heading, net: sums.net }], lineAreas(areas.lines, lines)], of);
  const issueDate = x12Date(element(big, 1) ?? '', 'The issue date (BIG01)', big.place);
  const gs = segments.find((segment) => segment.tag === 'GS');
  return {
    profile: element(gs, 8),
    files: [],
    invoice: {
      schemaVersion: 1,
      class: classOfTypeCode(typeCode),
      typeCode,
      number: requiredElement(big, 2, 'The invoice number (BIG02)'),
      issueDate,
      dueDate: dueDateOf(areas.heading, issueDate),
      currency: of.currency,
      notes: [...areas.heading, ...areas.summary].filter((segment) => segment.tag === 'NTE').flatMap((nte) => element(nte, 2) ?? []),
      references: { order: element(big, 4), contract: reference(areas, 'CT'), preceding: precedingOf(areas, typeCode) },
      seller: sellerOf(loops, isa),
      buyer: buyerOf(loops, big),
      payee: payeeOf(remitTo),
      delivery: deliveryOf(loops.length > 0 ? [...loops, ...partyLoops(areas.lines[0] ?? [])] : loops, dateOf(areas.heading, ['035', '011'])),
      payment: { means: [remitAccountOf(remitTo) ?? []].flat(), discounts: discountsOf(areas.heading) },
      allowances: stated,
      lines,
      taxes: taxes.breakdown,
      totals: totalsOf(areas, tds, of, { ...sums, tax: taxes.total }),
      attachments: [],
    },
  };
}

function onlyMessage(segments: Segment[]): Segment[] {
  const starts = segments.filter((segment) => segment.tag === 'ST');
  const [st, second] = starts;
  if (!st) throw new KontorError('edi-malformed', 'The interchange has no transaction set (ST).', { place: segments[0]?.place ?? { line: 1 } });
  if (second && starts.some((start) => element(start, 1) === '810')) throw new KontorError('document-several-invoices', `The interchange carries ${starts.length} transaction sets.`, { place: second.place });
  if (element(st, 1) !== '810') throw new KontorError('document-not-an-invoice', `The transaction set is ${(element(st, 1) ?? 'of no type').slice(0, 10)}, not 810.`, { place: st.place });
  const from = segments.indexOf(st);
  const end = segments.findIndex((segment) => segment.tag === 'SE');
  if (end < from) throw new KontorError('edi-malformed', 'The invoice does not end with SE; part of it is missing.', { place: segments.at(-1)?.place });
  return segments.slice(from, end);
}

function areasOf(message: Segment[]): Areas {
  const summaryStart = message.findIndex((segment) => segment.tag === 'TDS');
  const end = summaryStart < 0 ? message.length : summaryStart;
  const firstLine = message.findIndex((segment) => segment.tag === 'IT1');
  const lines: Segment[][] = [];
  for (const segment of firstLine < 0 ? [] : message.slice(firstLine, end)) {
    if (segment.tag === 'IT1') lines.push([]);
    lines.at(-1)?.push(segment);
  }
  return { heading: message.slice(0, firstLine < 0 ? end : firstLine), lines, summary: message.slice(end) };
}

/** BIG07: CR and CN credit the buyer, DR is a debit memo. */
function typeCodeOf(big: Segment): string {
  const type = element(big, 7);
  return type === 'CR' || type === 'CN' ? '381' : type === 'DR' ? '383' : '380';
}

/** Credit memos come with negative totals from some senders and positive ones from others; canonical credits are positive (C1). */
function signedAs(areas: Areas, tds: Segment, typeCode: string): Signed {
  const cur = areas.heading.find((segment) => segment.tag === 'CUR');
  const currency = currencyValue(element(cur, 2), 'The currency (CUR02)', (cur ?? tds).place);
  const total = impliedAmountAt(tds, 1, { currency, sign: 1 }, 'The invoice total (TDS01)');
  return { currency, sign: typeCode === '381' && total && minorOf(total) < 0n ? -1 : 1 };
}

function buyerOf(loops: PartyLoop[], big: Segment) {
  const loop = loopOf(loops, ['BT', 'BY', 'SO', 'ST']);
  if (!loop) throw missing('The buyer (N1*BT, BY or SO)', big.place);
  return partyOf(loop, 'buyer');
}

function payeeOf(remitTo: PartyLoop | undefined): Invoice['payee'] {
  if (!remitTo) return undefined;
  const payee = partyOf(remitTo, 'payee');
  return { ...payee, ids: [...payee.ids, ...routingIdsOf(remitTo)] };
}

/** ITD: the net due date, or net days from the invoice date (basis 3). */
function dueDateOf(heading: Segment[], issueDate: string): string | undefined {
  for (const itd of heading.filter((segment) => segment.tag === 'ITD')) {
    const date = element(itd, 6);
    const days = element(itd, 7);
    if (date) return x12Date(date, 'The due date (ITD06)', itd.place);
    if (days && /^\d{1,3}$/.test(days) && (element(itd, 2) ?? '3') === '3') return addDays(issueDate, Number(days));
  }
  return undefined;
}

/** ITD with a percent and a discount date or days. A negative percent is a late charge, which is no discount. */
function discountsOf(heading: Segment[]): Invoice['payment']['discounts'] {
  return heading
    .filter((segment) => segment.tag === 'ITD')
    .flatMap((itd) => {
      const percent = element(itd, 3);
      const days = element(itd, 5);
      const date = element(itd, 4);
      if (percent === undefined || percent.startsWith('-') || (days === undefined && date === undefined)) return [];
      return [
        {
          percent: decimalValue(percent, 'The discount percent (ITD03)', itd.place),
          days: days !== undefined && /^\d{1,4}$/.test(days) ? Number(days) : undefined,
          until: date === undefined ? undefined : x12Date(date, 'The discount date (ITD04)', itd.place),
        },
      ];
    });
}

/**
 * X12 states the whole (TDS01, or AMT*N after a discount) and what is due (AMT*BAP); the sums between lines and whole are
 * those of its own lines, allowances and taxes, so that a whole which does not foot is found by the verification (F1).
 */
function totalsOf(areas: Areas, tds: Segment, of: Signed, sums: Pick<InvoiceTotals, 'lineNet' | 'allowances' | 'charges' | 'net' | 'tax'>): InvoiceTotals {
  const { currency } = of;
  const amt = (code: string) => {
    const segment = areas.summary.find((candidate) => candidate.tag === 'AMT' && element(candidate, 1) === code);
    return segment && amountAt(segment, 2, of, `The total AMT*${code}`);
  };
  const total = impliedAmountAt(tds, 1, of, 'The invoice total (TDS01)');
  if (!total) throw missing('The invoice total (TDS01)', tds.place);
  const gross = amt('N') ?? total;
  return {
    ...sums,
    gross,
    prepaid: noMoney(currency),
    rounding: noMoney(currency),
    payable: amt('BAP') ?? gross,
  };
}

function sumsOf(lines: Invoice['lines'], stated: Invoice['allowances'], currency: string): Pick<InvoiceTotals, 'lineNet' | 'allowances' | 'charges' | 'net'> {
  const of = (kind: 'allowance' | 'charge') => sumMoney(currency, stated.filter((entry) => entry.kind === kind).map((entry) => entry.amount));
  const [lineNet, allowances, charges] = [sumMoney(currency, lines.map((line) => line.net)), of('allowance'), of('charge')];
  return { lineNet, allowances, charges, net: addMoney(subtractMoney(lineNet, allowances), charges) };
}

function precedingOf(areas: Areas, typeCode: string): Invoice['references']['preceding'] {
  const number = typeCode === '381' ? (reference(areas, 'IV') ?? reference(areas, 'OI')) : reference(areas, 'OI');
  return number === undefined ? [] : [{ number }];
}

function reference(areas: Areas, code: string): string | undefined {
  return element(areas.heading.find((segment) => segment.tag === 'REF' && element(segment, 1) === code), 2);
}

function dateOf(heading: Segment[], codes: string[]): string | undefined {
  const dtm = codes.flatMap((code) => heading.filter((segment) => segment.tag === 'DTM' && element(segment, 1) === code))[0];
  const text = element(dtm, 2);
  return dtm && text !== undefined ? x12Date(text, 'The delivery date', dtm.place) : undefined;
}

function required(segments: Segment[], tag: string, near: Segment): Segment {
  const found = segments.find((segment) => segment.tag === tag);
  if (!found) throw missing(`Segment ${tag}`, near.place);
  return found;
}

function requiredElement(segment: Segment, position: number, what: string): string {
  const value = cleanText(element(segment, position));
  if (value === undefined) throw missing(what, segment.place);
  return value;
}
