import { startedByNpm } from '../../temporal-config/settings.ts';
import { codeOf } from './folders.ts';

const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
export type StopSignal = (typeof stopSignals)[number];
export const exitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

const parentAtStart = process.ppid;
/** How often we look whether npm is still there. */
const parentCheckMs = 500;

/**
 * Resolves at the first Ctrl-C (or SIGTERM, or the end of the terminal, of npm, or of whoever reads what we print). Asking
 * again while we are stopping changes nothing: the children end in order; a third time kills them and leaves at once.
 */
export function untilStopSignal(): Promise<StopSignal> {
  return new Promise((resolve) => {
    let asked = 0;
    for (const signal of stopSignals) {
      process.on(signal, () => {
        asked += 1;
        if (asked >= 3) leaveAtOnce(signal);
        resolve(signal);
      });
    }
    watchReaders(() => resolve('SIGHUP'));
    if (startedByNpm()) watchParent(() => resolve('SIGTERM'));
  });
}

const beforeLeavingAtOnce = new Set<() => void>();

/** `kill` ends, without waiting, what would outlive this process; the answer is to be called when that has ended in order. */
export function killWhenLeavingAtOnce(kill: () => void): () => void {
  beforeLeavingAtOnce.add(kill);
  return () => beforeLeavingAtOnce.delete(kill);
}

function leaveAtOnce(signal: StopSignal): never {
  for (const kill of beforeLeavingAtOnce) kill();
  process.exit(exitCodes[signal]);
}

/** `| head` ends after its lines, and a terminal may be gone without a signal. Any other error, such as a full disk, costs the text only. */
function watchReaders(onGone: () => void): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error) => {
      if (['EPIPE', 'EIO'].includes(codeOf(error))) onGone();
    });
  }
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
