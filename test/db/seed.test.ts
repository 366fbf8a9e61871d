import { afterAll, beforeAll, expect, it } from 'vitest';
import { readSandboxSet } from '../../bin/services/sandbox-set.ts';
import { openDatabase, sql, type Db } from '../../db/client.ts';
import { listEntities, readEntity } from '../../db/repositories/directory.ts';
import { keepCompanies, seedSandbox } from '../../db/seed.ts';
import { readSettings } from '../../temporal-config/settings.ts';
import { describeWithDatabase, freshDatabase, type FreshDatabase } from '../support/services.ts';

describeWithDatabase('companies by file', () => {
  let database: FreshDatabase;
  let db: Db;
  const set = readSandboxSet(readSettings().home);

  beforeAll(async () => {
    database = await freshDatabase();
    db = openDatabase(database.url, { applicationName: 'kontor-test-seed' });
    await seedSandbox(db, set);
  });
  afterAll(async () => {
    await db.destroy();
    await database.drop();
  });

  it('a company whose file is new is added, a known one changes with its file, and the same again does nothing', async () => {
    const known = set.entities[0]!;
    const third = { ...known, id: 'AT01', name: 'Dritte GmbH', vatIds: [], buyerIds: [] };
    const files = [{ ...known, name: 'Renamed in the file' }, third];
    const events = async () => Number((await sql<{ count: string }>(db, `select count(*) from audit_events`))[0]!.count);
    const before = await events();
    await keepCompanies(db, files);
    await keepCompanies(db, files);
    expect(await events()).toBe(before + 2);
    expect((await readEntity(db, known.id))?.name).toBe('Renamed in the file');
    expect((await listEntities(db)).map(({ id }) => id)).toContain('AT01');
  });
});
