import { expect, it } from 'vitest';
import { openDatabase, sql } from '../../db/client.ts';
import { migrate } from '../../db/migrate.ts';
import { migrations } from '../../db/migrations/index.ts';
import { describeWithDatabase, freshDatabase } from '../support/services.ts';

describeWithDatabase('migrations', () => {
  it('a database that a newer version has migrated is refused with both versions, unchanged', async () => {
    const database = await freshDatabase();
    const db = openDatabase(database.url, { applicationName: 'kontor-test-migrate', poolSize: 1 });
    try {
      const count = async () => (await sql(db, `select name from schema_migrations`)).length;
      await sql(db, `insert into schema_migrations (name, batch, migration_time) values ('9999-from-the-future', 99, now())`);
      const before = await count();
      await expect(migrate(database.url)).rejects.toMatchObject({ code: 'database-newer', message: expect.stringMatching(new RegExp(`9999-from-the-future.*${migrations.at(-1)!.id}`)) as string });
      expect(await count()).toBe(before);
      await sql(db, `delete from schema_migrations where name = '9999-from-the-future'`);
      expect(await migrate(database.url)).toEqual([]);
    } finally {
      await db.destroy();
      await database.drop();
    }
  });
});
