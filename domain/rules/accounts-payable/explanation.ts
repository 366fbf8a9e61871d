import type { ApprovalRoute } from '../../model/approval-route.ts';
import type { Explanation, MatchLine } from '../../model/assessment.ts';
import type { Finding } from '../../model/finding.ts';
import type { InvoiceFacts } from '../../model/invoice-facts.ts';
import type { Money } from '../../model/money.ts';
import type { Supplier } from '../../model/supplier.ts';
import { describeMoney } from '../money.ts';
import { documentKeys } from './document-number.ts';

/** What was looked at and what came out, rule by rule, for people and for the audit record (guarantee 9). */
export function explain(facts: InvoiceFacts, made: { supplier: Supplier | undefined; resolvedBy: string | undefined; lines: readonly MatchLine[]; findings: readonly Finding[]; amount: Money | undefined; route: ApprovalRoute; dueDate: string; postingDate: string; serviceDate: string }): Explanation[] {
  const { invoice } = facts;
  const keys = documentKeys(invoice.number);
  const about = (prefix: string): string => made.findings.filter((finding) => finding.rule.startsWith(prefix)).map((finding) => finding.code).join(', ');
  return [
    { rule: 'T2', inputs: { by: made.resolvedBy ?? 'nothing', candidates: String(facts.supplierCandidates.length) }, result: made.supplier?.id ?? 'unknown' },
    { rule: 'D1', inputs: { k1: keys.k1, k2: keys.k2, class: invoice.class, compared: String(facts.duplicateCandidates.length) }, result: about('D') || 'nothing alike' },
    ...made.lines.flatMap(explainLine),
    { rule: 'T1', inputs: { breakdowns: String(invoice.taxes.length), tax: describeMoney(invoice.totals.tax) }, result: about('T') || 'as expected' },
    {
      rule: 'A1',
      inputs: { gross: describeMoney(invoice.totals.gross), payable: describeMoney(invoice.totals.payable), ...(facts.rate ? { rate: `${facts.rate.rate} ${facts.rate.to} for 1 ${facts.rate.from} on ${facts.rate.date}` } : {}) },
      result: made.amount ? describeMoney(made.amount) : 'unknown without an exchange rate',
    },
    { rule: 'A2', inputs: { matrix: made.route.matrix, policy: made.route.policyVersion }, result: made.route.steps.length === 0 ? `no approval: ${made.route.reason}` : made.route.steps.map((step) => `${step.required} × ${step.role}`).join(', then ') },
    { rule: 'G3', inputs: { serviceDate: made.serviceDate, ...(facts.openFrom === undefined ? {} : { openFrom: facts.openFrom }) }, result: `posted ${made.postingDate}, due ${made.dueDate}` },
  ];
}

function explainLine(line: MatchLine): Explanation[] {
  if (line.orderLine === undefined) return [];
  const where = { line: line.line, order: `${line.orderNumber ?? ''}/${line.orderLine}`, pairedBy: line.pairedBy, record: line.toleranceRecord ?? 'none' };
  const known = (entries: Record<string, string | undefined>): Record<string, string> => Object.fromEntries(Object.entries(entries).filter((entry): entry is [string, string] => entry[1] !== undefined));
  return [
    { rule: 'M1', inputs: known({ ...where, orderPrice: line.orderPrice, invoicePrice: line.invoicePrice }), result: line.priceVariance ? `variance ${describeMoney(line.priceVariance)}` : line.status },
    { rule: 'M2', inputs: known({ ...where, ordered: line.ordered, received: line.received, previouslyInvoiced: line.previouslyInvoiced, expected: line.expected, invoiced: line.invoiced }), result: `${line.status}${line.payableQuantity === undefined ? '' : `, payable quantity ${line.payableQuantity}`}` },
    ...(line.cumulativeVariance ? [{ rule: 'M8', inputs: where, result: `all documents of the line: variance ${describeMoney(line.cumulativeVariance)}` }] : []),
  ];
}
