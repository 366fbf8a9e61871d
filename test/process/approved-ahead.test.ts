import { afterAll, beforeAll, expect, it } from 'vitest';
import { openExceptionsOf } from '../../db/repositories/exceptions.ts';
import { billed, submit } from '../support/invoices.ts';
import { describeWithServices } from '../support/services.ts';
import { workingHouse, type WorkingHouse } from '../support/working-house.ts';

const utilities = { vendorNo: '100006', legalName: 'Stadtwerke Musterstadt GmbH', countryCode: 'DE', currencyCode: 'EUR', vatRegNo: 'DE142900886', commodityGroup: 'UTILITIES', netDays: 14, standardCoding: { glAccount: '605000', costCenter: 'CC-6500' }, banking: [{ bankKey: 'B1', holder: 'Stadtwerke Musterstadt GmbH', countryCode: 'DE', iban: 'DE21500999000010000106', swift: 'FICTDEFFXXX' }] };

describeWithServices('an approver who answers while something else came up', () => {
  let house: WorkingHouse['house'];
  let they: WorkingHouse['they'];
  let dispose: WorkingHouse['dispose'];

  beforeAll(async () => {
    ({ house, they, dispose } = await workingHouse());
  });
  afterAll(() => dispose());

  const inErp = (accountStatus: 'ACT' | 'BLK') => house.sandbox.post('/_sandbox/seed', { companyCode: 'DE01', vendors: [{ ...utilities, accountStatus }] });

  it('A8, M11: is heard, and the case goes on waiting for the owner of the exception; the answer counts when that is settled', async () => {
    const { caseId, workflowId } = await submit(house.db, billed({ lines: [{ quantity: '1', price: '417.00', name: 'Strom' }], seller: { name: utilities.legalName, vatId: utilities.vatRegNo }, iban: utilities.banking[0]!.iban }));
    await house.stage(caseId, 'approval');
    const task = await they.openTask(caseId);
    await inErp('BLK');
    await house.client.workflow.getHandle(workflowId).signal('goodsReceived', { eventId: 'looked-at-again' });
    const { progress: { awaiting, exceptions } } = await house.stage(caseId, 'exception');
    expect(exceptions.map(({ code }) => code)).toEqual(['supplier-blocked']);

    expect((await they.decide(caseId, task.candidatePersons[0]!, 'approve', { task })).effect).toBe('recorded');
    const heard = await house.caseWhen(caseId, ({ progress: { decisions } }) => decisions.length === 1);
    expect([heard.case.stage, heard.progress.awaiting]).toEqual(['exception', awaiting]);
    expect(await house.client.workflow.getHandle(workflowId).query('progress')).toEqual(heard.progress);

    await inErp('ACT');
    const [exception] = await openExceptionsOf(house.db, caseId);
    await they.resolve(caseId, exception!.ownerPerson ?? 'lars.thoma', 'retry');
    for (let found = await house.caseWhen(caseId, ({ case: { stage } }) => stage !== 'exception'); found.case.stage === 'approval'; found = await house.caseWhen(caseId, () => true)) {
      const next = await they.openTask(caseId);
      expect(next.id, 'nobody is asked twice').not.toBe(task.id);
      await they.decide(caseId, next.candidatePersons[0]!, 'approve', { task: next });
    }
    expect((await house.stage(caseId, 'posted')).progress.decisions.filter(({ decision }) => decision === 'approve').length).toBeGreaterThan(0);
  });
});
