// List the builds of the workflow code that workers run, and roll one out or back
import { KontorError } from '../../domain/errors.ts';
import { connectClient } from '../../temporal-config/connection.ts';
import { listBuilds, openProcessesOn, rampBuild, useBuild } from '../../temporal-config/deployment.ts';
import { readSettings } from '../../temporal-config/settings.ts';
import { parseOptions } from '../options.ts';
import { runningOn } from '../services/state.ts';

const usage = `Usage: kontor builds
       kontor builds use BUILD
       kontor builds ramp BUILD --percent N

Without more: prints one JSON line a build, newest first: how it stands and how many open processes took their last step on it.
use   Makes BUILD the current one: every process takes its next step there. The build before is how a roll-out is taken
      back; a worker of it has to run. \`none\`: workers without a build (KONTOR_ROLL_OUT=off).
ramp  Sends N of 100 processes to BUILD, always the same ones; 0 ends it.

The worker prints its build when it is ready. docs/runbook.md says who runs what at a roll-out.`;

export async function run(args: string[]): Promise<number> {
  const { values, positionals } = parseOptions({ args, allowPositionals: true, options: { help: { type: 'boolean' }, percent: { type: 'string' } } });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const read = readSettings();
  const settings = { ...read, temporalAddress: read.temporalAddress ?? runningOn(read.stateDir)?.addresses?.temporalAddress };
  const [what, build] = positionals;
  const connection = await connectClient(settings);
  const service = connection.workflowService;
  try {
    if (what === 'use' && build !== undefined) await useBuild(service, settings.namespace, build === 'none' ? undefined : build);
    else if (what === 'ramp' && build !== undefined) await rampBuild(service, settings.namespace, build, percent(values.percent));
    else if (what !== undefined) throw new KontorError('usage-invalid', `\`kontor builds ${positionals.join(' ')}\` is not understood; \`kontor builds --help\` says what is.`);
    for (const one of await listBuilds(service, settings.namespace)) {
      const { id, standing, percent: share, created } = one;
      console.log(JSON.stringify({ build: id, standing, ...(share === undefined ? {} : { percent: share }), openProcesses: await openProcessesOn(service, settings.namespace, id), firstSeen: created?.toISOString() }));
    }
    return 0;
  } finally {
    await connection.close();
  }
}

function percent(text = ''): number {
  if (!/^(100|\d{1,2})$/.test(text)) throw new KontorError('usage-invalid', `--percent ${text} is not a number from 0 to 100.`);
  return Number(text);
}
