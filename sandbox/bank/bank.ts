import { Refusal } from '../shared/http.ts';
import { openJournalFile } from '../shared/journal-file.ts';
import { FileRefusal } from './file-refusal.ts';
import { receiveFile } from './intake.ts';
import { createMailroom } from './mailroom.ts';
import { statusReport } from './messages/pain002.ts';
import type { BankFact, BankFile, BankSeed, Behaviour, Refused, Task } from './model.ts';
import { carryOut } from './steps.ts';
import { applyFact, emptyState, nextTask, type BankState } from './state.ts';

/** The bank: its state, its clock, and the only way to change them. */
export interface Bank {
  readonly state: BankState;
  readonly droppedBytes: number;
  /** The bank's own clock in epoch milliseconds: real time plus what it was moved by. */
  now(): number;
  /** Does everything that has fallen due; every question to the bank comes after it. */
  catchUp(): void;
  /** `connection`: the only account that the file may pay from. @throws Refusal where the bank takes nothing of it */
  receive(text: string, messageId: string, connection?: string): BankFile;
  /** @throws Refusal for a time in the past */
  advance(to: number): void;
  behave(behaviour: Behaviour): void;
  forgetBehaviours(): void;
  order(tasks: Task[]): void;
  seed(seed: BankSeed): void;
  durable(): Promise<void>;
  close(): void;
}

/** Opens the file and rebuilds the state from it; accounts of shipped seeds that the file does not know are opened. */
export function openBank(path: string, seeds: BankSeed[], clock: () => Date = () => new Date()): Bank {
  const file = openJournalFile<BankFact>(path, clock);
  const state = emptyState();
  for (const record of file.records) applyFact(state, record);
  const bank: Bank = { state, droppedBytes: file.droppedBytes, now, catchUp, receive, advance, behave, forgetBehaviours, order, seed, durable: () => file.durable(), close: () => file.close() };
  for (const shipped of seeds) if (!shipped.accounts.some((account) => state.accounts.has(account.number))) seed(shipped);
  return bank;

  function now(): number {
    return clock().getTime() + state.offsetMs;
  }

  function catchUp(): void {
    for (let task = nextTask(state); task; task = nextTask(state)) {
      if (task.at > now()) {
        const awaited = awaitedTime();
        if (awaited === undefined) return;
        moveTo(Math.max(awaited, now()));
      } else commit(carryOut(state, task));
    }
  }

  /** With `auto-advance`, the day on which a file settles that has waited long enough; its clock then goes there by itself. */
  function awaitedTime(): number | undefined {
    const rule = state.rules.find(({ behaviour }) => behaviour.kind === 'auto-advance')?.behaviour;
    if (rule?.kind !== 'auto-advance') return undefined;
    const waited = (reference: string) => clock().getTime() - (state.arrivals.get(reference) ?? 0) >= rule.afterMs;
    const times = state.tasks.flatMap(({ at, due }) => (due.kind === 'settle' && at > now() && waited(due.file) ? [at] : []));
    return times.length === 0 ? undefined : Math.min(...times);
  }

  function receive(text: string, messageId: string, connection?: string): BankFile {
    try {
      const fact = receiveFile(state, { text, messageId, connection }, now());
      commit(fact);
      return fact.file;
    } catch (error) {
      if (!(error instanceof FileRefusal)) throw error;
      commit(refusalOf(error, messageId, connection ?? error.account ?? ''));
      throw new Refusal(422, error.code, error.message);
    }
  }

  /** A refusal is told twice, as banks do: in the answer, and in a report where the file says its id. */
  function refusalOf(error: FileRefusal, messageId: string, account: string): Refused {
    const reference = `REFUSED-${String(state.refusals.length + 1).padStart(6, '0')}`;
    const fact: Refused = { kind: 'refused', reference, account, messageId, code: error.code, text: error.message, at: now(), messages: [], tasks: [], used: [], numbered: state.numbered };
    const group = { status: 'RJCT', reason: error.code, text: error.message };
    if (error.messageId !== undefined) createMailroom(state, fact).send(account, 'pain.002', (id) => statusReport({ messageId: id, at: now(), original: { messageId, format: 'pain.001' }, group, payments: [] }));
    return fact;
  }

  function advance(to: number): void {
    if (to < now()) throw new Refusal(422, 'CLOCK', `the clock of the bank is at ${new Date(now()).toISOString()} and does not go back`);
    catchUp();
    moveTo(to);
    catchUp();
  }

  function moveTo(to: number): void {
    commit({ kind: 'clock', offsetMs: to - clock().getTime() });
  }

  function behave(behaviour: Behaviour): void {
    commit({ kind: 'behaviour', behaviour });
  }

  function forgetBehaviours(): void {
    commit({ kind: 'behaviours-cleared' });
  }

  function order(tasks: Task[]): void {
    commit({ kind: 'ordered', tasks });
    catchUp();
  }

  function seed({ accounts, behaviours }: BankSeed): void {
    for (const account of accounts) {
      if (state.accounts.has(account.number)) throw new Refusal(422, 'ACCOUNT', `account ${account.number} exists already`);
      commit({ kind: 'account', account, at: now() });
    }
    for (const behaviour of behaviours) behave(behaviour);
  }

  function commit(fact: BankFact): void {
    applyFact(state, file.append(fact));
  }
}
