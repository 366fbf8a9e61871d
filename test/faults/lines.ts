import type { House } from '../support/house.ts';
import { startTcpLine } from '../support/tcp-proxy.ts';
import type { LineEnd } from './schedule.ts';

/** The lines of a worker to everything that it speaks to. */
export interface Lines {
  /** For the worker's environment. */
  env: Record<string, string>;
  /** Cuts every connection, or holds everything back for a while. */
  strike(end: LineEnd, stallMs?: number): void;
  close(): Promise<void>;
}

export async function openLines({ settings, sandbox }: House): Promise<Lines> {
  const database = new URL(settings.databaseUrl as string);
  const counterparts = new URL(sandbox.url);
  const lines = {
    engine: await startTcpLine(() => settings.temporalAddress as string),
    database: await startTcpLine(() => database.host),
    counterparts: await startTcpLine(() => counterparts.host),
  };
  const through = (url: URL, address: string) => Object.assign(new URL(url), { host: address }).href;
  const healing = new Set<NodeJS.Timeout>();
  return {
    env: { TEMPORAL_ADDRESS: lines.engine.address, DATABASE_URL: through(database, lines.database.address), KONTOR_SANDBOX_URL: through(counterparts, lines.counterparts.address).replace(/\/$/, '') },
    strike(end, stallMs) {
      if (stallMs === undefined) return lines[end].cut();
      lines[end].part();
      healing.add(setTimeout(() => lines[end].heal(), stallMs));
    },
    async close() {
      for (const timer of healing) clearTimeout(timer);
      for (const line of Object.values(lines)) await line.close();
    },
  };
}
