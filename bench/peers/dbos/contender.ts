import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { launchNode } from '../../../bin/services/node-process.ts';
import { toolEnvironment } from '../../../temporal-config/settings.ts';
import type { Contender } from '../../invoice/contender.ts';
import { atApi } from '../../invoice/kontor.ts';

/** One program with API and processes; `bench/peers/dbos/main.ts` may be killed and launched again on the same database: it goes on where it was. */
export const contender: Contender = {
  async start({ settings }) {
    install();
    const program = await launchNode({ name: 'dbos', file: 'bench/peers/dbos/main.ts', settings });
    return { ...atApi(settings), stop: () => program.stop() };
  },
};

/** Into this folder and at the versions of its lockfile, the first time that it takes part. */
function install(): void {
  if (existsSync(join(import.meta.dirname, 'node_modules/@dbos-inc/dbos-sdk'))) return;
  const { status, stderr } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: import.meta.dirname, env: toolEnvironment({}), encoding: 'utf8' });
  if (status !== 0) throw new Error(`DBOS could not be installed into ${import.meta.dirname}:\n${stderr}`);
}
