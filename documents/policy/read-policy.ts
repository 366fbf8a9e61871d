import { z } from 'zod';
import { companyFileSchema, type LegalEntity } from '../../domain/model/legal-entity.ts';
import { policySchemas, type Policy, type PolicyKind } from '../../domain/policy/index.ts';
import { readYaml } from '../ledger/yaml-file.ts';

const kindSchema = z.looseObject({ kind: z.enum(Object.keys(policySchemas) as [PolicyKind, ...PolicyKind[]]) });

/**
 * Reads one policy file: YAML, strict, against the schema of the kind that it names. Throws `policy-invalid` with file,
 * line and column of the fault: a gap or an overlap of approval bands names the band (A1), a check without bounds the check (M3).
 */
export function readPolicy(text: string, file: string): Policy {
  const { kind } = readYaml(text, file, kindSchema, 'policy-invalid');
  return readYaml<Policy>(text, file, policySchemas[kind] as z.ZodType<Policy>, 'policy-invalid');
}

/** Reads the file of one company. */
export function readEntity(text: string, file: string): LegalEntity {
  return readYaml(text, file, companyFileSchema, 'policy-invalid');
}
