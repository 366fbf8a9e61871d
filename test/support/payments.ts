import { randomUUID } from 'node:crypto';
import { openRun } from '../../db/repositories/payment-runs.ts';
import { instructionsOf, type StoredInstruction } from '../../db/repositories/payments.ts';
import type { Invoice } from '../../domain/model/invoice.ts';
import type { Progress } from '../../domain/model/progress.ts';
import { queues } from '../../temporal-config/queues.ts';
import { paymentRunProcess, paymentRunVersion, paymentRunWorkflow, type RunPace } from '../../workflows/contracts/payment-run.ts';
import type { House } from './house.ts';
import { billed, submit } from './invoices.ts';
import type { people } from './people.ts';

const pause = () => new Promise((resolve) => setTimeout(resolve, 20));

/** Goods of an order that are in: nobody has to approve the document. */
export const pipes = (quantity: string) => billed({ lines: [{ orderNumber: '4500000116', orderLine: '10', quantity, price: '36.00' }] });

/** Payments of a test house: posted documents, runs that take them, and the people who let them go. */
export function payments(house: House, they: ReturnType<typeof people>) {
  return {
    /** A document that waits for money. */
    async posted(quantity: string, terms: Partial<Pick<Invoice, 'dueDate'> & Invoice['payment']> = {}): Promise<string> {
      const { dueDate, ...payment } = terms;
      const invoice = pipes(quantity);
      const { caseId } = await submit(house.db, { ...invoice, ...(dueDate === undefined ? {} : { dueDate }), payment: { ...invoice.payment, ...payment } });
      await house.caseWhen(caseId, ({ case: { stage } }) => stage === 'posted');
      return caseId;
    },

    async open(options: { dryRun?: boolean; proposer?: string; pace?: RunPace; entity?: string; runDate?: string } = {}): Promise<string> {
      const { proposer = 'anna.berg', dryRun = false, pace, entity = 'DE01', runDate = new Date().toISOString().slice(0, 10) } = options;
      const run = await openRun(house.db, {
        entity, runDate, nextRunDate: '2027-12-01', slot: randomUUID(), payerAccount: 'main', dryRun, proposer, actor: `person:${proposer}`, correlationId: `test-${randomUUID().slice(0, 8)}`,
        start: { workflow: paymentRunWorkflow, queue: queues.workflows, process: paymentRunProcess, workflowVersion: paymentRunVersion, searchAttributes: {}, ...(pace ? { pace } : {}) },
      });
      return run.runId;
    },

    async proposed(entity = 'DE01'): Promise<string> {
      const runId = await this.open({ entity });
      await this.asked(runId);
      return runId;
    },

    /** People are asked about the run, and its process knows that: whoever says something before is told to wait. */
    async asked(runId: string): Promise<void> {
      const { case: { workflowId } } = await house.stage(runId, 'approval');
      const handle = house.client.workflow.getHandle(workflowId);
      for (const until = Date.now() + 60_000; (await handle.query<Progress>('progress')).stage !== 'approval'; await pause()) {
        if (Date.now() > until) throw new Error(`the process of ${runId} does not know that people are asked`);
      }
    },

    async release(runId: string): Promise<void> {
      await they.decide(runId, 'clara.winter', 'approve');
      await house.caseWhen(runId, ({ case: { stage } }) => stage === 'release');
      await they.decide(runId, 'vera.noll', 'approve', { update: 'release' });
    },

    /** A run that is with the bank, and its only payment. */
    async sent(): Promise<{ runId: string; payment: StoredInstruction }> {
      const runId = await this.proposed();
      await this.release(runId);
      await this.untilSent(runId);
      const [payment] = await instructionsOf(house.db, runId);
      if (!payment) throw new Error(`run ${runId} pays nothing`);
      return { runId, payment };
    },

    /** The bank has the file; where its clock is ahead it may have booked everything by then. */
    untilSent: (runId: string) => house.caseWhen(runId, ({ case: { stage, closedAt } }) => stage === 'awaiting-bank' || closedAt !== undefined, 60_000),

    /** The bank's days pass: what it has is booked and reported. */
    bankDays: (days: number) => house.sandbox.post('/_sandbox/bank/advance', { days }),
    behave: (rule: Record<string, unknown>) => house.sandbox.post('/_sandbox/bank/behaviour', rule),
  };
}
