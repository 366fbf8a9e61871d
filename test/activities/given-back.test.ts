import { expect, it } from 'vitest';
import { tellOfLinesGivenBack } from '../../activities/accounts-payable/given-back.ts';
import { inTransaction, sql } from '../../db/client.ts';
import { lockCase, saveCase } from '../../db/repositories/cases.ts';
import { initialProgress } from '../../domain/rules/progress.ts';
import { aCase, useDatabase } from '../db/fixtures.ts';
import { describeWithDatabase } from '../support/services.ts';

describeWithDatabase('M9: what a document gives back of an order', () => {
  const own = useDatabase();
  const line = { orderNumber: '4500001', orderLine: '10' };
  const told = () => sql<{ caseId: string; key: string; signal: string }>(own.db, `select case_id as "caseId", key, payload ->> 'signal' as signal from outbox where kind = 'signal-workflow' order by id`);
  const at = async (stage: string, name: string, entity = 'DE01') => {
    const caseId = await aCase(own.db, name, { entity });
    await inTransaction(own.db, (trx) => saveCase(trx, caseId, { progress: { ...initialProgress('c', 'v'), stage } }));
    return caseId;
  };
  const givesBack = (caseId: string, lines = [line]) =>
    inTransaction(own.db, async (trx) => {
      const current = (await lockCase(trx, caseId))!;
      await tellOfLinesGivenBack(trx, current, lines);
      await saveCase(trx, caseId, { progress: initialProgress('c', 'v') });
    });

  it('is told to the other cases that wait for quantity of the order, once a release and anew at the next, and not to itself', async () => {
    const [giver, waiting] = [await aCase(own.db, 'giver'), await at('awaiting-receipt', 'waiting')];
    await at('approval', 'content');
    await at('awaiting-receipt', 'elsewhere', 'US01');
    await inTransaction(own.db, async (trx) => saveCase(trx, await aCase(own.db, 'ended'), { progress: { ...initialProgress('c', 'v'), stage: 'awaiting-receipt' }, milestones: ['closed'] }));
    await givesBack(giver, []);
    expect(await told(), 'nothing was given back').toEqual([]);
    await givesBack(giver, [line, { ...line, orderLine: '20' }]);
    expect(await told()).toEqual([{ caseId: waiting, key: `given-back/${giver}/1/${waiting}`, signal: 'goodsReceived' }]);
    await givesBack(giver);
    expect((await told()).map(({ caseId }) => caseId), 'another release').toEqual([waiting, waiting]);
  });
});
