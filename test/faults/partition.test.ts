import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { outboxBacklog } from '../../db/repositories/outbox.ts';
import { readSettings } from '../../temporal-config/settings.ts';
import { openHouse, type House } from '../support/house.ts';
import { billed, submit } from '../support/invoices.ts';
import { payments } from '../support/payments.ts';
import { people } from '../support/people.ts';
import { describeWithServices, freePort } from '../support/services.ts';
import { startTcpLine, type TcpLine } from '../support/tcp-proxy.ts';
import { judge } from './invariants.ts';
import { plant, type Defect } from './plant.ts';
import { until } from './round.ts';
import { pause } from './workday.ts';

/**
 * F24: a worker loses the Temporal server and keeps database and counterparts; another one takes its work over. What the first
 * still carries out afterwards must change nothing, whether it had asked the counterpart already or stood still before it did.
 */
const isLong = readSettings().faultSeeds !== undefined;
const partedMs = 300_000;
const documents = 30;

/** The process stands still, as in a long pause of its machine, between taking the key and sending. */
const standStill: Defect[] = [{
  file: 'activities/once.ts',
  was: '  const handle = { key: effect.key, fencing: state.fencing };',
  becomes: `  const handle = { key: effect.key, fencing: state.fencing };
  const { existsSync, writeFileSync } = await import('node:fs');
  const gate = process.env['STAND_STILL'] as string;
  if (existsSync(gate)) {
    writeFileSync(gate + '.reached', '');
    while (existsSync(gate)) await new Promise((resolve) => setTimeout(resolve, 100));
  }`,
}];

describeWithServices('F24 a worker without the Temporal server', () => {
  let house: House;
  let line: TcpLine;
  const folder = mkdtempSync(join(tmpdir(), 'kontor-partition-'));
  const accepted: string[] = [];
  let quantity = 3;

  beforeAll(async () => {
    house = await openHouse({ processingLimitMs: 800, erpTimeoutMs: 600 });
    line = await startTcpLine(() => house.settings.temporalAddress as string);
  });
  afterAll(async () => {
    await house.dispose();
    await line.close();
    rmSync(folder, { recursive: true, force: true });
  });
  afterEach(async () => {
    expect((await judge(house, accepted)).broken).toEqual([]);
  });

  const enter = async () => {
    const { caseId } = await submit(house.db, billed({ lines: [{ orderNumber: '4500000118', orderLine: '10', quantity: String((quantity += 2)), price: '10.00' }] }));
    accepted.push(caseId);
    return caseId;
  };
  /** Beside the first one: with a port of its own for its metrics. */
  const startOther = async () => house.startWorker({ KONTOR_WORKER_METRICS_PORT: String(await freePort()) });
  const posted = (id: string) => house.stage(id, 'posted', 180_000);
  /** Nobody carries messages once the workers are gone. */
  const told = () => until(async () => (await outboxBacklog(house.db)).waiting === 0);
  const posts = async () => (await house.sandbox.get<{ items: { route: string }[] }>('/_sandbox/requests')).items.filter(({ route }) => route === 'erp.invoices.post').length;

  // Whatever the server hands to the parted worker is lost for the time of one try: minutes, one after the other.
  if (isLong) it('parted while it posts: another worker finishes, and what the first one hears and answers late changes nothing', async () => {
    const cutOff = await house.startWorker({ TEMPORAL_ADDRESS: line.address });
    await house.firstPoll('DE01');
    await house.sandbox.post('/_sandbox/faults', { kind: 'delay', route: 'erp.invoices.post', delayMs: 400, times: 2 });
    const ids = [await enter(), await enter()];
    await until(async () => (await posts()) > 0);
    line.part();
    const other = await startOther();
    for (let index = 2; index < documents; index += 1) ids.push(await enter());
    for (const id of ids) await posted(id);
    await pause(partedMs);
    line.heal();
    const last = await enter();
    await posted(last);
    await told();
    await other.stop();
    await cutOff.stop();
  }, 900_000);

  it('standing still before it sends, until another has sent: it sends nothing any more', async () => {
    const gate = join(folder, 'gate');
    writeFileSync(gate, '');
    const copy = plant(standStill);
    const zombie = await house.startWorker({ STAND_STILL: gate, TEMPORAL_ADDRESS: line.address, KONTOR_WORKER_METRICS_PORT: String(await freePort()) }, copy.home);
    await house.firstPoll('DE01');
    const before = await posts();
    const id = await enter();
    await until(() => Promise.resolve(existsSync(`${gate}.reached`)));
    line.part();
    const other = await startOther();
    await posted(id);
    rmSync(gate);
    await pause(2_000);
    expect(await posts(), 'the other one sent it, and only that').toBe(before + 1);
    line.heal();
    await told();
    await zombie.kill();
    await other.stop();
    copy.remove();
  }, 900_000);

  // Its lease and the time of one try pass first.
  if (isLong) it('standing still before it sends a payment file, until another has sent it: the bank has it once', async () => {
    const they = people(house);
    const pay = payments(house, they);
    const gate = join(folder, 'file-gate');
    const copy = plant(standStill);
    const zombie = await house.startWorker({ STAND_STILL: gate, TEMPORAL_ADDRESS: line.address, KONTOR_WORKER_METRICS_PORT: String(await freePort()) }, copy.home);
    accepted.push(await pay.posted('4'));
    const runId = await pay.proposed();
    await they.decide(runId, 'clara.winter', 'approve');
    await house.stage(runId, 'release');
    writeFileSync(gate, '');
    await they.decide(runId, 'vera.noll', 'approve', { update: 'release' });
    await until(() => Promise.resolve(existsSync(`${gate}.reached`)));
    line.part();
    const other = await startOther();
    await house.stage(runId, 'awaiting-bank', 180_000);
    rmSync(gate);
    await pause(2_000);
    expect((await house.sandbox.requests(runId)).filter(({ route }) => route === 'bank.files.post')).toHaveLength(1);
    expect((await house.sandbox.bankLedger()).files.filter(({ messageId }) => messageId === runId)).toHaveLength(1);
    line.heal();
    await told();
    await zombie.kill();
    await other.stop();
    copy.remove();
  }, 900_000);
});
