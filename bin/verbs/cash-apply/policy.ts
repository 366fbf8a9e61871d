import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import type { z } from 'zod';
import { KontorError } from '../../../domain/errors.ts';
import { cashDifferencePolicySchema, cashThresholdPolicySchema, cashTolerancePolicySchema, type CashDifferencePolicy } from '../../../domain/policy/cash-application.ts';
import type { MatchSettings } from '../../../domain/rules/cash-application/settings.ts';
import { readUnits } from '../../../documents/cash-application/fields.ts';

export const policyFolder = fileURLToPath(new URL('../../../policies/cash-application/', import.meta.url));

export interface CashPolicies {
  settings: MatchSettings;
  differences: CashDifferencePolicy;
}

/** Loads the cash application policies of a folder. Throws `cash-policy-invalid` naming file and member. */
export function loadCashPolicies(folder: string = policyFolder): CashPolicies {
  const thresholds = load(folder, 'thresholds.yaml', cashThresholdPolicySchema);
  const tolerances = load(folder, 'tolerances.yaml', cashTolerancePolicySchema);
  const differences = load(folder, 'differences.yaml', cashDifferencePolicySchema);
  const slack = new Map(Object.entries(tolerances.short).map(([currency, amount]) => [currency, readUnits(amount, currency) ?? 0]));
  const usualCharges = new Map(Object.entries(differences.usualCharges).map(([currency, amounts]) => [currency, amounts.map((amount) => readUnits(amount, currency) ?? 0)]));
  const { discountGraceDays } = differences;
  const { autoScore, margin, strongCitation, search } = thresholds;
  return { settings: { autoScore, margin, strongCitation, slack, discountGraceDays, usualCharges, largestSet: search.largestSet, mostCandidates: search.mostCandidates, searchSteps: search.steps }, differences };
}

function load<Schema extends z.ZodType>(folder: string, name: string, schema: Schema): z.infer<Schema> {
  const file = `${folder}${name}`;
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new KontorError('cash-policy-invalid', `The policy file ${name} cannot be read.`, { place: { file }, cause });
  }
  const result = schema.safeParse(parse(text));
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  throw new KontorError('cash-policy-invalid', `${name}: ${issue.message}`, { place: { file, path: issue.path.join('.') } });
}
