import type { Invoice } from '../../../domain/model/invoice.ts';
import { KontorError } from '../../../domain/errors.ts';
import { all, first, placeUnder, type XmlNode } from '../../xml/node.ts';
import { embeddedFile, type DraftInvoice } from '../draft.ts';
import { withPrecedingElsewhere } from '../preceding.ts';
import { classOfTypeCode } from '../type-code.ts';
import { currencyValue, missing, orderNumberOf, orNothing } from '../values.ts';
import { joinedTextAt, requiredText, textAt } from '../xml-fields.ts';
import { dateTimeAt } from './dates.ts';
import { despatchOf, invoicedObjectOf, linesOf } from './lines.ts';
import { deliveryOf, optionalParty, partyOf } from './party.ts';
import { allowancesOf, dueDateOf, paymentOf, taxesOf, taxPointOf, totalsOf } from './settlement.ts';

/** A CII D16B invoice or credit note (EN 16931, Factur-X / ZUGFeRD 2, XRechnung) → canonical invoice. Throws KontorError with the place. */
export function readCii(root: XmlNode): DraftInvoice {
  const profile = textAt(root, 'ExchangedDocumentContext/GuidelineSpecifiedDocumentContextParameter/ID');
  const document = required(root, 'ExchangedDocument', 'The document header');
  const transaction = required(root, 'SupplyChainTradeTransaction', 'The trade transaction');
  const agreement = required(transaction, 'ApplicableHeaderTradeAgreement', 'The trade agreement');
  const delivery = first(transaction, 'ApplicableHeaderTradeDelivery');
  const settlement = required(transaction, 'ApplicableHeaderTradeSettlement', 'The trade settlement');
  requireLines(transaction, profile);
  const currency = currencyValue(textAt(settlement, 'InvoiceCurrencyCode'), 'InvoiceCurrencyCode', placeUnder(settlement, 'InvoiceCurrencyCode'));
  const taxCurrency = taxCurrencyOf(settlement, currency);
  const typeCode = requiredText(document, 'TypeCode', 'The type code');
  const files = filesOf(agreement);
  const issueDate = issueDateOf(document);
  const allowances = allowancesOf(settlement, currency);
  const taxes = taxesOf(settlement, currency);
  return {
    profile,
    files,
    invoice: {
      schemaVersion: 1,
      class: classOfTypeCode(typeCode),
      typeCode,
      number: requiredText(document, 'ID', 'The invoice number'),
      issueDate,
      dueDate: dueDateOf(settlement),
      ...taxPointOf(settlement),
      currency,
      taxCurrency,
      notes: notesOf(document),
      references: referencesOf(transaction, { agreement, delivery, settlement }),
      seller: partyOf(required(agreement, 'SellerTradeParty', 'The seller'), 'seller'),
      buyer: partyOf(required(agreement, 'BuyerTradeParty', 'The buyer'), 'buyer'),
      payee: optionalParty(first(settlement, 'PayeeTradeParty'), 'payee'),
      taxRepresentative: optionalParty(first(agreement, 'SellerTaxRepresentativeTradeParty'), 'tax representative'),
      delivery: deliveryOf(delivery),
      period: orNothing({
        start: dateTimeAt(settlement, 'BillingSpecifiedPeriod/StartDateTime', 'The start of the invoice period'),
        end: dateTimeAt(settlement, 'BillingSpecifiedPeriod/EndDateTime', 'The end of the invoice period'),
      }),
      payment: paymentOf(settlement, currency, issueDate),
      allowances,
      lines: linesOf(transaction, currency),
      taxes,
      totals: totalsOf(settlement, currency, taxCurrency, { allowances, taxes }),
      attachments: files.map((file) => file.attachment),
    },
  };
}

interface Headers {
  agreement: XmlNode;
  delivery: XmlNode | undefined;
  settlement: XmlNode;
}

function required(node: XmlNode, path: string, what: string): XmlNode {
  const found = first(node, path);
  if (!found) throw missing(what, placeUnder(node, path));
  return found;
}

/** MINIMUM and BASIC WL are booking aids without lines; they cannot be matched and are no invoices under EN 16931. */
function requireLines(transaction: XmlNode, profile: string | undefined): void {
  if (first(transaction, 'IncludedSupplyChainTradeLineItem')) return;
  const named = /minimum|basicwl/i.exec(profile ?? '')?.[0];
  const place = placeUnder(transaction, 'IncludedSupplyChainTradeLineItem');
  throw new KontorError('invoice-without-lines', `The document has no invoice lines${named ? ` (profile ${named.toUpperCase()})` : ''}.`, { place });
}

function taxCurrencyOf(settlement: XmlNode, currency: string): string | undefined {
  const stated = textAt(settlement, 'TaxCurrencyCode');
  if (stated === undefined) return undefined;
  const taxCurrency = currencyValue(stated, 'TaxCurrencyCode', placeUnder(settlement, 'TaxCurrencyCode'));
  return taxCurrency === currency ? undefined : taxCurrency;
}

function issueDateOf(document: XmlNode): string {
  const date = dateTimeAt(document, 'IssueDateTime', 'The issue date');
  if (date === undefined) throw missing('The issue date', placeUnder(document, 'IssueDateTime/DateTimeString'));
  return date;
}

function notesOf(document: XmlNode): string[] {
  return all(document, 'IncludedNote').flatMap((note) => {
    const text = joinedTextAt(note, 'Content');
    const subject = textAt(note, 'SubjectCode');
    return text === undefined ? [] : [subject ? `#${subject}#${text}` : text];
  });
}

function referencesOf(transaction: XmlNode, { agreement, delivery, settlement }: Headers): Invoice['references'] {
  return {
    buyerReference: textAt(agreement, 'BuyerReference'),
    order: orderNumberOf(textAt(agreement, 'BuyerOrderReferencedDocument/IssuerAssignedID')),
    salesOrder: textAt(agreement, 'SellerOrderReferencedDocument/IssuerAssignedID'),
    contract: textAt(agreement, 'ContractReferencedDocument/IssuerAssignedID'),
    project: textAt(agreement, 'SpecifiedProcuringProject/ID'),
    receivingAdvice: textAt(delivery, 'ReceivingAdviceReferencedDocument/IssuerAssignedID'),
    despatchAdvice: despatchOf(delivery),
    tender: textAt(all(agreement, 'AdditionalReferencedDocument').find((reference) => textAt(reference, 'TypeCode') === '50'), 'IssuerAssignedID'),
    invoicedObject: invoicedObjectOf(agreement, 'AdditionalReferencedDocument'),
    buyerAccounting: joinedTextAt(settlement, 'ReceivableSpecifiedTradeAccountingAccount/ID'),
    preceding: precedingOf(transaction, settlement),
  };
}

/** Invoices that the document names and those that only its advance payments or its lines do (extended profile). */
function precedingOf(transaction: XmlNode, settlement: XmlNode): Invoice['references']['preceding'] {
  const entryOf = (reference: XmlNode) => ({
    number: requiredText(reference, 'IssuerAssignedID', 'The number of the preceding invoice'),
    issueDate: dateTimeAt(reference, 'FormattedIssueDateTime', 'The date of the preceding invoice'),
  });
  const elsewhere = [
    ...all(settlement, 'SpecifiedAdvancePayment/InvoiceSpecifiedReferencedDocument'),
    ...all(transaction, 'IncludedSupplyChainTradeLineItem/SpecifiedLineTradeSettlement/InvoiceReferencedDocument'),
  ];
  return withPrecedingElsewhere(
    all(settlement, 'InvoiceReferencedDocument').map(entryOf),
    elsewhere.filter((reference) => textAt(reference, 'IssuerAssignedID') !== undefined).map(entryOf),
  );
}

/** Supporting documents; type 50 is the tender, type 130 the invoiced object. */
function filesOf(agreement: XmlNode) {
  return all(agreement, 'AdditionalReferencedDocument')
    .filter((reference) => !['50', '130'].includes(textAt(reference, 'TypeCode') ?? ''))
    .map((reference) =>
      embeddedFile({
        id: textAt(reference, 'IssuerAssignedID') ?? requiredText(reference, 'URIID', 'The id of the supporting document'),
        description: joinedTextAt(reference, 'Name'),
        uri: outsideUri(textAt(reference, 'URIID')),
        content: first(reference, 'AttachmentBinaryObject'),
      }),
    );
}

/** `#ef=name` points to a file beside the invoice in the same PDF: a matter of the container, not of the invoice. */
function outsideUri(uri: string | undefined): string | undefined {
  return uri?.startsWith('#ef=') ? undefined : uri;
}
