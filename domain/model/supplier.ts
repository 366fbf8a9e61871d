import { z } from 'zod';

/** An account that a supplier may be paid to. `version` rises with every change, so that approvals can be bound to it. */
export const bankAccountSchema = z
  .object({
    id: z.string(),
    version: z.number().int().positive(),
    iban: z.string().optional(),
    account: z.string().optional(),
    /** Routing number of the account's bank, where there is no IBAN. */
    routingNumber: z.string().optional(),
    bic: z.string().optional(),
    /** What ACH entries are told apart by; absent where the ERP does not tell, and then taken for a checking account. */
    kind: z.enum(['checking', 'savings']).optional(),
    holder: z.string(),
    country: z.string(),
    status: z.enum(['verified', 'unverified', 'on-hold', 'closed']),
    /** Date of the last change, for the cooling-off period (P9). */
    changedOn: z.iso.date(),
    /** Who entered or changed it, by log-in; absent where the ERP does not tell. That person may not confirm it (P9). */
    changedBy: z.string().optional(),
  })
  .strict();
export type BankAccount = z.infer<typeof bankAccountSchema>;

/** A supplier as the ERP keeps it. */
export const supplierSchema = z
  .object({
    schemaVersion: z.literal(1),
    id: z.string(),
    entity: z.string(),
    name: z.string(),
    aliases: z.array(z.string()),
    /** Suppliers of one group count as one for duplicates (D1). */
    group: z.string(),
    vatId: z.string().optional(),
    taxNumber: z.string().optional(),
    legalId: z.string().optional(),
    /** Their party ids on documents (GLN, DUNS, the seller id we agreed). */
    externalIds: z.array(z.string()),
    country: z.string(),
    currency: z.string(),
    category: z.string(),
    risk: z.enum(['low', 'medium', 'high']),
    status: z.enum(['active', 'blocked', 'inactive']),
    paymentTermsDays: z.number().int().nonnegative(),
    /** Suppliers that may receive money or bill for this one: factors, group companies (M11). */
    relations: z.array(z.object({ kind: z.enum(['payee', 'factor', 'affiliate']), supplierId: z.string() }).strict()),
    /** Cost centre and account for invoices without an order. */
    defaultCoding: z.object({ account: z.string(), costCentre: z.string() }).strict().optional(),
    bankAccounts: z.array(bankAccountSchema),
  })
  .strict()
  .meta({ id: 'Supplier' });
export type Supplier = z.infer<typeof supplierSchema>;
