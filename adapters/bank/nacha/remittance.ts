import type { PaymentOrder } from '../../../domain/model/payment-order.ts';
import { toDecimalText } from '../../../domain/rules/money.ts';
import { ascii } from './ascii.ts';
import type { NachaConfig } from './config.ts';

type Batch = PaymentOrder['batches'][number];
type Transfer = Batch['transfers'][number];
type RemittedDocument = Transfer['documents'][number];

/** CTX pays companies as CCD does, with as many addenda as the documents need. */
export type EntryClass = NachaConfig['entryClass'] | 'CTX';

/** What is told beside an entry, in the columns of its addenda, and the class that has room for it. */
export interface Remittance {
  entryClass: EntryClass;
  addenda: string[];
}

const addendaWidth = 80;
const numberWidth = 50;
const noteWidth = 80;

/**
 * What the payee is told (P5), in segments of X12 820: the reference that it asked for, and every document. What one addenda holds stands in it as it
 * is. More goes as a whole transaction set into an entry of class CTX, whose addenda are one text; an entry to a person has one addenda
 * by the operating rules, and tells how many documents there are besides.
 */
export function remittanceOf(transfer: Transfer, batch: Batch, order: PaymentOrder, entryClass: NachaConfig['entryClass']): Remittance {
  const [asked, paid] = [askedFor(transfer), transfer.documents.map(paidFor)];
  const whole = [...asked, ...paid.flat()].join('');
  if (whole.length <= addendaWidth) return { entryClass, addenda: [whole] };
  if (entryClass === 'PPD') return { entryClass, addenda: [asManyAsFit(asked, paid)] };
  return { entryClass: 'CTX', addenda: inPieces(transactionSet(transfer, batch, order, asked, paid.flat()), addendaWidth) };
}

/** A quoted text that is too long ends with a whole word. */
function askedFor({ creditorReference = '' }: Transfer): string[] {
  const text = element(creditorReference);
  const start = text.slice(0, numberWidth + 1);
  const quoted = text.length <= numberWidth || !start.includes(' ') ? text.slice(0, numberWidth) : start.slice(0, start.lastIndexOf(' '));
  return quoted === '' ? [] : [segment('REF', 'ZZ', quoted.trimEnd())];
}

/** A number that is too long for its element is told in full beside it: half a number would be a wrong one. */
function paidFor({ class: kind, number, amount, withheld }: RemittedDocument): string[] {
  const text = element(number);
  const isLong = text.length > numberWidth;
  const notes = [...(isLong ? inPieces(text, noteWidth) : []), ...(withheld ? [`TAX WITHHELD ${toDecimalText(withheld)}`] : [])];
  return [segment('RMR', kind === 'invoice' ? 'IV' : 'CM', isLong ? 'SEE NOTE' : text, '', `${kind === 'invoice' ? '' : '-'}${toDecimalText(amount)}`), ...notes.map((note) => segment('NTE', 'ZZZ', note))];
}

/** The accounts stay out of it: the payee knows its own, and has no use for that of the payer. */
function transactionSet({ amount, creditor, endToEndId }: Transfer, { executionDate }: Batch, { debtor }: PaymentOrder, asked: string[], paid: string[]): string {
  const beforeDate = Array.from({ length: 10 }, () => '');
  const body = [
    segment('ST', '820', '0001'),
    segment('BPR', 'C', toDecimalText(amount), 'C', 'ACH', 'CTX', ...beforeDate, executionDate.replaceAll('-', '')),
    segment('TRN', '1', endToEndId),
    ...asked,
    segment('N1', 'PR', element(debtor.name).slice(0, 60).trimEnd()),
    segment('N1', 'PE', element(creditor.name).slice(0, 60).trimEnd()),
    segment('ENT', '1'),
    ...paid,
  ];
  return [...body, segment('SE', String(body.length + 1), '0001')].join('');
}

/** Documents before what is to be quoted, where there is room for one of the two. */
function asManyAsFit(asked: string[], paid: string[][]): string {
  const all = paid.flat().join('');
  if (all.length <= addendaWidth) return all;
  const counts = paid.slice(1).map((_, index) => paid.length - 1 - index);
  const texts = [asked, []].flatMap((quoted) => counts.map((kept) => [...quoted, ...paid.slice(0, kept).flat(), more(paid.length - kept)].join('')));
  return texts.find((text) => text.length <= addendaWidth) ?? [...asked, more(paid.length)].join('');
}

function more(documents: number): string {
  return segment('NTE', 'ZZZ', `${documents} MORE`);
}

function inPieces(text: string, width: number): string[] {
  return text.match(new RegExp(`.{1,${width}}`, 'g')) ?? [];
}

function segment(...elements: string[]): string {
  return `${elements.join('*')}\\`;
}

/** Element text without the separators of the segment. */
function element(text: string): string {
  return ascii(text, Number.POSITIVE_INFINITY).replace(/[*\\~]/g, '-');
}
