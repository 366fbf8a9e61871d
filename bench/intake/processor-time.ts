import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Processor seconds by part of an installation. */
export type ProcessorTime = Record<string, number>;

/** Ticks of the kernel's process table a second, on every Linux of the last decades. */
const ticksPerSecond = 100;

/**
 * What each program recorded in `runDir` has used so far, with the children it has or had; what this process used is `callers`.
 * Empty where the system has no process table.
 */
export function processorTime(runDir: string): ProcessorTime {
  const table = processTable();
  if (table.length === 0) return {};
  const used = recorded(runDir).map(({ name, pid }): [string, number] => [name, ticksOfTree(table, pid) / ticksPerSecond]);
  const own = process.cpuUsage();
  return { ...Object.fromEntries(used), callers: (own.user + own.system) / 1e6 };
}

/** Seconds that these processes have used, without children that still run. */
export function processorSeconds(pids: readonly number[]): number {
  return pids.flatMap(entryOf).reduce((sum, { ticks }) => sum + ticks, 0) / ticksPerSecond;
}

/** Milliseconds of processor time for each of `count` pieces of work between two readings. */
export function millisecondsEach(from: ProcessorTime, to: ProcessorTime, count: number): Record<string, number> {
  return Object.fromEntries(Object.entries(to).map(([name, seconds]) => [name, Math.round(((seconds - (from[name] ?? 0)) * 10_000) / count) / 10]));
}

interface Entry {
  pid: number;
  parent: number;
  /** Own time and that of children that have ended. */
  ticks: number;
}

function processTable(): Entry[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap((pid) => entryOf(Number(pid)));
  } catch {
    return [];
  }
}

function entryOf(pid: number): Entry[] {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)?.split(' ') ?? [];
    return [{ pid, parent: Number(fields[1]), ticks: [11, 12, 13, 14].reduce((sum, field) => sum + Number(fields[field]), 0) }];
  } catch {
    return []; // it has just ended
  }
}

function ticksOfTree(table: readonly Entry[], root: number): number {
  return table.filter(({ pid, parent }) => pid === root || parent === root).reduce((sum, entry) => sum + (entry.pid === root ? entry.ticks : ticksOfTree(table, entry.pid)), 0);
}

/** Programs that were started in `runDir`. */
export function recorded(runDir: string): { name: string; pid: number }[] {
  return readdirSync(runDir).filter((name) => name.endsWith('.json')).map((name) => JSON.parse(readFileSync(join(runDir, name), 'utf8')) as { name: string; pid: number });
}
