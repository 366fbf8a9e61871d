import pino from 'pino';
import { readSettings } from '../../../temporal-config/settings.ts';
import { fail, startEngine, stopOnSignal } from './engine.ts';

/** The processes without the API, in the place of our worker: for the fault tests, whose house has an API of its own. */
async function main(): Promise<void> {
  const settings = readSettings();
  const engine = await startEngine(settings, pino({ level: settings.logLevel, base: { service: 'worker', pid: process.pid } }));
  console.log(JSON.stringify({ ready: true, service: 'worker' }));
  stopOnSignal(() => engine.stop());
}

main().catch(fail);
