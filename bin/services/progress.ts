import { setTimeout as sleep } from 'node:timers/promises';

/** A wait longer than this is explained on the screen, and again every `repeatMs`. */
const explainAfterMs = 2_000;
const repeatMs = 15_000;

export interface Progress {
  /** Says what happens, why it waits when it does, and how long it took. `because` changes the reason that is shown. */
  step<T>(name: string, work: (because: (reason: string) => void) => Promise<T>): Promise<T>;
  note(line: string): void;
}

/** Lines for people on stderr; stdout stays free for results. */
export const screen: Progress = progressTo((line) => console.error(line));

/** For tests and for callers that print something else themselves. */
export const silent: Progress = progressTo(() => undefined);

export function progressTo(print: (line: string) => void): Progress {
  return {
    note: print,
    async step(name, work) {
      const began = Date.now();
      let reason = 'not finished yet';
      const done = new AbortController();
      void explain(() => print(`  … ${name}: ${reason} (${seconds(began)})`), done.signal);
      try {
        const result = await work((changed) => { reason = changed; });
        print(`  ✓ ${name} (${seconds(began)})`);
        return result;
      } finally {
        done.abort();
      }
    },
  };
}

async function explain(print: () => void, done: AbortSignal): Promise<void> {
  for (let wait = explainAfterMs; ; wait = repeatMs) {
    await sleep(wait, undefined, { signal: done, ref: false }).catch(() => undefined);
    if (done.aborted) return;
    print();
  }
}

function seconds(since: number): string {
  return `${((Date.now() - since) / 1000).toFixed(1)} s`;
}
