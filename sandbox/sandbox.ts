import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openBankService } from './bank/service.ts';
import { openErpService } from './erp/service.ts';
import { openScreeningService } from './screening/service.ts';
import { controlRoutes } from './shared/control.ts';
import { createExecutor } from './shared/execute.ts';
import { createFaults } from './shared/faults.ts';
import { createSandboxServer, listen, stop } from './shared/http.ts';

export interface SandboxSettings {
  /** 0 = a free port. */
  port: number;
  /** The ERP's ledger file; other counterparts keep theirs beside it. */
  file: string;
  /** A folder with one seed file a company, and a folder for each other counterpart; absent = start empty. */
  seedFolder?: string;
  /** No request is committed later than this after it was received: the settle window of adapters must not be shorter. */
  processingLimitMs: number;
}

export interface Sandbox {
  port: number;
  /** Bytes that a crash had left as a torn last line, per service; empty = none. */
  dropped: Record<string, number>;
  close(): Promise<void>;
}

/** The counterparts of a local installation: foreign systems in a process of their own, with their own memory and truth. */
export async function startSandbox(settings: SandboxSettings): Promise<Sandbox> {
  const beside = (name: string) => join(dirname(settings.file), `${name}.jsonl`);
  const services = [
    openErpService(settings.file, readSeeds(settings.seedFolder)),
    openBankService(beside('bank'), readSeeds(settings.seedFolder, 'bank')),
    openScreeningService(beside('screening'), readSeeds(settings.seedFolder, 'screening')),
  ];
  const faults = createFaults();
  const executor = createExecutor(faults, settings.processingLimitMs, async () => {
    for (const service of services) await service.durable();
  });
  const control = controlRoutes(services, faults, executor, settings.processingLimitMs);
  const server = createSandboxServer([...services.flatMap((service) => service.routes), ...control], executor.execute);
  const port = await listen(server, settings.port);
  return {
    port,
    dropped: Object.fromEntries(services.filter((service) => service.droppedBytes > 0).map((service) => [service.name, service.droppedBytes])),
    async close() {
      await stop(server);
      for (const service of services) service.close();
    },
  };
}

function readSeeds(seedFolder: string | undefined, service = ''): unknown[] {
  const folder = seedFolder && join(seedFolder, service);
  if (!folder || !existsSync(folder)) return [];
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return files.sort().map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as unknown);
}
