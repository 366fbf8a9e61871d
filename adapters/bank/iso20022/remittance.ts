import type { Money } from '../../../domain/model/money.ts';
import type { PaymentOrder } from '../../../domain/model/payment-order.ts';
import { toDecimalText } from '../../../domain/rules/money.ts';
import { looksLikeCreditorReference, owedFor } from '../../../domain/rules/payments/order-faults.ts';
import { shortened } from './characters.ts';
import type { Pain001Version } from './elements/pain001.ts';
import type { Child } from './elements/write-xml.ts';

type Transfer = PaymentOrder['batches'][number]['transfers'][number];
type RemittedDocument = Transfer['documents'][number];

/**
 * What the payee is told. One document: its RF reference alone where there is one, otherwise one line of text with what the payee asked
 * to be quoted and the number. Several documents: each in a structure of its own with what was owed, taken off and paid,
 * credit notes among them, after the RF reference (P5).
 */
export function remittanceOf(transfer: Transfer, version: Pain001Version, clean: (text: string) => string): Child[] {
  const { documents, creditorReference } = transfer;
  const structured = creditorReference !== undefined && looksLikeCreditorReference(creditorReference);
  const reference: Child[] = structured ? [['Strd', [['CdtrRefInf', creditorReferenceOf(creditorReference)]]]] : [];
  const [only] = documents;
  if (documents.length === 1 && only) return structured ? reference : [['Ustrd', lineOf(only, creditorReference, clean)]];
  const asked: Child[] = creditorReference !== undefined && !structured ? [['Ustrd', shortened(clean(creditorReference), 140)]] : [];
  return [...asked, ...reference, ...documents.map((document): Child => ['Strd', documentOf(document, version, clean)])];
}

function lineOf(document: RemittedDocument, quoted: string | undefined, clean: (text: string) => string): string {
  const number = clean(document.number);
  const asked = quoted === undefined ? '' : clean(quoted);
  const withheld = document.withheld ? ` LESS WITHHOLDING TAX ${toDecimalText(document.withheld)} ${document.withheld.currency}` : '';
  return shortened(asked.includes(number) ? asked : [asked, number].filter((part) => part !== '').join(' '), 140 - withheld.length) + withheld;
}

function creditorReferenceOf(reference: string): Child[] {
  return [
    ['Tp', [['CdOrPrtry', [['Cd', 'SCOR']]], ['Issr', 'ISO']]],
    ['Ref', reference.replace(/\s/g, '').toUpperCase()],
  ];
}

/** A number that is too long for its element is told in full beside it: half a number would be a wrong one. */
function documentOf(document: RemittedDocument, version: Pain001Version, clean: (text: string) => string): Child[] {
  const credit = document.class === 'credit-note';
  const number = clean(document.number);
  const short = number.length <= 35;
  return [
    ['RfrdDocInf', [['Tp', [['CdOrPrtry', [['Cd', credit ? 'CREN' : 'CINV']]]]], short ? ['Nb', number] : undefined, ['RltdDt', document.issueDate]]],
    ['RfrdDocAmt', credit ? creditAmounts(document) : invoiceAmounts(document, version)],
    short ? undefined : ['AddtlRmtInf', shortened(number, 140)],
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
