import { z } from 'zod';
import type { Db } from '../db/client.ts';
import { readEntity } from '../db/repositories/directory.ts';
import { openRun, type OpenedRun } from '../db/repositories/payment-runs.ts';
import { activePolicy } from '../db/repositories/policies.ts';
import { localDate } from '../domain/calendar/business-hours.ts';
import { addDays } from '../domain/calendar/plain-date.ts';
import { KontorError } from '../domain/errors.ts';
import { plainDateSchema } from '../domain/model/dates.ts';
import type { LegalEntity } from '../domain/model/legal-entity.ts';
import { queues } from '../temporal-config/queues.ts';
import { searchAttributes as attribute } from '../temporal-config/search-attributes.ts';
import { pacePerRun, paymentRunProcess, paymentRunVersion, paymentRunWorkflow } from '../workflows/contracts/payment-run.ts';
import { requireEntity } from './access.ts';
import type { DecisionParts } from './decisions/decide-once.ts';
import type { Call } from './operation.ts';

export const openRunSchema = z
  .object({
    entity: z.string().min(1).max(20),
    /** Account of the company to pay from; its first one where absent. */
    account: z.string().min(1).max(60).optional(),
    runDate: plainDateSchema.optional().meta({ description: 'Today in the zone of the company or a later day; today where absent' }),
    /** What is due before this day belongs into the run (P3); a week later where absent. */
    nextRunDate: plainDateSchema.optional(),
    dryRun: z.boolean().default(false).meta({ description: 'Only shows what would be paid; nothing is held and nobody is asked' }),
  })
  .strict()
  .meta({ id: 'PaymentRunRequest' });

export const openedRunSchema = z.object({ id: z.string(), workflowId: z.string() }).strict().meta({ id: 'PaymentRunOpened' });

/** A run of one account, from today on; what it pays is proposed by its process. */
export async function openPaymentRun({ db }: DecisionParts, call: Call<unknown, unknown, z.infer<typeof openRunSchema>>) {
  const { entity, account, dryRun } = call.body;
  requireEntity(call.caller, 'payments:propose', entity, 'company');
  const company = await readEntity(db, entity);
  if (!company?.bank || !company.policies.payments) throw new KontorError('request-invalid', `${entity} does not pay through Kontor: its file names no bank or no policy of payments.`, { place: { path: '/entity' } });
  const payer = account === undefined ? company.bank.accounts[0] : company.bank.accounts.find(({ id }) => id === account);
  if (!payer) throw new KontorError('request-invalid', `${entity} has no account ${account ?? ''}.`, { place: { path: '/account' } });
  const today = await todayOf(db, company, call.at);
  const runDate = call.body.runDate ?? today;
  if (runDate < today) throw new KontorError('request-invalid', `A run pays from today on, and for ${entity} it is ${today}.`, { place: { path: '/runDate' } });
  const nextRunDate = call.body.nextRunDate ?? addDays(runDate, 7);
  if (nextRunDate <= runDate) throw new KontorError('request-invalid', 'The next run lies after this one.', { place: { path: '/nextRunDate' } });
  if (!call.claim) throw new RangeError('opening a run needs an Idempotency-Key');
  const answerOf = ({ runId, workflowId }: OpenedRun) => ({ status: 202, headers: { Location: `/v1/payment-runs/${runId}` }, body: { id: runId, workflowId } });
  const opened = await openRun(
    db,
    {
      entity, runDate, nextRunDate, dryRun, payerAccount: payer.id, slot: `api/${call.caller.personId}/${call.claim.key}`, proposer: call.caller.personId, actor: `person:${call.caller.personId}`, correlationId: call.correlationId,
      start: {
        workflow: paymentRunWorkflow, queue: queues.workflows, process: paymentRunProcess, workflowVersion: paymentRunVersion, pace: pacePerRun,
        searchAttributes: { [attribute.process.name]: paymentRunWorkflow, [attribute.entity.name]: entity, [attribute.stage.name]: 'received', [attribute.currency.name]: payer.currency, [attribute.correlationId.name]: call.correlationId },
      },
    },
    { handle: call.claim, outcome: answerOf },
  );
  return answerOf(opened);
}

/** The date in the company's zone: nobody pays on a day that is over there. */
async function todayOf(db: Db, company: LegalEntity, at: Date): Promise<string> {
  const now = at.toISOString();
  return localDate((await activePolicy(db, 'calendar', company.calendar, now.slice(0, 10))).content, now);
}
