import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { masked } from '../../api/mask-payload.ts';
import { inTransaction, sql } from '../../db/client.ts';
import { savePerson } from '../../db/repositories/directory.ts';
import type { Person } from '../../domain/model/person.ts';
import { createKeyRing, KeyRingFile } from '../../temporal-config/key-ring.ts';
import { keyIdField, payloadCodec } from '../../temporal-config/payload-codec.ts';
import { apiClient, tokenOf } from '../api/client.ts';
import { openApi, webOrigin, type ApiHouse } from '../api/house.ts';
import { describeWithDatabase } from '../support/services.ts';

type Sent = { metadata: Record<string, string>; data: string };
const base64 = (bytes: Uint8Array | string | null | undefined) => Buffer.from(bytes ?? '').toString('base64');
const sentOf = ({ metadata, data }: Payload): Sent => ({ metadata: Object.fromEntries(Object.entries(metadata ?? {}).map(([name, value]) => [name, base64(value)])), data: base64(data) });
const told = ({ data }: Sent): unknown => JSON.parse(Buffer.from(data, 'base64').toString('utf8'));

const decided = { caseId: 'c-1', stage: 'approval', by: 'karl.brandt', amount: { currency: 'EUR', minor: '4711' }, late: false, items: [{ id: 'i-1', iban: 'DE02120300000000202051' }] };

describeWithDatabase('S18: the codec server of Temporal Web', () => {
  let api: ApiHouse;
  let namespace: string;

  beforeAll(async () => {
    api = await openApi();
    namespace = api.client.options.namespace;
    const now = new Date();
    createKeyRing(ringFile(), { now, switchedOnAt: now });
    for (const [id, role, entity] of [['arne.us', 'auditor', 'US01'], ['arne.de', 'auditor', 'DE01'], ['olga.de', 'operator', 'DE01'], ['olga.all', 'operator', '*'], ['both', 'operator', 'DE01']] as const)
      await inTransaction(api.db, (trx) => savePerson(trx, { id, employeeId: `E-${id}`, name: id, active: true, roles: [{ entity, role }, ...(id === 'both' ? [{ entity: 'US01', role: 'auditor' }] : [])] } as Person));
  });
  afterAll(() => api.dispose());

  const ringFile = () => `${api.stateDir}/payload-keys.json`;
  const encrypted = async (value: unknown, workflowId: string | undefined, of = namespace) => {
    const codec = payloadCodec({ ring: new KeyRingFile(ringFile()), namespace: of, runStart: async () => undefined, refused() {}, marks: false, now: () => new Date(Date.now() + 1000) });
    return sentOf((await codec.encode([defaultPayloadConverter.toPayload(value)!], workflowId === undefined ? undefined : { type: 'workflow', namespace: of, workflowId }))[0]!);
  };
  const decode = async (person: string | undefined, payloads: Sent[], headers: Record<string, string> = {}) =>
    apiClient(api.url, person && (await tokenOf(api.stateDir, person))).post('/codec/decode', { body: { payloads }, key: null, headers });
  const views = () => sql<{ entity: string; actor: string; data: unknown }>(api.db, `select entity, actor, event::jsonb -> 'data' as data from audit_events where action = 'payloads.viewed' order by created_at, entity, seq`, {});

  it('shows all to an auditor of the company, and puts each view into its chain', async () => {
    const before = (await views()).length;
    const plain = sentOf(defaultPayloadConverter.toPayload('not encrypted')!);
    const answer = await decode('arne.de', [await encrypted(decided, 'ap-invoice/DE01/c-1'), plain, await encrypted('x', 'ap-invoice/DE01/c-2')], { 'x-namespace': namespace });
    expect(answer.status, answer.text).toBe(200);
    expect((answer.body as { payloads: Sent[] }).payloads.map(told)).toEqual([decided, 'not encrypted', 'x']);
    await decode('arne.de', [await encrypted('y', 'ap-invoice/DE01/c-1')]);
    expect((await views()).slice(before)).toEqual([
      { entity: 'DE01', actor: 'person:arne.de', data: { processes: ['ap-invoice/DE01/c-1', 'ap-invoice/DE01/c-2'], masked: false } },
      { entity: 'DE01', actor: 'person:arne.de', data: { processes: ['ap-invoice/DE01/c-1'], masked: false } },
    ]);
  });

  it('masks everything but ids, codes and states for an operator, company by company', async () => {
    const shown = async (person: string, workflowId: string) => told(((await decode(person, [await encrypted(decided, workflowId)])).body as { payloads: Sent[] }).payloads[0]!);
    const less = { caseId: 'c-1', stage: 'approval', by: masked, amount: { currency: masked, minor: masked }, late: false, items: [{ id: 'i-1', iban: masked }] };
    expect(await shown('olga.de', 'ap-invoice/DE01/c-1')).toEqual(less);
    expect(await shown('both', 'ap-invoice/DE01/c-1')).toEqual(less);
    expect(await shown('both', 'ap-invoice/US01/c-9')).toEqual(decided);
    expect((await views()).at(-2)!.data).toEqual({ processes: ['ap-invoice/DE01/c-1'], masked: true });
    expect(told(((await decode('olga.de', [await encrypted('DE02120300000000202051', 'ap-invoice/DE01/c-1')])).body as { payloads: Sent[] }).payloads[0]!)).toBe(masked);
  });

  it.each<[string, string | undefined, string | undefined, number]>([
    ['nobody', undefined, 'ap-invoice/DE01/c-1', 401],
    ['the auditor of another company', 'arne.us', 'ap-invoice/DE01/c-1', 403],
    ['a clerk', 'anna.berg', 'ap-invoice/DE01/c-1', 403],
    ['the operator of one company, of what belongs to none', 'olga.de', 'maintenance', 403],
    ['the operator of all companies, of what belongs to none', 'olga.all', 'maintenance', 200],
    ['the operator of one company, of what names no process', 'olga.de', undefined, 403],
    ['the operator of all companies, of what names no process', 'olga.all', undefined, 200],
  ])('%s', async (_who, person, workflowId, status) => {
    const before = (await views()).length;
    const answer = await decode(person, [await encrypted(decided, workflowId)]);
    expect(answer.status, answer.text).toBe(status);
    expect(answer.text).not.toContain(base64(JSON.stringify(decided)));
    expect((await views()).length - before).toBe(status === 200 ? 1 : 0);
  });

  it('one payload of another company refuses all of them', async () => {
    expect((await decode('arne.de', [await encrypted('x', 'ap-invoice/DE01/c-1'), await encrypted('x', 'ap-invoice/US01/c-1')])).status).toBe(403);
  });

  it.each<[string, (sealed: Sent) => Sent | Promise<Sent>, string]>([
    ['a swapped company', (sealed) => ({ ...sealed, metadata: { ...sealed.metadata, 'kontor-process': base64('ap-invoice/DE01/c-2') } }), 'payload-altered'],
    ['a payload of another company under the name of this one', async () => ({ ...(await encrypted(decided, 'ap-invoice/US01/c-1')), metadata: { ...(await encrypted(decided, 'ap-invoice/US01/c-1')).metadata, 'kontor-process': base64('ap-invoice/DE01/c-1') } }), 'payload-altered'],
    ['another namespace', () => encrypted(decided, 'ap-invoice/DE01/c-1', 'elsewhere'), 'payload-altered'],
    ['a cut tag', (sealed) => ({ ...sealed, data: base64(Buffer.from(sealed.data, 'base64').subarray(0, 20)) }), 'payload-altered'],
    ['a key that is not in the ring', (sealed) => ({ ...sealed, metadata: { ...sealed.metadata, [keyIdField]: base64('payload-other') } }), 'payload-key-unknown'],
  ])('S16: %s does not open', async (_what, change, code) => {
    const answer = await decode('arne.de', [await change(await encrypted(decided, 'ap-invoice/DE01/c-1'))]);
    expect(answer.body).toMatchObject({ code });
    expect(answer.text).not.toContain('karl.brandt');
  });

  it('lets the pages of Temporal Web read the answer, and no others', async () => {
    const ask = (method: string, origin: string) => fetch(`${api.url}/codec/decode`, { method, headers: { origin, 'content-type': 'application/json' }, ...(method === 'POST' ? { body: '{"payloads":[]}' } : {}) });
    const [asked, foreign, refused] = [await ask('OPTIONS', webOrigin), await ask('OPTIONS', 'https://evil.example'), await ask('POST', webOrigin)];
    expect([asked.status, asked.headers.get('access-control-allow-origin'), asked.headers.get('access-control-allow-headers')]).toEqual([204, webOrigin, 'authorization, content-type, x-namespace']);
    expect([foreign.status, foreign.headers.get('access-control-allow-origin')]).toEqual([204, null]);
    expect([refused.status, refused.headers.get('access-control-allow-origin')], 'the page may read why').toEqual([401, webOrigin]);
    expect((await fetch(`${api.url}/v1/me`, { headers: { origin: webOrigin } })).headers.get('access-control-allow-origin')).toBeNull();
  });

  it('S22: refuses too many payloads, too many bytes and another namespace', async () => {
    const one = await encrypted('x', 'ap-invoice/DE01/c-1');
    expect((await decode('arne.de', Array.from({ length: 501 }, () => one))).status).toBe(400);
    expect((await decode('arne.de', [{ ...one, data: base64(Buffer.alloc(1_100_000)) }])).status).toBe(413);
    expect((await decode('arne.de', [one], { 'x-namespace': 'elsewhere' })).status).toBe(400);
  });
});
