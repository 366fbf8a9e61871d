import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { launchNode, type ReadyNodeProcess } from '../bin/services/node-process.ts';
import { freePort } from '../bin/services/ports.ts';
import type { ErpLedger } from '../sandbox/erp/ledger.ts';
import type { Settings } from '../temporal-config/settings.ts';
import type { Result } from './benchmark.ts';
import { withContenders, type Entered } from './invoice/arena.ts';
import type { Contender, Running } from './invoice/contender.ts';
import { atApi } from './invoice/kontor.ts';
import { carry } from './invoice/load.ts';
import { startFourServices } from './scale-out/four-services.ts';

export const summary = 'More than one of everything: two workers, two APIs and the four services of the Temporal server as processes of their own, before and after one of each is killed';

/** Not for speed, which two processors do not gain: for what has to hold when the parts are many. */
export async function run(args: string[]): Promise<Result> {
  const { values } = parseArgs({ args, options: { documents: { type: 'string', default: '200' }, callers: { type: 'string', default: '16' } } });
  const [documents, callers] = [Number(values.documents), Number(values.callers)];
  const pairs = twoOfEach();
  return withContenders('scale-out', new Map([['pairs', pairs.contender]]), 'postgres', async ({ entered: [entered], services }) => {
    if (!entered) throw new Error('nothing was started');
    await services.temporal?.stop();
    const stateDir = dirname(entered.settings.stateDir);
    let parts = await startFourServices(stateDir, services.temporalAddress);
    try {
      const whole = await stretch('two of each, four services', entered, pairs, { documents, callers });
      await pairs.killSecond();
      for (const part of parts.values()) await part.kill();
      parts = await startFourServices(stateDir, services.temporalAddress);
      const half = await stretch('second worker and second API killed, services killed and started again', entered, pairs, { documents, callers });
      return { name: 'scale-out', rows: [whole, half], notes: [await judged(entered, 2 * documents)] };
    } finally {
      for (const part of parts.values()) await part.stop();
    }
  });
}

async function stretch(what: string, entered: Entered, pairs: Pairs, { documents, callers }: { documents: number; callers: number }): Promise<Record<string, string | number>> {
  const invoices = await entered.documents.prepare('touchless', documents);
  const before = await pairs.shares();
  const { seconds, milliseconds } = await carry(entered, callers, invoices);
  const after = await pairs.shares();
  return {
    parts: what,
    documents,
    'posted per second': Math.round((documents / seconds) * 10) / 10,
    'submitted to posted p95 ms': Math.round(milliseconds[Math.ceil(milliseconds.length * 0.95) - 1] ?? 0),
    ...Object.fromEntries(Object.entries(after).map(([name, count]) => [name, count - (before[name] ?? 0)])),
  };
}

interface Pairs {
  contender: Contender;
  /** kill -9 of the second worker and the second API; nobody starts them again. */
  killSecond(): Promise<void>;
  /** What each process did so far. */
  shares(): Promise<Record<string, number>>;
}

function twoOfEach(): Pairs {
  const workers: ReadyNodeProcess[] = [];
  const apis: { process: ReadyNodeProcess; door: Pick<Running, 'submit' | 'approve'>; taken: number }[] = [];
  const ports: number[] = [];
  let next = 0;
  return {
    contender: {
      async start({ settings }) {
        for (const number of [1, 2]) {
          const own: Settings = { ...settings, apiPort: await freePort(), workerMetricsPort: await freePort() };
          ports.push(own.workerMetricsPort);
          workers.push(await launchNode({ name: `worker-${number}`, file: 'workers/main.ts', settings: own }));
          apis.push({ process: await launchNode({ name: `api-${number}`, file: 'api/main.ts', settings: own }), door: atApi(own), taken: 0 });
        }
        return {
          async submit(invoice) {
            const api = apis[next++ % apis.length]!;
            api.taken += 1;
            return api.door.submit(invoice);
          },
          approve: (task, person) => apis[0]!.door.approve(task, person),
          async stop() {
            for (const { process } of apis) await process.stop();
            for (const worker of workers) await worker.stop();
          },
        };
      },
    },
    async killSecond() {
      await workers.pop()?.kill();
      await apis.pop()?.process.kill();
      ports.pop();
    },
    async shares() {
      const done = await Promise.all(ports.map((port) => completedBy(port)));
      return {
        ...Object.fromEntries(done.map((count, index) => [`workflow tasks of worker ${index + 1}`, count])),
        ...Object.fromEntries(apis.map(({ taken }, index) => [`documents of API ${index + 1}`, taken])),
      };
    },
  };
}

async function completedBy(port: number): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return [...text.matchAll(/^temporal_workflow_task_execution_latency_count\{[^}]*\} (\d+)/gm)].reduce((sum, [, count]) => sum + Number(count), 0);
}

/** By the counterpart's own books. */
async function judged({ settings }: Entered, expected: number): Promise<string> {
  const { erp } = (await (await fetch(`${settings.sandboxUrl}/_sandbox/ledger?service=erp&entity=DE01`)).json()) as { erp: ErpLedger };
  const references = erp.documents.filter(({ docType, externalRef }) => docType === 'INV' && externalRef !== undefined).map(({ externalRef }) => externalRef);
  const twice = references.length - new Set(references).size;
  return `In the ERP's own ledger: ${references.length} documents of ${expected} handed in, ${twice} twice.`;
}
