// Start everything on this machine: database, Temporal, counterparts, worker and API; Ctrl-C stops it
import { join } from 'node:path';
import { KontorError } from '../../domain/errors.ts';
import { readSettings, type Settings } from '../../temporal-config/settings.ts';
import { startInstallation } from '../services/installation.ts';
import { keepRunning } from '../services/keep-running.ts';
import { screen } from '../services/progress.ts';
import type { ServicesPlan } from '../services/services.ts';
import { ownState, runningOn, type Addresses } from '../services/state.ts';

const usage = `Usage: kontor start

Starts PostgreSQL (unless DATABASE_URL), the Temporal server and its Web (unless TEMPORAL_ADDRESS), the sandbox
counterparts, the worker and the API, and keeps them running until Ctrl-C. Ports and folders are settings:
docs/runbook.md lists them.`;

export async function run(args: string[]): Promise<number> {
  if (args.includes('--help')) {
    console.log(usage);
    return 0;
  }
  if (args.length > 0) throw new KontorError('usage-invalid', `kontor start does not know ${args.join(' ')}.`);
  const settings = readSettings();
  const state = await ownState(settings.stateDir, screen);
  if ('holder' in state) {
    tellOfFirst(settings);
    return 0;
  }
  const plan: ServicesPlan = { stateDir: settings.stateDir, ports: 'fixed', temporalStore: settings.temporalStore, web: true };
  await keepRunning(state, screen, () => startInstallation(plan, settings, screen), ({ addresses }) => {
    state.announce(addresses);
    console.log(overview(settings, addresses));
  });
  return 0;
}

function tellOfFirst(settings: Settings): void {
  const first = runningOn(settings.stateDir);
  if (first?.addresses) console.log(`Kontor already runs here (process ${first.owner.pid}).\n${overview(settings, first.addresses)}`);
  else console.log(`Kontor is just being started here (process ${first?.owner.pid ?? 'unknown'}).`);
}

function overview(settings: Settings, addresses: Addresses): string {
  const database = new URL(addresses.databaseUrl);
  const rows = [
    ['API', `${addresses.apiUrl}/v1`],
    ['API reference', `${addresses.apiUrl}/docs`],
    ['Temporal Web', addresses.webUrl ?? 'of the server at TEMPORAL_ADDRESS'],
    ['Sandbox ledger', `${addresses.sandboxUrl}/_sandbox/ledger`],
    ['Database', `${database.hostname}:${database.port}${database.pathname} as ${database.username}`],
    ['Logs', join(settings.stateDir, 'logs')],
  ];
  return ['', ...rows.map(([what, where]) => `  ${what?.padEnd(16)}${where}`), '', 'Ctrl-C stops everything; the data stays.'].join('\n');
}
