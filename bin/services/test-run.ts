import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { KontorError } from '../../domain/errors.ts';
import { toolEnvironment, type Settings } from '../../temporal-config/settings.ts';
import type { TestSummary } from '../../test/support/summary-reporter.ts';
import { withDisposableState } from './disposable.ts';
import { killGroup } from './process.ts';
import { screen } from './progress.ts';
import { startDatabase, startServices, type ServicesPlan } from './services.ts';
import { untilStopSignal } from './signals.ts';
import type { Supervised } from './supervise.ts';

type Environment = Record<string, string | undefined>;

/** Prepares services, runs vitest with these arguments and tells how it came out. Nothing is left running. */
export async function runTests(purpose: string, args: string[], settings: Settings, extra: Environment = {}): Promise<TestSummary> {
  const stopped = untilStopSignal();
  return withDisposableState(purpose, settings, screen, async (stateDir) => {
    const started: Supervised[] = [];
    try {
      const services = args.includes('--project=local') ? {} : await prepareServices(settings, stateDir, started);
      return await runVitest(settings, stateDir, args, { ...services, ...extra }, stopped);
    } finally {
      for (const program of started.reverse()) await program.stop();
    }
  });
}

/** One line for each kind of skip, then the summary as the last line. Answers the exit code. */
export function reportTests({ passed, failed, skipped, skips }: TestSummary): number {
  for (const { reason, tests } of skips) console.log(`${tests} skipped: ${reason}`);
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  return failed === 0 ? 0 : 1;
}

/** What the test files find in their environment. A server that cannot be had is a visible skip, never a silent pass. */
async function prepareServices(settings: Settings, stateDir: string, started: Supervised[]): Promise<Environment> {
  if (settings.testDatabaseUrl && settings.testTemporalAddress) return {};
  const plan: ServicesPlan = { stateDir, ports: 'free', temporalStore: 'sqlite', web: false };
  try {
    const services = await startServices(plan, settings, screen);
    started.push(...[services.postgres, services.temporal].filter((part) => part !== undefined));
    return { KONTOR_TEST_DATABASE_URL: services.databaseUrl, KONTOR_TEST_TEMPORAL_ADDRESS: services.temporalAddress };
  } catch (error) {
    if (!(error instanceof KontorError)) throw error;
    if (error.code === 'database-unreachable') return { KONTOR_TEST_SERVICES_MISSING: `a PostgreSQL server. ${firstLine(error)}` };
    if (error.code !== 'temporal-unreachable') throw error;
    const { databaseUrl } = await startDatabase(plan, settings, screen, started);
    return { KONTOR_TEST_DATABASE_URL: databaseUrl, KONTOR_TEST_SERVICES_MISSING: `a Temporal server. ${firstLine(error)}` };
  }
}

async function runVitest(settings: Settings, stateDir: string, args: string[], services: Environment, stopped: Promise<NodeJS.Signals>): Promise<TestSummary> {
  const results = join(stateDir, 'results.json');
  const vitest = spawn(process.execPath, [
    join(settings.home, 'node_modules', 'vitest', 'vitest.mjs'), 'run', '--reporter=default',
    `--reporter=${join(settings.home, 'test', 'support', 'summary-reporter.ts')}`, ...args,
  ], {
    cwd: settings.home, stdio: ['ignore', 'inherit', 'inherit'], detached: true, // a group of its own, which ends with it
    // The tests get databases and namespaces of their own, never those of an installation.
    env: toolEnvironment({ ...services, KONTOR_TEST_RESULTS: results, DATABASE_URL: undefined, TEMPORAL_ADDRESS: undefined, TZ: 'UTC' }),
  });
  void stopped.then((signal) => vitest.kill(signal));
  const code = await new Promise<number | null>((resolve) => vitest.once('close', resolve));
  if (vitest.pid !== undefined) killGroup(vitest.pid);
  const summary = existsSync(results) ? (JSON.parse(readFileSync(results, 'utf8')) as TestSummary) : { passed: 0, failed: 0, skipped: 0, skips: [] };
  if (code === 0 || summary.failed > 0) return summary;
  console.error(`vitest ended with code ${code}; what it printed says why.`);
  return { ...summary, failed: 1 };
}

function firstLine(error: Error): string {
  return error.message.split('\n', 1)[0] ?? '';
}
