import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { freePort } from '../../bin/services/ports.ts';
import { launch, whenReady, type Running } from '../../bin/services/process.ts';
import { screen } from '../../bin/services/progress.ts';
import { officialPrograms } from '../../bin/services/temporal-programs.ts';
import { serverAnswers } from '../../bin/services/temporal.ts';
import { readSettings, toolEnvironment } from '../../temporal-config/settings.ts';

export const roles = ['history', 'matching', 'worker', 'frontend'] as const;
export type Role = (typeof roles)[number];

/**
 * The four services of the Temporal server as processes of their own, on the store and the ports of a server that ran as one
 * process in `stateDir` and has been stopped. They find each other by the membership that they keep in the store.
 */
export async function startFourServices(stateDir: string, address: string): Promise<Map<Role, Running>> {
  const { server } = await officialPrograms(readSettings(), screen);
  const folder = join(stateDir, 'temporal');
  const logFile = join(stateDir, 'logs', 'temporal-services.log');
  const running = new Map<Role, Running>();
  for (const role of roles) {
    const config = parse(readFileSync(join(folder, 'server.yaml'), 'utf8')) as { global: { metrics: { prometheus: { listenAddress: string } } } };
    config.global.metrics.prometheus.listenAddress = `127.0.0.1:${await freePort()}`;
    const configFile = join(folder, `${role}.yaml`);
    writeFileSync(configFile, stringify(config), { mode: 0o600 });
    running.set(role, launch({
      name: `temporal-${role}`, command: server, args: ['--config-file', configFile, '--allow-no-auth', 'start', '--service', role], cwd: folder,
      env: toolEnvironment(), logFile, runDir: join(stateDir, 'run'), stopSignal: 'SIGTERM', stopGraceMs: 3_000,
    }));
  }
  await whenReady(running.get('frontend')!, logFile, 90_000, () => serverAnswers(address));
  return running;
}
