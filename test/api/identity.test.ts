import { generateKeyPairSync, createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { developmentLoginOf } from '../../api/development-login.ts';
import { permissions } from '../../api/permissions.ts';
import { inTransaction } from '../../db/client.ts';
import { readPerson, savePerson } from '../../db/repositories/directory.ts';
import { signingKey } from '../../temporal-config/keys.ts';
import { describeWithDatabase } from '../support/services.ts';
import { apiClient } from './client.ts';
import { openApi, type ApiHouse } from './house.ts';

describeWithDatabase('who calls', () => {
  let api: ApiHouse;
  beforeAll(async () => void (api = await openApi()));
  afterAll(() => api.dispose());

  const good = { sub: 'anna.berg', iss: 'kontor-development', aud: 'kontor-api' };
  const now = () => Math.floor(Date.now() / 1000);
  const key = () => signingKey(api.stateDir, 'login').privateKey;
  const token = (claims: Record<string, unknown> = {}, header: Record<string, unknown> = {}) =>
    new SignJWT({ iat: now(), exp: now() + 600, ...good, ...claims }).setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', ...header }).sign(key());
  const status = async (jwt: string) => (await apiClient(api.url, jwt).get('/v1/me')).status;
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

  it('lets a good token in', async () => expect(await status(await token())).toBe(200));

  describe('S1: refuses every token that is not one of ours, with 401', () => {
    it.each<[string, () => Promise<string> | string]>([
      ['alg none', () => `${part({ alg: 'none', typ: 'at+jwt' })}.${part({ ...good, iat: now(), exp: now() + 600 })}.AA`],
      ['alg none without a signature', () => `${part({ alg: 'none', typ: 'at+jwt' })}.${part({ ...good, iat: now(), exp: now() + 600 })}.`],
      [
        'HS256 with the public key as its secret',
        () => {
          const body = `${part({ alg: 'HS256', typ: 'at+jwt' })}.${part({ ...good, iat: now(), exp: now() + 600 })}`;
          const secret = signingKey(api.stateDir, 'login').publicKey.export({ type: 'spki', format: 'pem' });
          return `${body}.${createHmac('sha256', secret).update(body).digest('base64url')}`;
        },
      ],
      ['another key', () => new SignJWT({ ...good, iat: now(), exp: now() + 600 }).setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt' }).sign(generateKeyPairSync('ed25519').privateKey)],
      ['wrong issuer', () => token({ iss: 'somebody-else' })],
      ['wrong audience', () => token({ aud: 'another-api' })],
      ['an id token (wrong typ)', () => token({}, { typ: 'JWT' })],
      ['no typ', () => token({}, { typ: undefined })],
      ['expired', () => token({ iat: now() - 7200, exp: now() - 3600 })],
      ['no expiry', () => token({ exp: undefined })],
      ['not valid yet', () => token({ nbf: now() + 3600 })],
      ['no subject', () => token({ sub: undefined })],
      ['a changed payload', async () => (await token()).replace(/\.[^.]+\./, `.${part({ ...good, sub: 'david.stein', iat: now(), exp: now() + 600 })}.`)],
      ['an unknown person', () => token({ sub: 'nobody.here' })],
      ['an unknown critical header', () => token({}, { crit: ['exp'] }).catch(() => 'a.b.c')],
      ['no token at all', () => ''],
    ])('%s', async (_name, make) => {
      const answer = await apiClient(api.url, await make()).get('/v1/me');
      expect(answer.status).toBe(401);
      expect(answer.body.code).toBe('not-authenticated');
    });

    it('jku and jwk headers choose nothing, and nothing is fetched from them', async () => {
      const fetched: string[] = [];
      const elsewhere = createServer((request, response) => response.end(fetched.push(request.url ?? '') && '{"keys":[]}')).listen(0, '127.0.0.1');
      await new Promise((resolve) => elsewhere.once('listening', resolve));
      const stranger = generateKeyPairSync('ed25519');
      const jku = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/jwks`;
      for (const header of [{ jku }, { x5u: jku }, { jwk: stranger.publicKey.export({ format: 'jwk' }) }, { kid: '../../../dev/null' }]) {
        const jwt = await new SignJWT({ ...good, iat: now(), exp: now() + 600 }).setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', ...header }).sign(stranger.privateKey);
        expect(await status(jwt)).toBe(401);
      }
      elsewhere.close();
      expect(fetched).toEqual([]);
    });
  });

  it('S9: a role that is revoked and a person who left count from the next request on', async () => {
    const auditor = await api.as('arne.holt');
    expect((await auditor.get('/v1/audit')).status).toBe(200);
    const person = (await readPerson(api.db, 'arne.holt'))!;
    await inTransaction(api.db, (trx) => savePerson(trx, { ...person, roles: [{ entity: 'DE01', role: 'receiver' }] }));
    expect((await auditor.get('/v1/audit')).status).toBe(403);
    await inTransaction(api.db, (trx) => savePerson(trx, { ...person, active: false }));
    expect((await auditor.get('/v1/me')).status).toBe(401);
    await inTransaction(api.db, (trx) => savePerson(trx, person));
  });

  it('S5: every operation declares a right of the list; only these are public', () => {
    for (const { id, permission } of api.operations) expect([...Object.keys(permissions), 'public'], id).toContain(permission);
    expect(api.operations.filter(({ permission }) => permission === 'public').map(({ id }) => id).sort()).toEqual(['developmentLogin', 'health', 'listDevelopmentPeople', 'metrics', 'openApi', 'readiness', 'reference']);
  });

  it('the development login runs on this machine only, never in production, never beside a real issuer', () => {
    const here = { oidcIssuer: undefined, nodeEnv: 'development', bindAddress: '127.0.0.1' };
    expect(developmentLoginOf(here)).toBe(true);
    expect(developmentLoginOf({ ...here, oidcIssuer: 'https://login.example.org' })).toBe(false);
    expect(() => developmentLoginOf({ ...here, bindAddress: '0.0.0.0' })).toThrow(/only listens on this machine/);
    expect(() => developmentLoginOf({ ...here, nodeEnv: 'production' })).toThrow(/NODE_ENV=production/);
  });

  it('the development login gives a token for people of the directory only', async () => {
    const login = await api.stranger.post('/v1/development/login', { body: { person: 'lars.thoma' }, key: null });
    expect(login.status).toBe(200);
    expect((await apiClient(api.url, login.body.token as string).get('/v1/me')).body.id).toBe('lars.thoma');
    expect((await api.stranger.post('/v1/development/login', { body: { person: 'nobody' }, key: null })).status).toBe(404);
  });
});
