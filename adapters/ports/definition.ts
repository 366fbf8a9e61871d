import type { z } from 'zod';

/** What each call of a port carries besides its question. */
export interface CallContext {
  correlationId: string;
  signal?: AbortSignal;
}

/** A read may be repeated at will; an effect that got no answer may have happened. */
export type Operation = 'read' | 'effect';

/** One exchange over HTTP, as an adapter's client asks for it. */
export interface ExchangeRequest {
  operation: Operation;
  /** What is being done, for error messages: `post supplier invoice`. Ids and names of things only, never content. */
  purpose: string;
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  url: URL;
  headers?: Record<string, string>;
  body?: string;
  timeoutMs: number;
  context: CallContext;
}

/** An answer below 500 other than 429: the counterpart took the request and said what it makes of it. */
export interface ExchangeAnswer {
  status: number;
  headers: Pick<Headers, 'get'>;
  text: string;
}

/**
 * What every adapter is given instead of a network, a log and a clock of its own. `exchange` sends once, with the
 * correlation id, and throws a KontorError where there is no answer to judge: counterpart-throttled (429),
 * counterpart-unavailable (a read failed, or nothing was sent) or outcome-unknown (an effect may have happened).
 */
export interface AdapterTools {
  exchange(request: ExchangeRequest): Promise<ExchangeAnswer>;
  now(): Date;
}

/**
 * An adapter is one exported value. `settleWindowMs` is the longest time after a send during which the counterpart may
 * still commit it: "not found" proves nothing before it has passed.
 */
export interface AdapterDefinition<Port, Config> {
  name: string;
  title: string;
  capabilities: readonly string[];
  config: z.ZodType<Config>;
  settleWindowMs(config: Config): number;
  /** The longest that one call waits for its answer; leases of effects outlast it. */
  longestCallMs(config: Config): number;
  /** The system behind this configuration; rate cap and circuit breaker are shared by all that name the same one. */
  counterpart(config: Config): string;
  create(config: Config, tools: AdapterTools): Port;
}
