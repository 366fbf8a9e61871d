import { afterAll, beforeAll, expect, it } from 'vitest';
import { tasksOf } from '../../db/repositories/approvals.ts';
import { addDays } from '../../domain/calendar/plain-date.ts';
import { dateInZone } from '../../domain/calendar/zoned-time.ts';
import type { House } from '../support/house.ts';
import { pipes } from '../support/payments.ts';
import { describeWithServices } from '../support/services.ts';
import { workingHouse } from '../support/working-house.ts';
import type { ServedApi } from './house.ts';

describeWithServices('a document and its payment, through the API alone', () => {
  let house: House;
  let api: ServedApi;
  let dispose: () => Promise<void>;

  beforeAll(async () => {
    ({ house, api, dispose } = await workingHouse());
  });
  afterAll(() => dispose());

  /** Whoever is asked about the run answers; a release is decided as an approval is. */
  async function says(person: string, run: string, stage: string): Promise<void> {
    await house.stage(run, stage);
    const [task] = await tasksOf(house.db, run, 'open');
    const answer = await (await api.as(person)).post(`/v1/approvals/${task!.id}/decision`, { body: { decision: 'approve', decisionHash: task!.decisionHash } });
    expect(answer.status, answer.text).toBe(200);
  }

  it('refuses a run of a day that is over in the company, and takes one of today and later', async () => {
    const clerk = await api.as('anna.berg');
    const open = (runDate?: string) => clerk.post('/v1/payment-runs', { body: { entity: 'DE01', dryRun: true, ...(runDate === undefined ? {} : { runDate }) } });
    const today = dateInZone(Date.now(), 'Europe/Berlin');
    for (const past of ['2026-01-02', addDays(today, -1)]) {
      const refused = await open(past);
      expect([refused.status, refused.body]).toEqual([400, expect.objectContaining({ code: 'request-invalid', place: { path: '/runDate' }, detail: expect.stringContaining(dateInZone(Date.now(), 'Europe/Berlin')) })]);
    }
    for (const [runDate, expected] of [[undefined, today], [today, today], [addDays(today, 3), addDays(today, 3)]] as const) {
      const opened = await open(runDate);
      expect(opened.status, opened.text).toBe(202);
      expect((await clerk.get(`/v1/payment-runs/${(opened.body as { id: string }).id}`)).body).toMatchObject({ runDate: expected });
    }
  });

  it('shows what became of each run that took the document up', async () => {
    const clerk = await api.as('anna.berg');
    const { id } = (await clerk.post('/v1/invoices', { body: pipes('4') })).body as { id: string };
    await house.stage(id, 'posted');
    expect((await clerk.get(`/v1/invoices/${id}`)).body).toMatchObject({ payments: [] });
    const opened = await clerk.post('/v1/payment-runs', { body: { entity: 'DE01', nextRunDate: '2027-12-01' } });
    expect(opened.status, opened.text).toBe(202);
    const { id: run } = opened.body as { id: string };
    for (const path of ['', '/progress', '/document', '/evidence']) expect((await clerk.get(`/v1/invoices/${run}${path}`)).status, `a payment run is no document: ${path}`).toBe(path === '/evidence' ? 403 : 404);
    await says('clara.winter', run, 'approval');
    await says('vera.noll', run, 'release');
    await house.caseWhen(run, ({ case: { stage, closedAt } }) => stage === 'awaiting-bank' || closedAt !== undefined, 60_000);
    await house.sandbox.post('/_sandbox/bank/advance', { days: 6 });
    await house.ended(id, 'paid');
    const { payments: [paid], bookings } = await house.sandbox.bankLedger();
    const debit = bookings.find(({ kind, payments }) => kind === 'debit' && payments.includes(paid!.no));
    expect((await clerk.get(`/v1/invoices/${id}`)).body).toMatchObject({
      payments: [{ run, endToEndId: paid!.endToEndId, amount: { currency: 'EUR', minor: '17136' }, state: 'confirmed', reasonCode: null, bankReference: debit!.no, bookedOn: paid!.bookedOn }],
    });
  });
});
