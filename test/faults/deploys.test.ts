import { afterAll, beforeAll, expect, it } from 'vitest';
import { diagnose } from '../../bin/services/diagnosis.ts';
import type { ReadyNodeProcess } from '../../bin/services/node-process.ts';
import { listBuilds, useBuild } from '../../temporal-config/deployment.ts';
import { readSettings } from '../../temporal-config/settings.ts';
import { openHouse, type House } from '../support/house.ts';
import { billed, submit } from '../support/invoices.ts';
import { people } from '../support/people.ts';
import { recordedBuild } from '../support/recorded-build.ts';
import { describeWithServices, freePort } from '../support/services.ts';
import { judge } from './invariants.ts';
import { plant, type Defect } from './plant.ts';

/**
 * F21: a build of some weeks ago runs with many open approvals. Today's is rolled out beside it, then one that open cases
 * cannot follow, which is rolled back. No process fails, nothing is lost, and somebody hears of it within a minute.
 */
const documents = readSettings().faultSeeds === undefined ? 20 : 400;
const alarmWithinMs = 60_000;
const settles = { timeout: 30_000, interval: 100 };

/** Waits a moment before it looks at a document, which no open case has in its history. */
const waitsFirst: Defect[] = [{
  file: 'workflows/accounts-payable/invoice-to-pay.ts',
  was: "  const assessment = await parkable(invoice, 'assessInvoice',",
  becomes: "  await condition(() => false, 1);\n  const assessment = await parkable(invoice, 'assessInvoice',",
}];

describeWithServices('F21 builds are rolled out while approvals are open', () => {
  let house: House;
  let they: ReturnType<typeof people>;
  const ids: string[] = [];
  let old: ReadyNodeProcess;
  let today: ReadyNodeProcess;

  beforeAll(async () => {
    house = await openHouse({ erpPollMs: 10_000 });
    they = people(house, { relayAfterMs: 100 });
  });
  afterAll(() => house.dispose());

  it('the recorded build opens approvals', async () => {
    old = await startRecorded();
    expect(await current()).toBe(recordedBuild().id);
    await house.firstPoll('DE01');
    for (let index = 0; index < documents; index += 1) {
      const price = (450 + index * 0.37).toFixed(2); // one person's to approve, all of them
      ids.push((await submit(house.db, billed({ lines: [{ quantity: '1', price, name: 'Strom' }], seller: { name: 'Stadtwerke Musterstadt GmbH', vatId: 'DE142900886' }, iban: 'DE21500999000010000106' }))).caseId);
    }
    for (const id of ids) await house.stage(id, 'approval', 300_000);
    await expect.poll(() => buildsOf(ids), settles).toEqual(new Set([recordedBuild().id]));
  }, 900_000);

  it('today\'s build becomes the current one, takes the open cases over, and no worker of the build before takes that back', async () => {
    today = await start();
    expect(await current()).toBe(today.ready['build']);
    await old.kill();
    old = await startRecorded();
    expect(await current()).toBe(today.ready['build']);
    const first = third(0);
    await approve(first);
    for (const id of first) await house.stage(id, 'posted', 300_000);
    await expect.poll(() => buildsOf(first), settles).toEqual(new Set([today.ready['build']]));
    await old.stop();
  }, 900_000);

  it('a build that open cases cannot follow fails no case, raises the alarm within a minute, and is rolled back', async () => {
    const copy = plant(waitsFirst);
    const broken = await start({}, copy.home);
    expect(await current()).toBe(broken.ready['build']);
    const struck = third(1);
    const began = Date.now();
    await approve(struck);
    await expect.poll(alarm, { timeout: alarmWithinMs, interval: 250 }).toMatchObject({ state: 'gap', found: expect.stringContaining('cannot go on') });
    console.log(`F21: alarm ${Date.now() - began} ms after the first step on the broken build`);
    expect(await metric(broken, 'NonDeterminismError')).toBeGreaterThan(0);
    expect(new Set(await Promise.all(struck.map(statusOf)))).toEqual(new Set(['RUNNING']));

    await useBuild(house.client.workflowService, house.settings.namespace, String(today.ready['build']));
    const rolledBack = Date.now();
    await approve(third(2));
    for (const id of ids) await house.stage(id, 'posted', 300_000);
    console.log(`F21: all posted ${Date.now() - rolledBack} ms after the roll back`);
    await expect.poll(alarm, { timeout: alarmWithinMs, interval: 250 }).toMatchObject({ state: 'ok' });
    await broken.stop();
    copy.remove();
    expect(new Set(await Promise.all(ids.map(statusOf)))).toEqual(new Set(['RUNNING'])); // they wait for their payment
    expect((await judge(house, ids)).broken).toEqual([]);
  }, 900_000);

  const metricsPorts = new Map<number, number>();
  /** As side by side as in production: each with its own port for metrics, and only a new build becomes current by itself. */
  const start = async (env: Record<string, string> = {}, home?: string) => {
    const port = await freePort();
    const worker = await house.startWorker({ ...env, KONTOR_ROLL_OUT: 'new', KONTOR_WORKER_METRICS_PORT: String(port) }, home);
    metricsPorts.set(worker.pid, port);
    return worker;
  };
  const startRecorded = async () => house.processes.start({
    name: 'worker', file: 'test/support/recorded-worker.ts', settings: house.settings, env: { KONTOR_ROLL_OUT: 'new', KONTOR_WORKER_METRICS_PORT: String(await freePort()) },
  });
  const third = (which: number) => ids.filter((_, index) => index % 3 === which);
  const current = async () => (await listBuilds(house.client.workflowService, house.settings.namespace)).find(({ standing }) => standing === 'current')?.id;
  const alarm = async () => (await diagnose(house.settings)).find(({ what }) => what === 'Processes');
  const metric = async ({ pid }: ReadyNodeProcess, reason: string) => {
    const text = await (await fetch(`http://127.0.0.1:${metricsPorts.get(pid)}/metrics`)).text();
    const lines = text.split('\n').filter((line) => line.startsWith('temporal_workflow_task_execution_failed') && line.includes(reason));
    return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  };
  const approve = async (cases: readonly string[]) => {
    for (const id of cases) {
      const task = await they.openTask(id);
      await they.propose(id, { update: 'decide', decision: 'approve', person: task.candidatePersons[0] ?? 'oskar.lind', task });
    }
  };
  const described = async (id: string) => house.client.workflow.getHandle((await house.caseWhen(id, () => true)).case.workflowId).describe();
  const statusOf = async (id: string) => (await described(id)).status.name;
  /** The builds that took the last step of them: the engine notes it when the step is over, which is a moment after its effect can be seen. */
  const buildsOf = async (cases: readonly string[]) => new Set(await Promise.all(cases.map(async (id) => (await described(id)).raw.workflowExecutionInfo?.versioningInfo?.deploymentVersion?.buildId)));
});
