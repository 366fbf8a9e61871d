import { defineConfig } from 'vitest/config';

const playsLong = process.env['KONTOR_FAULT_SEEDS'] !== undefined;
const serverTiers = ['services', 'db', 'process', 'api', 'security'];
const faultFile = (name: string) => `test/faults/${name}.test.ts`;
/** Faults whose tests wait for the engine to notice, with times of their own: neighbours do not disturb them. */
const waitingFaults = ['lost-results', 'money-back', 'booking-unheard'].map(faultFile);
/** Faults whose counterparts have the usual limits: in their short form they bear one another, and not the crowd of the server tiers. */
const pairedFaults = playsLong ? [] : ['deploys', 'many-signals', 'planted-payments', 'restored', 'disk-full', 'model', 'poison'].map(faultFile);
/** They put something of their own in the place of a module of Node, which a module that was read before would not see. */
const withOwnModules = ['filing', 'folder'].map((name) => `test/api/${name}.test.ts`);
const folders = (tiers: readonly string[]) => tiers.map((tier) => `test/${tier}/**`);
const filesOf = (tiers: readonly string[]) => tiers.map((tier) => `test/${tier}/**/*.test.ts`);

/**
 * Two files at a time, because much of a test is waiting; files that share the server and the database have a namespace and a database
 * of their own there. The other tests of faults play alone: their counterparts' limits are short, so that a neighbour would be one more fault.
 */
export default defineConfig({
  test: {
    pool: 'forks', // a Temporal worker inside a worker thread ends in a segmentation fault
    testTimeout: 120_000,
    hookTimeout: 180_000,
    maxWorkers: 2,
    env: { TZ: 'UTC' },
    projects: [
      {
        extends: true,
        test: {
          name: 'local',
          isolate: false, // reading the modules anew for each file took longer than many a test
          include: ['test/**/*.test.ts'],
          exclude: folders([...serverTiers, 'faults']),
        },
      },
      { extends: true, test: { name: 'server', isolate: false, include: [...filesOf(serverTiers), ...waitingFaults], exclude: withOwnModules, sequence: { groupOrder: 1 } } },
      { extends: true, test: { name: 'server-isolated', include: withOwnModules, sequence: { groupOrder: 2 } } },
      { extends: true, test: { name: 'faults-paired', isolate: false, include: pairedFaults, sequence: { groupOrder: 2 } } },
      {
        extends: true,
        test: {
          name: 'faults',
          include: filesOf(['faults']),
          exclude: [...waitingFaults, ...pairedFaults, ...(playsLong ? [] : ['test/faults/long/**'])], // long ones for `npm run faults` alone
          maxWorkers: 1,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
