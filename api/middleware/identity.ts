import type { KeyObject } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';
import { KontorError } from '../../domain/errors.ts';
import type { Caller } from '../operation.ts';

/** Who may have said that a token is good: key, issuer, audience and algorithm are pinned, nothing in the token chooses them (S1). */
export interface TokenAuthority {
  issuer: string;
  publicKey: KeyObject;
}

const audience = 'kontor-api';
const algorithm = 'EdDSA';
const tokenType = 'at+jwt';
const lifetimeSeconds = 8 * 3600;
const clockToleranceSeconds = 5;

/** The caller behind `Authorization: Bearer …`; throws `not-authenticated` for anything that is not a valid access token of ours. */
export async function authenticate(authorization: string | undefined, authority: TokenAuthority): Promise<Caller> {
  const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/.exec(authorization ?? '')?.[1];
  if (!token) throw new KontorError('not-authenticated', 'The request carries no access token.');
  try {
    const { payload } = await jwtVerify(token, authority.publicKey, {
      algorithms: [algorithm],
      issuer: authority.issuer,
      audience,
      typ: tokenType,
      requiredClaims: ['sub', 'exp', 'iat'],
      clockTolerance: clockToleranceSeconds,
    });
    return { personId: payload.sub as string, issuer: authority.issuer, authenticatedAt: loginTime(payload['auth_time']) };
  } catch (cause) {
    throw new KontorError('not-authenticated', 'The access token is not valid (any more).', { cause });
  }
}

/** Only the issuer's word on the log-in counts: a token may be younger than that. Without it the log-in was long ago. */
function loginTime(claim: unknown): number {
  return typeof claim === 'number' && Number.isFinite(claim) ? claim : 0;
}

/** A real signed token for a seeded person: the development login. */
export async function issueToken(personId: string, issuer: string, privateKey: KeyObject, now: Date): Promise<{ token: string; expiresAt: string }> {
  const seconds = Math.floor(now.getTime() / 1000);
  const token = await new SignJWT({ auth_time: seconds })
    .setProtectedHeader({ alg: algorithm, typ: tokenType })
    .setSubject(personId)
    .setIssuer(issuer)
    .setAudience(audience)
    .setIssuedAt(seconds)
    .setExpirationTime(seconds + lifetimeSeconds)
    .sign(privateKey);
  return { token, expiresAt: new Date((seconds + lifetimeSeconds) * 1000).toISOString() };
}
