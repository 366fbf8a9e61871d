// Run the fault tests in their long form: many random schedules of crashes, judged from the counterparts' ledgers
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { KontorError } from '../../domain/errors.ts';
import { readSettings, type Settings } from '../../temporal-config/settings.ts';
import { keptSeeds } from '../../test/faults/kept-seeds.ts';
import { addPlayed, faultsHeld, seedsToPlay } from '../../test/faults/report.ts';
import type { TestSummary } from '../../test/support/summary-reporter.ts';
import { writableFolder } from '../services/folders.ts';
import { sourceRevision } from '../services/source-revision.ts';
import { reportTests, runTests } from '../services/test-run.ts';

const usage = `Usage: kontor faults [--seeds N | --seed S | --payment-seeds N | --payment-seed S] [--store sqlite|postgres] [--report FILE] [FILE…]

  --seeds N            the random days that failed once and those from 1 to N (default 20), and all other fault tests; what has held with these sources, by the report, is not played again
  --seed S             this day alone, again
  --payment-seeds N    the random schedules of payment runs alone, those that failed once and those from 1 to N: some seconds each, six houses side by side; goes on where it stopped
  --payment-seed S     this one alone, again
  --store              where the Temporal server under test keeps its state (default sqlite)
  --report             the file that keeps progress and result (default .kontor/faults/report.md)
  FILE…                only these files under test/faults`;

/** Faults of requests and of the bank's messages are played where those are tested. */
const everything = ['test/faults/', 'test/api/idempotency.test.ts', 'test/process/payment-run.test.ts', 'test/process/payment-run-histories.test.ts', 'test/process/bank-messages.test.ts', 'test/replay/', 'test/domain/calendar/'];
/** Chooses tests by their name; those that it leaves out count as skipped and are not. */
const byName = '-t';
/** In the place of seeds where none is left to play. */
const noSeeds = 'none';
const withoutServices = /^needs: a (PostgreSQL|Temporal) server/;

export async function run(args: string[]): Promise<number> {
  const { values, positionals } = options(args);
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const settings = readSettings();
  const report = reportFile(settings, values.report);
  const revision = sourceRevision(settings.home, settings.stateDir);
  const plan = planOf(values, report, revision);
  const files = positionals.length > 0 ? positionals : plan.files;
  const held = plan.played && positionals.length === 0;
  if (held) console.log(`All of them have held with revision ${revision}.\n`);
  const summary: TestSummary = held ? { passed: 0, failed: 0, skipped: 0, skips: [] } : await runTests('faults', files, settings, {
    ...plan.seeds, KONTOR_FAULT_REPORT: report, KONTOR_FAULT_REVISION: revision, KONTOR_TEMPORAL_STORE: values.store ?? settings.temporalStore,
  });
  if (summary.faults) addPlayed(report, revision, files.includes(byName) ? summary.faults.filter(({ passed, failed }) => passed + failed > 0) : summary.faults, { all: files === everything });
  if (existsSync(report)) console.log(`${readFileSync(report, 'utf8').trimEnd()}\n\nReport: ${report}`);
  const missing = summary.skips.find(({ reason }) => withoutServices.test(reason));
  if (missing) console.error(`Nothing is shown by faults that could not be played: ${missing.reason}`);
  return reportTests(summary) || (missing ? 1 : 0);
}

interface Plan {
  files: string[];
  seeds: Record<string, string>;
  /** Nothing is left to play. */
  played: boolean;
}

/** What is to be played; a number of seeds leaves out what has held with this revision. */
function planOf(values: ReturnType<typeof options>['values'], report: string, revision: string): Plan {
  const payments = values['payment-seed'] !== undefined || values['payment-seeds'] !== undefined;
  const one = payments ? values['payment-seed'] : values.seed;
  const option = `--${payments ? 'payment-' : ''}seed`;
  const number = one === undefined ? count(`${option}s`, (payments ? values['payment-seeds'] : values.seeds) ?? '20') : count(option, one);
  const form = payments ? 'payments' : 'day';
  const wanted = [...new Set([...keptSeeds(form), ...Array.from({ length: number }, (_, index) => index + 1)])];
  const seeds = one === undefined ? seedsToPlay(report, revision, wanted, form) : [number];
  if (payments) return { files: ['test/faults/payment-seeds.test.ts'], seeds: { KONTOR_FAULT_PAYMENT_SEEDS: seeds.join(',') }, played: seeds.length === 0 };
  if (one !== undefined) return { files: ['test/faults/crashes.test.ts', byName, 'seed'], seeds: { KONTOR_FAULT_SEEDS: String(number) }, played: false };
  return { files: everything, seeds: { KONTOR_FAULT_SEEDS: seeds.join(',') || noSeeds }, played: seeds.length === 0 && faultsHeld(report, revision) };
}

function options(args: string[]) {
  try {
    return parseArgs({
      args, allowPositionals: true,
      options: { seeds: { type: 'string' }, seed: { type: 'string' }, 'payment-seeds': { type: 'string' }, 'payment-seed': { type: 'string' }, store: { type: 'string' }, report: { type: 'string' }, help: { type: 'boolean' } },
    });
  } catch (error) {
    throw new KontorError('usage-invalid', error instanceof Error ? error.message : String(error));
  }
}

function count(option: string, text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new KontorError('usage-invalid', `${option} ${text} is not a number from 1 to 999999.`);
  return Number(text);
}

function reportFile(settings: Settings, given: string | undefined): string {
  const file = given === undefined ? join(settings.stateDir, 'faults', 'report.md') : resolve(given);
  writableFolder(dirname(file));
  return file;
}
