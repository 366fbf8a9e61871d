import { KontorError } from '../domain/errors.ts';
import type { Settings } from '../temporal-config/settings.ts';

/** The development login lets anybody be anybody: only on this machine, never in production, never beside a real issuer. */
export function developmentLoginOf(settings: Pick<Settings, 'oidcIssuer' | 'nodeEnv' | 'bindAddress'>): boolean {
  if (settings.oidcIssuer) return false;
  if (settings.nodeEnv === 'production') throw new KontorError('setting-invalid', 'The development login does not run with NODE_ENV=production: set an OIDC issuer.');
  if (!['127.0.0.1', '::1', 'localhost'].includes(settings.bindAddress)) throw new KontorError('setting-invalid', `The development login only listens on this machine, not on ${settings.bindAddress}.`);
  return true;
}
