import { createHash } from 'node:crypto';
import type { Result } from './benchmark.ts';
import { withDisposableState } from '../bin/services/disposable.ts';
import { screen } from '../bin/services/progress.ts';
import { startDatabase } from '../bin/services/services.ts';
import type { Supervised } from '../bin/services/supervise.ts';
import { databaseLog } from '../db/audit/export.ts';
import { verifyLog } from '../db/audit/verify.ts';
import { inTransaction, openDatabase, sql, type Db } from '../db/client.ts';
import { migrate } from '../db/migrate.ts';
import { appendAudit } from '../db/repositories/audit.ts';
import { lockCase, saveCase } from '../db/repositories/cases.ts';
import { acceptDocument, type AcceptedDocument } from '../db/repositories/intake.ts';
import { beginEffect, databaseEpoch, recordOutcome } from '../db/repositories/once.ts';
import { claimOutbox, markDone } from '../db/repositories/outbox.ts';
import { beginRequest } from '../db/repositories/requests.ts';
import { noMoney } from '../domain/rules/money.ts';
import { readSettings } from '../temporal-config/settings.ts';

export const summary = 'Our own records: what one transaction of each kind costs, alone and with 20 callers';

const ROUNDS = 2_000;

/** Every operation ends in commits that reach the disk; nothing is switched off for speed. */
export async function run(): Promise<Result> {
  const settings = { ...readSettings(), databaseUrl: undefined };
  return withDisposableState('bench-records', settings, screen, async (stateDir) => {
    const started: Supervised[] = [];
    try {
      const { databaseUrl } = await startDatabase({ stateDir, ports: 'free', temporalStore: 'sqlite', web: false }, settings, screen, started);
      await migrate(databaseUrl);
      return await measureAll(databaseUrl);
    } finally {
      for (const program of started) await program.stop();
    }
  });
}

async function measureAll(databaseUrl: string): Promise<Result> {
  const db = openDatabase(databaseUrl, { poolSize: 20 });
  try {
    const operations = await operationsOn(db);
    const rows: Result['rows'] = [];
    for (const [operation, work] of operations) {
      await measure(work, 1, 100); // connections and plans
      for (const callers of [1, 20]) rows.push({ operation, callers, ...(await measure(work, callers, callers === 1 ? ROUNDS / 4 : ROUNDS)) });
    }
    const [{ events } = { events: 0 }] = await sql<{ events: number }>(db, `select count(*)::int as events from audit_events`);
    const from = performance.now();
    const verdict = await verifyLog(await databaseLog(db), undefined);
    const seconds = (performance.now() - from) / 1000;
    return { name: 'records', rows, notes: [`The chain of ${events} events then verified ${verdict.ok ? 'clean' : 'WRONG'} in ${seconds.toFixed(1)} s, ${Math.round(events / seconds)} events/s.`] };
  } finally {
    await db.destroy();
  }
}

async function operationsOn(db: Db): Promise<[string, (n: number) => Promise<unknown>][]> {
  const processEpoch = await databaseEpoch(db);
  const cases: string[] = [];
  let serial = 0;
  return [
    ['intake of an invoice (key, then one transaction)', async () => {
      const n = (serial += 1);
      const begun = await beginRequest(db, { principal: 'bench', method: 'POST', route: '/v1/invoices', key: `${n}` }, { entity: entityOf(n), bodyHash: `${n}`, leaseMs: 60_000 });
      if (begun.state !== 'fresh') throw new Error(`unexpected: ${begun.state}`);
      const { caseId } = await acceptDocument(db, documentOf(n), { handle: begun.handle, outcome: (result) => ({ status: 202, headers: {}, body: { id: result.caseId } }) });
      cases.push(caseId);
    }],
    ['record of a stage (lock case, save progress, audit event)', (n) => inTransaction(db, async (trx) => {
      const id = cases[n % cases.length] ?? '';
      const found = await lockCase(trx, id);
      if (!found) throw new Error(`no case ${id}`);
      await saveCase(trx, id, { progress: found.progress, milestones: ['matched'] });
      await appendAudit(trx, found.case.entity, [{ action: 'bench', actor: 'system:bench', case: id, correlationId: 'bench' }]);
    })],
    ['effect once (begin, then outcome with audit event)', async () => {
      const key = `bench:${(serial += 1)}`;
      const { fencing } = await beginEffect(db, { key, entity: entityOf(serial), system: 'erp', requestHash: key, attempt: 1, leaseMs: 60_000, processEpoch });
      await inTransaction(db, async (trx) => {
        await recordOutcome(trx, { key, fencing }, { document: key });
        await appendAudit(trx, entityOf(serial), [{ action: 'bench', actor: 'system:bench', correlationId: 'bench' }]);
      });
    }],
    ['audit event of one company alone', () => inTransaction(db, (trx) => appendAudit(trx, 'DE01', [{ action: 'bench', actor: 'system:bench', correlationId: 'bench' }]))],
    ['relay: claim and finish up to 20 messages', async () => {
      const claimed = await claimOutbox(db, { relay: 'bench', limit: 20, leaseMs: 60_000 });
      await markDone(db, claimed.map(({ id }) => id));
    }],
  ];
}

async function measure(work: (n: number) => Promise<unknown>, callers: number, rounds: number): Promise<Record<string, number>> {
  const times: number[] = [];
  let next = 0;
  const caller = async () => {
    while (next < rounds) {
      const n = (next += 1);
      const from = performance.now();
      await work(n);
      times.push(performance.now() - from);
    }
  };
  const from = performance.now();
  await Promise.all(Array.from({ length: callers }, caller));
  const seconds = (performance.now() - from) / 1000;
  times.sort((a, b) => a - b);
  const at = (share: number) => Number((times[Math.floor(times.length * share)] ?? 0).toFixed(2));
  return { 'per second': Math.round(rounds / seconds), 'p50 ms': at(0.5), 'p95 ms': at(0.95), 'p99 ms': at(0.99) };
}

/** Two companies, as an installation with two chains has. */
function entityOf(n: number): string {
  return n % 2 ? 'DE01' : 'US01';
}

function documentOf(n: number): AcceptedDocument {
  const none = noMoney('EUR');
  const number = `BENCH-${n}`;
  const bytes = Buffer.from(`<Invoice>${number}</Invoice>`.padEnd(8_000, ' '));
  return {
    entity: entityOf(n),
    channel: 'api',
    submitter: 'person:bench',
    correlationId: number,
    bytes,
    mediaType: 'application/xml',
    format: 'ubl',
    metadata: {},
    documentHash: createHash('sha256').update(number).digest('hex'),
    attachments: [],
    start: { process: 'ap-invoice', workflow: 'invoiceToPay', queue: 'fin-workflows', workflowVersion: 'bench/1' },
    invoice: {
      schemaVersion: 1, class: 'invoice', typeCode: '380', number, issueDate: '2026-11-02', currency: 'EUR', notes: [], references: { preceding: [] },
      seller: { name: 'Bench GmbH', ids: [] }, buyer: { name: 'Bench AG', ids: [] }, payment: { means: [], discounts: [] }, allowances: [], taxes: [], attachments: [],
      lines: Array.from({ length: 5 }, (_, line) => ({ id: `${line}`, quantity: '1', unitPrice: '0', baseQuantity: '1', net: none, allowances: [], item: { classifications: [], attributes: [] } })),
      totals: { lineNet: none, allowances: none, charges: none, net: none, tax: none, gross: none, prepaid: none, rounding: none, payable: none },
    },
  };
}
