import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ReadyNodeProcess } from '../../bin/services/node-process.ts';
import { withClient } from '../../bin/services/postgres.ts';
import { inTransaction, sql } from '../../db/client.ts';
import { resolveException } from '../../db/repositories/exceptions.ts';
import { uncomparedLoss } from '../../db/repositories/lost-records.ts';
import { holdsOf, liftHold } from '../../db/repositories/payables.ts';
import { toBook } from '../../db/repositories/payments.ts';
import { exclusionsOf } from '../../db/repositories/payment-runs.ts';
import type { Invoice } from '../../domain/model/invoice.ts';
import { queues } from '../../temporal-config/queues.ts';
import { settingsEnvironment } from '../../temporal-config/settings.ts';
import { reconcilePaymentLedgerWorkflow } from '../../workflows/contracts/reconcile-payment-ledger.ts';
import { openHouse, type House } from '../support/house.ts';
import { billed, submit } from '../support/invoices.ts';
import { payments, pipes } from '../support/payments.ts';
import { people } from '../support/people.ts';
import { describeWithServices } from '../support/services.ts';
import { paidOnce } from './paid.ts';
import { hear } from './told.ts';
import { bankThatSettles, patiently, readyToPay } from './workday.ts';

/**
 * F6, F25: the database is put back to a copy that was made while nobody was connected, while ERP, bank and the engine have
 * gone on. What was done since is not recorded any more: nothing of it may be done again, and people are told what differs, also where only the engine knows.
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

  /** Waits for its approval. */
  const asked = async (price: string) => {
    const { caseId } = await enter(billed({ lines: [{ quantity: '1', price, name: 'Strom' }], seller: { name: 'Stadtwerke Musterstadt GmbH', vatId: 'DE142900886' }, iban: 'DE21500999000010000106' }));
    const { case: { workflowId, documentNumber } } = await house.stage(caseId, 'approval', 120_000);
    return { caseId, workflowId, documentNumber: documentNumber! };
  };
  const refuse = async (caseId: string) => {
    const task = await they.openTask(caseId);
    await they.decide(caseId, task.candidatePersons[0] ?? 'tarek.aydin', 'reject', { task });
    await house.ended(caseId, 'rejected', 120_000);
  };
  const compared = () => expect.poll(() => patiently(() => uncomparedLoss(house.db)), { timeout: 120_000, interval: 200 }).toBeUndefined();
  const told = (code: string, like: string) => sql<{ id: string; caseId: string | null; title: string; suggestion: string; owner: string; source: Record<string, unknown> }>(house.db, `select id, case_id as "caseId", title, suggestion, owner_role as owner, source from exceptions where state = 'open' and code = :code and (case_id = :like or source ->> 'caseId' = :like)`, { code, like });
  const runsNow = async (workflowId: string) => (await house.client.workflow.getHandle(workflowId).describe()).status.name;

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

  /** Its process runs, its case is gone: the company hears of it once, with what the engine knows. */
  async function tellsOfWhatIsLost({ caseId, workflowId, documentNumber }: { caseId: string; workflowId: string; documentNumber: string }): Promise<void> {
    expect(await runsNow(workflowId)).toBe('RUNNING');
    const [one, ...further] = await told('case-missing', caseId);
    expect(further).toEqual([]);
    expect(one).toMatchObject({ caseId: null, owner: 'ap-lead', source: { workflowId, documentNumber, stage: 'approval' } });
    expect(one!.suggestion).toContain(workflowId);
  }

  /** Their processes ended since: they run again, people are asked and heard again, and nothing of them is paid meanwhile. */
  async function runsAgain(refused: { caseId: string; workflowId: string }, paidSince: string): Promise<void> {
    for (const [caseId, ending] of [[refused.caseId, 'rejected'], [paidSince, 'paid']] as const) {
      expect(await told('process-missing', caseId)).toMatchObject([{ owner: 'ap-lead', title: expect.stringContaining(`ended as ${ending}`) }]);
      const { case: { workflowId } } = await house.caseWhen(caseId, ({ case: { stage } }) => stage === 'approval' || stage === 'posted', 120_000);
      await expect.poll(() => runsNow(workflowId), { timeout: 60_000, interval: 200 }).toBe('RUNNING');
    }
    await refuse(refused.caseId);
    expect(await told('process-missing', refused.caseId)).toEqual([]);
  }

  /** The same comparison once more finds the same; a process that steps on without its case tells of it by itself. */
  async function repeatsNothing({ caseId, workflowId }: { caseId: string; workflowId: string }): Promise<void> {
    const listed = () => sql(house.db, `select id, state from exceptions where code in ('case-missing', 'process-missing') order by id`);
    const [before, [one]] = [await listed(), await told('case-missing', caseId)];
    await worker.stop();
    await sql(house.db, `update installation set processes_compared_for = null`);
    worker = await house.startWorker();
    await compared();
    expect(await listed()).toEqual(before);

    await inTransaction(house.db, (trx) => resolveException(trx, one!.id, { resolution: 'retry', by: 'sofia.keller' }));
    await house.client.workflow.getHandle(workflowId).signal('goodsReceived', { eventId: 'looks-again' });
    await expect.poll(() => told('case-missing', caseId), { timeout: 60_000, interval: 200 }).toHaveLength(1);
  }

  it('nothing is posted or paid again; what differs is listed to people, and what they have not settled is not paid', async () => {
    const [settled, between, lost] = [pipes('3'), pipes('5'), pipes('7')];
    await paidBy([await posted(settled)]);
    const openThen = await posted(between);
    const refused = await asked('310.00');
    await worker.stop();
    await copyTo(name(), `${name()}_old`);

    worker = await house.startWorker();
    const lostCase = await posted(lost);
    const lostRun = await paidBy([openThen, lostCase]);
    await refuse(refused.caseId);
    const unseen = await asked('450.00');
    await worker.stop();
    await copyTo(`${name()}_old`, name());
    await patiently(() => say('database', 'restored', '--by', 'arne.holt'));

    worker = await house.startWorker();
    await compared();
    await tellsOfWhatIsLost(unseen);
    await runsAgain(refused, openThen);

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
    await repeatsNothing(unseen);
    for (const invoice of [settled, between, lost, fresh]) expect(await atBank(invoice), `payments of ${invoice.number}`).toHaveLength(1);
    expect(paidOnce(await hear(house))).toEqual([]);
  }, 900_000);
});
