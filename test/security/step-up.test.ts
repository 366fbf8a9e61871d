import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requireStepUp } from '../../api/decisions/step-up.ts';
import { LoginTooOld, requireRecentLogin } from '../../api/middleware/step-up.ts';
import { tasksOf } from '../../db/repositories/approvals.ts';
import { openExceptionsOf } from '../../db/repositories/exceptions.ts';
import type { Decision } from '../../domain/model/decision.ts';
import type { Invoice } from '../../domain/model/invoice.ts';
import { signingKey } from '../../temporal-config/keys.ts';
import { apiClient, tokenOf, type ApiClient } from '../api/client.ts';
import { openApi, type ApiHouse, type ServedApi } from '../api/house.ts';
import type { House } from '../support/house.ts';
import { billed, submit } from '../support/invoices.ts';
import { describeWithDatabase, describeWithServices } from '../support/services.ts';
import { workingHouse } from '../support/working-house.ts';

const now = Date.parse('2026-11-20T12:00:00Z');

describe('S12: a recent log-in', () => {
  it.each<[string, number, boolean]>([
    ['this second', now / 1000, true],
    ['at the edge', now / 1000 - 15 * 60, true],
    ['a second before it', now / 1000 - 15 * 60 - 1, false],
    ['a little ahead, by another clock', now / 1000 + 4, true],
    ['far ahead', now / 1000 + 3600, false],
    ['never', 0, false],
    ['nobody knows', Number.NaN, false],
  ])('%s: %s is recent: %s', (_when, authenticatedAt, recent) => {
    const asked = () => requireRecentLogin({ authenticatedAt }, 15, now);
    if (recent) expect(asked).not.toThrow();
    else expect(asked).toThrow(LoginTooOld);
  });
});

describeWithServices('S12: decisions about more than the policy names', () => {
  let house: House;
  let api: ServedApi;
  let dispose: () => Promise<void>;

  beforeAll(async () => {
    ({ house, api, dispose } = await workingHouse());
  });
  afterAll(() => dispose());

  const loggedIn = async (person: string, minutesAgo: number): Promise<ApiClient> => apiClient(api.url, await tokenOf(house.settings.stateDir, person, new Date(Date.now() - minutesAgo * 60_000)));
  const hosting = (price: string) => billed({ lines: [{ quantity: '1', price, costCentre: 'CC-6000', name: 'Web hosting' }] });
  const pipes = (price: string) => billed({ lines: [{ orderNumber: '4500000116', orderLine: '10', quantity: '4', price }] });

  async function awaiting(invoice: Invoice, stage: string): Promise<string> {
    const { caseId } = await submit(house.db, invoice);
    await house.caseWhen(caseId, (found) => found.case.stage === stage);
    return caseId;
  }

  it('an old log-in is challenged in the form of RFC 9470, nothing is kept, and the same request counts after a new log-in', async () => {
    const caseId = await awaiting(hosting('9000.00'), 'approval');
    const task = (await tasksOf(house.db, caseId, 'open'))[0]!;
    const person = task.candidatePersons[0] ?? 'clara.winter';
    const asked = { body: { decision: 'approve', decisionHash: task.decisionHash }, key: randomUUID() };
    const refused = await (await loggedIn(person, 16)).post(`/v1/approvals/${task.id}/decision`, asked);
    expect(refused).toMatchObject({ status: 401, body: { code: 'login-too-old' } });
    expect(refused.headers.get('www-authenticate')).toMatch(/^Bearer error="insufficient_user_authentication", error_description="[^"]+", max_age="900"$/);
    expect(await house.db('decisions').where({ case_id: caseId })).toEqual([]);
    const login = await api.stranger.post('/v1/development/login', { body: { person }, key: null });
    const again = await apiClient(api.url, login.body.token as string).post(`/v1/approvals/${task.id}/decision`, asked);
    expect(again, again.text).toMatchObject({ status: 200, body: { state: 'accepted' } });
    // What has counted already is told to an old log-in too.
    expect(await (await loggedIn(person, 16)).post(`/v1/approvals/${task.id}/decision`, asked)).toMatchObject({ status: 200 });
  });

  it('up to the amount an old log-in is good enough; to reject it always is; in a batch each is judged by itself', async () => {
    const [small, large, rejected] = await Promise.all([awaiting(hosting('400.00'), 'approval'), awaiting(hosting('9100.00'), 'approval'), awaiting(hosting('9200.00'), 'approval')]);
    const task = async (caseId: string) => (await tasksOf(house.db, caseId, 'open'))[0]!;
    const tasks = { small: await task(small), large: await task(large), rejected: await task(rejected) };
    const item = ({ id, decisionHash }: { id: string; decisionHash: string }, more: object = { decision: 'approve' }) => ({ approval: id, decisionHash, ...more });
    const person = tasks.small.candidatePersons[0] ?? 'karl.brandt';
    const batch = await (await loggedIn(person, 60)).post('/v1/decisions:batch', { body: { items: [item(tasks.small), item(tasks.large), item(tasks.rejected, { decision: 'reject', reasonCode: 'PRI', target: 'supplier' })] } });
    const results = batch.body.results as { status: number; problem?: { code: string } }[];
    expect(results[0], batch.text).toMatchObject({ status: 200 });
    expect(results[1], batch.text).toMatchObject({ status: 401, problem: { code: 'login-too-old' } });
    expect(results[2]?.problem?.code).not.toBe('login-too-old');
  });

  it('an override of an exception lets money go as well; a token that does not say when its holder logged in does not', async () => {
    const caseId = await awaiting(pipes('4400.00'), 'exception');
    const exception = (await openExceptionsOf(house.db, caseId))[0]!;
    const body = { resolution: 'override', reason: 'Agreed with the supplier by phone' };
    const silent = await new SignJWT({}).setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt' }).setSubject('lars.thoma').setIssuer('kontor-development').setAudience('kontor-api').setIssuedAt().setExpirationTime('10m').sign(signingKey(house.settings.stateDir, 'login').privateKey);
    for (const client of [await loggedIn('lars.thoma', 16), apiClient(api.url, silent)]) expect(await client.post(`/v1/exceptions/${exception.id}/resolution`, { body })).toMatchObject({ status: 401, body: { code: 'login-too-old' } });
    const judged = await (await loggedIn('lars.thoma', 1)).post(`/v1/exceptions/${exception.id}/resolution`, { body });
    expect(judged.body.code).not.toBe('login-too-old');
    expect([200, 403, 422]).toContain(judged.status);
  });
});

describeWithDatabase('S12: without a process engine', () => {
  let api: ApiHouse;
  beforeAll(async () => void (api = await openApi()));
  afterAll(() => api.dispose());

  it.each<[string, Pick<Decision, 'update' | 'decision'>, boolean]>([
    ['the release of payments', { update: 'release', decision: 'approve' }, true],
    ['the approval of a payment run', { update: 'decide', decision: 'approve' }, true],
    ['a rejection of one', { update: 'decide', decision: 'reject' }, false],
    ['taking a payment out', { update: 'removeItem', decision: 'removeItem' }, false],
  ])('%s needs one: %j, %s', async (_what, said, needed) => {
    const asked = (minutesAgo: number) => requireStepUp(api.db, { caller: { personId: 'vera.noll', issuer: 'i', authenticatedAt: Date.now() / 1000 - minutesAgo * 60 }, at: new Date() }, { entity: 'DE01', case: 'a-payment-run', ...said });
    await expect(asked(1)).resolves.toBeUndefined();
    if (needed) await expect(asked(16)).rejects.toBeInstanceOf(LoginTooOld);
    else await expect(asked(16)).resolves.toBeUndefined();
  });

  it('a 401 always says what to do', async () => {
    expect((await api.stranger.get('/v1/me')).headers.get('www-authenticate')).toBe('Bearer');
    expect((await apiClient(api.url, 'a.b.c').get('/v1/me')).headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
  });
});
