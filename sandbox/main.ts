import { fileURLToPath } from 'node:url';
import { startSandbox } from './sandbox.ts';

/**
 * Entry of the sandbox process: `node --import tsx sandbox/main.ts`. The sandbox plays foreign systems, so it reads its own
 * few variables here and shares no settings with the product:
 *   SANDBOX_PORT (0 = a free one), SANDBOX_FILE (the ERP's ledger), SANDBOX_SEED (a folder, or `none`),
 *   SANDBOX_PROCESSING_LIMIT_MS (nothing is committed later than this after it was received).
 * Prints one JSON line when it is up; SIGTERM and SIGINT stop it.
 */
const { SANDBOX_PORT = '0', SANDBOX_FILE, SANDBOX_SEED = fileURLToPath(new URL('seed', import.meta.url)), SANDBOX_PROCESSING_LIMIT_MS = '5000' } = process.env;
if (!SANDBOX_FILE) throw new Error('SANDBOX_FILE must name the file that the sandbox ERP keeps its ledger in');

const sandbox = await startSandbox({
  port: wholeNumber('SANDBOX_PORT', SANDBOX_PORT),
  file: SANDBOX_FILE,
  seedFolder: SANDBOX_SEED === 'none' ? undefined : SANDBOX_SEED,
  processingLimitMs: wholeNumber('SANDBOX_PROCESSING_LIMIT_MS', SANDBOX_PROCESSING_LIMIT_MS),
});
for (const [service, bytes] of Object.entries(sandbox.dropped)) print(process.stderr, { level: 'warn', service: 'sandbox', message: `${service}: dropped a torn last line of ${bytes} bytes, which nobody had been answered for` });
print(process.stdout, { ready: true, service: 'sandbox', port: sandbox.port });

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void sandbox.close().then(() => process.exit(0)));

function wholeNumber(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`${name} must be a whole number`);
  return Number(text);
}

function print(stream: NodeJS.WriteStream, line: object): void {
  stream.write(`${JSON.stringify(line)}\n`);
}
