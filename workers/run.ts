import { Client } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { NativeConnection, Runtime, Worker, type WorkerOptions } from '@temporalio/worker';
import pino, { type Logger } from 'pino';
import { reopenUnheard } from '../activities/accounts-payable/reopen-case.ts';
import type { PaymentParts } from '../activities/payments/parts.ts';
import { listEntities } from '../db/repositories/directory.ts';
import { activePolicy } from '../db/repositories/policies.ts';
import { dataConverter } from '../temporal-config/converter.ts';
import { connectWorker } from '../temporal-config/connection.ts';
import { deploymentName, enterDeployment, listBuilds } from '../temporal-config/deployment.ts';
import type { PayloadRefusal } from '../temporal-config/payload-codec.ts';
import { queues } from '../temporal-config/queues.ts';
import { applySchedules, type ScheduledCompany } from '../temporal-config/schedules.ts';
import { readSettings, type Settings } from '../temporal-config/settings.ts';
import { buildIdOf } from './build.ts';
import { startComparison } from './compare-processes.ts';
import { refuseUndeclared } from './declarations.ts';
import { correlateSteps, engineLog } from './engine-log.ts';
import { keptBundle } from './kept-bundle.ts';
import { startRelay } from './relay.ts';
import { wire } from './wire.ts';

/** What differs where a worker does not run our processes as they are: a benchmark's peer, for example. */
export interface WorkerPlan {
  /** File that exports the workflow functions; ours unless given. */
  workflowsPath?: string;
  /** Workflow code that was bundled before, with the build that it is. */
  recorded?: { id: string; code: string };
  /** Further activities on the queue of the processes. */
  furtherSteps?: (parts: PaymentParts) => object;
}

/** Where an entry prints: its ready line, and why it could not start. */
export type Screen = Pick<Console, 'log' | 'error'>;

/** A worker process: all task queues and the relay in one, until it is told to stop. */
async function runWorker(screen: Screen, plan: WorkerPlan): Promise<void> {
  const settings = readSettings();
  const logger = pino({ level: settings.logLevel, base: { service: 'worker', pid: process.pid } });
  if (!settings.databaseUrl) throw new Error('DATABASE_URL is not set');
  installRuntime(settings, logger);
  const wiring = await wire(settings, { databaseUrl: settings.databaseUrl, poolSize: 24 });
  await refuseUndeclared(wiring.db, wiring.parts.now().toISOString().slice(0, 10));
  const connection = await connectWorker(settings);
  const heard = { workflowService: connection.workflowService, refused: (payload: PayloadRefusal) => logger.error(payload, 'a payload was refused') };
  const converter = dataConverter(settings, heard);
  const build = plan.recorded ?? (await bundled(settings, converter, plan.workflowsPath));
  const client = new Client({ connection, namespace: settings.namespace, dataConverter: converter });

  const common = { connection, namespace: settings.namespace, dataConverter: converter, shutdownGraceTime: '10s', shutdownForceTime: '20s', interceptors: { activity: [correlateSteps] }, ...versioned(settings, build.id) } satisfies Partial<WorkerOptions>;
  const workers = await Promise.all([
    Worker.create({ ...common, taskQueue: queues.workflows, dataConverter: dataConverter(settings, { ...heard, marks: true }), workflowBundle: { code: build.code }, activities: { ...wiring.record, ...wiring.erp, ...plan.furtherSteps?.(wiring.parts) }, ...workflowTuning }),
    Worker.create({ ...common, taskQueue: queues.erp, activities: wiring.erp, maxConcurrentActivityTaskExecutions: 16 }),
    Worker.create({ ...common, taskQueue: queues.bank, activities: wiring.bank, maxConcurrentActivityTaskExecutions: 8 }),
    Worker.create({ ...common, taskQueue: queues.screening, activities: wiring.screening, maxConcurrentActivityTaskExecutions: 8 }),
  ]);
  await applySchedules(client, await scheduledCompanies(wiring.parts), settings.erpPollMs, (entity, reason) =>
    logger.error({ entity, reason }, 'the schedules of a company cannot be set up: mend its file in policies/entities and start again; the other companies have theirs'));
  const running = workers.map((worker) => worker.run());
  await rollOut(settings, connection, build.id, logger);
  const relay = await startRelay({ db: wiring.db, databaseUrl: settings.databaseUrl, client, logger, unheard: (trx, signal) => reopenUnheard(trx, wiring.parts, signal) });
  const comparison = startComparison({ parts: wiring.parts, client, logger });
  screen.log(JSON.stringify({ ready: true, service: 'worker', build: build.id }));

  await untilStopped(running, logger);
  await comparison.stop();
  await relay.stop();
  for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  await Promise.all(running);
  await connection.close();
  await wiring.close();
}

async function bundled({ home, cacheDir }: Settings, converter: DataConverter, workflowsPath?: string): Promise<{ id: string; code: string }> {
  const bundle = await keptBundle(cacheDir, converter, workflowsPath);
  return { id: buildIdOf(bundle, home), code: bundle.code };
}

/** Processes move to the current build with their next step: nobody keeps old workers running for months. */
function versioned({ rollOut }: Settings, buildId: string): Pick<WorkerOptions, 'workerDeploymentOptions'> {
  if (rollOut === 'off') return {};
  return { workerDeploymentOptions: { version: { deploymentName, buildId }, useWorkerVersioning: true, defaultVersioningBehavior: 'AUTO_UPGRADE' } };
}

/** A worker of a build that is not current gets no work, so that it says how it is given some. */
async function rollOut({ rollOut: mode, namespace }: Settings, { workflowService }: NativeConnection, build: string, logger: Logger): Promise<void> {
  if (mode === 'off') {
    const current = (await listBuilds(workflowService, namespace)).find(({ standing }) => standing === 'current');
    if (current) logger.warn({ current: current.id }, 'a build is the current one, and this worker has none: it gets no processes until `npx kontor builds use none`');
    return;
  }
  const { standing, insteadOf } = await enterDeployment(workflowService, namespace, build, mode);
  if (standing !== 'current') logger.warn({ build, standing }, `another build is the current one, and this worker gets no new steps; \`npx kontor builds use ${build}\` changes that`);
  else if (insteadOf) logger.warn({ build, insteadOf }, `this build is the current one now; \`npx kontor builds use ${insteadOf}\` rolls back while a worker of that build runs`);
  else logger.info({ build }, 'this build is the current one');
}

/** What schedules need to know of each company: when it pays, if it pays through us. */
async function scheduledCompanies({ db, now }: Pick<PaymentParts, 'db' | 'now'>): Promise<ScheduledCompany[]> {
  const date = now().toISOString().slice(0, 10);
  return Promise.all(
    (await listEntities(db)).map(async ({ id, timeZone, policies, bank }) => {
      // A company whose policy is not in force yet does not pay; it is scheduled at the first start after the activation.
      const policy = bank && policies.payments ? await activePolicy(db, 'payments', policies.payments, date).catch(() => undefined) : undefined;
      if (!policy) return { entity: id };
      const { content } = policy;
      return { entity: id, payments: { timeZone, weekdays: content.schedule.weekdays, at: content.schedule.at } };
    }),
  );
}

/** Measured on two cores: few cached workflows, as many slots as the database pool can feed. */
const workflowTuning = {
  maxCachedWorkflows: 500,
  maxConcurrentWorkflowTaskExecutions: 40,
  maxConcurrentLocalActivityExecutions: 20,
  stickyQueueScheduleToStartTimeout: '5s',
} satisfies Partial<WorkerOptions>;

function installRuntime(settings: Settings, logger: Logger): void {
  Runtime.install({
    logger: engineLog(logger),
    telemetryOptions: { metrics: { prometheus: { bindAddress: `${settings.bindAddress}:${settings.workerMetricsPort}` } } },
    shutdownSignals: [],
  });
}

async function untilStopped(running: Promise<void>[], logger: Logger): Promise<void> {
  const signal = new Promise<string>((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => resolve(name));
  });
  const ended = Promise.race(running).then(() => 'a worker ended');
  logger.info({ reason: await Promise.race([signal, ended]) }, 'stopping');
}

/** Entry of a worker program: it ends with 1 and a sentence when it cannot start. */
export function runOrExit(screen: Screen, plan: WorkerPlan = {}): void {
  runWorker(screen, plan).catch((error: unknown) => {
    screen.error(error instanceof Error ? error.message : error);
    process.exit(1);
  });
}
