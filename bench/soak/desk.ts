import type { ReadyNodeProcess } from '../../bin/services/node-process.ts';
import { callersAt, type Caller } from '../../bin/demo/callers.ts';
import { sql } from '../../db/client.ts';
import type { House } from '../../test/support/house.ts';
import { billed } from '../../test/support/invoices.ts';
import { patiently } from '../../test/faults/workday.ts';

/** When a document was first sent, and how long its sender tried until it was accepted. */
export interface Accepted {
  at: number;
  tookMs: number;
}

/** The senders of an installation, with its programs: they go on with the same content when something breaks. */
export class Desk {
  /** Everything that a sender was promised. */
  readonly accepted: string[] = [];
  /** What of it had not ended at the last look. */
  readonly open: string[] = [];
  readonly answers: Accepted[] = [];
  repeated = 0;
  private readonly house: House;
  private readonly orders: number;
  private worker: ReadyNodeProcess;
  private api: ReadyNodeProcess;
  private caller: Promise<Caller> | undefined;

  private constructor(house: House, orders: number, worker: ReadyNodeProcess, api: ReadyNodeProcess) {
    this.house = house;
    this.orders = orders;
    this.worker = worker;
    this.api = api;
  }

  /** With orders for so many documents; what comes after them bills the first ones again. */
  static async open(house: House, documents: number): Promise<Desk> {
    const numbers = Array.from({ length: Math.ceil(documents / billsAnOrder) }, (_, at) => orderNumber(at));
    for (let at = 0; at < numbers.length; at += ordersAtOnce) await house.sandbox.post('/_sandbox/seed', ordersOf(numbers.slice(at, at + ordersAtOnce)));
    const desk = new Desk(house, numbers.length, await house.startWorker(), await house.startApi({ KONTOR_REQUESTS_PER_MINUTE: '999999' }));
    await house.firstPoll('DE01');
    return desk;
  }

  /** Sends the document with this number until it is accepted; amounts differ, so that none looks like another (D5). */
  async send(index: number, needsPerson: boolean): Promise<void> {
    const invoice = needsPerson ? power(index) : steel(index, orderNumber(Math.floor(index / billsAnOrder) % this.orders));
    let tries = 0;
    const began = Date.now();
    await patiently(async () => {
      if (tries++ > 0) this.repeated += 1;
      const { status, body } = await (await this.sender()).post('/v1/invoices', { json: invoice });
      if (status === 401) this.caller = undefined; // the token has grown old
      if (status !== 202 && status !== 200) throw new Error(`intake answered ${status}`);
      const id = String(body.id);
      this.answers.push({ at: began, tookMs: Date.now() - began });
      this.accepted.push(id);
      this.open.push(id);
    });
  }

  /** Forgets what has ended, so that those who work look at what is left only. */
  async forgetEnded(): Promise<void> {
    const ended = await sql<{ id: string }>(this.house.db, `select id from cases where id = any (:open::text[]) and closed_at is not null`, { open: [...new Set(this.open)] });
    const gone = new Set(ended.map(({ id }) => id));
    const left = this.open.filter((id) => !gone.has(id));
    this.open.splice(0, this.open.length, ...left);
  }

  /** As a crash would, and as a supervisor starts it again. */
  async replaceWorker(): Promise<void> {
    await this.worker.kill();
    this.worker = await this.house.startWorker();
  }

  async replaceApi(): Promise<void> {
    await this.api.kill();
    this.api = await this.house.startApi({ KONTOR_REQUESTS_PER_MINUTE: '999999' });
  }

  private async sender(): Promise<Caller> {
    const { bindAddress, apiPort } = this.house.settings;
    this.caller ??= callersAt(`http://${bindAddress}:${apiPort}`)('anna.berg');
    return this.caller.catch((error: unknown) => {
      this.caller = undefined;
      throw error;
    });
  }
}

/** As an order that is delivered over months: each further bill is compared with those before it. */
const billsAnOrder = 20;
const ordersAtOnce = 200;
const ordered = '99000000000';

function orderNumber(at: number): string {
  return `45-SOAK-${at + 1}`;
}

function ordersOf(numbers: readonly string[]) {
  const item = { itemNo: '10', text: 'Blech', orderedQty: ordered, netPrice: '0.01', commodityGroup: 'STEEL', glAccount: '400100', costCenter: 'CC-4100', taxRate: '19', plantCode: '1000', goodsRecipient: 'petra.lang' };
  return {
    companyCode: 'DE01',
    orders: numbers.map((orderNo) => ({ orderNo, vendorNo: '100001', currencyCode: 'EUR', orderDate: '2026-10-01', purchaser: 'ines.koch', requisitioner: 'lena.vogt', items: [item] })),
    movements: numbers.map((orderNo) => ({ movementType: '101', orderNo, itemNo: '10', qty: ordered, postingDate: '2026-11-16', postedBy: 'petra.lang' })),
  };
}

function steel(index: number, order: string) {
  return billed({ lines: [{ orderNumber: order, orderLine: '10', quantity: String((index + 100) * 3), price: '0.01' }] });
}

function power(index: number) {
  return billed({ lines: [{ quantity: '1', price: (30 + (index + 100) * 0.03).toFixed(2), name: 'Strom' }], seller: { name: 'Stadtwerke Musterstadt GmbH', vatId: 'DE142900886' }, iban: 'DE21500999000010000106' });
}
