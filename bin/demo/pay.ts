import { addDays } from '../../domain/calendar/plain-date.ts';
import type { Caller } from './callers.ts';
import type { Followed } from './outcome.ts';
import type { Deciders } from './people.ts';
import type { Board } from './screen.ts';

/** Who opens the payment run of a company. */
const proposers: Record<string, string> = { DE01: 'anna.berg', US01: 'emma.price' };
/** The samples are due within a month: this run takes them all. */
const horizonDays = 60;

/** What is not posted yet: `wait` for it, or `leave` what a person has to decide on to a later run. */
export type Undecided = 'wait' | 'leave';

export interface Payer {
  /** Opens runs for what is posted and is to be paid, and lets the people who are asked approve and release. */
  go(followed: readonly Followed[]): Promise<void>;
}

interface OpenRun {
  id: string;
  asked: Set<string>;
  ended: boolean;
}

export function payerFor(as: (person: string) => Promise<Caller>, deciders: Deciders, board: Board, undecided: Undecided): Payer {
  const runs: OpenRun[] = [];
  const taken = new Set<Followed>();
  return {
    async go(followed) {
      const due = followed.filter(({ sample }) => /^(paid|credited)/.test(sample.expected));
      const posted = due.filter(isInErp);
      const ready = posted.some((entry) => !taken.has(entry)) && due.every((entry) => isInErp(entry) || (undecided === 'leave' && awaitsPeople(entry, posted)));
      if (ready && runs.every(({ ended }) => ended)) {
        const opened = await openRuns(as, board);
        if (opened.length > 0) for (const entry of posted) taken.add(entry);
        runs.push(...opened);
      }
      for (const run of runs) if (!run.ended && (await advance(as, deciders, run))) taken.clear();
    },
  };
}

/** It has got as far as the ERP; a credit is in. */
function isInErp({ view }: Followed): boolean {
  return view?.stage === 'posted' || view?.stage === 'ended' || view?.state === 'credited';
}

/** Nothing happens to it before a person decides, or it is sent after one of which that is true. */
function awaitsPeople({ sample, sent, view }: Followed, posted: readonly Followed[]): boolean {
  if (!sent) return sample.after !== undefined && !posted.some((other) => other.sample.name === sample.after);
  return view !== undefined && view.stage !== 'awaiting-receipt' && view.awaiting.length > 0;
}

async function openRuns(as: (person: string) => Promise<Caller>, board: Board): Promise<OpenRun[]> {
  const today = new Date().toISOString().slice(0, 10);
  const opened: OpenRun[] = [];
  for (const [entity, person] of Object.entries(proposers)) {
    const { status, body } = await (await as(person)).post('/v1/payment-runs', { json: { entity, nextRunDate: addDays(today, horizonDays) } });
    if (status === 202) opened.push({ id: body.id, asked: new Set(), ended: false });
  }
  if (opened.length > 0) board.say(`\nPayment runs ${opened.map(({ id }) => id).join(' and ')} propose what is due; one person approves them, another releases them, the bank pays.`);
  return opened;
}

/** True when it has ended without paying what people were asked about, as where the bank's cut-off came between: another run is to pay it. */
async function advance(as: (person: string) => Promise<Caller>, deciders: Deciders, run: OpenRun): Promise<boolean> {
  const { status, body } = await (await as(proposers['DE01'] as string)).get(`/v1/payment-runs/${run.id}`).then(async (answer) => (answer.status === 200 ? answer : (await as(proposers['US01'] as string)).get(`/v1/payment-runs/${run.id}`)));
  if (status !== 200) return false;
  run.ended = body.state !== 'running';
  for (const { id } of body.progress.awaiting as { id: string }[]) {
    if (run.asked.has(id) || !id.includes('-t-')) continue;
    if (await deciders.approve(id)) run.asked.add(id);
  }
  return body.state === 'cancelled' && run.asked.size > 0;
}
