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
import { bankStatus, cancel, decide, paymentRunProcess, paymentRunVersion, release, removeItem, resolveException, usualPace, type PaymentRunInput, type PaymentRunOutcome, type RunStage } from '../contracts/payment-run.ts';
import { listenForDecisions, Mutex, type Refusal } from '../parts/decisions.ts';
import { awaitWithEscalation, isPast, shortestWaitMs } from '../parts/escalation.ts';
import { isParked, parkable } from '../parts/parking.ts';
import { createPaymentFile, gatherPayables, recordProposal, recordRunEnd, recordRunProgress, recordScreening, screenPayees, sendPaymentFile, verifyAndRecordRunDecision } from '../parts/payment-proxies.ts';
import { ProgressBoard } from '../parts/progress.ts';

export async function paymentRun(input: PaymentRunInput): Promise<PaymentRunOutcome> {
  const run = openRun(input);
  await stage(run, 'proposed', proposePayments);
  await stage(run, 'released', awaitApprovalAndRelease);
  await stage(run, 'screened', screenAtRelease);
  await stage(run, 'filed', createFile);
  await stage(run, 'sent', sendToBank);
  return closeRun(run, run.ending ?? (await followAtBank(run)));
}

/** One running run: what it shows, and what it has heard since it last looked. */
interface Run {
  input: PaymentRunInput;
  ref: RunRef;
  board: ProgressBoard;
  mutex: Mutex;
  resumed: boolean;
  /** Decisions that it has heard. */
  known: Set<string>;
  /** The stages that lie behind it. */
  reached: RunStage[];
  /** Every person that the policy asks for has released it. */
  released: boolean;
  /** The last payee that was screened. */
  screenedTo?: string;
  bankSpoke: boolean;
  nextDeadline?: string;
  /** Until then it can be released. Absent in runs that were proposed before version 3: those wait for a person. */
  cutOffAt?: string;
  ending?: PaymentRunOutcome;
  /** What is left to do is to record its end. */
  closing: boolean;
}

function openRun(input: PaymentRunInput): Run {
  const { entity, caseId, correlationId, goesOn } = input;
  const run: Run = {
    input,
    ref: { entity, caseId, correlationId },
    board: new ProgressBoard(correlationId, paymentRunVersion, goesOn?.progress),
    mutex: new Mutex(),
    resumed: false,
    known: new Set(goesOn?.heard),
    reached: [...(goesOn?.reached ?? [])],
    released: goesOn?.released ?? false,
    bankSpoke: false,
    closing: false,
  };
  if (goesOn?.screenedTo) run.screenedTo = goesOn.screenedTo;
  if (goesOn?.nextDeadline) run.nextDeadline = goesOn.nextDeadline;
  if (goesOn?.cutOffAt) run.cutOffAt = goesOn.cutOffAt;
  listenForDecisions(
    { ...run, refusal: (kind) => refusalOf(run, kind), tooEarly: (kind) => tooEarly(run, kind), judge: (kind, decisionId) => verifyAndRecordRunDecision({ ...run.ref, kind, decisionId }), heard: (decision: AcceptedAnswer, kind: RunDecisionKind) => hear(run, decision, kind) },
    {
      decide: { update: decide, description: 'Approve or reject the run as proposed' },
      release: { update: release, description: 'Release the approved run to the bank' },
      removeItem: { update: removeItem, description: 'Take payments out; an approval has to be given again' },
      cancel: { update: cancel, description: 'Cancel the run before it is released' },
      resolveException: { update: resolveException, description: 'Try a parked step again' },
    },
  );
  setHandler(bankStatus, () => void (run.bankSpoke = true), { description: 'The bank said something about payments of this run' });
  return run;
}

/** A run that has ended goes no further; what lies behind it is not done again in a new history. */
async function stage(run: Run, name: RunStage, work: (run: Run) => Promise<void>): Promise<void> {
  if (run.ending || run.reached.includes(name)) return;
  await work(run);
  run.reached.push(name);
}

/** proposePayments: what is due, at which discount, grouped to transfers; everything else with its reason (P1–P5, P9, P11, P12). */
async function proposePayments(run: Run): Promise<void> {
  const { dryRun } = run.input;
  const proposal = await parkable(run, 'proposePayments', async () => {
    const { factsId } = await gatherPayables(run.ref);
    return run.board.take(await recordProposal({ ...run.ref, factsId, dryRun }));
  });
  if (proposal.outcome === 'empty') run.ending = { state: 'cancelled', reason: 'nothing-due' };
  else if (dryRun) run.ending = { state: 'cancelled', reason: 'dry-run' };
  if (proposal.nextDeadline) run.nextDeadline = proposal.nextDeadline;
  if (proposal.cutOffAt) run.cutOffAt = proposal.cutOffAt;
}

/** awaitApprovalAndRelease: two duties, two persons; reminded and escalated meanwhile (P6), until the cut-off has passed (P11). */
async function awaitApprovalAndRelease(run: Run): Promise<void> {
  run.board.show();
  const settled = () => run.released || run.ending !== undefined;
  while (!settled()) {
    await goOnWhenLong(run);
    await awaitWithEscalation(run.ref, run.board, () => settled() || isLong(run), run.nextDeadline, run.cutOffAt);
    // Whoever is being heard at this moment comes first.
    if (isPast(run.cutOffAt)) await run.mutex.run(async () => void (settled() || (run.ending = { state: 'cancelled', reason: 'cut-off-missed' })));
  }
}

function isMissed(ending: PaymentRunOutcome | undefined): boolean {
  return ending?.state === 'cancelled' && ending.reason === 'cut-off-missed';
}

/** screenAtRelease: payees page by page; one that is not clear leaves the run, never the run its way (P10). */
async function screenAtRelease(run: Run): Promise<void> {
  for (let more = true; more; ) {
    await goOnWhenLong(run);
    const after = run.screenedTo === undefined ? {} : { after: run.screenedTo };
    const page = await parkable(run, 'screenAtRelease', () => screenPayees({ ...run.ref, limit: paceOf(run).payees, ...after }));
    more = page.screenedTo !== undefined;
    if (page.screenedTo !== undefined) run.screenedTo = page.screenedTo;
  }
  const { clear } = await step(run, 'screenAtRelease', () => recordScreening(run.ref));
  if (clear === 0) run.ending = { state: 'cancelled', reason: 'nothing-clear' };
}

/** createFile: what has become not payable is taken out; the same content always gives the same bytes (P6, P7). */
async function createFile(run: Run): Promise<void> {
  const { transfers } = await step(run, 'createFile', () => createPaymentFile(run.ref));
  if (transfers === 0) run.ending = { state: 'cancelled', reason: 'nothing-left' };
}

/** sendToBank: once; a lost answer is unknown, and the bank is asked before anything is sent again (P7). */
async function sendToBank(run: Run): Promise<void> {
  const key = `${paymentRunProcess}:${run.ref.caseId}:send:1`;
  const { outcome } = await step(run, 'sendToBank', () => sendPaymentFile({ ...run.ref, key }));
  if (outcome === 'refused') run.ending = { state: 'rejected' };
}

/** followAtBank: statuses come and go; only booked debits confirm, and silence becomes a case (P8). */
async function followAtBank(run: Run): Promise<PaymentRunOutcome> {
  for (;;) {
    run.bankSpoke = false;
    const { ending, nextDeadline } = await step(run, 'followAtBank', () => recordRunProgress({ ...run.ref, shown: run.board.value.stage }));
    if (ending) return ending === 'cancelled' ? { state: 'cancelled', reason: 'nothing-left' } : { state: ending };
    run.board.show();
    if (nextDeadline) await condition(() => run.bankSpoke, Math.max(shortestWaitMs, Date.parse(nextDeadline) - Date.now()));
    else await condition(() => run.bankSpoke);
    await goOnWhenLong(run);
  }
}

/** closeRun: nobody is asked any more; what was never sent is free again. */
async function closeRun(run: Run, ending: PaymentRunOutcome): Promise<PaymentRunOutcome> {
  run.ending = ending;
  run.closing = true;
  await parkable(run, 'closeRun', async () => run.board.take(await recordRunEnd({ ...run.ref, state: ending.state, ...('reason' in ending ? { reason: ending.reason } : {}) })));
  run.board.show();
  await condition(allHandlersFinished);
  return ending;
}

async function step<Answer extends { transitions: Transition[] }>(run: Run, name: string, work: () => Promise<Answer>): Promise<Answer> {
  return parkable(run, name, async () => run.board.take(await work()));
}

/** Goes on in a new history when this one is long. Whoever is just deciding is heard to the end first; signals wait for the next one. */
async function goOnWhenLong(run: Run): Promise<void> {
  if (!isLong(run)) return;
  await condition(allHandlersFinished);
  if (run.ending) return;
  const { reached, released, screenedTo, nextDeadline, cutOffAt, board, known } = run;
  const goesOn = { reached, released, heard: [...known], progress: board.value, ...(screenedTo ? { screenedTo } : {}), ...(nextDeadline ? { nextDeadline } : {}), ...(cutOffAt ? { cutOffAt } : {}) };
  await continueAsNew<typeof paymentRun>({ ...run.input, goesOn });
}

function isLong(run: Run): boolean {
  const { historyLength, continueAsNewSuggested } = workflowInfo();
  return continueAsNewSuggested || historyLength > paceOf(run).events;
}

function paceOf({ input }: Run) {
  return input.pace ?? usualPace;
}

function hear(run: Run, { effect, reasonCode }: AcceptedAnswer, kind: RunDecisionKind): void {
  if (effect === 'complete') run.released = true;
  if (effect === 'rejected') run.ending = { state: 'cancelled', reason: reasonCode ? `rejected ${reasonCode}` : 'rejected' };
  if (effect === 'resumed') run.resumed = true;
  if (effect === 'withdrawn') run.ending = { state: 'cancelled', reason: kind === 'cancel' ? 'cancelled' : 'nothing-left' };
}

/** Its proposal may be on record before the run has heard of it. */
function tooEarly(run: Run, kind: RunDecisionKind): Refusal | undefined {
  if (run.reached.includes('proposed') || kind === 'cancel' || kind === 'resolveException') return undefined;
  return { code: 'step-in-progress', message: 'The run is being put together; decide again in a moment.' };
}

/** Once it is released nobody may change it any more: screening, file and bank work on exactly this content. Resuming changes nothing. */
function refusalOf(run: Run, kind: RunDecisionKind): Refusal | undefined {
  if (kind === 'resolveException' && run.closing && isParked(run)) return undefined;
  if (isMissed(run.ending)) return { code: 'cut-off-missed', message: 'The run was not released before the cut-off of its day and has ended; the next one proposes its documents anew.' };
  if (run.ending) return { code: 'already-decided', message: `The run has ended as ${run.ending.state}.` };
  if (run.released && kind !== 'resolveException') return { code: 'run-not-open', message: 'The run was released; what is under way cannot be changed any more.' };
  return undefined;
}
