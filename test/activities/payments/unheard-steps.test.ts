import { MockActivityEnvironment } from '@temporalio/testing';
import { beforeAll, expect, it } from 'vitest';
import { createPaymentRecordActivities } from '../../../activities/payments/index.ts';
import type { Recorded } from '../../../activities/accounts-payable/commands.ts';
import type { RunProgressAnswer } from '../../../activities/payments/commands.ts';
import type { PaymentParts } from '../../../activities/payments/parts.ts';
import { readSandboxSet } from '../../../bin/services/sandbox-set.ts';
import { inTransaction } from '../../../db/client.ts';
import { readCase } from '../../../db/repositories/cases.ts';
import { changeInstructions } from '../../../db/repositories/payments.ts';
import { seedSandbox } from '../../../db/seed.ts';
import { readSettings } from '../../../temporal-config/settings.ts';
import { useDatabase } from '../../db/fixtures.ts';
import { aPayment } from '../../db/payment-fixtures.ts';
import { describeWithDatabase } from '../../support/services.ts';

/** The engine loses the task in which a step was recorded; the process takes in news first, and then the step is carried out again. */
describeWithDatabase('a step of a payment run that its process did not hear of', () => {
  const own = useDatabase();
  let names = 0;
  beforeAll(() => seedSandbox(own.db, readSandboxSet(readSettings().home)));

  async function sentRun() {
    const payment = await aPayment(own.db, `unheard-${(names += 1)}`, { executionDate: '2099-11-20' });
    const run = { entity: 'DE01', caseId: payment.runId, correlationId: 'c' };
    const records = createPaymentRecordActivities({ db: own.db, now: () => new Date() } as unknown as PaymentParts);
    const under = (activityId: string, activityType: string) => new MockActivityEnvironment({ activityId, activityType });
    return {
      moved: (state: string) => inTransaction(own.db, (trx) => changeInstructions(trx, payment.runId, [{ endToEndId: payment.endToEndId, state }])),
      looks: (activityId: string, shown = 'awaiting-bank') => under(activityId, 'recordRunProgress').run(records.recordRunProgress, { ...run, shown }) as Promise<RunProgressAnswer>,
      ends: (activityId: string) => under(activityId, 'recordRunEnd').run(records.recordRunEnd, { ...run, state: 'confirmed' }) as Promise<Recorded>,
      shown: async () => (await readCase(own.db, payment.runId))!.progress,
    };
  }

  it('the last word of the bank came between: the run ends, and does not wait for a word that does not come again', async () => {
    const run = await sentRun();
    const first = await run.looks('5');
    expect(first).toMatchObject({ transitions: [{ kind: 'awaiting' }], nextDeadline: expect.any(String) });
    expect(first).not.toHaveProperty('ending');
    await run.moved('confirmed');
    expect(await run.looks('5')).toEqual({ ...first, ending: 'confirmed' });
  });

  it('nothing came between: it hears what was recorded, and the bank is awaited', async () => {
    const run = await sentRun();
    const first = await run.looks('5');
    expect(await run.looks('5')).toEqual(first);
    const [awaiting] = first.transitions;
    expect((await run.looks('6', 'filed')).transitions, 'as another step, for a process that shows something else').toEqual([awaiting]);
    expect((await run.looks('7')).transitions).toEqual([]);
  });

  it('carried out again as another step the end is heard all the same', async () => {
    const run = await sentRun();
    await run.looks('5');
    await run.moved('confirmed');
    const first = await run.ends('6');
    expect(first.transitions.at(-1)).toMatchObject({ kind: 'ended', state: 'confirmed' });
    expect((await run.ends('8')).transitions).toEqual([{ kind: 'ended', at: expect.any(String), state: 'confirmed' }]);
    expect(await run.shown()).toMatchObject({ state: 'confirmed', stage: 'ended' });
  });
});
