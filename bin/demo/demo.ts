import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { callersAt, type Caller } from './callers.ts';
import { counterpartAt, type Counterpart } from './counterpart.ts';
import { compareOutcomes, type Followed, type OutcomeRow } from './outcome.ts';
import { payerFor, type Payer, type Undecided } from './pay.ts';
import { decidersAt, isPosted, viewOf, type Deciders } from './people.ts';
import { samples } from './samples.ts';
import type { Board } from './screen.ts';
import { send, stamped } from './send.ts';
import { stamp, stampsAt, type Stamps } from './stamp.ts';

export interface DemoPlan {
  home: string;
  apiUrl: string;
  sandboxUrl: string;
  board: Board;
  stopping: AbortSignal;
}

interface Run {
  plan: DemoPlan;
  stamps: Stamps;
  as: (person: string) => Promise<Caller>;
  counterpart: Counterpart;
  deciders: Deciders;
  payer: Payer;
  followed: Followed[];
  /** What somebody was already asked to do. */
  done: Set<string>;
}

/** The company whose orders wait for goods, and the sample whose approval the reader is invited to give. */
const receivingCompany = 'DE01';
const invited = 'without an order';
const companies = ['DE01', 'US01'];
const lookEveryMs = 500;
/** Nothing has moved for so long: it will not. */
const patienceMs = 60_000;

/** Sends the samples and shows what becomes of them until it is told to stop; people decide by themselves. */
export async function showSamples(plan: DemoPlan): Promise<void> {
  const run = await openRun(plan, 'leave');
  while (!plan.stopping.aborted) {
    await sendNext(run);
    await look(run);
    await receiveGoods(run);
    await invite(run);
    await run.payer.go(run.followed);
    await pause(plan);
  }
}

/** Sends the samples, decides what is to be decided, and answers how it came out. */
export async function settleSamples(plan: DemoPlan): Promise<OutcomeRow[]> {
  const run = await openRun(plan, 'wait');
  let rows: OutcomeRow[] = [];
  for (let [before, since] = ['', Date.now()]; !plan.stopping.aborted && Date.now() - since < patienceMs; ) {
    await sendNext(run);
    await look(run);
    await receiveGoods(run);
    await decide(run);
    await run.payer.go(run.followed);
    rows = compareOutcomes(run.followed, { invoices: await run.counterpart.invoices(), payments: await run.counterpart.payments() }, run.stamps);
    // What the rest of the ledger holds does not change by waiting.
    if (rows.slice(0, -1).every(({ agrees }) => agrees)) break;
    const now = JSON.stringify([rows, run.followed.map(({ view }) => view)]);
    if (now !== before) [before, since] = [now, Date.now()];
    await pause(plan);
  }
  return rows;
}

async function openRun(plan: DemoPlan, undecided: Undecided): Promise<Run> {
  const as = callersAt(plan.apiUrl);
  const counterpart = counterpartAt(plan.sandboxUrl);
  const stamps = stampsAt(new Date());
  plan.board.say(`\nSample documents of run ${stamps.run}:`);
  for (const company of companies) await counterpart.seed(stamped(plan.home, `counterpart-${company}.json`, stamps));
  const followed = samples.map((sample) => ({ sample, number: stamp(sample.number, stamps) }));
  await counterpart.hurryBank();
  const deciders = await decidersAt(as);
  return { plan, stamps, as, counterpart, deciders, payer: payerFor(as, deciders, plan.board, undecided), followed, done: new Set() };
}

/** What waits for nothing, or for a document that is posted by now. */
async function sendNext({ plan, stamps, as, followed }: Run): Promise<void> {
  for (const entry of followed) {
    const { sample } = entry;
    const ready = sample.after === undefined || followed.some((other) => other.sample.name === sample.after && isPosted(other));
    if (!entry.sent && ready) entry.sent = await send(await as(sample.sender), sample, plan.home, stamps);
  }
}

async function look({ plan, as, followed }: Run): Promise<void> {
  for (const entry of followed) {
    const view = entry.sent?.caseId === undefined ? undefined : await viewOf(as, entry.sent.caseId);
    if (view) entry.view = view;
  }
  plan.board.show(followed);
}

/** The warehouse books what an invoice waits for; nobody touches the invoice. */
async function receiveGoods({ plan, stamps, counterpart, followed, done }: Run): Promise<void> {
  for (const { sample, view } of followed) {
    if (sample.help !== 'receive' || view?.stage !== 'awaiting-receipt' || done.has(view.id)) continue;
    done.add(view.id);
    await counterpart.receive(receivingCompany, stamped(plan.home, 'receipt.json', stamps));
    plan.board.say(`The goods of "${sample.name}" have come in; its receipt is booked at the ERP.`);
  }
}

async function decide({ followed, deciders, done }: Run): Promise<void> {
  for (const { sample, view } of followed) {
    for (const { id } of view?.awaiting ?? []) {
      if (done.has(id) || !view) continue;
      const decided = view.stage === 'approval' || view.stage === 'posted-blocked' ? await deciders.approve(id) : view.stage === 'exception' && sample.help === 'override' && (await deciders.override(id, view.entity));
      if (decided) done.add(id);
    }
  }
}

/** Prints the one command that approves the document that waits for a person, once. */
async function invite({ plan, as, followed, deciders, done }: Run): Promise<void> {
  const entry = followed.find(({ sample }) => sample.name === invited);
  const [task] = entry?.view?.stage === 'approval' ? entry.view.awaiting : [];
  if (!task || done.has(task.id)) return;
  const asked = await deciders.ask(task.id);
  if (!asked) return;
  done.add(task.id);
  const { token } = await as(asked.person);
  plan.board.say(`\n"${invited}" waits for ${asked.person}. This approves it:\n\n${approvalCommand(plan.apiUrl, task.id, token, asked.decisionHash)}\n`);
}

function approvalCommand(apiUrl: string, task: string, token: string, decisionHash: string): string {
  const answer = JSON.stringify({ decision: 'approve', decisionHash });
  return [`curl '${apiUrl}/v1/approvals/${encodeURIComponent(task)}/decision'`, `-H 'Authorization: Bearer ${token}'`, `-H 'Idempotency-Key: ${randomUUID()}'`, `-H 'Content-Type: application/json'`, `-d '${answer}'`].join(' \\\n  ');
}

async function pause({ stopping }: DemoPlan): Promise<void> {
  await sleep(lookEveryMs, undefined, { signal: stopping }).catch(() => undefined);
}
