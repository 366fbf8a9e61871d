/**
 * Invoice to pay: a supplier's document becomes a posted ERP document and is followed until it is settled.
 *
 * Started by the intake of a document (API, mail, EDI, folder). Approvers decide, owners resolve exceptions, AP corrects
 * and withdraws; receipts and payment statuses arrive from outside; money that came back starts it again. Ends as paid, credited, rejected, duplicate or withdrawn.
 * Diagram: models/invoice-to-pay.bpmn, whose task ids are the names of the stage functions below.
 */
import { allHandlersFinished, condition, continueAsNew, setHandler, workflowInfo } from '@temporalio/workflow';
import type { AssessmentAnswer, CaseRef, DecisionAnswer, DecisionKind, EventAnswer, PostAnswer, PostCommand } from '../../activities/accounts-payable/commands.ts';
import { effectKey, effectNumber, supplierDocumentKey } from '../../domain/rules/posting-key.ts';
import { correct, decide, firstInvoiceToPayVersion, goodsReceived, heedlessOfEndings, heldUpWhileParked, invoiceToPayProcess, keepingPostings, paymentStatus, resolveException, withdraw, withOneHistory } from '../contracts/invoice-to-pay.ts';
import type { InboxNotice, InvoiceToPayInput, InvoiceToPayOutcome } from '../contracts/invoice-to-pay.ts';
import { listenForDecisions, Mutex } from '../parts/decisions.ts';
import { awaitWithEscalation } from '../parts/escalation.ts';
import { atOnceOrQueued } from '../parts/first-try.ts';
import { mayNotBeTakenBack, refusalOf, tooEarly, type InvoiceCase } from '../parts/invoice-case.ts';
import { parkable } from '../parts/parking.ts';
import { ProgressBoard } from '../parts/progress.ts';
import {
  gatherInvoiceFacts,
  gatherInvoiceFactsAtOnce,
  postSupplierInvoice,
  postSupplierInvoiceAtOnce,
  recordAssessment,
  recordEnd,
  recordPaymentEvent,
  releaseSupplierInvoice,
  reverseSupplierInvoice,
  verifyAndRecordDecision,
} from '../parts/proxies.ts';

export async function invoiceToPay(input: InvoiceToPayInput): Promise<InvoiceToPayOutcome> {
  const invoice = openInvoice(input);
  if (input.reopenedBy) await hearPayment(invoice, { eventId: input.reopenedBy });
  for (;;) {
    while (!invoice.ending) {
      await goOnWhenLong(invoice);
      if (invoice.corrected && !invoice.keepsPostings && !(await reverseInErp(invoice, 'corrected'))) continue;
      const assessment = await assessInvoice(invoice);
      if (invoice.heedsEndings && invoice.ending) break;
      switch (assessment.disposition) {
        case 'duplicate':
          invoice.ending = { state: 'duplicate', of: assessment.duplicateOf ?? '' };
          break;
        case 'exception':
        case 'awaiting-receipt':
        case 'needs-approval':
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
    const { ending } = invoice;
    await closeCase(invoice, ending);
    if (invoice.ending === ending) return ending;
  }
}

function openInvoice(input: InvoiceToPayInput): InvoiceCase {
  const { entity, caseId, correlationId, version = firstInvoiceToPayVersion, goesOn } = input;
  const invoice: InvoiceCase = {
    input,
    ref: { entity, caseId, correlationId },
    board: new ProgressBoard(correlationId, version, goesOn?.progress ?? input.shown),
    triesAtOnce: version !== firstInvoiceToPayVersion,
    keepsPostings: keepingPostings.has(version),
    heedsEndings: !heedlessOfEndings.has(version),
    heldUpWhileParked: heldUpWhileParked.has(version),
    news: new Mutex(),
    mutex: new Mutex(),
    changed: false,
    corrected: false,
    resumed: false,
    awaitsPayment: false,
    paymentNews: false,
    effectUnderWay: false,
    reversalRefused: false,
    known: new Set(goesOn?.heard ?? input.heard),
    endIsRecorded: false,
  };
  if (goesOn?.postingNumber) invoice.postingNumber = goesOn.postingNumber;
  if (goesOn?.posted) invoice.posted = goesOn.posted;
  if (input.posted) rememberPosting(invoice, input.posted);
  if (goesOn?.paymentDeadline) invoice.paymentDeadline = goesOn.paymentDeadline;
  if (goesOn?.peopleChanged) invoice.board.peopleChanged = true;
  listenForDecisions(
    { ...invoice, refusal: (kind: DecisionKind) => refusalOf(invoice, kind), tooEarly: (kind: DecisionKind) => tooEarly(invoice, kind), judge: (kind, decisionId) => verifyAndRecordDecision({ ...invoice.ref, kind, decisionId, ...(mayNotBeTakenBack(invoice) ? { effectUnderWay: true } : {}) }), heard: (decision: Extract<DecisionAnswer, { accepted: true }>) => hear(invoice, decision) },
    {
      decide: { update: decide, description: 'Approve or reject a task of this document' },
      resolveException: { update: resolveException, description: 'Resolve, override or retry an exception' },
      correct: { update: correct, description: 'Supply a corrected version of the document or its coding' },
      withdraw: { update: withdraw, description: 'Withdraw the document' },
    },
  );
  setHandler(goodsReceived, () => void (invoice.changed = true), { description: 'Receipts or orders of this document changed: match again' });
  setHandler(paymentStatus, (notice) => hearPayment(invoice, notice), { description: 'The payment of this document changed its status' });
  return invoice;
}

/** assessInvoice: validate, resolve the supplier, find duplicates, pair and match, code, check tax, route. */
async function assessInvoice(invoice: InvoiceCase): Promise<AssessmentAnswer> {
  invoice.changed = invoice.corrected = false;
  const assessment = await parkable(invoice, 'assessInvoice', async () => {
    const { factsId } = await gatherFacts(invoice);
    return invoice.board.take(await recordAssessment({ ...invoice.ref, factsId }));
  });
  if (invoice.heedsEndings) await invoice.mutex.run(async () => undefined); // whoever decided meanwhile is heard first
  if (assessment.outdated) invoice.changed = true;
  if (assessment.posted && !invoice.posted) rememberPosting(invoice, { ...assessment.posted, supplierId: assessment.supplierId });
  return assessment;
}

function gatherFacts({ ref, triesAtOnce }: InvoiceCase): Promise<{ factsId: string }> {
  return triesAtOnce ? atOnceOrQueued(() => gatherInvoiceFactsAtOnce(ref), () => gatherInvoiceFacts(ref)) : gatherInvoiceFacts(ref);
}

/** awaitPeopleOrEvents: an approver, the owner of an exception, a correction or a receipt; reminded and escalated meanwhile. */
async function awaitPeopleOrEvents(invoice: InvoiceCase, { supplierId, nextDeadline }: { supplierId: string; nextDeadline?: string }): Promise<void> {
  invoice.board.show(supplierId);
  await awaitWithEscalation(invoice.ref, invoice.board, () => invoice.changed || invoice.ending !== undefined || isLong(invoice), nextDeadline);
}

/** postToErp: once under its key; a refusal of the ERP becomes an exception with an owner. */
async function postToErp(invoice: InvoiceCase, assessment: AssessmentAnswer): Promise<void> {
  const businessKey = supplierDocumentKey({ entity: invoice.ref.entity, ...assessment });
  const key = effectKey(invoiceToPayProcess, businessKey, 'post', Math.max(invoice.postingNumber ?? 1, assessment.postingNumber ?? 1));
  const answer = await effect(invoice, 'postToErp', () => post(invoice, { ...asking(invoice), assessmentId: assessment.assessmentId, key }));
  if (answer.outcome === 'stale') return;
  if (answer.outcome === 'refused') return awaitPeopleOrEvents(invoice, { ...answer, supplierId: assessment.supplierId });
  rememberPosting(invoice, { key, supplierId: assessment.supplierId, reference: answer.reference ?? '' });
  if (!answer.blockOutstanding) await awaitPayment(invoice, assessment, answer.creditedBy);
}

function post({ triesAtOnce }: InvoiceCase, command: PostCommand): Promise<PostAnswer> {
  return triesAtOnce ? atOnceOrQueued(() => postSupplierInvoiceAtOnce(command), () => postSupplierInvoice({ ...command, triedBefore: 1 })) : postSupplierInvoice(command);
}

/** releaseForPayment: the document was posted blocked and has been approved since. */
async function releaseForPayment(invoice: InvoiceCase, assessment: AssessmentAnswer): Promise<void> {
  const posted = invoice.posted;
  if (!posted) return;
  const answer = await effect(invoice, 'releaseForPayment', () =>
    releaseSupplierInvoice({ ...asking(invoice), assessmentId: assessment.assessmentId, postingKey: posted.key, key: `${posted.key}:release` }),
  );
  if (answer.outcome === 'refused') await awaitPeopleOrEvents(invoice, { ...answer, supplierId: assessment.supplierId });
  if (answer.outcome === 'posted') await awaitPayment(invoice, assessment, answer.creditedBy);
}

/** awaitPayment: nothing to pay and credits end here; otherwise only the bank's own word settles it. */
async function awaitPayment(invoice: InvoiceCase, assessment: AssessmentAnswer, creditedBy?: string): Promise<void> {
  if (creditedBy) invoice.ending ??= { state: 'credited', reference: creditedBy };
  if (invoice.ending) return;
  const reference = invoice.posted?.reference ?? '';
  if (assessment.class === 'credit-note') invoice.ending = { state: 'credited', reference };
  else if (assessment.payable.minor === '0') invoice.ending = { state: 'paid', settlement: 'nothing-to-pay', reference };
  if (invoice.ending) return;
  while (!invoice.ending && !invoice.corrected) {
    invoice.paymentNews = false;
    invoice.board.show(assessment.supplierId);
    invoice.awaitsPayment = true;
    await awaitWithEscalation(invoice.ref, invoice.board, () => invoice.corrected || invoice.paymentNews || invoice.ending !== undefined || isLong(invoice), invoice.paymentDeadline);
    invoice.awaitsPayment = false;
    if (!invoice.corrected) await goOnWhenLong(invoice);
  }
  if (!invoice.ending) await reverseInErp(invoice, 'corrected');
}

/** A case that runs again goes on counting where its postings had got to. */
function rememberPosting(invoice: InvoiceCase, posted: NonNullable<InvoiceCase['posted']>): void {
  invoice.posted = posted;
  invoice.postingNumber = effectNumber(posted.key);
}

/** What was posted for a document that is not wanted any more is no liability of ours. */
function isUnwanted({ keepsPostings }: InvoiceCase, { state }: InvoiceToPayOutcome): boolean {
  return state === 'rejected' || state === 'withdrawn' || (state === 'duplicate' && !keepsPostings);
}

/** reverseInErp: compensates a posting; only its confirmation lets the next posting number be used. False: the ERP refused, and somebody has dealt with that since. */
async function reverseInErp(invoice: InvoiceCase, reason: string): Promise<boolean> {
  const posted = invoice.posted;
  if (!posted) return true;
  invoice.changed = false;
  const answer = await effect(invoice, 'reverseInErp', () =>
    reverseSupplierInvoice({ ...asking(invoice), postingKey: posted.key, key: `${posted.key}:reverse`, reason, ...(invoice.keepsPostings ? {} : { hearsRefusal: true }) }),
  );
  if (answer.outcome === 'refused') {
    await awaitMending(invoice, posted.supplierId, answer.nextDeadline);
    return false;
  }
  delete invoice.posted;
  invoice.postingNumber = effectNumber(posted.key) + 1;
  return true;
}

/** The ERP refused a reversal: its owner mends and retries, or people decide otherwise. */
async function awaitMending(invoice: InvoiceCase, supplierId: string, nextDeadline: string | undefined): Promise<void> {
  const { ending } = invoice;
  invoice.reversalRefused = true;
  invoice.board.show(supplierId);
  await awaitWithEscalation(invoice.ref, invoice.board, () => invoice.changed || invoice.ending !== ending, nextDeadline);
  invoice.reversalRefused = false;
}

/** closeCase: what was posted for a document that is not wanted any more is reversed first, however long the ERP refuses; when money comes back at the very end, that end is none any more and the case goes on. */
async function closeCase(invoice: InvoiceCase, ending: InvoiceToPayOutcome): Promise<void> {
  while (isUnwanted(invoice, ending) && !(await reverseInErp(invoice, ending.state)));
  const reference = 'reference' in ending ? ending.reference : ending.state === 'duplicate' ? ending.of : undefined;
  const answer = await parkable(invoice, 'closeCase', () =>
    invoice.mutex.run(async () => (invoice.ending === ending && !invoice.endIsRecorded ? invoice.board.take(await recordEnd({ ...invoice.ref, state: ending.state, ...(reference ? { reference } : {}) })) : undefined)),
  );
  if (answer || invoice.endIsRecorded) invoice.board.show();
  await condition(allHandlersFinished);
}

/**
 * Goes on in a new history when this one is long (F22). Whoever is just deciding is heard to the end first, signals wait for the
 * next one, and a document that is to be reversed or has ended finishes here.
 */
async function goOnWhenLong(invoice: InvoiceCase): Promise<void> {
  if (!isLong(invoice)) return;
  await condition(allHandlersFinished);
  if (invoice.ending || invoice.corrected) return;
  const { input: { reopenedBy: _heardAlready, shown: _shown, heard: _known, posted: _before, ...input }, board, known, postingNumber, posted, paymentDeadline } = invoice;
  const goesOn = { progress: board.value, heard: [...known], ...(postingNumber ? { postingNumber } : {}), peopleChanged: board.peopleChanged, ...(posted ? { posted } : {}), ...(paymentDeadline ? { paymentDeadline } : {}) };
  await continueAsNew<typeof invoiceToPay>({ ...input, goesOn });
}

function isLong({ input: { version = firstInvoiceToPayVersion, longestHistory } }: InvoiceCase): boolean {
  const { historyLength, continueAsNewSuggested } = workflowInfo();
  return !withOneHistory.has(version) && (longestHistory === undefined ? continueAsNewSuggested : historyLength > longestHistory);
}

async function effect<Answer extends { transitions: AssessmentAnswer['transitions'] }>(invoice: InvoiceCase, step: string, run: () => Promise<Answer>): Promise<Answer> {
  invoice.effectUnderWay = true;
  try {
    if (invoice.heldUpWhileParked) return invoice.board.take(await parkable(invoice, step, run));
    return await parkable(invoice, step, async () => invoice.board.take(await run()));
  } finally {
    invoice.effectUnderWay = false;
  }
}

/** What the ERP is asked for it, and which refusals it knows of. */
function asking({ ref, board }: InvoiceCase): CaseRef & { heardOf: string[] } {
  return { ...ref, heardOf: board.value.exceptions.map(({ id }) => id) };
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

/** Each try has its turn and gives it back: while the step is parked, people decide, and its owner has it tried again. */
function hearPayment(invoice: InvoiceCase, { eventId }: InboxNotice): Promise<void> {
  const { mutex, news, heldUpWhileParked: early } = invoice;
  const record = () => recordPaymentEvent({ ...invoice.ref, eventId, ...(invoice.awaitsPayment && !invoice.ending && !invoice.corrected ? { mayEnd: true } : {}) });
  if (early) return mutex.run(async () => takeNews(invoice, eventId, await parkable(invoice, 'recordPayment', record)));
  return news.run(() => parkable(invoice, 'recordPayment', () => mutex.run(async () => takeNews(invoice, eventId, await record()))));
}

function takeNews(invoice: InvoiceCase, eventId: string, answer: EventAnswer): void {
  if (invoice.known.has(eventId)) return; // the same one again
  invoice.board.take(answer);
  invoice.known.add(eventId);
  invoice.paymentNews = true;
  if (answer.nextDeadline) invoice.paymentDeadline = answer.nextDeadline;
  if (answer.cameBack && invoice.ending?.state === 'paid') {
    delete invoice.ending;
    invoice.endIsRecorded = false;
  }
  if (answer.ended) invoice.endIsRecorded = true;
  if (answer.settledBy) invoice.ending ??= { state: 'paid', settlement: 'bank-confirmed', reference: answer.settledBy };
  if (answer.creditedBy) invoice.ending ??= { state: 'credited', reference: answer.creditedBy };
}
