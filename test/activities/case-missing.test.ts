import { MockActivityEnvironment } from '@temporalio/testing';
import { beforeAll, expect, it } from 'vitest';
import { parkingOrTelling } from '../../activities/accounts-payable/parking.ts';
import type { PayablesParts } from '../../activities/accounts-payable/parts.ts';
import { openMissingCase } from '../../activities/case-missing.ts';
import { readSandboxSet } from '../../bin/services/sandbox-set.ts';
import { inTransaction } from '../../db/client.ts';
import { INSTALLATION, listAudit } from '../../db/repositories/audit.ts';
import { listExceptions, openExceptionsOf, resolveException } from '../../db/repositories/exceptions.ts';
import { seedSandbox } from '../../db/seed.ts';
import { readSettings } from '../../temporal-config/settings.ts';
import { aCase, useDatabase } from '../db/fixtures.ts';
import { describeWithDatabase } from '../support/services.ts';

describeWithDatabase('F25: a process whose case is lost', () => {
  const own = useDatabase();
  let parts: PayablesParts;
  beforeAll(async () => {
    await seedSandbox(own.db, readSandboxSet(readSettings().home));
    parts = { db: own.db, now: () => new Date('2026-11-20T09:00:00.000Z') } as unknown as PayablesParts;
  });

  const told = async () => (await listExceptions(own.db, { code: 'case-missing' }, { limit: 20 })).items;
  const lost = (caseId: string) => ({ entity: 'DE01', caseId, workflowId: `ap-invoice/DE01/${caseId}`, correlationId: `corr-${caseId}` });
  /** As the engine carries the step out of a process of this case. */
  const parks = (caseId: string, activityId: string) =>
    new MockActivityEnvironment({ activityId, activityType: 'recordParked', workflowExecution: { workflowId: lost(caseId).workflowId, runId: 'r-1' } })
      .run(parkingOrTelling(parts), { ...lost(caseId), step: 'assessInvoice', code: 'unknown-resource', message: 'm' });

  it('one open case, however often and by whomever it is found; it names the process and what the engine knows', async () => {
    const shown = { documentNumber: 'R-7', supplierId: '100001', amount: 'EUR 42', stage: 'approval' };
    await Promise.all([openMissingCase(parts, { ...lost('DE01-26-000007'), shown }), openMissingCase(parts, { ...lost('DE01-26-000007'), shown })]);
    expect(await parks('DE01-26-000007', '4')).toEqual({ transitions: [] });
    expect(await told()).toMatchObject([{ entity: 'DE01', ownerRole: 'ap-lead', origin: 'technical', state: 'open', workflowId: 'ap-invoice/DE01/DE01-26-000007', source: { caseId: 'DE01-26-000007', ...shown } }]);
    const [{ case: ofCase, suggestion }] = (await told()) as [Awaited<ReturnType<typeof told>>[number]];
    expect(ofCase).toBeUndefined();
    for (const word of ['R-7', 'EUR 42', '100001', 'ap-invoice/DE01/DE01-26-000007', 'corr-DE01-26-000007', 'send the document again', 'terminate']) expect(suggestion).toContain(word);
    expect((await listAudit(own.db, { action: 'case.missing' }, { limit: 10 })), 'told in the same record').toHaveLength(1);
  });

  it('a step of such a process tells its company by itself, and again once somebody has closed it while the process still runs', async () => {
    expect(await parks('DE01-26-000008', '1')).toEqual({ transitions: [] });
    const [first] = (await told()).filter(({ id }) => id.includes('000008'));
    expect(first).toMatchObject({ id: 'DE01-t-case-DE01-26-000008', state: 'open' });
    await inTransaction(own.db, (trx) => resolveException(trx, first!.id, { resolution: 'retry', by: 'sofia.keller' }));
    await parks('DE01-26-000008', '2');
    expect((await told()).filter(({ id, state }) => id.includes('000008') && state === 'open')).toMatchObject([{ id: 'DE01-t-case-DE01-26-000008-2' }]);
  });

  it('a case that is there is parked as ever', async () => {
    const caseId = await aCase(own.db, 'there');
    expect(await parks(caseId, '1')).toMatchObject({ transitions: [{ kind: 'parked' }] });
    expect(await openExceptionsOf(own.db, caseId)).toMatchObject([{ code: 'unknown-resource', ownerRole: 'operator' }]);
    expect((await told()).filter(({ id }) => id.includes(caseId))).toEqual([]);
  });

  it('of a company that is not known either, whoever looks after the installation is told; of a payment run the treasurer', async () => {
    await openMissingCase(parts, { ...lost('XX99-26-000001'), entity: 'XX99' });
    await openMissingCase(parts, { entity: 'DE01', caseId: 'DE01-run-2026-11-20-1', workflowId: 'ap-payment-run/DE01/2026-11-20/1', correlationId: 'c' });
    const found = new Map((await told()).map(({ source, entity, ownerRole, dueAt }) => [source['caseId'], { entity, ownerRole, dueAt }]));
    expect(found.get('XX99-26-000001')).toEqual({ entity: INSTALLATION, ownerRole: 'ap-lead', dueAt: '2026-11-20T09:00:00.000Z' });
    expect(found.get('DE01-run-2026-11-20-1')).toMatchObject({ entity: 'DE01', ownerRole: 'treasurer' });
  });
});
