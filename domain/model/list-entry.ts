import { z } from 'zod';
import { plainDateSchema } from './dates.ts';

export const entryKindSchema = z.enum(['person', 'organisation', 'vessel', 'aircraft', 'unknown']);
export type EntryKind = z.infer<typeof entryKindSchema>;

/** `weak`: the publisher calls the alias low quality; it never alerts alone (M7). `original`: the name in its own script. */
export const listedNameSchema = z.object({ text: z.string().min(1), quality: z.enum(['primary', 'good', 'original', 'weak']) });
export type ListedName = z.infer<typeof listedNameSchema>;

/** A date of birth as precise as it is known: every day from `earliest` to `latest` fits (M11). `circa`: the publisher is not sure. */
export const birthDateSchema = z.object({ earliest: plainDateSchema, latest: plainDateSchema, circa: z.boolean() });
export type BirthDate = z.infer<typeof birthDateSchema>;

/** A passport, tax number, LEI, IMO, BIC, wallet … as the list writes it. */
export const listedIdentifierSchema = z.object({ type: z.string(), value: z.string().min(1), country: z.string().optional() });
export type ListedIdentifier = z.infer<typeof listedIdentifierSchema>;

export const listedAddressSchema = z.object({ text: z.string().optional(), city: z.string().optional(), country: z.string().optional() });

/** One sanctioned, exposed or otherwise listed party, the same shape whatever list it comes from. */
export const listEntrySchema = z
  .object({
    schemaVersion: z.literal(1),
    /** The list it stands in, such as `UN`, `OFAC-SDN`. */
    list: z.string().min(1),
    /** The publisher's permanent id of the entry. */
    id: z.string().min(1),
    /** The publisher's second id, where people quote another one. */
    reference: z.string().optional(),
    kind: entryKindSchema,
    names: z.array(listedNameSchema).min(1),
    birthDates: z.array(birthDateSchema),
    /** Citizenships; ISO 3166 alpha-2 codes where known, else as written. */
    nationalities: z.array(z.string()),
    gender: z.enum(['male', 'female']).optional(),
    identifiers: z.array(listedIdentifierSchema),
    addresses: z.array(listedAddressSchema),
    programmes: z.array(z.string()),
  })
  .meta({ id: 'ListEntry', description: 'One listed party' });
export type ListEntry = z.infer<typeof listEntrySchema>;

/** A list as it was read: what it holds, of which day, and the fingerprint of its files. */
export interface LoadedList {
  list: string;
  format: string;
  files: string[];
  /** SHA-256 over the bytes of its files, hexadecimal. */
  sha256: string;
  /** The day the publisher generated it; `file` when no date stands inside and the file's time was taken. */
  date: string;
  dateSource: 'publisher' | 'file';
  counts: { read: number; loaded: number; refused: number };
  entries: ListEntry[];
}
