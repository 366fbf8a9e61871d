import { addDays } from '../../domain/calendar/plain-date.ts';
import type { Caller } from './callers.ts';
import type { Followed } from './outcome.ts';
import type { Deciders } from './people.ts';
import type { Board } from './screen.ts';

/** Who opens the payment run of a company. */
const proposers: Record<string, string> = { DE01: 'anna.berg', US01: 'emma.price' };
/** The samples are due within a month: this run takes them all. */
const horizonDays = 60;

export interface Payer {
  /** Opens the runs once everything that is to be paid is posted, and lets the people who are asked approve and release. */
  go(followed: readonly Followed[]): Promise<void>;
}

export function payerFor(as: (person: string) => Promise<Caller>, deciders: Deciders, board: Board): Payer {
  const runs: { id: string; asked: Set<string> }[] = [];
  return {
    async go(followed) {
      if (runs.length === 0 && isReady(followed)) runs.push(...(await openRuns(as, board)));
      for (const run of runs) await advance(as, deciders, run);
    },
  };
}

/** Everything that ends as paid has got as far as the ERP, and every credit is in. */
function isReady(followed: readonly Followed[]): boolean {
  return followed.every(({ sample, view }) => !/^(paid|credited)/.test(sample.expected) || view?.stage === 'posted' || view?.stage === 'ended' || view?.state === 'credited');
}

async function openRuns(as: (person: string) => Promise<Caller>, board: Board): Promise<{ id: string; asked: Set<string> }[]> {
  const today = new Date().toISOString().slice(0, 10);
  const opened: { id: string; asked: Set<string> }[] = [];
  for (const [entity, person] of Object.entries(proposers)) {
    const { status, body } = await (await as(person)).post('/v1/payment-runs', { json: { entity, nextRunDate: addDays(today, horizonDays) } });
    if (status === 202) opened.push({ id: body.id, asked: new Set() });
  }
  if (opened.length > 0) board.say(`\nPayment runs ${opened.map(({ id }) => id).join(' and ')} propose what is due; one person approves them, another releases them, the bank pays.`);
  return opened;
}

async function advance(as: (person: string) => Promise<Caller>, deciders: Deciders, run: { id: string; asked: Set<string> }): Promise<void> {
  const { status, body } = await (await as(proposers['DE01'] as string)).get(`/v1/payment-runs/${run.id}`).then(async (answer) => (answer.status === 200 ? answer : (await as(proposers['US01'] as string)).get(`/v1/payment-runs/${run.id}`)));
  if (status !== 200) return;
  for (const { id } of body.progress.awaiting as { id: string }[]) {
    if (run.asked.has(id) || !id.includes('-t-')) continue;
    if (await deciders.approve(id)) run.asked.add(id);
  }
}
