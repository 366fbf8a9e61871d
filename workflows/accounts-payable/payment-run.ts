/**
 * Payment run: what is due is proposed, approved by one person, released by another, screened, written into one file, sent once and
 * followed until the bank's own books have settled every payment.
 *
 * Started by a schedule or through the API; approver and releasers decide, an editor may take payments out or cancel. The bank's
 * messages arrive from outside. Ends as confirmed, partly returned, rejected or cancelled. Diagram: models/payment-run.bpmn.
 */
import { allHandlersFinished, condition, continueAsNew, setHandler, workflowInfo } from '@temporalio/workflow';
import type { AcceptedAnswer } from '../../activities/decisions.ts';
import type { RunDecisionKind, RunRef } from '../../activities/payments/commands.ts';
import type { Transition } from '../../domain/model/transition.ts';
import { bankStatus, cancel, decide, paymentRunProcess, paymentRunVersion, release, removeItem, type PaymentRunInput, type PaymentRunOutcome } from '../contracts/payment-run.ts';
import { listenForDecisions, Mutex, type Refusal } from '../parts/decisions.ts';
import { awaitWithEscalation } from '../parts/escalation.ts';
import { parkable } from '../parts/parking.ts';
import { createPaymentFile, gatherPayables, recordProposal, recordRunEnd, recordRunProgress, screenPayees, sendPaymentFile, verifyAndRecordRunDecision } from '../parts/payment-proxies.ts';
import { ProgressBoard } from '../parts/progress.ts';

export async function paymentRun(input: PaymentRunInput): Promise<PaymentRunOutcome> {
  const run = openRun(input);
  if (!input.sent) {
    await proposePayments(run, input.dryRun);
    await awaitApprovalAndRelease(run);
    await screenAtRelease(run);
    await createFile(run);
    await sendToBank(run);
  }
  return closeRun(run, run.ending ?? (await followAtBank(run, input)));
}

/** One running run: what it shows, and what it has heard since it last looked. */
interface Run {
  ref: RunRef;
  board: ProgressBoard;
  mutex: Mutex;
  resumed: boolean;
  /** Every person that the policy asks for has released it. */
  released: boolean;
  /** Nobody may change it any more: screening, file and bank work on exactly this content. */
  frozen: boolean;
  bankSpoke: boolean;
  nextDeadline?: string;
  ending?: PaymentRunOutcome;
}

function openRun({ entity, caseId, correlationId, sent }: PaymentRunInput): Run {
  const run: Run = {
    ref: { entity, caseId, correlationId },
    board: new ProgressBoard(correlationId, paymentRunVersion),
    mutex: new Mutex(),
    resumed: false,
    released: sent === true,
    frozen: sent === true,
    bankSpoke: false,
  };
  listenForDecisions(
    { ...run, refusal: () => refusalOf(run), judge: (kind, decisionId) => verifyAndRecordRunDecision({ ...run.ref, kind, decisionId }), heard: (decision: AcceptedAnswer, kind: RunDecisionKind) => hear(run, decision, kind) },
    {
      decide: { update: decide, description: 'Approve or reject the run as proposed' },
      release: { update: release, description: 'Release the approved run to the bank' },
      removeItem: { update: removeItem, description: 'Take payments out; an approval has to be given again' },
      cancel: { update: cancel, description: 'Cancel the run before it is released' },
    },
  );
  setHandler(bankStatus, () => void (run.bankSpoke = true), { description: 'The bank said something about payments of this run' });
  return run;
}

/** proposePayments: what is due, at which discount, grouped to transfers; everything else with its reason (P1–P5, P9, P11, P12). */
async function proposePayments(run: Run, dryRun: boolean): Promise<void> {
  const proposal = await parkable(run, 'proposePayments', async () => {
    const { factsId } = await gatherPayables(run.ref);
    return recordProposal({ ...run.ref, factsId, dryRun });
  });
  run.board.apply(proposal.transitions);
  if (proposal.outcome === 'empty') run.ending = { state: 'cancelled', reason: 'nothing-due' };
  else if (dryRun) run.ending = { state: 'cancelled', reason: 'dry-run' };
  if (proposal.nextDeadline) run.nextDeadline = proposal.nextDeadline;
}

/** awaitApprovalAndRelease: two duties, two persons; reminded and escalated meanwhile (P6). */
async function awaitApprovalAndRelease(run: Run): Promise<void> {
  if (run.ending) return;
  run.board.show();
  await awaitWithEscalation(run.ref, run.board, () => run.released || run.ending !== undefined, run.nextDeadline);
  run.frozen = true;
}

/** screenAtRelease: a payee that is not clear leaves the run, never the run its way (P10). */
async function screenAtRelease(run: Run): Promise<void> {
  if (run.ending) return;
  const { clear } = await step(run, 'screenAtRelease', () => screenPayees(run.ref));
  if (clear === 0) run.ending = { state: 'cancelled', reason: 'nothing-clear' };
}

/** createFile: the same content always gives the same bytes (P7). */
async function createFile(run: Run): Promise<void> {
  if (!run.ending) await step(run, 'createFile', () => createPaymentFile(run.ref));
}

/** sendToBank: once; a lost answer is unknown, and the bank is asked before anything is sent again (P7). */
async function sendToBank(run: Run): Promise<void> {
  if (run.ending) return;
  const key = `${paymentRunProcess}:${run.ref.caseId}:send:1`;
  const { outcome } = await step(run, 'sendToBank', () => sendPaymentFile({ ...run.ref, key }));
  if (outcome === 'refused') run.ending = { state: 'rejected' };
}

/** followAtBank: statuses come and go; only booked debits confirm, and silence becomes a case (P8). */
async function followAtBank(run: Run, input: PaymentRunInput): Promise<PaymentRunOutcome> {
  for (;;) {
    run.bankSpoke = false;
    const { ending, nextDeadline } = await step(run, 'followAtBank', () => recordRunProgress(run.ref));
    if (ending) return ending === 'cancelled' ? { state: 'cancelled', reason: 'nothing-left' } : { state: ending };
    run.board.show();
    if (nextDeadline) await condition(() => run.bankSpoke, Math.max(1, Date.parse(nextDeadline) - Date.now()));
    else await condition(() => run.bankSpoke);
    if (workflowInfo().continueAsNewSuggested) await goOnInNewHistory(input);
  }
}

async function goOnInNewHistory(input: PaymentRunInput): Promise<never> {
  await condition(allHandlersFinished);
  return continueAsNew<(input: PaymentRunInput) => Promise<PaymentRunOutcome>>({ ...input, sent: true });
}

/** closeRun: nobody is asked any more; what was never sent is free again. */
async function closeRun(run: Run, ending: PaymentRunOutcome): Promise<PaymentRunOutcome> {
  run.ending = ending;
  const answer = await parkable(run, 'closeRun', () => recordRunEnd({ ...run.ref, state: ending.state, ...('reason' in ending ? { reason: ending.reason } : {}) }));
  run.board.apply(answer.transitions);
  run.board.show();
  await condition(allHandlersFinished);
  return ending;
}

async function step<Answer extends { transitions: Transition[] }>(run: Run, name: string, work: () => Promise<Answer>): Promise<Answer> {
  const answer = await parkable(run, name, work);
  run.board.apply(answer.transitions);
  return answer;
}

function hear(run: Run, { effect, reasonCode }: AcceptedAnswer, kind: RunDecisionKind): void {
  if (effect === 'complete') run.released = true;
  if (effect === 'rejected') run.ending = { state: 'cancelled', reason: `rejected ${reasonCode ?? ''}`.trim() };
  if (effect === 'withdrawn') run.ending = { state: 'cancelled', reason: kind === 'cancel' ? 'cancelled' : 'nothing-left' };
}

function refusalOf(run: Run): Refusal | undefined {
  if (run.ending) return { code: 'already-decided', message: `The run has ended as ${run.ending.state}.` };
  if (run.frozen) return { code: 'run-not-open', message: 'The run was released; what is under way cannot be changed any more.' };
  return undefined;
}
