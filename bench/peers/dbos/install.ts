import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { toolEnvironment } from '../../../temporal-config/settings.ts';

/** Into this folder and at the versions of its lockfile, the first time that it takes part. */
export function install(): void {
  if (existsSync(join(import.meta.dirname, 'node_modules/@dbos-inc/dbos-sdk'))) return;
  const { status, stderr } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: import.meta.dirname, env: toolEnvironment({}), encoding: 'utf8' });
  if (status !== 0) throw new Error(`DBOS could not be installed into ${import.meta.dirname}:\n${stderr}`);
}
