import type { Client, WorkflowHandle } from '@temporalio/client';
import { sql, type Db } from '../../db/client.ts';

/** Actions of a case in the order of the audit chain. */
export async function auditOf(db: Db, caseId: string): Promise<string[]> {
  const rows = await sql<{ action: string }>(db, `select action from audit_events where case_id = :caseId order by seq`, { caseId });
  return rows.map(({ action }) => action);
}

/**
 * Size of a history, and what it costs where actions are billed: start, each activity, each timer, signal, update, upsert and
 * continue-as-new once, all local activities of one workflow task together once.
 */
export async function historyOf({ client }: { client: Client }, workflowId: string): Promise<{ events: number; actions: number; types: string[] }> {
  const { events = [] } = await client.workflow.getHandle(workflowId).fetchHistory();
  const types = (events ?? []).map((event) => attributesOf(event));
  const billed = new Set(['workflowExecutionStarted', 'activityTaskScheduled', 'timerStarted', 'workflowExecutionSignaled', 'workflowExecutionUpdateAccepted', 'upsertWorkflowSearchAttributes', 'startChildWorkflowExecutionInitiated']);
  let actions = types.filter((type) => billed.has(type)).length;
  let markersOfTask = 0;
  for (const type of types) {
    if (type === 'workflowTaskCompleted') markersOfTask = 0;
    if (type === 'markerRecorded' && (markersOfTask += 1) === 1) actions += 1;
  }
  return { events: types.length, actions, types };
}

/** What the last activity of a queue answered, as its history keeps it. */
export async function lastAnswer(handle: WorkflowHandle): Promise<unknown> {
  const { events } = await handle.fetchHistory();
  const [payload] = (events ?? []).flatMap(({ activityTaskCompletedEventAttributes: answer }) => answer?.result?.payloads ?? []).slice(-1);
  return JSON.parse(new TextDecoder().decode(payload?.data ?? new Uint8Array()));
}

/** With what each history of a process that goes on in new ones began, in their order; the first with what it was started with. */
export async function begunWith<Input>({ client }: { client: Client }, workflowId: string): Promise<Input[]> {
  const inputs: Input[] = [];
  for (let runId: string | null | undefined = (await client.workflow.getHandle(workflowId).describe()).runId; runId; ) {
    const history: Awaited<ReturnType<WorkflowHandle['fetchHistory']>> = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    const started = history.events?.[0]?.workflowExecutionStartedEventAttributes;
    inputs.unshift(JSON.parse(new TextDecoder().decode(started?.input?.payloads?.[0]?.data ?? new Uint8Array())) as Input);
    runId = started?.continuedExecutionRunId;
  }
  return inputs;
}

function attributesOf(event: object): string {
  const name = Object.keys(event).find((key) => key.endsWith('EventAttributes') && (event as Record<string, unknown>)[key] != null);
  return (name ?? 'unknown').replace('EventAttributes', '');
}
