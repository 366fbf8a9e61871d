import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowService } from '@temporalio/client';
import proto from '@temporalio/proto';
import { KontorError } from '../domain/errors.ts';
import type { RollOut } from './settings.ts';

/** All workers of an installation are one deployment; its versions are the builds of the workflow code: docs/decisions/worker-builds.md. */
export const deploymentName = 'kontor-finance';

export interface Build {
  id: string;
  standing: 'current' | 'ramping' | 'waiting' | 'draining' | 'drained';
  /** Share of the new tasks that a ramping build gets. */
  percent?: number;
  /** It has been current at some time. */
  wasCurrent: boolean;
  created?: Date;
}

const registeredWithinMs = 60_000;
const notFound = 5; // gRPC status codes
const failedPrecondition = 9;

/** The builds that the server knows, newest first; none while no worker of a build has ever asked for work. */
export async function listBuilds(service: WorkflowService, namespace: string): Promise<Build[]> {
  const { builds } = await describe(service, namespace);
  return builds;
}

export interface Entrance {
  standing: 'current' | 'superseded' | 'waiting';
  /** The build that was current until just now. */
  insteadOf?: string;
}

/**
 * Called when the workers of a build ask for work: makes it the current one as far as `rollOut` allows, and says how it stands.
 * May be repeated and called by several workers at once. `superseded`: another build is current, and this one has been before.
 */
export async function enterDeployment(service: WorkflowService, namespace: string, buildId: string, rollOut: Exclude<RollOut, 'off'>): Promise<Entrance> {
  for (const until = Date.now() + registeredWithinMs; Date.now() < until; await sleep(100)) {
    const { builds, conflictToken } = await describe(service, namespace);
    const own = builds.find(({ id }) => id === buildId);
    if (!own) continue; // the server has not seen its first poll yet
    const before = builds.find(({ standing }) => standing === 'current');
    if (own === before) return { standing: 'current' };
    if (rollOut === 'by-hand' || own.standing === 'ramping') return { standing: 'waiting' };
    if (rollOut === 'new' && own.wasCurrent) return { standing: 'superseded' };
    if (await setCurrent(service, namespace, buildId, conflictToken)) return { standing: 'current', ...(before ? { insteadOf: before.id } : {}) };
  }
  throw new KontorError('temporal-unreachable', `The Temporal server does not list the build ${buildId} of this worker.`);
}

/** Sends all processes to this build from their next step on; undefined: to workers without a build. @throws KontorError `build-unknown` */
export async function useBuild(service: WorkflowService, namespace: string, buildId: string | undefined): Promise<void> {
  for (let tries = 0; tries < 10; tries += 1) {
    const { builds, conflictToken } = await describe(service, namespace);
    if (buildId !== undefined) requireKnown(builds, buildId);
    if (await setCurrent(service, namespace, buildId ?? '', conflictToken)) return;
  }
  throw new KontorError('temporal-unreachable', `Others change the builds all the time; ${buildId ?? 'none'} could not be made the current one.`);
}

/** Sends a share of the processes to this build, always the same ones; 0 ends it. @throws KontorError `build-unknown` */
export async function rampBuild(service: WorkflowService, namespace: string, buildId: string, percent: number): Promise<void> {
  const { builds, conflictToken } = await describe(service, namespace);
  requireKnown(builds, buildId);
  await service.setWorkerDeploymentRampingVersion({ namespace, deploymentName, buildId: percent === 0 ? '' : buildId, percentage: percent, conflictToken, identity: identity(), ignoreMissingTaskQueues: true });
}

/** The open processes of a build: it may be switched off when none is left and it is not the current one. */
export async function openProcessesOn(service: WorkflowService, namespace: string, buildId: string): Promise<number> {
  const { count } = await service.countWorkflowExecutions({ namespace, query: `TemporalWorkerDeploymentVersion = '${deploymentName}:${buildId}' and ExecutionStatus = 'Running'` });
  return Number(count);
}

/** Processes whose code cannot follow their history, or fails each time it is tried: the engine marks them, and takes the mark away when they go on. */
export async function stuckProcesses(service: WorkflowService, namespace: string): Promise<{ count: number; example: string | undefined }> {
  const query = `TemporalReportedProblems is not null and ExecutionStatus = 'Running'`;
  const { count } = await service.countWorkflowExecutions({ namespace, query });
  const { executions } = await service.listWorkflowExecutions({ namespace, query, pageSize: 1 });
  return { count: Number(count), example: executions?.[0]?.execution?.workflowId ?? undefined };
}

async function describe(service: WorkflowService, namespace: string): Promise<{ builds: Build[]; conflictToken: Uint8Array }> {
  try {
    const { workerDeploymentInfo: info, conflictToken } = await service.describeWorkerDeployment({ namespace, deploymentName });
    const routing = info?.routingConfig;
    const builds = (info?.versionSummaries ?? []).flatMap(({ deploymentVersion, drainageInfo, lastCurrentTime, createTime }): Build[] => {
      const id = deploymentVersion?.buildId;
      if (!id) return [];
      const standing = standingOf(id, routing ?? {}, drainageInfo?.status ?? undefined);
      return [{
        id, standing, wasCurrent: Boolean(lastCurrentTime),
        ...(standing === 'ramping' ? { percent: routing?.rampingVersionPercentage ?? 0 } : {}),
        ...(createTime ? { created: dateOf(createTime) } : {}),
      }];
    });
    return { builds: builds.sort((a, b) => (b.created?.getTime() ?? 0) - (a.created?.getTime() ?? 0)), conflictToken: conflictToken ?? new Uint8Array() };
  } catch (error) {
    if (codeOf(error) === notFound) return { builds: [], conflictToken: new Uint8Array() };
    throw error;
  }
}

type Routing = Pick<proto.temporal.api.deployment.v1.IRoutingConfig, 'currentDeploymentVersion' | 'rampingDeploymentVersion'>;
const { VersionDrainageStatus: Drainage } = proto.temporal.api.enums.v1;

function standingOf(id: string, routing: Routing, drainage: proto.temporal.api.enums.v1.VersionDrainageStatus | undefined): Build['standing'] {
  if (routing.currentDeploymentVersion?.buildId === id) return 'current';
  if (routing.rampingDeploymentVersion?.buildId === id) return 'ramping';
  if (drainage === Drainage.VERSION_DRAINAGE_STATUS_DRAINING) return 'draining';
  return drainage === Drainage.VERSION_DRAINAGE_STATUS_DRAINED ? 'drained' : 'waiting';
}

/** False when somebody else changed the deployment meanwhile: look again. */
async function setCurrent(service: WorkflowService, namespace: string, buildId: string, conflictToken: Uint8Array): Promise<boolean> {
  try {
    // A queue that the new build does not ask any more would stand still; the old build's worker serves it until it is switched off.
    await service.setWorkerDeploymentCurrentVersion({ namespace, deploymentName, buildId, conflictToken, identity: identity(), ignoreMissingTaskQueues: true });
    return true;
  } catch (error) {
    if (codeOf(error) === failedPrecondition) return false;
    throw error;
  }
}

function requireKnown(builds: readonly Build[], buildId: string): void {
  if (builds.some(({ id }) => id === buildId)) return;
  throw new KontorError('build-unknown', `No worker of the build ${buildId} has asked this Temporal server for work. It knows ${builds.map(({ id }) => id).join(', ') || 'none'}.`);
}

function identity(): string {
  return `kontor-${process.pid}`;
}

function dateOf({ seconds }: proto.google.protobuf.ITimestamp): Date {
  return new Date(Number(seconds ?? 0) * 1000);
}

function codeOf(error: unknown): number | undefined {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'number' ? error.code : undefined;
}
