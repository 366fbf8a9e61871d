import type { Money } from '../../../domain/model/money.ts';
import type { PaymentOrder } from '../../../domain/model/payment-order.ts';
import { toDecimalText } from '../../../domain/rules/money.ts';
import { isQrIban, looksLikeCreditorReference } from '../../../domain/rules/payments/creditor-reference.ts';
import { owedFor } from '../../../domain/rules/payments/order-faults.ts';
import type { Pain001Version } from './elements/pain001.ts';
import type { Child } from './elements/write-xml.ts';
import { lineOf, shortenedToWords, wholeOrMarked } from './remittance-line.ts';

type Transfer = PaymentOrder['batches'][number]['transfers'][number];
type RemittedDocument = Transfer['documents'][number];

/** How a file tells what it pays. */
export interface RemittanceForm {
  version: Pain001Version;
  /** Writes a text in the character set of the file. */
  clean: (text: string) => string;
  /** The scheme takes text or structures, never both. */
  isSepa: boolean;
  /** The bank takes more than one structure in a SEPA transfer. */
  extended: boolean;
}

/** What a SEPA transfer has room for with extended remittance information (annex V of the rulebook). */
const mostStructures = 999;

/**
 * What the payee is told (P5). One document: its RF reference alone where there is one, otherwise one line of text with what the payee asked
 * to be quoted and the number. Several documents: each in a structure of its own with what was owed, taken off and paid, credit notes among
 * them, after what is to be quoted; in one line of text where SEPA has no room for that. A QR reference is one structure in any case.
 */
export function remittanceOf({ documents, creditorReference = '', creditorAccount }: Transfer, form: RemittanceForm): Child[] {
  const { clean, isSepa, extended } = form;
  const own = documents.map((document) => ({ ...document, number: clean(document.number) }));
  if (isQrIban(creditorAccount.iban)) return [['Strd', qrReferenceOf(creditorReference, own)]];
  const structured = looksLikeCreditorReference(creditorReference);
  const quoted = structured ? compact(creditorReference) : clean(creditorReference);
  const reference: Child = ['Strd', [['CdtrRefInf', [['Tp', [['CdOrPrtry', [['Cd', 'SCOR']]], ['Issr', 'ISO']]], ['Ref', quoted]]]]];
  if (own.length === 1) return structured ? [reference] : [['Ustrd', lineOf(own, quoted)]];
  const structures = own.map((document): Child => ['Strd', documentOf(document, form.version)]);
  if (isSepa && !(extended && structures.length + (quoted === '' ? 0 : 1) <= mostStructures)) return [['Ustrd', lineOf(own, quoted)]];
  if (structured) return [reference, ...structures];
  if (quoted === '') return structures;
  const words = shortenedToWords(quoted);
  return [isSepa ? ['Strd', [['AddtlRmtInf', words]]] : ['Ustrd', words], ...structures];
}

/** The payee's bank takes one structure with the reference; the documents are named beside it where they are several. */
function qrReferenceOf(reference: string, documents: readonly RemittedDocument[]): Child[] {
  return [
    ['CdtrRefInf', [['Tp', [['CdOrPrtry', [['Prtry', 'QRR']]]]], ['Ref', compact(reference)]]],
    documents.length === 1 ? undefined : ['AddtlRmtInf', lineOf(documents, '')],
  ];
}

function compact(reference: string): string {
  return reference.replace(/\s/g, '').toUpperCase();
}

/** A number that is too long for its element is told in full beside it: half a number would be a wrong one. */
function documentOf(document: RemittedDocument, version: Pain001Version): Child[] {
  const { number } = document;
  const credit = document.class === 'credit-note';
  const short = number.length <= 35;
  return [
    ['RfrdDocInf', [['Tp', [['CdOrPrtry', [['Cd', credit ? 'CREN' : 'CINV']]]]], short ? ['Nb', number] : undefined, ['RltdDt', document.issueDate]]],
    ['RfrdDocAmt', credit ? creditAmounts(document) : invoiceAmounts(document, version)],
    short ? undefined : ['AddtlRmtInf', wholeOrMarked(number)],
  ];
}

/** A credit note of which something would have been withheld offsets less than it is over (T6). */
function creditAmounts(document: RemittedDocument): Child[] {
  return document.withheld ? [['CdtNoteAmt', amountOf(owedFor(document))], withheldOf(document.withheld, 'CRDT'), ['RmtdAmt', amountOf(document.amount)]] : [['CdtNoteAmt', amountOf(document.amount)]];
}

function withheldOf(withheld: Money, sign: 'DBIT' | 'CRDT'): Child {
  return ['AdjstmntAmtAndRsn', [['Amt', amountOf(withheld)], ['CdtDbtInd', sign], ['Rsn', 'WHTX'], ['AddtlInf', 'Withholding tax']]];
}

function invoiceAmounts(document: RemittedDocument, version: Pain001Version): Child[] {
  const { discount } = document;
  const taken = discount && amountOf(discount);
  return [
    ['DuePyblAmt', amountOf(owedFor(document))],
    taken && ['DscntApldAmt', version === 'pain.001.001.03' ? taken : [['Amt', taken]]],
    document.withheld && withheldOf(document.withheld, 'DBIT'),
    ['RmtdAmt', amountOf(document.amount)],
  ];
}

export function amountOf(amount: Money): { value: string; currency: string } {
  return { value: toDecimalText(amount), currency: amount.currency };
}
