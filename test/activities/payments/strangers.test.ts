import { beforeAll, expect, it } from 'vitest';
import { retryStrangers } from '../../../activities/payments/strangers.ts';
import { readSandboxSet } from '../../../bin/services/sandbox-set.ts';
import { inTransaction, sql } from '../../../db/client.ts';
import { keepUnmatchedStatus } from '../../../db/repositories/bank-messages.ts';
import { listHolds } from '../../../db/repositories/payables.ts';
import { openRun } from '../../../db/repositories/payment-runs.ts';
import { addInstructions, changeInstructions } from '../../../db/repositories/payments.ts';
import { seedSandbox } from '../../../db/seed.ts';
import type { ProposedInstruction } from '../../../domain/model/payment.ts';
import { readSettings } from '../../../temporal-config/settings.ts';
import { describeWithDatabase } from '../../support/services.ts';
import { useDatabase } from '../../db/fixtures.ts';
import { aPayment, openCodes } from '../../db/payment-fixtures.ts';

describeWithDatabase('statuses that came before their payments', () => {
  const own = useDatabase();
  beforeAll(async () => {
    await seedSandbox(own.db, readSandboxSet(readSettings().home));
  });

  it('P8: each one that is found wakes its run, though one message told of them', async () => {
    const start = { workflow: 'paymentRun', queue: 'fin-workflows', process: 'ap-payment-run', workflowVersion: 'payment-run/1', searchAttributes: {} };
    const { runId } = await openRun(own.db, { entity: 'DE01', runDate: '2026-11-20', nextRunDate: '2026-11-27', slot: 'strangers', payerAccount: 'main', dryRun: false, actor: 'system:test', correlationId: 'strangers', start });
    const ids = ['STRANGER-1', 'STRANGER-2', 'STRANGER-3'];
    const instruction = { groupKey: 'g', payee: { supplierId: 'S1', name: 'Muster GmbH' }, account: { id: 'A1' }, amount: { currency: 'EUR', minor: '1000' }, executionDate: '2026-11-20', items: [], possibleDuplicates: [] } as unknown as ProposedInstruction;
    await inTransaction(own.db, async (trx) => {
      for (const endToEndId of ids) await keepUnmatchedStatus(trx, { source: 'bank/DE01', messageId: 'M-1', endToEndId, entity: 'DE01', status: { endToEndId, level: 'transfer', status: 'ACSP' } });
      await addInstructions(trx, 'DE01', runId, ids.map((endToEndId) => ({ endToEndId, accountKey: 'DE1', instruction })), 'proposed');
    });
    const signals = async () => (await sql<{ count: number }>(own.db, `select count(*)::int as count from outbox where kind = 'signal-workflow' and case_id = :runId`, { runId }))[0]!.count;
    const look = () => retryStrangers({ db: own.db, now: () => new Date() }, 'DE01');
    for (const [index, endToEndId] of ids.entries()) {
      await inTransaction(own.db, (trx) => changeInstructions(trx, runId, [{ endToEndId, state: 'sent' }]));
      await look();
      expect(await signals()).toBe(index + 1);
      await look();
      expect(await signals(), 'once').toBe(index + 1);
    }
  });

  it('P8: statuses for payments of others wait in nobody\'s way: each is asked about once, and those behind them are still found', async () => {
    await sql(own.db, `insert into unmatched_statuses (source, message_id, end_to_end_id, entity, status, created_at)
      select 'bank/DE01', 'M-many', 'OTHERS-' || n, 'DE01', jsonb_build_object('endToEndId', 'OTHERS-' || n, 'level', 'transfer', 'status', 'ACSP'), now() - interval '20 days' + n * interval '1 second' from generate_series(1, 1100) n`);
    const { endToEndId } = await aPayment(own.db, 'behind-many');
    const short = await aPayment(own.db, 'named-by-its-first-characters');
    for (const id of [endToEndId, short.endToEndId.slice(0, 15), 'OTHERS-LATE']) await inTransaction(own.db, (trx) => keepUnmatchedStatus(trx, { source: 'bank/DE01', messageId: 'M-behind', endToEndId: id, entity: 'DE01', status: { endToEndId: id, level: 'transfer', status: 'ACSP' } }));
    const look = () => retryStrangers({ db: own.db, now: () => new Date() }, 'DE01');
    const asked = async () => (await sql<{ count: number }>(own.db, `select count(*)::int as count from exceptions where code = 'status-unmatched' and source ->> 'messageId' = 'M-many'`))[0]!.count;
    const isFound = async (id: string) => (await sql(own.db, `select 1 from unmatched_statuses where message_id = 'M-behind' and end_to_end_id = :id and matched_at is not null`, { id })).length === 1;
    await look();
    expect([await isFound(endToEndId), await isFound(short.endToEndId.slice(0, 15)), await asked()]).toEqual([true, true, 1000]);
    expect((await sql<{ state: string }>(own.db, `select state from payment_instructions where end_to_end_id = any (:ids)`, { ids: [endToEndId, short.endToEndId] })).map(({ state }) => state), 'also under its short id').toEqual(['in-process', 'in-process']);
    await look();
    expect(await asked()).toBe(1100);
    const transactions = async () => Number((await sql<{ count: string }>(own.db, `select pg_current_xact_id()::text as count`))[0]!.count);
    const before = await transactions();
    await look();
    expect(await transactions() - before, 'nothing is left to write').toBe(1);
  });

  it('P8: one that says settled of a payment that was rejected meanwhile holds its document, and somebody asks the bank', async () => {
    const { caseId, endToEndId } = await aPayment(own.db, 'late-settled', { state: 'rejected' });
    await inTransaction(own.db, (trx) => keepUnmatchedStatus(trx, { source: 'bank/DE01', messageId: 'M-2', endToEndId, entity: 'DE01', status: { endToEndId, level: 'transfer', status: 'ACSC' } }));
    await retryStrangers({ db: own.db, now: () => new Date() }, 'DE01');
    expect(await openCodes(own.db)).toContain('bank-contradiction');
    expect((await listHolds(own.db, { entities: ['DE01'], open: true })).map(({ subject, subjectId, reason }) => [subject, subjectId, reason])).toEqual([['item', caseId, `bank-contradiction:${endToEndId}`]]);
  });
});
