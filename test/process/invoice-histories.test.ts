import { afterAll, beforeAll, expect, it } from 'vitest';
import { sql } from '../../db/client.ts';
import { decisionsOf } from '../../db/repositories/decisions.ts';
import { openExceptionsOf } from '../../db/repositories/exceptions.ts';
import { instructionsOf } from '../../db/repositories/payments.ts';
import type { InvoiceToPayInput } from '../../workflows/contracts/invoice-to-pay.ts';
import { begunWith } from '../support/evidence.ts';
import { submit } from '../support/invoices.ts';
import { pipes } from '../support/payments.ts';
import { describeWithServices } from '../support/services.ts';
import { workingHouse, type WorkingHouse } from '../support/working-house.ts';

/** Above what an assessment needs: a history that were too long at once would never come to rest. */
const longestHistory = 60;

describeWithServices('a document that goes on in new histories', () => {
  let house: WorkingHouse['house'];
  let they: WorkingHouse['they'];
  let pay: WorkingHouse['pay'];
  let dispose: WorkingHouse['dispose'];
  let caseId: string;
  /** Its process starts in its own test, so that no run pays it before. */
  let later: string;

  beforeAll(async () => {
    ({ house, they, pay, dispose } = await workingHouse({
      async before({ db }) {
        caseId = (await submit(db, pipes('4'))).caseId;
        later = (await submit(db, pipes('5'))).caseId;
        await sql(db, `update outbox set payload = jsonb_set(payload, '{input,longestHistory}', to_jsonb(:longestHistory::int)) where case_id = any (:ids::text[]) and kind = 'start-workflow'`, { ids: [caseId, later], longestHistory });
        await sql(db, `update outbox set available_at = clock_timestamp() + interval '1 day' where case_id = :later and kind = 'start-workflow'`, { later });
      },
    }));
  });
  afterAll(() => dispose());

  /** Signals make its history longer, until it goes on in a new one; answers with what that one began. */
  const goneOn = async (workflowId: string, signal: string, ...said: unknown[]) => {
    const positions = async () => (await begunWith<InvoiceToPayInput>(house, workflowId)).flatMap(({ goesOn }) => goesOn ?? []);
    const known = (await positions()).length;
    await expect.poll(async () => {
      await house.client.workflow.getHandle(workflowId).signal(signal, ...said);
      return (await positions()).length;
    }, { timeout: 60_000 }).toBeGreaterThan(known);
    return (await positions()).at(-1)!;
  };
  const newsOfNothing = ['paymentStatus', { eventId: 'of-nothing' }] as const;

  it('P8: keeps until when somebody is to look at its rejected payment, and what was posted for it', async () => {
    const { case: { workflowId }, progress: { postings: [posting] } } = await house.stage(caseId, 'posted');
    await pay.behave({ kind: 'reject', when: 'receipt', reason: 'AC04', times: 1 });
    const runId = await pay.proposed();
    await pay.release(runId);
    await house.ended(runId, 'rejected');
    await house.stage(caseId, 'payment-rejected');
    expect((await instructionsOf(house.db, runId)).map(({ state }) => state)).toEqual(['rejected']);
    const [exception] = await openExceptionsOf(house.db, caseId);
    expect(await goneOn(workflowId, ...newsOfNothing)).toMatchObject({ paymentDeadline: exception!.dueAt, posted: { key: posting!.key, reference: posting!.reference }, postingNumber: 1 });
  });

  it('knows which corrections it has heard, and takes nothing back for one that is brought once more; who is asked is looked at again', async () => {
    await sql(house.db, `update outbox set available_at = clock_timestamp() where case_id = :later and kind = 'start-workflow'`, { later });
    const { case: { workflowId } } = await house.stage(later, 'posted');
    expect(await they.correct(later, 'lars.thoma', { dueDate: '2026-12-31' })).toMatchObject({ effect: 'corrected' });
    const { progress: { postings } } = await house.caseWhen(later, ({ case: { stage }, progress }) => stage === 'posted' && progress.postings.some(({ key, status }) => key.endsWith(':post:2') && status === 'posted'));
    const [{ id: decisionId } = { id: '' }] = await decisionsOf(house.db, later, 'accepted');
    expect((await goneOn(workflowId, ...newsOfNothing)).heard).toContain(decisionId);

    const brought = await house.client.workflow.getHandle(workflowId).executeUpdate('correct', { updateId: 'brought-once-more', args: [{ decisionId }] });
    expect(brought).toMatchObject({ decisionId });
    expect(await goneOn(workflowId, 'peopleChanged'), 'what came in the task in which it went on').toMatchObject({ peopleChanged: true, posted: { key: postings[1]!.key }, postingNumber: 2 });
    expect((await house.caseWhen(later, () => true)).progress.postings).toEqual(postings);
    const { documents } = await house.sandbox.ledger({ externalReference: postings[1]!.key });
    expect(documents.map(({ status }) => status)).not.toContain('REVERSED');
  });
});
