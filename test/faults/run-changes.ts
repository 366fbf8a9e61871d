import { sql } from '../../db/client.ts';
import { readRun } from '../../db/repositories/payment-runs.ts';
import { instructionsOf } from '../../db/repositories/payments.ts';
import type { House } from '../support/house.ts';
import { people } from '../support/people.ts';
import type { RunChange } from './payment-schedule.ts';
import { patiently } from './workday.ts';

/** An editor takes a payment out of the oldest run that is open, or cancels it. Whether that still counts is the process's to say (P6). */
export async function changeRun(house: House, { change }: RunChange): Promise<void> {
  const [open] = await patiently(() => sql<{ id: string }>(house.db, `select id from cases where process = 'ap-payment-run' and closed_at is null order by created_at limit 1`));
  if (!open) return;
  const { propose } = people(house, { relayAfterMs: 0 });
  const editor = { person: 'anna.berg' };
  if (change.kind === 'cancel') return void (await patiently(() => propose(open.id, { update: 'cancel', decision: 'cancel', ...editor, payload: { reason: 'Opened by mistake' } })));
  const run = await patiently(() => readRun(house.db, open.id));
  const payments = (await patiently(() => instructionsOf(house.db, open.id))).filter(({ state }) => state !== 'removed');
  const endToEndIds = payments.slice(change.payment % Math.max(1, payments.length)).slice(0, 1).map(({ endToEndId }) => endToEndId);
  await patiently(() => propose(open.id, { update: 'removeItem', decision: 'removeItem', ...editor, decisionHash: run?.contentHash ?? '', payload: { endToEndIds, reason: 'The supplier asked to wait' } }));
}
