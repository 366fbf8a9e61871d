import { setTimeout as sleep } from 'node:timers/promises';
import type { Progress } from './progress.ts';
import type { Running } from './process.ts';

const firstPauseMs = 250;
const longestPauseMs = 15_000;
/** A program that lived this long was healthy; its next restart comes at once again. */
const healthyAfterMs = 60_000;

/** A program that is started again when it ends without having been asked to. */
export interface Supervised {
  readonly name: string;
  /** Undefined while it is down. */
  pid(): number | undefined;
  restarts(): number;
  /** kill -9, as a crash would; it comes back. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** Resolves when the program is ready for the first time; rejects when that fails. Once `everything` is being stopped nothing is started any more. */
export async function supervise(name: string, launch: () => Promise<Running>, progress: Progress, everything?: AbortSignal): Promise<Supervised> {
  everything?.throwIfAborted();
  let current: Running | undefined = await launch();
  const stopping = new AbortController();
  let restarts = 0;

  const watching = watch(current, AbortSignal.any([stopping.signal, ...(everything ? [everything] : [])]));
  return {
    name,
    pid: () => current?.pid,
    restarts: () => restarts,
    kill: async () => current?.kill(),
    async stop() {
      stopping.abort();
      await current?.stop();
      await watching;
    },
  };

  async function watch(first: Running, stop: AbortSignal): Promise<void> {
    let running = first;
    let pauseMs = firstPauseMs;
    for (;;) {
      const began = Date.now();
      const how = await running.ended;
      current = undefined;
      if (stop.aborted) return;
      if (Date.now() - began > healthyAfterMs) pauseMs = firstPauseMs;
      progress.note(`  ${name} ended unexpectedly (${how}); starting it again in ${pauseMs / 1000} s.`);
      const next = await startAgain(stop, pauseMs);
      if (next === undefined) return;
      pauseMs = Math.min(pauseMs * 2, longestPauseMs);
      running = next;
      current = next;
      restarts += 1;
      progress.note(`  ${name} runs again (process ${next.pid}).`);
      if (stop.aborted) await next.stop();
    }
  }

  async function startAgain(stop: AbortSignal, firstWaitMs: number): Promise<Running | undefined> {
    for (let waitMs = firstWaitMs; ; waitMs = Math.min(waitMs * 2, longestPauseMs)) {
      await sleep(waitMs, undefined, { signal: stop }).catch(() => undefined);
      if (stop.aborted) return undefined;
      try {
        return await launch();
      } catch (error) {
        progress.note(`  ${name} could not be started: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }
}
