import { MockActivityEnvironment } from '@temporalio/testing';
import { beforeAll, expect, it } from 'vitest';
import { recording } from '../../activities/recorded.ts';
import { sql, type Db } from '../../db/client.ts';
import { aCase, useDatabase } from '../db/fixtures.ts';
import { describeWithDatabase } from '../support/services.ts';

describeWithDatabase('a step that is carried out again', () => {
  const own = useDatabase();
  let caseId: string;
  let judged = 0;

  beforeAll(async () => {
    caseId = await aCase(own.db, 'recorded');
  });

  /** Leaves a trace in the database and answers another number each time. */
  const work = async ({ db }: { db: Db }) => {
    await sql(db, `update cases set document_number = document_number || '!' where id = :caseId`, { caseId });
    return { number: (judged += 1) };
  };
  const carriedOut = (activityId: string, decisionId?: string) =>
    new MockActivityEnvironment({ activityId, activityType: 'verify' }).run(recording({ db: own.db }, work), { caseId, entity: 'DE01', ...(decisionId ? { decisionId } : {}) });
  const traces = async () => (await sql<{ count: number }>(own.db, `select length(document_number) - length(replace(document_number, '!', '')) as count from cases where id = :caseId`, { caseId }))[0]!.count;

  it('answers what it answered, and leaves nothing more; the next step is another', async () => {
    const first = await carriedOut('1');
    expect(await carriedOut('1')).toEqual(first);
    expect(await traces()).toBe(1);
    expect(await carriedOut('2')).not.toEqual(first);
    expect(await traces()).toBe(2);
  });

  it('a decision is the same step under another number, as when the engine gave up the task in which it was judged', async () => {
    const first = await carriedOut('3', 'd-1');
    expect(await carriedOut('7', 'd-1')).toEqual(first);
    expect(await traces()).toBe(3);
    expect(await carriedOut('8', 'd-2')).not.toEqual(first);
  });
});
