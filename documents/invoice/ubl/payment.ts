import type { Invoice, PaymentMeans } from '../../../domain/model/invoice.ts';
import { all, first, placeOf, type XmlNode } from '../../xml/node.ts';
import { accountOf, cardOf, directDebitCodes } from '../accounts.ts';
import { discountTiersIn } from '../payment-terms.ts';
import { orNothing } from '../values.ts';
import { cleanText } from '../values.ts';
import { dateAt, decimalAt, joinedTextAt, moneyAt, requiredText, textAt } from '../xml-fields.ts';
import { creditorIdOf } from './party.ts';

type DiscountTier = Invoice['payment']['discounts'][number];

export function paymentOf(root: XmlNode, currency: string): Invoice['payment'] {
  const creditorId = creditorIdOf(root);
  const terms = joinedTextAt(root, 'PaymentTerms/Note');
  return {
    means: all(root, 'PaymentMeans').map((means) => meansOf(means, creditorId)),
    remittance: textAt(root, 'PaymentMeans/PaymentID'),
    terms,
    discounts: [...discountTiersIn(terms, currency, placeOf(first(root, 'PaymentTerms') ?? root)), ...all(root, 'PaymentTerms').flatMap((entry) => statedTier(entry, currency) ?? [])],
  };
}

/** A credit note has no due date of its own; it stands with the payment means. */
export function dueDateOf(root: XmlNode): string | undefined {
  return (
    dateAt(root, 'DueDate', 'The due date') ??
    dateAt(root, 'PaymentMeans/PaymentDueDate', 'The due date') ??
    dateAt(root, 'PaymentTerms/PaymentDueDate', 'The due date')
  );
}

function meansOf(means: XmlNode, creditorId: string | undefined): PaymentMeans {
  const code = requiredText(means, 'PaymentMeansCode', 'The payment means code');
  const account = first(means, 'PayeeFinancialAccount');
  return {
    code,
    text: cleanText(first(means, 'PaymentMeansCode')?.attributes['name']),
    account: accountOf(textAt(account, 'ID'), textAt(account, 'Name'), textAt(account, 'FinancialInstitutionBranch/ID')),
    card: cardOf(textAt(means, 'CardAccount/PrimaryAccountNumberID'), textAt(means, 'CardAccount/HolderName')),
    mandate: orNothing({
      id: textAt(means, 'PaymentMandate/ID'),
      creditorId: directDebitCodes.has(code) || first(means, 'PaymentMandate') ? creditorId : undefined,
      debitedAccount: textAt(means, 'PaymentMandate/PayerFinancialAccount/ID'),
    }),
  };
}

/** A discount stated in elements of its own, beside or instead of the terms text. */
function statedTier(terms: XmlNode, currency: string): DiscountTier | undefined {
  const percent = decimalAt(terms, 'SettlementDiscountPercent', 'The discount percent');
  if (percent === undefined) return undefined;
  const measure = first(terms, 'SettlementPeriod/DurationMeasure');
  const inDays = measure?.attributes['unitCode'] === 'DAY' && /^\d{1,4}$/.test(measure.text.trim());
  return {
    percent,
    days: inDays ? Number(measure.text) : undefined,
    until: dateAt(terms, 'SettlementPeriod/EndDate', 'The end of the discount period'),
    base: moneyAt(terms, 'Amount', currency, 'The discount base'),
  };
}
