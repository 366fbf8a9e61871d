import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ReadyNodeProcess } from '../../bin/services/node-process.ts';
import { withClient } from '../../bin/services/postgres.ts';
import { inTransaction, sql } from '../../db/client.ts';
import { holdsOf, liftHold } from '../../db/repositories/payables.ts';
import { toBook } from '../../db/repositories/payments.ts';
import { exclusionsOf } from '../../db/repositories/payment-runs.ts';
import type { Invoice } from '../../domain/model/invoice.ts';
import { queues } from '../../temporal-config/queues.ts';
import { settingsEnvironment } from '../../temporal-config/settings.ts';
import { reconcilePaymentLedgerWorkflow } from '../../workflows/contracts/reconcile-payment-ledger.ts';
import { openHouse, type House } from '../support/house.ts';
import { submit } from '../support/invoices.ts';
import { payments, pipes } from '../support/payments.ts';
import { people } from '../support/people.ts';
import { describeWithServices } from '../support/services.ts';
import { paidOnce } from './paid.ts';
import { hear } from './told.ts';
import { bankThatSettles, patiently, readyToPay } from './workday.ts';

/**
 * F6, F25: the database is put back to a copy that was made while nobody was connected, while ERP, bank and the engine have
 * gone on. What was done since is not recorded any more: nothing of it may be done again, and people are told what differs.
 */
const times = { processingLimitMs: 400, timeoutMs: 600 };

describeWithServices('F6, F25 the database is restored from an older copy', () => {
  let house: House;
  let they: ReturnType<typeof people>;
  let pay: ReturnType<typeof payments>;
  let worker: ReadyNodeProcess;

  beforeAll(async () => {
    house = await openHouse({ ...times, erpTimeoutMs: times.timeoutMs, set: readyToPay(times) });
    they = people(house);
    pay = payments(house, they);
    await bankThatSettles(house);
    worker = await house.startWorker();
    await house.firstPoll('DE01');
  });
  afterAll(() => house.dispose());

  const enter = async (invoice: Invoice) => {
    const { caseId, accepted } = await patiently(() => submit(house.db, invoice));
    return { caseId, accepted };
  };
  const posted = async (invoice: Invoice) => {
    const { caseId } = await enter(invoice);
    await house.stage(caseId, 'posted', 120_000);
    return caseId;
  };
  const paidBy = async (cases: string[]) => {
    const runId = await pay.proposed();
    await pay.release(runId);
    for (const id of cases) await house.ended(id, 'paid', 120_000);
    await house.ended(runId, 'confirmed', 60_000);
    await expect.poll(() => toBook(house.db, 'DE01', 1), { timeout: 60_000, interval: 200 }).toEqual([]); // the ERP knows, too
    return runId;
  };
  const inErp = async ({ number }: Invoice) => (await house.sandbox.ledger()).documents.filter(({ docType, vendorInvoiceNo }) => docType === 'INV' && vendorInvoiceNo === number);
  const atBank = async ({ number }: Invoice) => (await house.sandbox.bankLedger()).payments.filter(({ remittance }) => remittance.includes(number));
  const differences = async () => {
    await house.client.workflow.execute(reconcilePaymentLedgerWorkflow, { workflowId: `test-reconcile-${Date.now()}`, taskQueue: queues.workflows, args: [{ entity: 'DE01' }] });
    return sql<{ code: string; caseId: string | null; owner: string }>(house.db, `select code, case_id as "caseId", owner_role as owner from exceptions where entity = 'DE01' and state = 'open' order by code`);
  };

  /** A copy of the database as it is, while nobody is connected to it. */
  const copyTo = async (from: string, to: string) => {
    const url = new URL(house.settings.databaseUrl as string);
    url.pathname = '/postgres';
    await withClient(url.href, async (admin) => {
      const quoted = (name: string) => admin.escapeIdentifier(name);
      await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = any ($1)', [[from, to]]);
      await admin.query(`drop database if exists ${quoted(to)} with (force)`);
      await admin.query(`create database ${quoted(to)} template ${quoted(from)}`);
    });
  };
  const name = () => new URL(house.settings.databaseUrl as string).pathname.slice(1);
  const say = (...words: string[]) => promisify(execFile)(process.execPath, [join(house.settings.home, 'bin/kontor.mjs'), ...words], { env: settingsEnvironment(house.settings), cwd: house.settings.home });

  it('nothing is posted or paid again; what differs is listed to people, and what they have not settled is not paid', async () => {
    const [settled, between, lost] = [pipes('3'), pipes('5'), pipes('7')];
    await paidBy([await posted(settled)]);
    const openThen = await posted(between);
    await worker.stop();
    await copyTo(name(), `${name()}_old`);

    worker = await house.startWorker();
    const lostCase = await posted(lost);
    const lostRun = await paidBy([openThen, lostCase]);
    await worker.stop();
    await copyTo(`${name()}_old`, name());
    await patiently(() => say('database', 'restored', '--by', 'arne.holt'));

    worker = await house.startWorker();
    const again = await enter(lost);
    expect(again, 'its number stood for another case').toMatchObject({ accepted: 'new' });
    expect(again.caseId).not.toBe(lostCase);
    await house.stage(again.caseId, 'posted', 120_000);
    expect(await inErp(lost), 'found by enquiry, not posted again').toHaveLength(1);

    const held = await pay.open();
    expect(held).not.toBe(lostRun);
    await house.ended(held, 'cancelled', 60_000);
    expect(new Set((await exclusionsOf(house.db, held)).map(({ code }) => code))).toContain('hold-entity');

    await expect.poll(async () => (await differences()).map(({ code }) => code), { timeout: 60_000, interval: 1_000 }).toContain('debit-unexplained');
    const listed = await differences();
    expect(listed.every(({ owner }) => owner !== '')).toBe(true);
    expect(listed.filter(({ code }) => code === 'erp-cleared-unpaid').map(({ caseId }) => caseId).sort()).toEqual([again.caseId, openThen].sort());

    const [hold] = (await holdsOf(house.db, 'DE01')).filter(({ reason }) => reason === 'database-restored');
    await inTransaction(house.db, (trx) => liftHold(trx, hold!.id, { person: 'vera.noll', reason: 'Gone through the differences' }));
    const fresh = pipes('9');
    await paidBy([await posted(fresh)]);
    for (const invoice of [settled, between, lost, fresh]) expect(await atBank(invoice), `payments of ${invoice.number}`).toHaveLength(1);
    expect(paidOnce(await hear(house))).toEqual([]);
  }, 900_000);
});
