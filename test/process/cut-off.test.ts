import { afterAll, beforeAll, expect, it } from 'vitest';
import type { PaymentParts } from '../../activities/payments/parts.ts';
import { recordRunProgress } from '../../activities/payments/record-run.ts';
import { takeOutUnpayable } from '../../activities/payments/take-out-unpayable.ts';
import { verifyAndRecordRunDecision } from '../../activities/payments/verify-run-decision.ts';
import { inTransaction, sql, type Trx } from '../../db/client.ts';
import { tasksOf } from '../../db/repositories/approvals.ts';
import { openPayables } from '../../db/repositories/payables.ts';
import { openExceptionsOf, resolveException } from '../../db/repositories/exceptions.ts';
import { readRun } from '../../db/repositories/payment-runs.ts';
import { instructionsOf, itemsOf, saveScreening } from '../../db/repositories/payments.ts';
import { addBusinessDays } from '../../domain/calendar/business-days.ts';
import { addDays } from '../../domain/calendar/plain-date.ts';
import { settlementCalendar } from '../../domain/calendar/settlement.ts';
import type { Decision, DecisionUpdate } from '../../domain/model/decision.ts';
import { cutOffOn, earliestExecution } from '../../domain/rules/payments/execution.ts';
import { openStatement } from '../../temporal-config/decision-envelope.ts';
import { signingKey } from '../../temporal-config/keys.ts';
import { queues } from '../../temporal-config/queues.ts';
import { paymentRunWorkflow, type PaymentRunInput } from '../../workflows/contracts/payment-run.ts';
import { lastAnswer } from '../support/evidence.ts';
import { outcomeOf } from '../support/people.ts';
import { describeWithServices } from '../support/services.ts';
import { workingHouse, type WorkingHouse } from '../support/working-house.ts';

const german = { at: '15:00', zone: 'Europe/Berlin', system: 't2' } as const;

/** P11: the bank's day is over at 15:00. What was proposed, approved or released before is worth nothing after it: another day would be another payment. */
describeWithServices('the cut-off of the bank, on real parts', () => {
  let house: WorkingHouse['house'];
  let they: WorkingHouse['they'];
  let pay: WorkingHouse['pay'];
  let dispose: WorkingHouse['dispose'];

  beforeAll(async () => {
    ({ house, they, pay, dispose } = await workingHouse());
  });
  afterAll(() => dispose());

  const partsAt = (moment: string, db: Trx) => ({ db, now: () => new Date(moment), erpOf: () => ({ port: {} }), openStatement: (envelope: string) => openStatement(envelope, signingKey(house.settings.stateDir, 'decisions')) }) as unknown as PaymentParts;
  /** Answers what the work finds, and leaves nothing of it. */
  async function tried<Found>(work: (trx: Trx) => Promise<Found>): Promise<Found> {
    let found: Found;
    await inTransaction(house.db, async (trx) => {
      found = await work(trx);
      throw new Error('only tried');
    }).catch((error: Error) => {
      if (error.message !== 'only tried') throw error;
    });
    return found!;
  }
  const judgedAt = (moment: string, { id, case: caseId, update }: Decision) => (trx: Trx) =>
    verifyAndRecordRunDecision(partsAt(moment, trx), { entity: 'DE01', caseId, correlationId: 'test', kind: update as 'decide' | 'release', decisionId: id });
  const says = async (runId: string, person: string, update: DecisionUpdate, decision: 'approve' | 'reject') =>
    they.propose(runId, { update, decision, person, task: await they.openTask(runId), ...(decision === 'reject' ? { reasonCode: 'OTH' } : {}) });
  /** The last moment in which the run can be executed on its day, and the first in which it cannot. */
  const around = async (runId: string) => {
    const day = (await readRun(house.db, runId))!.executionDate!;
    const tooLate = cutOffOn(german, day);
    return { day, tooLate, inTime: new Date(Date.parse(tooLate) - 1).toISOString(), nextDay: addBusinessDays(settlementCalendar('t2', day), day, 1) };
  };
  const approved = async () => {
    const runId = await pay.proposed();
    await they.decide(runId, 'clara.winter', 'approve');
    await house.stage(runId, 'release');
    return runId;
  };
  const cancelled = async (runId: string) => {
    await they.say(runId, { update: 'cancel', decision: 'cancel', person: 'anna.berg', payload: { reason: 'Only looked' } });
    await house.ended(runId, 'cancelled');
  };
  const screen = (trx: Trx, runId: string, at: string) => instructionsOf(trx, runId).then((all) => saveScreening(trx, runId, all.map(({ endToEndId }) => ({ endToEndId, state: 'clear', reference: 'S-1', at }))));

  it('whoever approves or releases too late hears so; who rejects frees the documents for the next run', async () => {
    const caseId = await pay.posted('2');
    const runId = await pay.proposed();
    const { day, nextDay, inTime, tooLate } = await around(runId);
    const asked = await they.openTask(runId);
    expect([asked.dueAt <= tooLate, asked.why]).toEqual([true, expect.stringContaining(`on ${day} if the file leaves before 15:00 of that day`)]);

    const yes = await says(runId, 'clara.winter', 'decide', 'approve');
    expect(await tried(judgedAt(inTime, yes))).toMatchObject({ accepted: true });
    expect(await tried(judgedAt(tooLate, yes))).toEqual({ accepted: false, code: 'cut-off-missed', message: expect.stringMatching(new RegExp(`on ${day}, .* before ${nextDay} .* 15:00`)) });
    expect(await outcomeOf(they.carry(yes))).toBe('accepted');
    await house.stage(runId, 'release');

    const release = await says(runId, 'vera.noll', 'release', 'approve');
    expect(await tried(judgedAt(inTime, release))).toMatchObject({ accepted: true, effect: 'complete' });
    expect(await inTransaction(house.db, judgedAt(tooLate, release))).toMatchObject({ accepted: false, code: 'cut-off-missed' });
    expect(await outcomeOf(they.carry(release)), 'the person hears it').toBe('cut-off-missed');

    const no = await says(runId, 'vera.noll', 'release', 'reject');
    expect(await tried(judgedAt(tooLate, no))).toMatchObject({ accepted: true, effect: 'rejected' });
    expect(await outcomeOf(they.carry(no))).toBe('accepted');
    await house.ended(runId, 'cancelled');
    const next = await pay.proposed();
    expect((await itemsOf(house.db, next)).map((item) => item.caseId)).toEqual([caseId]);
    await cancelled(next);
  });

  it('a run that not everybody has released when the cut-off passes ends by itself, and its documents are free', async () => {
    const runId = await pay.proposed();
    const { case: { workflowId, correlationId }, progress } = await house.stage(runId, 'approval');
    const { tooLate } = await around(runId);
    const handle = house.client.workflow.getHandle(workflowId);
    expect(await lastAnswer(handle), 'the process knows the moment').toMatchObject({ outcome: 'proposed', cutOffAt: tooLate });

    // The same run, in a history that begins shortly before the cut-off.
    await handle.terminate('goes on before its cut-off');
    const cutOffAt = new Date(Date.now() + 5_000).toISOString();
    await house.client.workflow.start(paymentRunWorkflow, {
      workflowId, taskQueue: queues.workflows,
      args: [{ entity: 'DE01', caseId: runId, correlationId, dryRun: false, goesOn: { reached: ['proposed'], released: false, progress, cutOffAt } } satisfies PaymentRunInput],
    });
    expect(await outcomeOf(they.decide(runId, 'clara.winter', 'approve'))).toBe('accepted');
    const asked = await they.openTask(runId);
    const late = await says(runId, 'vera.noll', 'release', 'approve');
    const { case: { closedAt } } = await house.ended(runId, 'cancelled');
    expect(closedAt! >= cutOffAt, 'not before').toBe(true);
    expect(await house.client.workflow.getHandle(workflowId).result()).toEqual({ state: 'cancelled', reason: 'cut-off-missed' });
    const [missed, ...others] = await openExceptionsOf(house.db, runId);
    expect([missed, others]).toMatchObject([{ code: 'run-not-released', ownerRole: 'ap-clerk', case: runId, title: expect.stringMatching(/^Nobody released payments of [\d ]+\.\d\d EUR in time for the cut-off of /) }, []]);
    expect(await outcomeOf(they.carry(late))).not.toBe('accepted');
    expect([asked.step, await tasksOf(house.db, runId, 'open'), (await instructionsOf(house.db, runId)).map(({ state }) => state)]).toEqual(['release', [], ['removed']]);
    const next = await pay.proposed();
    expect((await itemsOf(house.db, next)).map((item) => item.caseId)).toEqual((await itemsOf(house.db, runId)).map((item) => item.caseId));
    await cancelled(next);
  });

  it('what was released in time and cannot be filed in time leaves the run, and its document is free', async () => {
    const runId = await approved();
    const { day, nextDay, inTime, tooLate } = await around(runId);
    const filedAt = (moment: string) => tried(async (trx) => {
      await screen(trx, runId, moment);
      const left = await takeOutUnpayable(partsAt(moment, trx), { entity: 'DE01', caseId: runId }, () => undefined);
      const [transfer] = await instructionsOf(trx, runId);
      const [open] = await openPayables(trx, 'DE01', transfer!.instruction.items);
      return { left, ...transfer!, inRun: open!.inRun?.state ?? 'none' };
    });
    expect(await filedAt(inTime)).toMatchObject({ left: 1, state: 'filed', removedReason: null, inRun: 'filed' });
    expect(await filedAt(tooLate)).toMatchObject({ left: 0, state: 'removed', reasonCode: 'cut-off-missed', removedReason: expect.stringMatching(new RegExp(`for ${day}, .* before ${nextDay}`)), inRun: 'none' });
    await cancelled(runId);
  });

  it('P4: a discount that lapses between the approval and the file is not taken', async () => {
    const until = earliestExecution(german, new Date().toISOString());
    await pay.posted('3', { dueDate: addDays(until, 30), discounts: [{ percent: '2', until }] });
    const runId = await approved();
    const { day, tooLate } = await around(runId);
    expect([day, (await itemsOf(house.db, runId)).map(({ item }) => item.discount?.amount.minor ?? 'none').sort()]).toEqual([until, ['257', 'none']]);
    const [left, transfers] = await tried(async (trx) => {
      await screen(trx, runId, tooLate);
      return [await takeOutUnpayable(partsAt(tooLate, trx), { entity: 'DE01', caseId: runId }, () => undefined), await instructionsOf(trx, runId)] as const;
    });
    expect([left, transfers.map(({ state, reasonCode }) => [state, reasonCode])]).toEqual([0, [['removed', 'discount-lapsed']]]);
    await cancelled(runId);
  });

  it('P10: a payee who was found clear too long ago is not paid, nor one of whom nobody asked', async () => {
    const runId = await approved();
    const now = new Date().toISOString();
    const screenedBefore = (days: number | undefined) => tried(async (trx) => {
      if (days !== undefined) await screen(trx, runId, new Date(Date.parse(now) - days * 86_400_000).toISOString());
      await takeOutUnpayable(partsAt(now, trx), { entity: 'DE01', caseId: runId }, () => undefined);
      return (await instructionsOf(trx, runId)).map(({ state, reasonCode }) => `${state} ${reasonCode ?? ''}`.trim());
    });
    expect(await screenedBefore(0)).toEqual(['filed']);
    expect(await screenedBefore(1)).toEqual(['filed']);
    expect(await screenedBefore(2)).toEqual(['removed screening-outdated']);
    expect(await screenedBefore(undefined)).toEqual(['removed not-screened']);
    await cancelled(runId);
  });

  it('a run whose date is long over is executed from today on, as another of today is', async () => {
    const late = await pay.open({ runDate: '2026-01-05' });
    await house.stage(late, 'approval');
    const [{ executionDate } = { executionDate: '' }] = await instructionsOf(house.db, late);
    expect(executionDate >= new Date().toISOString().slice(0, 10)).toBe(true);
    expect((await readRun(house.db, late))!.executionDate).toBe(executionDate);
    await cancelled(late);
  });

  it('P8: silence of the bank counts from the day on which it executes what was sent late', async () => {
    const { runId } = await pay.sent();
    const { day, nextDay, inTime, tooLate } = await around(runId);
    const silentFrom = (sentAt: string) => tried(async (trx) => {
      await sql(trx, `update payment_runs set sent_at = :sentAt where run_id = :runId`, { runId, sentAt });
      return (await recordRunProgress(partsAt(sentAt, trx), { entity: 'DE01', caseId: runId, correlationId: 'test' })).nextDeadline;
    });
    const dayAfter = (date: string) => addBusinessDays(settlementCalendar('t2', date), date, 1);
    expect(await silentFrom(inTime)).toBe(cutOffOn(german, dayAfter(day)));
    expect(await silentFrom(tooLate)).toBe(cutOffOn(german, dayAfter(nextDay)));

    const looked = async (trx: Trx) => (await recordRunProgress(partsAt(addDays(day, 30) + 'T12:00:00.000Z', trx), { entity: 'DE01', caseId: runId, correlationId: 'test' })).transitions.map(({ kind }) => kind);
    const open = async (trx: Trx) => (await openExceptionsOf(trx, runId)).map(({ id, code }) => [id, code]);
    await tried(async (trx) => {
      expect(await looked(trx)).toEqual(['exception-opened']);
      expect(await looked(trx), 'said once').toEqual([]);
      const [[first = ''] = []] = await open(trx);
      await resolveException(trx, first, { resolution: 'retry', by: 'vera.noll' });
      expect(await looked(trx), 'it is silent still').toEqual(['exception-opened']);
      expect(await open(trx)).toEqual([[`${first}-2`, 'bank-silent']]);
    });
  });

  it('a run of whose last release its process had not heard when the cut-off passed ends as too late, and says so', async () => {
    await pay.posted('4');
    const runId = await approved();
    const { case: { workflowId, correlationId }, progress } = await house.stage(runId, 'release');
    await house.client.workflow.getHandle(workflowId).terminate('goes on before its cut-off');
    const release = await says(runId, 'vera.noll', 'release', 'approve');
    expect(await inTransaction(house.db, judgedAt(new Date().toISOString(), release)), 'as by a worker that died with it').toMatchObject({ accepted: true, effect: 'complete' });
    await house.client.workflow.start(paymentRunWorkflow, {
      workflowId, taskQueue: queues.workflows,
      args: [{ entity: 'DE01', caseId: runId, correlationId, dryRun: false, goesOn: { reached: ['proposed'], released: false, progress, cutOffAt: new Date(Date.now() + 2_000).toISOString() } } satisfies PaymentRunInput],
    });
    await house.ended(runId, 'cancelled');
    expect(await openExceptionsOf(house.db, runId)).toMatchObject([{ code: 'run-not-released', title: expect.stringMatching(/^Payments of .* could not leave in time for the cut-off of /) }]);
    expect((await instructionsOf(house.db, runId)).map(({ state }) => state)).toEqual(['removed']);
  });

  it('what the records know and the process has not heard is final: a released run is not edited, a rejected one not approved again', async () => {
    await pay.posted('6');
    const runId = await approved();
    const now = new Date().toISOString();
    const [{ endToEndId } = { endToEndId: '' }] = await instructionsOf(house.db, runId);
    const { contentHash } = (await readRun(house.db, runId))!;
    const removal = await they.propose(runId, { update: 'removeItem', decision: 'removeItem', person: 'anna.berg', decisionHash: contentHash!, payload: { endToEndIds: [endToEndId], reason: 'Asked to wait' } });
    const cancellation = await they.propose(runId, { update: 'cancel', decision: 'cancel', person: 'anna.berg', payload: { reason: 'Asked to wait' } });
    const [release, rejection] = [await says(runId, 'vera.noll', 'release', 'approve'), await says(runId, 'vera.noll', 'release', 'reject')];

    await tried(async (trx) => {
      expect(await judgedAt(now, release)(trx)).toMatchObject({ accepted: true, effect: 'complete' });
      for (const late of [removal, cancellation]) expect(await judgedAt(now, late)(trx)).toMatchObject({ accepted: false, code: 'run-not-open' });
    });
    await tried(async (trx) => {
      expect(await judgedAt(now, rejection)(trx)).toMatchObject({ accepted: true, effect: 'rejected' });
      for (const late of [removal, cancellation]) expect(await judgedAt(now, late)(trx)).toMatchObject({ accepted: false, code: 'already-decided' });
    });
    await tried(async (trx) => expect(await judgedAt(now, removal)(trx), 'while nothing is final').toMatchObject({ accepted: true }));
    await cancelled(runId);
  });
});
