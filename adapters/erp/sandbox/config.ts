import { z } from 'zod';

/** Settings of one company at the sandbox ERP, from the entity's file. */
export const sandboxErpConfigSchema = z
  .object({
    baseUrl: z.url({ protocol: /^https?$/ }),
    /** Company code there; one server may hold several companies. */
    company: z.string().min(1),
    timeoutMs: z.number().int().positive().default(5_000),
    /** Longer than the server's processing limit (5 s, `GET /_sandbox/health`), `timeoutMs` and the wait at the gate together. */
    settleWindowMs: z.number().int().positive().default(12_000),
  })
  .strict();
export type SandboxErpConfig = z.infer<typeof sandboxErpConfigSchema>;
