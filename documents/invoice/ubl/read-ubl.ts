import { KontorError } from '../../../domain/errors.ts';
import type { Invoice } from '../../../domain/model/invoice.ts';
import { all, first, placeUnder, type XmlNode } from '../../xml/node.ts';
import type { DraftInvoice } from '../draft.ts';
import { embeddedFile } from '../draft.ts';
import { withPrecedingElsewhere } from '../preceding.ts';
import { classOfTypeCode, ublTypeCode } from '../type-code.ts';
import { cleanText, currencyValue, dateValue, missing, orderNumberOf, orNothing } from '../values.ts';
import { dateAt, joinedTextAt, requiredText, textAt, textsAt } from '../xml-fields.ts';
import { excisesOf } from './excise.ts';
import { allowanceOf, invoicedObjectOf, linesOf, type LineNames } from './lines.ts';
import { deliveryOf, partyOf, payeeOf, taxRepresentativeOf } from './party.ts';
import { dueDateOf, paymentOf } from './payment.ts';
import { taxesOf, taxTotalsIn } from './taxes.ts';
import { requireCurrencies, thirdPartyPaymentsOf, totalsOf } from './totals.ts';

const invoiceNames: LineNames = { line: 'InvoiceLine', subLine: 'SubInvoiceLine', quantity: 'InvoicedQuantity' };
const creditNoteNames: LineNames = { line: 'CreditNoteLine', subLine: 'SubCreditNoteLine', quantity: 'CreditedQuantity' };

/** UBL asks for no type code: the root says what the document is. Self-billed documents, written by the buyer, have the lines of the others. */
const typeCodes: Record<string, string> = { Invoice: '380', CreditNote: '381', SelfBilledInvoice: '389', SelfBilledCreditNote: '261' };

/** A UBL 2.1 Invoice or CreditNote (EN 16931 and the XRechnung extension), self-billed or not → canonical invoice. Throws KontorError with the place. */
export function readUbl(root: XmlNode): DraftInvoice {
  const isCreditNote = /CreditNote$/.test(root.name);
  const names = isCreditNote ? creditNoteNames : invoiceNames;
  const currency = currencyValue(textAt(root, 'DocumentCurrencyCode'), 'DocumentCurrencyCode', placeUnder(root, 'DocumentCurrencyCode'));
  const taxCurrency = taxCurrencyOf(root, currency);
  requireCurrencies(root);
  const typeCode = typeCodeOf(root);
  const files = filesOf(root, isCreditNote);
  const elements = all(root, names.line);
  if (elements.length === 0) throw new KontorError('invoice-without-lines', 'The document has no invoice lines.', { place: placeUnder(root, names.line) });
  const lines = linesOf(elements, currency, names);
  const allowances = [...all(root, 'AllowanceCharge').map((entry) => allowanceOf(entry, currency)), ...excisesOf(taxTotalsIn(root, currency), currency)];
  return {
    profile: textAt(root, 'CustomizationID'),
    files,
    invoice: {
      schemaVersion: 1,
      class: isCreditNote ? 'credit-note' : classOfTypeCode(typeCode),
      typeCode,
      number: requiredText(root, 'ID', 'The invoice number'),
      issueDate: dateValue(requiredText(root, 'IssueDate', 'The issue date'), 'The issue date', placeUnder(root, 'IssueDate')),
      dueDate: dueDateOf(root),
      taxPointDate: dateAt(root, 'TaxPointDate', 'The tax point date'),
      taxPointCode: textAt(root, 'InvoicePeriod/DescriptionCode'),
      currency,
      taxCurrency,
      notes: textsAt(root, 'Note'),
      references: referencesOf(root, elements, isCreditNote),
      seller: partyOf(requiredParty(root, 'AccountingSupplierParty', 'seller'), 'seller'),
      buyer: partyOf(requiredParty(root, 'AccountingCustomerParty', 'buyer'), 'buyer'),
      payee: payeeOf(root),
      taxRepresentative: taxRepresentativeOf(root),
      delivery: deliveryOf(root),
      period: orNothing({
        start: dateAt(root, 'InvoicePeriod/StartDate', 'The start of the invoice period'),
        end: dateAt(root, 'InvoicePeriod/EndDate', 'The end of the invoice period'),
      }),
      payment: paymentOf(root, currency),
      allowances,
      thirdPartyPayments: thirdPartyPaymentsOf(root, currency),
      lines,
      taxes: taxesOf(root, currency),
      totals: totalsOf(root, currency, taxCurrency, { lines, allowances }),
      attachments: files.map((file) => file.attachment),
    },
  };
}

function typeCodeOf(root: XmlNode): string {
  const stated = first(root, 'InvoiceTypeCode') ?? first(root, 'CreditNoteTypeCode');
  const code = cleanText(stated?.text) ?? typeCodes[root.name] ?? '380';
  return ublTypeCode(code, stated?.attributes['listVersionID']);
}

function taxCurrencyOf(root: XmlNode, currency: string): string | undefined {
  const stated = textAt(root, 'TaxCurrencyCode');
  if (stated === undefined) return undefined;
  const taxCurrency = currencyValue(stated, 'TaxCurrencyCode', placeUnder(root, 'TaxCurrencyCode'));
  return taxCurrency === currency ? undefined : taxCurrency;
}

function requiredParty(root: XmlNode, path: string, what: string): XmlNode {
  const party = first(root, `${path}/Party`);
  if (!party) throw missing(`The ${what}`, placeUnder(root, `${path}/Party`));
  return party;
}

function referencesOf(root: XmlNode, lines: XmlNode[], isCreditNote: boolean): Invoice['references'] {
  return {
    buyerReference: textAt(root, 'BuyerReference'),
    order: orderOf(root),
    salesOrder: textAt(root, 'OrderReference/SalesOrderID'),
    contract: textAt(root, 'ContractDocumentReference/ID'),
    project: textAt(root, 'ProjectReference/ID') ?? (isCreditNote ? referenceOfType(root, '50') : undefined),
    receivingAdvice: textAt(root, 'ReceiptDocumentReference/ID'),
    despatchAdvice: textAt(root, 'DespatchDocumentReference/ID'),
    tender: textAt(root, 'OriginatorDocumentReference/ID'),
    invoicedObject: invoicedObjectOf(root, 'AdditionalDocumentReference'),
    buyerAccounting: joinedTextAt(root, 'AccountingCost'),
    preceding: precedingOf(root, lines),
  };
}

/** Invoices that the document names and those that only its lines do. A reference with a status says what a line is among its parts. */
function precedingOf(root: XmlNode, lines: XmlNode[]): Invoice['references']['preceding'] {
  const documents = (node: XmlNode) => all(node, 'BillingReference').flatMap((reference) => reference.children.filter((child) => billedBefore.test(child.name)));
  const entryOf = (document: XmlNode) => ({
    number: requiredText(document, 'ID', 'The number of the preceding invoice'),
    issueDate: dateAt(document, 'IssueDate', 'The date of the preceding invoice'),
  });
  const ofLines = lines.flatMap(documents).filter((document) => textAt(document, 'ID') !== undefined && textAt(document, 'DocumentStatusCode') === undefined);
  return withPrecedingElsewhere(documents(root).map(entryOf), ofLines.map(entryOf));
}

const billedBefore = /^(Invoice|SelfBilledInvoice|CreditNote|SelfBilledCreditNote)DocumentReference$/;

/** UBL wants an order number beside every sales order number; senders who have none fill it with a placeholder. */
function orderOf(root: XmlNode): string | undefined {
  const order = orderNumberOf(textAt(root, 'OrderReference/ID'));
  const isPlaceholder = textAt(root, 'OrderReference/SalesOrderID') !== undefined && /^(dummy|dummywert|0)$/i.test(order ?? '');
  return isPlaceholder ? undefined : order;
}

function referenceOfType(root: XmlNode, code: string): string | undefined {
  return textAt(all(root, 'AdditionalDocumentReference').find((reference) => textAt(reference, 'DocumentTypeCode') === code), 'ID');
}

/** Supporting documents; references of type 130 are the invoiced object, those of type 50 in a credit note the project. */
function filesOf(root: XmlNode, isCreditNote: boolean) {
  return all(root, 'AdditionalDocumentReference')
    .filter((reference) => {
      const code = textAt(reference, 'DocumentTypeCode');
      return code !== '130' && !(isCreditNote && code === '50');
    })
    .map((reference) =>
      embeddedFile({
        id: requiredText(reference, 'ID', 'The id of the supporting document'),
        description: joinedTextAt(reference, 'DocumentDescription'),
        uri: textAt(reference, 'Attachment/ExternalReference/URI'),
        content: first(reference, 'Attachment/EmbeddedDocumentBinaryObject'),
      }),
    );
}
