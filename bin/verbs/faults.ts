// Run the fault tests in their long form: many random schedules of crashes, judged from the counterparts' ledgers
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { KontorError } from '../../domain/errors.ts';
import { readSettings, type Settings } from '../../temporal-config/settings.ts';
import { writableFolder } from '../services/folders.ts';
import { reportTests, runTests } from '../services/test-run.ts';

const usage = `Usage: kontor faults [--seeds N] [--store sqlite|postgres] [--report FILE] [FILE…]

  --seeds N    random schedules to play (default 20)
  --store      where the Temporal server under test keeps its state (default sqlite)
  --report     the file that keeps progress and result (default .kontor/faults/report.md); a later run goes on from it
  FILE…        only these files under test/faults`;

export async function run(args: string[]): Promise<number> {
  const { values, positionals } = options(args);
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const settings = readSettings();
  const report = reportFile(settings, values.report);
  const files = positionals.length > 0 ? positionals : ['test/faults/'];
  const summary = await runTests('faults', files, settings, {
    KONTOR_FAULT_SEEDS: values.seeds ?? '20', KONTOR_FAULT_REPORT: report, KONTOR_TEMPORAL_STORE: values.store ?? settings.temporalStore,
  });
  if (existsSync(report)) console.log(`${readFileSync(report, 'utf8').trimEnd()}\n\nReport: ${report}`);
  return reportTests(summary);
}

function options(args: string[]) {
  try {
    return parseArgs({
      args, allowPositionals: true,
      options: { seeds: { type: 'string' }, store: { type: 'string' }, report: { type: 'string' }, help: { type: 'boolean' } },
    });
  } catch (error) {
    throw new KontorError('usage-invalid', error instanceof Error ? error.message : String(error));
  }
}

function reportFile(settings: Settings, given: string | undefined): string {
  const file = given === undefined ? join(settings.stateDir, 'faults', 'report.md') : resolve(given);
  writableFolder(dirname(file));
  return file;
}
