import { beforeAll, describe, expect, it } from 'vitest';
import { nextRunDate, openScheduledRun } from '../../../activities/payments/open-scheduled-run.ts';
import type { PaymentParts } from '../../../activities/payments/parts.ts';
import { readSandboxSet } from '../../../bin/services/sandbox-set.ts';
import { listRuns } from '../../../db/repositories/payment-runs.ts';
import { seedSandbox, type SandboxSet } from '../../../db/seed.ts';
import type { PayerAccount } from '../../../domain/model/payment.ts';
import { readSettings } from '../../../temporal-config/settings.ts';
import { describeWithDatabase } from '../../support/services.ts';
import { useDatabase } from '../../db/fixtures.ts';

const dollars: PayerAccount = { id: 'dollars', holder: 'Muster Maschinenbau GmbH', currency: 'USD', account: '123456789', calendar: 'fed' };

/** DE01 pays euros through T2, dollars from an account at a bank that the Fed settles for. */
function withDollars(shipped: SandboxSet): SandboxSet {
  return { ...shipped, entities: shipped.entities.map((entity) => (entity.id === 'DE01' && entity.bank ? { ...entity, bank: { ...entity.bank, accounts: [...entity.bank.accounts, dollars] } } : entity)) };
}

describeWithDatabase('a moment of the schedule of payment runs', () => {
  const own = useDatabase();
  beforeAll(async () => {
    await seedSandbox(own.db, withDollars(readSandboxSet(readSettings().home)));
  });

  const open = async (now: string, slot: string) => {
    const start = { workflow: 'paymentRun', queue: 'fin-workflows', process: 'ap-payment-run', workflowVersion: 'payment-run/1' };
    return (await openScheduledRun({ db: own.db, now: () => new Date(now), paymentRun: start } as PaymentParts, { entity: 'DE01', slot })).opened;
  };
  const runs = async () => (await listRuns(own.db, {}, { limit: 100 })).items.map(({ runId, runDate, nextRunDate: next, payerAccount, proposer }) => ({ runId, runDate, next, payerAccount, proposer }));

  it('opens a run of each account, in nobody’s name', async () => {
    // Tuesday 24 November 2026; the schedule is of Tuesdays and Thursdays, and the Fed keeps Thanksgiving on that Thursday.
    const opened = await open('2026-11-24T09:00:00.000Z', 'tuesday');
    expect(opened).toHaveLength(2);
    expect((await runs()).sort((a, b) => (a.payerAccount < b.payerAccount ? -1 : 1))).toEqual([
      { runId: opened[1], runDate: '2026-11-24', next: '2026-12-01', payerAccount: 'dollars', proposer: null },
      { runId: opened[0], runDate: '2026-11-24', next: '2026-11-26', payerAccount: 'main', proposer: null },
    ]);
  });

  it('the same moment again opens nothing, also when it is caught up with an hour later; another moment does', async () => {
    const before = await runs();
    expect(await open('2026-11-24T09:00:00.000Z', 'tuesday')).toEqual([]);
    expect(await open('2026-11-24T10:00:00.000Z', 'tuesday')).toEqual([]);
    expect(await runs()).toEqual(before);
    expect(await open('2026-11-24T10:00:00.000Z', 'tuesday again')).toHaveLength(2);
  });

  it('a moment that is caught up with is of the day on which that happens', async () => {
    const [runId] = await open('2026-12-01T09:59:00.000Z', 'late');
    expect((await runs()).find((run) => run.runId === runId)).toMatchObject({ runDate: '2026-12-01' });
  });

  it.each([
    ['Good Friday, which T2 keeps and the Fed does not', '2026-04-03T08:00:00.000Z', ['dollars']],
    ['Thanksgiving, which the Fed keeps and T2 does not', '2026-11-26T09:00:00.000Z', ['main']],
    ['Christmas, which both keep', '2026-12-25T09:00:00.000Z', []],
    ['a Sunday', '2026-11-22T09:00:00.000Z', []],
  ])('on %s, accounts of banks that do not settle have no run', async (_, now, accounts) => {
    const opened = await open(now, now);
    expect((await runs()).flatMap(({ runId, payerAccount }) => (opened.includes(runId) ? [payerAccount] : []))).toEqual(accounts);
  });
});

describe('P3: the next day of the schedule on which the bank settles', () => {
  const tuesdayAndThursday = { schedule: { weekdays: [2, 4] as (2 | 4)[], at: '10:00' } };

  it.each([
    ['t2', '2026-11-24', '2026-11-26'],
    ['t2', '2026-11-26', '2026-12-01'],
    ['fed', '2026-11-24', '2026-12-01'],
    ['t2', '2026-03-31', '2026-04-02'],
    ['t2', '2026-12-24', '2026-12-29'],
  ] as const)('%s, after %s: %s', (calendar, runDate, next) => expect(nextRunDate(tuesdayAndThursday, { calendar }, runDate)).toBe(next));

  it('a schedule of closing days alone comes back after a week', () => {
    expect(nextRunDate({ schedule: { weekdays: [7], at: '10:00' } }, { calendar: 't2' }, '2026-11-24')).toBe('2026-12-01');
  });
});
