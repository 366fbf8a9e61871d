import { afterAll, beforeAll, expect, it } from 'vitest';
import { tellOfFullCredit } from '../../activities/accounts-payable/full-credit.ts';
import { inTransaction, sql } from '../../db/client.ts';
import { latestAssessment } from '../../db/repositories/assessments.ts';
import { readCase } from '../../db/repositories/cases.ts';
import { fullCreditEventId, settlingCredit } from '../../db/repositories/full-credits.ts';
import { readInbound } from '../../db/repositories/inbound.ts';
import { openPayables } from '../../db/repositories/payables.ts';
import { paymentEventSource } from '../../db/repositories/payment-events.ts';
import { billed, submit } from '../support/invoices.ts';
import { outcomeOf } from '../support/people.ts';
import { describeWithServices } from '../support/services.ts';
import { workingHouse, type WorkingHouse } from '../support/working-house.ts';

/** C4: between the assessment of a full credit and its posting much may happen to the invoice, and to the credit. */
describeWithServices('full credits, when they take effect', () => {
  let house: WorkingHouse['house'];
  let they: WorkingHouse['they'];
  let pay: WorkingHouse['pay'];
  let dispose: WorkingHouse['dispose'];

  beforeAll(async () => {
    ({ house, they, pay, dispose } = await workingHouse());
  });
  afterAll(() => dispose());

  const payable = async (caseId: string) => (await openPayables(house.db, 'DE01', [caseId])).length === 1;
  const toldBy = (credit: string) => readInbound(house.db, paymentEventSource, fullCreditEventId(credit));
  /** A credit of the whole invoice, which would close both as it is assessed, and waits for its approval. */
  const creditOf = async (invoice: string, quantity: string) => {
    const { documentNumber } = (await readCase(house.db, invoice))!.case;
    const { caseId } = await submit(house.db, billed({ class: 'credit-note', preceding: [documentNumber!], lines: [{ orderNumber: '4500000116', orderLine: '10', quantity, price: '36.00' }] }));
    await house.stage(caseId, 'exception');
    await they.correct(caseId, 'lars.thoma', { creditKind: 'goodwill' });
    await house.stage(caseId, 'approval');
    expect((await latestAssessment(house.db, caseId))!.result.credit).toEqual({ kind: 'goodwill', against: invoice, settlement: 'closes-both' });
    return caseId;
  };
  const say = async (caseId: string, decision: 'approve' | 'reject') => {
    const task = await they.openTask(caseId);
    return they.decide(caseId, task.candidatePersons[0] ?? 'oskar.lind', decision, { task });
  };

  it('a full credit of an invoice whose payment the bank has is not used up by it: the supplier owes it, whatever becomes of the payment', async () => {
    const invoice = await pay.posted('5');
    const credit = await creditOf(invoice, '5');
    const { runId, payment } = await pay.sent();
    expect((await say(credit, 'approve')).effect).toBe('complete');
    await house.ended(credit, 'credited');
    expect(await toldBy(credit)).toBeUndefined();
    expect(await payable(credit)).toBe(true);

    await pay.bankDays(6);
    await house.ended(invoice, 'paid');
    await house.ended(runId, 'confirmed');
    expect(await payable(credit)).toBe(true);

    await house.sandbox.post('/_sandbox/bank/returns', { endToEndId: payment.endToEndId, reason: 'AC04' });
    await pay.bankDays(2);
    await house.stage(invoice, 'payment-returned');
    expect([await payable(invoice), await payable(credit)], 'both are open, for a run to set off').toEqual([true, true]);
  });

  it('a credit that somebody refused just before its posting closes nothing; one whose posting was reversed settles nothing', async () => {
    const invoice = await pay.posted('3');
    const refused = await creditOf(invoice, '3');
    const effect = (await latestAssessment(house.db, refused))!.result.credit;
    await say(refused, 'reject');
    const { case: { documentNumber } } = await house.ended(refused, 'rejected');
    await inTransaction(house.db, async (trx) => tellOfFullCredit(trx, (await readCase(trx, refused))!, effect, documentNumber!));
    expect(await toldBy(refused)).toBeUndefined();
    expect(await payable(invoice)).toBe(true);

    const credit = await creditOf(invoice, '3');
    await say(credit, 'approve');
    await house.ended(credit, 'credited');
    const { progress } = await house.ended(invoice, 'credited');
    expect(await settlingCredit(house.db, invoice)).toBe((await readCase(house.db, credit))!.progress.postings[0]!.reference);
    expect([await payable(invoice), await payable(credit)]).toEqual([false, false]);
    expect(progress.postings.map(({ status }) => status)).toEqual(['posted']);
    await sql(house.db, `update postings set status = 'reversed' where case_id = :credit`, { credit });
    expect(await settlingCredit(house.db, invoice)).toBeUndefined();
    await sql(house.db, `update cases set closed_at = null, outcome = null where id = :invoice`, { invoice });
    expect(await payable(invoice)).toBe(true);
    await sql(house.db, `update postings set status = 'posted' where case_id = :credit`, { credit });
    expect([await payable(invoice), await outcomeOf(they.withdraw(credit, 'anna.berg'))]).toEqual([false, 'already-decided']);
  });
});
