import { afterAll, beforeAll, expect, it } from 'vitest';
import { readSandboxSet } from '../../bin/services/sandbox-set.ts';
import { openDatabase, type Db } from '../../db/client.ts';
import { listEntities, readEntity } from '../../db/repositories/directory.ts';
import { addCompanies, seedSandbox } from '../../db/seed.ts';
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

  it('a company whose file is new is added, a known one keeps its settings, and the same again does nothing', async () => {
    const known = set.entities[0]!;
    const third = { ...known, id: 'AT01', name: 'Dritte GmbH', vatIds: [] };
    const files = [{ ...known, name: 'Renamed in the file' }, third];
    expect(await addCompanies(db, files)).toEqual(['AT01']);
    expect(await addCompanies(db, files)).toEqual([]);
    expect((await readEntity(db, known.id))?.name).toBe(known.name);
    expect((await listEntities(db)).map(({ id }) => id)).toContain('AT01');
  });
});
