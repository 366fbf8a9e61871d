import { z } from 'zod';
import { isRoutingNumber } from '../../../domain/rules/payments/routing-number.ts';
import { transportSchema } from '../transport/config.ts';

const ascii = (most: number) => z.string().regex(/^[\x20-\x7e]+$/, 'printable ASCII').min(1).max(most);

/** Settings of one ACH bank, from the entity's file. */
export const nachaConfigSchema = z
  .object({
    /** Routing number of the bank that takes the file. */
    immediateDestination: z.string().refine(isRoutingNumber, 'a routing number of nine digits whose check digit fits'),
    destinationName: ascii(23).optional(),
    /** Nine or ten digits that the bank gave to the sender of the file. */
    immediateOrigin: z.string().regex(/^\d{9,10}$/, 'nine or ten digits'),
    originName: ascii(23),
    /** Company identification that the bank gave to the originator; the number of the paying account where it gave none. */
    companyId: z.string().regex(/^[A-Za-z0-9 ]{1,10}$/, 'at most ten letters or digits').optional(),
    /** CCD pays companies, PPD persons. What one addenda of CCD cannot tell goes as CTX, which the bank has to take as well. */
    entryClass: z.enum(['CCD', 'PPD']).default('CCD'),
    /** What the payee reads beside the amount. */
    entryDescription: ascii(10).default('VENDOR PAY'),
    transport: transportSchema,
  })
  .strict();
export type NachaConfig = z.infer<typeof nachaConfigSchema>;
