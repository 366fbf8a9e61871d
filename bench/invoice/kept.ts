import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from '@temporalio/client';
import type pg from 'pg';
import { withClient } from '../../bin/services/postgres.ts';
import type { Arena, Entered } from './arena.ts';

/** What a contender has cost and kept so far, beside processor time. */
export interface Kept {
  /** Billable actions as the server counts them in the contender's namespace. */
  actions: number;
  /** Rows and bytes of our database and of the engine's two. */
  rows: number;
  bytes: number;
  engineRows: number;
  engineBytes: number;
}

/** Backends report what they inserted when they have been idle for a while. */
const statisticsMs = 2_500;
/** The server clears the queues of what is done every half minute, and a little later by chance. */
const atRestMs = 40_000;
const patienceMs = 130_000;

export async function keptBy({ services }: Arena, { settings }: Entered): Promise<Kept> {
  await sleep(statisticsMs);
  const own = await sizeOf(settings.databaseUrl ?? '');
  const engine = await engineAtRest(services.databaseUrl);
  return {
    actions: await actionsIn(services.temporalMetricsUrl ?? '', settings.namespace),
    rows: own.rows, bytes: own.bytes,
    engineRows: engine.reduce((sum, { rows }) => sum + rows, 0), engineBytes: engine.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

export function difference(before: Kept, after: Kept): Kept {
  return Object.fromEntries(Object.entries(after).map(([name, value]) => [name, (value as number) - before[name as keyof Kept]])) as unknown as Kept;
}

/** The server clears its queues a while after the work. */
async function engineAtRest(databaseUrl: string): Promise<{ rows: number; bytes: number }[]> {
  const look = () => Promise.all(['temporal', 'temporal_visibility'].map((database) => sizeOf(Object.assign(new URL(databaseUrl), { pathname: `/${database}` }).href)));
  let found = await look();
  for (const until = Date.now() + patienceMs; Date.now() < until; ) {
    const before = found.map(({ rows }) => rows);
    await sleep(atRestMs);
    found = await look();
    if (found.every(({ rows }, at) => rows === before[at])) break;
  }
  return found;
}

/** Rows that are there, and the bytes of their tables and indexes; a SQLite store has none here. */
async function sizeOf(url: string): Promise<{ rows: number; bytes: number }> {
  return withClient(url, async (client: pg.Client) => {
    const { rows } = await client.query<{ rows: string; bytes: string }>(`select coalesce(sum(n_tup_ins - n_tup_del), 0) as rows, coalesce(sum(pg_total_relation_size(relid)), 0) as bytes from pg_stat_user_tables`);
    return { rows: Number(rows[0]?.rows), bytes: Number(rows[0]?.bytes) };
  }).catch((error: { code?: string }) => {
    if (error.code === '3D000') return { rows: 0, bytes: 0 };
    throw error;
  });
}

/** The server writes namespaces with underscores only. */
async function actionsIn(metricsUrl: string, namespace: string): Promise<number> {
  const lines = (await (await fetch(metricsUrl)).text()).split('\n').filter((line) => line.startsWith('action{'));
  const label = `namespace="${namespace.replaceAll(/\W/g, '_')}"`;
  const own = lines.filter((line) => line.includes(label) && line.includes('service_name="frontend"'));
  if (own.length === 0) throw new Error(`the server counts no actions of ${namespace}`);
  return own.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}

export interface Histories {
  events: number;
  bytes: number;
}

/** Events and bytes of the histories of these processes, with the children that they started and the runs that went on in a new history. */
export async function historiesOf(connection: Connection, namespace: string, workflowIds: readonly string[]): Promise<Histories> {
  const wanted = new Set(workflowIds);
  const total = { events: 0, bytes: 0 };
  for (const execution of await executionsIn(connection, namespace)) {
    const id = execution.workflowId ?? '';
    if (!wanted.has(id) && !wanted.has(id.split('/approval/')[0] ?? '')) continue;
    const { workflowExecutionInfo: info } = await connection.workflowService.describeWorkflowExecution({ namespace, execution });
    total.events += Number(info?.historyLength);
    total.bytes += Number(info?.historySizeBytes);
  }
  return total;
}

async function executionsIn(connection: Connection, namespace: string): Promise<{ workflowId?: string | null; runId?: string | null }[]> {
  const found = [];
  let nextPageToken: Uint8Array | undefined;
  do {
    const page = await connection.workflowService.listWorkflowExecutions({ namespace, pageSize: 500, query: `WorkflowType IN ('invoiceToPay', 'approval', 'paymentRun')`, ...(nextPageToken ? { nextPageToken } : {}) });
    found.push(...page.executions.map(({ execution }) => ({ workflowId: execution?.workflowId, runId: execution?.runId })));
    nextPageToken = page.nextPageToken.length > 0 ? page.nextPageToken : undefined;
  } while (nextPageToken);
  return found;
}
