import type { AdapterDefinition } from '../../ports/definition.ts';
import type { ScreeningPort, ScreeningResult } from '../../ports/screening.ts';
import { createClient } from './client.ts';
import { sandboxScreeningConfigSchema, type SandboxScreeningConfig } from './config.ts';
import { toResults } from './translate.ts';

/** The screening service of the sandbox (`sandbox/screening`). */
export const sandboxScreening: AdapterDefinition<ScreeningPort, SandboxScreeningConfig> = {
  name: 'sandbox',
  title: 'Sandbox screening',
  capabilities: ['screen'],
  config: sandboxScreeningConfigSchema,
  settleWindowMs: () => 0, // there are no effects to wait for
  longestCallMs: (config) => config.timeoutMs,
  // One host may carry several services; each has a gate of its own.
  counterpart: (config) => `${new URL(config.baseUrl).host}/screening`,

  create(config, tools) {
    const client = createClient(config, tools);
    return {
      async screen(subjects, context) {
        const results: ScreeningResult[] = [];
        for (let from = 0; from < subjects.length; from += config.batchSize) {
          const batch = subjects.slice(from, from + config.batchSize);
          results.push(...toResults(batch, await client.check(batch, context)));
        }
        return results;
      },
    };
  },
};
