import { createServer } from 'node:net';
import { randomInt } from 'node:crypto';
import { KontorError } from '../../domain/errors.ts';

/** Below the range from which systems pick ports for outgoing connections, and small enough for Temporal's cluster table. */
const lowest = 15_000;
const highest = 31_999;

const handedOut = new Set<number>();

/** A port that nobody listens on now and that this process has not handed out before. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const port = randomInt(lowest, highest + 1);
    if (handedOut.has(port) || !(await isFree(port))) continue;
    handedOut.add(port);
    return port;
  }
  throw new KontorError('port-taken', `No free port was found between ${lowest} and ${highest}.`);
}

/** @param variable the environment variable that moves this port. @throws KontorError `port-taken` */
export async function requireFreePort(port: number, what: string, variable: string, host = '127.0.0.1'): Promise<void> {
  if (await isFree(port, host)) return;
  throw new KontorError('port-taken', `Port ${port} for ${what} is taken by another program. ${variable} moves it.`);
}

export function isFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}
