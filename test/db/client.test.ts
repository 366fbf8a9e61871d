import { expect, it } from 'vitest';
import { inTransaction, isDatabaseUnavailable, json, onOneConnection, openDatabase, sql, sqlOne, type Db } from '../../db/client.ts';
import { lockKeys } from '../../db/locks.ts';
import { describeWithDatabase } from '../support/services.ts';
import { atOnce, useDatabase } from './fixtures.ts';

describeWithDatabase('database client', () => {
  const own = useDatabase();

  it('gives dates, instants, exact numbers and JSON in the form that the domain uses', async () => {
    const row = await sqlOne(
      own.db,
      `select '2026-03-29'::date as day, '2026-03-29 02:30:00.123456+02'::timestamptz as instant, 9007199254740993::bigint as big, 0.10::numeric as exact,
              :list::jsonb as list, :names::text[] as names, :none::text as none, '{"a":1}'::jsonb ? 'a' as has, 'HH24:MI' as colon`,
      { list: json(['a', 1]), names: ['x', 'y'], none: undefined },
    );
    expect(row).toEqual({ day: '2026-03-29', instant: '2026-03-29T00:30:00.123Z', big: '9007199254740993', exact: '0.10', list: ['a', 1], names: ['x', 'y'], none: null, has: true, colon: 'HH24:MI' });
    await expect(sqlOne(own.db, `select 1 where false`)).rejects.toThrow('expected one row, got 0');
  });

  it('F5: goes on by itself after the server cut every connection in the middle of the work', async () => {
    await atOnce(10, () => sql(own.db, `select pg_sleep(0.05)`));
    const working = atOnce(5, () => sql(own.db, `select pg_sleep(5)`)).catch((error: unknown) => error);
    const admin = openDatabase(own.url, { poolSize: 1, applicationName: 'kontor-cutter' });
    try {
      await expect.poll(async () => (await sql(admin, `select 1 from pg_stat_activity where query like '%pg_sleep(5)%' and state = 'active' and application_name = 'kontor-test'`)).length).toBe(5);
      await sql(admin, `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'kontor-test' and datname = current_database()`);
    } finally {
      await admin.destroy();
    }
    const error = await working;
    expect([error, isDatabaseUnavailable(error)]).toEqual([expect.any(Error), true]);
    await expect.poll(() => sql(own.db, `select 1 as up`).catch(() => [])).toEqual([{ up: 1 }]);
    await atOnce(20, () => sql(own.db, `select 1`));
  });

  it('says unavailable for a server that is not there, and not for a mistake of ours', async () => {
    const nowhere = openDatabase('postgres://nobody@127.0.0.1:9/none');
    const refused: unknown = await sql(nowhere, `select 1`).catch((error: unknown) => error);
    await nowhere.destroy();
    expect([refused, isDatabaseUnavailable(refused)]).toEqual([expect.any(Error), true]);
    const mistaken: unknown = await sql(own.db, `select nonsense`).catch((error: unknown) => error);
    expect([mistaken, isDatabaseUnavailable(mistaken)]).toEqual([expect.any(Error), false]);
  });

  it.each([
    ['no space on its disk (F20)', { code: '53100' }, true], ['no memory', { code: '53200' }, true], ['an error of its disk', { code: '58030' }, true],
    ['a transaction that went down with its connection (F5)', { message: 'ROLLBACK - Client has encountered a connection error and is not queryable' }, true],
    ['a value that does not fit', { code: '22003' }, false],
  ])('%s is told from a mistake of ours', (_what, properties, unavailable) => {
    expect(isDatabaseUnavailable(Object.assign(new Error('failed'), properties))).toBe(unavailable);
  });

  it('runs what a transaction begins together one after the other, each seeing what the earlier ones wrote', async () => {
    await sql(own.db, `create table steps (n int)`);
    const counts = await inTransaction(own.db, (trx) => Promise.all([1, 2, 3, 4].map((n) => sqlOne<{ seen: number }>(trx, `with put as (insert into steps values (:n)) select count(*)::int as seen from steps`, { n }))));
    expect(counts.map(({ seen }) => seen)).toEqual([0, 1, 2, 3]);
  });

  it('keeps nothing of a transaction in which a statement failed, even where that was caught, and says so', async () => {
    await sql(own.db, `create table kept (n int)`);
    const swallowing = inTransaction(own.db, async (trx) => {
      await Promise.all([sql(trx, `insert into kept values (1)`), sql(trx, `select 1 / 0`).catch(() => undefined), sql(trx, `insert into kept values (2)`).catch(() => undefined)]);
    });
    await expect(swallowing).rejects.toThrow('rolled back');
    await expect(inTransaction(own.db, (trx) => Promise.all([sql(trx, `insert into kept values (3)`), sql(trx, `select 1 / 0`), sql(trx, `insert into kept values (4)`)]))).rejects.toThrow('division by zero');
    expect(await sql(own.db, `select * from kept`)).toEqual([]);
  });

  it('refuses a statement of a transaction that has ended, and of a connection that was given back', async () => {
    const left: Db[] = [];
    await inTransaction(own.db, async (trx) => void left.push(trx));
    await onOneConnection(own.db, async (held) => void left.push(held));
    await expect(inTransaction(own.db, async (trx) => { left.push(trx); throw new Error('given up'); })).rejects.toThrow('given up');
    for (const ended of left) await expect(sql(ended, `select 1`)).rejects.toThrow('has ended');
    expect(left.length).toBe(3);
  });

  it('repeats a transaction that was chosen to end a deadlock', async () => {
    await sql(own.db, `create table counters (name text primary key, n int not null default 0)`);
    await sql(own.db, `insert into counters (name) values ('a'), ('b')`);
    let runs = 0;
    await atOnce(6, (index) =>
      inTransaction(own.db, async (trx) => {
        runs += 1;
        for (const name of index % 2 ? ['a', 'b'] : ['b', 'a']) {
          await sql(trx, `update counters set n = n + 1 where name = :name`, { name });
          await sql(trx, `select pg_sleep(0.05)`);
        }
      }, 30),
    );
    expect(await sql(own.db, `select name, n from counters order by name`)).toEqual([{ name: 'a', n: 6 }, { name: 'b', n: 6 }]);
    expect(runs).toBeGreaterThan(6);
  });

  it('takes locks in one order whatever order they are asked for in', async () => {
    const keys = Array.from({ length: 12 }, (_, index) => `key-${index}`);
    const first: number[] = [];
    await atOnce(8, (index) =>
      inTransaction(own.db, async (trx) => {
        await lockKeys(trx, index % 2 ? keys : [...keys].reverse());
        first.push(index);
        await sql(trx, `select pg_sleep(0.01)`);
      }, 1),
    );
    expect(first).toHaveLength(8);
  });
});
