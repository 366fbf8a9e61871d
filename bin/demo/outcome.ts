import { describeMoney } from '../../domain/rules/money.ts';
import type { BankPayment, LedgerDocument } from './counterpart.ts';
import { transfers, type Sample } from './samples.ts';
import { stamp, type Stamps } from './stamp.ts';

/** What the API says about a document that was sent. */
export interface Sent {
  status: number;
  /** Code of the refusal. */
  code?: string;
  caseId?: string;
  accepted?: string;
}

export interface CaseView {
  id: string;
  entity: string;
  state: string;
  stage: string;
  /** Each with the findings that stop the document. */
  exceptions: { codes: string[]; owner: string }[];
  awaiting: { id: string; what: string; role: string; person?: string | undefined }[];
  duplicateOf?: string;
  erpReference?: string;
}

/** Everything that is known of one sample. */
export interface Followed {
  sample: Sample;
  number: string;
  sent?: Sent;
  view?: CaseView;
}

export interface OutcomeRow {
  name: string;
  expected: string;
  actual: string;
  agrees: boolean;
}

/**
 * Expected against actual. The ERP's part is its own ledger: a second document of one number shows in its row, and a last
 * row looks for double posts in all that the ledger holds, of this run or of earlier ones.
 */
export function compareOutcomes(followed: readonly Followed[], { invoices: ledger, payments }: { invoices: readonly LedgerDocument[]; payments: readonly BankPayment[] }, stamps: Stamps): OutcomeRow[] {
  const own = new Set(followed.map(({ number }) => number));
  const stray = ledger.filter(({ vendorInvoiceNo = '' }) => vendorInvoiceNo.includes(`-${stamps.run}-`) && !own.has(vendorInvoiceNo));
  return [
    ...followed.map((entry) => row(entry.sample.name, entry.sample.expected, outcomeOf(entry, followed, ledger))),
    ...transfers.map(({ name, account, amount }) => row(name, amount, payments.filter(({ creditor }) => creditor.account === stamp(account, stamps)).map((payment) => describeMoney(payment.amount)).join(' + ') || 'nothing')),
    row('whole ledger', 'every number once', [...doublePayments(payments), ...doublePosts(ledger), ...stray.map((document) => `unexpected ${describe(document)}`)].join(', ') || 'every number once'),
  ];
}

function outcomeOf({ sent, view, number, sample }: Followed, followed: readonly Followed[], ledger: readonly LedgerDocument[]): string {
  if (!sent) return 'not sent yet';
  const held = `ERP: ${ledger.filter(({ vendorInvoiceNo }) => vendorInvoiceNo === number).map(describe).join(' + ') || 'nothing'}`;
  if (sent.status !== 202) return `refused ${sent.status} ${sent.code ?? ''} · ${held}`;
  const nameOf = (caseId: string | undefined) => followed.find((entry) => entry.sent?.caseId === caseId)?.sample.name ?? caseId ?? 'nothing';
  if (sent.accepted === 'same-content' && nameOf(sent.caseId) !== sample.name) return `the case of "${nameOf(sent.caseId)}"`;
  if (!view) return 'accepted';
  if (view.state === 'duplicate') return `duplicate of "${nameOf(view.duplicateOf)}"`;
  return `${whereabouts(view)} · ${held}`;
}

function whereabouts({ state, stage, exceptions }: CaseView): string {
  if (state !== 'running') return state;
  return [stage, ...exceptions.map(({ codes, owner }) => `${codes.join(', ')} with ${owner}`)].join(' ');
}

/** Live documents that share company, supplier, number and kind. */
export function doublePosts(ledger: readonly LedgerDocument[]): string[] {
  const groups = new Map<string, number>();
  for (const { companyCode, vendorNo, vendorInvoiceNo, docType } of ledger) {
    const key = [companyCode, vendorNo, vendorInvoiceNo, docType].join(' ');
    groups.set(key, (groups.get(key) ?? 0) + 1);
  }
  return [...groups].filter(([, count]) => count > 1).map(([key, count]) => `${key} posted ${count} times`);
}

/** Payments that share their end-to-end id: the bank pays them all, so that none may be sent twice. */
function doublePayments(payments: readonly BankPayment[]): string[] {
  const ids = payments.map(({ endToEndId }) => endToEndId);
  return [...new Set(ids.filter((id, at) => ids.indexOf(id) !== at))].map((id) => `payment ${id} made ${ids.filter((other) => other === id).length} times`);
}

function describe({ docType, grossValue, currencyCode, payBlock, amendments }: LedgerDocument): string {
  const block = payBlock === 'R' ? ', blocked' : amendments.length > 0 ? ', released' : '';
  return `${docType} ${grossValue} ${currencyCode}${block}`;
}

function row(name: string, expected: string, actual: string): OutcomeRow {
  return { name, expected, actual, agrees: expected === actual };
}
