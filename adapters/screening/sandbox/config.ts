import { z } from 'zod';

export const sandboxScreeningConfigSchema = z
  .object({
    baseUrl: z.url({ protocol: /^https?$/ }),
    timeoutMs: z.number().int().positive().default(5_000),
    /** Subjects that go into one request. */
    batchSize: z.number().int().positive().max(1000).default(500),
  })
  .strict();
export type SandboxScreeningConfig = z.infer<typeof sandboxScreeningConfigSchema>;
