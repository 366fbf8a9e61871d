import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { settingsEnvironment, type Settings } from '../../temporal-config/settings.ts';
import { launch, logPosition, whenReady, type Running } from './process.ts';
import { programArguments } from './programs.ts';
import { runDirOf } from './services.ts';

/**
 * An entry point of ours that prints one line when it serves, `ready {…}` or `{"ready":true,…}` where its output is JSON
 * lines, and stops on SIGTERM.
 */
export interface NodeProcess {
  name: string;
  /** Relative to the checkout: `api/main.ts`. */
  file: string;
  settings: Settings;
  /** Log and process id go here; by default the state folder of the settings. */
  stateDir?: string | undefined;
  /** Further variables, for tests. */
  env?: Record<string, string> | undefined;
  readyWithinMs?: number | undefined;
}

export interface ReadyNodeProcess extends Running {
  /** What its ready line said: ports and the like. */
  ready: Record<string, unknown>;
  logFile: string;
}

/** A machine with much else to do takes minutes to bundle and connect; a process that ends before is told at once. */
const longestStartMs = 300_000;

/** @throws KontorError `process-ended` with the end of its log */
export async function launchNode(what: NodeProcess): Promise<ReadyNodeProcess> {
  const stateDir = what.stateDir ?? what.settings.stateDir;
  const logFile = join(stateDir, 'logs', `${what.name}.log`);
  const from = logPosition(logFile);
  const running = launch({
    name: what.name, command: process.execPath, args: await programArguments(what.settings.home, what.file), cwd: what.settings.home,
    env: { ...settingsEnvironment(what.settings), ...what.env }, logFile, runDir: runDirOf(stateDir), stopSignal: 'SIGTERM', stopGraceMs: 40_000,
  });
  let ready: Record<string, unknown> | undefined;
  await whenReady(running, logFile, what.readyWithinMs ?? longestStartMs, async () => {
    ready = readyLine(readFileSync(logFile).subarray(from).toString('utf8'));
    return ready !== undefined;
  });
  return { ...running, ready: ready ?? {}, logFile };
}

function readyLine(output: string): Record<string, unknown> | undefined {
  const found = /^(?:ready (\{.*\})|(\{"ready":true.*\}))$/m.exec(output);
  return found ? (JSON.parse(found[1] ?? found[2] ?? '{}') as Record<string, unknown>) : undefined;
}
