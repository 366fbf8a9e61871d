import { startedByNpm } from '../../temporal-config/settings.ts';

const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
type StopSignal = (typeof stopSignals)[number];
const exitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

const parentAtStart = process.ppid;
/** How often we look whether npm is still there. */
const parentCheckMs = 500;

/**
 * Resolves at the first Ctrl-C (or SIGTERM, or the end of the terminal or of npm). Asking again while we are stopping
 * changes nothing: the children end in order; a third time leaves at once.
 */
export function untilStopSignal(): Promise<StopSignal> {
  return new Promise((resolve) => {
    let asked = 0;
    for (const signal of stopSignals) {
      process.on(signal, () => {
        asked += 1;
        if (asked >= 3) process.exit(exitCodes[signal]);
        resolve(signal);
      });
    }
    if (startedByNpm()) watchParent(() => resolve('SIGTERM'));
  });
}

/** A SIGTERM to npm ends the shell between npm and us, but does not reach us: we notice that our parent is another. */
function watchParent(onGone: () => void): void {
  const timer = setInterval(() => {
    if (process.ppid === parentAtStart) return;
    clearInterval(timer);
    onGone();
  }, parentCheckMs);
  timer.unref();
}
