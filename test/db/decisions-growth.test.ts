import { expect, it } from 'vitest';
import { inTransaction, sql } from '../../db/client.ts';
import { openTasks } from '../../db/repositories/approvals.ts';
import { acceptDecision, decisionsOn } from '../../db/repositories/decisions.ts';
import { describeWithDatabase } from '../support/services.ts';
import { aCase, aTask, useDatabase } from './fixtures.ts';

describeWithDatabase('a decision among many', () => {
  const own = useDatabase();
  const many = 20_000;

  it('reads those of its own task or exception, however many others were ever made', async () => {
    const caseId = await aCase(own.db, 'decided');
    await inTransaction(own.db, (trx) => openTasks(trx, [aTask('t-1', caseId)]));
    await inTransaction(own.db, async (trx) => {
      await sql(trx, 'set local session_replication_role = replica'); // their exceptions need not be there
      const insert = (values: string, bindings: object = {}) => sql(trx, `
        insert into decisions (id, entity, case_id, workflow_id, task_id, exception_id, update_name, decision, person, document_hash, decision_hash, envelope, correlation_id, state, settled_at)
        ${values}`, { caseId, ...bindings });
      await insert(`select 'd-' || i, 'DE01', :caseId, 'w', null, 'e-' || i, 'resolveException', 'retry', 'ada', 'h', 'h', 'x', 'c', 'accepted', now() from generate_series(1, :many::int) i`, { many });
      await insert(`values ('d', 'DE01', :caseId, 'w', 't-1', null, 'decide', 'approve', 'ada', 'h', 'h', 'x', 'c', 'proposed', null)`);
    });
    await sql(own.db, 'analyze decisions');
    const scans = await inTransaction(own.db, async (trx) => {
      expect(await decisionsOn(trx, { approval: 't-1' })).toHaveLength(1);
      expect(await decisionsOn(trx, { exception: 'e-7' })).toHaveLength(1);
      await acceptDecision(trx, 'd');
      return sql(trx, `select seq_scan::int as whole from pg_stat_xact_user_tables where relname = 'decisions'`);
    });
    expect(scans, 'reads of the whole table').toEqual([{ whole: 0 }]);
  });
});
