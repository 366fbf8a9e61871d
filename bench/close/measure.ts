import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

export function milliseconds(work: () => void): number {
  const start = process.hrtime.bigint();
  work();
  return Number(process.hrtime.bigint() - start) / 1e6;
}

/** Processor time of one call in milliseconds, over so many calls after a few that warm up the compiler. */
export function processorMilliseconds(calls: number, work: () => void): number {
  for (let call = 0; call < 10; call++) work();
  const before = process.cpuUsage();
  for (let call = 0; call < calls; call++) work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000 / calls;
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

export interface ProcessCost {
  readonly seconds: number;
  /** Processor time of the process and its threads. */
  readonly cpuSeconds: number;
  /** Largest resident memory seen; read five times a second from the process table. */
  readonly peakMegabytes: number;
  readonly stdout: string;
}

/** Runs a command of ours in a process of its own, so that its memory is its own; the last 10,000 characters of its output are kept. */
export async function runCommand(args: string[]): Promise<ProcessCost> {
  const start = process.hrtime.bigint();
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let stdout = '';
  let [peak, cpuTicks] = [0, 0];
  child.stdout.on('data', (data: Buffer) => (stdout = (stdout + data.toString()).slice(-10_000)));
  const watch = setInterval(() => {
    peak = Math.max(peak, residentMegabytes(child.pid!));
    cpuTicks = Math.max(cpuTicks, ticksOf(child.pid!));
  }, 200);
  const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
  clearInterval(watch);
  if (code !== 0 && code !== 1) throw new Error(`${args.join(' ')} ended with ${code}`);
  return { seconds: Number(process.hrtime.bigint() - start) / 1e9, cpuSeconds: cpuTicks / 100, peakMegabytes: peak, stdout };
}

function residentMegabytes(pid: number): number {
  return Number(/VmHWM:\s+(\d+)/.exec(processFile(pid, 'status'))?.[1] ?? 0) / 1024;
}

function ticksOf(pid: number): number {
  const fields = processFile(pid, 'stat').split(') ')[1]?.split(' ') ?? [];
  return Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
}

function processFile(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return ''; // the process has just ended, or this system has no process table: nothing to read
  }
}
