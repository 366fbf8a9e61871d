import { afterEach, expect, it, vi } from 'vitest';
import { openDatabase, type Db } from '../../db/client.ts';
import { sharedClock } from '../../db/shared-clock.ts';
import { describeWithDatabase } from '../support/services.ts';
import { useDatabase } from './fixtures.ts';

const minuteMs = 60_000;

describeWithDatabase('F19: the time that processes share', () => {
  const own = useDatabase();
  afterEach(() => void vi.restoreAllMocks());

  /** What the clock says, less the right time, on a machine whose own is wrong by so much. */
  async function wrongBy(aheadMs: number, db: Db = own.db): Promise<number> {
    const right = Date.now.bind(Date);
    const machine = vi.spyOn(Date, 'now').mockImplementation(() => right() + aheadMs);
    const clock = await sharedClock(db);
    const wrong = clock.now().getTime() - right();
    clock.stop();
    machine.mockRestore();
    return wrong;
  }

  it.each([10, -10, 24 * 60, -24 * 60])('a machine that is wrong by %i minutes has the right time', async (minutes) => {
    expect(Math.abs(await wrongBy(minutes * minuteMs))).toBeLessThan(5_000);
  });

  it('a machine that is in time keeps its own', async () => {
    expect(Math.abs(await wrongBy(0))).toBeLessThan(100);
    expect(await wrongBy(400)).toBeGreaterThan(300);
  });

  it('a machine whose clock is set back or forth meanwhile goes on by what it knew', async () => {
    const clock = await sharedClock(own.db);
    const right = Date.now.bind(Date);
    vi.spyOn(Date, 'now').mockImplementation(() => right() - 10 * minuteMs);
    expect(Math.abs(clock.now().getTime() - right())).toBeLessThan(1_000);
    clock.stop();
  });

  it('without a database it is the machine’s own, and nobody fails', async () => {
    const nowhere = openDatabase('postgres://nobody@127.0.0.1:9/none');
    expect(Math.abs((await wrongBy(10 * minuteMs, nowhere)) - 10 * minuteMs)).toBeLessThan(5_000);
    await nowhere.destroy();
  });
});
