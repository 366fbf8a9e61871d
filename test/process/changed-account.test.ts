import { afterAll, beforeAll, expect, it } from 'vitest';
import { listHolds } from '../../db/repositories/payables.ts';
import { exclusionsOf } from '../../db/repositories/payment-runs.ts';
import { instructionsOf } from '../../db/repositories/payments.ts';
import type { SandboxSet } from '../../db/seed.ts';
import { eventsIn } from '../faults/told.ts';
import type { House } from '../support/house.ts';
import { billed, submit } from '../support/invoices.ts';
import { germanIban } from '../support/many-payables.ts';
import { outcomeOf } from '../support/people.ts';
import { describeWithServices } from '../support/services.ts';
import { workingHouse, type WorkingHouse } from '../support/working-house.ts';

const [before, after] = [germanIban(41), germanIban(42)];

describeWithServices('P9: a supplier whose bank account has changed, on real parts', () => {
  let house: WorkingHouse['house'];
  let api: WorkingHouse['api'];
  let they: WorkingHouse['they'];
  let pay: WorkingHouse['pay'];
  let dispose: WorkingHouse['dispose'];
  /** One piece more each time: the same amount again would be looked at (D5). */
  let quantity = 0;

  beforeAll(async () => {
    ({ house, api, they, pay, dispose } = await workingHouse({ set: withSupplierMaster, before: (opened) => supplierWith(1, before, opened) }));
  });
  afterAll(() => dispose());

  const submitted = async (iban: string) => (await submit(house.db, billed({ seller: { name: 'Wandel Pumpen GmbH', vatId: 'DE300000011' }, iban, lines: [{ orderNumber: '4800000001', orderLine: '10', quantity: String((quantity += 1)), price: '10.00' }] }))).caseId;
  const bill = async (iban: string) => {
    const caseId = await submitted(iban);
    await house.stage(caseId, 'posted', 60_000);
    return caseId;
  };
  const supplierWith = async (revision: number, iban: string, { sandbox }: House = house) => void (await sandbox.post('/_sandbox/seed?service=erp', {
    companyCode: 'DE01',
    vendors: [{ vendorNo: '800001', legalName: 'Wandel Pumpen GmbH', countryCode: 'DE', currencyCode: 'EUR', vatRegNo: 'DE300000011', banking: [{ bankKey: 'B1', revision, holder: 'Wandel Pumpen GmbH', countryCode: 'DE', iban, ...(revision === 1 ? {} : { changedBy: 'lars.thoma' }) }] }],
    ...(revision === 1
      ? {
          orders: [{ orderNo: '4800000001', vendorNo: '800001', currencyCode: 'EUR', orderDate: '2026-09-16', purchaser: 'ines.koch', requisitioner: 'lena.vogt', items: [{ itemNo: '10', text: 'Pumpe', orderedQty: '9', netPrice: '10.00', commodityGroup: 'STEEL', glAccount: '400100', costCenter: 'CC-4100', taxRate: '19', plantCode: '1000', goodsRecipient: 'petra.lang' }] }],
          movements: [{ movementType: '101', orderNo: '4800000001', itemNo: '10', qty: '9', postingDate: '2026-10-02', postedBy: 'petra.lang' }],
        }
      : {}),
  }));

  const held = async () => (await listHolds(house.db, { entities: ['DE01'], open: true }))[0]!;
  /** What the next run writes to the hold. */
  const checked = async () => {
    await house.ended(await pay.open(), 'cancelled');
    return (await held()).detail;
  };
  const told = async (action: string) => (await eventsIn(house.db)).filter((event) => event.action === action);
  const lift = async (person: string, body: object) => {
    const answer = await (await api.as(person)).post(`/v1/payment-holds/${(await held()).id}/lift`, { body });
    return [answer.status, (answer.body as { code?: string }).code];
  };

  it('nothing goes to the new account until somebody has called back and recorded it; neither that person nor who changed the account or chose it for a document releases', async () => {
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
    expect(hold).toMatchObject({ subject: 'bank-account', subjectId: '800001/B1', reason: 'account-changed-v2', detail: { changedBy: 'lars.thoma', verification: 'unavailable' } });

    await pay.behave({ kind: 'payee', iban: after, holder: 'Wandel Pumpen und Anlagen GmbH' });
    await house.sandbox.post('/_sandbox/faults', { kind: 'fail-before-commit', route: 'bank.payees.verify', times: 1 });
    expect(await checked(), 'an error of the check is no pass').toMatchObject({ verification: 'unavailable' });
    expect(await checked()).toEqual({ changedBy: 'lars.thoma', verification: 'close-match', name: 'Wandel Pumpen und Anlagen GmbH' });

    const third = await submitted(before);
    expect((await house.stage(third, 'exception')).progress.exceptions.map(({ code }) => code), 'the account on the document is on file no more').toContain('bank-account-unknown');
    await they.correct(third, 'sami.rahal', { bankAccountId: 'B1' });
    await house.stage(third, 'posted');

    const reason = 'Mr Wandel confirms the new account';
    const callBack = { contact: 'Mr Wandel, +49 40 1234 of the contract of 2024', on: new Date().toISOString().slice(0, 10) };
    expect(await lift('lars.thoma', { reason, callBack, nameCheck: 'close-match' })).toEqual([403, 'duties-conflict']);
    expect(await lift('sami.rahal', { reason, callBack, nameCheck: 'close-match' }), 'he chose it for a document').toEqual([403, 'duties-conflict']);
    expect(await lift('vera.noll', { reason, nameCheck: 'close-match' })).toEqual([422, 'call-back-missing']);
    expect(await lift('vera.noll', { reason, callBack: { ...callBack, on: '2999-01-01' }, nameCheck: 'close-match' })).toEqual([422, 'call-back-missing']);
    expect(await lift('vera.noll', { reason, callBack })).toEqual([422, 'name-check-open']);
    expect(await lift('vera.noll', { reason, callBack, nameCheck: 'close-match' })).toEqual([200, undefined]);
    const [lifted] = await listHolds(house.db, { entities: ['DE01'], open: false });
    expect(lifted).toMatchObject({ liftedBy: 'vera.noll', liftReason: reason, liftDetail: { callBack, nameCheck: 'close-match' } });
    expect(await told('payment-hold.lifted'), 'once, by whoever lifted it').toMatchObject([{ actor: 'person:vera.noll', data: { hold: hold!.id, subject: 'bank-account', subjectId: '800001/B1', reason: 'account-changed-v2', calledBackOn: callBack.on, nameCheck: 'close-match' } }]);
    const runId = await pay.proposed();
    expect((await instructionsOf(house.db, runId)).map(({ instruction }) => instruction.account.iban)).toEqual([after]);
    await they.decide(runId, 'clara.winter', 'approve');
    await house.stage(runId, 'release');
    expect(await outcomeOf(they.decide(runId, 'vera.noll', 'approve', { update: 'release' })), 'she confirmed the account').toBe('duties-conflict');
    expect(await outcomeOf(they.decide(runId, 'lars.thoma', 'approve', { update: 'release' })), 'he changed the account').toBe('duties-conflict');
    expect(await outcomeOf(they.decide(runId, 'sami.rahal', 'approve', { update: 'release' })), 'he chose the account').toBe('duties-conflict');
  });
});

/** Who releases here may also look after suppliers, one of them after documents; who changes suppliers in the ERP may release. */
function withSupplierMaster(shipped: SandboxSet): SandboxSet {
  const more: Record<string, string[]> = { 'vera.noll': ['supplier-master'], 'sami.rahal': ['supplier-master', 'ap-clerk'], 'lars.thoma': ['treasurer'] };
  return { ...shipped, persons: shipped.persons.map((person) => ({ ...person, roles: [...person.roles, ...(more[person.id] ?? []).map((role) => ({ ...person.roles[0]!, role }))] })) };
}
