import { z } from 'zod';
import { findingCodeSchema } from '../model/finding.ts';
import { roleSchema } from '../model/person.ts';
import { compareExact, exact } from '../rules/decimal.ts';
import { amountSchema, currencySchema, header, percentSchema } from './header.ts';

/** Who approves what (A1–A4, A9, A11, A12, C5). Amounts are in the policy's currency, which is the company's. */

/** A2: all members that are present must hold; a list holds when one of its entries does. No members: always. */
export const conditionSchema = z
  .object({
    class: z.enum(['invoice', 'credit-note']).optional(),
    orderBacked: z.boolean().optional(),
    match: z.array(z.enum(['MATCHED', 'MATCHED_WITHIN_TOLERANCE', 'ACCEPTED_WITH_VARIANCE', 'NOT_APPLICABLE'])).min(1).optional(),
    category: z.array(z.string()).min(1).optional(),
    costCentre: z.array(z.string()).min(1).optional(),
    supplierRisk: z.array(z.enum(['low', 'medium', 'high'])).min(1).optional(),
    /** Holds when the document carries one of these findings, overridden ones included. */
    finding: z.array(findingCodeSchema).min(1).optional(),
    amountOver: amountSchema.optional(),
  })
  .strict();
export type ApprovalCondition = z.infer<typeof conditionSchema>;

const requirementSchema = z.object({ role: roleSchema, required: z.number().int().min(1).max(9) }).strict();

/** For amounts over `over` (exclusive) up to and including `upTo` (A1). The last band has no `upTo`. */
export const bandSchema = z
  .object({
    id: z.string().min(1),
    over: amountSchema,
    upTo: amountSchema.optional(),
    endorsements: z.array(requirementSchema).default([]),
    authority: requirementSchema,
  })
  .strict();
export type ApprovalBand = z.infer<typeof bandSchema>;

const matrixSchema = z.object({ id: z.string().min(1), when: conditionSchema, bands: z.array(bandSchema).min(1) }).strict();
export type ApprovalMatrix = z.infer<typeof matrixSchema>;

const additionSchema = z.object({ id: z.string().min(1), when: conditionSchema, endorsement: requirementSchema, why: z.string().min(1) }).strict();

export const approvalPolicySchema = z
  .object({
    ...header,
    kind: z.literal('approval'),
    currency: currencySchema,
    /** A11: match results of order-backed invoices that need no approval of the invoice, up to an amount. */
    withoutApproval: z.array(z.object({ match: z.enum(['MATCHED', 'MATCHED_WITHIN_TOLERANCE']), upTo: amountSchema }).strict()),
    /** The first whose condition holds decides; the last must hold always. */
    matrices: z.array(matrixSchema).min(1),
    /** Further endorsements, all that apply. */
    additions: z.array(additionSchema),
    /** A2: with several cost centres, each owner endorses the own share above this amount. */
    costCentreShare: z.object({ role: roleSchema, over: amountSchema }).strict(),
    /** A3: nobody with authority was found. */
    fallbackRole: roleSchema,
    /**
     * A10: nobody with the regular authority can be reached. Absent: there is no such way. Two or more holders of these roles,
     * each with a reason, stand for one regular approver; duties and four eyes count as always, and every use is an alert.
     */
    breakGlass: z.object({ roles: z.array(roleSchema).min(1), persons: z.number().int().min(2).max(5) }).strict().optional(),
    /** S12: whoever approves or overrides more than this has logged in within the last minutes. Absent: asked of nobody. */
    stepUp: z.object({ over: amountSchema, withinMinutes: z.number().int().min(1).max(480) }).strict().optional(),
    duties: z
      .object({
        /** A5: whoever booked the receipt may not approve its invoice. */
        receiverMayApprove: z.boolean(),
        orderCreatorMayReceive: z.boolean(),
      })
      .strict(),
    /** A8: a fall of the amount by no more than this keeps the approvals. */
    keepsApprovals: z.object({ amountDownPercent: percentSchema }).strict(),
    /** A12: same supplier and requester within `days`. */
    splitting: z.object({ days: z.number().int().min(1).max(90), effect: z.enum(['raise-band', 'flag']) }).strict(),
  })
  .strict()
  .superRefine((policy, context) => {
    policy.matrices.forEach((matrix, m) => checkBands(matrix.bands, (index, member, message) => context.addIssue({ code: 'custom', path: ['matrices', m, 'bands', index, member], message })));
    policy.matrices.forEach((matrix, m) => {
      const last = m === policy.matrices.length - 1;
      const always = Object.keys(matrix.when).length === 0;
      if (last && !always) context.addIssue({ code: 'custom', path: ['matrices', m, 'when'], message: 'the last matrix must have no condition (`when: {}`), so that every document finds one' });
      if (!last && always) context.addIssue({ code: 'custom', path: ['matrices', m, 'when'], message: 'a matrix without a condition hides all matrices after it' });
    });
    const ids = new Set<string>();
    policy.matrices.forEach((matrix, m) => { if (ids.has(matrix.id)) context.addIssue({ code: 'custom', path: ['matrices', m, 'id'], message: `the id ${matrix.id} is used twice` }); ids.add(matrix.id); });
  });
export type ApprovalPolicy = z.infer<typeof approvalPolicySchema>;

/** A1: bands begin at 0, each begins where the one before ends, the last is open. A gap or an overlap is refused. */
function checkBands(bands: ApprovalBand[], fault: (index: number, member: 'over' | 'upTo', message: string) => void): void {
  bands.forEach((band, index) => {
    const before = bands[index - 1];
    if (!before && compareExact(exact(band.over), exact('0')) !== 0) fault(index, 'over', `the first band must begin at "0", not at ${band.over}: amounts up to ${band.over} would have no approver (A1)`);
    if (before?.upTo !== undefined) {
      const order = compareExact(exact(band.over), exact(before.upTo));
      if (order > 0) fault(index, 'over', `gap: band ${before.id} ends at ${before.upTo} and band ${band.id} begins over ${band.over}; amounts between them would have no approver (A1)`);
      if (order < 0) fault(index, 'over', `overlap: band ${before.id} ends at ${before.upTo} and band ${band.id} begins over ${band.over}; amounts between them would have two rules (A1)`);
    }
    if (band.upTo !== undefined && compareExact(exact(band.upTo), exact(band.over)) <= 0) fault(index, 'upTo', `band ${band.id} ends at ${band.upTo}, which is not over its beginning ${band.over} (A1)`);
    if (index < bands.length - 1 && band.upTo === undefined) fault(index, 'over', `band ${band.id} has no upTo, yet a band follows: they overlap (A1)`);
    if (index === bands.length - 1 && band.upTo !== undefined) fault(index, 'upTo', `the last band must have no upTo: amounts over ${band.upTo} would have no approver (A1)`);
  });
}
