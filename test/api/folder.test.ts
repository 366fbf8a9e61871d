import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { watchFolder, type FolderWatch } from '../../api/intake/folder.ts';
import { isMail } from '../../api/intake/mail.ts';
import { sql } from '../../db/client.ts';
import { readInvoice } from '../../documents/invoice/read-invoice.ts';
import { billed } from '../support/invoices.ts';
import { describeWithDatabase } from '../support/services.ts';
import { openApi, type ApiHouse } from './house.ts';

const invoice = (number: string): string => JSON.stringify(billed({ number, lines: [{ quantity: '1', price: '50.00' }] }));

/** A mail with the given attachments, as a mail server would leave it in the folder. */
function mail(id: string, attachments: { name: string; type: string; body: string }[]): string {
  const parts = attachments.map(({ name, type, body }) => `--b\r\nContent-Type: ${type}; name="${name}"\r\nContent-Disposition: attachment; filename="${name}"\r\nContent-Transfer-Encoding: base64\r\n\r\n${Buffer.from(body).toString('base64')}\r\n`);
  return `From: billing@example.org\r\nTo: invoices@example.org\r\nSubject: Your invoice\r\nMessage-ID: <${id}@example.org>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nPlease find attached.\r\n${parts.join('')}--b--\r\n`;
}

describeWithDatabase('the inbox folder', () => {
  let api: ApiHouse;
  let watch: FolderWatch;
  let root: string;

  beforeAll(async () => {
    api = await openApi();
    root = join(api.stateDir, 'inbox');
    for (const folder of ['any', 'DE01']) mkdirSync(join(root, folder), { recursive: true });
    watch = watchFolder({ db: api.db, read: (bytes) => readInvoice(bytes), root, logger: pino({ level: 'silent' }), lookEveryMs: 50 });
  });
  afterAll(async () => {
    await watch.stop();
    await api.dispose();
  });

  async function filed(folder: string, name: string, content: string | Buffer): Promise<'done' | 'refused'> {
    writeFileSync(join(root, folder, name), content);
    for (let wait = 0; wait < 200; wait += 1) {
      for (const state of ['done', 'refused'] as const) if (existsSync(join(root, folder, state, name))) return state;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`${name} still lies in ${readdirSync(join(root, folder)).join(', ')}`);
  }
  const casesOf = (number: string) => sql<{ id: string; channel: string }>(api.db, `select id, channel from cases where document_number = :number`, { number });
  const exceptions = () => sql<{ id: string; entity: string; code: string; owner_role: string; due: boolean; channel: string }>(api.db, `select id, entity, code, owner_role, due_at > now() as due, source ->> 'channel' as channel from exceptions where origin = 'intake' order by number`);

  it('a readable file becomes a case of the company that its buyer names, and the same file again no second one', async () => {
    expect(await filed('any', 'a.json', invoice('F-1'))).toBe('done');
    expect(await casesOf('F-1')).toMatchObject([{ channel: 'folder' }]);
    expect(await filed('DE01', 'b.json', invoice('F-1'))).toBe('done');
    expect(await casesOf('F-1')).toHaveLength(1);
  });

  it('another file under a name that was used before is a document of its own', async () => {
    await filed('DE01', 'same.json', invoice('F-2'));
    writeFileSync(join(root, 'DE01', 'same.json'), invoice('F-3'));
    for (let wait = 0; wait < 100 && (await casesOf('F-3')).length === 0; wait += 1) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await casesOf('F-3')).toHaveLength(1);
  });

  it('a refused file is a row with owner and due date and no process; its problem lies beside it', async () => {
    expect(await filed('DE01', 'broken.xml', '<Invoice')).toBe('refused');
    expect(await filed('any', 'stranger.json', JSON.stringify(billed({ number: 'F-9', lines: [{ quantity: '1', price: '1.00' }], buyer: { name: 'Nobody Ltd', vatId: 'GB000000000' } })))).toBe('refused');
    expect(await exceptions()).toMatchObject([
      { entity: 'DE01', code: 'xml-malformed', owner_role: 'ap-clerk', due: true, channel: 'folder' },
      { entity: '*', code: 'company-unknown', owner_role: 'ap-operations', due: true },
    ]);
    expect(JSON.parse(readFileSync(join(root, 'DE01', 'refused', 'broken.xml.problem.json'), 'utf8'))).toMatchObject([{ code: 'xml-malformed', place: { line: 1 } }]);
    expect(await casesOf('F-9')).toHaveLength(0);
  });

  it('the clerk sees it and retries it after it was mended, or rejects it', async () => {
    const clerk = await api.as('anna.berg');
    const [broken, stranger] = await exceptions();
    expect((await clerk.get('/v1/inbox?type=exception')).body.items.map((item: { id: string }) => item.id)).toContain(broken?.id);
    expect(await clerk.post(`/v1/exceptions/${String(broken?.id)}/retry`, { body: {} })).toMatchObject({ status: 400, body: { code: 'xml-malformed' } });
    expect((await clerk.get(`/v1/exceptions/${String(stranger?.id)}`)).status).toBe(404);
    const operator = await api.as('mira.sanders');
    const entity = (await sql<{ settings: { vatIds: string[] } }>(api.db, `select settings from legal_entities where entity = 'DE01'`))[0]!;
    await sql(api.db, `update legal_entities set settings = :settings where entity = 'DE01'`, { settings: JSON.stringify({ ...entity.settings, vatIds: [...entity.settings.vatIds, 'GB000000000'] }) });
    const retried = await operator.post(`/v1/exceptions/${String(stranger?.id)}/retry`, { body: {} });
    expect(retried, retried.text).toMatchObject({ status: 200, body: { state: 'resolved', resolution: 'retry' } });
    expect(await casesOf('F-9')).toHaveLength(1);
  });

  it('a mail: every readable attachment is a document with the mail\'s id; the other files come beside it', async () => {
    const eml = mail('m1', [{ name: 'one.json', type: 'application/json', body: invoice('M-1') }, { name: 'two.json', type: 'application/json', body: invoice('M-2') }, { name: 'picture.txt', type: 'text/plain', body: 'a picture' }]);
    expect(isMail(Buffer.from(eml))).toBe(true);
    expect(await filed('DE01', 'mail-without-ending', eml)).toBe('done');
    const [first] = await casesOf('M-1');
    expect(first).toMatchObject({ channel: 'mail' });
    expect(await casesOf('M-2')).toHaveLength(1);
    expect(await sql(api.db, `select name from case_attachments where case_id = :id`, { id: first?.id })).toEqual([{ name: 'picture.txt' }]);
    expect(await filed('DE01', 'again.eml', eml.replace('Please find', 'Again, please find'))).toBe('done');
    expect(await casesOf('M-1')).toHaveLength(1);
  });

  it('a mail without an invoice is one row', async () => {
    const before = (await exceptions()).length;
    expect(await filed('DE01', 'letter.eml', mail('m2', [{ name: 'a.txt', type: 'text/plain', body: 'Hello' }, { name: 'b.txt', type: 'text/plain', body: 'Hello again' }]))).toBe('refused');
    expect((await exceptions()).slice(before)).toMatchObject([{ code: 'mail-without-invoice', channel: 'mail', owner_role: 'ap-clerk' }]);
  });

  it('what is not a mail is not taken for one', () => {
    for (const text of ['<Invoice xmlns="a:b"/>', 'UNA:+.? \'UNB+UNOC:3+A+B', 'ISA*00*', '{"from": 1}', invoice('X'), '']) expect(isMail(Buffer.from(text)), text.slice(0, 20)).toBe(false);
  });

  it('half-written and hidden files are left alone', async () => {
    for (const name of ['x.part', '.hidden', 'y.tmp']) writeFileSync(join(root, 'any', name), invoice('P-1'));
    await new Promise((resolve) => setTimeout(resolve, 400));
    for (const name of ['x.part', '.hidden', 'y.tmp']) expect(existsSync(join(root, 'any', name))).toBe(true);
    expect(await casesOf('P-1')).toEqual([]);
  });
});
