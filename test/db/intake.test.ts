import { expect, it } from 'vitest';
import { inEntityScope, inTransaction, sql } from '../../db/client.ts';
import { migrate } from '../../db/migrate.ts';
import { listAudit } from '../../db/repositories/audit.ts';
import { contentHash, keepRefused, purgeRefused, readBlob } from '../../db/repositories/blobs.ts';
import { listCases, readCase } from '../../db/repositories/cases.ts';
import { readDocument } from '../../db/repositories/documents.ts';
import { listExceptions } from '../../db/repositories/exceptions.ts';
import { acceptDocument } from '../../db/repositories/intake.ts';
import { refuseDocument } from '../../db/repositories/refusals.ts';
import { beginRequest } from '../../db/repositories/requests.ts';
import { problem } from '../../domain/errors.ts';
import { describeWithDatabase } from '../support/services.ts';
import { aDocument, anInvoice, atOnce, useDatabase } from './fixtures.ts';

describeWithDatabase('intake transaction', () => {
  const own = useDatabase();

  it('migrates again without doing anything, also from several processes at once', async () => {
    expect(await Promise.all([migrate(own.url), migrate(own.url), migrate(own.url)])).toEqual([[], [], []]);
  });

  it('makes case, document, bytes, start message and audit event in one go', async () => {
    const result = await acceptDocument(own.db, aDocument('whole', { attachments: [{ name: 'scan.pdf', mediaType: 'application/pdf', bytes: Buffer.from('pdf'), quarantined: true }] }));
    expect(result).toMatchObject({ accepted: 'new', entity: 'DE01', workflowId: `ap-invoice/DE01/${result.caseId}` });
    expect(result.caseId).toMatch(/^DE01-\d\d-\d{6}$/);
    const found = await readCase(own.db, result.caseId);
    expect(found?.case).toMatchObject({ documentNumber: 'whole', gross: { currency: 'EUR', minor: '11900' }, issueDate: '2026-11-02', orderNumbers: ['4500001'], state: 'running' });
    expect(found?.progress).toMatchObject({ state: 'running', stage: 'received', correlationId: 'corr-whole' });
    expect((await readDocument(own.db, result.caseId))?.invoice).toEqual(anInvoice('whole'));
    const [message] = await sql(own.db, `select kind, key, workflow_id, payload from outbox where case_id = :caseId`, { caseId: result.caseId });
    expect(message).toMatchObject({ kind: 'start-workflow', workflow_id: result.workflowId, payload: { workflow: 'invoiceToPay', input: { entity: 'DE01', caseId: result.caseId, correlationId: 'corr-whole' } } });
    const [event] = await listAudit(own.db, { caseId: result.caseId }, { limit: 5 });
    expect(JSON.parse(event?.event ?? '{}')).toMatchObject({ action: 'intake.accepted', actor: 'person:ada', case: result.caseId });
    const [{ sha256 } = { sha256: '' }] = await sql<{ sha256: string }>(own.db, `select sha256 from case_attachments where case_id = :caseId and quarantined`, { caseId: result.caseId });
    expect((await readBlob(own.db, 'DE01', sha256))?.bytes.toString()).toBe('pdf');
  });

  it('D3: the same content 30 times at once, by different messages, is one case', async () => {
    const results = await atOnce(30, (index) => acceptDocument(own.db, aDocument('same', { messageId: `m-${index}` })));
    expect(new Set(results.map((result) => result.caseId)).size).toBe(1);
    expect(results.filter((result) => result.accepted === 'new')).toHaveLength(1);
    expect(await sql(own.db, `select 1 from outbox where case_id = :caseId`, { caseId: results[0]?.caseId })).toHaveLength(1);
    const again = await acceptDocument(own.db, aDocument('other bytes', { messageId: 'm-7', documentHash: aDocument('same').documentHash }));
    expect(again).toMatchObject({ caseId: results[0]?.caseId, accepted: 'same-message' });
    expect(await acceptDocument(own.db, aDocument('other bytes'))).toMatchObject({ caseId: results[0]?.caseId, accepted: 'same-content' });
    expect(await acceptDocument(own.db, aDocument('other document, known message', { messageId: 'm-7' }))).toMatchObject({ accepted: 'new' });
  });

  it('D3: other documents under one message id are as many cases, also when they come at once, and with files', async () => {
    const attachments = [{ name: 'scan.pdf', mediaType: 'application/pdf', bytes: Buffer.from('scan'), quarantined: false }];
    const results = await atOnce(20, (index) => acceptDocument(own.db, aDocument(`reused ${index % 10}`, { messageId: 'reused', ...(index % 2 ? { attachments } : {}) })));
    expect(new Set(results.map(({ caseId }) => caseId)).size).toBe(10);
    expect(results.filter(({ accepted }) => accepted === 'new')).toHaveLength(10);
    expect(await sql(own.db, `select 1 from intake_keys where kind = 'message' and key like '%/reused'`)).toHaveLength(1);
  });

  it('D3: the same message id of another sender is another message', async () => {
    const one = await acceptDocument(own.db, aDocument('of ada', { messageId: '1', documentHash: 'd'.repeat(64) }));
    const other = await acceptDocument(own.db, aDocument('of bea', { messageId: '1', documentHash: 'd'.repeat(64), submitter: 'person:bea' }));
    const mail = (sender: string, content: string) => acceptDocument(own.db, aDocument(content, { channel: 'mail', submitter: 'system:mail', sender, messageId: '1', documentHash: 'd'.repeat(64) }));
    const [first, second, again] = [await mail('a@x', 'mail a'), await mail('b@x', 'mail b'), await mail('a@x', 'mail a again')];
    expect(new Set([one, other, first, second].map(({ caseId }) => caseId)).size).toBe(4);
    expect(again).toMatchObject({ caseId: first.caseId, accepted: 'same-message' });
  });

  it('D3: a file that comes with a known document for the first time is kept with its case, and the audit names it', async () => {
    const file = (name: string) => ({ name, mediaType: 'application/pdf', bytes: Buffer.from(name), quarantined: false });
    const first = await acceptDocument(own.db, aDocument('with files', { attachments: [file('one')] }));
    await acceptDocument(own.db, aDocument('with files', { attachments: [file('one'), file('two')] }));
    expect((await sql<{ name: string }>(own.db, `select name from case_attachments where case_id = :id order by name`, { id: first.caseId })).map(({ name }) => name)).toEqual(['one', 'two']);
    const events = await listAudit(own.db, { caseId: first.caseId, action: 'intake.repeated' }, { limit: 5 });
    expect(events.map(({ event }) => (JSON.parse(event) as { data: unknown }).data)).toMatchObject([{ added: [contentHash(Buffer.from('two'))] }]);
  });

  it('keeps the companies apart: the same bytes at another company are another case', async () => {
    const [one, two] = [await acceptDocument(own.db, aDocument('shared')), await acceptDocument(own.db, aDocument('shared', { entity: 'US01' }))];
    expect([one.accepted, two.accepted]).toEqual(['new', 'new']);
  });

  it('stores the answer with the case: a process that dies before it answers leaves a replay (F7)', async () => {
    const scope = { principal: 'ada', method: 'POST', route: '/v1/invoices', key: 'k-1' };
    const begun = await beginRequest(own.db, scope, { entity: 'DE01', bodyHash: 'h', leaseMs: 60_000 });
    if (begun.state !== 'fresh') throw new Error('not fresh');
    const result = await acceptDocument(own.db, aDocument('answered'), {
      handle: begun.handle,
      outcome: ({ caseId }) => ({ status: 202, headers: { location: `/v1/invoices/${caseId}` }, body: { id: caseId } }),
    });
    expect(await beginRequest(own.db, scope, { entity: 'DE01', bodyHash: 'h', leaseMs: 60_000 })).toEqual({
      state: 'replay',
      outcome: { status: 202, headers: { location: `/v1/invoices/${result.caseId}` }, body: { id: result.caseId } },
    });
  });

  it('F7: leaves nothing behind for an attempt whose request another has taken over', async () => {
    const scope = { principal: 'ada', method: 'POST', route: '/v1/invoices', key: 'k-taken' };
    const begin = async (leaseMs: number) => {
      const begun = await beginRequest(own.db, scope, { entity: 'DE01', bodyHash: 'h', leaseMs });
      if (begun.state !== 'fresh') throw new Error(`not fresh: ${begun.state}`);
      return { handle: begun.handle, outcome: ({ caseId }: { caseId: string }) => ({ status: 202, headers: {}, body: { id: caseId } }) };
    };
    const dead = await begin(0);
    const successor = await begin(60_000);
    for (const attachments of [[], [{ name: 'scan.pdf', mediaType: 'application/pdf', bytes: Buffer.from('scan'), quarantined: false }]])
      await expect(acceptDocument(own.db, aDocument('taken over', { attachments }), dead)).rejects.toMatchObject({ code: 'idempotency-in-flight' });
    expect(await sql(own.db, `select 1 from cases where document_number = 'taken over'`)).toEqual([]);
    expect((await acceptDocument(own.db, aDocument('taken over'), successor)).accepted).toBe('new');
    expect([dead.handle.stored, successor.handle.stored]).toEqual([undefined, true]);
  });

  it('D3: a repeat stores its own answer, with and without attachments, also when both come at once', async () => {
    const results = await atOnce(12, async (index) => {
      const begun = await beginRequest(own.db, { principal: 'ada', method: 'POST', route: '/v1/invoices', key: `k-same-${index}` }, { entity: 'DE01', bodyHash: 'h', leaseMs: 60_000 });
      if (begun.state !== 'fresh') throw new Error(`not fresh: ${begun.state}`);
      const attachments = index % 2 ? [{ name: 'scan.pdf', mediaType: 'application/pdf', bytes: Buffer.from('scan'), quarantined: false }] : [];
      return acceptDocument(own.db, aDocument('same again', { attachments }), { handle: begun.handle, outcome: (result) => ({ status: 202, headers: {}, body: { ...result } }) });
    });
    expect(results.map(({ accepted }) => accepted).sort()).toEqual(['new', ...Array<string>(11).fill('same-content')]);
    const answers = await sql<{ id: string; accepted: string }>(own.db, `select body ->> 'caseId' as id, body ->> 'accepted' as accepted from requests where key like 'k-same-%' and state = 'done'`);
    expect(new Set(answers.map(({ id }) => id))).toEqual(new Set([results[0]?.caseId]));
    expect(answers.map(({ accepted }) => accepted).sort()).toEqual(results.map(({ accepted }) => accepted).sort());
  });

  it('leaves nothing behind when the transaction fails', async () => {
    const before = await counts();
    const broken = aDocument('broken', { metadata: { impossible: '\u0000' } });
    await expect(acceptDocument(own.db, broken)).rejects.toThrow();
    expect(await counts()).toEqual(before);

    function counts() {
      return sql(own.db, `select (select count(*) from cases) as cases, (select count(*) from intake_keys) as keys, (select count(*) from outbox) as outbox, (select sum(seq) from audit_heads) as audit`);
    }
  });

  it('puts a refused delivery that nobody waits for into the intake queue, once, and starts nothing', async () => {
    const before = await sql(own.db, `select 1 from outbox`);
    const refused = {
      channel: 'mail',
      messageId: '<1@mail>',
      submitter: 'system:mail',
      correlationId: 'corr-refused',
      bytes: Buffer.from('not an invoice'),
      mediaType: 'text/plain',
      problem: problem('request-invalid', 'This is not an invoice.', { line: 1 }),
      retention: { days: 30, quotaBytes: 1_000_000 },
      queue: { ownerRole: 'ap-clerk', dueAt: '2026-11-23T09:00:00.000Z' },
    };
    await refuseDocument(own.db, refused);
    await refuseDocument(own.db, refused);
    const { items } = await listExceptions(own.db, { origin: 'intake' }, { limit: 10 });
    expect(items).toHaveLength(1);
    expect(items[0]).toMatchObject({ entity: '*', code: 'request-invalid', ownerRole: 'ap-clerk', source: { channel: 'mail', place: { line: 1 } } });
    expect(await sql(own.db, `select 1 from outbox`)).toHaveLength(before.length);
  });

  it('keeps refused bytes within the quota, the newest first, and promotes what is accepted later', async () => {
    const keep = (text: string, quotaBytes: number) =>
      inTransaction(own.db, (trx) => keepRefused(trx, 'DE01', { bytes: Buffer.from(text.padEnd(100, '.')), mediaType: 'text/plain', purpose: 'document' }, { days: 30, quotaBytes }));
    await purgeRefused(own.db, { days: 30, quotaBytes: 0 });
    const hashes: string[] = [];
    for (const text of ['one', 'two', 'three', 'four']) hashes.push(await keep(text, 250));
    const held = await Promise.all(hashes.map((hash) => readBlob(own.db, 'DE01', hash)));
    expect(held.map((blob) => blob !== undefined)).toEqual([false, false, true, true]);
    await acceptDocument(own.db, aDocument('four'.padEnd(100, '.')));
    await purgeRefused(own.db, { days: 30, quotaBytes: 0 });
    expect((await readBlob(own.db, 'DE01', hashes[3] ?? ''))?.retention).toBe('accepted');
    expect(await readBlob(own.db, 'DE01', hashes[2] ?? '')).toBeUndefined();
  });

  it('S21: the application role sees only the companies of its scope, and nothing without one', async () => {
    const seen = async (entities: string[]) => (await inEntityScope(own.db, entities, (trx) => listCases(trx, {}, { limit: 200 }))).items.map((item) => item.entity);
    expect(new Set(await seen(['US01']))).toEqual(new Set(['US01']));
    expect(new Set(await seen(['DE01', 'US01']))).toEqual(new Set(['DE01', 'US01']));
    expect(await seen([])).toEqual([]);
    await expect(inEntityScope(own.db, ['US01'], (trx) => sql(trx, `update cases set stage = 'x' where entity = 'DE01' returning 1`))).resolves.toEqual([]);
    await expect(inEntityScope(own.db, ['US01'], (trx) => sql(trx, `insert into comments (entity, case_id, author, body) select 'DE01', id, 'x', 'y' from cases limit 1`))).rejects.toThrow(/row-level security/);
  });

  it('has row-level security on every table with an entity, and rights to change the past on none', async () => {
    const open = await sql(
      own.db,
      `select relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'entity'
        where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and not c.relrowsecurity`,
    );
    expect(open).toEqual([]);
    const rights = await sql(
      own.db,
      `select t, r from unnest(array['audit_events', 'audit_checkpoints', 'policies']) t, unnest(array['UPDATE', 'DELETE', 'TRUNCATE']) r where has_table_privilege('kontor_app', t, r)`,
    );
    expect(rights).toEqual([]);
  });
});
