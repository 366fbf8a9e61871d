import type { Assessment, CodingLine, PostingDraft } from '../../model/assessment.ts';
import type { PlainDate } from '../../model/dates.ts';
import type { InvoiceFacts } from '../../model/invoice-facts.ts';
import type { Money } from '../../model/money.ts';
import type { PostingLine } from '../../model/posting.ts';
import type { Supplier } from '../../model/supplier.ts';
import { toText } from '../decimal.ts';
import { minorOf, sumMoney } from '../money.ts';
import { creditEffect } from '../invoice/credit.ts';
import type { CodedDocument } from './coding.ts';
import { compareText } from './findings.ts';
import type { DocumentMatch } from './match.ts';
import type { OrderLineGroup } from './match-order-line.ts';
import type { Payee } from './parties.ts';

/** What the ERP is asked to post: lines and taxes sum to the gross; amounts of a credit are negative (C1). */
export function draftPosting(facts: InvoiceFacts, supplier: Supplier, payee: Payee, match: DocumentMatch, coded: CodedDocument, dates: { dueDate: PlainDate; postingDate: PlainDate }, paymentBlocked: boolean): PostingDraft {
  const { invoice, entity } = facts;
  const signed = (amount: Money): Money => creditEffect(invoice, amount);
  return {
    entity: entity.id,
    class: invoice.class,
    supplierId: supplier.id,
    supplierInvoiceNumber: invoice.number,
    documentDate: invoice.issueDate,
    postingDate: dates.postingDate,
    dueDate: dates.dueDate,
    currency: invoice.currency,
    lines: postingLines(match, coded),
    taxes: invoice.taxes.map((tax) => ({ category: tax.category, ...(tax.rate === undefined ? {} : { rate: tax.rate }), base: signed(tax.base), amount: signed(tax.amount) })),
    gross: signed(invoice.totals.gross),
    payable: signed(invoice.totals.payable),
    paymentBlocked,
    ...(payee.account ? { bankAccountId: payee.account.id } : {}),
  };
}

/** One line for each order line, so that goods received and invoiced clear against each other; one for each other coding. */
function postingLines(match: DocumentMatch, { coding, ofLine }: CodedDocument): PostingLine[] {
  const codedAs = (group: OrderLineGroup): CodingLine[] => group.pairs.flatMap(({ line }) => ofLine.get(line) ?? []);
  const grouped = match.groups.map(({ group, match: { taken }, creditKind }): PostingLine => {
    const net = sumMoney(group.order.currency, codedAs(group).map((line) => line.amount));
    const account = { account: group.target.account, costCentre: group.target.costCentre, net };
    // Goodwill concerns no order: it lowers the cost, not what was received and invoiced (C3).
    if (creditKind === 'goodwill') return { kind: 'account', ...account };
    const quantity = creditKind === 'price' ? {} : { quantity: toText(taken.quantity) };
    return { kind: 'order', orderNumber: group.order.number, orderLine: group.target.id, ...quantity, ...account };
  }).sort((a, b) => compareText(`${a.orderNumber ?? ''}/${a.orderLine ?? ''}`, `${b.orderNumber ?? ''}/${b.orderLine ?? ''}`));
  const paired = new Set(match.groups.flatMap(({ group }) => codedAs(group)));
  const others = coding.filter((line) => !paired.has(line)).map((line): PostingLine => ({ kind: kindOf(line), account: line.account, ...(line.costCentre === undefined ? {} : { costCentre: line.costCentre }), net: line.amount }));
  return [...grouped, ...others];
}

function kindOf(line: CodingLine): PostingLine['kind'] {
  return line.source === 'charge' || line.source === 'small-difference' ? line.source : 'account';
}

/** What stands between a posted document and its payment. Approval and receipt are the document's own and block it; what else there is every payment run looks at anew (P1). */
export function paymentBlock(assessed: { awaitingReceipt: boolean; needsApproval: boolean; payee: Payee | undefined; payable: Money }): Assessment['paymentBlock'] {
  const reasons: Assessment['paymentBlock']['reasons'] = [];
  if (assessed.needsApproval) reasons.push('approval');
  if (assessed.awaitingReceipt) reasons.push('receipt');
  if (assessed.payee?.account && assessed.payee.account.status !== 'verified') reasons.push('bank-account');
  if (minorOf(assessed.payable) <= 0n) reasons.push('nothing-to-pay');
  return { blocked: reasons.some((reason) => reason === 'approval' || reason === 'receipt'), reasons };
}
