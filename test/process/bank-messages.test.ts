import { afterAll, beforeAll, expect, it } from 'vitest';
import { sql } from '../../db/client.ts';
import { queues } from '../../temporal-config/queues.ts';
import { reconcilePaymentLedgerWorkflow } from '../../workflows/contracts/reconcile-payment-ledger.ts';
import { openHouse, type House } from '../support/house.ts';
import { people } from '../support/people.ts';
import { payments } from '../support/payments.ts';
import { describeWithServices } from '../support/services.ts';

describeWithServices('messages of the bank, and the daily comparison, on real parts', () => {
  let house: House;
  let pay: ReturnType<typeof payments>;

  beforeAll(async () => {
    house = await openHouse();
    pay = payments(house, people(house));
    await house.startWorker();
    await house.firstPoll('DE01');
  });
  afterAll(() => house.dispose());

  const messages = () => sql<{ kind: string; state: string }>(house.db, `select kind, state from bank_messages where entity = 'DE01' order by created_at`);
  const openCases = async () => (await sql<{ code: string }>(house.db, `select code from exceptions where entity = 'DE01' and state = 'open' order by code`)).map(({ code }) => code);
  const compare = () => house.client.workflow.execute(reconcilePaymentLedgerWorkflow, { workflowId: `test-reconcile-${Date.now()}`, taskQueue: queues.workflows, args: [{ entity: 'DE01' }] });

  it('F13: messages that come several times, under the same and under new ids, count once', async () => {
    await pay.behave({ kind: 'repeat', messages: 'camt.054', copies: 4, id: 'new' });
    const caseId = await pay.posted('4');
    const { payment } = await pay.sent();
    await pay.bankDays(6);
    await house.caseWhen(caseId, ({ case: { state } }) => state === 'paid');
    await expect.poll(async () => (await messages()).filter(({ state }) => state === 'repeated').length, { timeout: 20_000 }).toBeGreaterThan(0);
    const entries = await sql<{ outcome: string }>(house.db, `select outcome from bank_entries where entity = 'DE01' and end_to_end_id = :id`, { id: payment.endToEndId });
    expect(entries.map(({ outcome }) => outcome)).toEqual(['confirms']);
    const told = await sql(house.db, `select 1 from inbound_events where source = 'payments' and id like :id`, { id: `${payment.endToEndId}/%` });
    expect(told).toHaveLength(1);
  });

  it('bank, payments and ERP agree after a payment; a difference is a case with an owner, and closes when it is gone', async () => {
    expect(await compare()).toEqual({ differences: 0 });
    const [booked] = await sql<{ identity: string; minor: string }>(house.db, `select identity, amount_minor::text as minor from bank_entries where entity = 'DE01' and outcome = 'confirms' limit 1`);
    await sql(house.db, `update bank_entries set amount_minor = amount_minor - 100 where identity = :identity`, booked);
    expect(await compare()).toMatchObject({ differences: 1 });
    expect(await openCases()).toContain('confirmation-differs');
    await sql(house.db, `update bank_entries set amount_minor = :minor::numeric where identity = :identity`, booked);
    expect(await compare()).toEqual({ differences: 0 });
    expect(await openCases()).not.toContain('confirmation-differs');
  });
});
