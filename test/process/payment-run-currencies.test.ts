import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SandboxSet } from '../../db/seed.ts';
import { exclusionsOf, readRun } from '../../db/repositories/payment-runs.ts';
import { instructionsOf, type StoredInstruction } from '../../db/repositories/payments.ts';
import type { PaymentPolicy } from '../../domain/policy/index.ts';
import { openHouse, type House } from '../support/house.ts';
import { billed, submit } from '../support/invoices.ts';
import { germanIban } from '../support/many-payables.ts';
import { outcomeOf, people } from '../support/people.ts';
import { payments } from '../support/payments.ts';
import { describeWithServices } from '../support/services.ts';

const supplier = { vendorNo: '700001', legalName: 'Ohio Valves Inc', vatRegNo: 'DE300000011', iban: germanIban(7) };

describeWithServices('P11: a payment run of several currencies, on real parts', () => {
  let house: House;
  let they: ReturnType<typeof people>;
  let pay: ReturnType<typeof payments>;

  beforeAll(async () => {
    house = await openHouse({ set: payingDollars });
    they = people(house);
    pay = payments(house, they);
    await house.sandbox.post('/_sandbox/seed?service=erp', {
      companyCode: 'DE01',
      vendors: [{ vendorNo: supplier.vendorNo, legalName: supplier.legalName, countryCode: 'DE', currencyCode: 'USD', vatRegNo: supplier.vatRegNo, banking: [{ bankKey: 'B1', holder: supplier.legalName, countryCode: 'DE', iban: supplier.iban }] }],
      orders: [{ orderNo: '4700000001', vendorNo: supplier.vendorNo, currencyCode: 'USD', orderDate: '2026-09-16', purchaser: 'ines.koch', requisitioner: 'lena.vogt', items: [{ itemNo: '10', text: 'Valve', orderedQty: '1', netPrice: '1000.00', commodityGroup: 'STEEL', glAccount: '400100', costCenter: 'CC-4100', taxRate: '19', plantCode: '1000', goodsRecipient: 'petra.lang' }] }],
      movements: [{ movementType: '101', orderNo: '4700000001', itemNo: '10', qty: '1', postingDate: '2026-10-02', postedBy: 'petra.lang' }],
    });
    await house.startWorker();
    await house.firstPoll('DE01');
    await pay.posted('4');
    const { caseId } = await submit(house.db, billed({ currency: 'USD', seller: { name: supplier.legalName, vatId: supplier.vatRegNo }, iban: supplier.iban, lines: [{ orderNumber: '4700000001', orderLine: '10', quantity: '1', price: '1000.00' }] }));
    await house.stage(caseId, 'posted', 60_000);
  });
  afterAll(() => house.dispose());

  it('total, limit and approval count every currency, and so does what is left when one is taken out', async () => {
    const runId = await pay.proposed();
    const paid = await instructionsOf(house.db, runId);
    expect(amounts(paid)).toEqual(['119000 USD', '17136 EUR']);
    // 1,190.00 USD at 0.8625 are 1,026.375 EUR, half up 1,026.38; with 171.36 EUR 1,197.74.
    expect(await readRun(house.db, runId)).toMatchObject({ currency: 'EUR', totalMinor: '119774', instructions: 2, items: 2 });
    const task = await they.openTask(runId);
    expect([task.amount, task.title]).toEqual([{ currency: 'EUR', minor: '119774' }, expect.stringContaining('171.36 EUR and 1190.00 USD, together 1197.74 EUR')]);
    expect(await exclusionsOf(house.db, runId)).toEqual([]);

    const euros = paid.find(({ amount }) => amount.currency === 'EUR')!;
    const { contentHash } = (await readRun(house.db, runId))!;
    const taken = they.say(runId, { update: 'removeItem', decision: 'removeItem', person: 'anna.berg', decisionHash: contentHash!, payload: { endToEndIds: [euros.endToEndId], reason: 'Later' } });
    expect(await outcomeOf(taken)).toBe('accepted');
    expect(await readRun(house.db, runId)).toMatchObject({ currency: 'EUR', totalMinor: '102638', instructions: 1, items: 1 });
    expect((await they.openTask(runId)).amount).toEqual({ currency: 'EUR', minor: '102638' });
  });
});

function amounts(payments: readonly StoredInstruction[]): string[] {
  return payments.map(({ amount }) => `${amount.minor} ${amount.currency}`).sort();
}

/** DE01 also pays dollars, from its account in euros. */
function payingDollars(shipped: SandboxSet): SandboxSet {
  return {
    ...shipped,
    policies: shipped.policies.map((policy) => (policy.kind === 'payments' && policy.name === 'standard-eur' ? { ...policy, content: withDollars(policy.content as PaymentPolicy) } : policy)),
  };
}

function withDollars(policy: PaymentPolicy): PaymentPolicy {
  return { ...policy, methods: [...policy.methods, { currency: 'USD', method: 'credit-transfer', chargeBearer: 'SHAR' }] };
}
