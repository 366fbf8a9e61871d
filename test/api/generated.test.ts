import { afterAll, beforeAll, expect, it } from 'vitest';
import { problemSchema } from '../../api/middleware/problem.ts';
import { listMark } from '../../api/paging.ts';
import { inTransaction, sqlOne } from '../../db/client.ts';
import { readPerson, savePerson } from '../../db/repositories/directory.ts';
import { pipes } from '../support/payments.ts';
import { describeWithDatabase } from '../support/services.ts';
import type { Answered, ApiClient } from './client.ts';
import { faultyBodies, operationsOf, somePath, validBodies, type OpenApi, type Operation } from './from-openapi.ts';
import { openApi, type ApiHouse } from './house.ts';

/** Nothing of our inside may show: no stack, no SQL, no path (S27). */
const leak = /\bat .+:\d+:\d+|node_modules|\bselect\b.+\bfrom\b|\binsert into\b|\.ts\b|knex|postgres/i;

describeWithDatabase('every operation of the OpenAPI document', () => {
  let api: ApiHouse;
  let person: ApiClient;
  let document: OpenApi;
  let operations: Operation[];

  beforeAll(async () => {
    api = await openApi();
    // One person who may call every route that takes a body.
    const lars = (await readPerson(api.db, 'lars.thoma'))!;
    await inTransaction(api.db, (trx) => savePerson(trx, { ...lars, roles: [...lars.roles, { entity: 'DE01', role: 'operator' }] }));
    person = await api.as('lars.thoma');
    document = (await api.stranger.get('/openapi.json')).body as OpenApi;
    operations = operationsOf(document);
  });
  afterAll(() => api.dispose());

  function expectProblem(answer: Answered, statuses: number[], what: string): void {
    expect(statuses, `${what}: ${answer.status} ${answer.text.slice(0, 300)}`).toContain(answer.status);
    expect(answer.headers.get('content-type'), what).toContain('application/problem+json');
    const problem = problemSchema.strict().parse(answer.body);
    expect(problem.status).toBe(answer.status);
    expect(problem.correlationId).toBe(answer.headers.get('x-correlation-id'));
    expect(answer.text, what).not.toMatch(leak);
  }
  const isWrite = (operation: Operation) => operation.isWrite;

  it('describes exactly the routes that are served', () => {
    const served = api.operations.map(({ method, path }) => `${method.toUpperCase()} ${path}`).sort();
    expect(operations.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(served);
    expect(operations.length).toBeGreaterThan(35);
    expect(new Set(operations.map(({ id }) => id)).size).toBe(operations.length);
    expect(operations.filter(({ method, isPublic, isWrite: writes }) => !isPublic && writes !== (method !== 'GET')).map(({ id }) => id), 'what needs no key').toEqual(['decodePayloads']);
  });

  it('without a token: 401, before the body is looked at', async () => {
    for (const operation of operations.filter(({ isPublic }) => !isPublic)) {
      expectProblem(await api.stranger.call(operation.method, somePath(operation.path), operation.method === 'GET' ? {} : { raw: '{"broken', type: 'application/json' }), [401], operation.id);
    }
  });

  it('a write without Idempotency-Key: 400', async () => {
    for (const operation of operations.filter(isWrite)) {
      const bodies = operation.body ? validBodies(operation.body, document) : [undefined];
      for (const body of bodies) {
        const answer = await person.call(operation.method, somePath(operation.path), { key: null, ...(body === undefined ? {} : { body }) });
        expectProblem(answer, [400, 403], operation.id);
        if (answer.status === 400) expect(answer.body.code, operation.id).toBe('idempotency-key-missing');
      }
    }
  });

  it('a valid body for something unknown: 404, never 500', async () => {
    for (const operation of operations.filter((candidate) => isWrite(candidate) && candidate.path.includes('{'))) {
      for (const body of operation.body ? validBodies(operation.body, document) : [undefined]) {
        expectProblem(await person.call(operation.method, somePath(operation.path), body === undefined ? {} : { body }), [404], `${operation.id} ${JSON.stringify(body)}`);
      }
    }
    for (const operation of operations.filter(({ method, isPublic, path }) => method === 'GET' && !isPublic && path.includes('{'))) {
      expectProblem(await person.get(somePath(operation.path)), [404, 403], operation.id);
    }
  });

  it('S6: a field that is missing, unknown, too long or of another type: 400 that names it', { timeout: 300_000 }, async () => {
    let faults = 0;
    for (const operation of operations.filter(({ body }) => body !== undefined)) {
      for (const { what, body } of faultyBodies(operation.body!, document)) {
        const answer = await person.call(operation.method, somePath(operation.path), { body });
        expectProblem(answer, [400], `${operation.id}: ${what}`);
        expect(answer.body.code).toBe('request-invalid');
        faults += 1;
      }
    }
    expect(faults).toBeGreaterThan(300);
  });

  it('S6, S23: __proto__ and constructor in a body change nothing', async () => {
    for (const raw of ['{"__proto__":{"state":"accepted"},"decision":"approve"}', '{"constructor":{"prototype":{"isAdmin":true}}}']) {
      for (const operation of operations.filter((candidate) => candidate.body && isWrite(candidate))) expectProblem(await person.call(operation.method, somePath(operation.path), { raw, type: 'application/json' }), [400], operation.id);
    }
    expect(({} as Record<string, unknown>)['isAdmin']).toBeUndefined();
    expect(({} as Record<string, unknown>)['state']).toBeUndefined();
  });

  it('a query that is unknown, of another form or given twice: 400; a forged cursor too', async () => {
    for (const operation of operations.filter(({ query }) => query.length > 0)) {
      const path = somePath(operation.path);
      const known = operation.query.map(({ name }) => name);
      const bad = ['invented=1', ...(known.includes('limit') ? ['limit=0', 'limit=201', 'limit=ten', 'limit=1&limit=2'] : []), ...(known.includes('cursor') ? ['cursor=forged', 'cursor='] : [])];
      for (const query of bad) {
        if (operation.method !== 'GET') continue;
        const answer = await person.get(`${path}?${query}`);
        expectProblem(answer, [400, 403], `${operation.id} ?${query}`);
      }
    }
  });

  it('characters that no database can keep, and positions that no row has: never an internal error', async () => {
    for (const operation of operations.filter(({ path }) => !path.endsWith('/events'))) {
      const path = somePath(operation.path);
      if (path.includes('unknown-id')) expectProblem(await person.call(operation.method, path.replace('unknown-id', 'a%00b'), operation.body ? { body: {} } : {}), [400, 403, 415], operation.id);
      if (operation.method !== 'GET') continue;
      for (const { name } of operation.query) expectProblem(await person.get(`${path}?${name}=a%00b`), [400, 403], `${operation.id} ?${name}`);
      if (!operation.query.some(({ name }) => name === 'cursor')) continue;
      for (const forged of [['a\u0000b', '1'], ['2020-99-99', '1'], ['x', '22']]) {
        const served = api.operations.find(({ id }) => id === operation.id)!;
        const mark = listMark(served, { params: {}, query: served.query!.parse({}) });
        const answer = await person.get(`${path}?cursor=${mark}${Buffer.from(JSON.stringify(forged)).toString('base64url')}`);
        expect(answer.status, `${operation.id} ${JSON.stringify(forged)}: ${answer.text.slice(0, 300)}`).toBeLessThan(500);
      }
    }
    expectProblem(await person.call('POST', '/v1/development/login', { body: { person: 'lars.thoma\u0000' } }), [400], 'NUL in a body');
    expectProblem(await person.call('POST', '/v1/development/login', { raw: '{"person":"\\ud800"}', type: 'application/json' }), [400], 'half a surrogate pair');
  });

  it('broken JSON, another media type, an unreadable encoding: a 4xx problem', async () => {
    for (const operation of operations.filter(({ body }) => body !== undefined)) {
      const path = somePath(operation.path);
      expectProblem(await person.call(operation.method, path, { raw: '{"a":', type: 'application/json' }), [400], operation.id);
      expectProblem(await person.call(operation.method, path, { raw: 'a=b', type: 'application/x-www-form-urlencoded' }), [415], operation.id);
      expectProblem(await person.call(operation.method, path, { raw: '{}', type: 'application/json', headers: { 'content-encoding': 'br2' } }), [415], operation.id);
    }
  });

  it('S22: a huge body: 413, nothing of it is kept, and the route is alive afterwards', async () => {
    const kept = () => sqlOne<{ count: number }>(api.db, 'select count(*)::int as count from blobs');
    const before = await kept();
    const huge = `{"reason":"${'x'.repeat(2 * 1024 * 1024)}"}`;
    for (const operation of operations.filter((candidate) => candidate.body && isWrite(candidate))) expectProblem(await person.call(operation.method, somePath(operation.path), { raw: huge, type: 'application/json' }), [413], operation.id);
    expectProblem(await person.post('/v1/invoices', { raw: Buffer.alloc(22 * 1024 * 1024, 0x20), type: 'application/xml' }), [413], 'submitInvoice');
    expectProblem(await person.post('/v1/invoices', { raw: Buffer.alloc(20 * 1024 * 1024 + 1, 0x20), type: 'application/xml' }), [413], 'submitInvoice');
    expect(await kept()).toEqual(before);
    expect((await person.get('/v1/me')).status).toBe(200);
  }, 60_000);

  it('unknown paths: 404 problems', async () => {
    for (const path of ['/v1/nothing', '/v1/invoicesX', '/v1/exceptions:other', '/.env', '/v1/invoices/%E0%A4%A']) expectProblem(await person.get(path), [400, 404], path);
    expectProblem(await person.call('DELETE', '/v1/nothing'), [404], 'DELETE');
  });

  it('a method that a path does not have: 405, and what it has', async () => {
    for (const path of new Set(operations.map((operation) => operation.path))) {
      const own = operations.filter((operation) => operation.path === path).map(({ method }) => method);
      const answer = await person.call('DELETE', somePath(path));
      expectProblem(answer, [405], path);
      expect(answer.headers.get('allow')?.split(', ').filter((method) => method !== 'HEAD').sort(), path).toEqual(own.sort());
    }
  });

  it('a company in the query that there is not: the query is to blame, not the document', async () => {
    const answer = await person.post('/v1/invoices?entity=XX99', { body: pipes('1') });
    expectProblem(answer, [422], 'submitInvoice');
    expect(answer.body).toMatchObject({ code: 'company-unknown', place: { path: 'entity' } });
  });
});
