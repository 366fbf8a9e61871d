import { z } from 'zod';
import { approvalPolicySchema, type ApprovalPolicy } from './approval.ts';
import { calendarPolicySchema } from './calendar.ts';
import { codingPolicySchema, type CodingPolicy } from './coding.ts';
import { deadlinePolicySchema, type DeadlinePolicy } from './deadlines.ts';
import { duplicatePolicySchema, type DuplicatePolicy } from './duplicates.ts';
import { paymentPolicySchema } from './payments.ts';
import { postingPolicySchema, type PostingPolicy } from './posting.ts';
import { processPolicySchema } from './process.ts';
import { taxPolicySchema, type TaxPolicy } from './tax.ts';
import { tolerancePolicySchema, type TolerancePolicy } from './tolerances.ts';

/** Every kind of policy file and its schema; a new kind is one line here and a folder in `policies/`. */
export const policySchemas = {
  tolerances: tolerancePolicySchema,
  approval: approvalPolicySchema,
  duplicates: duplicatePolicySchema,
  deadlines: deadlinePolicySchema,
  coding: codingPolicySchema,
  tax: taxPolicySchema,
  posting: postingPolicySchema,
  payments: paymentPolicySchema,
  calendar: calendarPolicySchema,
  process: processPolicySchema,
} as const;
export type PolicyKind = keyof typeof policySchemas;
export type Policy = { [Kind in PolicyKind]: z.infer<(typeof policySchemas)[Kind]> }[PolicyKind];

/** A stored policy: `version` is `name@sha256` of its canonical content. */
export interface Versioned<Content> {
  version: string;
  content: Content;
}

/** The policies in force for one company at one moment, as the rules of accounts payable take them. */
export interface AccountsPayablePolicies {
  tolerances: Versioned<TolerancePolicy>;
  approval: Versioned<ApprovalPolicy>;
  duplicates: Versioned<DuplicatePolicy>;
  deadlines: Versioned<DeadlinePolicy>;
  coding: Versioned<CodingPolicy>;
  tax: Versioned<TaxPolicy>;
  posting: Versioned<PostingPolicy>;
}

export type { ApprovalPolicy } from './approval.ts';
export type { CalendarPolicy } from './calendar.ts';
export type { CodingPolicy } from './coding.ts';
export type { DeadlinePolicy } from './deadlines.ts';
export type { DuplicatePolicy } from './duplicates.ts';
export type { PaymentPolicy } from './payments.ts';
export type { PostingPolicy } from './posting.ts';
export type { ProcessPolicy } from './process.ts';
export type { TaxPolicy } from './tax.ts';
export type { TolerancePolicy } from './tolerances.ts';
