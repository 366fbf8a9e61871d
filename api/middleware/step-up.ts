import { KontorError } from '../../domain/errors.ts';
import type { Identity } from './identity.ts';

/** The caller is known, but logged in too long ago for what is asked (S12); told in the form of RFC 9470. */
export class LoginTooOld extends KontorError {
  readonly maxAgeSeconds: number;

  constructor(maxAgeSeconds: number) {
    super('login-too-old', `This needs a log-in of the last ${Math.round(maxAgeSeconds / 60)} minutes.`);
    this.maxAgeSeconds = maxAgeSeconds;
  }
}

const clockToleranceMs = 5_000;

/** @throws LoginTooOld unless the person proved who they are within the last minutes; a token that does not say when never did. */
export function requireRecentLogin({ authenticatedAt }: Pick<Identity, 'authenticatedAt'>, withinMinutes: number, now: number): void {
  const age = now - authenticatedAt * 1000;
  const recent = age >= -clockToleranceMs && age <= withinMinutes * 60_000;
  if (!recent) throw new LoginTooOld(withinMinutes * 60);
}

/** What a client has to do about a 401: log in, log in again, or log in anew because of the age. */
export function challenge(error: KontorError, tokenGiven: boolean): string {
  if (error instanceof LoginTooOld) return `Bearer error="insufficient_user_authentication", error_description="${error.message}", max_age="${error.maxAgeSeconds}"`;
  return tokenGiven ? 'Bearer error="invalid_token"' : 'Bearer';
}
