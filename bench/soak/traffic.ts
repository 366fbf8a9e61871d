import { sqlOne } from '../../db/client.ts';
import type { House } from '../../test/support/house.ts';
import { pause } from '../../test/faults/workday.ts';
import type { Desk } from './desk.ts';

const trial = 300;
const callers = 20;
/** Documents of the trial and of the steady time never share a number. */
const steadyFrom = 10_000;

/** Documents posted a second when 20 senders send as fast as they are answered; nobody has to approve these. */
export async function measureCapacity(house: House, desk: Desk): Promise<number> {
  let next = 0;
  await Promise.all(Array.from({ length: callers }, async () => {
    while (next < trial) await desk.send(next++, false);
  }));
  for (let tries = 0; tries < 1_200; tries += 1, await pause(250)) {
    const { posted, seconds } = await sqlOne<{ posted: number; seconds: number }>(house.db, `select count(posted_at)::int as posted, extract(epoch from max(posted_at) - min(created_at))::float as seconds from cases where process = 'ap-invoice'`);
    if (posted === trial) return trial / seconds;
  }
  throw new Error('the documents of the trial were not all posted');
}

/** Documents at a steady rate, whatever becomes of them: a sender does not slow down because the one before it waits. */
export async function sendSteadily(desk: Desk, { perSecond, underWay }: { perSecond: number; underWay: () => boolean }): Promise<void> {
  const sending: Promise<void>[] = [];
  const began = Date.now();
  for (let index = 0; underWay(); index += 1) {
    await pause(Math.max(0, began + (index * 1_000) / perSecond - Date.now()));
    sending.push(desk.send(steadyFrom + index, index % 5 === 0));
    if (index % 50 === 0) await desk.forgetEnded().catch(() => undefined); // the database may be down just now
  }
  await Promise.all(sending);
}
