import type { Executor } from './execute.ts';
import { faultRuleSchema, type Faults } from './faults.ts';
import { parseBody, Refusal, type Request, type Route } from './http.ts';

/** What a counterpart offers to tests besides its public interface. */
export interface SandboxService {
  name: string;
  routes: Route[];
  /** Development interface of its own under `/_sandbox/<service>/`; named `sandbox.<service>.…`, so that no fault strikes it. */
  control?: Route[];
  /** The service's own truth; filters are the query of `GET /_sandbox/ledger`. */
  ledger(query: URLSearchParams): unknown;
  /** Loads more data, in the service's own form. */
  seed(body: unknown): void;
  /** Resolves when all that was committed before is on the disk. */
  durable(): Promise<void>;
  close(): void;
}

/** The routes under `/_sandbox`; a development interface without a login, which is why the server binds to 127.0.0.1 only. */
export function controlRoutes(services: SandboxService[], faults: Faults, executor: Executor, processingLimitMs: number): Route[] {
  const routeNames = services.flatMap((service) => service.routes.map((route) => route.name));
  const control = (method: Route['method'], topic: string, use: (request: Request) => unknown): Route => ({
    name: `sandbox.${topic}`,
    method,
    path: `/_sandbox/${topic}`,
    handle: (request) => ({ status: 200, body: use(request) }),
  });

  return [
    control('GET', 'health', () => ({ ready: true, services: services.map((service) => service.name), processingLimitMs })),
    control('GET', 'ledger', ({ query }) => Object.fromEntries(chosen(query.get('service')).map((service) => [service.name, service.ledger(query)]))),
    control('GET', 'requests', ({ query }) => ({ items: executor.log().filter((entry) => query.get('reference') === null || entry.reference === query.get('reference')) })),
    control('GET', 'faults', () => ({ items: faults.counts() })),
    control('POST', 'faults', ({ body }) => {
      const rule = parseBody(faultRuleSchema, body);
      if (rule.route !== undefined && !routeNames.some((name) => name === rule.route || name.startsWith(`${rule.route}.`)))
        throw new Refusal(400, 'ROUTE', `there is no route ${rule.route}; the routes are ${routeNames.join(', ')}`);
      return faults.add(rule);
    }),
    control('DELETE', 'faults', () => {
      faults.clear();
      return { items: [] };
    }),
    control('POST', 'seed', ({ query, body }) => {
      for (const service of chosen(query.get('service') ?? 'erp')) service.seed(body);
      return { seeded: true };
    }),
    ...services.flatMap((service) => service.control ?? []),
  ];

  function chosen(name: string | null): SandboxService[] {
    const found = services.filter((service) => name === null || service.name === name);
    if (found.length === 0) throw new Refusal(404, 'SERVICE', `there is no service ${name}`);
    return found;
  }
}
