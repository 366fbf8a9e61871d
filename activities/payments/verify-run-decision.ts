import { closeTasks, lockTask, openTasks, tasksOf } from '../../db/repositories/approvals.ts';
import { itemDuties } from '../../db/repositories/payables.ts';
import { acceptDecision } from '../../db/repositories/decisions.ts';
import { changeInstructions } from '../../db/repositories/payments.ts';
import { peopleOf } from '../../db/repositories/directory.ts';
import { addReleaser, markApproved, markEdited, readRun, type PaymentRun } from '../../db/repositories/payment-runs.ts';
import type { PayerAccount } from '../../domain/model/payment.ts';
import type { Person } from '../../domain/model/person.ts';
import type { Transition } from '../../domain/model/transition.ts';
import { heldRole } from '../../domain/rules/accounts-payable/authority.ts';
import { logInsOf } from '../../domain/rules/accounts-payable/duties.ts';
import { describeMoney } from '../../domain/rules/money.ts';
import { earliestExecution } from '../../domain/rules/payments/execution.ts';
import { judgeRunDecision, releasesNeeded, type ItemDuty, type RunStep } from '../../domain/rules/payments/duties.ts';
import { hearDecision, refusal, type HeardDecision, type Verdict } from '../decisions.ts';
import { requiredEntity, requiredOf } from '../lookup.ts';
import type { AcceptedAnswer, Refused } from '../decisions.ts';
import type { RunDecisionCommand } from './commands.ts';
import { saveContent } from './content.ts';
import type { PaymentParts } from './parts.ts';
import { judgeResumption } from './resume-run.ts';
import { cutOffOf, decisionDueAt, payerAccountOf, paymentSettings, untilCutOff, type PaymentSettings } from './settings.ts';

interface RunHearing extends HeardDecision {
  run: PaymentRun;
  account: PayerAccount;
  settings: PaymentSettings;
  people: Person[];
  /** What this human did for the items of the run (A5, P9). */
  items: ItemDuty[];
}

/** Judges what a person said about a payment run: approve, release, take out, cancel (P6), or try a parked step again. */
export async function verifyAndRecordRunDecision(parts: PaymentParts, command: RunDecisionCommand): Promise<AcceptedAnswer | Refused> {
  return hearDecision(parts, command, async (heard) => {
    const { trx } = heard;
    if (heard.decision.update === 'resolveException') return judgeResumption(parts, heard, command.entity);
    const run = requiredOf(await readRun(trx, command.caseId), 'payment run', command.caseId);
    const company = await requiredEntity(trx, command.entity);
    const settings = await paymentSettings(trx, company, parts.now());
    const people = await peopleOf(trx, command.entity);
    const items = await itemDuties(trx, run.runId, logInsOf(heard.decision.person, people));
    const settled = await settledFault(heard, run);
    if (settled) return settled;
    const hearing: RunHearing = { ...heard, run, account: payerAccountOf(company, run.payerAccount), settings, people, items };
    switch (heard.decision.update) {
      case 'decide':
        return judgeApproval(hearing);
      case 'release':
        return judgeRelease(hearing);
      case 'removeItem':
        return judgeRemoval(hearing);
      case 'cancel':
        return judgeCancellation(hearing);
      default:
        return refusal('unknown-resource', 'A payment run takes no such decision.');
    }
  });
}

/** The records know it before the process does: what was released stays as it was released, and what was stopped stays stopped. */
async function settledFault({ trx, current: { progress } }: HeardDecision, run: PaymentRun): Promise<Refused | undefined> {
  if (progress.decisions.some(({ decision }) => stopping.has(decision))) return refusal('already-decided', 'The run was rejected or cancelled; it ends.');
  // Whoever released it last left nobody to ask.
  const isReleased = run.approvedHash === run.contentHash && run.releasers.length > 0 && (await tasksOf(trx, run.runId, 'open')).length === 0;
  if (!isReleased) return undefined;
  return refusal('run-not-open', 'The run was released; what is under way cannot be changed any more.');
}

const stopping: ReadonlySet<string> = new Set(['reject', 'cancel']);

async function judgeApproval(hearing: RunHearing): Promise<Verdict> {
  const { trx, decision, run } = hearing;
  const fault = (await taskFault(hearing)) ?? personFault(hearing, 'approve') ?? dayFault(hearing);
  if (fault) return fault;
  await acceptDecision(trx, decision.id);
  if (decision.decision === 'reject') return rejected(hearing);
  await markApproved(trx, run.runId, decision.person);
  return accepted(hearing, 'recorded', [await askForRelease(hearing, 1)]);
}

async function judgeRelease(hearing: RunHearing): Promise<Verdict> {
  const { trx, decision, run, settings } = hearing;
  if (run.approvedHash !== run.contentHash) return refusal('stale-version', 'The run has changed since it was approved.');
  const fault = (await taskFault(hearing)) ?? personFault(hearing, 'release') ?? dayFault(hearing);
  if (fault) return fault;
  await acceptDecision(trx, decision.id);
  if (decision.decision === 'reject') return rejected(hearing);
  await addReleaser(trx, run.runId, decision.person);
  const releases = run.releasers.length + 1;
  const needed = releasesNeeded(totalOf(run), settings.policy.content);
  return releases < needed ? accepted(hearing, 'recorded', [await askForRelease(hearing, releases + 1)]) : accepted(hearing, 'complete', []);
}

/** Takes whole transfers out. Before the release an editor may; it voids the approval, because the approver saw another run (P6). */
async function judgeRemoval(hearing: RunHearing): Promise<Verdict> {
  const { trx, decision, run, at } = hearing;
  const fault = personFault(hearing, 'edit');
  if (fault) return fault;
  if (decision.decisionHash !== run.contentHash) return refusal('stale-version', 'The run has changed since it was shown.');
  const endToEndIds = (decision.payload['endToEndIds'] as string[] | undefined) ?? [];
  const reason = String(decision.payload['reason'] ?? '');
  if (endToEndIds.length === 0 || reason === '') return refusal('decision-incomplete', 'Name the transfers and the reason.');
  await changeInstructions(trx, run.runId, endToEndIds.map((endToEndId) => ({ endToEndId, state: 'removed', removedBy: decision.person, removedReason: reason })));
  await markEdited(trx, run.runId, decision.person);
  const { contentHash, total, instructions } = await saveContent(trx, run);
  await closeTasks(trx, run.runId, 'superseded');
  const transitions: Transition[] = [{ kind: 'payments-removed', at, by: decision.person, reason, endToEndIds, total, contentHash }];
  if (instructions.length > 0) transitions.push(await ask(hearing, { step: 'approve', contentHash, number: 1, total }));
  const verdict = accepted(hearing, instructions.length === 0 ? 'withdrawn' : 'corrected', transitions);
  return { ...verdict, change: { payable: total, documentHash: contentHash } };
}

async function judgeCancellation(hearing: RunHearing): Promise<Verdict> {
  const fault = personFault(hearing, 'edit');
  if (fault) return fault;
  await closeTasks(hearing.trx, hearing.run.runId, 'cancelled');
  return accepted(hearing, 'withdrawn', []);
}

async function rejected(hearing: RunHearing): Promise<Verdict> {
  await closeTasks(hearing.trx, hearing.run.runId, 'cancelled');
  return accepted(hearing, 'rejected', []);
}

async function taskFault({ trx, decision, run }: RunHearing): Promise<Refused | undefined> {
  const task = decision.approval === undefined ? undefined : await lockTask(trx, decision.approval);
  if (!task || task.case !== run.runId) return refusal('unknown-resource', 'There is no such task.');
  if (task.decisionHash !== run.contentHash || decision.decisionHash !== run.contentHash) return refusal('stale-version', 'The run has changed since it was shown.');
  if (task.state !== 'open') return refusal('already-decided', 'This was decided in the meantime.');
  const step = decision.update === 'release' ? 'release' : 'approve';
  return task.step.startsWith(step) ? undefined : refusal('unknown-resource', 'This task asks for another decision.');
}

/** Directory, role, limit and duties of the person as they stand now (A5, A9, P6). */
function personFault({ decision, run, people, settings, items }: RunHearing, step: RunStep): Refused | undefined {
  if (decision.onBehalfOf !== undefined) return refusal('delegation-invalid', 'Payments are approved and released in one’s own name.');
  const person = people.find(({ id }) => id === decision.person);
  if (!person?.active) return refusal('not-permitted', 'This person is not active in the directory.');
  const role = settings.policy.content.roles[step];
  const demand = { entity: run.entity, role };
  const total = totalOf(run);
  if (!heldRole(person, demand)) return refusal('not-permitted', `This is for the role ${role}.`);
  if (step === 'approve' && !heldRole(person, { ...demand, amount: total })) return refusal('authority-insufficient', `The limit of this person as ${role} is below ${describeMoney(total)}.`);
  const conflict = judgeRunDecision(step, decision.person, { proposer: run.proposer ?? undefined, editors: run.editors, approver: run.approver ?? undefined, releasers: run.releasers, items }, people);
  return conflict && refusal(conflict.code, conflict.message);
}

/**
 * Whoever says yes to a run that the bank would execute later than it says hears so: every transfer of a run is of one day, and the last look would leave
 * none (P11). To say no is never too late, and gives the documents free.
 */
function dayFault({ decision, run, settings, account, at }: RunHearing): Refused | undefined {
  const earliest = earliestExecution(cutOffOf(settings, account), at);
  const day = run.executionDate ?? run.runDate;
  if (decision.decision !== 'approve' || day >= earliest) return undefined;
  return refusal('cut-off-missed', `The run was to be executed on ${day}, and the bank would not execute it before ${earliest} any more: its cut-off is ${settings.policy.content.cutOff}. The run ends, and the next one proposes its documents anew, with the discounts of its own day. Where it stays open, reject or cancel it.`);
}

/** Opens the question to the next person and says that it waits. */
function askForRelease(hearing: RunHearing, number: number): Promise<Transition> {
  return ask(hearing, { step: 'release', contentHash: hearing.run.contentHash ?? '', number, total: totalOf(hearing.run) });
}

async function ask({ trx, current, run, account, settings, at }: RunHearing, { step, contentHash, number, total }: { step: 'approve' | 'release'; contentHash: string; number: number; total: ReturnType<typeof totalOf> }): Promise<Transition> {
  const role = settings.policy.content.roles[step];
  const day = run.executionDate ?? run.runDate;
  const dueAt = decisionDueAt(settings, at, account, day);
  const id = `${run.runId}-t-${contentHash.slice(0, 8)}-${step}${number > 1 ? `-${number}` : ''}`;
  await openTasks(trx, [
    {
      id, entity: run.entity, case: run.runId, workflowId: current.case.workflowId, kind: `${step}-payment-run`, step: number > 1 ? `${step}-${number}` : step, candidateRole: role, candidatePersons: [], dueAt,
      why: step === 'approve' ? `The run was changed; a ${role} who neither proposed nor edited it approves it again (P6). ${untilCutOff(settings, day, current.progress.workflowVersion)}` : `Money leaves when a ${role} releases it who neither proposed, edited nor approved it${number > 1 ? ', and a second one above the limit' : ''} (P6). ${untilCutOff(settings, day, current.progress.workflowVersion)}`,
      ruleId: 'P6', policyVersion: settings.policy.version, title: `${step === 'approve' ? 'Pay' : 'Release'} ${describeMoney(total)} of run ${run.runId}`, amount: total,
      documentHash: contentHash, decisionHash: contentHash, documentVersion: 1,
    },
  ]);
  return { kind: 'awaiting', at, stage: step === 'approve' ? 'approval' : 'release', awaiting: [{ what: `${step === 'approve' ? 'approval' : 'release'} of the payment run`, subject: id, role, since: at, dueAt }] };
}

function accepted({ decision, run, at, settings }: RunHearing, effect: AcceptedAnswer['effect'], more: Transition[]): Extract<Verdict, { accepted: true }> {
  const decided: Transition = {
    kind: 'decided', at, subject: decision.approval ?? decision.update, by: decision.person, decision: decision.update === 'release' && decision.decision === 'approve' ? 'release' : decision.decision,
    documentHash: decision.documentHash, decisionHash: decision.decisionHash, policyVersion: decision.policyVersion ?? settings.policy.version,
  };
  return { accepted: true, answer: { accepted: true, effect, ...(decision.reasonCode ? { reasonCode: decision.reasonCode } : {}), transitions: [decided, ...more] } };
}

function totalOf({ currency, totalMinor }: PaymentRun): { currency: string; minor: string } {
  return { currency: currency ?? 'EUR', minor: totalMinor ?? '0' };
}
