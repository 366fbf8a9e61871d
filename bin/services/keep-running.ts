import type { Progress } from './progress.ts';
import { untilStopSignal } from './signals.ts';
import type { OwnedState } from './state.ts';

/**
 * Starts something, tells when it is up, and keeps it until a stop signal or until what `onUp` began has ended; then ends
 * it and gives the state folder free. A signal during the start ends what is there so far and leaves the process at once:
 * what is still being started has nobody left to belong to.
 */
export async function keepRunning<T extends { stop(): Promise<void> }>(
  state: OwnedState,
  progress: Progress,
  start: () => Promise<T>,
  onUp: (running: T, stopping: AbortSignal) => void | Promise<void>,
): Promise<void> {
  const stopped = untilStopSignal();
  const stopping = new AbortController();
  try {
    const up = await Promise.race([start(), stopped]);
    if (typeof up === 'string') {
      await state.release();
      process.exit(0);
    }
    try {
      await Promise.race([stopped, onUp(up, stopping.signal) ?? stopped]);
    } finally {
      stopping.abort();
      await progress.step('Stopping', () => up.stop());
    }
  } finally {
    await state.release();
  }
}
