import { readFileSync } from 'node:fs';
import { recorded } from '../intake/processor-time.ts';

/** What a program holds now and the most that it ever held, in megabytes. */
export interface Memory {
  program: string;
  resident: number;
  peak: number;
}

/** Of each program that was started in `runDir`, as the kernel counts it; nothing where there is no process table. */
export function memoryOf(runDir: string): Memory[] {
  return recorded(runDir).flatMap(({ name, pid }) => {
    const status = statusOf(pid);
    const megabytes = (field: string) => Math.round(Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status ?? '')?.[1] ?? 0) / 1024);
    return status === undefined ? [] : [{ program: name, resident: megabytes('VmRSS'), peak: megabytes('VmHWM') }];
  });
}

function statusOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return undefined;
  }
}
