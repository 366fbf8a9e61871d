import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultRule, Faults } from './faults.ts';
import { Refusal, type Answer, type Exchange, type Execute, type Request, type Route } from './http.ts';

export interface RequestLogEntry {
  at: string;
  route: string;
  reference?: string;
  /** `answered`, or the kind of the fault that struck. */
  outcome: string;
  /** What the operation itself said; absent where it was never carried out. */
  status?: number;
}

export interface Executor {
  execute: Execute;
  log(): RequestLogEntry[];
}

const logLimit = 100_000;

/**
 * Carries requests out, with faults where a rule strikes. Whatever happens, nothing is committed later than
 * `processingLimitMs` after it was received: that is the promise which an adapter's settle window relies on. No answer, not
 * even to a read, leaves before `durable`: what was once told may not be forgotten.
 */
export function createExecutor(faults: Faults, processingLimitMs: number, durable: () => Promise<void>): Executor {
  const log: RequestLogEntry[] = [];
  const enquiries = new Map<string, (() => void)[]>();

  return { execute, log: () => log };

  async function execute(route: Route, request: Request, exchange: Exchange): Promise<void> {
    if (route.name.startsWith('sandbox.')) return control(route, request, exchange);
    const fault = faults.draw(route.name);
    const reference = route.reference?.(request);
    const entry: RequestLogEntry = { at: new Date(exchange.receivedAt).toISOString(), route: route.name, reference, outcome: fault?.kind ?? 'answered' };
    if (log.push(entry) > logLimit) log.shift();
    const work = { route, request, exchange };
    if (fault) await struck(fault, entry, work);
    else exchange.answer(await carryOut(entry, work));
    if (reference !== undefined && route.method === 'GET') for (const noticed of enquiries.get(reference) ?? []) noticed();
  }

  async function control(route: Route, request: Request, exchange: Exchange): Promise<void> {
    const answer = handled(route, request);
    await durable();
    exchange.answer(answer);
  }

  async function struck(fault: FaultRule, entry: RequestLogEntry, work: Work): Promise<void> {
    const { exchange } = work;
    switch (fault.kind) {
      case 'throttle':
        return exchange.answer({ status: 429, body: { error: { code: 'THROTTLED', text: 'too many requests' } } }, { 'retry-after': String(fault.retryAfterSeconds) });
      case 'refuse':
        return exchange.answer(failure({ status: 422 }));
      case 'fail-before-commit':
        return exchange.answer(failure(fault));
      case 'delay':
        await sleep(fault.delayMs);
        return exchange.answer(await carryOut(entry, work));
      case 'fail-after-commit':
        await carryOut(entry, work);
        return exchange.answer(failure(fault));
      case 'drop-response':
        await carryOut(entry, work);
        return exchange.drop();
      case 'commit-late':
        await enquiredOrNearLimit(entry.reference, exchange, fault.delayMs);
        await carryOut(entry, work);
        return exchange.drop();
    }
  }

  async function carryOut(entry: RequestLogEntry, { route, request, exchange }: Work): Promise<Answer> {
    const answer = Date.now() - exchange.receivedAt > processingLimitMs ? tooLate : handled(route, request);
    entry.status = answer.status;
    await durable();
    return answer;
  }

  /** Resolves `delayMs` after the client had gone and had asked once, at the latest shortly before the processing limit. */
  async function enquiredOrNearLimit(reference: string | undefined, exchange: Exchange, delayMs: number): Promise<void> {
    const latest = exchange.receivedAt + Math.floor(processingLimitMs * 0.9);
    await Promise.race([sleep(Math.max(0, latest - Date.now())), enquiryAfterLoss(reference, exchange)]);
    await sleep(Math.max(0, Math.min(delayMs, latest - Date.now())));
  }

  async function enquiryAfterLoss(reference: string | undefined, exchange: Exchange): Promise<void> {
    if (!exchange.clientGone()) await new Promise<void>((resolve) => exchange.onClientGone(resolve));
    if (reference === undefined) return;
    await new Promise<void>((resolve) => enquiries.set(reference, [...(enquiries.get(reference) ?? []), resolve]));
    enquiries.delete(reference);
  }
}

interface Work {
  route: Route;
  request: Request;
  exchange: Exchange;
}

const tooLate: Answer = { status: 503, body: { error: { code: 'TOO-LATE', text: 'not carried out within the processing limit' } } };

function failure({ status }: { status: number }): Answer {
  return { status, body: { error: { code: 'INJECTED', text: 'the sandbox was told to fail' } } };
}

function handled(route: Route, request: Request): Answer {
  try {
    return route.handle(request);
  } catch (error) {
    if (error instanceof Refusal) return error.answer();
    throw error;
  }
}
