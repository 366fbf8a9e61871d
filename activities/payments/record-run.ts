import { inTransaction, type Trx } from '../../db/client.ts';
import { closeTasks } from '../../db/repositories/approvals.ts';
import { lockCase, type CaseWithProgress } from '../../db/repositories/cases.ts';
import { openException, openExceptionsOf, resolveException } from '../../db/repositories/exceptions.ts';
import { readRun } from '../../db/repositories/payment-runs.ts';
import { countStates, moveAll, silentSince } from '../../db/repositories/payments.ts';
import type { Transition } from '../../domain/model/transition.ts';
import { isFinal, type PaymentState } from '../../domain/rules/payments/bank-status.ts';
import { silenceEnds } from '../../domain/rules/payments/execution.ts';
import type { Recorded } from '../accounts-payable/commands.ts';
import { describeMoney } from '../../domain/rules/money.ts';
import { requiredEntity, requiredOf } from '../lookup.ts';
import { openStandingException } from '../standing-exception.ts';
import { technicalDueAt } from '../technical-owner.ts';
import { endOnRecord, recordTransitions } from '../transitions.ts';
import type { RunEndCommand, RunProgressAnswer, RunProgressCommand } from './commands.ts';
import type { PaymentParts } from './parts.ts';
import { cutOffOf, payerAccountOf, paymentSettings } from './settings.ts';

/**
 * Where a sent run stands: the ending once every payment has its last state, or when silence of the bank becomes a case (P8): so many of its
 * business days after the cut-off of the day on which it executes what was sent then.
 */
export async function recordRunProgress(parts: PaymentParts, { entity, caseId, shown }: RunProgressCommand): Promise<RunProgressAnswer> {
  const now = parts.now();
  const at = now.toISOString();
  const company = await requiredEntity(parts.db, entity);
  const settings = await paymentSettings(parts.db, company, now);
  return inTransaction(parts.db, async (trx) => {
    const current = requiredOf(await lockCase(trx, caseId), 'case', caseId);
    const run = requiredOf(await readRun(trx, caseId), 'payment run', caseId);
    const ending = endingOf(await countStates(trx, caseId));
    const cutOff = cutOffOf(settings, payerAccountOf(company, run.payerAccount));
    const alertAt = silenceEnds(cutOff, { requestedOn: run.executionDate ?? run.runDate, sentAt: run.sentAt ?? undefined }, settings.policy.content.silenceBusinessDays);
    const transitions = [...(await awaitBank(trx, current, ending, at, alertAt)), ...(ending || at < alertAt ? [] : await openSilence(trx, current, at))];
    if (transitions.length > 0) await recordTransitions(trx, current, transitions, { actor: 'system:payments' });
    return { transitions: ending ? transitions : [...unheard(current, shown), ...transitions], ...(ending ? { ending } : {}), ...(ending || at >= alertAt ? {} : { nextDeadline: alertAt }) };
  });
}

function endingOf(counts: { state: string; count: number }[]): RunProgressAnswer['ending'] {
  const live = counts.filter(({ state, count }) => state !== 'removed' && count > 0).map(({ state }) => state as PaymentState);
  if (live.length === 0) return 'cancelled';
  if (!live.every(isFinal)) return undefined;
  if (live.every((state) => state === 'confirmed')) return 'confirmed';
  return live.every((state) => state === 'rejected') ? 'rejected' : 'partly-returned';
}

/** Said once: the bank is awaited from now on. */
async function awaitBank(trx: Trx, { case: { id }, progress }: CaseWithProgress, ending: RunProgressAnswer['ending'], at: string, dueAt: string): Promise<Transition[]> {
  if (ending || progress.awaiting.some(({ what }) => what.startsWith('bank'))) return [];
  return [{ kind: 'awaiting', at, stage: 'awaiting-bank', awaiting: [{ what: 'bank statement', subject: `${id}:bank`, role: 'treasurer', since: at, dueAt }] }];
}

/** A process that did not hear that the bank is awaited, because another step of it had recorded that, hears it now. */
function unheard({ progress: { stage, awaiting } }: CaseWithProgress, shown: string | undefined): Transition[] {
  const [first] = awaiting;
  if (stage !== 'awaiting-bank' || shown === undefined || shown === stage || !first) return [];
  return [{ kind: 'awaiting', at: first.since, stage, awaiting: awaiting.map(({ id: subject, ...awaited }) => ({ subject, ...awaited })) }];
}

async function openSilence(trx: Trx, { case: { id, entity, workflowId, correlationId } }: CaseWithProgress, at: string): Promise<Transition[]> {
  const silent = await silentSince(trx, id);
  if (silent === 0 || (await openExceptionsOf(trx, id)).some(({ code }) => code === 'bank-silent')) return [];
  const exceptionId = await openStandingException(trx, `${id}-e-silent`, {
    entity, case: id, workflowId, origin: 'payment', code: 'bank-silent', reasonCode: 'PAY', actionCode: 'PIN', title: `The bank has not said a word about ${silent} payments`,
    suggestion: 'Ask the bank what became of the file. Nothing is sent again before it has answered.', ownerRole: 'treasurer', dueAt: at, correlationId,
  });
  return [{ kind: 'exception-opened', at, exceptionId, code: 'bank-silent', owner: 'treasurer' }];
}

/** Closes a run: nobody is asked any more, items that were never sent are free again, the ending is on record. A run that missed its day leaves a case to whoever opens runs. */
export async function recordRunEnd(parts: PaymentParts, { caseId, state, reason }: RunEndCommand): Promise<Recorded> {
  const at = parts.now().toISOString();
  return inTransaction(parts.db, async (trx) => {
    const current = requiredOf(await lockCase(trx, caseId), 'case', caseId);
    if (current.case.closedAt !== undefined) return { transitions: [endOnRecord(current)] };
    await closeTasks(trx, caseId, 'cancelled');
    await moveAll(trx, caseId, ['proposed', 'approved', 'filed'], 'removed');
    const transitions: Transition[] = [];
    // Every other ending is what the bank has said.
    if (state !== 'cancelled')
      for (const { id, code } of await openExceptionsOf(trx, caseId)) {
        if (code !== 'bank-silent') continue;
        await resolveException(trx, id, { resolution: 'bank-answered', by: 'system:process' });
        transitions.push({ kind: 'exception-closed', at, exceptionId: id, code, resolution: 'bank-answered', by: 'system:process' });
      }
    if (reason === 'cut-off-missed') transitions.push(await openMissedDay(parts, trx, current, at));
    transitions.push({ kind: 'ended', at, state, ...(reason ? { reference: reason } : {}) });
    await recordTransitions(trx, current, transitions, { actor: 'system:process', change: { outcome: state, milestones: state === 'confirmed' ? ['closed', 'paid'] : ['closed'] } });
    return { transitions };
  });
}

/** What was due now does not wait for the next scheduled run by itself: a discount lapses, or a supplier is paid late. Who has released it may have been the last one, of which the run could not hear before the bank's day was over. */
async function openMissedDay({ now }: PaymentParts, trx: Trx, { case: { id, entity, workflowId, correlationId } }: CaseWithProgress, at: string): Promise<Transition> {
  const run = requiredOf(await readRun(trx, id), 'payment run', id);
  const { policy } = await paymentSettings(trx, await requiredEntity(trx, entity), now());
  const exceptionId = `${id}-e-cut-off`;
  const owner = policy.content.roles.edit;
  const total = describeMoney({ currency: run.currency ?? policy.content.currency, minor: run.totalMinor ?? '0' });
  await openException(trx, {
    id: exceptionId, entity, case: id, workflowId, origin: 'payment', code: 'run-not-released', reasonCode: 'PAY', actionCode: 'NOA', title: `${run.releasers.length === 0 ? `Nobody released payments of ${total}` : `Payments of ${total} could not leave`} in time for the cut-off of ${run.executionDate ?? run.runDate}`,
    suggestion: `Nothing was paid; ${run.items} documents are free again. The run of ${run.nextRunDate} proposes them anew: open one of its own for what is due before, and see that somebody is there to release it.`,
    findings: [], ownerRole: owner, dueAt: await technicalDueAt({ db: trx }, entity, at), correlationId,
  });
  return { kind: 'exception-opened', at, exceptionId, code: 'run-not-released', owner };
}
