import type { SandboxService } from '../shared/control.ts';
import { parseBody, type Request, type Route } from '../shared/http.ts';
import { behaviourSchema, checkSchema, listSchema } from './model.ts';
import { openScreening } from './screening.ts';

/** The screening service as a part of the sandbox. A check is a read, so a repeated one is only another check. */
export function openScreeningService(path: string, shipped: unknown[]): SandboxService & { droppedBytes: number } {
  const screening = openScreening(path, shipped.map((seed) => listSchema.parse(seed)));
  const control = (method: Route['method'], use: (request: Request) => unknown): Route => ({
    name: 'sandbox.screening.behaviour',
    method,
    path: '/_sandbox/screening/behaviour',
    handle: (request) => ({ status: 200, body: use(request) }),
  });
  return {
    name: 'screening',
    routes: [{ name: 'screening.checks.post', method: 'POST', path: '/screening/checks', handle: ({ body }) => ({ status: 200, body: { results: screening.check(parseBody(checkSchema, body).subjects) } }) }],
    control: [
      control('POST', ({ body }) => {
        const behaviour = parseBody(behaviourSchema, body);
        screening.behave(behaviour);
        return behaviour;
      }),
      control('DELETE', () => {
        screening.forgetBehaviours();
        return { items: [] };
      }),
    ],
    droppedBytes: screening.droppedBytes,
    ledger: (query) => ({ checks: screening.results.filter(({ subjectId }) => query.get('subjectId') === null || query.get('subjectId') === subjectId) }),
    seed: (body) => screening.replaceList(parseBody(listSchema, body)),
    durable: () => screening.durable(),
    close: () => screening.close(),
  };
}
