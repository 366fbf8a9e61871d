import { join } from 'node:path';
import type { Connection } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { dataConverter } from '../../temporal-config/converter.ts';
import type { Settings } from '../../temporal-config/settings.ts';
import type { History } from '../../test/support/histories.ts';
import { bundleWorkflows } from '../../workers/bundle.ts';

/** What a worker may take to come to the end of the longest history. */
export const replayAllowedMs = 200;

/** The workflows as a worker runs them; `file`: of a peer. */
export async function bundleOf(settings: Settings, connection: Pick<Connection, 'workflowService'>, file?: string): Promise<string> {
  const bundle = await bundleWorkflows(dataConverter(settings, { workflowService: connection.workflowService, refused: () => undefined }), file && join(settings.home, file));
  return bundle.code;
}

/** One worker, as in production; each time the process is new to it. From one answer to the next, after one that warms it up. */
export async function replayMs(code: string, history: History, replays: number): Promise<number[]> {
  const histories = Array.from({ length: replays + 1 }, (_, number) => ({ workflowId: `replay-${number}`, history }));
  const ms: number[] = [];
  let since = performance.now();
  for await (const { error } of Worker.runReplayHistories({ workflowBundle: { code } }, histories)) {
    if (error) throw error;
    ms.push(performance.now() - since);
    since = performance.now();
  }
  return ms.slice(1);
}
