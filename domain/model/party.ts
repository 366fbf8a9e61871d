import { z } from 'zod';

/** A postal address as a document states it. */
export const addressSchema = z
  .object({
    lines: z.array(z.string()),
    city: z.string().optional(),
    postalCode: z.string().optional(),
    subdivision: z.string().optional(),
    country: z.string().optional(),
  })
  .strict();
export type Address = z.infer<typeof addressSchema>;

/** An identifier with the scheme that issued it (`0088` GLN, `0060` DUNS, `EM` e-mail …) and, for code lists, the list's version. */
export const identifierSchema = z.object({ scheme: z.string().optional(), version: z.string().optional(), id: z.string() }).strict();
export type Identifier = z.infer<typeof identifierSchema>;

/** A party named on a document: seller, buyer, payee, tax representative or delivery party. */
export const documentPartySchema = z
  .object({
    name: z.string(),
    tradingName: z.string().optional(),
    ids: z.array(identifierSchema),
    legalId: identifierSchema.optional(),
    vatId: z.string().optional(),
    taxNumber: z.string().optional(),
    /** Register court, managers, share capital: what the law wants on a letter (BT-33). */
    legalInformation: z.string().optional(),
    endpoint: identifierSchema.optional(),
    address: addressSchema.optional(),
    contact: z.object({ name: z.string().optional(), phone: z.string().optional(), email: z.string().optional() }).strict().optional(),
  })
  .strict();
export type DocumentParty = z.infer<typeof documentPartySchema>;
