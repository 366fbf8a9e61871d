// Run every test tier on a real database and Temporal server, which are started for the run
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { KontorError } from '../../domain/errors.ts';
import { readSettings, toolEnvironment, type Settings } from '../../temporal-config/settings.ts';
import type { TestSummary } from '../../test/support/summary-reporter.ts';
import { withDisposableState } from '../services/disposable.ts';
import { screen } from '../services/progress.ts';
import { startDatabase, startServices, type ServicesPlan } from '../services/services.ts';
import { untilStopSignal } from '../services/signals.ts';
import type { Supervised } from '../services/supervise.ts';

const usage = `Usage: kontor test [--tier NAME] [FILE…] [options of vitest]

  --tier NAME   local (needs no server), server, or a folder under test/: domain, process, api, faults …
  FILE…         only these test files or folders

Starts PostgreSQL and Temporal for the run, in a state folder of its own. Ends with "N passed, N failed, N skipped".`;

export async function run(args: string[]): Promise<number> {
  if (args.includes('--help')) {
    console.log(usage);
    return 0;
  }
  const settings = readSettings();
  const vitestArguments = selection(settings, args);
  const stopped = untilStopSignal();
  const outcome = await withDisposableState('test', settings, screen, async (stateDir) => {
    const started: Supervised[] = [];
    try {
      const services = vitestArguments.includes('--project=local') ? {} : await prepareServices(settings, stateDir, started);
      return await runVitest(settings, stateDir, vitestArguments, services, stopped);
    } finally {
      for (const program of started.reverse()) await program.stop();
    }
  });
  report(outcome);
  return outcome.failed === 0 ? 0 : 1;
}

type Environment = Record<string, string | undefined>;

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

/** `--tier` is a project of vitest.config.ts or a folder under test/; the rest goes to vitest as it is. */
function selection(settings: Settings, args: string[]): string[] {
  const at = args.indexOf('--tier');
  if (at < 0) return args;
  const tier = args[at + 1];
  const rest = [...args.slice(0, at), ...args.slice(at + 2)];
  if (tier === 'local' || tier === 'server') return [`--project=${tier}`, ...rest];
  if (tier !== undefined && existsSync(join(settings.home, 'test', tier))) return [`test/${tier}/`, ...rest];
  throw new KontorError('setting-invalid', `--tier ${tier ?? ''} is neither local, server nor a folder under test/.`);
}

async function runVitest(settings: Settings, stateDir: string, args: string[], services: Environment, stopped: Promise<NodeJS.Signals>): Promise<TestSummary> {
  const results = join(stateDir, 'results.json');
  const vitest = spawn(process.execPath, [
    join(settings.home, 'node_modules', 'vitest', 'vitest.mjs'), 'run', '--reporter=default',
    `--reporter=${join(settings.home, 'test', 'support', 'summary-reporter.ts')}`, ...args,
  ], {
    cwd: settings.home, stdio: ['ignore', 'inherit', 'inherit'],
    // The tests get databases and namespaces of their own, never those of an installation.
    env: toolEnvironment({ ...services, KONTOR_TEST_RESULTS: results, DATABASE_URL: undefined, TEMPORAL_ADDRESS: undefined, TZ: 'UTC' }),
  });
  void stopped.then((signal) => vitest.kill(signal));
  const code = await new Promise<number | null>((resolve) => vitest.once('close', resolve));
  const summary = existsSync(results) ? (JSON.parse(readFileSync(results, 'utf8')) as TestSummary) : { passed: 0, failed: 0, skipped: 0, skips: [] };
  if (code === 0 || summary.failed > 0) return summary;
  console.error(`vitest ended with code ${code}; what it printed says why.`);
  return { ...summary, failed: 1 };
}

function report({ passed, failed, skipped, skips }: TestSummary): void {
  for (const { reason, tests } of skips) console.log(`${tests} skipped: ${reason}`);
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
}

function firstLine(error: Error): string {
  return error.message.split('\n', 1)[0] ?? '';
}
