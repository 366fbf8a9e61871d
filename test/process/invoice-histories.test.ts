import { afterAll, beforeAll, expect, it } from 'vitest';
import { sql } from '../../db/client.ts';
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
  let pay: WorkingHouse['pay'];
  let dispose: WorkingHouse['dispose'];
  let caseId: string;

  beforeAll(async () => {
    ({ house, pay, dispose } = await workingHouse({
      async before({ db }) {
        caseId = (await submit(db, pipes('4'))).caseId;
        await sql(db, `update outbox set payload = jsonb_set(payload, '{input,longestHistory}', to_jsonb(:longestHistory::int)) where case_id = :caseId and kind = 'start-workflow'`, { caseId, longestHistory });
      },
    }));
  });
  afterAll(() => dispose());

  it('P8: keeps until when somebody is to look at its rejected payment, and what was posted for it', async () => {
    const { case: { workflowId }, progress: { postings: [posting] } } = await house.stage(caseId, 'posted');
    await pay.behave({ kind: 'reject', when: 'receipt', reason: 'AC04', times: 1 });
    const runId = await pay.proposed();
    await pay.release(runId);
    await house.ended(runId, 'rejected');
    await house.stage(caseId, 'payment-rejected');
    expect((await instructionsOf(house.db, runId)).map(({ state }) => state)).toEqual(['rejected']);
    const [exception] = await openExceptionsOf(house.db, caseId);
    const positions = async () => (await begunWith<InvoiceToPayInput>(house, workflowId)).flatMap(({ goesOn }) => goesOn ?? []);
    const known = (await positions()).length;
    const handle = house.client.workflow.getHandle(workflowId);
    await expect.poll(async () => {
      await handle.signal('paymentStatus', { eventId: 'of-nothing' }); // makes its history longer
      return (await positions()).length;
    }, { timeout: 60_000 }).toBeGreaterThan(known);
    expect((await positions()).at(-1)).toMatchObject({ paymentDeadline: exception!.dueAt, posted: { key: posting!.key, reference: posting!.reference }, postingNumber: 1 });
  });
});
