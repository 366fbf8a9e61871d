import { beforeAll, expect, it } from 'vitest';
import { askForVerification } from '../../../activities/payments/unverified-accounts.ts';
import { paymentSettings } from '../../../activities/payments/settings.ts';
import { readSandboxSet } from '../../../bin/services/sandbox-set.ts';
import { inTransaction } from '../../../db/client.ts';
import { listAudit } from '../../../db/repositories/audit.ts';
import { readEntity } from '../../../db/repositories/directory.ts';
import { listExceptions, resolveException } from '../../../db/repositories/exceptions.ts';
import { seedSandbox } from '../../../db/seed.ts';
import type { Payable } from '../../../domain/model/payment.ts';
import { readSettings } from '../../../temporal-config/settings.ts';
import { useDatabase } from '../../db/fixtures.ts';
import { payable, payee } from '../../domain/payments/scenario.ts';
import { describeWithDatabase } from '../../support/services.ts';

describeWithDatabase('P1: accounts that somebody has to verify', () => {
  const own = useDatabase();
  beforeAll(() => seedSandbox(own.db, readSandboxSet(readSettings().home)));

  const at = '2026-11-20T09:00:00.000Z';
  const to = (caseId: string, supplierId: string, version = 1): Payable => payable(caseId, { payee: payee(supplierId, undefined, { account: { ...payee(supplierId).account!, status: 'unverified', version } }) });
  const proposes = async (payables: Payable[], entity = 'DE01') => {
    const company = (await readEntity(own.db, entity))!;
    const settings = await paymentSettings(own.db, company, new Date(at));
    await inTransaction(own.db, (trx) => askForVerification(trx, { company, runId: 'DE01-P-1', settings, at }, payables));
  };
  const cases = async (entity = 'DE01') => (await listExceptions(own.db, { entities: [entity], code: 'account-unverified' }, { limit: 20 })).items;
  const shown = async () => (await cases()).map(({ state, title }) => `${state}: ${title.slice(0, 40)}`).sort();

  it('one case an account and its version; it says what waits, and closes by itself', async () => {
    await proposes([to('a', 'S1'), to('b', 'S2')]);
    expect(await cases()).toMatchObject([1, 2].map(() => ({ origin: 'payment', ownerRole: 'supplier-master', state: 'open', dueAt: '2026-11-24T09:00:00.000Z', suggestion: expect.stringContaining('call-back') })));
    expect((await cases())[0]!.case, 'no case of a document: it would hold the document').toBeUndefined();
    await proposes([to('a', 'S1'), to('c', 'S1'), to('b', 'S2')]);
    expect(await shown()).toEqual(['open: 1 document waits for bank account S2-A o', 'open: 2 documents wait for bank account S1-A o']);
    await proposes([], 'US01');
    expect((await cases()).map(({ state }) => state), 'another company').toEqual(['open', 'open']);
    await proposes([to('b', 'S2', 2)]);
    expect((await cases()).map(({ state, source, resolvedBy }) => [state, source['supplierId'], source['version'], resolvedBy])).toEqual([
      ['resolved', 'S1', 1, 'system:payments'],
      ['resolved', 'S2', 1, 'system:payments'],
      ['open', 'S2', 2, undefined],
    ]);
    await proposes([payable('b')]);
    expect((await cases()).map(({ state }) => state)).toEqual(['resolved', 'resolved', 'resolved']);
  });

  it('who closes it does not verify the account: the next run asks again, and the record says so', async () => {
    await proposes([to('d', 'S4')]);
    const { id } = (await cases()).find(({ source }) => source['supplierId'] === 'S4')!;
    await inTransaction(own.db, (trx) => resolveException(trx, id, { resolution: 'retry', by: 'ute.hahn' }));
    await proposes([to('d', 'S4')]);
    expect((await cases()).find((one) => one.id === id)).toMatchObject({ state: 'open' });
    const reopened = await listAudit(own.db, { action: 'payments.exception-reopened' }, { limit: 5 });
    expect(reopened.map(({ event }) => JSON.parse(event) as unknown)).toMatchObject([{ data: { exception: id } }]);
  });
});
