import { randomUUID } from 'node:crypto';
import type { ReadyNodeProcess } from '../../bin/services/node-process.ts';
import type { Approval } from '../../domain/model/approval.ts';
import { apiClient, tokenOf, type Answered } from '../api/client.ts';
import type { House } from '../support/house.ts';
import type { billed } from '../support/invoices.ts';
import { startTcpProxy, type LineFault } from '../support/tcp-proxy.ts';
import { openLines, type Lines } from './lines.ts';
import { patiently } from './workday.ts';

/**
 * The API of a round: a process of its own, whose lines to database and engine can be struck, behind a line to its callers that loses
 * requests and answers and delivers requests twice. A caller who heard nothing says the same again under the same key.
 */
export interface Door {
  /** The lines behind the API. */
  lines: Lines;
  /** What happens to the next write of a caller. */
  strike(fault: LineFault): void;
  /** The process dies and another one takes its place. */
  kill(): Promise<void>;
  /** Resolves with the case once the document was accepted. */
  enter(invoice: ReturnType<typeof billed>): Promise<string>;
  /** Resolves when the answer to the task was taken, or when it was decided before. */
  approve(task: Approval, person: string): Promise<void>;
  /** Writes that reached the API a second time and were answered from what it had stored, or asked to wait. */
  repeatsAbsorbed(): number;
  close(): Promise<void>;
}

/** Callers are people and programs in a hurry: their number a minute is not what a round is about. */
const manyRequests = { person: 999_999, heavy: 999_999, stranger: 999_999 };

export async function openDoor(house: House): Promise<Door> {
  const lines = await openLines(house);
  const start = () => house.processes.start({ name: 'api', file: 'api/main.ts', settings: { ...house.settings, requestLimits: manyRequests }, env: lines.env });
  let api: ReadyNodeProcess = await start();
  const callers = await startTcpProxy(`http://127.0.0.1:${String(api.ready['port'])}`);
  let absorbed = 0;

  /** The same write under the same key until somebody answers; `done` says which answers end it. */
  async function write(person: string, path: string, body: unknown, done: (answer: Answered) => boolean): Promise<Answered> {
    const caller = apiClient(callers.url, await tokenOf(house.settings.stateDir, person));
    const key = randomUUID();
    return patiently(async () => {
      const answer = await caller.post(path, { body, key });
      if (answer.status === 409 || answer.headers.has('idempotency-replayed')) absorbed += 1;
      if (!done(answer)) throw new Error(`${path} was answered ${answer.status}: ${answer.text}`);
      return answer;
    });
  }

  return {
    lines,
    strike: (fault) => callers.strike('POST', fault),
    async kill() {
      await api.kill();
      api = await start();
    },
    async enter(invoice) {
      const { body } = await write('anna.berg', '/v1/invoices', invoice, ({ status }) => status === 202);
      return String(body.id);
    },
    async approve({ id, decisionHash }, person) {
      const settled = ({ status, body }: Answered) => status === 200 || status === 202 || ['already-decided', 'stale-version'].includes(String(body?.code));
      await write(person, `/v1/approvals/${id}/decision`, { decision: 'approve', decisionHash }, settled);
    },
    repeatsAbsorbed: () => absorbed + repeatedIn(callers.passed()),
    async close() {
      await api.stop();
      await callers.close();
      await lines.close();
    },
  };
}

/** A document or a decision that went through the line before, byte for byte. */
function repeatedIn(passed: readonly { method: string; path: string; body: string }[]): number {
  const seen = new Set<string>();
  return passed.filter(({ method, path, body }) => method === 'POST' && (seen.has(`${path} ${body}`) || !seen.add(`${path} ${body}`))).length;
}
