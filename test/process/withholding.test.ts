import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SandboxSet } from '../../db/seed.ts';
import { readRun } from '../../db/repositories/payment-runs.ts';
import { paymentsOfCase } from '../../db/repositories/payments.ts';
import type { TaxPolicy } from '../../domain/policy/tax.ts';
import { describeWithServices } from '../support/services.ts';
import { workingHouse, type WorkingHouse } from '../support/working-house.ts';

describeWithServices('T6: a payment of which tax is withheld, on real parts', () => {
  let house: WorkingHouse['house'];
  let they: WorkingHouse['they'];
  let pay: WorkingHouse['pay'];
  let dispose: WorkingHouse['dispose'];

  beforeAll(async () => {
    ({ house, they, pay, dispose } = await workingHouse({ set: withholding }));
  });
  afterAll(() => dispose());

  it('the supplier gets the rest, the tax office is owed what was withheld, and the document is paid in full', async () => {
    const caseId = await pay.posted('4');
    const { runId, payment } = await pay.sent();
    // 144.00 net and 171.36 gross; 15.825 % of the net amount are 22.788, half up 22.79.
    expect(payment.amount).toEqual({ currency: 'EUR', minor: '14857' });
    expect(await readRun(house.db, runId)).toMatchObject({ totalMinor: '14857', withheldMinor: '2279', discountMinor: '0' });
    expect((await house.db.raw<{ rows: { title: string }[] }>(`select title from tasks where case_id = ?`, [runId])).rows.map(({ title }) => title)).toContainEqual(expect.stringContaining('22.79 EUR tax withheld'));

    await pay.bankDays(6);
    await house.ended(caseId, 'paid');
    expect(await paymentsOfCase(house.db, caseId)).toMatchObject([{ settled: { minor: '17136' }, discount: { minor: '0' }, withheld: { minor: '2279' }, amount: { minor: '14857' }, state: 'confirmed' }]);

    const inErp = async () => (await house.sandbox.ledger({ externalReference: `ap-payment:DE01:${payment.endToEndId}:book:1` })).documents;
    await expect.poll(async () => (await inErp()).length, { timeout: 20_000 }).toBe(1);
    const [booked] = await inErp();
    expect(booked!.lines.map(({ account, amount }) => [account, amount])).toEqual([['160000', '171.36'], ['113100', '-148.57'], ['174000', '-22.79']]);
    const { payments: atBank } = await house.sandbox.bankLedger({ endToEndId: payment.endToEndId });
    expect(atBank).toMatchObject([{ state: 'booked', amount: { minor: '14857' }, remittance: [expect.stringContaining('LESS WITHHOLDING TAX 22.79 EUR')] }]);

    await house.client.schedule.getHandle('sched/payment-reconciliation/DE01').trigger();
    await expect.poll(async () => (await house.db.raw<{ rows: { data: { differences: number } }[] }>(`select event::jsonb -> 'data' as data from audit_events where action = 'payments.reconciled'`)).rows.at(-1)?.data.differences, { timeout: 30_000 }).toBe(0);
  });
});

/** Everything from Germany is taxed at the source here. */
function withholding(shipped: SandboxSet): SandboxSet {
  const rule = { id: 'DE-50A', name: 'Income of non-residents', rate: '15.825', base: 'net' as const, countries: ['DE'], from: '2026-01-01' };
  return { ...shipped, policies: shipped.policies.map((policy) => (policy.kind === 'tax' && policy.name === 'europe' ? { ...policy, content: { ...(policy.content as TaxPolicy), withholding: [rule] } } : policy)) };
}
