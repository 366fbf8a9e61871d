import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { authenticator, issueToken } from '../../api/middleware/identity.ts';

const hourMs = 3_600_000;
const issuedAt = Date.parse('2026-11-20T09:00:00Z');

/** Verifying asks for the key; who is remembered does not. */
function house(options: { capacity?: number } = {}) {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const clock = { now: issuedAt };
  let verified = 0;
  const authority = {
    issuer: 'kontor-development',
    get publicKey() {
      verified += 1;
      return publicKey;
    },
  };
  const authenticate = authenticator(authority, { ...options, now: () => clock.now });
  const tokenOf = async (person: string) => `Bearer ${(await issueToken(person, authority.issuer, privateKey, new Date(issuedAt))).token}`;
  return { clock, authenticate, tokenOf, verified: () => verified };
}

describe('S1: a token that was verified is remembered', () => {
  it('once verified, it gives the same person without being verified again', async () => {
    const { authenticate, tokenOf, verified } = house();
    const [anna, bert] = [await tokenOf('anna.berg'), await tokenOf('bert.kraus')];
    for (let times = 0; times < 3; times += 1) {
      expect(await authenticate(anna)).toMatchObject({ personId: 'anna.berg', authenticatedAt: issuedAt / 1000 });
      expect(await authenticate(bert)).toMatchObject({ personId: 'bert.kraus' });
    }
    expect(verified()).toBe(2);
  });

  it('ends with its expiry and the tolerance of clocks, and not a second later', async () => {
    const { clock, authenticate, tokenOf } = house();
    const anna = await tokenOf('anna.berg');
    await authenticate(anna);
    clock.now = issuedAt + 8 * hourMs + 4_000;
    expect(await authenticate(anna)).toMatchObject({ personId: 'anna.berg' });
    clock.now = issuedAt + 8 * hourMs + 6_000;
    await expect(authenticate(anna)).rejects.toMatchObject({ code: 'not-authenticated' });
  });

  it('no byte of it may differ, and what was refused is refused again', async () => {
    const { authenticate, tokenOf } = house();
    const anna = await tokenOf('anna.berg');
    await authenticate(anna);
    const [header, , signature] = anna.split('.');
    const claims = Buffer.from(JSON.stringify({ sub: 'cfo', iss: 'kontor-development', aud: 'kontor-api', iat: issuedAt / 1000, exp: issuedAt / 1000 + 60 })).toString('base64url');
    for (let times = 0; times < 2; times += 1) await expect(authenticate(`${header}.${claims}.${signature}`)).rejects.toMatchObject({ code: 'not-authenticated' });
  });

  it('only so many are remembered: the first gives way', async () => {
    const { authenticate, tokenOf, verified } = house({ capacity: 2 });
    const tokens = await Promise.all(['one', 'two', 'three'].map(tokenOf));
    for (const token of tokens) await authenticate(token);
    await authenticate(tokens[2]);
    expect(verified()).toBe(3);
    await authenticate(tokens[0]);
    expect(verified()).toBe(4);
  });
});
