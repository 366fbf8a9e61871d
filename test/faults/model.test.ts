import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ReadyNodeProcess } from '../../bin/services/node-process.ts';
import { tasksOf } from '../../db/repositories/approvals.ts';
import { readCase } from '../../db/repositories/cases.ts';
import { openExceptionsOf } from '../../db/repositories/exceptions.ts';
import type { ErpDocument } from '../../sandbox/erp/documents.ts';
import { readSettings } from '../../temporal-config/settings.ts';
import { openHouse, type House } from '../support/house.ts';
import { billed, submit } from '../support/invoices.ts';
import { people } from '../support/people.ts';
import { describeWithServices } from '../support/services.ts';
import { judge } from './invariants.ts';
import { pause } from './workday.ts';
import { generator } from './schedule.ts';

/**
 * Random orders, receipts, returns, invoices, credits, approvals and rejections, while the worker is killed between and
 * during them. The test remembers nothing but the ids that it was promised: what is where is read from the database and
 * from the counterpart's ledger. Afterwards the ledger alone must show that nothing was billed beyond what was received
 * (M9) or allowed (M8), and that GR/IR holds what the quantities say (G6).
 */
const isLong = readSettings().faultSeeds !== undefined;
const steps = isLong ? 120 : 14;
const seeds = isLong ? [1, 2, 3] : [1];
const price = 1_000n;
const grir = '191100';

describeWithServices('random business with crashes', () => {
  let house: House;
  let they: ReturnType<typeof people>;
  let worker: ReadyNodeProcess;
  const accepted: string[] = [];

  beforeAll(async () => {
    house = await openHouse({ processingLimitMs: 800, erpTimeoutMs: 600 });
    they = people(house);
    worker = await house.startWorker();
    await house.firstPoll('DE01');
  });
  afterAll(() => house.dispose());

  const orderNo = (seed: number, line: number) => `MODEL-${seed}-${line}`;
  const documentsOf = async (order: string) => (await house.sandbox.ledger({ entity: 'DE01' })).documents.filter(({ quantities }) => quantities.some((entry) => entry.orderNo === order));
  const move = (movementType: '101' | '122', order: string, qty: number) => house.sandbox.post('/erp/DE01/material-documents', { movementType, orderNo: order, itemNo: '10', qty: String(qty), postingDate: '2026-11-17', postedBy: 'petra.lang' });

  async function placeOrders(seed: number): Promise<string[]> {
    const orders = [1, 2, 3].map((line) => orderNo(seed, line));
    await house.sandbox.post('/_sandbox/seed', {
      companyCode: 'DE01', movements: [],
      orders: orders.map((order) => ({ orderNo: order, vendorNo: '100001', currencyCode: 'EUR', orderDate: '2026-10-01', purchaser: 'ines.koch', requisitioner: 'lena.vogt', items: [{ itemNo: '10', text: 'Teil', orderedQty: '5000', netPrice: '10.00', commodityGroup: 'PARTS', glAccount: '400200', costCenter: 'CC-4100', taxRate: '19', plantCode: '1000', goodsRecipient: 'petra.lang' }] })),
    });
    return orders;
  }

  async function bill(order: string, quantity: number, unitPrice: string, credited?: string): Promise<void> {
    const { caseId } = await submit(house.db, billed({ ...(credited ? { class: 'credit-note' as const, preceding: [credited] } : {}), lines: [{ orderNumber: order, orderLine: '10', quantity: String(quantity), price: unitPrice }] }));
    accepted.push(caseId);
  }

  /** Part of a live invoice goes back, and the supplier credits it. */
  async function returnAndCredit(order: string, random: () => number): Promise<void> {
    await calm();
    const live = (await documentsOf(order)).filter(({ docType, status }) => docType === 'INV' && status === 'POSTED');
    const invoice = live[Math.floor(random() * live.length)];
    const billedQuantity = Number(invoice?.quantities[0]?.invoiced ?? 0);
    if (!invoice || billedQuantity < 2) return;
    const unit = (Number(invoice.quantities[0]!.invoicedValue) / billedQuantity).toFixed(2);
    await move('122', order, 1);
    await bill(order, 1, unit, invoice.vendorInvoiceNo);
  }

  /** Everybody answers what they are asked: approvers approve, owners reject what stops; nobody overrides. */
  async function everybodyAnswers(): Promise<void> {
    for (const id of accepted) {
      const found = await readCase(house.db, id);
      if (!found || found.case.closedAt !== undefined) continue;
      if (found.case.stage === 'approval') {
        const [task] = await tasksOf(house.db, id, 'open');
        if (task) await they.decide(id, task.candidatePersons[0] ?? 'oskar.lind', 'approve', { task }).catch(() => undefined);
      }
      const [exception] = found.case.stage === 'exception' ? await openExceptionsOf(house.db, id) : [];
      if (exception) await they.resolve(id, 'lars.thoma', 'reject', { reasonCode: 'QTY', payload: { reason: 'not as ordered', target: 'supplier' } }).catch(() => undefined);
    }
  }

  const resting = new Set(['posted', 'awaiting-receipt', 'ended']);
  /** Until every case rests: posted, ended, or waiting for goods. */
  async function calm(): Promise<void> {
    for (const until = Date.now() + 240_000; ; await pause(200)) {
      const stages = await Promise.all(accepted.map(async (id) => (await readCase(house.db, id))?.case.stage ?? 'unknown'));
      if (stages.every((stage) => resting.has(stage))) return;
      if (Date.now() > until) throw new Error(`still moving: ${[...new Set(stages.filter((stage) => !resting.has(stage)))].join(', ')}`);
      await everybodyAnswers();
    }
  }

  async function play(seed: number): Promise<string[]> {
    const random = generator(seed);
    const orders = await placeOrders(seed);
    const amount = (most: number) => 1 + Math.floor(random() * most);
    for (const order of orders) await move('101', order, 20);
    for (let step = 0; step < steps; step += 1) {
      const order = orders[Math.floor(random() * orders.length)]!;
      const dice = random();
      if (dice < 0.25) await move('101', order, amount(30));
      else if (dice < 0.7) await bill(order, amount(25), ['10.00', '10.00', '10.17', '10.41', '11.50'][Math.floor(random() * 5)]!);
      else if (dice < 0.8) await returnAndCredit(order, random);
      else if (dice < 0.9) await everybodyAnswers();
      else {
        await pause(random() * 400);
        await worker.kill();
        worker = await house.startWorker();
      }
    }
    await calm();
    for (const order of orders) await move('101', order, 1_000); // whatever waits for goods gets them
    await pause(2_000); // the next look at the ERP's changes
    await calm();
    return orders;
  }

  it.each(seeds)('seed %i: GR/IR, quantities and values agree in the ledger', async (seed) => {
    let invoices = 0;
    for (const order of await play(seed)) {
      const documents = await documentsOf(order);
      invoices += documents.filter(({ docType }) => docType === 'INV').length;
      expect({ order, faults: faultsOf(documents, order) }).toEqual({ order, faults: [] });
    }
    expect(invoices).toBeGreaterThan(1);
    expect((await judge(house, accepted)).broken).toEqual([]);
  }, 1_200_000);
});

/** Follows the ledger of an order line document by document, with whole units and cents. */
function faultsOf(documents: readonly ErpDocument[], order: string): string[] {
  const faults: string[] = [];
  let [received, invoiced, value, clearing] = [0n, 0n, 0n, 0n];
  for (const document of documents) {
    for (const effect of document.quantities.filter((entry) => entry.orderNo === order)) {
      received += BigInt(effect.received ?? '0');
      invoiced += BigInt(effect.invoiced ?? '0');
      value += cents(effect.invoicedValue ?? '0');
    }
    clearing += document.lines.filter(({ account, orderNo }) => account === grir && orderNo === order).reduce((sum, { amount }) => sum + cents(amount), 0n);
    if (clearing !== -(received - invoiced) * price) faults.push(`G6 after ${document.documentNo}: GR/IR is ${clearing}, the quantities say ${-(received - invoiced) * price}`);
    if (document.docType !== 'INV') continue;
    const variance = value - invoiced * price;
    if (invoiced > received) faults.push(`M9 after ${document.documentNo}: ${invoiced} billed of ${received}`);
    if (variance > 40_000n || variance * 100n > invoiced * price * 5n) faults.push(`M8 after ${document.documentNo}: ${variance} over what ${invoiced} entitle to`);
  }
  return faults;
}

function cents(amount: string): bigint {
  const [whole = '0', fraction = ''] = amount.replace('-', '').split('.');
  return BigInt(`${whole}${fraction.padEnd(2, '0')}`) * (amount.startsWith('-') ? -1n : 1n);
}
