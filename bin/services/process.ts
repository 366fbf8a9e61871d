import { spawn } from 'node:child_process';
import { appendFileSync, closeSync, existsSync, fstatSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { KontorError } from '../../domain/errors.ts';
import { writableFolder } from './folders.ts';
import { endProcess, gone, identityOf, isAlive, type ProcessIdentity } from './identity.ts';
import type { Progress } from './progress.ts';

/** A program that we started and that we end. */
export interface Running {
  readonly name: string;
  readonly pid: number;
  /** Resolves when the process is gone, however that came about: `code 1`, `signal SIGKILL`. */
  readonly ended: Promise<string>;
  /** Asks it to stop, waits, kills as the last resort; resolves when it is gone. */
  stop(): Promise<void>;
  /** kill -9, the whole process group. */
  kill(): Promise<void>;
}

export interface Launch {
  name: string;
  command: string;
  args: string[];
  env: Record<string, string>;
  cwd: string;
  /** Output is appended here. */
  logFile: string;
  /** Process ids are recorded here, so that a later start finds what a killed one left behind. */
  runDir: string;
  user?: { uid: number; gid: number } | undefined;
  stopSignal: NodeJS.Signals;
  stopGraceMs: number;
}

interface ProcessRecord extends ProcessIdentity {
  name: string;
  command: string;
  stopSignal: NodeJS.Signals;
}

/**
 * Starts a program in a process group of its own: Ctrl-C in the terminal reaches only us, and we end our children in
 * order. Output goes straight to the log file, so that the program survives us when we are killed.
 */
export function launch(what: Launch): Running {
  writableFolder(dirname(what.logFile));
  writableFolder(what.runDir);
  const log = openSync(what.logFile, 'a');
  const child = spawn(what.command, what.args, {
    cwd: what.cwd, env: what.env, detached: true, stdio: ['ignore', log, log], ...what.user,
  });
  closeSync(log);
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => {
      appendFileSync(what.logFile, `${what.command} could not be started: ${error.message}\n`);
      resolve(error.message);
    });
    child.once('exit', (code, signal) => resolve(signal === null ? `code ${code}` : `signal ${signal}`));
  });
  const pid = child.pid;
  const identity = pid === undefined ? undefined : identityOf(pid);
  if (pid === undefined || identity === undefined) return { name: what.name, pid: -1, ended, stop: async () => undefined, kill: async () => undefined };

  const recordFile = join(what.runDir, `${what.name}.json`);
  const record: ProcessRecord = { ...identity, name: what.name, command: what.command, stopSignal: what.stopSignal };
  writeFileSync(recordFile, JSON.stringify(record));
  return {
    name: what.name,
    pid,
    ended,
    async stop() {
      await endProcess(identity, what.stopSignal, what.stopGraceMs);
      await ended;
      forget(what.runDir, record);
    },
    async kill() {
      killGroup(pid);
      await ended;
      await gone(identity, 10_000);
    },
  };
}

/**
 * Polls until `isReady` holds. @throws KontorError `process-ended` with the end of its log when the program ends first
 * or does not become ready in time; what `isReady` throws. It is stopped then.
 */
export async function whenReady(running: Running, logFile: string, withinMs: number, isReady: () => Promise<boolean>): Promise<void> {
  let how: string | undefined;
  void running.ended.then((reason) => { how = reason; });
  const deadline = Date.now() + withinMs;
  for (;;) {
    if (how !== undefined) throw new KontorError('process-ended', `${running.name} ended before it was ready (${how}). The end of ${logFile}:\n${endOf(logFile)}`);
    if (await isReady().catch((error: unknown) => running.stop().then(() => { throw error; }))) return;
    if (Date.now() > deadline) {
      await running.stop();
      throw new KontorError('process-ended', `${running.name} was not ready after ${withinMs / 1000} s. The end of ${logFile}:\n${endOf(logFile)}`);
    }
    await sleep(30);
  }
}

/** Ends what an earlier run left behind, after making sure that each process really is the recorded one. Answers how many. */
export async function endOrphans(runDir: string, progress: Progress): Promise<number> {
  const records = recordsIn(runDir);
  const orphans = records.filter(isAlive);
  await Promise.all(orphans.map(async (orphan) => {
    progress.note(`  Ending ${orphan.name} (process ${orphan.pid}), left behind by a run that was interrupted.`);
    await endProcess(orphan, orphan.stopSignal, 15_000);
  }));
  // Only what was looked at: a start that is being interrupted may have recorded another process meanwhile.
  for (const record of records) forget(runDir, record);
  return orphans.length;
}

/** Kills at once, with its process group, every program that is recorded and really is the recorded one; waits for nothing. */
export function killRecorded(runDir: string): void {
  for (const { pid } of recordsIn(runDir).filter(isAlive)) killGroup(pid);
}

function forget(runDir: string, record: ProcessRecord): void {
  const file = join(runDir, `${record.name}.json`);
  if (readRecord(file).some((now) => now.pid === record.pid && now.startedAt === record.startedAt)) rmSync(file, { force: true });
}

/** The last lines of a log, for error messages. */
export function endOf(logFile: string, lines = 12): string {
  try {
    return readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  } catch {
    return '(no output)';
  }
}

/** Where the log ends now; what a new program writes comes after it. */
export function logPosition(logFile: string): number {
  writableFolder(dirname(logFile));
  const log = openSync(logFile, 'a');
  try {
    return fstatSync(log).size;
  } finally {
    closeSync(log);
  }
}

function recordsIn(runDir: string): ProcessRecord[] {
  if (!existsSync(runDir)) return [];
  return readdirSync(runDir).filter((name) => name.endsWith('.json')).flatMap((name) => readRecord(join(runDir, name)));
}

/** A record that was being written when the power went names a process that is gone as well. */
function readRecord(file: string): ProcessRecord[] {
  try {
    return [JSON.parse(readFileSync(file, 'utf8')) as ProcessRecord];
  } catch {
    return [];
  }
}

/** Ends at once whatever is left of a process group; nothing where all of it has ended. */
export function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Gone already.
  }
}
