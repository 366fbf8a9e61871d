import type { ReadyNodeProcess } from '../../bin/services/node-process.ts';
import { outboxBacklog } from '../../db/repositories/outbox.ts';
import type { House } from '../support/house.ts';
import { billed, submit } from '../support/invoices.ts';
import { judge, type Judgement } from './invariants.ts';

/** One seed: a schedule of crashes and faults while documents flow, then quiet, then the judgement. */
export interface Round {
  seed: number;
  faults: string[];
  /** From the last fault until everything that was accepted is posted. */
  recoveryMs: number;
  judgement: Judgement;
}

const documentsARound = 6;
const faultsARound = 4;
const counterpartFaults = [
  { kind: 'drop-response', times: 1 }, { kind: 'fail-after-commit', times: 1, status: 500 }, { kind: 'commit-late', times: 1, delayMs: 200 },
  { kind: 'throttle', times: 2, retryAfterSeconds: 1 }, { kind: 'fail-before-commit', times: 2, status: 503 },
];

/** Plays a seed; the same seed gives the same schedule. `accepted` collects what was promised to senders in all rounds so far. */
export async function playRound(house: House, seed: number, accepted: string[]): Promise<Round> {
  const random = generator(seed);
  let worker = await house.startWorker();
  const faults: string[] = [];
  const documents = flow(house, seed, accepted, random);
  for (let count = 0; count < faultsARound; count += 1) {
    await pause(100 + random() * 1_200);
    const [name, strike] = faultOf(house, random, async () => { worker = await replaced(house, worker); });
    faults.push(name);
    await strike();
  }
  const lastFault = Date.now();
  for (const id of await documents) await house.caseWhen(id, ({ case: { stage } }) => stage === 'posted', 120_000);
  const recoveryMs = Date.now() - lastFault;
  await house.sandbox.clearFaults();
  await until(async () => (await outboxBacklog(house.db)).waiting === 0);
  await worker.stop();
  return { seed, faults, recoveryMs, judgement: await judge(house, accepted) };
}

function faultOf(house: House, random: () => number, replaceWorker: () => Promise<void>): [string, () => Promise<unknown>] {
  const kinds: [string, () => Promise<unknown>][] = [
    ['worker', replaceWorker],
    ['worker', replaceWorker],
    ['database', async () => house.services?.postgres?.kill()],
    ['engine', async () => house.services?.temporal?.kill()],
    ...counterpartFaults.map((fault): [string, () => Promise<unknown>] => [fault.kind, () => house.sandbox.post('/_sandbox/faults', { ...fault, route: 'erp.invoices.post' })]),
  ];
  return kinds[Math.floor(random() * kinds.length)] as [string, () => Promise<unknown>];
}

async function replaced(house: House, worker: ReadyNodeProcess): Promise<ReadyNodeProcess> {
  await worker.kill();
  return house.startWorker();
}

/** Documents of amounts that no other round has: equal amounts of one supplier would rightly be questioned (D5). */
async function flow(house: House, seed: number, accepted: string[], random: () => number): Promise<string[]> {
  const orderNumber = `45-${seed}`;
  const quantity = (index: number): string => String(seed * documentsARound + index + 1);
  const wait = Array.from({ length: documentsARound }, () => random() * 700);
  await house.sandbox.post('/_sandbox/seed', {
    companyCode: 'DE01',
    orders: [{ orderNo: orderNumber, vendorNo: '100001', currencyCode: 'EUR', orderDate: '2026-10-01', purchaser: 'ines.koch', requisitioner: 'lena.vogt', items: [{ itemNo: '10', text: 'Blech', orderedQty: '1000000', netPrice: '1.01', commodityGroup: 'STEEL', glAccount: '400100', costCenter: 'CC-4100', taxRate: '19', plantCode: '1000', goodsRecipient: 'petra.lang' }] }],
    movements: [{ movementType: '101', orderNo: orderNumber, itemNo: '10', qty: '1000000', postingDate: '2026-11-16', postedBy: 'petra.lang' }],
  });
  const ids: string[] = [];
  for (let index = 0; index < documentsARound; index += 1) {
    await pause(wait[index] as number);
    ids.push(await enter(house, billed({ lines: [{ orderNumber, orderLine: '10', quantity: quantity(index), price: '1.01' }] }), accepted));
  }
  return ids;
}

/** Nothing was promised to whoever got an error; the sender tries again with the same content. */
export async function enter(house: House, invoice: ReturnType<typeof billed>, accepted: string[]): Promise<string> {
  for (let tries = 0; ; tries += 1) {
    try {
      const { caseId } = await submit(house.db, invoice);
      accepted.push(caseId);
      return caseId;
    } catch (error) {
      if (tries > 100) throw error;
      await pause(200);
    }
  }
}

/** A small generator with a seed, so that a failing schedule can be played again. */
export function generator(start: number): () => number {
  let state = start >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

export async function until(happened: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await happened()); tries += 1) {
    if (tries > 1_200) throw new Error('it did not happen');
    await pause(50);
  }
}
