import { z } from 'zod';

/** A bank behind HTTP: `http.ts` says which calls it must answer. */
export const httpTransportSchema = z
  .object({
    kind: z.literal('http'),
    /** Ends with a slash, or gets one; the paths of the calls are appended. */
    baseUrl: z.url({ protocol: /^https?$/ }),
    /** Messages of this account alone, where one connection holds several. */
    account: z.string().min(1).optional(),
    timeoutMs: z.number().int().positive().default(10_000),
    /** Longer than the bank's processing limit, `timeoutMs` and the wait at the gate together. */
    settleWindowMs: z.number().int().positive().default(25_000),
  })
  .strict();
export type HttpTransportConfig = z.infer<typeof httpTransportSchema>;

/** Two folders that somebody else (a bank's client, SFTP, a person) empties and fills. */
export const folderTransportSchema = z
  .object({
    kind: z.literal('folder'),
    outbox: z.string().min(1),
    inbox: z.string().min(1),
    /** A hand-over is one rename, so this only has to outlast a slow disk. */
    settleWindowMs: z.number().int().positive().default(10_000),
  })
  .strict();
export type FolderTransportConfig = z.infer<typeof folderTransportSchema>;

/** The bank of the Python package mock-bank, for tests. */
export const mockBankTransportSchema = httpTransportSchema.extend({ kind: z.literal('mock-bank') });
export type MockBankTransportConfig = z.infer<typeof mockBankTransportSchema>;

export const transportSchema = z.discriminatedUnion('kind', [httpTransportSchema, folderTransportSchema, mockBankTransportSchema]);
export type TransportConfig = z.infer<typeof transportSchema>;
