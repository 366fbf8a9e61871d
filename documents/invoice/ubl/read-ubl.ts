import { KontorError } from '../../../domain/errors.ts';
import type { Invoice } from '../../../domain/model/invoice.ts';
import { all, first, placeUnder, type XmlNode } from '../../xml/node.ts';
import type { DraftInvoice } from '../draft.ts';
import { embeddedFile } from '../draft.ts';
import { classOfTypeCode } from '../type-code.ts';
import { currencyValue, dateValue, missing, orNothing } from '../values.ts';
import { dateAt, joinedTextAt, requiredText, textAt, textsAt } from '../xml-fields.ts';
import { allowanceOf, invoicedObjectOf, lineOf, type LineNames } from './lines.ts';
import { deliveryOf, partyOf, payeeOf, taxRepresentativeOf } from './party.ts';
import { dueDateOf, paymentOf } from './payment.ts';
import { requireCurrencies, taxesOf, thirdPartyPaymentsOf, totalsOf } from './totals.ts';

const invoiceNames: LineNames = { line: 'InvoiceLine', subLine: 'SubInvoiceLine', quantity: 'InvoicedQuantity' };
const creditNoteNames: LineNames = { line: 'CreditNoteLine', subLine: 'SubCreditNoteLine', quantity: 'CreditedQuantity' };

/** A UBL 2.1 Invoice or CreditNote (EN 16931 and the XRechnung extension) → canonical invoice. Throws KontorError with the place. */
export function readUbl(root: XmlNode): DraftInvoice {
  const isCreditNote = root.name === 'CreditNote';
  const names = isCreditNote ? creditNoteNames : invoiceNames;
  const currency = currencyValue(textAt(root, 'DocumentCurrencyCode'), 'DocumentCurrencyCode', placeUnder(root, 'DocumentCurrencyCode'));
  const taxCurrency = taxCurrencyOf(root, currency);
  requireCurrencies(root);
  const typeCode = isCreditNote ? (textAt(root, 'CreditNoteTypeCode') ?? '381') : requiredText(root, 'InvoiceTypeCode', 'The type code');
  const files = filesOf(root, isCreditNote);
  const lines = all(root, names.line);
  if (lines.length === 0) throw new KontorError('invoice-without-lines', 'The document has no invoice lines.', { place: placeUnder(root, names.line) });
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
      references: referencesOf(root, isCreditNote),
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
      allowances: all(root, 'AllowanceCharge').map((entry) => allowanceOf(entry, currency)),
      thirdPartyPayments: thirdPartyPaymentsOf(root, currency),
      lines: lines.map((line) => lineOf(line, currency, names)),
      taxes: taxesOf(root, currency),
      totals: totalsOf(root, currency, taxCurrency),
      attachments: files.map((file) => file.attachment),
    },
  };
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

function referencesOf(root: XmlNode, isCreditNote: boolean): Invoice['references'] {
  const preceding = all(root, 'BillingReference').flatMap((reference) =>
    reference.children.filter((document) => /^(Invoice|SelfBilledInvoice|CreditNote|SelfBilledCreditNote)DocumentReference$/.test(document.name)),
  );
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
    preceding: preceding.map((document) => ({
      number: requiredText(document, 'ID', 'The number of the preceding invoice'),
      issueDate: dateAt(document, 'IssueDate', 'The date of the preceding invoice'),
    })),
  };
}

/** UBL wants an order number beside every sales order number; senders who have none fill it with a placeholder. */
function orderOf(root: XmlNode): string | undefined {
  const order = textAt(root, 'OrderReference/ID');
  const isPlaceholder = textAt(root, 'OrderReference/SalesOrderID') !== undefined && /^(n\/?a|none|dummy|dummywert|-|0)$/i.test(order ?? '');
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
