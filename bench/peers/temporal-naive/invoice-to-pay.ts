/**
 * Invoice to pay, the obvious way: an activity a step, an upsert a status, a child that waits for approval. It answers the
 * same updates, signals and queries as ours, on the same rules and records.
 */
import { allHandlersFinished, condition, setHandler, startChild, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type { AssessmentAnswer, CaseRef, DecisionAnswer, DecisionKind } from '../../../activities/accounts-payable/commands.ts';
import { effectKey, supplierDocumentKey } from '../../../domain/rules/posting-key.ts';
import { correct, decide, goodsReceived, invoiceToPayProcess, invoiceToPayVersion, paymentStatus, resolveException, withdraw } from '../../../workflows/contracts/invoice-to-pay.ts';
import type { InboxNotice, InvoiceToPayInput, InvoiceToPayOutcome } from '../../../workflows/contracts/invoice-to-pay.ts';
import { listenForDecisions, Mutex, type Refusal } from '../../../workflows/parts/decisions.ts';
import { ProgressBoard } from '../../../workflows/parts/progress.ts';
import { searchAttributes } from '../../../temporal-config/search-attributes.ts';
import { approval, escalated, settled } from './approval.ts';
import {
  checkTax,
  codeLines,
  findDuplicates,
  gatherInvoiceFacts,
  matchToOrder,
  postSupplierInvoice,
  recordAssessment,
  recordEnd,
  recordPaymentEvent,
  releaseSupplierInvoice,
  resolveSupplier,
  reverseSupplierInvoice,
  routeForApproval,
  validateDocument,
  verifyAndRecordDecision,
} from './proxies.ts';
import { awaitWithEscalation, parkable } from './waiting.ts';

export async function invoiceToPay(input: InvoiceToPayInput): Promise<InvoiceToPayOutcome> {
  const invoice = openInvoice(input);
  if (input.reopenedBy) await hearPayment(invoice, { eventId: input.reopenedBy });
  while (!invoice.ending) {
    const assessment = await assessInvoice(invoice);
    switch (assessment.disposition) {
      case 'duplicate':
        invoice.ending = { state: 'duplicate', of: assessment.duplicateOf ?? '' };
        break;
      case 'needs-approval':
        await awaitApproval(invoice, assessment);
        break;
      case 'exception':
      case 'awaiting-receipt':
        await awaitPeopleOrEvents(invoice, assessment);
        break;
      case 'ready-to-post':
        await postToErp(invoice, assessment);
        break;
      case 'ready-to-release':
        await releaseForPayment(invoice, assessment);
        break;
      case 'posted':
        await awaitPayment(invoice, assessment);
        break;
    }
  }
  return closeCase(invoice, invoice.ending);
}

/** One running case: what it was started with, what it shows, and what it has heard since it last looked. */
interface InvoiceCase {
  ref: CaseRef;
  board: ProgressBoard;
  mutex: Mutex;
  /** A person or an event changed the facts: look again. */
  changed: boolean;
  /** AP supplied a corrected version, which a posted document has to give way to. */
  corrected: boolean;
  resumed: boolean;
  /** The bank said something of the payment, or somebody dealt with what it said. */
  paymentNews: boolean;
  /** When somebody has to have looked at a payment that failed. */
  paymentDeadline?: string;
  /** An effect outside is under way; decisions that would cross it have to wait. */
  effectUnderWay: boolean;
  postingNumber: number;
  posted?: { key: string; supplierId: string; reference: string };
  ending?: InvoiceToPayOutcome;
}

function openInvoice(input: InvoiceToPayInput): InvoiceCase {
  const { entity, caseId, correlationId } = input;
  const invoice: InvoiceCase = {
    ref: { entity, caseId, correlationId },
    board: new ProgressBoard(correlationId, invoiceToPayVersion),
    mutex: new Mutex(),
    changed: false,
    corrected: false,
    resumed: false,
    paymentNews: false,
    effectUnderWay: false,
    postingNumber: 1,
  };
  listenForDecisions(
    { ...invoice, refusal: (kind: DecisionKind) => refusalOf(invoice, kind), judge: (kind, decisionId) => verifyAndRecordDecision({ ...invoice.ref, kind, decisionId }), heard: (decision: Extract<DecisionAnswer, { accepted: true }>) => hear(invoice, decision) },
    {
      decide: { update: decide, description: 'Approve or reject a task of this document' },
      resolveException: { update: resolveException, description: 'Resolve, override or retry an exception' },
      correct: { update: correct, description: 'Supply a corrected version of the document or its coding' },
      withdraw: { update: withdraw, description: 'Withdraw the document' },
    },
  );
  setHandler(escalated, (transitions) => void invoice.board.take({ transitions }));
  setHandler(goodsReceived, () => void (invoice.changed = true), { description: 'Receipts or orders of this document changed: match again' });
  setHandler(paymentStatus, (notice) => hearPayment(invoice, notice), { description: 'The payment of this document changed its status' });
  return invoice;
}

/** assessInvoice: validate, resolve the supplier, find duplicates, pair and match, code, check tax, route. */
async function assessInvoice(invoice: InvoiceCase): Promise<AssessmentAnswer> {
  invoice.changed = invoice.corrected = false;
  const assessment = await parkable(invoice, 'assessInvoice', async () => {
    const { factsId } = await gatherInvoiceFacts(invoice.ref);
    const step = { ...invoice.ref, factsId };
    await resolveSupplier(step);
    await validateDocument(step);
    showStatus('validated');
    await findDuplicates(step);
    await matchToOrder(step);
    showStatus('matched');
    await codeLines(step);
    await checkTax(step);
    await routeForApproval(step);
    showStatus('routed');
    return recordAssessment(step);
  });
  invoice.board.take(assessment);
  if (assessment.posted && !invoice.posted) rememberPosting(invoice, { ...assessment.posted, supplierId: assessment.supplierId });
  return assessment;
}

/** awaitPeopleOrEvents: an approver, the owner of an exception, a correction or a receipt; reminded and escalated meanwhile. */
async function awaitPeopleOrEvents(invoice: InvoiceCase, { supplierId, nextDeadline }: { supplierId: string; nextDeadline?: string }): Promise<void> {
  invoice.board.show(supplierId);
  await awaitWithEscalation(invoice.ref, (transitions) => void invoice.board.take({ transitions }), () => invoice.changed || invoice.ending !== undefined, nextDeadline);
}

/** awaitApproval: a child waits, reminds and escalates; the decisions are heard here, where the API sends them. */
async function awaitApproval(invoice: InvoiceCase, { supplierId, assessmentId, nextDeadline }: { supplierId: string; assessmentId: string; nextDeadline?: string }): Promise<void> {
  invoice.board.show(supplierId);
  const child = await startChild(approval, { workflowId: `${workflowInfo().workflowId}/approval/${assessmentId}`, args: [{ ref: invoice.ref, ...(nextDeadline ? { deadline: nextDeadline } : {}) }] });
  await condition(() => invoice.changed || invoice.ending !== undefined);
  await child.signal(settled);
  await child.result();
}

/** postToErp: once under its key; a refusal of the ERP becomes an exception with an owner. */
async function postToErp(invoice: InvoiceCase, assessment: AssessmentAnswer): Promise<void> {
  const businessKey = supplierDocumentKey({ entity: invoice.ref.entity, ...assessment });
  const key = effectKey(invoiceToPayProcess, businessKey, 'post', invoice.postingNumber);
  showStatus('posting');
  const answer = await effect(invoice, 'postToErp', () => postSupplierInvoice({ ...invoice.ref, assessmentId: assessment.assessmentId, key }));
  if (answer.outcome === 'stale') return;
  if (answer.outcome === 'refused') return awaitPeopleOrEvents(invoice, { ...answer, supplierId: assessment.supplierId });
  invoice.posted = { key, supplierId: assessment.supplierId, reference: answer.reference ?? '' };
  if (!answer.blockOutstanding) await awaitPayment(invoice, assessment);
}

/** releaseForPayment: the document was posted blocked and has been approved since. */
async function releaseForPayment(invoice: InvoiceCase, assessment: AssessmentAnswer): Promise<void> {
  const posted = invoice.posted;
  if (!posted) return;
  const answer = await effect(invoice, 'releaseForPayment', () =>
    releaseSupplierInvoice({ ...invoice.ref, assessmentId: assessment.assessmentId, postingKey: posted.key, key: `${posted.key}:release` }),
  );
  if (answer.outcome === 'refused') await awaitPeopleOrEvents(invoice, { ...answer, supplierId: assessment.supplierId });
  if (answer.outcome === 'posted') await awaitPayment(invoice, assessment);
}

/** awaitPayment: nothing to pay and credits end here; otherwise only the bank's own word settles it. */
async function awaitPayment(invoice: InvoiceCase, assessment: AssessmentAnswer): Promise<void> {
  const reference = invoice.posted?.reference ?? '';
  if (assessment.class === 'credit-note') invoice.ending = { state: 'credited', reference };
  else if (assessment.payable.minor === '0') invoice.ending = { state: 'paid', settlement: 'nothing-to-pay', reference };
  if (invoice.ending) return;
  while (!invoice.ending && !invoice.corrected) {
    invoice.paymentNews = false;
    invoice.board.show(assessment.supplierId);
    await awaitWithEscalation(invoice.ref, (transitions) => void invoice.board.take({ transitions }), () => invoice.corrected || invoice.paymentNews || invoice.ending !== undefined, invoice.paymentDeadline);
  }
  if (!invoice.ending) await reverseInErp(invoice, 'corrected');
}

/** A case that runs again goes on counting where its postings had got to. */
function rememberPosting(invoice: InvoiceCase, posted: NonNullable<InvoiceCase['posted']>): void {
  invoice.posted = posted;
  invoice.postingNumber = Number(posted.key.split(':').at(-1));
}

/** reverseInErp: compensates a posting; only its confirmation lets the next posting number be used. */
async function reverseInErp(invoice: InvoiceCase, reason: string): Promise<void> {
  const posted = invoice.posted;
  if (!posted) return;
  await effect(invoice, 'reverseInErp', () => reverseSupplierInvoice({ ...invoice.ref, postingKey: posted.key, key: `${posted.key}:reverse`, reason }));
  delete invoice.posted;
  invoice.postingNumber += 1;
}

/** closeCase: what was posted for a document that is not wanted any more is reversed first. */
async function closeCase(invoice: InvoiceCase, ending: InvoiceToPayOutcome): Promise<InvoiceToPayOutcome> {
  if (ending.state === 'rejected' || ending.state === 'withdrawn') await reverseInErp(invoice, ending.state);
  const reference = 'reference' in ending ? ending.reference : ending.state === 'duplicate' ? ending.of : undefined;
  const answer = await parkable(invoice, 'closeCase', () => recordEnd({ ...invoice.ref, state: ending.state, ...(reference ? { reference } : {}) }));
  invoice.board.take(answer);
  invoice.board.show();
  await condition(allHandlersFinished);
  return ending;
}

/** What operators see in lists while nothing is awaited. */
function showStatus(status: string): void {
  upsertSearchAttributes([{ key: searchAttributes.stage, value: status }]);
}

async function effect<Answer extends { transitions: AssessmentAnswer['transitions'] }>(invoice: InvoiceCase, step: string, run: () => Promise<Answer>): Promise<Answer> {
  invoice.effectUnderWay = true;
  try {
    const answer = await parkable(invoice, step, run);
    invoice.board.take(answer);
    return answer;
  } finally {
    invoice.effectUnderWay = false;
  }
}

function hear(invoice: InvoiceCase, decision: Extract<DecisionAnswer, { accepted: true }>): void {
  switch (decision.effect) {
    case 'recorded':
      return;
    case 'complete':
    case 'corrected':
    case 'resumed':
      invoice.changed = invoice.resumed = invoice.paymentNews = true;
      delete invoice.paymentDeadline;
      if (decision.effect === 'corrected') invoice.corrected = true;
      return;
    case 'rejected':
      invoice.ending = { state: 'rejected', reasonCode: decision.reasonCode ?? 'OTH' };
      return;
    case 'withdrawn':
      invoice.ending = { state: 'withdrawn' };
      return;
    case 'duplicate':
      invoice.ending = { state: 'duplicate', of: decision.duplicateOf ?? '' };
  }
}

async function hearPayment(invoice: InvoiceCase, { eventId }: InboxNotice): Promise<void> {
  await invoice.mutex.run(async () => {
    const answer = await parkable(invoice, 'recordPayment', () => recordPaymentEvent({ ...invoice.ref, eventId }));
    invoice.board.take(answer);
    invoice.paymentNews = true;
    if (answer.nextDeadline) invoice.paymentDeadline = answer.nextDeadline;
    if (answer.settledBy) invoice.ending ??= { state: 'paid', settlement: 'bank-confirmed', reference: answer.settledBy };
    if (answer.creditedBy) invoice.ending ??= { state: 'credited', reference: answer.creditedBy };
  });
}

function refusalOf(invoice: InvoiceCase, kind: DecisionKind): Refusal | undefined {
  if (invoice.ending) return { code: 'already-decided', message: `The document has ended as ${invoice.ending.state}.` };
  if (invoice.effectUnderWay && kind !== 'resolveException')
    return { code: 'step-in-progress', message: 'The ERP is being asked to post or reverse this document; decide again when it has answered.' };
  return undefined;
}
