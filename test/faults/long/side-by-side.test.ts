import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { install as installDbos } from '../../../bench/peers/dbos/install.ts';
import { ownWorker, readSettings } from '../../../temporal-config/settings.ts';
import { openHouse, type House } from '../../support/house.ts';
import { billed, submit } from '../../support/invoices.ts';
import { missingServices } from '../../support/services.ts';
import { bankThatSettles, pause, readyToPay, workUntilPaid } from '../workday.ts';
import { isSend } from '../invariants.ts';
import { paidOnce } from '../paid.ts';
import { addContender, addNotPlayed, type ContenderRow } from '../report.ts';
import { generator } from '../schedule.ts';
import { hear } from '../told.ts';

/**
 * F1, F2 and F3 for ours and for the peers of the benchmarks under the same schedule, judged from the ledgers of ERP and bank alone: what was
 * promised and is not there, and what is there twice. The port to DBOS pays nothing, so that F3 is not played with it.
 */
const { faultReport, faultRevision = 'unknown' } = readSettings();
const documents = 30;
const times = { processingLimitMs: 800, timeoutMs: 1_500 };
const contenders: { who: string; worker: string; pays: boolean; prepare?: () => void }[] = [
  { who: 'ours', worker: ownWorker, pays: true },
  { who: 'temporal-naive', worker: 'bench/peers/temporal-naive/worker.ts', pays: true },
  { who: 'dbos', worker: 'bench/peers/dbos/worker.ts', pays: false, prepare: installDbos },
];

describe.skipIf(missingServices !== undefined)(`side by side with the peers${missingServices === undefined ? '' : ` (needs: ${missingServices})`}`, () => {
  for (const { who, worker, pays, prepare } of contenders) {
    describe(who, () => {
      let house: House | undefined;
      beforeAll(() => prepare?.());
      afterAll(() => house?.dispose());

      it('F1 F2 killed at random and between the commit of the ERP and its answer: nothing is lost or done twice', async () => {
        house = await opened(worker);
        report(who, 'F1 F2', await playCrashes(house, 7));
      }, 1_800_000);

      if (!pays && faultReport !== undefined) addNotPlayed(faultReport, faultRevision, who, 'F3', 'this port pays nothing');
      it.runIf(pays)('F3 the bank takes the file and says nothing: everything is paid once', async () => {
        if (!house) throw new Error('no house');
        report(who, 'F3', await playLostSubmits(house));
      }, 1_800_000);
    });
  }
});

async function opened(worker: string): Promise<House> {
  const house = await openHouse({ processingLimitMs: times.processingLimitMs, erpTimeoutMs: times.timeoutMs, set: readyToPay(times) });
  house.settings.testWorker = worker;
  await bankThatSettles(house);
  return house;
}

/** The worker dies five times while documents flow, and each second time just after the ERP has posted what it will not hear of. */
async function playCrashes(house: House, seed: number): Promise<ContenderRow> {
  const random = generator(seed);
  const before = await counted(house);
  let worker = await house.startWorker();
  const ids: string[] = [];
  const flowing = (async () => {
    for (let index = 0; index < documents; index += 1) {
      ids.push((await submit(house.db, billed({ lines: [{ orderNumber: '4500000118', orderLine: '10', quantity: String(3 + index * 2), price: '0.10' }] }))).caseId);
      await pause(100 + random() * 200);
    }
  })();
  for (let kill = 0; kill < 5; kill += 1) {
    if (kill % 2 === 0) await house.sandbox.post('/_sandbox/faults', { kind: 'drop-response', route: 'erp.invoices.post', times: 2 });
    await pause(300 + random() * 1_500);
    await worker.kill();
    worker = await house.startWorker();
  }
  const lastFault = Date.now();
  await flowing;
  await posted(house, ids);
  await worker.stop();
  return row(house, { kills: 5, before, recoveryMs: Date.now() - lastFault, promised: ids.length });
}

/** The answer to the first file is lost after the bank has taken it in; a second file would be answered with an error. */
async function playLostSubmits(house: House): Promise<ContenderRow> {
  const before = await counted(house);
  const worker = await house.startWorker();
  await house.sandbox.post('/_sandbox/faults', { kind: 'drop-response', route: 'bank.files.post', times: 1 });
  await house.sandbox.post('/_sandbox/faults', { kind: 'fail-after-commit', route: 'bank.files.post', times: 1, status: 500 });
  const began = Date.now();
  const ids = (await hear(house)).events.filter(({ action }) => action === 'intake.accepted').map((event) => String(event.case));
  await workUntilPaid(house, ids, () => false);
  await worker.stop();
  return row(house, { kills: 0, before, recoveryMs: Date.now() - began, promised: ids.length, paid: true });
}

/** From the ledgers alone. */
async function row(house: House, { kills, before, recoveryMs, promised, paid = false }: { kills: number; before: Counted; recoveryMs: number; promised: number; paid?: boolean }): Promise<ContenderRow> {
  const told = await hear(house);
  const now = await counted(house);
  const keys = told.documents.map(({ externalRef }) => externalRef);
  const numbers = new Set(told.documents.map(({ vendorInvoiceNo }) => vendorInvoiceNo));
  const live = told.bank.payments.filter(({ state }) => state !== 'rejected');
  const twice = keys.length - new Set(keys).size + keys.length - numbers.size + paidOnce(told).length;
  const lost = promised - numbers.size + (paid && live.length === 0 ? promised : 0);
  return { faults: kills + now.struck - before.struck, attempted: now.sent - before.sent, repeated: repeatsOf(told.requests), lost, twice, recoveryMs };
}

/** Sends of a reference that had been sent before. */
function repeatsOf(requests: readonly { route: string; reference?: string | undefined }[]): number {
  const seen = new Set<string>();
  return requests.filter(({ route, reference }) => isSend(route) && reference !== undefined && (seen.has(`${route} ${reference}`) || !seen.add(`${route} ${reference}`))).length;
}

interface Counted {
  sent: number;
  /** Sends whose answer the counterpart kept back or falsified. */
  struck: number;
}

async function counted(house: House): Promise<Counted> {
  const sends = (await hear(house)).requests.filter(({ route }) => isSend(route));
  return { sent: sends.length, struck: sends.filter(({ outcome }) => outcome !== 'answered').length };
}

async function posted(house: House, ids: readonly string[]): Promise<void> {
  for (const id of ids) await house.caseWhen(id, ({ case: { stage } }) => stage === 'posted', 300_000).catch(() => undefined); // what is not there is counted as lost
}

function report(who: string, fault: string, found: ContenderRow): void {
  console.log(`${who} ${fault}: ${JSON.stringify(found)}`);
  if (faultReport !== undefined) addContender(faultReport, faultRevision, who, fault, found);
  if (who === 'ours') expect(found).toMatchObject({ lost: 0, twice: 0 });
}
