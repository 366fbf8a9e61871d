import type { Invoice, PaymentMeans } from '../../../domain/model/invoice.ts';
import { all, first, placeOf, type XmlNode } from '../../xml/node.ts';
import { accountOf, cardOf, directDebitCodes, undefinedMeans } from '../accounts.ts';
import { discountTiersIn } from '../payment-terms.ts';
import { cleanText, orNothing } from '../values.ts';
import { dateAt, decimalAt, joinedTextAt, moneyAt, textAt } from '../xml-fields.ts';
import { creditorIdOf } from './party.ts';

type DiscountTier = Invoice['payment']['discounts'][number];

export function paymentOf(root: XmlNode, currency: string): Invoice['payment'] {
  const creditorId = creditorIdOf(root);
  const terms = joinedTextAt(root, 'PaymentTerms/Note');
  return {
    means: all(root, 'PaymentMeans').map((means) => meansOf(means, creditorId)),
    remittance: all(root, 'PaymentMeans').map(remittanceOf).find((text) => text !== undefined),
    terms,
    discounts: [...discountTiersIn(terms, currency, placeOf(first(root, 'PaymentTerms') ?? root)), ...all(root, 'PaymentTerms').flatMap((entry) => statedTier(entry, currency) ?? [])],
  };
}

/** A credit note has no due date of its own; it stands with the payment means. Of several terms those without a discount say when the whole is due. */
export function dueDateOf(root: XmlNode): string | undefined {
  const terms = all(root, 'PaymentTerms');
  const inTerms = [...terms.filter((entry) => !first(entry, 'SettlementDiscountPercent')), ...terms].flatMap(
    (entry) => dateAt(entry, 'PaymentDueDate', 'The due date') ?? dateAt(entry, 'InstallmentDueDate', 'The due date') ?? [],
  );
  return dateAt(root, 'DueDate', 'The due date') ?? dateAt(root, 'PaymentMeans/PaymentDueDate', 'The due date') ?? inTerms[0];
}

function meansOf(means: XmlNode, creditorId: string | undefined): PaymentMeans {
  const code = textAt(means, 'PaymentMeansCode') ?? undefinedMeans;
  const slip = slipKindOf(means);
  const account = first(means, 'PayeeFinancialAccount');
  return {
    code,
    text: cleanText([first(means, 'PaymentMeansCode')?.attributes['name'] ?? (slip && textAt(means, 'PaymentChannelCode')), slip].filter((part) => part !== undefined).join(' ')),
    account: accountOf(textAt(account, 'ID') ?? textAt(means, 'CreditAccount/AccountID'), textAt(account, 'Name'), bankOf(first(account, 'FinancialInstitutionBranch'))),
    card: cardOf(textAt(means, 'CardAccount/PrimaryAccountNumberID'), textAt(means, 'CardAccount/HolderName')),
    mandate: orNothing({
      id: textAt(means, 'PaymentMandate/ID'),
      creditorId: directDebitCodes.has(code) || first(means, 'PaymentMandate') ? creditorId : undefined,
      debitedAccount: textAt(means, 'PaymentMandate/PayerFinancialAccount/ID'),
    }),
  };
}

/** What the payer is asked to quote (BT-83); on a payment slip it stands with the instruction. */
function remittanceOf(means: XmlNode): string | undefined {
  return slipKindOf(means) === undefined ? textAt(means, 'PaymentID') : textAt(means, 'InstructionID');
}

/** Danish payment slips (giro 50, FIK 93) state the kind of the slip where others state what the payer is to quote. */
function slipKindOf(means: XmlNode): string | undefined {
  const kind = textAt(means, 'PaymentID');
  return kind !== undefined && /^(01|04|15|71|73|75)$/.test(kind) && /^(50|93)$/.test(textAt(means, 'PaymentMeansCode') ?? '') ? kind : undefined;
}

/** The BIC is the branch's id in EN 16931, and that of its institution where the branch has a national number. */
function bankOf(branch: XmlNode | undefined): string | undefined {
  const [ofBranch, ofInstitution] = [textAt(branch, 'ID'), textAt(branch, 'FinancialInstitution/ID')];
  return ofInstitution !== undefined && /^[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?$/.test(ofInstitution) ? ofInstitution : ofBranch;
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
