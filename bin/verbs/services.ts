// Start only PostgreSQL and Temporal, and print the variables that point a test or a process of yours to them
import { join } from 'node:path';
import { readSettings } from '../../temporal-config/settings.ts';
import { keepRunning } from '../services/keep-running.ts';
import { screen } from '../services/progress.ts';
import { startServices, type ServicesPlan } from '../services/services.ts';
import { ownState, runningOn, type ServiceAddresses } from '../services/state.ts';

const usage = `Usage: kontor services

Starts PostgreSQL and Temporal (server and Web) on free ports in a state folder of their own and keeps them running until
Ctrl-C. Prints export lines for a shell; with them \`npx vitest run FILE\` runs server tests without starting anything.
KONTOR_TEMPORAL_STORE=postgres lets the server keep its state in PostgreSQL instead of a SQLite file.`;

export async function run(args: string[]): Promise<number> {
  if (args.includes('--help')) {
    console.log(usage);
    return 0;
  }
  const settings = readSettings();
  const stateDir = join(settings.stateDir, 'services');
  const state = await ownState(stateDir, screen);
  if ('holder' in state) {
    const first = runningOn<ServiceAddresses>(stateDir);
    screen.note(`Services of this checkout run already (process ${state.holder.pid})${first?.addresses ? '' : ', still starting'}.`);
    if (first?.addresses) tell(first.addresses);
    return 0;
  }
  const plan: ServicesPlan = { stateDir, ports: 'free', temporalStore: settings.temporalStore, web: true };
  await keepRunning(state, screen, (stopping) => startServices({ ...plan, stopping }, settings, screen), ({ databaseUrl, temporalAddress, webUrl }) => {
    const addresses = { databaseUrl, temporalAddress, webUrl };
    state.announce(addresses);
    tell(addresses);
    screen.note('Ctrl-C stops them.');
  });
  return 0;
}

function tell({ databaseUrl, temporalAddress, webUrl }: ServiceAddresses): void {
  console.log(`export KONTOR_TEST_DATABASE_URL=${databaseUrl}\nexport KONTOR_TEST_TEMPORAL_ADDRESS=${temporalAddress}`);
  screen.note(`Temporal Web: ${webUrl ?? 'that of the given server'}`);
}
