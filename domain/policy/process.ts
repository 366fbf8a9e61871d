import { z } from 'zod';
import { header } from './header.ts';

/** What a process must declare before it registers: who answers for it, what keeps it honest, how fast it is meant to be. */
export const processPolicySchema = z
  .object({
    ...header,
    kind: z.literal('process'),
    workflow: z.string().regex(/^[a-z][A-Za-z]+$/, 'the name of a workflow function such as invoiceToPay'),
    businessOwner: z.string().min(1),
    technicalOwner: z.string().min(1),
    controls: z.array(z.object({ id: z.string().min(1), what: z.string().min(1), rules: z.array(z.string()).min(1), kind: z.enum(['preventive', 'detective']) }).strict()).min(1),
    serviceLevel: z
      .object({ receivedToReadyHours: z.number().int().min(1), straightThroughPercent: z.number().int().min(0).max(100), availability: z.string(), retentionYears: z.number().int().min(1) })
      .strict(),
  })
  .strict();
export type ProcessPolicy = z.infer<typeof processPolicySchema>;
