import { setTimeout as sleep } from 'node:timers/promises';
import { KontorError, type ErrorCode } from '../../domain/errors.ts';
import type { Operation } from '../ports/definition.ts';
import { createCircuitBreaker, type BreakerLimits, type CircuitBreaker } from './circuit-breaker.ts';
import { createRateCap, type RateCap, type RateLimits } from './rate-cap.ts';

export interface CounterpartLimits {
  rate: RateLimits;
  /** A call waits this long for its place under the rate cap; beyond it, the caller hears when to come back. */
  patienceMs: number;
  breaker: BreakerLimits;
}

/** A timer may end this much before the clock says so. */
const earlyTimerMs = 10;

export const defaultLimits: CounterpartLimits = { rate: { perSecond: 200, burst: 100 }, patienceMs: 1000, breaker: { failures: 5, openMs: 5000 } };

/** One call of a port function, for metrics; it carries no content. */
export interface CallObservation {
  counterpart: string;
  operation: string;
  kind: Operation;
  outcome: 'answered' | ErrorCode;
  durationMs: number;
}

export interface GuardOptions {
  limits?: Partial<CounterpartLimits>;
  observe?: (observation: CallObservation) => void;
  now?: () => number;
}

/** Wraps ports so that every call of every adapter passes the same gate; one gate per counterpart, shared by its companies. */
export interface Guard {
  wrap<Port extends object>(port: Port, operations: Record<keyof Port, Operation>, counterpart: string): Port;
}

export function createGuard(options: GuardOptions = {}): Guard {
  const limits = { ...defaultLimits, ...options.limits };
  // A wall clock that is set back would hold calls until it has caught up.
  const now = options.now ?? (() => Math.round(performance.now()));
  const gates = new Map<string, { breaker: CircuitBreaker; cap: RateCap }>();

  return {
    wrap<Port extends object>(port: Port, operations: Record<keyof Port, Operation>, counterpart: string): Port {
      const wrapped: Record<string, unknown> = {};
      for (const [name, kind] of Object.entries<Operation>(operations)) {
        const call: unknown = Reflect.get(port, name);
        // An absent capability stays an absent function.
        if (typeof call === 'function') wrapped[name] = (...input: unknown[]) => guarded({ counterpart, operation: name, kind }, () => Reflect.apply(call, port, input) as Promise<unknown>);
      }
      return wrapped as Port;
    },
  };

  async function guarded(call: Omit<CallObservation, 'outcome' | 'durationMs'>, run: () => Promise<unknown>): Promise<unknown> {
    const startedAt = now();
    const observed = (outcome: CallObservation['outcome']) => options.observe?.({ ...call, outcome, durationMs: now() - startedAt });
    try {
      const answer = await passGate(gateOf(call.counterpart), call, run);
      observed('answered');
      return answer;
    } catch (cause) {
      const error = cause instanceof KontorError ? cause : defect(cause, call);
      observed(error.code);
      throw error;
    }
  }

  /** What the gate refuses was not sent, so it is never an unknown outcome. */
  async function passGate({ breaker, cap }: { breaker: CircuitBreaker; cap: RateCap }, call: { counterpart: string; operation: string }, run: () => Promise<unknown>): Promise<unknown> {
    const wait = cap.take(limits.patienceMs);
    if (wait === undefined) throw new KontorError('counterpart-throttled', `${call.operation}: the rate cap of ${call.counterpart} is used up`, { retryAfterMs: cap.waitMs() });
    if (wait > 0) await sleep(wait);
    const heldFor = cap.heldMs();
    if (heldFor > earlyTimerMs) throw new KontorError('counterpart-throttled', `${call.operation}: ${call.counterpart} asked to slow down while this call waited for its place`, { retryAfterMs: heldFor });
    const closedFor = breaker.waitMs();
    if (closedFor > 0) throw new KontorError('counterpart-unavailable', `${call.operation}: ${call.counterpart} failed repeatedly and is left alone for ${closedFor} ms`, { retryAfterMs: closedFor });
    try {
      const answer = await run();
      breaker.succeeded();
      return answer;
    } catch (error) {
      judge(error, breaker, cap);
      throw error;
    }
  }

  function judge(error: unknown, breaker: CircuitBreaker, cap: RateCap): void {
    const code = error instanceof KontorError ? error.code : undefined;
    if (code === 'counterpart-unavailable' || code === 'outcome-unknown') return breaker.failed();
    if (error instanceof KontorError && code === 'counterpart-throttled') cap.holdFor(error.retryAfterMs ?? 0);
    breaker.succeeded();
  }

  /** An adapter that breaks may have sent before; the foreign error's text may carry data, so only its name is kept. */
  function defect(cause: unknown, { operation, kind }: { operation: string; kind: Operation }): KontorError {
    const name = cause instanceof Error ? cause.name : typeof cause;
    return new KontorError(kind === 'effect' ? 'outcome-unknown' : 'internal-error', `${operation}: the adapter failed with ${name}`);
  }

  function gateOf(counterpart: string): { breaker: CircuitBreaker; cap: RateCap } {
    const known = gates.get(counterpart) ?? { breaker: createCircuitBreaker(limits.breaker, now), cap: createRateCap(limits.rate, now) };
    gates.set(counterpart, known);
    return known;
  }
}
