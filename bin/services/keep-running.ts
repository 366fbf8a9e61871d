import type { Progress } from './progress.ts';
import { exitCodes, untilStopSignal, type StopSignal } from './signals.ts';
import type { OwnedState } from './state.ts';

/**
 * Starts something, tells when it is up, and keeps it until a stop signal or until what `onUp` began has ended; then ends
 * it and gives the state folder free. A signal during the start ends what is there so far and leaves the process at once:
 * what is still being started has nobody left to belong to. Both hear of the end by `stopping`. Answers the signal that ended it.
 */
export async function keepRunning<T extends { stop(): Promise<void> }>(
  state: OwnedState,
  progress: Progress,
  start: (stopping: AbortSignal) => Promise<T>,
  onUp: (running: T, stopping: AbortSignal) => void | Promise<void>,
): Promise<StopSignal | undefined> {
  const stopping = new AbortController();
  const stopped = untilStopSignal().then((signal) => {
    stopping.abort();
    return signal;
  });
  try {
    const up = await Promise.race([start(stopping.signal), stopped]);
    if (typeof up === 'string') {
      await state.release();
      process.exit(exitCodes[up]);
    }
    try {
      const work = onUp(up, stopping.signal);
      return await Promise.race([stopped, work ? work.then(() => undefined) : stopped]);
    } finally {
      stopping.abort();
      state.withdraw();
      await progress.step('Stopping', () => up.stop());
    }
  } finally {
    await state.release();
  }
}
