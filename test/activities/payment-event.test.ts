import { beforeAll, expect, it } from 'vitest';
import { recordParked, recordResumed } from '../../activities/accounts-payable/parking.ts';
import { endOf } from '../../activities/accounts-payable/record-end.ts';
import { recordPaymentEvent } from '../../activities/accounts-payable/record-payment-event.ts';
import { recordRefusedMessage } from '../../activities/accounts-payable/refused-message.ts';
import type { PayablesParts } from '../../activities/accounts-payable/parts.ts';
import { recordTransitions } from '../../activities/transitions.ts';
import { inTransaction } from '../../db/client.ts';
import { openTasks, tasksOf } from '../../db/repositories/approvals.ts';
import { lockCase, readCase } from '../../db/repositories/cases.ts';
import { openException, openExceptionsOf } from '../../db/repositories/exceptions.ts';
import { recordInbound } from '../../db/repositories/inbound.ts';
import { paymentEventSource } from '../../db/repositories/payment-events.ts';
import { savePosting } from '../../db/repositories/postings.ts';
import { money } from '../../domain/rules/money.ts';
import { aCase, aTask, useDatabase } from '../db/fixtures.ts';
import { auditOf } from '../support/evidence.ts';
import { describeWithDatabase } from '../support/services.ts';

describeWithDatabase('what the bank says of a document', () => {
  const own = useDatabase();
  let number = 0;

  const document = async ({ posted = true } = {}) => {
    const caseId = await aCase(own.db, `paid-${(number += 1)}`);
    if (posted)
      await inTransaction(own.db, (trx) => savePosting(trx, { key: `ap-invoice:${caseId}:post:1`, entity: 'DE01', caseId, system: 'erp', kind: 'post', status: 'posted', reference: '5100000001', amount: money('EUR', 11_900n) }));
    return caseId;
  };
  const hears = async (caseId: string, status: string, mayEnd?: true) => {
    const eventId = `E2E-${number}/${caseId}/${status}`;
    await inTransaction(own.db, (trx) => recordInbound(trx, { source: paymentEventSource, entity: 'DE01', events: [{ id: eventId, kind: status, payload: { caseId, status, reference: 'ENTRY-1' } }] }));
    return recordPaymentEvent(parts, { entity: 'DE01', caseId, correlationId: 'c', eventId, ...(mayEnd ? { mayEnd } : {}) });
  };
  let parts: PayablesParts;
  beforeAll(() => void (parts = { db: own.db, now: () => new Date('2026-11-22T10:00:00.000Z') } as unknown as PayablesParts));
  const standing = async (caseId: string) => {
    const { case: { state, outcome, paidAt, closedAt } } = (await readCase(own.db, caseId))!;
    return { state, outcome, paid: paidAt !== undefined, closed: closedAt !== undefined };
  };
  const open = { state: 'running', outcome: undefined, paid: false, closed: false };
  const paid = { state: 'paid', outcome: 'paid', paid: true, closed: true };

  it('guarantee 3: a booked payment ends a posted document in the same record where its process waits for nothing else; nobody is asked any more', async () => {
    const caseId = await document();
    await inTransaction(own.db, async (trx) => {
      await openTasks(trx, [aTask(`${caseId}-t`, caseId)]);
      await openException(trx, { id: `${caseId}-e`, entity: 'DE01', case: caseId, workflowId: 'w', origin: 'payment', code: 'payment-rejected', reasonCode: 'PAY', actionCode: 'PIN', title: 't', suggestion: 's', findings: [], ownerRole: 'ap-lead', dueAt: '2026-11-25T12:00:00.000Z', correlationId: 'c' });
    });
    const answer = await hears(caseId, 'confirmed', true);
    expect(answer).toMatchObject({ settledBy: 'ENTRY-1', ended: true });
    expect(answer.transitions.map(({ kind }) => kind)).toEqual(['event-received', 'exception-closed', 'ended']);
    expect(await standing(caseId)).toEqual(paid);
    expect([await tasksOf(own.db, caseId, 'open'), await openExceptionsOf(own.db, caseId)]).toEqual([[], []]);
    expect((await auditOf(own.db, caseId)).slice(-3)).toEqual(['invoice.event-received', 'invoice.exception-closed', 'invoice.ended']);
  });

  it('leaves the end to a process that has more to do', async () => {
    const caseId = await document();
    expect(await hears(caseId, 'confirmed')).toMatchObject({ settledBy: 'ENTRY-1', transitions: [{ kind: 'event-received' }] });
    expect(await standing(caseId)).toEqual(open);
  });

  it.each(['rejected', 'returned', 'credited'])('%s ends nothing, whatever the process waits for', async (status) => {
    const caseId = await document();
    expect(await hears(caseId, status, true)).not.toHaveProperty('ended');
    expect(await standing(caseId)).toEqual(open);
  });

  it('guarantee 8: a step that is parked after the end has an owner, and the end stays what is shown', async () => {
    const caseId = await document();
    await hears(caseId, 'confirmed', true);
    const ended = (await readCase(own.db, caseId))!.progress;
    const step = { entity: 'DE01', caseId, correlationId: 'c', step: 'recordPayment' };
    expect(await recordParked(parts, { ...step, code: 'database-unavailable', message: 'm' })).toEqual({ transitions: [] });
    expect(await openExceptionsOf(own.db, caseId)).toMatchObject([{ code: 'database-unavailable', ownerRole: 'operator' }]);
    expect(await recordResumed(parts, step)).toEqual({ transitions: [] });
    expect(await openExceptionsOf(own.db, caseId)).toEqual([]);
    expect((await readCase(own.db, caseId))!.progress).toEqual(ended);
  });

  it('S16: a refused message that comes after the end is told and asks nobody, unless it may be read later', async () => {
    const caseId = await document();
    await hears(caseId, 'confirmed', true);
    const message = { entity: 'DE01', caseId, correlationId: 'c', step: 'paymentStatus', message: 'm' };
    expect(await recordRefusedMessage(parts, { ...message, code: 'payload-plaintext' })).toEqual({});
    expect((await auditOf(own.db, caseId)).at(-1)).toBe('message.refused');
    expect(await openExceptionsOf(own.db, caseId)).toEqual([]);
    const { exceptionId } = await recordRefusedMessage(parts, { ...message, code: 'payload-key-unknown', args: [{}] });
    expect((await openExceptionsOf(own.db, caseId)).map(({ id }) => id)).toEqual([exceptionId]);
  });

  it('a document that is not posted is not paid', async () => {
    const caseId = await document({ posted: false });
    expect(await hears(caseId, 'confirmed', true)).toEqual({ transitions: [expect.objectContaining({ kind: 'event-received' })] });
    expect(await standing(caseId)).toEqual(open);
  });

  it('what has ended otherwise keeps its end', async () => {
    const caseId = await document();
    await inTransaction(own.db, async (trx) => {
      const current = (await lockCase(trx, caseId))!;
      const { transitions, change } = await endOf(trx, current, { at: '2026-11-22T09:00:00.000Z', state: 'credited', reference: 'CN-1' });
      await recordTransitions(trx, current, transitions, { actor: 'system:process', change });
    });
    expect(await hears(caseId, 'confirmed', true)).not.toHaveProperty('ended');
    expect(await standing(caseId)).toEqual({ state: 'credited', outcome: 'credited', paid: false, closed: true });
  });
});
