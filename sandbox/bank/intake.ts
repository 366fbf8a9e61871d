import { minorOf } from '../../domain/rules/money.ts';
import { dateOf, isBankDay, onOrAfterBankDay, startOf } from './calendar.ts';
import { FileRefusal } from './file-refusal.ts';
import { grouped } from './grouped.ts';
import { isValidIban } from './iban.ts';
import type { BankFact, Fate, InstructedFile, Instruction, Payment, Task } from './model.ts';
import { readNacha } from './nacha-file.ts';
import { readPain001 } from './pain001.ts';
import { ruleFor, type BankState } from './state.ts';
import { together } from './messages/pain002.ts';
import { addDays } from '../../domain/calendar/plain-date.ts';

/** After this hour of UTC a file belongs to the next bank day. */
const cutOffHour = 15;

/** A file → what the bank takes of it. @throws FileRefusal where it takes nothing */
export function receiveFile(state: BankState, { text, messageId, connection }: { text: string; messageId: string; connection: string | undefined }, now: number): Extract<BankFact, { kind: 'file' }> {
  const instructed = /^\s*<|^\uFEFF/.test(text) ? readPain001(text) : readNacha(text, messageId);
  const { debtorAccount } = instructed.instructions[0] as Instruction;
  checkFile(state, instructed, messageId, connection ?? debtorAccount);
  const reference = `FILE-${String(state.files.size + 1).padStart(6, '0')}`;
  const used: number[] = [];
  const payments = judged(state, instructed, reference, now, used);
  const file = { reference, messageId: instructed.messageId, format: instructed.format, debtorAccount, total: instructed.total, receivedAt: now, state: together(payments), text };
  return { kind: 'file', file, payments, tasks: tasksOf(state, reference, debtorAccount, payments, now, used), used };
}

function checkFile(state: BankState, file: InstructedFile, messageId: string, connection: string): void {
  const { debtorAccount } = file.instructions[0] as Instruction;
  const refuse = (code: string, message: string): never => {
    const refusal = new FileRefusal(code, message);
    refusal.messageId = file.messageId;
    if (connection === debtorAccount && state.accounts.has(debtorAccount)) refusal.account = debtorAccount;
    throw refusal;
  };
  if (file.messageId !== messageId) refuse('FF01', 'the message id of the file is not that of its envelope');
  if (file.instructions.some((one) => one.debtorAccount !== debtorAccount)) refuse('FF01', 'a file pays from one account');
  if (!state.accounts.has(debtorAccount)) refuse('AC02', 'the bank does not keep the debtor account');
  if (debtorAccount !== connection) refuse('AC02', 'this connection is for another account');
  if ([...state.files.values()].some((known) => known.messageId === file.messageId && known.debtorAccount === debtorAccount)) refuse('DUPL', 'a file of this message id was received before');
}

function judged(state: BankState, file: InstructedFile, reference: string, now: number, used: number[]): Payment[] {
  const owner = state.accounts.get((file.instructions[0] as Instruction).debtorAccount);
  let available = (owner?.balance ?? 0n) - (owner?.reserved ?? 0n);
  const seen = new Set<string>();
  return file.instructions.map((instruction, index) => {
    const reason = rejection(instruction);
    seen.add(instruction.endToEndId);
    const base = { ...instruction, no: `PMT-${String(state.payments.size + index + 1).padStart(7, '0')}`, file: reference, messageId: file.messageId };
    if (reason !== undefined) return { ...base, state: 'rejected', reason, fate: {} };
    available -= minorOf(instruction.amount);
    return { ...base, state: 'accepted', settlesAt: settlementOf(instruction.requestedOn, now), fate: fateOf(state, instruction, used) };
  });

  function rejection(instruction: Instruction): string | undefined {
    if (seen.has(instruction.endToEndId)) return 'AM05';
    if (minorOf(instruction.amount) <= 0n) return 'AM01';
    if (instruction.amount.currency !== owner?.account.currency) return 'AM03';
    if (/^[A-Z]{2}/.test(instruction.creditor.account) && !isValidIban(instruction.creditor.account)) return 'AC01';
    const told = applied(ruleFor(state, 'reject', (rule) => rule.when === 'receipt' && concerns(rule, instruction), used), used)?.reason;
    return told ?? (available < minorOf(instruction.amount) ? 'AM04' : undefined);
  }
}

function fateOf(state: BankState, instruction: Instruction, used: number[]): Fate {
  const late = applied(ruleFor(state, 'reject', (rule) => rule.when === 'settlement' && concerns(rule, instruction), used), used);
  if (late) return { rejectAtSettlement: late.reason };
  const returned = applied(ruleFor(state, 'return', (rule) => concerns(rule, instruction), used), used);
  const omitted = applied(ruleFor(state, 'omit-from-statement', (rule) => concerns(rule, instruction), used), used);
  return { ...(returned ? { returned: { afterDays: returned.afterDays, reason: returned.reason } } : {}), ...(omitted ? { omitted: true } : {}) };
}

/** The later of the requested date and the next possible bank day; at once where that is today, else as the day begins. */
function settlementOf(requestedOn: string, now: number): number {
  const today = dateOf(now);
  const open = isBankDay(today) && new Date(now).getUTCHours() < cutOffHour;
  const possible = open ? today : onOrAfterBankDay(addDays(today, 1));
  const day = onOrAfterBankDay(requestedOn > possible ? requestedOn : possible);
  return Math.max(now, startOf(day));
}

function tasksOf(state: BankState, file: string, debtorAccount: string, payments: Payment[], now: number, used: number[]): Task[] {
  const silent = applied(ruleFor(state, 'silent', (rule) => rule.debtorAccount === undefined || rule.debtorAccount === debtorAccount, used), used);
  const days = grouped(payments.filter((payment) => payment.settlesAt !== undefined), (payment) => payment.settlesAt as number);
  return [
    ...(silent ? [] : [{ at: now, due: { kind: 'report' as const, file } }]),
    ...[...days].map(([at, own]): Task => ({ at, due: { kind: 'settle', file, payments: own.map((payment) => payment.no) } })),
  ];
}

function concerns(rule: { debtorAccount?: string; creditorAccount?: string; endToEndId?: string }, instruction: Instruction): boolean {
  const agrees = (wanted: string | undefined, given: string) => wanted === undefined || wanted === given;
  return agrees(rule.debtorAccount, instruction.debtorAccount) && agrees(rule.creditorAccount, instruction.creditor.account) && agrees(rule.endToEndId, instruction.endToEndId);
}

function applied<B>(rule: { id: number; behaviour: B } | undefined, used: number[]): B | undefined {
  if (rule) used.push(rule.id);
  return rule?.behaviour;
}
