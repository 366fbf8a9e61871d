// Run every test tier on a real database and Temporal server, which are started for the run
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { KontorError } from '../../domain/errors.ts';
import { readSettings, type Settings } from '../../temporal-config/settings.ts';
import { reportTests, runTests } from '../services/test-run.ts';

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
  return reportTests(await runTests('test', selection(settings, args), settings));
}

/** `--tier` is a project of vitest.config.ts or a folder under test/; the rest goes to vitest as it is. */
function selection(settings: Settings, args: string[]): string[] {
  const at = args.indexOf('--tier');
  if (at < 0) return args;
  const tier = args[at + 1];
  const rest = [...args.slice(0, at), ...args.slice(at + 2)];
  if (tier === 'local') return ['--project=local', ...rest];
  if (tier === 'server') return ['--project=server*', '--project=faults*', ...rest];
  if (tier !== undefined && existsSync(join(settings.home, 'test', tier))) return [`test/${tier}/`, ...rest];
  throw new KontorError('usage-invalid', `--tier ${tier ?? ''} is neither local, server nor a folder under test/.`);
}
