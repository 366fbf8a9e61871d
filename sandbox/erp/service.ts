import type { SandboxService } from '../shared/control.ts';
import { parseBody } from '../shared/http.ts';
import { openErp } from './erp.ts';
import { ledgerOf } from './ledger.ts';
import { erpRoutes } from './routes.ts';
import { seedSchema } from './vendor-model.ts';

/** The ERP as a part of the sandbox. `shipped` are the seeds for companies that the file does not know yet. */
export function openErpService(path: string, shipped: unknown[]): SandboxService & { droppedBytes: number } {
  const erp = openErp(path, shipped.map((seed) => seedSchema.parse(seed)));
  return {
    name: 'erp',
    routes: erpRoutes(erp),
    droppedBytes: erp.droppedBytes,
    ledger: (query) => ledgerOf(erp.state, { entity: query.get('entity') ?? undefined, externalReference: query.get('externalReference') ?? undefined }),
    seed: (body) => erp.seed(parseBody(seedSchema, body)),
    durable: () => erp.durable(),
    close: () => erp.close(),
  };
}
