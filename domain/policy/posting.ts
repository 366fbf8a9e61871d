import { z } from 'zod';
import { header } from './header.ts';

/** When and how documents enter the ledger (R3, G3). */
export const postingPolicySchema = z
  .object({
    ...header,
    kind: z.literal('posting'),
    /** Approval first, or posted with a payment block that the approval lifts. */
    order: z.enum(['approve-before-post', 'post-blocked-then-approve']),
    /** R3: an invoice before its receipt waits, or is posted blocked and released when the goods are in. */
    beforeReceipt: z.enum(['park', 'post-blocked']),
    /** Due date when the document states none: from its issue date or from our receipt of it. */
    termsFrom: z.enum(['issue-date', 'receipt-date']),
  })
  .strict();
export type PostingPolicy = z.infer<typeof postingPolicySchema>;
