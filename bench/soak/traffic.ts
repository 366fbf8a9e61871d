import { sqlOne } from '../../db/client.ts';
import type { House } from '../../test/support/house.ts';
import { pause, workUntilPaid } from '../../test/faults/workday.ts';
import type { Desk } from './desk.ts';

const trial = 900;
const callers = 20;
/** Documents of the trial and of the steady time never share a number. */
const steadyFrom = 10_000;

/**
 * Documents settled a second when 20 senders send as fast as they are answered and everything else that belongs to a day goes on as well: people
 * decide, and what is posted is paid. From the first that was sent to the last that was paid: runs settle hundreds within seconds, so that any
 * part of that time says little.
 */
export async function measureCapacity(house: House, desk: Desk): Promise<number> {
  let next = 0;
  const sending = Promise.all(Array.from({ length: callers }, async () => {
    for (let index = next++; index < trial; index = next++) await desk.send(index, needsPerson(index));
  }));
  await workUntilPaid(house, desk.open, () => next < trial + callers);
  await sending;
  const { settled, seconds } = await sqlOne<{ settled: number; seconds: number }>(
    house.db,
    `select count(closed_at)::int as settled,
            extract(epoch from max(closed_at) - min(created_at))::float as seconds
       from cases where process = 'ap-invoice'`,
  );
  if (settled !== trial) throw new Error(`${trial - settled} documents of the trial were not settled`);
  await desk.forgetEnded();
  return trial / seconds;
}

/** Documents at a steady rate, whatever becomes of them: a sender does not slow down because the one before it waits. */
export async function sendSteadily(desk: Desk, { perSecond, underWay }: { perSecond: number; underWay: () => boolean }): Promise<void> {
  const sending: Promise<void>[] = [];
  const began = Date.now();
  for (let index = 0; underWay(); index += 1) {
    await pause(Math.max(0, began + (index * 1_000) / perSecond - Date.now()));
    sending.push(desk.send(steadyFrom + index, needsPerson(index)));
    if (index % 50 === 0) await desk.forgetEnded().catch(() => undefined); // the database may be down just now
  }
  await Promise.all(sending);
}

/** A fifth of the documents needs somebody's approval. */
function needsPerson(index: number): boolean {
  return index % 5 === 0;
}
