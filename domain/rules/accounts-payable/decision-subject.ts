import type { Assessment, CodingLine, CreditEffect, MatchStatus } from '../../model/assessment.ts';
import type { InvoiceFacts } from '../../model/invoice-facts.ts';
import type { Money } from '../../model/money.ts';
import type { ApprovalPolicy } from '../../policy/approval.ts';
import { compareExact, exact, times } from '../decimal.ts';
import { absoluteMoney, compareMoney, exactAmount, subtractMoney } from '../money.ts';

/**
 * What a decision is about. The hash of its canonical JSON is the `decisionHash`: a change of our own data about the
 * document voids approvals as a change of the document does.
 */
export interface DecisionSubject {
  documentHash: string;
  supplierId: string | null;
  payee: { supplierId: string; accountId: string | null; accountVersion: number | null } | null;
  coding: { line: string; account: string; costCentre: string | null; amount: Money }[];
  dueDate: string;
  match: { status: MatchStatus; lines: { line: string; status: MatchStatus; orderNumber: string | null; orderLine: string | null; priceVariance: Money | null; quantityVariance: string | null }[] };
  payable: Money;
  /**
   * Of a credit alone, so that hashes of invoices stay as they are. What was approved on a hash from before this was part of it is
   * compared by what its assessment says of the credit, so a task that is still open then is kept for the next version.
   */
  credit?: { against: string | null; kind: CreditEffect['kind']; settlement: CreditEffect['settlement'] };
}

export function decisionSubject(assessment: Pick<Assessment, 'supplierId' | 'payee' | 'coding' | 'dueDate' | 'match' | 'payable' | 'credit'>, { documentHash }: Pick<InvoiceFacts, 'documentHash'>): DecisionSubject {
  const { supplierId, payee, coding, dueDate, match, payable, credit } = assessment;
  return {
    documentHash,
    supplierId: supplierId ?? null,
    payee: payee ? { supplierId: payee.supplierId, accountId: payee.account?.id ?? null, accountVersion: payee.account?.version ?? null } : null,
    coding: coding.map((line) => ({ line: line.line, account: line.account, costCentre: line.costCentre ?? null, amount: line.amount })),
    dueDate,
    match: {
      status: match.status,
      lines: match.lines.map((line) => ({ line: line.line, status: line.status, orderNumber: line.orderNumber ?? null, orderLine: line.orderLine ?? null, priceVariance: line.priceVariance ?? null, quantityVariance: line.quantityVariance ?? null })),
    },
    payable,
    ...(credit ? { credit: { against: credit.against ?? null, kind: credit.kind, settlement: credit.settlement } } : {}),
  };
}

export type VoidingChange = 'supplier' | 'bank-account' | 'currency' | 'amount-up' | 'amount-down' | 'cost-centre' | 'due-date' | 'match' | 'credit' | 'document';

/**
 * Which changes void the approvals given so far (A8); none: they stay and are bound to the new version. A smaller amount
 * within the policy's percentage keeps them, and so does a match that only got better, as when the goods came in.
 */
export function changeVoidsApprovals(before: DecisionSubject, after: DecisionSubject, policy: Pick<ApprovalPolicy, 'keepsApprovals'>): VoidingChange[] {
  const changes: VoidingChange[] = [];
  if (before.supplierId !== after.supplierId) changes.push('supplier');
  if (JSON.stringify(before.payee) !== JSON.stringify(after.payee)) changes.push('bank-account');
  const amount = amountChange(before.payable, after.payable, policy);
  if (amount !== 'kept' && amount !== 'equal') changes.push(amount);
  if (targets(before.coding) !== targets(after.coding)) changes.push('cost-centre');
  if (before.dueDate !== after.dueDate) changes.push('due-date');
  if (isWorse(before.match, after.match)) changes.push('match');
  // How it settles follows from what the credited invoice has come to meanwhile; nobody chose it.
  if (before.credit?.against !== after.credit?.against || before.credit?.kind !== after.credit?.kind) changes.push('credit');
  // A document that changed in some other way was not seen by anybody.
  if (before.documentHash !== after.documentHash && amount === 'equal') changes.push('document');
  return changes;
}

/** A worse result, or the same one with a larger variance or against another order line. */
function isWorse(before: DecisionSubject['match'], after: DecisionSubject['match']): boolean {
  if (worstFirst.indexOf(after.status) < worstFirst.indexOf(before.status)) return true;
  return after.lines.some((line) => {
    const seen = before.lines.find((entry) => entry.line === line.line);
    if (!seen || seen.orderNumber !== line.orderNumber || seen.orderLine !== line.orderLine) return true;
    return grew(varianceOf(seen.priceVariance), varianceOf(line.priceVariance)) || grew(exact(seen.quantityVariance ?? '0'), exact(line.quantityVariance ?? '0'));
  });
}

function varianceOf(variance: Money | null): ReturnType<typeof exact> {
  return variance === null ? exact('0') : exactAmount(variance);
}

/** Only what is to our disadvantage counts: above the order, more than was received. */
function grew(before: ReturnType<typeof exact>, after: ReturnType<typeof exact>): boolean {
  return compareExact(after, exact('0')) > 0 && compareExact(after, before) > 0;
}

const worstFirst: MatchStatus[] = ['EXCEPTION', 'ACCEPTED_WITH_VARIANCE', 'AWAITING_RECEIPT', 'MATCHED_WITHIN_TOLERANCE', 'NOT_APPLICABLE', 'MATCHED'];

function amountChange(before: Money, after: Money, { keepsApprovals }: Pick<ApprovalPolicy, 'keepsApprovals'>): 'equal' | 'kept' | 'currency' | 'amount-up' | 'amount-down' {
  if (before.currency !== after.currency) return 'currency';
  const order = compareMoney(after, before);
  if (order === 0) return 'equal';
  // Of a credit the size counts: a larger credit is a larger decision.
  const fall = subtractMoney(absoluteMoney(before), absoluteMoney(after));
  if (compareExact(exactAmount(fall), exact('0')) <= 0) return 'amount-up';
  const kept = compareExact(times(exactAmount(fall), exact('100')), times(exact(keepsApprovals.amountDownPercent), exactAmount(absoluteMoney(before)))) <= 0;
  return kept ? 'kept' : 'amount-down';
}

/** Accounts and cost centres, whatever the amounts. */
function targets(coding: DecisionSubject['coding']): string {
  return JSON.stringify(coding.map((line: Pick<CodingLine, 'line' | 'account'> & { costCentre: string | null }) => [line.line, line.account, line.costCentre]).sort());
}
