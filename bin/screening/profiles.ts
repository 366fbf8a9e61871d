import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { KontorError } from '../../domain/errors.ts';
import { screeningProfileSchema, type ScreeningProfile } from '../../domain/policy/screening.ts';

const folder = join(import.meta.dirname, '../../policies/screening');

/** Reads the named profile of policies/screening; throws screening-profile-unknown or screening-policy-invalid. */
export function readProfile(name: string): ScreeningProfile {
  const file = join(folder, `${name}.yaml`);
  if (!/^[a-z-]+$/.test(name) || !existsSync(file)) throw new KontorError('screening-profile-unknown', `There is no profile ${name}; known are qualified and ofac-parity`, { place: { path: '--profile' } });
  const parsed = screeningProfileSchema.safeParse(parse(readFileSync(file, 'utf8')));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new KontorError('screening-policy-invalid', `${name}.yaml: ${issue?.path.join('.')} ${issue?.message}`, { place: { file: `policies/screening/${name}.yaml`, path: issue?.path.join('.') ?? '' } });
}
