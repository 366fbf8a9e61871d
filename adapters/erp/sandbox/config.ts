import { z } from 'zod';

/** Settings of one company at the sandbox ERP, from the entity's file. */
export const sandboxErpConfigSchema = z
  .object({
    baseUrl: z.url({ protocol: /^https?$/ }),
    /** Company code there; one server may hold several companies. */
    company: z.string().min(1),
    timeoutMs: z.number().int().positive().default(5_000),
    /** Not shorter than the server's processing limit (`GET /_sandbox/health`) and `timeoutMs` together. */
    settleWindowMs: z.number().int().positive().default(15_000),
  })
  .strict();
export type SandboxErpConfig = z.infer<typeof sandboxErpConfigSchema>;
