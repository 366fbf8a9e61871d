import { expect, it } from 'vitest';
import { sql } from '../../db/client.ts';
import { openCasesBefore } from '../../db/repositories/lost-records.ts';
import { describeWithDatabase } from '../support/services.ts';
import { aCase, useDatabase } from './fixtures.ts';

describeWithDatabase('open cases from before a loss of records', () => {
  const own = useDatabase();

  it('are gone through page by page, each once, however many digits their numbers have', async () => {
    const ids: string[] = [];
    for (const [index, number] of [9, 10, 99, 100, 1_000_001].entries()) {
      const id = await aCase(own.db, `lost-${index}`);
      await sql(own.db, `update cases set number = :number where id = :id`, { number, id });
      ids.push(id);
    }
    const seen: string[] = [];
    for (let after = '-1'; ; ) {
      const page = await openCasesBefore(own.db, '2999-01-01T00:00:00Z', { after, limit: 2 });
      seen.push(...page.map(({ id }) => id));
      if (page.length === 0) break;
      after = page.at(-1)!.number;
    }
    expect(seen).toEqual(ids);
  });
});
