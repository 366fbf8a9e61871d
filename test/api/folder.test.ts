import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { watchFolder, type FolderWatch } from '../../api/intake/folder.ts';
import { isMail } from '../../api/intake/mail.ts';
import { sql } from '../../db/client.ts';
import { readInvoice } from '../../documents/invoice/read-invoice.ts';
import { billed } from '../support/invoices.ts';
import { describeWithDatabase } from '../support/services.ts';
import { transactionSet, x12 } from '../support/x12.ts';
import { openApi, type ApiHouse } from './house.ts';

/** Of a file of another owner, the kernel lets nobody make a link. */
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  const link: typeof real.link = (from, to) => (String(from).includes('foreign') ? Promise.reject(Object.assign(new Error('not permitted'), { code: 'EPERM' })) : real.link(from, to));
  return { ...real, link };
});

const invoice = (number: string): string => JSON.stringify(billed({ number, lines: [{ quantity: '1', price: '50.00' }] }));

/** A mail with the given attachments, as a mail server would leave it in the folder. */
function mail(id: string, attachments: { name: string; disposition?: string; type: string; body: string }[], from = 'billing@example.org'): string {
  const parts = attachments.map(({ name, disposition = `filename="${name}"`, type, body }) => `--b\r\nContent-Type: ${type}; name="${name}"\r\nContent-Disposition: attachment; ${disposition}\r\nContent-Transfer-Encoding: base64\r\n\r\n${Buffer.from(body).toString('base64')}\r\n`);
  return `From: ${from}\r\nTo: invoices@example.org\r\nSubject: Your invoice\r\nMessage-ID: <${id}@example.org>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nPlease find attached.\r\n${parts.join('')}--b--\r\n`;
}

describeWithDatabase('the inbox folder', () => {
  let api: ApiHouse;
  let watch: FolderWatch;
  let root: string;

  beforeAll(async () => {
    api = await openApi();
    root = join(api.stateDir, 'inbox');
    for (const folder of ['any', 'DE01']) mkdirSync(join(root, folder), { recursive: true });
    watch = watched(root);
  });

  type LogLine = { msg: string; correlationId?: string; attempt?: number };
  const logged: LogLine[] = [];

  /** A reader that stumbles over `STUMBLE`, and once over `AWAY` as if the database had gone. */
  const stumbled: string[] = [];
  async function read(bytes: Uint8Array) {
    const text = Buffer.from(bytes).toString('latin1');
    const word = /STUMBLE-\d|AWAY-\d/.exec(text)?.[0];
    if (word?.startsWith('STUMBLE') || (word && !stumbled.includes(word))) {
      stumbled.push(word);
      throw Object.assign(new Error('stumbled'), word.startsWith('AWAY') ? { code: '57P03' } : {});
    }
    return readInvoice(bytes);
  }
  const watched = (folder: string, more: { abandonedMs?: number } = {}) => watchFolder({ db: api.db, read, root: folder, logger: pino({}, { write: (line: string) => void logged.push(JSON.parse(line) as LogLine) }), lookEveryMs: 50, ...more });
  afterAll(async () => {
    await watch.stop();
    await api.dispose();
  });

  async function filed(folder: string, name: string, content: string | Buffer): Promise<'done' | 'refused'> {
    writeFileSync(join(root, folder, name), content);
    return ended(folder, name);
  }
  async function ended(folder: string, name: string): Promise<'done' | 'refused'> {
    for (let wait = 0; wait < 200; wait += 1) {
      for (const state of ['done', 'refused'] as const) if (existsSync(join(root, folder, state, name))) return state;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`${name} still lies in ${readdirSync(join(root, folder)).join(', ')}`);
  }
  const casesOf = (number: string) => sql<{ id: string; channel: string }>(api.db, `select id, channel from cases where document_number = :number`, { number });
  async function isKnownAs(mark: string, kind: 'vatIds' | 'aliases' = 'vatIds'): Promise<void> {
    const { settings } = (await sql<{ settings: { vatIds: string[]; aliases: string[] } }>(api.db, `select settings from legal_entities where entity = 'DE01'`))[0]!;
    await sql(api.db, `update legal_entities set settings = :settings where entity = 'DE01'`, { settings: JSON.stringify({ ...settings, [kind]: [...settings[kind], mark] }) });
  }
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
    await isKnownAs('GB000000000');
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

  it('a mail with a good invoice and a broken one: the good one is a case, the broken one a row of its own', async () => {
    const before = (await exceptions()).length;
    const broken = invoice('M-4').replace('"currency":"EUR"', '"currency":"XXQ"');
    const cut = `<?xml version="1.0"?><ubl:Invoice xmlns:ubl="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"><ID`;
    const files = [{ name: 'a.json', body: invoice('M-3') }, { name: 'b.json', body: broken }, { name: 'c.xml', body: cut }, { name: 'd.json', body: '{"a":1}' }, { name: 'e.xml', body: '<Order/>' }];
    expect(await filed('DE01', 'two.eml', mail('m3', files.map((given) => ({ ...given, type: 'application/octet-stream' }))))).toBe('refused');
    const [good] = await casesOf('M-3');
    expect(await sql(api.db, `select name from case_attachments where case_id = :id order by name`, { id: good?.id })).toEqual([{ name: 'd.json' }, { name: 'e.xml' }]);
    expect((await exceptions()).slice(before)).toMatchObject([{ code: 'invoice-currency-unknown', channel: 'mail', owner_role: 'ap-clerk' }, { code: 'xml-malformed', channel: 'mail' }]);
    expect(await sql(api.db, `select source ->> 'messageId' as id from exceptions where origin = 'intake' order by number desc limit 2`)).toEqual([{ id: '<m3@example.org>#3' }, { id: '<m3@example.org>#2' }]);
  });

  it('a refused invoice of a mail is tried again by itself, with the files that came beside it; another one of that mail keeps its row', async () => {
    const before = (await exceptions()).length;
    const bought = (number: string, vatId: string) => JSON.stringify(billed({ number, lines: [{ quantity: '1', price: '50.00' }], buyer: { name: 'Nobody Ltd', vatId } }));
    const files = [{ name: 'a.json', body: bought('W-1', 'GB222222222') }, { name: 'hours.txt', body: 'hours' }, { name: 'b.json', body: bought('W-2', 'GB333333333') }, { name: 'c.json', body: invoice('W-3') }];
    const eml = mail('m8', files.map((given) => ({ ...given, type: 'application/octet-stream' })));
    expect(await filed('any', 'm8.eml', eml)).toBe('refused');
    expect(await filed('any', 'm8-again.eml', eml.replace('Please find', 'Again, please find'))).toBe('refused');
    const rows = async () => (await exceptions()).slice(before).map(({ id }) => id);
    const [first = '', second = '', ...more] = await rows();
    expect(more).toEqual([]);
    const operator = await api.as('mira.sanders');
    const retried = async (id: string, status: number) => {
      const answer = await operator.post(`/v1/exceptions/${id}/retry`, { body: {} });
      expect(answer.status, answer.text).toBe(status);
      return answer.body;
    };
    const besideOf = (number: string) => sql(api.db, `select c.channel, a.name from cases c join case_attachments a on a.case_id = c.id where c.document_number = :number`, { number });
    const open = () => sql(api.db, `select id, source -> 'within' as within from exceptions where id in (:first, :second) and state = 'open' order by number`, { first, second });

    expect(await open()).toEqual([{ id: first, within: { attachment: 1 } }, { id: second, within: { attachment: 3 } }]);
    expect(await retried(first, 422)).toMatchObject({ code: 'company-unknown' });
    await isKnownAs('GB222222222');
    expect(await retried(first, 200)).toMatchObject({ state: 'resolved', resolution: 'retry' });
    expect([await besideOf('W-1'), await casesOf('W-2'), await open()]).toEqual([[{ channel: 'mail', name: 'hours.txt' }], [], [{ id: second, within: { attachment: 3 } }]]);
    expect(await retried(second, 422)).toMatchObject({ code: 'company-unknown' });
    await isKnownAs('GB333333333');
    await retried(second, 200);
    expect([await besideOf('W-2'), await open(), await casesOf('W-3')]).toMatchObject([[{ channel: 'mail', name: 'hours.txt' }], [], [{}]]);
    expect(await rows()).toEqual([first, second]);
  });

  it('and so is a refused message of an interchange in a mail', async () => {
    const sets = ['Stranger One', 'Stranger Two'].map((name, index) => transactionSet(`000${index + 1}`, `V-${index + 1}`, `N1*BT*${name}`));
    const files = [{ name: 'hours.txt', body: 'hours of V' }, { name: 'a.edi', body: x12('000000201', sets) }];
    expect(await filed('any', 'm9.eml', mail('m9', files.map((given) => ({ ...given, type: 'application/octet-stream' }))))).toBe('refused');
    const rows = await sql<{ id: string; within: unknown }>(api.db, `select id, source -> 'within' as within from exceptions where source ->> 'messageId' like '<m9@%' order by source ->> 'messageId'`);
    expect(rows.map(({ within }) => within)).toEqual([1, 2].map((message) => ({ attachment: 2, message })));
    const [first, second] = rows;
    await isKnownAs('Stranger One', 'aliases');
    const retried = await (await api.as('mira.sanders')).post(`/v1/exceptions/${String(first?.id)}/retry`, { body: {} });
    expect(retried, retried.text).toMatchObject({ status: 200, body: { state: 'resolved' } });
    expect([await casesOf('V-1'), await casesOf('V-2')]).toMatchObject([[{ channel: 'mail' }], []]);
    expect(await sql(api.db, `select state from exceptions where id = :id`, { id: second?.id })).toEqual([{ state: 'open' }]);
  });

  it('D3: the Message-ID of one sender says nothing about the mail of another', async () => {
    const from = (name: string, number: string) => mail('m5', [{ name: `${number}.json`, type: 'application/json', body: invoice(number) }], `${name}@example.org`);
    expect(await filed('DE01', 'm5-first.eml', from('one', 'M-6'))).toBe('done');
    expect(await filed('DE01', 'm5-second.eml', from('two', 'M-7'))).toBe('done');
    expect(await filed('DE01', 'm5-third.eml', from('one', 'M-8'))).toBe('done');
    for (const number of ['M-6', 'M-7', 'M-8']) expect(await casesOf(number)).toHaveLength(1);
  });

  it('a mail whose attachment has a name that is no text is taken, and so is what comes after it', async () => {
    const eml = mail('m4', [{ name: 'a.json', type: 'application/json', body: invoice('M-5') }, { name: 'x', disposition: `filename*=UTF-8''a%00b.pdf`, type: 'application/pdf', body: 'hello' }]);
    expect(await filed('any', 'a-poison.eml', eml)).toBe('done');
    const [found] = await casesOf('M-5');
    expect(await sql(api.db, `select name from case_attachments where case_id = :id`, { id: found?.id })).toEqual([{ name: 'a\ufffdb.pdf' }]);
  });

  it('a file that fails three times is refused with a row; the file after it never waits, nor do the other invoices of its mail', async () => {
    const before = (await exceptions()).length;
    writeFileSync(join(root, 'any', 'a-stumble.json'), 'STUMBLE-1');
    writeFileSync(join(root, 'any', 'a-stumble.eml'), mail('m6', [{ name: 'a.json', type: 'application/json', body: 'STUMBLE-2' }, { name: 'b.json', type: 'application/json', body: invoice('G-3') }]));
    expect(await filed('any', 'b-good.json', invoice('G-1'))).toBe('done');
    expect([await ended('any', 'a-stumble.json'), await ended('any', 'a-stumble.eml')]).toEqual(['refused', 'refused']);
    expect(await casesOf('G-3')).toHaveLength(1);
    expect(stumbled.filter((word) => word === 'STUMBLE-1')).toHaveLength(3);
    const row = { entity: '*', code: 'delivery-failed', owner_role: 'ap-operations', due: true, channel: 'folder' };
    expect((await exceptions()).slice(before)).toMatchObject([row, row]);
    const told = readFileSync(join(root, 'any', 'refused', 'a-stumble.json.problem.json'), 'utf8');
    expect(JSON.parse(told)).toMatchObject([{ code: 'delivery-failed' }]);
    const correlationId = /[0-9a-f-]{36}/.exec(told)?.[0];
    expect(logged.filter((line) => line.correlationId === correlationId), 'what the log has under the id that the problem names').toMatchObject([{ attempt: 1 }, { attempt: 2 }, { attempt: 3 }, { msg: 'inbox folder: a file was given up' }, { msg: 'inbox folder: a file was taken in' }]);
    expect(await sql(api.db, `select 1 from audit_events where correlation_id = :correlationId and action = 'intake.refused'`, { correlationId })).toHaveLength(1);
  });

  it('a file of another owner keeps its name while it fails, and is refused after three failures as well', async () => {
    expect(await filed('any', 'foreign.json', 'STUMBLE-4')).toBe('refused');
    expect(stumbled.filter((word) => word === 'STUMBLE-4')).toHaveLength(3);
  });

  it('a refused file with a name as long as a name may be is filed with a shorter one, and refused once', async () => {
    const before = (await exceptions()).length;
    const name = `${'long-'.repeat(50)}x.xml`;
    const shorter = `${name.slice(0, 238)}.xml`;
    writeFileSync(join(root, 'DE01', name), '<Invoice/>');
    expect(await ended('DE01', shorter)).toBe('refused');
    expect(existsSync(join(root, 'DE01', 'refused', `${shorter}.problem.json`))).toBe(true);
    expect((await exceptions()).slice(before)).toMatchObject([{ code: expect.not.stringMatching('delivery-failed') }]);
    expect(await sql(api.db, `select 1 from audit_events where action = 'intake.refused' and event::json #>> '{data,exception}' = :id`, { id: (await exceptions()).at(-1)?.id })).toHaveLength(1);
  });

  it.each<[string, string, string]>([
    ['done', 'unmoved-good.json', invoice('U-1')],
    ['refused', 'unmoved-broken.json', invoice('U-2').slice(0, -9)],
    ['refused', 'unmoved-failed.json', 'STUMBLE-5'],
  ])('what was taken in and cannot be moved to `%s` is not taken in again: %s', async (state, name, content) => {
    const seen = async () => ({ rows: (await exceptions()).length, events: (await sql(api.db, `select 1 from audit_events where action like 'intake.%'`)).length });
    const before = await seen();
    const folder = join(api.stateDir, name, 'any');
    mkdirSync(folder, { recursive: true });
    symlinkSync('/proc/self', join(folder, state)); // another file system, so that no rename leads there
    writeFileSync(join(folder, name), content);
    const third = watched(join(api.stateDir, name));
    try {
      for (let wait = 0; wait < 400 && (await seen()).events === before.events; wait += 1) await new Promise((resolve) => setTimeout(resolve, 50));
      await new Promise((resolve) => setTimeout(resolve, 2_500));
      expect(await seen()).toEqual({ rows: before.rows + (state === 'refused' ? 1 : 0), events: before.events + 1 });
      rmSync(join(folder, state));
      for (let wait = 0; wait < 400 && !existsSync(join(folder, state, name)); wait += 1) await new Promise((resolve) => setTimeout(resolve, 50));
      expect(existsSync(join(folder, state, name))).toBe(true);
      expect(await seen()).toEqual({ rows: before.rows + (state === 'refused' ? 1 : 0), events: before.events + 1 });
    } finally {
      await third.stop();
    }
  });

  it('a mail that failed is retried as a mail, for the company in whose folder it lay, and is entered by who retries it', async () => {
    const nobody = { name: 'Nobody Ltd', vatId: 'GB111111111' };
    const body = JSON.stringify({ ...billed({ number: 'G-4', lines: [{ quantity: '1', price: '50.00' }], buyer: nobody }), notes: ['STUMBLE-3'] });
    expect(await filed('DE01', 'mended.eml', mail('m7', [{ name: 'a.json', type: 'application/json', body }, { name: 'b.txt', type: 'text/plain', body: 'hello' }]))).toBe('refused');
    const row = (await exceptions()).at(-1);
    expect(row).toMatchObject({ entity: 'DE01', code: 'delivery-failed' });
    const retried = await (await api.as('anna.berg')).post(`/v1/exceptions/${String(row?.id)}/retry`, { body: {} });
    expect(retried, retried.text).toMatchObject({ status: 200, body: { state: 'resolved', resolution: 'retry' } });
    expect(await sql(api.db, `select c.entity, c.channel, c.submitter, a.name from cases c join case_attachments a on a.case_id = c.id where c.document_number = 'G-4'`)).toEqual([{ entity: 'DE01', channel: 'mail', submitter: 'person:anna.berg', name: 'b.txt' }]);
  });

  it('the row about a whole mail ends as soon as each of its documents is a case or has its own', async () => {
    const before = (await exceptions()).length;
    const given = (number: string, note: string) => JSON.stringify({ ...billed({ number, lines: [{ quantity: '1', price: '50.00' }] }), notes: [note] });
    const broken = (text: string) => text.replace('"currency":"EUR"', '"currency":"XXQ"');
    const files = [{ name: 'a.json', body: given('G-5', 'STUMBLE-6') }, { name: 'b.json', body: broken(given('G-6', 'fine')) }, { name: 'c.json', body: broken(given('G-7', 'STUMBLE-7')) }];
    expect(await filed('DE01', 'm10.eml', mail('m10', files.map((file) => ({ ...file, type: 'application/json' }))))).toBe('refused');
    const [own, whole] = (await exceptions()).slice(before);
    expect([own, whole]).toMatchObject([{ code: 'invoice-currency-unknown', channel: 'mail' }, { code: 'delivery-failed', channel: 'folder' }]);
    const retried = await (await api.as('anna.berg')).post(`/v1/exceptions/${String(whole?.id)}/retry`, { body: {} });
    expect(retried, retried.text).toMatchObject({ status: 200, body: { state: 'resolved', resolution: 'retry' } });
    expect(await casesOf('G-5')).toHaveLength(1);
    const rows = (await exceptions()).slice(before);
    expect(rows.map(({ id, code }) => [id, code])).toEqual([[own?.id, 'invoice-currency-unknown'], [whole?.id, 'delivery-failed'], [expect.anything(), 'invoice-currency-unknown']]);
    expect(await sql(api.db, `select state, source -> 'within' as within from exceptions where id in (:first, :last) order by number`, { first: own?.id, last: rows.at(-1)?.id })).toEqual([2, 3].map((attachment) => ({ state: 'open', within: { attachment } })));
  });

  it('a file whose turn came while the database was away waits for it, as often as it takes', async () => {
    const before = (await exceptions()).length;
    expect(await filed('DE01', 'patient.json', JSON.stringify({ ...billed({ number: 'G-2', lines: [{ quantity: '1', price: '50.00' }] }), notes: ['AWAY-1'] }))).toBe('done');
    expect(stumbled).toContain('AWAY-1');
    expect(await casesOf('G-2')).toHaveLength(1);
    expect(await exceptions()).toHaveLength(before);
  });

  it('what a process left behind that died is given back beside a newer file of its name', async () => {
    const other = join(api.stateDir, 'other-inbox');
    mkdirSync(join(other, 'any', '.taking'), { recursive: true });
    writeFileSync(join(other, 'any', '.taking', 'invoice.json'), invoice('A-old'));
    writeFileSync(join(other, 'any', 'invoice.json'), invoice('B-new'));
    const second = watched(other, { abandonedMs: 0 });
    try {
      for (let wait = 0; wait < 200 && (await casesOf('A-old')).length + (await casesOf('B-new')).length < 2; wait += 1) await new Promise((resolve) => setTimeout(resolve, 50));
    } finally {
      await second.stop();
    }
    expect([await casesOf('A-old'), await casesOf('B-new')]).toMatchObject([[{}], [{}]]);
  });

  it('what is refused again after somebody closed its row gets a row again, and one only', async () => {
    const rows = () => sql<{ id: string; state: string }>(api.db, `select id, state from exceptions where origin = 'intake' and source ->> 'messageId' like 'resent.xml#%' order by number`);
    const clerk = await api.as('anna.berg');
    const resent = async () => {
      const count = () => readdirSync(join(root, 'DE01', 'refused')).filter((name) => /^resent.*\.xml$/.test(name)).length;
      const before = count();
      writeFileSync(join(root, 'DE01', 'resent.xml'), '<Invoice/>');
      for (let wait = 0; wait < 200 && count() === before; wait += 1) await new Promise((resolve) => setTimeout(resolve, 50));
    };
    await resent();
    await resent();
    const [first] = await rows();
    expect(await rows()).toHaveLength(1);
    expect(await clerk.post(`/v1/exceptions/${String(first?.id)}/resolution`, { body: { resolution: 'reject', reason: 'unreadable here', reasonCode: 'UNR', target: 'supplier' } })).toMatchObject({ status: 200 });
    await resent();
    await resent();
    expect(await rows()).toEqual([{ id: first?.id, state: 'resolved' }, { id: `${String(first?.id)}-2`, state: 'open' }]);
    expect((await clerk.get('/v1/inbox?type=exception')).body.items.map((item: { id: string }) => item.id)).toContain(`${String(first?.id)}-2`);
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
