import { sqlOne } from '../../db/client.ts';
import type { House } from '../../test/support/house.ts';
import { pause, workUntilPaid } from '../../test/faults/workday.ts';
import type { Desk } from './desk.ts';

const trial = 600;
const callers = 20;
/** Documents of the trial and of the steady time never share a number. */
const steadyFrom = 10_000;

/**
 * Documents settled a second when 20 senders send as fast as they are answered and everything else that belongs to a day goes on as well: people
 * decide, and what is posted is paid. The first and the last tenth are left out: runs begin with some documents, and end with few.
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
            extract(epoch from percentile_disc(0.9) within group (order by closed_at) - percentile_disc(0.1) within group (order by closed_at))::float as seconds
       from cases where process = 'ap-invoice'`,
  );
  if (settled !== trial) throw new Error(`${trial - settled} documents of the trial were not settled`);
  await desk.forgetEnded();
  return (0.8 * trial) / seconds;
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
