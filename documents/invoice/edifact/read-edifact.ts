import { KontorError } from '../../../domain/errors.ts';
import type { Invoice } from '../../../domain/model/invoice.ts';
import { decodeEdi } from '../../text-encoding.ts';
import type { XmlNode } from '../../xml/node.ts';
import type { DraftInvoice } from '../draft.ts';
import { discountTiersIn } from '../payment-terms.ts';
import { classOfTypeCode } from '../type-code.ts';
import { cleanText, currencyValue, missing, orNothing } from '../values.ts';
import { allowancesIn, dateIn, freeText, referenceIn, textIn } from './fields.ts';
import { sectionsOf, segmentsIn, type Group } from './groups.ts';
import { lineOf } from './lines.ts';
import { deliveryOf, meansOf, partyGroup, partyOf, requiredPartyGroup } from './parties.ts';
import { segmentsOfXml } from './segments-of-xml.ts';
import { component, segmentsOf, type Segment } from './segments.ts';
import { discountsIn, dueDateIn, termsIn, wordsOf } from './terms.ts';
import { taxesOf, totalsOf } from './totals.ts';

/** UNTDID 1001: an invoice that the buyer writes. */
const selfBilled = '389';

/** An UN/EDIFACT interchange with one INVOIC message (D.96A to D.16B, EN 16931 syntax binding) → canonical invoice. */
export function readEdifact(bytes: Uint8Array): DraftInvoice {
  return invoiceOf(onlyMessage(segmentsOf(decodeEdi(bytes)), false));
}

/** The same message written as XML (ISO 20625). */
export function readEdifactXml(root: XmlNode): DraftInvoice {
  return invoiceOf(onlyMessage(segmentsOfXml(root), true));
}

function invoiceOf(message: Segment[]): DraftInvoice {
  const unh = message[0] as Segment;
  const sections = sectionsOf(message.slice(1));
  const { header } = sections;
  const bgm = requiredSegment(header, 'BGM', unh);
  const typeCode = component(bgm, 1);
  if (!typeCode) throw missing('The type code (BGM)', bgm.place);
  const { currency, taxCurrency } = currenciesOf(header, unh);
  // Where a sector names nobody but sender and receiver of the message.
  const [ofSeller, ofBuyer] = typeCode === selfBilled ? (['MR', 'MS'] as const) : (['MS', 'MR'] as const);
  const seller = requiredPartyGroup(header, ['SE', 'SU', 'II', ofSeller], 'seller', unh);
  const buyer = requiredPartyGroup(header, ['BY', 'IV', ofBuyer], 'buyer', unh);
  const payee = partyGroup(header, ['PE']);
  const representative = partyGroup(header, ['LC']);
  const issueDate = dateIn(header, ['137', '3'], 'The issue date');
  if (!issueDate) throw missing('The issue date (DTM+137)', unh.place);
  const stages = termsIn(header);
  const terms = textIn(header, 'AAB') ?? textIn(header, 'PMT') ?? wordsOf(stages);
  // D.96A senders may state them in the summary alone, and repeat them there.
  const allowances = [allowancesIn(header, currency), allowancesIn(sections.summary, currency)].find((found) => found.length > 0) ?? [];
  if (sections.lines.length === 0) throw new KontorError('invoice-without-lines', 'The message has no LIN segment.', { place: unh.place });
  const lines = sections.lines.map((line) => lineOf(line, currency));
  const taxes = taxesOf(sections, currency, { lines, allowances });
  return {
    profile: textIn(header, 'DOC') ?? [component(unh, 2, 2), component(unh, 2, 3), component(unh, 2, 5)].filter(Boolean).join('.'),
    files: [],
    invoice: {
      schemaVersion: 1,
      class: classOfTypeCode(typeCode),
      typeCode,
      number: requiredNumber(bgm),
      issueDate,
      dueDate: dueDateIn(header, stages, issueDate),
      taxPointDate: dateIn(header, ['131'], 'The tax point date'),
      currency,
      taxCurrency,
      notes: notesOf(header),
      references: referencesOf(header),
      seller: partyOf(seller, 'seller'),
      buyer: partyOf(buyer, 'buyer'),
      payee: payee && partyOf(payee, 'payee'),
      taxRepresentative: representative && partyOf(representative, 'tax representative'),
      delivery: deliveryOf(header),
      period: orNothing({ start: dateIn(header, ['167'], 'The start of the invoice period'), end: dateIn(header, ['168'], 'The end of the invoice period') }),
      payment: {
        means: meansOf(header, [seller, payee]),
        remittance: referenceIn(header, ['PQ']),
        terms,
        discounts: [...discountTiersIn(terms, currency, bgm.place), ...discountsIn(stages, currency, issueDate)],
      },
      allowances,
      lines,
      taxes,
      totals: totalsOf(sections, currency, taxCurrency, unh, { lines, allowances, taxes }),
      attachments: [],
    },
  };
}

/** The segments of the one INVOIC message, from UNH to before UNT (XML needs no UNT: its root closes). */
function onlyMessage(segments: Segment[], isXml: boolean): Segment[] {
  const starts = segments.flatMap((segment, index) => (segment.tag === 'UNH' ? [index] : []));
  const [start, second] = starts;
  const unh = start === undefined ? undefined : segments[start];
  if (start === undefined || !unh) throw new KontorError('edi-malformed', 'The interchange has no message (UNH).', { place: segments[0]?.place ?? { line: 1 } });
  const carriesInvoice = starts.some((index) => component(segments[index] as Segment, 2, 1) === 'INVOIC');
  if (second !== undefined && carriesInvoice) throw new KontorError('document-several-invoices', `The interchange carries ${starts.length} messages.`, { place: (segments[second] as Segment).place });
  const type = component(unh, 2, 1);
  if (type !== 'INVOIC') throw new KontorError('document-not-an-invoice', `The message is ${(type ?? 'of no type').slice(0, 10)}, not INVOIC.`, { place: unh.place });
  const end = segments.findIndex((segment) => segment.tag === 'UNT');
  if (end < start && !isXml) throw new KontorError('edi-malformed', 'The message does not end with UNT; part of it is missing.', { place: segments.at(-1)?.place });
  return segments.slice(start, end < start ? undefined : end);
}

function requiredSegment(groups: Group[], tag: string, near: Segment): Segment {
  const found = segmentsIn(groups, tag)[0];
  if (!found) throw missing(`Segment ${tag}`, near.place);
  return found;
}

function requiredNumber(bgm: Segment): string {
  const number = component(bgm, 2, 1);
  if (!number) throw missing('The invoice number (BGM)', bgm.place);
  return number;
}

/** CUX+2 is the invoice currency; a second composite or CUX+6 the currency in which tax is accounted. */
function currenciesOf(header: Group[], unh: Segment): { currency: string; taxCurrency?: string } {
  const cux = segmentsIn(header, 'CUX', '2')[0];
  const currency = currencyValue(cux && component(cux, 1, 2), 'The invoice currency (CUX+2)', (cux ?? unh).place);
  const accounting = segmentsIn(header, 'CUX', '6')[0];
  const stated = (accounting && component(accounting, 1, 2)) ?? (cux && component(cux, 2, 2));
  return { currency, taxCurrency: stated && stated !== currency ? currencyValue(stated, 'The tax currency (CUX)', (accounting ?? cux ?? unh).place) : undefined };
}

/** Free texts that have no field of their own. GEN and AAI are plain notes, other subjects keep their code. */
function notesOf(header: Group[]): string[] {
  const elsewhere = new Set(['AAB', 'PMT', 'DOC', 'AGM', 'REG']);
  return segmentsIn(header, 'FTX').flatMap((ftx) => {
    const subject = component(ftx, 1) ?? '';
    const text = cleanText(freeText(ftx));
    if (text === undefined || elsewhere.has(subject)) return [];
    return [['GEN', 'AAI', ''].includes(subject) ? text : `#${subject}#${text}`];
  });
}

function referencesOf(header: Group[]): Invoice['references'] {
  const own = header.filter((group) => group.trigger.tag === 'RFF');
  const object = own.find((group) => component(group.trigger, 1) === 'ATS');
  const objectId = object && (component(object.trigger, 1, 2) ?? object.members.map((member) => (member.tag === 'GIR' ? component(member, 2, 1) : undefined)).find(Boolean));
  const preceding = own.filter((group) => ['IV', 'OI', 'ACE'].includes(component(group.trigger, 1) ?? ''));
  return {
    buyerReference: referenceIn(own, ['CR']),
    order: referenceIn(own, ['ON']),
    salesOrder: referenceIn(own, ['VN']),
    contract: referenceIn(own, ['CT']),
    project: referenceIn(own, ['AEP']),
    receivingAdvice: referenceIn(own, ['ALO']),
    despatchAdvice: referenceIn(own, ['AAK', 'DQ']),
    tender: referenceIn(own, ['AAN']),
    invoicedObject: objectId ? { id: objectId } : undefined,
    buyerAccounting: referenceIn(own, ['ADE', 'AOU']),
    preceding: preceding.flatMap((group) => {
      const number = component(group.trigger, 1, 2);
      return number ? [{ number, issueDate: dateIn([group], ['171', '3', '384'], 'The date of the preceding invoice') }] : [];
    }),
  };
}
