// Start everything on this machine and send the samples; --once decides, compares the outcome and ends
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { KontorError } from '../../domain/errors.ts';
import { requireKeyRing } from '../../temporal-config/converter.ts';
import { readSettings, type Settings } from '../../temporal-config/settings.ts';
import { settleSamples, showSamples, type DemoPlan } from '../demo/demo.ts';
import { boardOn, outcomeTable } from '../demo/screen.ts';
import { parseOptions } from '../options.ts';
import { attach } from '../services/guests.ts';
import { isAlive, type ProcessIdentity } from '../services/identity.ts';
import { startInstallation } from '../services/installation.ts';
import { keepRunning } from '../services/keep-running.ts';
import { screen } from '../services/progress.ts';
import type { ServicesPlan } from '../services/services.ts';
import { exitCodes } from '../services/signals.ts';
import { ownState, runningOn, type Addresses, type OwnedState } from '../services/state.ts';

const usage = `Usage: kontor start [--once | --no-samples]

Starts PostgreSQL (unless DATABASE_URL), the Temporal server and its Web (unless TEMPORAL_ADDRESS), the sandbox
counterparts, the worker and the API, sends the shipped sample documents through the API, shows what becomes of each, and
keeps everything running until Ctrl-C. Ports and folders are settings: docs/runbook.md lists them.

  --once        decide by itself, print expected against actual and stop; 0 only if all agree, 130 (143, 129)
                after Ctrl-C (SIGTERM, SIGHUP). Where Kontor runs already in this state folder, the samples go
                there and it is left running.
  --no-samples  send nothing`;

/** The local ERP is asked often, so that nobody waits long for a receipt. */
const longestErpPollMs = 3_000;
const announcedWithinMs = 120_000;

export async function run(args: string[]): Promise<number> {
  const { values } = parseOptions({ args, options: { help: { type: 'boolean' }, once: { type: 'boolean' }, 'no-samples': { type: 'boolean' } } });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  if (values.once && values['no-samples']) throw new KontorError('usage-invalid', '--once sends the samples; it cannot go with --no-samples.');
  const read = readSettings();
  const settings: Settings = { ...read, erpPollMs: Math.min(read.erpPollMs, longestErpPollMs) };
  requireKeyRing(settings);
  for (;;) {
    const state = await ownState(settings.stateDir, screen);
    if (!('holder' in state)) return startHere(state, settings, { once: values.once ?? false, samples: !values['no-samples'] });
    if (!values.once) return tellOfFirst(settings);
    const code = await onceOnFirst(settings);
    if (code !== undefined) return code;
  }
}

async function startHere(state: OwnedState, settings: Settings, { once, samples }: { once: boolean; samples: boolean }): Promise<number> {
  const plan: ServicesPlan = { stateDir: settings.stateDir, ports: 'fixed', temporalStore: settings.temporalStore, web: true };
  let code = 0;
  const stoppedBy = await keepRunning(state, screen, (stopping) => startInstallation({ ...plan, stopping }, settings, screen), ({ addresses }, stopping) => {
    state.announce(addresses);
    console.log(overview(settings, addresses, !once));
    const demo = { home: settings.home, ...addresses, board: boardOn(process.stdout), stopping };
    if (once) {
      return settle(demo).then((outcome) => {
        code = outcome;
        return state.untilAlone(screen, stopping);
      });
    }
    if (samples) void showSamples(demo).catch((error: unknown) => tellWhyNot(error, stopping));
  });
  return once && stoppedBy ? exitCodes[stoppedBy] : code;
}

async function settle(demo: DemoPlan): Promise<number> {
  const rows = await settleSamples(demo);
  if (demo.stopping.aborted) return 1;
  const agree = rows.length > 0 && rows.every((row) => row.agrees);
  console.log(`\n${outcomeTable(rows)}\n\n${agree ? 'Everything agrees with what was expected.' : 'Not everything agrees with what was expected.'}`);
  return agree ? 0 : 1;
}

/** The installation stays up without them. */
function tellWhyNot(error: unknown, stopping: AbortSignal): void {
  if (!stopping.aborted) screen.note(`The samples are not followed any more: ${error instanceof Error ? error.message : String(error)}`);
}

/** Sends the samples to the installation that runs on this state folder, as soon as it serves; undefined when it has ended before. */
async function onceOnFirst(settings: Settings): Promise<number | undefined> {
  const leave = attach(settings.stateDir);
  try {
    const first = await screen.step('Kontor runs here already', (because) => untilServing(settings, because));
    if (first === undefined) return undefined;
    const demo = { home: settings.home, ...first.addresses, board: boardOn(process.stdout), stopping: new AbortController().signal };
    return await settle(demo).catch((cause: unknown) => {
      if (runningOn(settings.stateDir)?.addresses && isAlive(first.owner)) throw cause;
      throw new KontorError('installation-stopped', `The Kontor of process ${first.owner.pid} on ${settings.stateDir} ended while the samples were under way; how they came out is not known.`, { cause });
    });
  } finally {
    leave();
  }
}

async function untilServing(settings: Settings, because: (reason: string) => void): Promise<{ owner: ProcessIdentity; addresses: Addresses } | undefined> {
  because('it is still being started, or being stopped');
  for (const until = Date.now() + announcedWithinMs; Date.now() < until; await sleep(500)) {
    const first = runningOn(settings.stateDir);
    if (first === undefined) return undefined;
    if (first.addresses) return { owner: first.owner, addresses: first.addresses };
  }
  throw new KontorError('process-ended', `Kontor is being started on ${settings.stateDir} but does not serve. Its logs are in ${join(settings.stateDir, 'logs')}.`);
}

function tellOfFirst(settings: Settings): number {
  const first = runningOn(settings.stateDir);
  if (first?.addresses) console.log(`Kontor already runs here (process ${first.owner.pid}).\n${overview(settings, first.addresses, true)}`);
  else console.log(`Kontor is just being started or stopped here (process ${first?.owner.pid ?? 'unknown'}).`);
  return 0;
}

function overview(settings: Settings, addresses: Addresses, stays: boolean): string {
  const database = new URL(addresses.databaseUrl);
  const rows = [
    ['API', `${addresses.apiUrl}/v1`],
    ['API reference', `${addresses.apiUrl}/docs`],
    ['Temporal Web', addresses.webUrl ?? 'of the server at TEMPORAL_ADDRESS'],
    ['Sandbox ledger', `${addresses.sandboxUrl}/_sandbox/ledger`],
    ['Database', `${database.hostname}:${database.port}${database.pathname} as ${database.username}`],
    ['Logs', join(settings.stateDir, 'logs')],
  ];
  return ['', ...rows.map(([what, where]) => `  ${what?.padEnd(16)}${where}`), ...(stays ? ['', 'Ctrl-C stops everything; the data stays.'] : [])].join('\n');
}
