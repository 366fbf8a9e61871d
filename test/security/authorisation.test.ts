import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { permissions } from '../../api/permissions.ts';
import { inTransaction, sql, type Db } from '../../db/client.ts';
import { openTasks } from '../../db/repositories/approvals.ts';
import { listCases, readCase } from '../../db/repositories/cases.ts';
import { listPeople, savePerson } from '../../db/repositories/directory.ts';
import { placeHold } from '../../db/repositories/payables.ts';
import { openRun, saveRunTotals } from '../../db/repositories/payment-runs.ts';
import { openException } from '../../db/repositories/exceptions.ts';
import { apiClient, tokenOf, type Answered } from '../api/client.ts';
import { openApi, serveApi, type ApiHouse } from '../api/house.ts';
import { operation } from '../../api/operation.ts';
import { billed, submit } from '../support/invoices.ts';
import { describeWithDatabase } from '../support/services.ts';
import { roles, rows, type Role, type Row, type Sample } from './authorisation-rows.ts';

const hash = 'a'.repeat(64);
const own = 'DE01';
const other = 'US01';

describeWithDatabase('S4: every route for every role, at the own and at another company', () => {
  let api: ApiHouse;
  let kept: Pick<Sample, 'case' | 'documentHash' | 'decision'>;
  let forReading: Sample | undefined;

  beforeAll(async () => {
    api = await openApi({ patienceMs: 1 });
    await inTransaction(api.db, async (trx) => {
      for (const role of roles) {
        const person = (suffix: string, held: { entity: string; role: Role }[]) => savePerson(trx, { id: `${role}.${suffix}`, employeeId: `${role}.${suffix}`, name: role, active: true, roles: held });
        await person('own', [{ entity: own, role }]);
        await person('other', [{ entity: other, role }]);
        // Sees things of the own company, as somebody without any particular right, and has the role elsewhere.
        await person('both', [{ entity: other, role }, { entity: own, role: 'cost-centre-owner' }]);
        await person('left', []);
      }
    });
    const { caseId } = await submit(api.db, billed({ lines: [{ quantity: '1', price: '100.00' }] }));
    kept = { case: caseId, documentHash: (await readCase(api.db, caseId))!.case.documentHash!, decision: '' };
    const said = await ask('ap-clerk.own', 'withdrawInvoice', await sample());
    kept.decision = (said.body as { id: string }).id;
  });
  afterAll(() => api.dispose());

  async function sample(): Promise<Sample> {
    const [approval, exception] = [`t-${randomUUID()}`, `x-${randomUUID()}`];
    const due = { dueAt: new Date(Date.now() + 3_600_000).toISOString(), entity: own, case: kept.case, workflowId: `ap-invoice/${own}/${kept.case}` };
    await inTransaction(api.db, async (trx) => {
      await openTasks(trx, [{ ...due, id: approval, kind: 'approval', step: '1-team-lead', candidateRole: 'team-lead', candidatePersons: [], why: 'Up to 1000 EUR.', policyVersion: 'matrix@1', title: 'Invoice', documentHash: hash, decisionHash: hash, documentVersion: 1, amount: { currency: 'EUR', minor: '11900' } }]);
      await openException(trx, { ...due, id: exception, origin: 'process', code: 'price-variance', reasonCode: 'PRI', title: 'Above the order', findings: [], ownerRole: 'buyer', documentHash: hash, decisionHash: hash });
    });
    return { ...kept, approval, exception, hash, run: await runOf(), hold: await holdOf() };
  }

  async function runOf(): Promise<string> {
    const { runId } = await openRun(api.db, {
      entity: own, runDate: '2026-11-23', nextRunDate: '2026-11-30', slot: randomUUID(), payerAccount: 'main', dryRun: false, actor: 'system:test', correlationId: 'test',
      start: { workflow: 'paymentRun', queue: 'fin-workflows', process: 'ap-payment-run', workflowVersion: 'payment-run/1', searchAttributes: {} },
    });
    const nothing = { currency: 'EUR', minor: '0' };
    await inTransaction(api.db, (trx) => saveRunTotals(trx, runId, { items: 0, instructions: 0, total: nothing, discount: nothing, withheld: nothing, policyVersion: 'payments@1', contentHash: hash }));
    return runId;
  }

  async function holdOf(): Promise<string> {
    const id = `hold-${randomUUID()}`;
    await inTransaction(api.db, (trx) => placeHold(trx, { id, entity: own, subject: 'supplier', subjectId: id, reason: 'screening-hit', setBy: 'system:test' }));
    return id;
  }

  /** What is only read is read by all of them; what is changed is made anew. */
  async function sampleFor(id: string): Promise<Sample> {
    if (api.operations.find((operation) => operation.id === id)!.method === 'get') return (forReading ??= await sample());
    return sample();
  }

  async function ask(person: string | undefined, id: string, about: Sample, url = api.url): Promise<Answered> {
    const { path, asked } = rows[id]!;
    const { method } = api.operations.find((operation) => operation.id === id)!;
    const client = person === undefined ? api.stranger : apiClient(url, await tokenOf(api.stateDir, person));
    if (id === 'streamEvents') return firstOfStream(person, path(about));
    return client.call(method.toUpperCase(), path(about), asked?.(about));
  }

  /** A stream has no end: its status is enough. */
  async function firstOfStream(person: string | undefined, path: string): Promise<Answered> {
    const stop = new AbortController();
    const response = await fetch(api.url + path, { signal: stop.signal, headers: person === undefined ? {} : { authorization: `Bearer ${await tokenOf(api.stateDir, person)}` } });
    stop.abort();
    return { status: response.status, headers: response.headers, text: '', body: undefined };
  }

  const hasRight = ({ may }: Row, role: Role) => may === 'everybody' || may === 'public' || may.includes(role);
  const ownStatus = ({ own: status }: Row, role: Role) => (typeof status === 'function' ? status(role) : status);

  it('every operation has a row, every row an operation, every role a column', async () => {
    const missing = api.operations.map(({ id }) => id).filter((id) => !rows[id]);
    expect(missing, 'add a row to test/security/authorisation-rows.ts for each').toEqual([]);
    expect(Object.keys(rows).filter((id) => !api.operations.some((operation) => operation.id === id))).toEqual([]);
    const known = new Set<string>(roles);
    const named = [...Object.values(permissions).flatMap((of) => (of === '*' ? [] : [...of])), ...(await listPeople(api.db)).flatMap((person) => person.roles.map(({ role }) => role))];
    expect([...new Set(named)].filter((role) => !known.has(role)).sort()).toEqual([]);
  });

  it.each(Object.entries(rows))('%s', async (id, row) => {
    const wrong: string[] = [];
    const judge = async (who: string, status: number, answer: Answered) => void (answer.status === status || wrong.push(`${who}: ${answer.status} instead of ${status}: ${answer.text.slice(0, 200)}`));
    for (const role of row.may === 'public' ? roles.slice(0, 1) : roles) {
      const about = await sampleFor(id);
      const right = hasRight(row, role);
      const elsewhere = await ask(`${role}.other`, id, about);
      await judge(`${role} elsewhere`, right ? (row.elsewhere === 'nothing' ? 200 : row.elsewhere) : 403, elsewhere);
      if (row.elsewhere === 'nothing' && right) for (const secret of [about.case, about.exception, about.approval, '"DE01"', ...(row.shows ? [row.shows(about)] : [])]) expect(elsewhere.text, `${role} elsewhere`).not.toContain(secret);
      if (row.may !== 'everybody' && row.elsewhere === 404) await judge(`${role} elsewhere, visitor here`, 403, await ask(`${role}.both`, id, about));
      const here = await ask(`${role}.own`, id, about);
      await judge(`${role} here`, right ? ownStatus(row, role) : 403, here);
      if (row.shows && right) expect(here.text, `${role} here`).toContain(row.shows(about));
    }
    const about = await sampleFor(id);
    if (row.may !== 'public') {
      await judge('somebody without any role', 403, await ask(`${roles[0]}.left`, id, about));
      await judge('nobody', 401, await ask(undefined, id, about));
    } else await judge('nobody', ownStatus(row, roles[0]), await ask(undefined, id, about));
    expect(wrong).toEqual([]);
  });

  it.each(Object.entries(rows).filter(([, row]) => row.elsewhere === 404))('%s: what belongs to another company is answered like what does not exist', async (id, row) => {
    const about = await sample();
    const somebody = `${row.may === 'everybody' ? 'team-lead' : row.may[0]!}.other`;
    const told = ({ status, body, headers }: Answered) => ({ status, body: { ...(body as Record<string, unknown>), correlationId: '' }, names: [...headers.keys()].sort() });
    const nothing = await ask(somebody, id, { ...about, case: 'nothing', approval: 'nothing', exception: 'nothing', decision: 'nothing', run: 'nothing', hold: 'nothing' });
    expect(told(await ask(somebody, id, about))).toEqual(told(nothing));
  });

  it('a batch answers each foreign task like an unknown one', async () => {
    const about = await sample();
    const foreign = (await ask('team-lead.other', 'decideBatch', about)).body as { results: unknown[] };
    const unknown = (await ask('team-lead.other', 'decideBatch', { ...about, approval: 'nothing' })).body as { results: unknown[] };
    const told = (results: unknown[]) => JSON.stringify(results).replaceAll(about.approval, 'nothing').replace(/"correlationId":"[^"]*"/, '');
    expect(told(foreign.results)).toBe(told(unknown.results));
    expect(foreign.results).toMatchObject([{ status: 404 }]);
  });

  /** What these read concerns all companies at once, and is told in part: checkpoints sign all chains together. */
  const beyondScope = ['verifyAudit', 'getInvoiceEvidence', 'streamEvents'];

  it.each(Object.entries(rows).filter(([id, { may }]) => may !== 'public' && !beyondScope.includes(id)))('S21: %s looks things up with the eyes of the caller alone', async (id, row) => {
    const reads = api.operations.find((one) => one.id === id)!.method === 'get';
    const told: string[] = [];
    const routesDb = new Proxy(() => undefined, { get: (_, name) => refuse(told, String(name)), apply: () => refuse(told, 'a call') }) as unknown as Db;
    const served = await serveApi({ db: api.db, client: api.client, stateDir: api.stateDir, patienceMs: 1, routesDb });
    const about = await sampleFor(id);
    const somebody = row.may === 'everybody' ? 'team-lead' : (row.may as readonly Role[])[0]!;
    // A write may go on from there; what it is about was found before.
    const answer = await ask(`${somebody}.${reads ? 'own' : 'other'}`, id, about, served.url);
    served.close();
    const expected = reads ? ownStatus(row, somebody) : row.elsewhere;
    if (row.elsewhere === 404 || reads) expect({ status: answer.status, told }).toEqual({ status: expected, told: [] });
  });

  it('S21: a query that forgets to ask for the company shows none of another, and a read cannot write', async () => {
    const forgetful = operation({ id: 'forgetful', method: 'get', path: '/v1/forgetful', tag: 'test', summary: '', permission: 'me:read', responses: {}, handle: async ({ read }) => ({ status: 200, body: await read((db) => listCases(db, {}, { limit: 200 })) }) });
    const writing = operation({ id: 'writing', method: 'get', path: '/v1/writing', tag: 'test', summary: '', permission: 'me:read', responses: {}, handle: async ({ read }) => ({ status: 200, body: await read((db) => sql(db, `update cases set stage = 'x' returning id`)) }) });
    const served = await serveApi({ db: api.db, client: api.client, stateDir: api.stateDir, more: [forgetful, writing] });
    const as = async (person: string) => apiClient(served.url, await tokenOf(api.stateDir, person));
    expect((await (await as('buyer.own')).get('/v1/forgetful')).text).toContain('"entity":"DE01"');
    expect((await (await as('buyer.other')).get('/v1/forgetful')).body).toEqual({ items: [] });
    expect((await (await as('buyer.own')).get('/v1/writing')).status).toBe(500);
    served.close();
  });

  function refuse(told: string[], what: string): never {
    told.push(what);
    throw new Error(`a route has used the database itself: ${what}`);
  }

  it('nothing of all that was decided or changed by somebody from elsewhere', async () => {
    expect(await sql(api.db, `select person from decisions where person not like '%.own'`)).toEqual([]);
    expect(await sql(api.db, `select actor from audit_events where actor like 'person:%.other' or actor like 'person:%.both' or actor like 'person:%.left'`)).toEqual([]);
  });
});
