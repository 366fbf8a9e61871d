import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RequestLogEntry } from '../../sandbox/shared/execute.ts';
import { readSettings } from '../../temporal-config/settings.ts';
import { bankMessagesWorkflow } from '../../workflows/contracts/bank-messages.ts';
import { openHouse, type House } from '../support/house.ts';
import { billed, submit } from '../support/invoices.ts';
import { payments } from '../support/payments.ts';
import { people } from '../support/people.ts';
import { describeWithServices } from '../support/services.ts';
import { startTcpProxy, type LineFault, type TcpProxy } from '../support/tcp-proxy.ts';
import { compared, tell } from './figures.ts';
import { judge } from './invariants.ts';
import { plant, type Defect } from './plant.ts';
import { orderWithoutEnd } from './round.ts';
import { generator } from './schedule.ts';
import { invoiceThere, openSecondCompany, withSecondCompany } from './second-company.ts';
import { bankThatSettles, readyToPay } from './workday.ts';

/**
 * F16: the bank of one company takes long for every answer, and never answers one send and one in a hundred of the other calls. What is answered in time
 * counts as answered, and the work of another company is hardly slower: its times with both banks healthy and with the first one slow are told.
 */
const { faultSeeds } = readSettings();
const isLong = faultSeeds !== undefined;
/** A company whose bank is that slow says so in its file; everything else of the long form is as shipped. `runs`: more than the bank's queue has places. */
const size = isLong
  ? { slowMs: [30_000, 120_000], timeoutMs: 130_000, runs: 10, others: 20 } as const
  : { slowMs: [7_000, 8_000], timeoutMs: 10_500, runs: 2, others: 3 } as const;
const processingLimitMs = 800;
/** In the short form answers are slower than a heartbeat, too, and than one that the engine's client had held back. */
const shortHeartbeat: Defect[] = isLong ? [] : [{ file: 'temporal-config/retry-profiles.ts', was: `  heartbeatTimeout: '20 seconds',`, becomes: `  heartbeatTimeout: '3500 milliseconds',` }];
const orderNumber = '45-slow-bank';

describeWithServices('F16 a bank that is slow', () => {
  let house: House;
  let line: TcpProxy;
  let copy: ReturnType<typeof plant> | undefined;
  let pay: ReturnType<typeof payments>;
  let quantity = 0;
  const accepted: string[] = [];

  beforeAll(async () => {
    copy = isLong ? undefined : plant(shortHeartbeat);
    line = await startTcpProxy(() => house.sandbox.url);
    house = await openHouse({ processingLimitMs, erpTimeoutMs: 600, set: (shipped) => withSecondCompany(readyToPay({ processingLimitMs, timeoutMs: size.timeoutMs })(shipped), `${line.url}/bank/`) });
    pay = payments(house, people(house));
    await openSecondCompany(house);
    await orderWithoutEnd(house, orderNumber);
    await bankThatSettles(house);
    await house.startWorker({}, copy?.home);
    await house.firstPoll('DE02');
  });
  afterAll(async () => {
    await house.dispose();
    await line.close();
    copy?.remove();
  });

  const entered = async (invoice: ReturnType<typeof billed>): Promise<number> => {
    const began = performance.now();
    const { caseId } = await submit(house.db, invoice, { submitter: 'system:edi' });
    accepted.push(caseId);
    await house.stage(caseId, 'posted', 300_000);
    return performance.now() - began;
  };

  /** Documents and payments of the other company, one after another: from accepted to posted, and from released to told as booked. */
  const others = async (): Promise<{ posted: number[]; told: number[] }> => {
    const times = { posted: [] as number[], told: [] as number[] };
    for (let index = 0; index < size.others; index += 1) {
      times.posted.push(await entered(invoiceThere(String((quantity += 1)))));
      const runId = await pay.proposed('DE02');
      await pay.release(runId);
      const began = performance.now();
      await house.ended(runId, 'confirmed', 600_000);
      times.told.push(performance.now() - began);
    }
    return times;
  };

  it('what it answers in time is answered, every run is paid once, and another company works as before', async () => {
    const slow: string[] = [];
    for (let index = 0; index < size.runs; index += 1) {
      await entered(billed({ lines: [{ orderNumber, orderLine: '10', quantity: String(298 + 3 * index), price: '0.01' }] }));
      slow.push(await pay.proposed('DE01'));
    }
    const quiet = await others();

    const since = Date.now();
    const silent = slowly(line);
    for (const runId of slow) await pay.release(runId);
    const working = others();
    working.catch(() => undefined);
    for (const runId of slow) await house.caseWhen(runId, ({ case: { stage, closedAt } }) => stage === 'awaiting-bank' || closedAt !== undefined, 1_800_000);
    const meanwhile = await working;
    line.clear();

    for (const runId of slow) await house.ended(runId, 'confirmed', 600_000);
    for (const caseId of accepted) await house.ended(caseId, 'paid', 120_000);
    const [posted, told] = [compared(quiet.posted, meanwhile.posted), compared(quiet.told, meanwhile.told)];
    tell('F16', `${size.runs} runs at a bank that takes ${size.slowMs.join(' to ')} ms, ${silent.sends.length + silent.others} of its ${silent.calls} calls never answered; another company, accepted to posted: ${posted.text}; released to told: ${told.text}`);
    expect([posted.held, told.held], 'both within the guard').toEqual([true, true]);

    expect(await givenUp(slow, since), 'no attempt that goes on is taken for dead').toEqual([]);
    expect(await referencesOf('bank.files.post'), 'each file was sent once').toEqual((await house.sandbox.bankLedger()).files.map(({ messageId }) => messageId).sort());
    expect(silent.sends).toHaveLength(1);
    expect([...new Set(await referencesOf('bank.files.find'))], 'the bank is asked about the send that it did not answer, and no other').toEqual(silent.sends);
    expect((await judge(house, accepted)).broken).toEqual([]);
  }, 3_600_000);

  const referencesOf = async (wanted: string) => (await house.sandbox.get<{ items: RequestLogEntry[] }>('/_sandbox/requests')).items.filter(({ route }) => route === wanted).map(({ reference }) => reference).sort();

  /** Steps of the slow runs and looks at the slow bank that were begun anew while an attempt still waited for its answer. */
  async function givenUp(runs: readonly string[], since: number): Promise<string[]> {
    const told: string[] = [];
    const processes: { workflowId: string; runId?: string }[] = [];
    for (const id of runs) processes.push({ workflowId: (await house.caseWhen(id, () => true)).case.workflowId });
    for await (const { workflowId, runId, startTime } of house.client.workflow.list({ query: `WorkflowType = '${bankMessagesWorkflow}'` }))
      if (workflowId.startsWith('bank-messages/DE01') && startTime.getTime() > since - size.timeoutMs) processes.push({ workflowId, runId });
    for (const { workflowId, runId } of processes) {
      const { events } = await house.client.workflow.getHandle(workflowId, runId).fetchHistory();
      for (const { activityTaskStartedEventAttributes: begun, activityTaskTimedOutEventAttributes: ended } of events ?? []) {
        const before = ended?.failure ?? begun?.lastFailure;
        if (before?.timeoutFailureInfo || before?.applicationFailureInfo?.type === 'effect-in-progress') told.push(`${workflowId}: ${before.message}`);
      }
    }
    return told;
  }
});

interface Silent {
  calls: number;
  /** Message ids of files that the bank took without a word. */
  sends: string[];
  others: number;
}

/** Every answer is late from now on, and some never come: that of the second send, and by the seed one in a hundred of the others. */
function slowly(line: TcpProxy): Silent {
  const silent: Silent = { calls: 0, sends: [], others: 0 };
  const random = generator(16);
  const never: LineFault = { kind: 'hang', ms: size.timeoutMs * 1.2 };
  let sends = 0;
  line.strikeEach((head) => {
    silent.calls += 1;
    const [least, most] = size.slowMs;
    const sent = head.startsWith('POST') ? /^x-message-id: *(\S+)/im.exec(head)?.[1] : undefined;
    if (sent !== undefined && (sends += 1) === 2) {
      silent.sends.push(sent);
      return never;
    }
    if (sent === undefined && random() < 0.01) {
      silent.others += 1;
      return never;
    }
    return { kind: 'hang', ms: least + random() * (most - least) };
  });
  return silent;
}
