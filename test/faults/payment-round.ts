import { sql } from '../../db/client.ts';
import { outboxBacklog } from '../../db/repositories/outbox.ts';
import { toBook } from '../../db/repositories/payments.ts';
import { payments } from '../support/payments.ts';
import { people } from '../support/people.ts';
import { judge } from './invariants.ts';
import { changeDocument, paidWhileHeld, type Held } from './document-changes.ts';
import type { PaymentHouse } from './payment-house.ts';
import { moments, paymentScheduleOf, sparesServices, type DocumentChange, type Moment, type PaymentSchedule, type RunChange } from './payment-schedule.ts';
import { stockOf, type Stock } from './payment-stock.ts';
import { sendsOf, strike, until, type Round } from './round.ts';
import { changeRun } from './run-changes.ts';
import { nameOf } from './schedule.ts';
import { patiently, pause, unsettled, workUntilPaid } from './workday.ts';

/**
 * One seed of payments: documents are posted in quiet; then a payment run takes them to the bank while parts are killed, answers are lost and
 * the bank behaves as banks do. Whatever it refused or gave back is mended and paid again. Then quiet, then the judgement of everything that the house
 * has seen; what was broken by an earlier seed is broken still.
 */
export async function playPayments(playing: PaymentHouse, seed: number): Promise<Round> {
  const { house, played } = playing;
  const schedule = paymentScheduleOf(seed);
  if (!house.services && !sparesServices(schedule)) throw new Error(`seed ${seed} kills database or engine, and those of this house are not its own`);
  const sentBefore = (await sendsOf(house)).length;
  const stock = await stockOf(house, schedule);
  played.accepted.push(...stock.caseIds);
  await prepare(playing, schedule, stock);
  const course = courseOf(playing, (await house.sandbox.bankLedger()).files.length);
  const struck: string[] = [];
  const held: Held[] = [];
  let lastFault = Date.now(); // what counterparts are told to do wrong is set before
  const tell = (what: string) => {
    struck.push(what);
    lastFault = Date.now();
  };
  const disturbed = disturb(playing, schedule, course, tell);
  const changed = changeTheirMinds(playing, schedule, stock, course, { tell, held });
  const days = bankDaysPass(playing, schedule, course);
  for (const beside of [disturbed, changed, days]) beside.catch(() => undefined);
  await workUntilPaid(house, stock.caseIds, () => false, schedule);
  course.over();
  await disturbed;
  await changed;
  await days;
  await settle(playing, stock);
  const recoveryMs = Date.now() - lastFault;
  const judgement = await judge(house, played.accepted);
  const own = { paid: judgement.paid - played.paid, repeatsSuppressed: judgement.repeatsSuppressed - played.repeatsSuppressed };
  Object.assign(played, { paid: judgement.paid, repeatsSuppressed: judgement.repeatsSuppressed });
  return {
    seed, form: 'payments', documents: stock.caseIds.length, attempted: (await sendsOf(house)).length - sentBefore, recoveryMs,
    judgement: { ...judgement, ...own, broken: [...judgement.broken, ...(await unsettled(house, stock.caseIds)), ...(await paidWhileHeld(house, held))] },
    faults: [...schedule.behaviours.map(({ rule }) => `bank ${rule.kind}`), ...schedule.faults.map(nameOf), ...struck],
  };
}

async function prepare({ house: { sandbox } }: PaymentHouse, { settlesAfterMs, behaviours, faults }: PaymentSchedule, { accounts }: Stock): Promise<void> {
  const behave = (rule: object) => sandbox.post('/_sandbox/bank/behaviour', rule);
  if (settlesAfterMs !== undefined) await behave({ kind: 'auto-advance', afterMs: settlesAfterMs });
  for (const { rule, payee } of behaviours) await behave({ ...rule, ...(payee === undefined ? {} : { creditorAccount: accounts[payee] }) });
  for (const fault of faults) await sandbox.post('/_sandbox/faults', fault);
}

/** Where the runs of this seed stand. */
interface Course {
  /** True once a run has come that far; false when it is over before. */
  reaches(moment: Moment): Promise<boolean>;
  over(): void;
  isOver(): boolean;
}

/** `filesBefore`: how many files the bank had before this seed. */
function courseOf({ house }: PaymentHouse, filesBefore: number): Course {
  let isOver = false;
  const began = Date.now();
  const stages = async () => (await sql<{ stage: string }>(house.db, `select stage from cases where process = 'ap-payment-run' and created_at > to_timestamp(:began / 1000.0)`, { began })).map(({ stage }) => stage);
  const hasCome = async (moment: Moment): Promise<boolean> => {
    if (moments.indexOf(moment) < moments.indexOf('at-bank')) {
      const before = { opened: [], approved: ['received', 'approval'], released: ['received', 'approval', 'release'] }[moment as 'opened' | 'approved' | 'released'] as string[];
      return (await stages()).some((stage) => !before.includes(stage));
    }
    const { files, payments: all } = await house.sandbox.bankLedger();
    const own = new Set(files.slice(filesBefore).map(({ messageId }) => messageId));
    return moment === 'at-bank' ? own.size > 0 : all.some(({ messageId, state }) => own.has(messageId) && (state === 'booked' || state === 'returned'));
  };
  return {
    async reaches(moment) {
      for (;;) {
        if (await patiently(() => hasCome(moment))) return true;
        if (isOver) return false;
        await pause(30);
      }
    },
    over: () => void (isOver = true),
    isOver: () => isOver,
  };
}

/** Strikes at the moments that the seed names, and opens the second run; `tell` hears what happened. */
async function disturb(playing: PaymentHouse, { strikes, secondRun }: PaymentSchedule, course: Course, tell: (what: string) => void): Promise<void> {
  const { house, lines } = playing;
  const striking = strikes.map(async ({ moment, afterMs, fault }) => {
    if (!(await course.reaches(moment))) return;
    await pause(afterMs);
    await strike(house, lines, fault, playing.replaceWorker);
    tell(`${nameOf(fault)} at ${moment}`);
  });
  const again = async () => {
    if (secondRun === undefined || !(await course.reaches(secondRun))) return;
    await patiently(() => payments(house, people(house)).open());
    tell(`second run at ${secondRun}`);
  };
  await Promise.all([...striking, again()]);
}

/** People change their minds at the moments that the seed names. */
async function changeTheirMinds({ house }: PaymentHouse, { changes, runChanges }: PaymentSchedule, stock: Stock, course: Course, { tell, held }: { tell: (what: string) => void; held: Held[] }): Promise<void> {
  const inTime = async <Step extends DocumentChange | RunChange>(step: Step, decided: (step: Step) => Promise<void>) => {
    if (!(await course.reaches(step.moment))) return;
    await pause(step.afterMs);
    tell(`${step.change.kind} at ${step.moment}`);
    await decided(step);
  };
  await Promise.all([
    ...changes.map((step) => inTime(step, (change) => changeDocument(house, stock, change, held))),
    ...runChanges.map((step) => inTime(step, (change) => changeRun(house, change))),
  ]);
}

/** Days pass at the bank while somebody waits for it: soon, or where it settles by itself only when that was not enough. */
async function bankDaysPass({ house: { sandbox } }: PaymentHouse, { settlesAfterMs }: PaymentSchedule, course: Course): Promise<void> {
  const dayMs = settlesAfterMs === undefined ? 400 : 2_500;
  if (!(await course.reaches('at-bank'))) return;
  for (let since = Date.now(); !course.isOver(); await pause(50)) {
    if (Date.now() - since < dayMs) continue;
    await sandbox.post('/_sandbox/bank/advance', { days: 1 });
    since = Date.now();
  }
}

/** More than the longest time after which money comes back. */
const laterDays = 8;
/** A payment is refused once and comes back once at the most: after that everything is paid. */
const attempts = 3;

/** Nothing is wrong any more: what the bank still has to say is heard, and what it refused or gave back is paid again. */
async function settle(playing: PaymentHouse, { caseIds }: Stock): Promise<void> {
  const { house } = playing;
  await house.sandbox.clearFaults();
  await fetch(`${house.sandbox.url}/_sandbox/bank/behaviour`, { method: 'DELETE' });
  await house.sandbox.post('/_sandbox/bank/behaviour', { kind: 'auto-advance', afterMs: 0 });
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    await house.sandbox.post('/_sandbox/bank/advance', { days: laterDays });
    await heard(playing);
    const [open] = await sql<{ count: number }>(house.db, `select count(*)::int as count from cases where id = any (:caseIds::text[]) and closed_at is null`, { caseIds });
    if (open?.count === 0) break;
    await workUntilPaid(house, caseIds, () => false);
  }
  await fetch(`${house.sandbox.url}/_sandbox/bank/behaviour`, { method: 'DELETE' });
}

/** Every message of the bank is in, the ERP knows of every payment, and nobody has anything left to say. */
async function heard({ house }: PaymentHouse): Promise<void> {
  const look = house.client.schedule.getHandle('sched/bank-messages/DE01');
  const { messages, accounts } = await house.sandbox.bankLedger();
  const told = new Set(messages.filter(({ account }) => account === accounts[0]?.number || account === '').map(({ id }) => id));
  let triggered = 0;
  await until(() => patiently(async () => {
    if (Date.now() - triggered > 500) {
      triggered = Date.now();
      await look.trigger();
    }
    const known = new Set((await sql<{ id: string }>(house.db, `select id from bank_messages where entity = 'DE01'`)).map(({ id }) => id));
    return [...told].every((id) => known.has(id)) && (await toBook(house.db, 'DE01', 1)).length === 0 && (await outboxBacklog(house.db)).waiting === 0;
  }));
}
