import type { ReadyNodeProcess } from '../../bin/services/node-process.ts';
import { readCase } from '../../db/repositories/cases.ts';
import { outboxBacklog } from '../../db/repositories/outbox.ts';
import type { House } from '../support/house.ts';
import { billed, submit } from '../support/invoices.ts';
import type { Door } from './door.ts';
import { isSend, judge, type Judgement } from './invariants.ts';
import { openLines, type Lines } from './lines.ts';
import { nameOf, scheduleOf, type Fault, type RoundSize, type Schedule } from './schedule.ts';
import { patiently, pause, unsettled, workUntilPaid } from './workday.ts';

/** One seed: a schedule of crashes and faults while documents flow and are paid, then quiet, then the judgement. */
export interface Round {
  seed: number;
  /** A whole day where it does not say. */
  form?: 'payments';
  documents: number;
  faults: string[];
  /** Sends that reached a counterpart in this round. */
  attempted: number;
  /** From the last fault until everything that was accepted is paid. */
  recoveryMs: number;
  judgement: Judgement;
}

/** Plays a seed; the same seed gives the same schedule. Documents and decisions come through the door; `accepted` collects what was promised to senders in all rounds so far. */
export async function playRound(house: House, door: Door, seed: number, size: RoundSize, accepted: string[]): Promise<Round> {
  const schedule = scheduleOf(seed, size);
  const sentBefore = (await sendsOf(house)).length;
  const lines = await openLines(house);
  let worker = await house.startWorker(lines.env);
  const own: string[] = [];
  let moreToCome = true;
  const flowing = flow(house, door, schedule, own, accepted.length).finally(() => (moreToCome = false));
  flowing.catch(() => undefined);
  const working = workUntilPaid(house, own, () => moreToCome, { approve: door.approve });
  working.catch(() => undefined);
  for (const { afterMs, fault } of schedule.strikes) {
    await pause(afterMs);
    if (!(await struckAtDoor(door, fault))) await strike(house, lines, fault, async () => { worker = await replaced(house, lines, worker); });
  }
  const lastFault = Date.now();
  await flowing;
  await working;
  const recoveryMs = Date.now() - lastFault;
  await house.sandbox.clearFaults();
  await until(async () => (await outboxBacklog(house.db)).waiting === 0);
  const open = await unsettled(house, own);
  const shown = await differentlyShown(house, own);
  await worker.stop();
  await lines.close();
  accepted.push(...own);
  const judgement = await judge(house, accepted);
  return {
    seed, documents: own.length, faults: schedule.strikes.map(({ fault }) => nameOf(fault)), attempted: (await sendsOf(house)).length - sentBefore, recoveryMs,
    judgement: { ...judgement, broken: [...judgement.broken, ...open, ...shown] },
  };
}

export async function strike(house: House, lines: Lines, fault: Fault, replaceWorker: () => Promise<void>): Promise<void> {
  if ('line' in fault) lines.strike(fault.line, fault.stallMs);
  else if (!('part' in fault)) await house.sandbox.post('/_sandbox/faults', { route: 'erp.invoices.post', ...fault });
  else if (fault.part === 'worker') await replaceWorker();
  else if (fault.part === 'database') await house.services?.postgres?.kill();
  else await house.services?.temporal?.kill();
}

/** Whether it was a fault of the API or of its callers. */
async function struckAtDoor(door: Door, fault: Fault): Promise<boolean> {
  if ('caller' in fault) door.strike(fault.caller);
  else if ('line' in fault && fault.of === 'api') door.lines.strike(fault.line, fault.stallMs);
  else if ('part' in fault && fault.part === 'api') await door.kill();
  else return false;
  return true;
}

async function replaced(house: House, lines: Lines, worker: ReadyNodeProcess): Promise<ReadyNodeProcess> {
  await worker.kill();
  return house.startWorker(lines.env);
}

/** Sends that reached a counterpart so far. */
export async function sendsOf(house: House): Promise<unknown[]> {
  const { items } = await house.sandbox.get<{ items: { route: string }[] }>('/_sandbox/requests');
  return items.filter(({ route }) => isSend(route));
}

/**
 * Documents of amounts that no other round of the house has: equal amounts of one supplier would rightly be questioned (D5).
 * They are small, so that nobody has to approve them, but for those of the supplier of energy.
 */
async function flow(house: House, door: Door, { seed, documents }: Schedule, accepted: string[], before: number): Promise<void> {
  const orderNumber = `45-${seed}-${before}`;
  const quantity = (index: number): number => (before + index + 100) * 3;
  await orderWithoutEnd(house, orderNumber);
  for (const [index, { afterMs, approved }] of documents.entries()) {
    await pause(afterMs);
    const matched = billed({ lines: [{ orderNumber, orderLine: '10', quantity: String(quantity(index)), price: '0.01' }] });
    const power = billed({ lines: [{ quantity: '1', price: (30 + quantity(index) / 100).toFixed(2), name: 'Strom' }], seller: { name: 'Stadtwerke Musterstadt GmbH', vatId: 'DE142900886' }, iban: 'DE21500999000010000106' });
    accepted.push(await door.enter(approved ? power : matched));
  }
}

/** An order whose line 10, at 0.01 EUR, has been received in whatever quantity is invoiced. */
export async function orderWithoutEnd(house: House, orderNumber: string): Promise<void> {
  await house.sandbox.post('/_sandbox/seed', {
    companyCode: 'DE01',
    orders: [{ orderNo: orderNumber, vendorNo: '100001', currencyCode: 'EUR', orderDate: '2026-10-01', purchaser: 'ines.koch', requisitioner: 'lena.vogt', items: [{ itemNo: '10', text: 'Blech', orderedQty: '900000000', netPrice: '0.01', commodityGroup: 'STEEL', glAccount: '400100', costCenter: 'CC-4100', taxRate: '19', plantCode: '1000', goodsRecipient: 'petra.lang' }] }],
    movements: [{ movementType: '101', orderNo: orderNumber, itemNo: '10', qty: '900000000', postingDate: '2026-11-16', postedBy: 'petra.lang' }],
  });
}

/** I8 in the process itself: what its query shows is what the lists show. */
async function differentlyShown(house: House, ids: readonly string[]): Promise<string[]> {
  const broken: string[] = [];
  for (const id of ids) {
    const found = await readCase(house.db, id);
    if (!found) continue;
    const shown = await house.client.workflow.getHandle(found.case.workflowId).query<typeof found.progress>('progress');
    if (JSON.stringify(shown.decisions) !== JSON.stringify(found.progress.decisions) || shown.stage !== found.progress.stage) broken.push(`I8: the process of ${id} shows ${shown.stage} with ${shown.decisions.length} decisions, the lists ${found.progress.stage} with ${found.progress.decisions.length}`);
  }
  return broken;
}

/** Nothing was promised to whoever got an error; the sender tries again with the same content. */
export async function enter(house: House, invoice: ReturnType<typeof billed>, accepted: string[]): Promise<string> {
  let caseId = '';
  await patiently(async () => {
    caseId = (await submit(house.db, invoice)).caseId;
    accepted.push(caseId);
  });
  return caseId;
}

export async function until(happened: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await happened()); tries += 1) {
    if (tries > 1_200) throw new Error('it did not happen');
    await pause(50);
  }
}
