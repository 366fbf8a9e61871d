import { z } from 'zod';
import { sql, type Db } from '../../db/client.ts';
import { outboxBacklog } from '../../db/repositories/outbox.ts';
import type { Metrics } from '../metrics.ts';
import { operation, type Operation } from '../operation.ts';

export interface OperationsParts {
  db: Db;
  /** Answers when the process engine does. */
  pingEngine(): Promise<void>;
  metrics: Metrics;
}

const partSchema = z.object({ ok: z.boolean(), detail: z.string().optional() });
const readySchema = z.object({ ready: z.boolean(), parts: z.record(z.string(), partSchema) }).meta({ id: 'Readiness' });

/** For machines: alive, ready with each part that it stands on, and measured. */
export function operationsRoutes({ db, pingEngine, metrics }: OperationsParts): Operation[] {
  return [
    operation({
      id: 'health',
      method: 'get',
      path: '/healthz',
      tag: 'operations',
      summary: 'The process is alive',
      permission: 'public',
      responses: { 200: { description: 'Alive', schema: z.object({ alive: z.literal(true) }) } },
      handle: () => Promise.resolve({ status: 200, body: { alive: true } }),
    }),
    operation({
      id: 'readiness',
      method: 'get',
      path: '/readyz',
      tag: 'operations',
      summary: 'Everything that the process stands on answers',
      description: 'Without the process engine documents are still accepted: their processes start when it is back.',
      permission: 'public',
      responses: { 200: { description: 'Ready', schema: readySchema }, 503: { description: 'Not ready', schema: readySchema } },
      async handle() {
        const parts = {
          database: await part(async () => void (await sql(db, 'select 1'))),
          engine: await part(pingEngine),
          relay: await part(async () => {
            const { waiting, oldestSeconds } = await outboxBacklog(db);
            return waiting > 0 ? `${waiting} messages wait, the oldest for ${oldestSeconds} s` : undefined;
          }),
        };
        const ready = parts.database.ok && parts.engine.ok;
        return { status: ready ? 200 : 503, body: { ready, parts } };
      },
    }),
    operation({
      id: 'metrics',
      method: 'get',
      path: '/metrics',
      tag: 'operations',
      summary: 'Figures for Prometheus: times to answer, outbox, open exceptions',
      permission: 'public',
      responses: { 200: { description: 'Prometheus text form', mediaType: 'text/plain' } },
      handle: async () => ({ status: 200, body: await metrics.read(), headers: { 'Content-Type': metrics.contentType } }),
    }),
  ];
}

async function part(check: () => Promise<string | undefined | void>): Promise<z.infer<typeof partSchema>> {
  try {
    const detail = await check();
    return { ok: true, ...(detail ? { detail } : {}) };
  } catch {
    return { ok: false, detail: 'does not answer' };
  }
}
