import { beforeAll, expect, it } from 'vitest';
import { openFailure } from '../../activities/payments/booking-case.ts';
import { applyStatements } from '../../activities/payments/apply-entries.ts';
import { reconcilePayments } from '../../activities/payments/reconcile-payments.ts';
import type { PaymentParts } from '../../activities/payments/parts.ts';
import { readSandboxSet } from '../../bin/services/sandbox-set.ts';
import { inTransaction, sql } from '../../db/client.ts';
import { listAudit } from '../../db/repositories/audit.ts';
import { resolveException } from '../../db/repositories/exceptions.ts';
import { markBooked } from '../../db/repositories/payments.ts';
import { savePosting } from '../../db/repositories/postings.ts';
import { seedSandbox } from '../../db/seed.ts';
import { KontorError } from '../../domain/errors.ts';
import type { StatementEntry } from '../../domain/model/bank-statement.ts';
import { readSettings } from '../../temporal-config/settings.ts';
import { describeWithDatabase } from '../support/services.ts';
import { useDatabase } from './fixtures.ts';
import { aPayment, booked, eur, place, statementOf, type SentPayment } from './payment-fixtures.ts';

describeWithDatabase('the daily comparison over its days', () => {
  const own = useDatabase();
  let inErp: { documentNumber: string; open: ReturnType<typeof eur> }[] = [];
  let unreadable: string[] = [];
  let books = false;
  let failure: KontorError | undefined;
  beforeAll(() => seedSandbox(own.db, readSandboxSet(readSettings().home)));

  const nothing = () => undefined;
  const port = () => ({
    ...(books ? { bookPayment: nothing, reversePayment: nothing } : {}),
    getOpenPayables: async () => {
      if (failure) throw failure;
      return { documents: inErp.map((document) => ({ ...document, externalReference: undefined, paymentBlocked: false })), unreadable };
    },
  });
  const compareOn = (day: string, { attempt = 1, beat = nothing as () => void } = {}) =>
    reconcilePayments({ db: own.db, now: () => new Date(`${day}T06:00:00.000Z`), erpOf: () => ({ port: port() }) } as unknown as PaymentParts, { entity: 'DE01' }, { attempt, beat });
  const differences = (subject: string) => sql<{ id: string; code: string; state: string; by: string | null; title: string }>(own.db, `select id, code, state, resolved_by as by, title from exceptions where source ->> 'subject' = :subject order by number`, { subject });
  const states = async (subject: string) => (await differences(subject)).map(({ code, state }) => `${code} ${state}`);
  const read = (messageId: string, minor: number, bookingDate: string, endToEndId?: string, more: Partial<StatementEntry> = {}) =>
    inTransaction(own.db, (trx) => applyStatements(trx, place(messageId), { format: 'camt.053.001.08', statements: [statementOf([booked(minor, messageId, { bookingDate, ...(endToEndId ? { endToEndId } : {}), ...more })])], advice: false }));
  const identityOf = async (messageId: string) => (await sql<{ identity: string }>(own.db, `select identity from bank_entries where message_id = :messageId`, { messageId }))[0]!.identity;
  const post = ({ caseId }: SentPayment, reference: string) => inTransaction(own.db, (trx) => savePosting(trx, { key: `post-${caseId}`, caseId, entity: 'DE01', system: 'erp', kind: 'post', status: 'posted', reference }));

  /** The bank has paid it, and the ERP holds it open under this number. */
  const paidAndStillOpen = async (name: string, documentNumber: string, day: string): Promise<SentPayment> => {
    const paid = await aPayment(own.db, name, { executionDate: day });
    await post(paid, documentNumber);
    await read(name, -1000, day, paid.endToEndId);
    inErp = [{ documentNumber, open: eur(1000) }];
    return paid;
  };

  it('what nobody settled stays a case after its days, and closes when it is gone', async () => {
    const silent = await aPayment(own.db, 'silent', { executionDate: '2026-08-03' });
    await read('stranger', -700, '2026-08-03');
    const stranger = await identityOf('stranger');
    await compareOn('2026-08-10');
    expect([await states(silent.endToEndId), await states(stranger)]).toEqual([['debit-missing open'], ['debit-unexplained open']]);
    await compareOn('2026-11-20');
    expect([await states(silent.endToEndId), await states(stranger)], 'long after the days that are compared').toEqual([['debit-missing open'], ['debit-unexplained open']]);
    await read('late', -1000, '2026-11-19', silent.endToEndId);
    await compareOn('2026-11-20');
    expect([await states(silent.endToEndId), await states(stranger)]).toEqual([['debit-missing resolved'], ['debit-unexplained open']]);
  });

  it('a payment of long ago explains the debit of today, and its silence is found however old it is', async () => {
    const slow = await aPayment(own.db, 'slow', { executionDate: '2026-07-01' });
    await compareOn('2026-11-18');
    expect(await states(slow.endToEndId)).toEqual(['debit-missing open']);
    await read('slow-debit', -1000, '2026-11-18', slow.endToEndId);
    await compareOn('2026-11-19');
    expect(await states(await identityOf('slow-debit'))).toEqual([]);
    expect(await states(slow.endToEndId)).toEqual(['debit-missing resolved']);
  });

  it('P8: money that came back and finds no payment for its days is a case with an owner, which closes when the payment turns up', async () => {
    await read('stranger-back', 1000, '2026-11-12', 'E2E-turns-up', { returnReason: 'AC04' });
    await read('nameless-back', 300, '2026-11-12', undefined, { returnReason: 'AC04' });
    const listed = { details: [{ endToEndId: 'E2E-of-two', amount: eur(400), references: {}, text: '', returnReason: 'AC04' }, { amount: eur(100), references: {}, text: '' }] };
    await read('listed-back', 500, '2026-11-12', undefined, listed);
    await read('customer', 800, '2026-11-12', 'INV-7');
    const [back, nameless, several, customer] = [await identityOf('stranger-back'), await identityOf('nameless-back'), await identityOf('listed-back'), await identityOf('customer')];
    await compareOn('2026-11-13');
    expect([await states(back), await states(nameless), await states(several)], 'it may still turn up').toEqual([[], [], []]);
    await compareOn('2026-11-16');
    expect([await states(back), await states(nameless), await states(several), await states(customer)]).toEqual([['credit-unexplained open'], ['credit-unexplained open'], ['credit-unexplained open'], []]);
    expect((await sql<{ owner: string }>(own.db, `select distinct owner_role as owner from exceptions where source ->> 'subject' = any (:subjects)`, { subjects: [back, nameless, several] }))).toEqual([{ owner: 'ap-lead' }]);

    await aPayment(own.db, 'turns-up', { executionDate: '2026-11-11' });
    await read('debit-turns-up', -1000, '2026-11-16', 'E2E-turns-up');
    await compareOn('2027-02-01');
    expect([await states(back), await states(nameless)], 'however long it waits').toEqual([['credit-unexplained resolved'], ['credit-unexplained open']]);
  });

  it('a document that left the days is compared as long as its case stands', async () => {
    const paid = await paidAndStillOpen('still-open', '5100000077', '2026-08-03');
    await compareOn('2026-08-05');
    expect(await states(paid.caseId)).toEqual(['erp-still-open open']);
    await compareOn('2026-11-20');
    expect(await states(paid.caseId)).toEqual(['erp-still-open open']);
    inErp = [];
    await compareOn('2026-11-20');
    expect(await states(paid.caseId)).toEqual(['erp-still-open resolved']);
  });

  it('a difference that comes back opens its case again; what a person settled only when it reads otherwise', async () => {
    const paid = await paidAndStillOpen('comes-back', '5100000088', '2026-11-16');
    const openIn = (minor: number) => {
      inErp = minor === 0 ? [] : [{ documentNumber: '5100000088', open: eur(minor) }];
      return compareOn('2026-11-20');
    };
    await openIn(1000);
    await openIn(0);
    const [gone] = await differences(paid.caseId);
    expect(gone).toMatchObject({ state: 'resolved', by: 'system:reconciliation' });
    await openIn(1000);
    expect(await states(paid.caseId)).toEqual(['erp-still-open open']);
    const events = await listAudit(own.db, { caseId: paid.caseId, action: 'payments.difference-reopened' }, { limit: 10 });
    expect(events.map(({ event }) => JSON.parse(event).data)).toMatchObject([{ exception: gone!.id, closed: { state: 'resolved', resolution: 'no-longer-found', by: 'system:reconciliation' } }]);

    await inTransaction(own.db, (trx) => resolveException(trx, gone!.id, { resolution: 'retry', by: 'lars.thoma' }));
    await openIn(1000);
    expect(await differences(paid.caseId), 'a person accepted exactly this').toMatchObject([{ state: 'resolved', by: 'lars.thoma' }]);
    await openIn(400);
    expect(await differences(paid.caseId)).toMatchObject([{ state: 'open', by: null, title: expect.stringContaining('4.00 EUR') }]);

    await inTransaction(own.db, (trx) => resolveException(trx, gone!.id, { resolution: 'case-paid', by: 'system:process', state: 'cancelled' }));
    await openIn(400);
    expect(await states(paid.caseId), 'its document ended, the difference did not').toEqual(['erp-still-open open']);
  });

  it('asks nobody to book what Kontor is about to book, or has a case about; what does not come by itself is told', async () => {
    const paid = await paidAndStillOpen('to-book', '5100000099', '2026-11-20');
    const settledOn = (day: string) => sql(own.db, `update payment_instructions set settled_at = :at where end_to_end_id = :id`, { at: `${day}T05:59:00Z`, id: paid.endToEndId });
    await settledOn('2026-11-20');
    await compareOn('2026-11-20');
    expect(await states(paid.caseId), 'this ERP books no payments of ours').toEqual(['erp-still-open open']);
    books = true;
    await compareOn('2026-11-20');
    expect(await states(paid.caseId)).toEqual(['erp-still-open resolved']);
    await compareOn('2026-11-22');
    expect(await states(paid.caseId), 'it should have come long ago').toEqual(['erp-still-open open']);
    await inTransaction(own.db, (trx) => openFailure(trx, { ...paid, entity: 'DE01' }, 'pay', { code: 'counterpart-unavailable', message: 'No answer.' }, new Date()));
    await compareOn('2026-11-22');
    expect(await states(paid.caseId), 'its booking has a case').toEqual(['erp-still-open resolved']);
    await inTransaction(own.db, (trx) => markBooked(trx, paid.runId, paid.endToEndId, { bookedAs: '1500000001' }));
    await compareOn('2026-11-22');
    expect(await states(paid.caseId), 'booked, and open all the same').toEqual(['erp-still-open open']);
    books = false;
  });

  it('a document that cannot be read in the ERP is a difference of its own, and ends no other of which nothing is known', async () => {
    const paid = await paidAndStillOpen('odd', '5100000111', '2026-11-20');
    await compareOn('2026-11-20');
    [inErp, unreadable] = [[], ['5100000111', 'FOREIGN']];
    await compareOn('2026-11-20');
    expect(await states(paid.caseId)).toEqual(['erp-still-open open', 'erp-unreadable open']);
    unreadable = [];
    await compareOn('2026-11-20');
    expect(await states(paid.caseId)).toEqual(['erp-still-open resolved', 'erp-unreadable resolved']);
  });

  it('while the ERP gives no answer the operator hears that there is no comparison, once, until there is one', async () => {
    const cases = async () => (await sql<{ code: string; state: string; owner: string }>(own.db, `select code, state, owner_role as owner from exceptions where id like 'DE01-t-comparison%' order by number`)).map(({ code, state, owner }) => `${code} ${state} ${owner}`);
    const fails = (attempt: number) => expect(compareOn('2026-11-20', { attempt })).rejects.toBe(failure);
    failure = new KontorError('counterpart-unavailable', 'The ERP gives no answer.');
    await fails(1);
    await fails(9);
    expect(await cases(), 'a short outage needs nobody').toEqual([]);
    await fails(10);
    await fails(11);
    expect(await cases()).toEqual(['counterpart-unavailable open operator']);
    failure = undefined;
    let beats = 0;
    await compareOn('2026-11-20', { beat: () => (beats += 1) });
    expect(beats).toBeGreaterThan(4);
    expect(await cases()).toEqual(['counterpart-unavailable resolved operator']);
    failure = new KontorError('counterpart-rejected', 'The ERP refuses to tell.');
    await fails(1);
    expect(await cases(), 'no further try can help').toEqual(['counterpart-unavailable resolved operator', 'counterpart-rejected open operator']);
    failure = undefined;
  });
});
