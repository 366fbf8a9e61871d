import { afterAll, beforeAll, expect, it } from 'vitest';
import { sql } from '../../db/client.ts';
import { instructionsOf } from '../../db/repositories/payments.ts';
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

  it('SI-6: days of statements leave no case; one that comes late leaves one of the treasurer, which closes when it comes', async () => {
    const gaps = () => sql<{ state: string; owner: string }>(house.db, `select state, owner_role as owner from exceptions where code = 'statement-gap'`);
    const unread = async () => {
      const { messages: told, accounts } = await house.sandbox.bankLedger();
      const taken = new Set((await sql<{ id: string }>(house.db, `select id from bank_messages where entity = 'DE01'`)).map(({ id }) => id));
      return told.filter(({ id, account }) => account === accounts[0]!.number && !taken.has(id)).length;
    };
    await expect.poll(unread, { timeout: 20_000 }).toBe(0);
    const [{ statements } = { statements: 0 }] = await sql<{ statements: number }>(house.db, `select count(*)::int as statements from bank_statements where entity = 'DE01'`);
    expect(statements).toBeGreaterThan(2);
    expect(await gaps()).toEqual([]);

    const [account] = (await house.sandbox.bankLedger()).accounts;
    await pay.behave({ kind: 'late', messages: 'camt.053', debtorAccount: account!.number, minutes: 5 * 24 * 60, times: 1 });
    await pay.bankDays(3);
    await pay.bankDays(3);
    await pay.bankDays(3);
    await expect.poll(unread, { timeout: 20_000 }).toBe(0);
    await expect.poll(gaps, { timeout: 20_000 }).toEqual([{ state: 'resolved', owner: 'treasurer' }]);
  });

  it('bank, payments and ERP agree after a payment; a difference is a case with an owner, and closes when it is gone', async () => {
    await expect.poll(compare, { timeout: 20_000, message: 'until the ERP has booked it' }).toEqual({ differences: 0 });
    const [booked] = await sql<{ identity: string; minor: string }>(house.db, `select identity, amount_minor::text as minor from bank_entries where entity = 'DE01' and outcome = 'confirms' limit 1`);
    await sql(house.db, `update bank_entries set amount_minor = amount_minor - 100 where identity = :identity`, booked);
    expect(await compare()).toMatchObject({ differences: 1 });
    expect(await openCases()).toContain('confirmation-differs');
    await sql(house.db, `update bank_entries set amount_minor = :minor::numeric where identity = :identity`, booked);
    expect(await compare()).toEqual({ differences: 0 });
    expect(await openCases()).not.toContain('confirmation-differs');
  });

  it('P8: a status that finds no payment until its deadline becomes a case with an owner; it closes when the payment turns up', async () => {
    await pay.posted('3');
    const shown = await pay.open({ dryRun: true });
    await house.ended(shown, 'cancelled');
    const [seen] = await instructionsOf(house.db, shown);
    const early = (endToEndId: string, days: number) => sql(
      house.db,
      `insert into unmatched_statuses (source, message_id, end_to_end_id, entity, status, created_at) values ('bank/DE01', 'early', :endToEndId, 'DE01', :status, now() - :days * interval '1 day')`,
      { endToEndId, days, status: JSON.stringify({ endToEndId, level: 'transfer', status: 'ACSP' }) },
    );
    const stranger = async (endToEndId: string) => (await sql<{ state: string; owner: string }>(house.db, `select state, owner_role as owner from exceptions where code = 'status-unmatched' and source ->> 'endToEndId' = :endToEndId`, { endToEndId }));
    await early('NOBODYS-PAYMENT', 10);
    await early('TODAYS-PAYMENT', 0);
    await early(seen!.endToEndId, 10);
    await expect.poll(() => stranger(seen!.endToEndId), { timeout: 20_000 }).toEqual([{ state: 'open', owner: 'treasurer' }]);
    expect(await stranger('NOBODYS-PAYMENT')).toEqual([{ state: 'open', owner: 'treasurer' }]);

    await pay.sent();
    await expect.poll(() => stranger(seen!.endToEndId), { timeout: 20_000 }).toEqual([{ state: 'resolved', owner: 'treasurer' }]);
    expect(await stranger('NOBODYS-PAYMENT')).toEqual([{ state: 'open', owner: 'treasurer' }]);
    expect(await stranger('TODAYS-PAYMENT'), 'its deadline is ahead').toEqual([]);
  });
});
