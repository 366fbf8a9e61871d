import { addBusinessHours, closeOfBusiness } from '../../calendar/business-hours.ts';
import type { Instant } from '../../model/dates.ts';
import type { ActionCode, Finding, FindingCode, Override, ReasonCode } from '../../model/finding.ts';
import type { InvoiceFacts } from '../../model/invoice-facts.ts';
import type { DeadlinePolicy } from '../../policy/index.ts';

/** What a rule reports; the catalogue below adds who owns it and what is to be done. */
export interface Observation {
  code: FindingCode;
  rule: string;
  scope: string;
  line?: string;
  orderNumber?: string;
  orderLine?: string;
  relatedCase?: string;
  expected?: string;
  /** How the related document stands at the moment: told with what is expected, and no part of what an override is bound to (D10). */
  standing?: string;
  actual?: string;
  variance?: string;
  limit?: string;
  score?: number;
  /** Where it differs from the catalogue. */
  reason?: ReasonCode;
  severity?: Finding['severity'];
  ownerRole?: string;
  ownerPerson?: string;
}

interface Entry {
  reason: ReasonCode;
  owner: string;
  severity: Finding['severity'];
  /** Consents needed to go on as it is; 0: it must be mended. */
  overrides: 0 | 1 | 2;
  action: ActionCode;
  text: string;
}

/** Default owners by reason (M17): PRI buyer, QTY and DEL receiver, REF and UNR accounts payable, FIN and tax the tax team, PAY accounts payable. */
const clerk = 'ap-clerk';
const buyer = 'buyer';
const receiver = 'receiver';
const tax = 'tax-specialist';
const master = 'supplier-master';

const entry = (reason: ReasonCode, owner: string, severity: Finding['severity'], overrides: 0 | 1 | 2, action: ActionCode, text: string): Entry => ({ reason, owner, severity, overrides, action, text });

export const findingCatalogue: Record<FindingCode, Entry> = {
  'totals-wrong': entry('FIN', clerk, 'block', 0, 'NIN', 'The totals do not foot. Reject the document and ask the supplier for a corrected one.'),
  'rounding-too-large': entry('FIN', clerk, 'block', 1, 'NIN', 'A rounding is less than one unit of the currency. Ask for a corrected document.'),
  'prepayment-raises-payable': entry('FIN', clerk, 'review', 1, 'PIN', 'The prepayment makes more to pay, or less to give back, than the document bills. Compare it with what was paid, or ask the supplier.'),
  'third-party-payment': entry('FIN', clerk, 'review', 1, 'PIN', 'The supplier collects amounts for others, which no order carries. Verify what we owe to whom, or ask the supplier.'),
  'attachment-quarantined': entry('OTH', clerk, 'block', 0, 'NIN', 'An attachment was quarantined. Ask the supplier for the document without it.'),
  'suspicious-text': entry('OTH', clerk, 'review', 1, 'PIN', 'The text holds control or direction characters that can disguise names and numbers. Compare it with an earlier document of this supplier.'),
  'line-id-repeated': entry('REF', clerk, 'block', 0, 'NIN', 'Several lines have one number, so that nobody can tell which is meant. Ask for a corrected document.'),
  'number-placeholder': entry('REF', clerk, 'block', 0, 'NIN', 'This is not an invoice number. Ask the supplier for a document with one.'),
  'issue-date-in-future': entry('REF', clerk, 'review', 1, 'NIN', 'The issue date lies ahead. Ask the supplier, or accept it with a reason.'),
  'buyer-not-ours': entry('REC', clerk, 'block', 0, 'NIN', 'The document names another buyer. Forward it to that company or reject it.'),
  'supplier-unknown': entry('UNR', clerk, 'block', 0, 'PIN', 'Assign the supplier, or start the onboarding of a new one.'),
  'supplier-ambiguous': entry('UNR', clerk, 'block', 0, 'NOA', 'Several suppliers fit. Assign the right one.'),
  'supplier-blocked': entry('LEG', master, 'block', 0, 'NOA', 'The supplier is blocked or inactive. Clear the block with its owner, or reject the document.'),
  'supplier-tax-id-invalid': entry('LEG', tax, 'review', 1, 'NIN', 'The tax id of the supplier has no valid form. Ask for a corrected document.'),
  'supplier-tax-id-differs': entry('LEG', tax, 'block', 1, 'NIN', 'The tax id differs from the one on file. Verify it with the supplier before anything is paid.'),
  'supplier-tax-id-missing': entry('LEG', tax, 'review', 1, 'NIN', 'Tax is charged without a tax id of the supplier. Ask for a corrected document.'),
  'bank-account-unknown': entry('PAY', master, 'block', 0, 'PIN', 'The account on the document is not on file. Never change it from a document: start a bank change with a call-back to a known contact.'),
  'bank-account-missing': entry('PAY', clerk, 'block', 0, 'PIN', 'It is not clear which account is to be paid. Choose one on file.'),
  'bank-account-not-verified': entry('PAY', master, 'info', 1, 'NOA', 'The account is not verified. The document is posted, and no payment run takes it before the account is verified in the ERP.'),
  'payee-not-related': entry('PAY', master, 'block', 0, 'PIN', 'The payee is neither the seller nor a factor or group company on file. Verify the assignment with the supplier by call-back.'),
  'duplicate-exact': entry('REF', clerk, 'block', 2, 'NOA', 'This number was received from this supplier already. Say that it is a duplicate, or ask the supplier for a number of its own; two persons may say that it is another document.'),
  'duplicate-normalised': entry('REF', clerk, 'block', 1, 'NOA', 'The same number written otherwise, with the same amount or date. Reject it as a duplicate, or confirm that it is another document.'),
  'duplicate-number-review': entry('REF', clerk, 'review', 1, 'NOA', 'The same number written otherwise. Compare the two documents.'),
  'duplicate-fuzzy': entry('REF', clerk, 'review', 1, 'NOA', 'It looks like another document. Compare the two.'),
  'duplicate-amount': entry('REF', clerk, 'review', 1, 'NOA', 'The same supplier billed the same amount shortly before. Compare the two documents.'),
  'corrects-earlier': entry('REF', clerk, 'review', 1, 'CNF', 'It corrects an earlier document that is still live. Reject the earlier one, or wait for its credit.'),
  'earlier-attempt': entry('NON', clerk, 'info', 1, 'NOA', 'The same number was rejected or withdrawn before.'),
  'order-unknown': entry('REF', clerk, 'block', 0, 'PIN', 'The order is not known. Correct the order number, code the line without an order, or ask the supplier.'),
  'order-not-approved': entry('REF', buyer, 'block', 0, 'NOA', 'The order is a draft. Approve it, or reject the document.'),
  'order-closed': entry('REF', buyer, 'block', 1, 'NOA', 'The order or its line is closed or cancelled. Reopen it, or reject the document.'),
  'order-supplier-differs': entry('UNR', buyer, 'block', 0, 'NIN', 'The order was placed with another supplier. Correct the order number, or put the relation on file.'),
  'order-currency-differs': entry('PRI', buyer, 'block', 0, 'NIN', 'The order is in another currency. Ask for a document in the currency of the order.'),
  'unit-not-convertible': entry('QTY', buyer, 'block', 0, 'PIN', 'The unit cannot be converted into the unit of the order. Put the conversion on the order line.'),
  'line-unmatched': entry('ITM', clerk, 'block', 0, 'PIN', 'No order line fits. Pair the line, or code it without an order.'),
  'line-ambiguous': entry('ITM', clerk, 'block', 0, 'PIN', 'Several order lines fit. Pair the line.'),
  'price-variance': entry('PRI', buyer, 'block', 1, 'CNP', 'The price is above the order. Ask for a credit of the difference, correct the order, or accept it with a reason.'),
  'price-below-order': entry('PRI', buyer, 'info', 1, 'NOA', 'The price is below the order.'),
  'quantity-variance': entry('QTY', receiver, 'block', 1, 'CNP', 'More is billed than was received. Book the missing receipt, ask for a credit of the difference, or accept it with a reason.'),
  'quantity-below-expected': entry('QTY', receiver, 'info', 1, 'NOA', 'Less is billed than was received.'),
  'over-delivery': entry('DEL', receiver, 'block', 1, 'CNP', 'More was delivered than ordered and allowed. Return the excess, raise the order, or accept it with a reason.'),
  'cumulative-variance': entry('PRI', buyer, 'block', 1, 'CNP', 'All documents of this order line together exceed what it entitles to. Ask for a credit, or accept it with a reason.'),
  'order-amount-exceeded': entry('QTY', buyer, 'block', 1, 'CNP', 'The amount left on the order line is exceeded. Raise the order, ask for a credit, or accept it with a reason.'),
  'nothing-to-invoice': entry('QTY', receiver, 'block', 1, 'CNF', 'Everything that was received has been billed already. Ask for a credit, or book the missing receipt.'),
  'awaiting-receipt': entry('DEL', receiver, 'wait', 1, 'NOA', 'The receipt is awaited; nobody need act until it is overdue.'),
  'receipt-unknown': entry('DEL', receiver, 'info', 1, 'NOA', 'The receipt that the line names is not on file for this order line; the oldest open receipt counts instead.'),
  'consignment-order': entry('REF', buyer, 'block', 0, 'NIN', 'Consignment stock is settled by consumption; no document against this order is expected. Reject it.'),
  'charge-differs': entry('PRI', buyer, 'block', 1, 'CNP', 'The charge is above what was agreed with the order. Ask for a credit, or accept it with a reason.'),
  'charge-unplanned': entry('PRI', buyer, 'block', 1, 'CNP', 'Charges that nobody ordered exceed the limit. Ask for a credit, or accept them with a reason.'),
  'header-difference': entry('FIN', clerk, 'block', 0, 'NIN', 'The net amount is not the sum of the lines. Ask for a corrected document.'),
  'small-difference': entry('FIN', clerk, 'info', 1, 'NOA', 'A small difference is booked to its own account.'),
  'tolerance-missing': entry('OTH', 'policy-owner', 'block', 0, 'NOA', 'No tolerance is configured for this check. Complete the policy; an unset check never passes.'),
  'tax-base-differs': entry('FIN', tax, 'block', 1, 'NIN', 'The tax is on another amount than the document bills under it. Ask for a corrected document.'),
  'tax-rate-missing': entry('FIN', tax, 'review', 1, 'PIN', 'The document does not say at which rate the tax is charged, so that it cannot be recomputed. Check the amount, or ask for the rate.'),
  'tax-over': entry('FIN', tax, 'block', 1, 'NIN', 'More tax is charged than base and rate give. Ask for a corrected document.'),
  'tax-under': entry('FIN', tax, 'block', 1, 'NIN', 'Less tax is charged than base and rate give. Ask for a corrected document.'),
  'tax-rate-not-allowed': entry('FIN', tax, 'block', 1, 'NIN', 'This rate does not exist for that country, category and date. Ask for a corrected document.'),
  'tax-on-exempt': entry('FIN', tax, 'block', 0, 'NIN', 'Tax is charged under a category that has none. Ask for a corrected document.'),
  'tax-reason-missing': entry('FIN', tax, 'review', 1, 'NIN', 'The document does not say why no tax is charged. Ask for a corrected document.'),
  'tax-currency-total-missing': entry('FIN', tax, 'block', 1, 'NIN', 'The tax total in the accounting currency is missing. Ask for a corrected document.'),
  'credit-without-reference': entry('REF', clerk, 'block', 0, 'PIN', 'The credit names no invoice. Assign the invoice, or record it as a credit to the account.'),
  'credit-of-unknown-invoice': entry('REF', clerk, 'review', 1, 'PIN', 'The credited invoice is not known here. Assign it, or accept the credit with a reason.'),
  'credit-exceeds-invoice': entry('FIN', clerk, 'block', 1, 'PIN', 'All credits together exceed the invoice. Ask the supplier, or accept it with a reason.'),
  'credit-kind-unclear': entry('REF', clerk, 'block', 0, 'PIN', 'Say whether the credit is for the price, for a return or goodwill.'),
  'credit-without-return': entry('QTY', receiver, 'block', 1, 'NOA', 'No return is on file for the credited quantity. Book the return, or correct the kind of the credit.'),
  'credit-below-billed': entry('PRI', buyer, 'block', 1, 'CNA', 'Less comes back than was billed for the returned goods. Ask for the rest, or accept it with a reason.'),
  'credit-sign': entry('FIN', clerk, 'block', 0, 'NIN', 'What is given back would raise what we owe, or what is billed would lower it. Ask for a corrected document.'),
  'coding-missing': entry('REF', clerk, 'block', 0, 'NOA', 'Say which account and cost centre bear this line.'),
  'account-unknown': entry('REF', clerk, 'block', 0, 'NOA', 'The account is not in the chart. Correct the coding.'),
  'cost-centre-unknown': entry('REF', clerk, 'block', 0, 'NOA', 'The cost centre is unknown or closed on that date. Correct the coding.'),
  'exchange-rate-missing': entry('FIN', 'treasury', 'block', 0, 'NOA', 'Supply the exchange rate of the invoice date; limits cannot be judged without it.'),
  'period-closed': entry('OTH', 'controller', 'info', 1, 'NOA', 'The period of the service is closed; it is posted in the first open one, with its service date kept.'),
  'possible-splitting': entry('OTH', 'controller', 'info', 1, 'NOA', 'Several documents of this supplier and requester together reach a higher approval band.'),
};

/** As people would tell them: first what the document is and whose, then how it compares, last how it is booked. */
const importance = Object.keys(findingCatalogue) as FindingCode[];

const severityOrder: Finding['severity'][] = ['block', 'review', 'wait', 'info'];

/**
 * Turns observations into findings: owner, deadline in business hours, suggestion, and whether recorded overrides cover
 * them (M17, M20, D10). An override counts when code, scope and facts are those that were seen, and its author is not the
 * submitter; two log-ins of one human count once.
 */
export function toFindings(observations: Observation[], facts: InvoiceFacts): Finding[] {
  return observations.map((observation) => toFinding(observation, facts)).sort(bySeverityCodeScope);
}

/** Does it stop the document as things stand? */
export function stops(finding: Finding): boolean {
  return (finding.severity === 'block' || finding.severity === 'review') && !finding.overridden;
}

function toFinding(observation: Observation, facts: InvoiceFacts): Finding {
  const { reason, severity, ownerRole, ownerPerson, standing, ...seen } = observation;
  const known = findingCatalogue[observation.code];
  const role = ownerRole ?? known.owner;
  const fingerprint = [observation.code, observation.scope, observation.expected ?? '', observation.actual ?? '', observation.variance ?? ''].join('|');
  const needed = Math.max(1, known.overrides);
  return {
    ...seen,
    ...(standing === undefined ? {} : { expected: [observation.expected, standing].filter((part) => part !== undefined).join(', ') }),
    reasonCode: reason ?? known.reason,
    severity: severity ?? known.severity,
    fingerprint,
    overridable: known.overrides > 0,
    overridesNeeded: needed,
    overridden: known.overrides > 0 && consents(observation, fingerprint, facts) >= needed,
    ownerRole: role,
    ...(ownerPerson ? { ownerPerson } : {}),
    dueAt: dueAtOf(observation, role, facts),
    suggestion: { action: known.action, text: known.text },
  };
}

function consents(observation: Observation, fingerprint: string, facts: InvoiceFacts): number {
  const human = (person: string): string => facts.people.find((entry) => entry.id === person)?.employeeId ?? person;
  const submitter = facts.submittedBy === undefined ? undefined : human(facts.submittedBy);
  const covers = (override: Override): boolean =>
    override.findingCode === observation.code && override.scope === observation.scope && (override.fingerprint === fingerprint || withoutStanding(override.fingerprint) === fingerprint) && human(override.by) !== submitter;
  return new Set(facts.overrides.filter(covers).map((override) => human(override.by))).size;
}

/** As it is now, of a time when it ended with how the other document stood: `…, posted|…`. */
function withoutStanding(fingerprint: string): string {
  const [code, scope, expected = '', ...rest] = fingerprint.split('|');
  return [code, scope, code?.startsWith('duplicate-') ? expected.replace(/, [a-z]+$/, '') : expected, ...rest].join('|');
}

/** A receipt may be awaited for some business days since the document came in; everything else is due in hours from now. */
function dueAtOf({ code }: Observation, role: string, facts: InvoiceFacts): Instant {
  const calendar = facts.calendar.content;
  if (code === 'awaiting-receipt') return closeOfBusiness(calendar, facts.receivedOn, facts.policies.deadlines.content.receiptWaitDays);
  return addBusinessHours(calendar, facts.now, hoursFor(role, facts.policies.deadlines.content));
}

/** Business hours that a role has to deal with an exception. */
export function hoursFor(role: string, { exceptions }: DeadlinePolicy): number {
  return exceptions.byRole.find((entry) => entry.role === role)?.hours ?? exceptions.defaultHours;
}

function bySeverityCodeScope(a: Finding, b: Finding): number {
  return severityOrder.indexOf(a.severity) - severityOrder.indexOf(b.severity) || importance.indexOf(a.code) - importance.indexOf(b.code) || compareText(a.fingerprint, b.fingerprint);
}

/** By UTF-16 code units: the same on every machine, unlike a locale's order. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
