import { z } from 'zod';
import { transportSchema } from '../transport/config.ts';
import { pain001Versions } from './elements/pain001.ts';

/** Settings of one bank that takes and sends ISO 20022 messages, from the entity's file. */
export const iso20022ConfigSchema = z
  .object({
    /** The version that the bank asks for. */
    pain001: z.enum(pain001Versions),
    /** `sepa` writes names and texts in the SEPA character set; `utf-8` leaves them, for banks that agreed to it. */
    characterSet: z.enum(['sepa', 'utf-8']).default('sepa'),
    /**
     * Whether the bank takes a SEPA transfer with a structure for each document (extended remittance information, annex V of the rulebook).
     * Without it a transfer tells its documents in one line of 140 characters.
     */
    extendedRemittance: z.boolean().default(true),
    /** A folder with the official schemas (`pain.001.001.09.xsd`), against which every file is then checked as well. */
    schemas: z.string().min(1).optional(),
    transport: transportSchema,
  })
  .strict();
export type Iso20022Config = z.infer<typeof iso20022ConfigSchema>;
