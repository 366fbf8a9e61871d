import { createHash, type KeyObject } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';
import { KontorError } from '../../domain/errors.ts';

/** Who may have said that a token is good: key, issuer, audience and algorithm are pinned, nothing in the token chooses them (S1). */
export interface TokenAuthority {
  issuer: string;
  publicKey: KeyObject;
}

/** Who a token says that somebody is; what they may do is asked of the directory, at each request. */
export interface Identity {
  personId: string;
  issuer: string;
  /** When the person last proved who they are, seconds since 1970. */
  authenticatedAt: number;
}

/** Finds out who sends `Authorization: Bearer …`; throws `not-authenticated` for anything that is not a valid access token of ours. */
export type Authenticate = (authorization: string | undefined) => Promise<Identity>;

const audience = 'kontor-api';
const algorithm = 'EdDSA';
const tokenType = 'at+jwt';
const lifetimeSeconds = 8 * 3600;
const clockToleranceSeconds = 5;

/**
 * Verifying a signature costs more than most answers: a token that was good is good until it expires, so its hash is remembered. A token
 * tells who somebody is and nothing else, so that revoked rights, and persons who left, are refused all the same.
 */
export function authenticator(authority: TokenAuthority, { capacity = 10_000, now = Date.now } = {}): Authenticate {
  const verified = new Map<string, VerifiedToken>();
  return async (authorization) => {
    const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/.exec(authorization ?? '')?.[1];
    if (!token) throw new KontorError('not-authenticated', 'The request carries no access token.');
    const hash = createHash('sha256').update(token).digest('base64');
    const known = verified.get(hash);
    if (known && now() < known.expiresAtMs) return known.identity;
    verified.delete(hash);
    const found = await verify(token, authority, new Date(now()));
    if (verified.size >= capacity) verified.delete(verified.keys().next().value as string); // the one that came first
    verified.set(hash, found);
    return found.identity;
  };
}

interface VerifiedToken {
  identity: Identity;
  expiresAtMs: number;
}

async function verify(token: string, authority: TokenAuthority, currentDate: Date): Promise<VerifiedToken> {
  try {
    const { payload } = await jwtVerify(token, authority.publicKey, {
      algorithms: [algorithm],
      issuer: authority.issuer,
      audience,
      typ: tokenType,
      requiredClaims: ['sub', 'exp', 'iat'],
      clockTolerance: clockToleranceSeconds,
      currentDate,
    });
    const identity = { personId: payload.sub as string, issuer: authority.issuer, authenticatedAt: loginTime(payload['auth_time']) };
    return { identity, expiresAtMs: ((payload.exp as number) + clockToleranceSeconds) * 1000 };
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
