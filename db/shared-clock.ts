import { setTimeout as sleep } from 'node:timers/promises';
import { sqlOne, type Db } from './client.ts';

/** The time that all processes of an installation share: the database's. */
export interface SharedClock {
  now(): Date;
  stop(): void;
}

const lookEveryMs = 30_000;
/** Nobody waits longer for a database that does not answer; what it says later counts from then on. */
const firstWithinMs = 5_000;
/** Machines that are kept in time differ by less, and keep their own. */
const toleranceMs = 500;

/**
 * Deadlines, cut-offs and log-ins are judged by the clock of the database: that of a machine beside it may be wrong, and then two processes would differ
 * about one moment. It is looked at now and then, so that to ask for the time costs nothing; while the database is away, what was found last holds.
 */
export async function sharedClock(db: Db): Promise<SharedClock> {
  const following = new AbortController();
  const { signal } = following;
  // Between two looks the time goes on by a clock that nobody sets.
  let [base, since] = [Date.now(), performance.now()];
  const look = async () => {
    const behindMs = await difference(db).catch(() => undefined);
    if (behindMs !== undefined) [base, since] = [Date.now() + behindMs, performance.now()];
  };
  const follow = async () => {
    while (await sleep(lookEveryMs, true, { signal, ref: false }).catch(() => false)) await look();
  };
  const first = look();
  void first.then(follow);
  await Promise.race([first, sleep(firstWithinMs, undefined, { ref: false })]);
  return { now: () => new Date(base + performance.now() - since), stop: () => following.abort() };
}

/** How far this machine is behind the database; 0 where that is not certain. Of some answers the quickest can be wrong by least. */
async function difference(db: Db): Promise<number> {
  const answers = [await compare(db), await compare(db), await compare(db)];
  const { behindMs, tookMs } = answers.reduce((best, other) => (other.tookMs < best.tookMs ? other : best));
  return Math.abs(behindMs) > toleranceMs + tookMs / 2 ? behindMs : 0;
}

async function compare(db: Db): Promise<{ behindMs: number; tookMs: number }> {
  const began = performance.now();
  const { now } = await sqlOne<{ now: string }>(db, `select clock_timestamp() as now`);
  const tookMs = performance.now() - began;
  return { behindMs: Date.parse(now) + tookMs / 2 - Date.now(), tookMs };
}
