import { readdirSync, writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';

/** About a third of the usual share of a busy processor. */
const niceness = 5;

/**
 * Lets a program stand back where processors are scarce: on one machine, whoever waits for an answer comes before work that runs on by
 * itself. Linux weighs threads, and sessions where it groups by them; other systems weigh the process. What cannot be set is left as it is.
 */
export function standBack(pid: number): void {
  for (const id of [pid, ...threadsOf(pid)]) attempt(() => setPriority(id, niceness));
  if (process.platform === 'linux') attempt(() => writeFileSync(`/proc/${pid}/autogroup`, String(niceness)));
}

/** A launch whose program stands back, whenever it is started again, too. */
export function standingBack<Program extends { pid: number }>(launch: () => Promise<Program>): () => Promise<Program> {
  return async () => {
    const program = await launch();
    standBack(program.pid);
    return program;
  };
}

function threadsOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).map(Number);
  } catch {
    return [];
  }
}

function attempt(set: () => void): void {
  try {
    set();
  } catch {
    // The thread has ended, or the system has no such weights.
  }
}
