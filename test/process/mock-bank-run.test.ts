import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SandboxSet } from '../../db/seed.ts';
import { sql } from '../../db/client.ts';
import { readBlob } from '../../db/repositories/blobs.ts';
import { listHolds } from '../../db/repositories/payables.ts';
import { readRun } from '../../db/repositories/payment-runs.ts';
import { instructionsOf } from '../../db/repositories/payments.ts';
import { publicData } from '../documents/invoice/public-files.ts';
import { openHouse, type House } from '../support/house.ts';
import { billed, submit } from '../support/invoices.ts';
import { describeWithMockBank, startMockBank, type MockBank } from '../support/mock-bank.ts';
import { germanIban } from '../support/many-payables.ts';
import { outcomeOf, people } from '../support/people.ts';
import { payments } from '../support/payments.ts';
import { describeWithServices } from '../support/services.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';

/** What mock-bank says of a payment on its own pages. */
interface MockPayment {
  end_to_end_id: string;
  amount: number;
  status: 'accepted' | 'rejected' | 'returned';
  reason: string | null;
  booked_at: string | null;
  msg_id: string;
}

/** The official schemas, where they are at hand: every file is then checked against them before it leaves. */
const schemas = join(publicData, 'bank/xsd');
const count = 50;
const payer = 'NL41MOCK0000000001';
/** The accounts of its that take no money; everything else lies at other banks. */
const ibans: Record<number, string> = { 10: 'NL57MOCK0000000004', 24: 'NL84MOCK0000000003' };
const tooLarge = 49;

describeWithServices('50 invoices', () =>
  describeWithMockBank('paid through a bank that others wrote, judged by its own books', () => {
    let mock: MockBank;
    let line: TcpProxy;
    let house: House;
    let they: ReturnType<typeof people>;
    let pay: ReturnType<typeof payments>;
    const cases: string[] = [];

    beforeAll(async () => {
      const today = new Date().toISOString().slice(0, 10);
      mock = await startMockBank(['--clock', `${today}T20:00`]); // behind its cut-off: on a day on which it works it would book at once
      line = await startTcpProxy(mock.url);
      house = await openHouse({ set: (shipped) => withMockBank(shipped, line.url) });
      they = people(house);
      pay = payments(house, they);
      await house.sandbox.post('/_sandbox/seed?service=erp', { companyCode: 'DE01', vendors: each(vendorOf), orders: each(orderOf), movements: each(receiptOf) });
      await house.startWorker(existsSync(schemas) ? { KONTOR_BANK_SCHEMAS: schemas } : {});
      await house.firstPoll('DE01');
      cases.push(...(await Promise.all(each((at) => submit(house.db, invoiceOf(at))))).map(({ caseId }) => caseId));
      for (const caseId of cases) await house.stage(caseId, 'posted', 120_000);
    });
    afterAll(async () => {
      await house?.dispose();
      await line?.close();
      await mock?.stop();
    });

    const books = async (runId: string) => (await mock.get<MockPayment[]>('/_mock/payments')).filter(({ msg_id }) => msg_id === runId);
    const nextDay = async () => mock.advanceTo((await mock.get<{ clock: { nextBusinessDay: string } }>('/_mock/state')).clock.nextBusinessDay);
    const stages = async () => (await sql<{ id: string; stage: string; state: string }>(house.db, `select id, stage, state from cases where id = any (:cases)`, { cases })).reduce<Record<string, number>>((counts, { stage, state }) => ({ ...counts, [state === 'running' ? stage : state]: (counts[state === 'running' ? stage : state] ?? 0) + 1 }), {});
    const bankCases = async () => (await sql<{ code: string }>(house.db, `select distinct code from exceptions where case_id is null and origin = 'payment' order by code`)).map(({ code }) => code);
    const endToEndOf = async (runId: string, at: number) => (await instructionsOf(house.db, runId)).find(({ instruction }) => instruction.items.includes(cases[at]!))!.endToEndId;

    const fileOf = async (runId: string) => (await readBlob(house.db, 'DE01', (await readRun(house.db, runId))!.fileSha256!))!.bytes.toString();

    it('accepted, closed account, unknown bank, too little money, the file twice, a return, a hole in the statement', async () => {
      await mock.patch('/_mock/accounts/ACME', { balance: 300_000, behaviour: 'insufficient-funds' });
      line.strike('POST', { kind: 'repeat' });
      const runId = await pay.proposed();
      await pay.release(runId);
      await pay.untilSent(runId);
      expect(await mock.validate(await fileOf(runId))).toMatch(new RegExp(`\\b${count} payments, 0 findings`));
      expect(line.passed().filter(({ method }) => method === 'POST').map(({ status }) => status), 'delivered twice, taken once').toEqual([202, 422]);

      await expect.poll(stages, { timeout: 60_000 }).toEqual({ posted: count - 3, 'payment-rejected': 3 });
      const received = await books(runId);
      expect(received).toHaveLength(count);
      const rejected = received.filter(({ status }) => status === 'rejected').map(({ end_to_end_id, reason }) => [end_to_end_id, reason]);
      expect(new Map(rejected as [string, string][])).toEqual(new Map([[await endToEndOf(runId, 10), 'RC01'], [await endToEndOf(runId, 24), 'AC04'], [await endToEndOf(runId, tooLarge), 'AM04']]));

      const returned = await endToEndOf(runId, 7);
      await mock.behave('ACME', 'return-later', { days: 2, reason: 'MD07', end_to_end_id: returned });
      await nextDay();
      await expect.poll(stages, { timeout: 60_000 }).toEqual({ paid: count - 3, 'payment-rejected': 3 });
      await mock.behave('ACME', 'statement-gap');
      await nextDay();
      await expect.poll(bankCases, { timeout: 30_000 }).toContain('statement-unbalanced');
      await nextDay();
      await expect.poll(stages, { timeout: 60_000 }).toEqual({ paid: count - 4, 'payment-rejected': 3, 'payment-returned': 1 });
      expect((await house.stage(cases[7]!, 'payment-returned')).case.state).toBe('running');
      await house.ended(runId, 'partly-returned');
      expect((await listHolds(house.db, { entities: ['DE01'], open: true })).map(({ subject, subjectId }) => [subject, subjectId])).toEqual([['bank-account', expect.stringContaining(supplierOf(7))]]);

      const settled = await books(runId);
      const paid = (await instructionsOf(house.db, runId)).filter(({ state }) => state === 'confirmed');
      const booked = settled.filter(({ status, booked_at }) => status === 'accepted' && booked_at !== null);
      expect(paid.map(({ endToEndId, amount }) => [endToEndId, amount.minor]).sort(), 'paid means booked there').toEqual(booked.map(({ end_to_end_id, amount }) => [end_to_end_id, String(amount)]).sort());
      expect(settled.filter(({ status }) => status === 'returned').map(({ end_to_end_id }) => end_to_end_id)).toEqual([returned]);
      const { balance } = await mock.get<{ balance: number }>('/_mock/accounts/ACME');
      expect(balance).toBe(300_000 - booked.reduce((sum, { amount }) => sum + amount, 0));
      expect(await bankCases(), 'the days after the hole follow it').not.toContain('statement-gap');
    });

    it('a silent bank: no status comes, the booked debit confirms; the next attempt of a rejected payment has an id of its own', async () => {
      await mock.patch('/_mock/accounts/ACME', { balance: 2_000_000, behaviour: 'silent' });
      expect(await outcomeOf(they.resolve(cases[tooLarge]!, 'lars.thoma', 'retry'))).toBe('accepted');
      const { runId, payment } = await pay.sent();
      expect((await books(runId)).map(({ end_to_end_id, amount }) => [end_to_end_id, String(amount)])).toEqual([[payment.endToEndId, payment.amount.minor]]);
      await nextDay();
      await nextDay();
      await house.ended(cases[tooLarge]!, 'paid');
      await house.ended(runId, 'confirmed');
      expect((await instructionsOf(house.db, runId)).map(({ bankStatus, state }) => [bankStatus, state])).toEqual([[null, 'confirmed']]);
      const all = await mock.get<MockPayment[]>('/_mock/payments');
      expect(new Set(all.map(({ end_to_end_id }) => end_to_end_id)).size, 'no id was ever used twice').toBe(all.length);
    });
  }),
);

/** DE01 pays from an account at mock-bank; the sandbox stays its ERP and its screening service. */
function withMockBank(shipped: SandboxSet, baseUrl: string): SandboxSet {
  const bank = {
    adapter: 'iso20022',
    settings: { pain001: 'pain.001.001.09', transport: { kind: 'mock-bank', baseUrl, timeoutMs: 5_000, settleWindowMs: 8_000 } },
    accounts: [{ id: 'main', holder: 'ACME Corporation', currency: 'EUR', iban: payer, bic: 'MOCKNL2A', calendar: 't2' as const }],
  };
  return { ...shipped, entities: shipped.entities.map((entity) => (entity.id === 'DE01' ? { ...entity, bank } : entity)) };
}

function each<Value>(make: (at: number) => Value): Value[] {
  return Array.from({ length: count }, (_, at) => make(at));
}

const supplierOf = (at: number) => String(600_000 + at);
const orderNumber = (at: number) => String(4_600_000_000 + at);
const priceOf = (at: number) => (at === tooLarge ? '5000.00' : `${10 + at}.00`);

function vendorOf(at: number): object {
  return { vendorNo: supplierOf(at), legalName: nameOf(at), countryCode: 'DE', currencyCode: 'EUR', vatRegNo: vatId(at), banking: [{ bankKey: 'B1', holder: nameOf(at), countryCode: 'DE', iban: ibans[at] ?? germanIban(at) }] };
}

function orderOf(at: number): object {
  return { orderNo: orderNumber(at), vendorNo: supplierOf(at), currencyCode: 'EUR', orderDate: '2026-09-16', purchaser: 'ines.koch', requisitioner: 'lena.vogt', items: [{ itemNo: '10', text: 'Edelstahlrohr', orderedQty: '1', netPrice: priceOf(at), commodityGroup: 'STEEL', glAccount: '400100', costCenter: 'CC-4100', taxRate: '19', plantCode: '1000', goodsRecipient: 'petra.lang' }] };
}

function receiptOf(at: number): object {
  return { movementType: '101', orderNo: orderNumber(at), itemNo: '10', qty: '1', postingDate: '2026-10-02', postedBy: 'petra.lang' };
}

function invoiceOf(at: number) {
  return billed({ number: `FIFTY-${at}-${'ABCDEFGH'[at % 8]}`, seller: { name: nameOf(at), vatId: vatId(at) }, iban: ibans[at] ?? germanIban(at), lines: [{ orderNumber: orderNumber(at), orderLine: '10', quantity: '1', price: priceOf(at) }] });
}

function nameOf(at: number): string {
  return `Werk ${['Nord', 'Ost', 'Süd', 'West', 'Mitte'][at % 5]} ${['Alpha', 'Beta', 'Gamma', 'Delta', 'Epsilon', 'Zeta', 'Eta', 'Theta', 'Iota', 'Kappa'][Math.floor(at / 5)]} GmbH`;
}

/** A German number with its check digit (ISO 7064 MOD 11,10). */
function vatId(at: number): string {
  const digits = String(81_300_000 + at);
  let product = 10;
  for (const digit of digits) product = (2 * ((Number(digit) + product) % 10 || 10)) % 11;
  return `DE${digits}${(11 - product) % 10}`;
}
