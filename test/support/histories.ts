import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { historyFromJSON, historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import type { DataConverter } from '@temporalio/common';
import { DefaultLogger, makeTelemetryFilterString, Runtime, Worker } from '@temporalio/worker';

Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined), telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }) } } });

/** Histories of real runs. A file that is removed is recorded anew by the next run of test/process/replayable.test.ts. */
export const historyFolder = join(import.meta.dirname, '../replay/histories');

export type History = ReturnType<typeof historyFromJSON>;
export interface NamedHistory {
  workflowId: string;
  history: History;
}

/** The run as it is kept: without the names of machines and processes (identities, sticky queues), without stack traces. */
export async function recordedRun(client: Client, workflowId: string): Promise<unknown> {
  return scrubbed(JSON.parse(historyToJSON(await client.workflow.getHandle(workflowId).fetchHistory())));
}

export function keepIfMissing(name: string, run: unknown): void {
  const file = join(historyFolder, `${name}.json`);
  if (!existsSync(file)) writeFileSync(file, `${JSON.stringify(run, undefined, 1)}\n`);
}

export function keptHistories(): { name: string; text: string; history: History }[] {
  return readdirSync(historyFolder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => {
      const text = readFileSync(join(historyFolder, name), 'utf8');
      return { name, text, history: historyFromJSON(JSON.parse(text)) };
    });
}

/** What a replay says of each history: undefined when the code still does what it did. */
export async function replay(code: string, histories: NamedHistory[], read: { dataConverter?: DataConverter; namespace?: string } = {}): Promise<(string | undefined)[]> {
  const verdicts: (string | undefined)[] = [];
  for await (const { error } of Worker.runReplayHistories({ workflowBundle: { code }, ...read }, histories)) verdicts.push(error?.message);
  return verdicts;
}

const nameless: Record<string, unknown> = { identity: 'worker', stackTrace: '' };

function scrubbed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(scrubbed);
  if (typeof value !== 'object' || value === null) return value;
  const sticky = 'kind' in value && value.kind === 'TASK_QUEUE_KIND_STICKY';
  if (sticky) return { ...value, name: 'sticky' };
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, name in nameless ? nameless[name] : scrubbed(entry)]));
}
