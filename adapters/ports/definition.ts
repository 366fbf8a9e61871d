import type { z } from 'zod';

/** What wraps every adapter: given by the composition root, so that no adapter opens logs or clocks of its own. */
export interface AdapterTools {
  fetch: typeof fetch;
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
  settleWindowMs: number;
  config: z.ZodType<Config>;
  create(config: Config, tools: AdapterTools): Port;
}
