import { afterAll, beforeAll, expect, it } from 'vitest';
import { activePolicy } from '../../db/repositories/policies.ts';
import { openRun, readRun } from '../../db/repositories/payment-runs.ts';
import { instructionsOf } from '../../db/repositories/payments.ts';
import { queues } from '../../temporal-config/queues.ts';
import { paymentRunProcess, paymentRunVersion, paymentRunWorkflow } from '../../workflows/contracts/payment-run.ts';
import { auditOf } from '../support/evidence.ts';
import { openHouse, type House } from '../support/house.ts';
import { billed, submit } from '../support/invoices.ts';
import { outcomeOf, people } from '../support/people.ts';
import { describeWithServices } from '../support/services.ts';

/** Goods of an order that are in: nobody has to approve the document. */
const pipes = (quantity: string) => billed({ lines: [{ orderNumber: '4500000116', orderLine: '10', quantity, price: '36.00' }] });

describeWithServices('payment run, on the real server, database, ERP and bank', () => {
  let house: House;
  let they: ReturnType<typeof people>;

  beforeAll(async () => {
    house = await openHouse();
    they = people(house);
    await house.startWorker();
    await house.firstPoll('DE01');
  });
  afterAll(() => house.dispose());

  it('pays what is due once, and an invoice is paid only when the bank has booked it', async () => {
    const { caseId } = await submit(house.db, pipes('4'));
    await house.caseWhen(caseId, ({ case: { stage } }) => stage === 'posted');
    expect(await activePolicy(house.db, 'payments', 'standard-eur', '2026-11-21')).toBeDefined();
    const today = new Date().toISOString().slice(0, 10);
    const run = await openRun(house.db, {
      entity: 'DE01', runDate: today, nextRunDate: '2027-03-01', slot: 'test', payerAccount: 'main', dryRun: false, proposer: 'anna.berg', actor: 'person:anna.berg', correlationId: 'test-run',
      start: { workflow: paymentRunWorkflow, queue: queues.workflows, process: paymentRunProcess, workflowVersion: paymentRunVersion, searchAttributes: {} },
    });
    const proposed = await house.caseWhen(run.runId, ({ case: { stage } }) => stage === 'approval');
    expect(proposed.progress.awaiting).toMatchObject([{ role: 'finance-manager' }]);
    const [payment] = await instructionsOf(house.db, run.runId);
    expect(payment).toMatchObject({ state: 'proposed', amount: { currency: 'EUR', minor: '17136' } });

    expect(await outcomeOf(they.decide(run.runId, 'clara.winter', 'approve'))).toBe('accepted');
    await house.caseWhen(run.runId, ({ case: { stage } }) => stage === 'release');
    expect(await outcomeOf(they.decide(run.runId, 'vera.noll', 'approve', { update: 'release' }))).toBe('accepted');
    await house.caseWhen(run.runId, ({ case: { stage } }) => stage === 'awaiting-bank');
    expect(await readRun(house.db, run.runId)).toMatchObject({ sendState: 'sent', approver: 'clara.winter', releasers: ['vera.noll'] });

    await house.sandbox.post("/_sandbox/bank/advance", { days: 6 });
    const paid = await house.caseWhen(caseId, ({ case: { state } }) => state === 'paid');
    expect(paid.case.outcome).toBe('paid');
    await house.caseWhen(run.runId, ({ case: { state } }) => state === 'confirmed');
    expect(await auditOf(house.db, run.runId)).toContain('payment-run.proposed');
  });
});
