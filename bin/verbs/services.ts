// Start only PostgreSQL and Temporal, and print the variables that point a test or a process of yours to them
import { join } from 'node:path';
import { readSettings } from '../../temporal-config/settings.ts';
import { untilStopSignal } from '../services/signals.ts';
import { screen } from '../services/progress.ts';
import { startServices } from '../services/services.ts';
import { ownState } from '../services/state.ts';

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
    console.error(`Services of this checkout run already (process ${state.holder.pid}); stop them there with Ctrl-C.`);
    return 1;
  }
  const stopped = untilStopSignal();
  try {
    const starting = startServices({ stateDir, ports: 'free', temporalStore: settings.temporalStore, web: true }, settings, screen);
    const services = await Promise.race([starting, stopped]);
    if (typeof services === 'object') {
      console.log([
        `export KONTOR_TEST_DATABASE_URL=${services.databaseUrl}`,
        `export KONTOR_TEST_TEMPORAL_ADDRESS=${services.temporalAddress}`,
      ].join('\n'));
      screen.note(`Temporal Web: ${services.webUrl ?? 'not started'}\nCtrl-C stops them.`);
      await stopped;
      await services.stop();
    }
    return 0;
  } finally {
    await state.release();
  }
}
