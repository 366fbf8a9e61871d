import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { inTransaction, sql } from '../../db/client.ts';
import { holdsOf, liftHold, listHolds } from '../../db/repositories/payables.ts';
import { bookingKey, instructionsOf, toBook } from '../../db/repositories/payments.ts';
import { describeWithServices } from '../support/services.ts';
import { workingHouse, type WorkingHouse } from '../support/working-house.ts';

/**
 * P7, P8: the ERP books a payment and nobody hears of it; before anybody can ask, the money comes back. The looks at the bank go on meanwhile.
 * What was begun is asked for, and then taken back: the ERP never keeps a payment that the bank has returned.
 */
describeWithServices('money that comes back before the ERP has told of its booking', () => {
  let house: WorkingHouse['house'];
  let pay: WorkingHouse['pay'];
  let dispose: WorkingHouse['dispose'];

  beforeAll(async () => {
    ({ house, pay, dispose } = await workingHouse());
  });
  afterEach(async () => {
    for (const { id } of await listHolds(house.db, { entities: null, open: true })) await inTransaction(house.db, (trx) => liftHold(trx, id, { person: 'lars.thoma', reason: 'Agreed with the supplier by phone' }));
  });
  afterAll(() => dispose());

  const inErp = async (endToEndId: string) => (await house.sandbox.ledger({ externalReference: bookingKey({ entity: 'DE01', endToEndId }) })).documents.map(({ docType, status }) => [docType, status]);
  const until = (of: () => Promise<unknown>, is: unknown) => expect.poll(of, { timeout: 60_000, interval: 200 }).toEqual(is);

  it('finds the booking by enquiry and takes it back', async () => {
    const caseId = await pay.posted('4');
    const { runId, payment } = await pay.sent();
    const key = bookingKey(payment);
    await house.sandbox.post('/_sandbox/faults', { kind: 'drop-response', route: 'erp.payments.post', times: 1 });
    await house.sandbox.post('/_sandbox/faults', { kind: 'fail-before-commit', route: 'erp.invoices.find', times: 10_000 });
    await pay.bankDays(6);
    await until(() => inErp(payment.endToEndId), [['PAY', 'POSTED']]);
    await until(async () => (await sql<{ state: string }>(house.db, `select state from effects where key = :key`, { key })).map(({ state }) => state), ['unknown']);

    await house.sandbox.post('/_sandbox/bank/returns', { endToEndId: payment.endToEndId, reason: 'AC04' });
    await pay.bankDays(2);
    await until(async () => (await instructionsOf(house.db, runId)).map(({ state, bookedAs }) => [state, bookedAs]), [['returned', null]]);
    expect((await toBook(house.db, 'DE01', 1)).map(({ endToEndId }) => endToEndId), 'not forgotten').toEqual([payment.endToEndId]);

    await house.sandbox.clearFaults();
    await until(() => inErp(payment.endToEndId), [['PAY', 'REVERSED']]);
    await until(() => toBook(house.db, 'DE01', 1), []);
    expect((await house.sandbox.requests(key)).filter(({ route }) => route === 'erp.payments.post'), 'sent once').toHaveLength(1);
    await house.stage(caseId, 'payment-returned');
    expect((await holdsOf(house.db, 'DE01')).map(({ subject }) => subject)).toContain('bank-account');
  });

  it('books nothing where the ERP has processed nothing yet', async () => {
    await pay.posted('6');
    const { runId, payment } = await pay.sent();
    await house.sandbox.post('/_sandbox/faults', { kind: 'throttle', route: 'erp.payments.post', times: 10_000 });
    await pay.bankDays(6);
    await until(async () => (await instructionsOf(house.db, runId)).map(({ state }) => state), ['confirmed']);
    await house.sandbox.post('/_sandbox/bank/returns', { endToEndId: payment.endToEndId, reason: 'AC04' });
    await pay.bankDays(2);
    await until(async () => (await instructionsOf(house.db, runId)).map(({ state }) => state), ['returned']);
    await house.sandbox.clearFaults();
    await until(() => toBook(house.db, 'DE01', 1), []);
    expect(await inErp(payment.endToEndId)).toEqual([]);
  });
});
