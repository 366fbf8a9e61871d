import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { fillDatabase } from '../../bin/services/fill-database.ts';
import { readPolicyFiles } from '../../bin/services/sandbox-set.ts';
import { inTransaction, openDatabase, sql, type Db } from '../../db/client.ts';
import { delegationsAt, listEntities, readEntity, readPerson, savePerson } from '../../db/repositories/directory.ts';
import { activatePolicy, importPolicy } from '../../db/repositories/policies.ts';
import { readSettings } from '../../temporal-config/settings.ts';
import { refuseUndeclared } from '../../workers/declarations.ts';
import { billed, submit } from '../support/invoices.ts';
import { describeWithDatabase, freshDatabase, type FreshDatabase } from '../support/services.ts';

/** What a start takes from the files in `policies/`: one wrong file is said and left out, and never stops the others. */
describeWithDatabase('the files of an installation', () => {
  let database: FreshDatabase;
  let db: Db;
  let home: string;

  beforeEach(async () => {
    database = await freshDatabase();
    db = openDatabase(database.url, { applicationName: 'kontor-test-fill' });
    home = mkdtempSync(join(tmpdir(), 'kontor-files-'));
    cpSync(join(readSettings().home, 'policies'), join(home, 'policies'), { recursive: true });
  });
  afterEach(async () => {
    await db.destroy();
    await database.drop();
    rmSync(home, { recursive: true, force: true });
  });

  const read = (file: string) => readFileSync(join(home, 'policies', file), 'utf8');
  const write = (file: string, text: string) => writeFileSync(join(home, 'policies', file), text);
  const edit = (file: string, from: string | RegExp, to: string) => {
    expect(read(file)).toMatch(from);
    write(file, read(file).replace(from, to));
  };
  const remove = (file: string) => rmSync(join(home, 'policies', file));
  /** Starts once and answers the notes. */
  const start = async () => {
    const notes: string[] = [];
    await fillDatabase({ ...readSettings(), home }, database.url, (line) => notes.push(line));
    return notes;
  };
  /** A company of its own by the shipped one's file. */
  const newcomer = (id: string) => read('entities/DE01.yaml').replace('id: DE01', `id: ${id}`).replace('DE136695976', `${id.slice(0, 2)}999999999`).replace('4012345000009', `40000000${id}`);
  const companies = async () => (await listEntities(db)).map(({ id }) => id);
  const audit = async (entity: string, action: string) =>
    (await sql<{ event: string }>(db, `select event from audit_events where entity = :entity order by seq`, { entity })).map(({ event }) => JSON.parse(event) as { action: string; actor: string; data: unknown }).filter((event) => event.action === action);

  it('the shipped files fill an empty database and have nothing to say, the second time neither', async () => {
    expect(await start()).toEqual([]);
    expect(await start()).toEqual([]);
    expect(await companies()).toEqual(['DE01', 'US01']);
  });

  it.each([
    ['a time zone that is none', 'timeZone: Europe/Berlin', 'timeZone: Mars/Olympus', 10, 'timeZone: Mars/Olympus'],
    ['a time zone in other letters than the list', 'timeZone: Europe/Berlin', 'timeZone: europe/berlin', 10, 'timeZone: europe/berlin'],
    ['a currency that is none', 'currency: EUR\nvatIds', 'currency: EUX\nvatIds', 6, 'currency: EUX'],
    ['a country that is none', 'country: DE', 'country: Germany', 5, 'country: Germany'],
    ['a calendar that nobody wrote', 'calendar: germany', 'calendar: nowhere', 9, 'calendar: there is no calendar policy nowhere'],
    ['an approval matrix that nobody wrote', 'approval: matrix-de01', 'approval: no-such-matrix', 13, 'policies.approval: there is no approval policy no-such-matrix'],
    ['an unknown ERP', 'adapter: sandbox\n  settings: { baseUrl: \'http://127.0.0.1:8450\', company', 'adapter: sap\n  settings: { baseUrl: \'http://127.0.0.1:8450\', company', 21, 'there is no ERP adapter sap'],
    ['ERP settings that do not fit', 'company: XX01 }', 'company: XX01, timeoutMs: soon }', 22, 'settings of erp adapter sandbox'],
    ['a bank that does not open', 'pain001: pain.001.001.09', 'pain001: pain.001.001.99', 26, 'settings of bank adapter iso20022'],
    ['a tax id of another company', 'XX999999999', 'DE 136 695 976', 7, 'vatIds.0: DE 136 695 976 belongs to DE01 as well'],
    ['a buyer id of another company', '40000000XX01', '4012345000009', 8, 'buyerIds.0: 4012345000009 belongs to DE01 as well'],
    ['a misspelt member', 'aliases:', 'allases:', 4, 'allases'],
  ])('%s: said with file and line, not stored, and the others are', async (_what, from, to, line, says) => {
    const text = newcomer('XX01').replace('company: DE01 }', 'company: XX01 }');
    expect(text).toContain(from);
    write('entities/XX01.yaml', text.replace(from, to));
    const check = async () => {
      const notes = await start();
      expect(notes).toHaveLength(1);
      expect(notes[0]).toContain(`policies/entities/XX01.yaml, line ${line},`);
      expect(notes[0]).toContain(says);
      expect(await companies()).toEqual(['DE01', 'US01']);
    };
    await check(); // on the empty database
    await check(); // and where it is filled
    write('entities/XX01.yaml', text);
    expect(await start()).toEqual([]);
    expect(await companies()).toEqual(['DE01', 'US01', 'XX01']);
    expect(await audit('*', 'installation.companies-added')).toMatchObject([{ data: { entities: ['XX01'] } }]);
  });

  it('a wrong company that an earlier version took in is mended by its file', async () => {
    await start();
    const wrong = { ...(await readEntity(db, 'DE01'))!, id: 'XX01', vatIds: [], buyerIds: [], timeZone: 'Mars/Olympus', calendar: 'nowhere' };
    await sql(db, `insert into legal_entities (entity, settings) values ('XX01', :settings)`, { settings: JSON.stringify(wrong) });
    write('entities/XX01.yaml', newcomer('XX01'));
    expect(await start()).toEqual([]);
    expect(await readEntity(db, 'XX01')).toMatchObject({ timeZone: 'Europe/Berlin', calendar: 'germany' });
  });

  it('a changed file changes the company and leaves an event that names what changed, without secrets', async () => {
    await start();
    edit('entities/DE01.yaml', 'calendar: germany', 'calendar: united-states');
    edit('entities/DE01.yaml', "company: DE01 }", 'company: DE01, timeoutMs: 4000 }');
    expect(await start()).toEqual([]);
    expect(await readEntity(db, 'DE01')).toMatchObject({ calendar: 'united-states', erp: { settings: { timeoutMs: 4000 } } });
    const changed = await audit('DE01', 'company.changed');
    expect(changed).toMatchObject([{ actor: 'system:sandbox-set', data: { changes: [{ member: 'calendar', from: 'germany', to: 'united-states' }, { member: 'erp.settings.timeoutMs' }] } }]);
    expect(JSON.stringify(changed)).not.toContain('4000');
    await start();
    expect(await audit('DE01', 'company.changed')).toHaveLength(1);
  });

  it.each([
    ['currency', 'currency: EUR\nvatIds', 'currency: CHF\nvatIds', 6],
    ['erp.settings.company', 'company: DE01 }', 'company: DE77 }', 22],
  ])('a company with documents keeps its %s', async (member, from, to, line) => {
    await start();
    await submit(db, billed({ lines: [{ quantity: '1', price: '10.00' }] }));
    const before = await readEntity(db, 'DE01');
    edit('entities/DE01.yaml', from, to);
    expect(await start()).toEqual([expect.stringMatching(new RegExp(`policies/entities/DE01.yaml, line ${line}, .*${member}`))]);
    expect(await readEntity(db, 'DE01')).toEqual(before);
  });

  it('a tax id moves from one company to another in one start', async () => {
    write('entities/AA01.yaml', newcomer('AA01'));
    await start();
    edit('entities/AA01.yaml', 'AA999999999', 'DE136695976');
    edit('entities/DE01.yaml', 'DE136695976', 'DE811111111');
    expect(await start()).toEqual([]);
    expect((await readEntity(db, 'AA01'))?.vatIds).toEqual(['DE136695976']);
  });

  it('two companies that an earlier version stored with one tax id are told of at every start, until a file is mended', async () => {
    await start();
    const twin = { ...(await readEntity(db, 'DE01'))!, id: 'GB01', buyerIds: [] };
    await sql(db, `insert into legal_entities (entity, settings) values ('GB01', :settings)`, { settings: JSON.stringify(twin) });
    expect(await start()).toEqual([expect.stringContaining('DE136695976 belongs to GB01 as well')]);
    write('entities/GB01.yaml', newcomer('GB01'));
    expect(await start()).toEqual([]);
  });

  it('a policy file with a fault stops an empty database, and later is only said', async () => {
    const text = read('tolerances/standard-usd.yaml');
    write('tolerances/standard-usd.yaml', text.replace("overDeliveryPercent: '5'", 'overDeliveryPercent: 5'));
    await expect(start()).rejects.toMatchObject({ code: 'policy-invalid', message: expect.stringContaining('policies/tolerances/standard-usd.yaml, line') as string });
    expect(await companies()).toEqual([]);
    write('tolerances/standard-usd.yaml', text);
    expect(await start()).toEqual([]);
    write('tolerances/standard-usd.yaml', text.replace("overDeliveryPercent: '5'", 'overDeliveryPercent: 5'));
    expect(await start()).toEqual([expect.stringContaining('policies/tolerances/standard-usd.yaml, line')]);
  });


  it('a process that a newer version brings is declared by its file, one that is known only by people', async () => {
    const file = 'processes/reconcile-payment-ledger.yaml';
    const text = read(file);
    remove(file);
    await start();
    const today = new Date().toISOString().slice(0, 10);
    await expect(refuseUndeclared(db, today)).rejects.toMatchObject({
      code: 'process-undeclared',
      message: expect.stringMatching(/npx kontor policy import policies\/processes\/reconcile-payment-ledger\.yaml --by PERSON.*npx kontor policy activate VERSION/) as string,
    });
    write(file, text);
    expect(await start()).toEqual([]);
    await refuseUndeclared(db, today);
    expect(await audit('*', 'installation.processes-added')).toMatchObject([{ actor: 'system:sandbox-set', data: { versions: [expect.stringMatching(/^reconcile-payment-ledger@/)] } }]);
    edit(file, 'owner: treasurer', 'owner: nobody');
    await start();
    expect(await audit('*', 'installation.processes-added')).toHaveLength(1);
  });

  it('a third company by file comes with its people and delegations; who is known stays as the directory has it', async () => {
    await start();
    await inTransaction(db, async (trx) => savePerson(trx, { ...(await readPerson(trx, 'anna.berg'))!, active: false, roles: [] }));
    write('entities/FR01.yaml', newcomer('FR01').replace('approval: matrix-de01', 'approval: matrix-fr01'));
    write('approval/matrix-fr01.yaml', read('approval/matrix-de01.yaml').replace('matrix-de01', 'matrix-fr01'));
    write('people/fr01.yaml', [
      'schemaVersion: 1',
      'people:',
      "  - { id: luc.petit, employeeId: E-3001, name: Luc Petit, roles: [{ entity: FR01, role: buyer, limit: '10000 EUR' }], manager: emma.roux }",
      '  - { id: emma.roux, employeeId: E-3002, name: Emma Roux, roles: [{ entity: FR01, role: controller }] }',
      '  - { id: anna.berg, employeeId: E-1001, name: Anna Berg, roles: [{ entity: FR01, role: controller }] }',
      'delegations:',
      '  - { id: D-FR-1, delegator: emma.roux, delegate: luc.petit, from: 2026-01-01T00:00:00Z, to: 2030-01-01T00:00:00Z, entity: FR01 }',
      '',
    ].join('\n'));
    const notes = await start();
    expect(notes).toEqual([expect.stringMatching(/^policies\/approval\/matrix-fr01.yaml is not in force; npx kontor policy import policies\/approval\/matrix-fr01.yaml /)]);
    expect(await companies()).toContain('FR01');
    expect(await readPerson(db, 'luc.petit')).toMatchObject({ active: true, manager: 'emma.roux', roles: [{ entity: 'FR01', role: 'buyer' }] });
    expect(await readPerson(db, 'anna.berg')).toMatchObject({ active: false, roles: [] });
    expect(await delegationsAt(db, 'FR01', '2026-12-01T00:00:00Z')).toMatchObject([{ id: 'D-FR-1', delegate: 'luc.petit' }]);
    await start();
    expect(await audit('*', 'installation.people-added')).toMatchObject([{ actor: 'system:sandbox-set', data: { persons: ['emma.roux', 'luc.petit'], delegations: ['D-FR-1'] } }]);
  });

  it('a policy file that was changed after the first start is named, with the commands that put it in force, until they have', async () => {
    const file = 'tolerances/standard-eur.yaml';
    await start();
    edit(file, "overDeliveryPercent: '", "overDeliveryPercent: '1");
    const [note, ...others] = await start();
    expect(others).toEqual([]);
    const version = /npx kontor policy activate (standard-eur@[0-9a-f]{64}) /.exec(note!)?.[1];
    expect(note).toContain('policies/tolerances/standard-eur.yaml differs from the version in force; npx kontor policy import policies/tolerances/standard-eur.yaml --by PERSON');
    const { kind, name, content, source, effectiveFrom } = readPolicyFiles(home).policies.find((policy) => policy.file.endsWith(file))!;
    const imported = await inTransaction(db, (trx) => importPolicy(trx, { kind, name, content, source, effectiveFrom, importedBy: 'person:lars.thoma', correlationId: 'test' }));
    expect(imported.version).toBe(version);
    expect(await start()).toEqual([expect.stringMatching(/in force; npx kontor policy activate standard-eur@/)]);
    await inTransaction(db, (trx) => activatePolicy(trx, { version: imported.version, proposedBy: 'person:lars.thoma', approvedBy: 'person:oskar.lind', correlationId: 'test' }));
    expect(await start()).toEqual([]);
  });
});
