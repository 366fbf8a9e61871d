import { Client, type Connection } from '@temporalio/client';
import { tasksOf } from '../../db/repositories/approvals.ts';
import { readCase, type CaseWithProgress } from '../../db/repositories/cases.ts';
import { sqlOne } from '../../db/client.ts';
import { dataConverter } from '../../temporal-config/converter.ts';
import type { House } from '../../test/support/house.ts';
import { payments } from '../../test/support/payments.ts';
import { people } from '../../test/support/people.ts';
import type { Entered } from './arena.ts';

const patienceMs = 600_000;
const bankDaysUntilBooked = 6;

/** Pays everything that is posted in one run: proposed, approved, released, sent, booked by the bank. Answers the workflow id of the run. */
export async function payAll(entered: Entered, connection: Connection): Promise<string> {
  const { settings, db } = entered;
  const client = new Client({ connection, namespace: settings.namespace, dataConverter: dataConverter(settings, { workflowService: connection.workflowService, refused() {} }) });
  const post = async (path: string, body: unknown) => {
    const response = await fetch(settings.sandboxUrl + path, { method: 'POST', body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`the sandbox answered ${response.status}: ${await response.text()}`);
  };
  const caseWhen = (id: string, fits: (found: CaseWithProgress) => boolean) => until(async () => {
    const found = await readCase(db, id);
    return found && fits(found) ? found : undefined;
  });
  const house = { db, client, settings, caseWhen, sandbox: { post } } as unknown as House;
  const they = people(house);
  const pay = payments(house, they);
  const runId = await pay.open();
  /** Above the limit of the policy a second person releases, too (P6). */
  const releaseAgain = async () => {
    const [task] = await tasksOf(db, runId, 'open');
    if (task?.kind === 'release-payment-run') await they.decide(runId, 'sami.rahal', 'approve', { update: 'release', task });
  };
  await caseWhen(runId, ({ case: { stage } }) => stage === 'approval');
  await pay.release(runId);
  await releaseAgain();
  await pay.untilSent(runId);
  await pay.bankDays(bankDaysUntilBooked);
  await until(async () => {
    await client.schedule.getHandle('sched/bank-messages/DE01').trigger();
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    const { open } = await sqlOne<{ open: number }>(db, `select count(*)::int as open from cases where stage = 'posted' and state = 'running'`);
    const run = await readCase(db, runId);
    return open === 0 && run?.case.closedAt !== undefined ? true : undefined;
  });
  return (await caseWhen(runId, () => true)).case.workflowId;
}

async function until<Found>(look: () => Promise<Found | undefined>): Promise<Found> {
  for (const deadline = Date.now() + patienceMs; ; ) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error('the payment run did not come to its end');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
