import { afterAll, beforeAll, expect, it } from 'vitest';
import { liftHold, listHolds } from '../../db/repositories/payables.ts';
import { exclusionsOf } from '../../db/repositories/payment-runs.ts';
import { instructionsOf } from '../../db/repositories/payments.ts';
import { openHouse, type House } from '../support/house.ts';
import { billed, submit } from '../support/invoices.ts';
import { germanIban } from '../support/many-payables.ts';
import { outcomeOf, people } from '../support/people.ts';
import { payments } from '../support/payments.ts';
import { describeWithServices } from '../support/services.ts';

const [before, after] = [germanIban(41), germanIban(42)];

describeWithServices('P9: a supplier whose bank account has changed, on real parts', () => {
  let house: House;
  let they: ReturnType<typeof people>;
  let pay: ReturnType<typeof payments>;

  beforeAll(async () => {
    house = await openHouse();
    they = people(house);
    pay = payments(house, they);
    await supplierWith(1, before);
    await house.startWorker();
    await house.firstPoll('DE01');
  });
  afterAll(() => house.dispose());

  const bill = async (iban: string) => {
    const { caseId } = await submit(house.db, billed({ seller: { name: 'Wandel Pumpen GmbH', vatId: 'DE300000011' }, iban, lines: [{ orderNumber: '4800000001', orderLine: '10', quantity: '1', price: '10.00' }] }));
    await house.stage(caseId, 'posted', 60_000);
    return caseId;
  };
  const supplierWith = (revision: number, iban: string) => house.sandbox.post('/_sandbox/seed?service=erp', {
    companyCode: 'DE01',
    vendors: [{ vendorNo: '800001', legalName: 'Wandel Pumpen GmbH', countryCode: 'DE', currencyCode: 'EUR', vatRegNo: 'DE300000011', banking: [{ bankKey: 'B1', revision, holder: 'Wandel Pumpen GmbH', countryCode: 'DE', iban }] }],
    ...(revision === 1
      ? {
          orders: [{ orderNo: '4800000001', vendorNo: '800001', currencyCode: 'EUR', orderDate: '2026-09-16', purchaser: 'ines.koch', requisitioner: 'lena.vogt', items: [{ itemNo: '10', text: 'Pumpe', orderedQty: '9', netPrice: '10.00', commodityGroup: 'STEEL', glAccount: '400100', costCenter: 'CC-4100', taxRate: '19', plantCode: '1000', goodsRecipient: 'petra.lang' }] }],
          movements: [{ movementType: '101', orderNo: '4800000001', itemNo: '10', qty: '9', postingDate: '2026-10-02', postedBy: 'petra.lang' }],
        }
      : {}),
  });

  it('nothing goes to the new account until somebody has called back and recorded it; that person does not release', async () => {
    const first = await bill(before);
    await pay.sent();
    await pay.bankDays(6);
    await house.ended(first, 'paid');

    await supplierWith(2, after);
    const second = await bill(after);
    const empty = await pay.open();
    await house.ended(empty, 'cancelled');
    expect((await exclusionsOf(house.db, empty)).filter(({ caseId }) => caseId === second).map(({ code, rule }) => [code, rule])).toEqual([['account-unconfirmed', 'P9']]);
    const [hold] = await listHolds(house.db, { entities: ['DE01'], open: true });
    expect(hold).toMatchObject({ subject: 'bank-account', subjectId: '800001/B1', reason: 'account-changed-v2' });

    await house.db.transaction((trx) => liftHold(trx, hold!.id, { person: 'vera.noll', reason: 'Called Mr Wandel on the number of 2024' }));
    const runId = await pay.proposed();
    expect((await instructionsOf(house.db, runId)).map(({ instruction }) => instruction.account.iban)).toEqual([after]);
    await they.decide(runId, 'clara.winter', 'approve');
    await house.stage(runId, 'release');
    expect(await outcomeOf(they.decide(runId, 'vera.noll', 'approve', { update: 'release' }))).toBe('duties-conflict');
  });
});
