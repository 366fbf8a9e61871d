import { existsSync, readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Client, type Connection } from '@temporalio/client';
import { historyFromJSON, historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { schemaCheck } from '../adapters/bank/iso20022/schemas.ts';
import { callersAt } from '../bin/demo/callers.ts';
import { decidersAt, type Deciders } from '../bin/demo/people.ts';
import { withDisposableState } from '../bin/services/disposable.ts';
import { startInstallation } from '../bin/services/installation.ts';
import { freePort } from '../bin/services/ports.ts';
import { screen } from '../bin/services/progress.ts';
import { runDirOf } from '../bin/services/services.ts';
import { addDays } from '../domain/calendar/plain-date.ts';
import { openDatabase, sql, type Db } from '../db/client.ts';
import { readCase } from '../db/repositories/cases.ts';
import { connectClient } from '../temporal-config/connection.ts';
import { readSettings, type Settings } from '../temporal-config/settings.ts';
import { publicData } from '../test/documents/invoice/public-files.ts';
import { holdBankBehindCutOff } from '../test/support/bank-clock.ts';
import { billed, submit } from '../test/support/invoices.ts';
import { addSuppliers, copyPosted, postDocuments } from '../test/support/many-payables.ts';
import type { Result } from './benchmark.ts';
import { followToPaid } from './payment-run/follow.ts';
import { processorTime, type ProcessorTime } from './intake/processor-time.ts';
import { median, met, round } from './invoice/figures.ts';
import { memoryOf } from './invoice/memory.ts';
import { bundleOf, replayAllowedMs, replayMs } from './invoice/replay.ts';

export const summary = 'A payment run of 10,000 documents on real parts: proposed, approved, released, screened, written, sent, file validated; then booked by the bank, confirmed, booked in the ERP, closed';

/** Where they are at hand the run itself checks its file against them, as an installation with such a folder does. */
const schemas = join(publicData, 'bank/xsd');

const limitSeconds = 60;
const replays = 9;

type Caller = Awaited<ReturnType<ReturnType<typeof callersAt>>>;

/** A whole installation, filled with posted documents of four suppliers in five. `--documents 1000 --store sqlite`. */
export async function run(args: string[]): Promise<Result> {
  const { values } = parseArgs({ args, options: { documents: { type: 'string', default: '10000' }, store: { type: 'string', default: 'postgres' } } });
  const documents = Number(values.documents);
  const settings: Settings = { ...(await onFreePorts(readSettings())), temporalStore: values.store === 'sqlite' ? 'sqlite' : 'postgres' };
  return withDisposableState('bench-payment-run', settings, screen, async (stateDir) => {
    const installation = await startInstallation({ stateDir, ports: 'free', temporalStore: settings.temporalStore, web: false }, { ...settings, stateDir }, screen);
    const db = openDatabase(installation.addresses.databaseUrl, { poolSize: 2 });
    const connection = await connectClient(installation.settings);
    try {
      await holdBankBehindCutOff(settings.sandboxUrl);
      const suppliers = Math.ceil(documents * 0.8);
      await screen.step(`${documents} posted documents of ${suppliers} suppliers`, () => fill(db, settings.sandboxUrl, documents, suppliers));
      const as = callersAt(installation.addresses.apiUrl);
      return await measure({ db, connection, namespace: settings.namespace, settings: installation.settings, sandboxUrl: settings.sandboxUrl, runDir: runDirOf(stateDir), proposer: await as('anna.berg'), releaser: await as('vera.noll'), deciders: await decidersAt(as), documents, store: settings.temporalStore });
    } finally {
      await connection.close();
      await db.destroy();
      await installation.stop();
    }
  });
}

/** One document goes the whole way; the others are its copies for suppliers and in amounts of their own. */
async function fill(db: Db, sandboxUrl: string, documents: number, suppliers: number): Promise<void> {
  const { caseId } = await submit(db, billed({ lines: [{ orderNumber: '4500000116', orderLine: '10', quantity: '1', price: '36.00' }] }));
  await until(async () => (await readCase(db, caseId))?.case.stage === 'posted', 'the first document is posted');
  await addSuppliers(sandboxUrl, suppliers);
  await copyPosted(db, caseId, { documents, suppliers, references: await postDocuments(sandboxUrl, { documents, suppliers }) });
}

interface Measuring {
  db: Db;
  connection: Connection;
  namespace: string;
  settings: Settings;
  sandboxUrl: string;
  runDir: string;
  proposer: Caller;
  releaser: Caller;
  deciders: Deciders;
  documents: number;
  store: string;
}

async function measure(bench: Measuring): Promise<Result> {
  const load = loadavg()[0]!;
  const cpu = processorTime(bench.runDir);
  const began = performance.now();
  const today = new Date().toISOString().slice(0, 10);
  const opened = await bench.proposer.post('/v1/payment-runs', { json: { entity: 'DE01', nextRunDate: addDays(today, 60) } });
  const runId = String(opened.body.id);
  await untilStage(bench, runId, 'approval');
  const proposed = performance.now();
  await decide(bench, runId);
  await untilStage(bench, runId, 'release');
  await decide(bench, runId);
  const released = performance.now();
  await untilStage(bench, runId, 'awaiting-bank');
  const sent = performance.now();
  const file = await bench.releaser.get(`/v1/payment-runs/${runId}/file`);
  const validated = validate(String(file.body));
  const ended = performance.now();
  const usedToSend = usedSince(cpu, processorTime(bench.runDir));
  const cpuSent = processorTime(bench.runDir);
  const followed = await followToPaid({ ...bench, client: new Client({ connection: bench.connection, namespace: bench.namespace }), runId, until });
  const { body } = await bench.proposer.get(`/v1/payment-runs/${runId}`);
  const seconds = (from: number, to: number): number => Number(((to - from) / 1000).toFixed(1));
  return {
    name: 'payment-run',
    rows: [
      { measure: 'documents', value: body.documents },
      { measure: 'transfers', value: body.payments },
      { measure: 'opened to proposed, s', value: seconds(began, proposed) },
      { measure: 'proposed to released (two persons), s', value: seconds(proposed, released) },
      { measure: 'released to sent, s', value: seconds(released, sent) },
      { measure: existsSync(schemas) ? 'file fetched and validated, s' : 'file fetched, not validated, s', value: seconds(sent, ended) },
      { measure: 'all until sent, s', value: seconds(began, ended), limit: `<= ${limitSeconds}: ${met(seconds(began, ended) <= limitSeconds)}` },
      ...followed.map(({ what, ms }) => ({ measure: `${what}, s`, value: Number((ms / 1000).toFixed(1)) })),
      ...(await historyRows(bench, runId)),
      ...Object.entries(usedToSend).map(([part, used]) => ({ measure: `processor time of ${part} until sent, s`, value: used })),
      ...Object.entries(usedSince(cpuSent, processorTime(bench.runDir))).map(([part, used]) => ({ measure: `processor time of ${part} from sent to closed, s`, value: used })),
      { measure: 'most memory of the worker, MB', value: memoryOf(bench.runDir).find(({ program }) => program === 'worker')?.peak ?? 'not measured' },
    ],
    notes: [`${validated} All parts share the machine, Temporal's store is ${bench.store}; load before ${load.toFixed(1)}, after ${loadavg()[0]!.toFixed(1)}. The copied documents have no process that waits for its payment: each is started with the news of it. Matching entries to payments alone is a row of payment-rules.`, ...(await stepTimes(bench.db, runId))],
  };
}

async function decide({ db, deciders }: Measuring, runId: string): Promise<void> {
  const [awaited] = (await readCase(db, runId))?.progress.awaiting ?? [];
  if (!awaited || !(await deciders.approve(awaited.id))) throw new Error(`nobody could decide ${awaited?.what ?? runId}`);
}

function untilStage({ db }: Measuring, runId: string, stage: string): Promise<void> {
  return until(async () => {
    const found = (await readCase(db, runId))?.case;
    if (found?.state !== undefined && found.state !== 'running') throw new Error(`the run ended as ${found.state}`);
    return found?.stage === stage;
  }, `the run is at ${stage}`);
}

async function until(holds: () => Promise<boolean>, what: string, { minutes = 5, everyMs = 100 } = {}): Promise<void> {
  for (const from = performance.now(); !(await holds()); await sleep(everyMs)) if (performance.now() - from > minutes * 60_000) throw new Error(`not within ${minutes} minutes: ${what}`);
}

function validate(text: string): string {
  if (!existsSync(schemas)) return 'The official schemas are not at hand: the file was not validated against them.';
  schemaCheck(schemas, 'pain.001.001.09')({ format: 'pain.001.001.09', text } as Parameters<ReturnType<typeof schemaCheck>>[0]);
  return `The file of ${(Buffer.byteLength(text) / 1e6).toFixed(1)} MB is valid against the official schema.`;
}

/** Every history of the run: it goes on in new ones. */
async function historyRows({ db, connection, namespace, settings }: Measuring, runId: string): Promise<Result['rows']> {
  const workflowId = (await readCase(db, runId))!.case.workflowId;
  const client = new Client({ connection, namespace });
  const histories: { runId: string; events: number; bytes: number }[] = [];
  for await (const execution of client.workflow.list({ query: `WorkflowId = '${workflowId}'` })) {
    const { raw } = await client.workflow.getHandle(workflowId, execution.runId).describe();
    histories.push({ runId: execution.runId, events: Number(raw.workflowExecutionInfo?.historyLength ?? 0), bytes: Number(raw.workflowExecutionInfo?.historySizeBytes ?? 0) });
  }
  const sum = (of: (history: { events: number; bytes: number }) => number) => histories.reduce((total, history) => total + of(history), 0);
  const [longest] = [...histories].sort((a, b) => b.events - a.events);
  const history = await client.workflow.getHandle(workflowId, longest?.runId).fetchHistory();
  const ms = median(await replayMs(await bundleOf(settings, connection), historyFromJSON(JSON.parse(historyToJSON(history))), replays));
  return [
    { measure: 'histories', value: histories.length },
    { measure: 'events in the longest', value: Math.max(...histories.map(({ events }) => events)) },
    { measure: `replay of the longest, median of ${replays}, ms`, value: round(ms), limit: `<= ${replayAllowedMs}: ${met(ms <= replayAllowedMs)}` },
    { measure: 'events in all', value: sum(({ events }) => events) },
    { measure: 'history bytes in all', value: sum(({ bytes }) => bytes) },
  ];
}

function usedSince(from: ProcessorTime, to: ProcessorTime): Record<string, number> {
  return Object.fromEntries(Object.entries(to).map(([part, seconds]) => [part, Number((seconds - (from[part] ?? 0)).toFixed(1))]));
}

/** When each step of the run was on record, from the opening on; the ERP's bookings are too many to list. */
async function stepTimes(db: Db, runId: string): Promise<string[]> {
  const rows = await sql<{ action: string; seconds: number }>(db, `select action, round(extract(epoch from created_at - min(created_at) over ()), 1)::float as seconds from audit_events where case_id = :runId and action <> 'payment.booked' order by seq`, { runId });
  return [`On record after seconds: ${rows.map(({ action, seconds }) => `${action.replace('payment-run.', '')} ${seconds}`).join(', ')}.`];
}

async function onFreePorts(settings: Settings): Promise<Settings> {
  const [apiPort, sandboxPort, workerMetricsPort] = [await freePort(), await freePort(), await freePort()];
  return { ...settings, bankSchemas: existsSync(schemas) ? schemas : undefined, databaseUrl: undefined, temporalAddress: undefined, apiPort, sandboxPort, sandboxUrl: `http://127.0.0.1:${sandboxPort}`, workerMetricsPort };
}
