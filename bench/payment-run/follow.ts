import { performance } from 'node:perf_hooks';
import type { Client } from '@temporalio/client';
import { inTransaction, sql, type Db } from '../../db/client.ts';
import { enqueueAll } from '../../db/repositories/outbox.ts';
import type { Progress } from '../../domain/model/progress.ts';
import { queues } from '../../temporal-config/queues.ts';
import { invoiceToPayWorkflow } from '../../workflows/contracts/invoice-to-pay.ts';

export interface Following {
  db: Db;
  client: Client;
  sandboxUrl: string;
  runId: string;
  until(holds: () => Promise<boolean>, what: string, patience?: { minutes: number; everyMs: number }): Promise<void>;
}

const page = 1_000;
/** Counting thousands of rows ten times a second would be a good part of what the database is seen to do. */
const seldom = { minutes: 30, everyMs: 1_000 };

/** The bank's days pass: it books everything and tells of it; payments are confirmed, the ERP books them, the documents end as paid. How long each took. */
export async function followToPaid({ db, client, sandboxUrl, runId, until }: Following): Promise<{ what: string; ms: number }[]> {
  const count = async (where: string): Promise<number> => (await sql<{ count: number }>(db, `select count(*)::int as count from payment_instructions where run_id = :runId and state <> 'removed' and ${where}`, { runId }))[0]!.count;
  const transfers = await count('true');
  const times: { what: string; ms: number }[] = [];
  const timed = async (what: string, work: () => Promise<void>) => {
    const began = performance.now();
    await work();
    times.push({ what, ms: performance.now() - began });
  };
  await timed('bank books and tells', async () => {
    const answer = await fetch(`${sandboxUrl}/_sandbox/bank/advance`, { method: 'POST', body: JSON.stringify({ days: 5 }) });
    if (!answer.ok) throw new Error(`the bank does not move on: ${await answer.text()}`);
  });
  await timed('messages taken, all payments confirmed', async () => {
    await client.schedule.getHandle('sched/bank-messages/DE01').trigger();
    await until(async () => (await count(`state = 'confirmed'`)) === transfers, 'every payment is confirmed');
  });
  await timed('then until the ERP has booked all', () => until(async () => (await count('booked_as is not null')) === transfers, 'the ERP has booked every payment', seldom));
  await timed('documents ended as paid', async () => {
    await tellDocuments(db, runId);
    await until(async () => (await sql<{ count: number }>(db, `select count(*)::int as count from cases c join payment_items i on i.case_id = c.id where i.run_id = :runId and i.state <> 'removed' and c.outcome is distinct from 'paid'`, { runId }))[0]!.count === 0, 'every document is paid', seldom);
  });
  return times;
}

/** Starts the process of each copied document with the news of its payment, as that of a document is that is opened again. */
async function tellDocuments(db: Db, runId: string): Promise<void> {
  const waiting = await sql<{ caseId: string; entity: string; workflowId: string; correlationId: string; receivedAt: string; progress: Progress; endToEndId: string }>(
    db,
    `select c.id as "caseId", c.entity, c.workflow_id as "workflowId", c.correlation_id as "correlationId", c.created_at as "receivedAt", c.progress, i.end_to_end_id as "endToEndId"
       from cases c join payment_items i on i.case_id = c.id where i.run_id = :runId and i.state <> 'removed' and c.closed_at is null and starts_with(c.workflow_id, 'ap-invoice/bench/')`,
    { runId },
  );
  for (let start = 0; start < waiting.length; start += page)
    await inTransaction(db, (trx) => enqueueAll(trx, waiting.slice(start, start + page).map(({ caseId, entity, workflowId, correlationId, receivedAt, progress, endToEndId }) => ({
      entity, caseId, kind: 'start-workflow' as const, key: `${caseId}/paid`, workflowId, correlationId,
      payload: { workflow: invoiceToPayWorkflow, queue: queues.workflows, searchAttributes: { FinEntity: entity, FinCorrelationId: correlationId }, input: { entity, caseId, correlationId, receivedAt, version: progress.workflowVersion, reopenedBy: `${endToEndId}/${caseId}/confirmed`, shown: progress } },
    }))));
}
