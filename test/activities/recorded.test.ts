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
    expect(await carriedOut('9', 'd-1'), 'however many came after it').toEqual(first);
  });

  it('a decision that an earlier build judged, which kept one answer for all of a case, answers what it answered', async () => {
    const judgedEarlier = { accepted: true, effect: 'rejected', transitions: [{ kind: 'decided' }] };
    await sql(own.db, `insert into recorded_steps (case_id, kind, entity, step, answer) values (:caseId, 'verify', 'DE01', 'd-0', :answer) on conflict (case_id, kind) do update set step = excluded.step, answer = excluded.answer`, { caseId, answer: JSON.stringify(judgedEarlier) });
    const again = recording({ db: own.db }, () => Promise.resolve({ accepted: true, effect: 'recorded', transitions: [] as object[] }));
    const carriedOutAgain = (decisionId: string) => new MockActivityEnvironment({ activityId: '11', activityType: 'verify' }).run(again, { caseId, entity: 'DE01', decisionId });
    expect(await carriedOutAgain('d-0')).toEqual(judgedEarlier);
    expect(await carriedOutAgain('d-00')).toMatchObject({ effect: 'recorded' });
  });

  it('what nobody proposed moves nothing and keeps nothing', async () => {
    const kept = async () => (await sql<{ count: number }>(own.db, `select count(*)::int as count from recorded_steps where case_id = :caseId`, { caseId }))[0]!.count;
    const before = await kept();
    const refused = recording({ db: own.db }, () => Promise.resolve({ accepted: false, code: 'unknown-resource' }));
    const command = { caseId, entity: 'DE01', decisionId: 'nobody-proposed-it' };
    expect(await new MockActivityEnvironment({ activityId: '10', activityType: 'verify' }).run(refused, command)).toMatchObject({ accepted: false });
    expect(await kept()).toBe(before);
  });
});
