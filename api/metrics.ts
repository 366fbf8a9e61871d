import { Gauge, Histogram, Registry } from 'prom-client';
import type { Db } from '../db/client.ts';
import { exceptionAgeing } from '../db/repositories/figures.ts';
import { outboxBacklog } from '../db/repositories/outbox.ts';

export interface Metrics {
  answered(operation: string, status: number, seconds: number): void;
  /** The Prometheus text form. */
  read(): Promise<string>;
  contentType: string;
}

/** Figures for a scraper. They carry counts, codes and role names only. */
export function createMetrics(db: Db): Metrics {
  const registry = new Registry();
  const requests = new Histogram({
    name: 'kontor_http_request_duration_seconds',
    help: 'Time to answer, by operation and status',
    labelNames: ['operation', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 3, 10],
    registers: [registry],
  });
  const waiting = new Gauge({ name: 'kontor_outbox_waiting', help: 'Messages to the process engine that wait', registers: [registry] });
  const oldest = new Gauge({ name: 'kontor_outbox_oldest_seconds', help: 'Age of the oldest of them', registers: [registry] });
  const exceptions = new Gauge({ name: 'kontor_exceptions_open', help: 'Open exceptions by code and owner', labelNames: ['code', 'owner_role'], registers: [registry] });
  return {
    contentType: registry.contentType,
    answered: (operation, status, seconds) => requests.observe({ operation, status: String(status) }, seconds),
    async read() {
      const backlog = await outboxBacklog(db);
      waiting.set(backlog.waiting);
      oldest.set(backlog.oldestSeconds);
      exceptions.reset();
      for (const { code, ownerRole, open } of await exceptionAgeing(db, undefined)) exceptions.set({ code, owner_role: ownerRole }, open);
      return registry.metrics();
    },
  };
}
