import { beforeAll, expect, it } from 'vitest';
import { recordParked } from '../../activities/accounts-payable/parking.ts';
import { invoiceWithoutProcess } from '../../activities/accounts-payable/process-missing.ts';
import { runWithoutProcess } from '../../activities/payments/process-missing.ts';
import type { PaymentParts } from '../../activities/payments/parts.ts';
import { inTransaction, sql } from '../../db/client.ts';
import { openTasks, tasksOf } from '../../db/repositories/approvals.ts';
import { readCase } from '../../db/repositories/cases.ts';
import { openExceptionsOf } from '../../db/repositories/exceptions.ts';
import { holdsOf } from '../../db/repositories/payables.ts';
import { aCase, aTask, useDatabase } from '../db/fixtures.ts';
import { aPayment } from '../db/payment-fixtures.ts';
import { auditOf } from '../support/evidence.ts';
import { describeWithDatabase } from '../support/services.ts';

describeWithDatabase('F25: an open case whose process has ended since the backup', () => {
  const own = useDatabase();
  let parts: PaymentParts;
  beforeAll(() => {
    parts = { db: own.db, now: () => new Date('2026-11-20T09:00:00.000Z'), invoiceToPay: { workflow: 'invoiceToPay', queue: 'q' }, paymentRun: { workflow: 'paymentRun', queue: 'q', process: 'ap-payment-run', workflowVersion: 'payment-run/3' } } as unknown as PaymentParts;
  });

  /** Their first start was delivered before the backup was made. */
  const started = () => sql(own.db, `update outbox set state = 'done', finished_at = now() where state = 'waiting'`);
  const starts = (caseId: string) => sql<{ payload: { again?: boolean; input: Record<string, unknown> } }>(own.db, `select payload from outbox where case_id = :caseId and kind = 'start-workflow' and state = 'waiting'`, { caseId });
  const found = async (caseId: string, endedAs?: string) => ({ caseId, revision: (await readCase(own.db, caseId))!.case.revision, ...(endedAs ? { endedAs } : {}) });
  const aRun = async (name: string, sendState: string, state: string) => {
    const { runId, caseId } = await aPayment(own.db, name, { state });
    await sql(own.db, `update payment_runs set send_state = :sendState where run_id = :runId`, { runId, sendState });
    await sql(own.db, `update payment_items set state = :state where run_id = :runId`, { runId, state });
    await started();
    return { runId, caseId };
  };

  it('a document runs again from what is on record, once, and is not paid before somebody has looked', async () => {
    const caseId = await aCase(own.db, 'again');
    await started();
    await recordParked(parts, { entity: 'DE01', caseId, correlationId: 'c', step: 'assessInvoice', code: 'database-unavailable', message: 'm' });
    const lost = await found(caseId, 'paid');
    expect(await invoiceWithoutProcess(parts, lost)).toBe(true);

    const [{ payload: { again, input } }, ...further] = (await starts(caseId)) as [Awaited<ReturnType<typeof starts>>[number]];
    expect(further).toEqual([]);
    expect({ again, input }).toMatchObject({ again: true, input: { caseId, version: 'invoice-to-pay/1', shown: { stage: 'reopened' } } });
    expect(input).not.toHaveProperty('reopenedBy');
    expect(input['shown'], 'what the process is to show is what the record shows').toEqual((await readCase(own.db, caseId))!.progress);
    expect(await openExceptionsOf(own.db, caseId), 'the parked step is begun anew').toMatchObject([{ code: 'process-missing', ownerRole: 'ap-lead', title: expect.stringContaining('ended as paid') }]);
    expect(await holdsOf(own.db, 'DE01')).toContainEqual(expect.objectContaining({ subject: 'item', subjectId: caseId, reason: 'process-missing' }));
    expect((await auditOf(own.db, caseId)).slice(-3)).toEqual(['invoice.resumed', 'invoice.reopened', 'invoice.exception-opened']);

    expect(await invoiceWithoutProcess(parts, lost), 'it has moved').toBe(false);
    expect(await invoiceWithoutProcess(parts, await found(caseId)), 'it is about to be started').toBe(false);
    expect(await openExceptionsOf(own.db, caseId)).toHaveLength(1);
  });

  it('a run that is on record as sent follows the bank again and sends nothing', async () => {
    const { runId } = await aRun('sent', 'sent', 'sent');
    expect(await runWithoutProcess(parts, await found(runId, 'confirmed'))).toBe(true);
    expect(await starts(runId)).toMatchObject([{ payload: { again: true, input: { caseId: runId, goesOn: { released: true, reached: ['proposed', 'released', 'screened', 'filed', 'sent'] } } } }]);
    expect(await openExceptionsOf(own.db, runId)).toEqual([]);
  });

  it('a run that had ended as cancelled ends so, and its documents are free', async () => {
    const { runId } = await aRun('cancelled', 'none', 'proposed');
    expect(await runWithoutProcess(parts, await found(runId, 'cancelled'))).toBe(true);
    expect((await readCase(own.db, runId))!.case.state).toBe('cancelled');
    expect(await sql(own.db, `select state from payment_items where run_id = :runId`, { runId })).toEqual([{ state: 'removed' }]);
    expect(await starts(runId)).toEqual([]);
  });

  it.each([['confirmed', 'none'], [undefined, 'none'], ['cancelled', 'unknown']])('a run that may be at the bank (ended as %s, sending %s) is left to people: nobody is asked to release it, and its documents stay in it', async (endedAs, sendState) => {
    const { runId } = await aRun(`open-${String(endedAs)}-${sendState}`, sendState, 'proposed');
    await inTransaction(own.db, (trx) => openTasks(trx, [aTask(`${runId}-t`, runId)]));
    expect(await runWithoutProcess(parts, await found(runId, endedAs))).toBe(true);
    const { case: { closedAt }, progress } = (await readCase(own.db, runId))!;
    expect([closedAt, progress.awaiting, progress.stage]).toEqual([undefined, [], 'process-missing']);
    expect(await tasksOf(own.db, runId, 'open')).toEqual([]);
    expect(await starts(runId)).toEqual([]);
    expect(await sql(own.db, `select state from payment_items where run_id = :runId`, { runId })).toEqual([{ state: 'proposed' }]);
    expect(await openExceptionsOf(own.db, runId)).toMatchObject([{ code: 'process-missing', ownerRole: 'treasurer', origin: 'payment' }]);
    const told = await auditOf(own.db, runId);
    await runWithoutProcess(parts, await found(runId, endedAs));
    expect([await openExceptionsOf(own.db, runId), await auditOf(own.db, runId)], 'the second time').toEqual([[expect.anything()], told]);
  });
});
