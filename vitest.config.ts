import { defineConfig } from 'vitest/config';

/** Tiers without a server run side by side; tiers that share the server and the database run one file at a time. */
const serverTiers = ['services', 'db', 'process', 'api', 'faults', 'security'];

export default defineConfig({
  test: {
    pool: 'forks', // a Temporal worker inside a worker thread ends in a segmentation fault
    testTimeout: 120_000,
    hookTimeout: 180_000,
    env: { TZ: 'UTC' },
    projects: [
      {
        extends: true,
        test: {
          name: 'local',
          include: ['test/**/*.test.ts'],
          exclude: serverTiers.map((tier) => `test/${tier}/**`),
        },
      },
      {
        extends: true,
        test: {
          name: 'server',
          include: serverTiers.map((tier) => `test/${tier}/**/*.test.ts`),
          exclude: process.env['KONTOR_FAULT_SEEDS'] === undefined ? ['test/faults/long/**'] : [], // for `npm run faults` alone
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
