import type { SandboxSet } from '../../db/seed.ts';
import { inTransaction, sql } from '../../db/client.ts';
import { tasksOf } from '../../db/repositories/approvals.ts';
import { openExceptionsOf } from '../../db/repositories/exceptions.ts';
import { liftHold, listHolds } from '../../db/repositories/payables.ts';
import type { Approval } from '../../domain/model/approval.ts';
import type { House } from '../support/house.ts';
import { payments } from '../support/payments.ts';
import { people } from '../support/people.ts';

/**
 * The shipped companies with banks that settle as quickly as the ERP of a test house, and with somebody whose limit covers a
 * run of many documents.
 */
export function readyToPay({ processingLimitMs, timeoutMs }: { processingLimitMs: number; timeoutMs: number }): (shipped: SandboxSet) => SandboxSet {
  return (shipped) => ({
    ...shipped,
    entities: shipped.entities.map((entity) => (entity.bank ? { ...entity, bank: { ...entity.bank, settings: withTimes(entity.bank.settings, { timeoutMs, settleWindowMs: processingLimitMs + 2 * timeoutMs }) } } : entity)),
    persons: shipped.persons.map((person) => (person.id === 'clara.winter' ? { ...person, roles: person.roles.map((role) => ({ ...role, limit: { currency: 'EUR', minor: '500000000' } })) } : person)),
  });
}

function withTimes(settings: Record<string, unknown>, times: Record<string, number>): Record<string, unknown> {
  return { ...settings, transport: { ...(settings['transport'] as object), ...times } };
}

/** The bank goes on to the day on which a file settles by itself, tells of it at once, and tells of each booking twice. */
export async function bankThatSettles({ sandbox }: House): Promise<void> {
  await sandbox.post('/_sandbox/bank/behaviour', { kind: 'auto-advance', afterMs: 200 });
  await sandbox.post('/_sandbox/bank/behaviour', { kind: 'repeat', messages: 'camt.054', copies: 1, id: 'new' });
}

const patienceMs = 240_000;

/**
 * People at their desks while things break around them: they approve the documents that they are asked about, open payment
 * runs for what is posted, approve and release them, and mend what the bank refused or gave back. Ends when every document is paid, or gives up long after the last one
 * came.
 */
export async function workUntilPaid(house: House, ids: readonly string[], moreToCome: () => boolean, options: DeskOptions = {}): Promise<void> {
  const desk = deskOf(house, options);
  for (let until = Date.now() + patienceMs; Date.now() < until; await pause(100)) {
    if (moreToCome()) until = Date.now() + patienceMs;
    const done = await patiently(() => desk.look([...new Set(ids)], moreToCome()));
    if (done && !moreToCome()) return;
  }
}

interface Standing {
  id: string;
  process: string;
  stage: string;
  closed: boolean;
}

interface DeskOptions {
  /** Through the API; without it, answers are left where the relay finds them. */
  approve?: (task: Approval, person: string) => Promise<void>;
  /** How long those who release a run think about it. */
  releasedAfterMs?: number;
}

function deskOf(house: House, { approve, releasedAfterMs = 0 }: DeskOptions) {
  const they = people(house, { relayAfterMs: 100 });
  const pay = payments(house, they);
  const asked = new Set<string>();
  const seen = new Map<string, number>();
  let lastOpened = 0;

  /** One look at everything; true when all documents are closed. */
  async function look(ids: readonly string[], moreToCome: boolean): Promise<boolean> {
    const standing = await sql<Standing>(house.db, `select id, process, stage, closed_at is not null as closed from cases where id = any (:ids::text[]) or (process = 'ap-payment-run' and closed_at is null)`, { ids });
    const runs = standing.filter(({ process }) => process === 'ap-payment-run');
    const documents = standing.filter(({ process }) => process !== 'ap-payment-run');
    for (const { id, stage } of standing) if (stage === 'approval' || stage === 'release') await answer(id);
    let due = documents.filter(({ stage }) => stage === 'posted').length;
    for (const { id, stage } of documents) if ((stage === 'payment-rejected' || stage === 'payment-returned') && (await mended(id))) due += 1;
    const enough = due > (moreToCome ? 4 : 0);
    if (enough && runs.every(({ stage }) => stage === 'awaiting-bank') && Date.now() - lastOpened > 2_000) {
      await pay.open();
      lastOpened = Date.now();
    }
    return documents.length === ids.length && documents.every(({ closed }) => closed);
  }

  /** Goes by the task alone: the case may have moved on since it was listed. */
  async function answer(id: string): Promise<void> {
    const [task] = await tasksOf(house.db, id, 'open');
    if (!task) return;
    if (asked.has(task.id)) return giveUp(id, task);
    const release = task.kind === 'release-payment-run';
    if (!seen.has(task.id)) seen.set(task.id, Date.now());
    if (release && Date.now() - seen.get(task.id)! < releasedAfterMs) return;
    if (approve) await approve(task, personFor(task));
    else await they.propose(id, { update: release ? 'release' : 'decide', decision: 'approve', person: personFor(task), task });
    asked.add(task.id);
  }

  /** The bank's day of a run was over before everybody had released it: it is rejected, and the next one takes its documents. */
  async function giveUp(id: string, task: Approval): Promise<void> {
    const rejection = `${task.id} rejected`;
    const tooLate = () => sql(house.db, `select from decisions where task_id = :id and refusal_code = 'cut-off-missed'`, { id: task.id });
    if (asked.has(rejection) || (await tooLate()).length === 0) return;
    await they.propose(id, { update: task.kind === 'release-payment-run' ? 'release' : 'decide', decision: 'reject', person: personFor(task), task, reasonCode: 'OTH', payload: { target: 'accounts-payable' } });
    asked.add(rejection);
  }

  /** What the bank refused or gave back is settled with the supplier, and may be paid again. True when nobody has to look at it any more. */
  async function mended(id: string): Promise<boolean> {
    const [exception] = await openExceptionsOf(house.db, id);
    if (!exception) return true;
    if (asked.has(exception.id)) return false;
    const [person, reason] = ['lars.thoma', 'Agreed with the supplier by phone'];
    for (const hold of await listHolds(house.db, { entities: null, open: true }))
      if (hold.id.startsWith(`${id}-hold-`)) await inTransaction(house.db, (trx) => liftHold(trx, hold.id, { person, reason }));
    await they.propose(id, { update: 'resolveException', decision: 'retry', person, exception: exception.id, payload: { reason } });
    asked.add(exception.id);
    return false;
  }

  return { look };
}

/** Whoever may: duties keep approver and releasers of a run apart (P6). */
function personFor({ kind, step, candidatePersons }: Approval): string {
  if (kind === 'approve-payment-run') return 'clara.winter';
  if (kind === 'release-payment-run') return step === 'release' ? 'vera.noll' : 'sami.rahal';
  return candidatePersons[0] ?? 'oskar.lind';
}

/** Nothing was promised to whoever got an error, as while the database is down; they try again. */
export async function patiently<Result>(attempt: () => Promise<Result>): Promise<Result> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (tries > 150) throw error;
      await pause(200);
    }
  }
}

/** Documents that were promised to their senders and have not ended, for the judgement: whoever waits for their money does not care which step they stand at. */
export async function unsettled({ db }: House, ids: readonly string[]): Promise<string[]> {
  const open = await sql<{ id: string; stage: string }>(db, `select id, stage from cases where id = any (:ids::text[]) and closed_at is null order by id`, { ids: [...ids] });
  return open.map(({ id, stage }) => `I1: ${id} was accepted and has not ended, it stands at ${stage}`);
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
