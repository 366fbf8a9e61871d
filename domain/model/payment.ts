import { z } from 'zod';
import { plainDateSchema } from './dates.ts';
import { discountTierSchema } from './invoice.ts';
import { decimalSchema, moneySchema } from './money.ts';
import { bankAccountSchema, supplierSchema } from './supplier.ts';

/** An account that a company pays from, as its file names it. `calendar` is the one by which its bank settles: T2 or Fed. */
export const payerAccountSchema = z
  .object({
    id: z.string().min(1),
    holder: z.string().min(1),
    currency: z.string().regex(/^[A-Z]{3}$/),
    iban: z.string().optional(),
    /** National number where there is no IBAN, with the routing number of its bank. */
    account: z.string().optional(),
    routingNumber: z.string().optional(),
    bic: z.string().optional(),
    calendar: z.enum(['t2', 'fed']),
  })
  .strict();
export type PayerAccount = z.infer<typeof payerAccountSchema>;

/** Who is paid for one document, as the supplier record says on the day of the run. */
export const payeeAccountSchema = bankAccountSchema;
export type PayeeAccount = z.infer<typeof payeeAccountSchema>;

/** How the ERP holds a document that we hold as open; `open` is signed as ours. */
export const heldInErpSchema = z.discriminatedUnion('state', [
  z.object({ state: z.literal('cleared') }).strict(),
  z.object({ state: z.literal('unreadable') }).strict(),
  z.object({ state: z.literal('open'), open: moneySchema, paymentBlocked: z.boolean() }).strict(),
]);
export type HeldInErp = z.infer<typeof heldInErpSchema>;

/**
 * One posted document that waits for money: an open item of accounts payable with all that a payment run must know of it.
 * `open` is signed: negative for a credit. `revision` rises only after a confirmed rejection or return (P7).
 */
export const payableSchema = z
  .object({
    caseId: z.string(),
    entity: z.string(),
    revision: z.number().int().positive(),
    supplierId: z.string(),
    /** Whose income it is, whoever is paid: what withholding goes by (T6). Absent where the ERP does not know the supplier. */
    supplier: z.object({ country: z.string(), category: z.string() }).strict().optional(),
    class: z.enum(['invoice', 'credit-note']),
    documentNumber: z.string(),
    issueDate: plainDateSchema,
    dueDate: plainDateSchema,
    /** Where payment and discount terms count from: issue or receipt date, as the posting policy says. */
    baselineDate: plainDateSchema,
    gross: moneySchema,
    net: moneySchema,
    open: moneySchema,
    discounts: z.array(discountTierSchema),
    /** The ERP's document number; absent while it is not posted. */
    postedAs: z.string().optional(),
    /** Approved for exactly the version that is posted. */
    approved: z.boolean(),
    /** Present where the ERP holds it otherwise than we do, and no payment of ours explains that. */
    inErp: heldInErpSchema.optional(),
    /** Payment block of our own assessment. */
    blocked: z.boolean(),
    payee: z
      .object({
        supplierId: z.string(),
        name: z.string(),
        country: z.string(),
        status: supplierSchema.shape.status,
        account: payeeAccountSchema.optional(),
      })
      .strict(),
    /** What the supplier asks to be quoted (BT-83), such as an RF reference. */
    remittance: z.string().optional(),
    /** UNTDID 4461 code of the document; absent = credit transfer. */
    meansCode: z.string().optional(),
    /** Pay it by itself, never together with others (P5). */
    separate: z.boolean(),
    /** The run that holds it at this moment, unless its payment was rejected or returned. */
    inRun: z.object({ runId: z.string(), state: z.string() }).strict().optional(),
  })
  .strict()
  .meta({ id: 'Payable' });
export type Payable = z.infer<typeof payableSchema>;

/** Why something must not be paid now; lifted by a person with a reason. */
export const paymentHoldSchema = z
  .object({
    id: z.string(),
    entity: z.string(),
    subject: z.enum(['item', 'supplier', 'bank-account', 'entity']),
    /** Case, supplier, bank account (`supplier/account`) or legal entity. */
    subjectId: z.string(),
    reason: z.string(),
  })
  .strict();
export type PaymentHold = z.infer<typeof paymentHoldSchema>;

/** What the banks say of the name on an account (verification of payee), or that they said nothing; `name` is what a close match is really called. */
export const payeeVerificationSchema = z
  .object({ supplierId: z.string(), accountId: z.string(), version: z.number().int().positive(), result: z.enum(['match', 'close-match', 'no-match', 'unavailable']), name: z.string().optional() })
  .strict();
export type PayeeVerification = z.infer<typeof payeeVerificationSchema>;

/** A payment of another run, for the search for double payments (P12). */
export const earlierPaymentSchema = z
  .object({ runId: z.string(), endToEndId: z.string(), account: z.string(), amount: moneySchema, executionDate: plainDateSchema, state: z.string() })
  .strict();
export type EarlierPayment = z.infer<typeof earlierPaymentSchema>;

/** A document in a proposal: what it is owed, what is taken off or withheld, what is paid. Credits are negative. */
export const proposedItemSchema = z
  .object({
    caseId: z.string(),
    revision: z.number().int().positive(),
    open: moneySchema,
    /** The tier taken (P4). */
    discount: z.object({ percent: decimalSchema, amount: moneySchema, until: plainDateSchema }).strict().optional(),
    /** Kept back for the tax office (T6): signed like the document. */
    withheld: z.object({ rule: z.string(), name: z.string(), percent: decimalSchema, base: moneySchema, amount: moneySchema }).strict().optional(),
    /** open − discount − withheld. */
    amount: moneySchema,
    /** Latest date on which paying still keeps the discount, or is on time (P3). */
    payBy: plainDateSchema,
    explanation: z.array(z.object({ rule: z.string(), inputs: z.record(z.string(), z.string()), result: z.string() }).strict()),
  })
  .strict();
export type ProposedItem = z.infer<typeof proposedItemSchema>;

/** One transfer: every document that shares the group key of P5, net of credits; the amount is greater than 0. */
export const proposedInstructionSchema = z
  .object({
    /** Canonical text of the group key (P5). */
    groupKey: z.string(),
    items: z.array(z.string()).min(1),
    payee: z.object({ supplierId: z.string(), name: z.string(), country: z.string() }).strict(),
    account: payeeAccountSchema,
    amount: moneySchema,
    /** What it counts for totals and limits, in the currency of the policy at the rate of the proposal (P11). */
    counts: z.object({ amount: moneySchema, discount: moneySchema, withheld: moneySchema.optional() }).strict(),
    executionDate: plainDateSchema,
    method: z.enum(['sepa', 'credit-transfer', 'ach']),
    serviceLevel: z.string().optional(),
    chargeBearer: z.enum(['SLEV', 'SHAR', 'DEBT', 'CRED']),
    /** Payments that look alike in other runs; a person looks before the run is approved (P12). */
    possibleDuplicates: z.array(z.object({ runId: z.string(), endToEndId: z.string(), executionDate: plainDateSchema }).strict()),
  })
  .strict();
export type ProposedInstruction = z.infer<typeof proposedInstructionSchema>;

/** Why a document or a whole group is not in the proposal. `until` names the day from which it may be, where that is known. */
export const exclusionSchema = z.object({ caseId: z.string(), code: z.string(), rule: z.string(), message: z.string(), until: plainDateSchema.optional() }).strict();
export type Exclusion = z.infer<typeof exclusionSchema>;

/** What a run would pay: the result of the rules P1–P5, P9, P11 and P12 on the facts of one moment. */
export const paymentProposalSchema = z
  .object({
    schemaVersion: z.literal(1),
    entity: z.string(),
    payerAccountId: z.string(),
    runDate: plainDateSchema,
    nextRunDate: plainDateSchema,
    items: z.array(proposedItemSchema),
    instructions: z.array(proposedInstructionSchema),
    excluded: z.array(exclusionSchema),
    total: moneySchema,
    discountTaken: moneySchema,
    withheld: moneySchema,
    policyVersion: z.string(),
  })
  .strict()
  .meta({ id: 'PaymentProposal' });
export type PaymentProposal = z.infer<typeof paymentProposalSchema>;
