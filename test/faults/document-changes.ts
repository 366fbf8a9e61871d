import { randomUUID } from 'node:crypto';
import { inTransaction } from '../../db/client.ts';
import { liftHold, placeHold } from '../../db/repositories/payables.ts';
import type { House } from '../support/house.ts';
import { people } from '../support/people.ts';
import { isLive } from './paid.ts';
import type { DocumentChange } from './payment-schedule.ts';
import type { Stock } from './payment-stock.ts';
import { hear, runsOf, type CaseStory, type Told } from './told.ts';
import { patiently, pause } from './workday.ts';

/** Payments to an account were held from one moment to another; `to` is absent while they are. */
export interface Held {
  account: string;
  from: number;
  to?: number;
}

/** Somebody decides about a document while it is being paid, or holds its payee back for a while. Whether the decision still counts is the process's to say. */
export async function changeDocument(house: House, stock: Stock, { change }: DocumentChange, held: Held[]): Promise<void> {
  if (change.kind === 'hold') return holdBack(house, stock, change, held);
  const caseId = stock.caseIds[change.document] ?? '';
  const { propose } = people(house, { relayAfterMs: 0 });
  if (change.kind === 'withdraw') await patiently(() => propose(caseId, { update: 'withdraw', decision: 'withdraw', person: 'anna.berg' }));
  else await patiently(() => propose(caseId, { update: 'correct', decision: 'correct', person: 'petra.lang', payload: { correction: { dueDate: '2026-12-15' } } }));
}

async function holdBack({ db }: House, { accounts, suppliers }: Stock, { payee, forMs }: { payee: number; forMs: number }, held: Held[]): Promise<void> {
  const hold = { id: `held-${randomUUID()}`, entity: 'DE01', subject: 'supplier' as const, subjectId: suppliers[payee] ?? '', reason: 'under-dispute', setBy: 'person:petra.lang' };
  await patiently(() => inTransaction(db, (trx) => placeHold(trx, hold)));
  const standing: Held = { account: accounts[payee] ?? '', from: Date.now() };
  held.push(standing);
  await pause(forMs);
  standing.to = Date.now();
  await patiently(() => inTransaction(db, (trx) => liftHold(trx, hold.id, { person: 'lars.thoma', reason: 'Settled with the supplier' })));
}

/** P6: what is released while payments to its account are held is not in a file that the bank gets before the hold is lifted. */
export async function paidWhileHeld(house: House, held: readonly Held[]): Promise<string[]> {
  const told = await hear(house);
  const runs = runsOf(told);
  return told.bank.payments.filter(isLive).flatMap(({ endToEndId, messageId, creditor }) => {
    const [released, sent] = [releasedAt(runs.get(messageId)), sentAt(told, messageId)];
    return held.filter(({ account, from, to = Infinity }) => account === creditor.account && released > from && sent < to).map(() => `P6: ${endToEndId} was sent to the bank although payments to its account were held before it was released`);
  });
}

function releasedAt(run: CaseStory | undefined): number {
  return Math.max(0, ...(run?.steps ?? []).flatMap(({ transition }) => (transition.kind === 'decided' && transition.decision === 'release' ? [Date.parse(transition.at)] : [])));
}

function sentAt({ requests }: Told, messageId: string): number {
  return Math.min(...requests.filter(({ route, reference }) => route === 'bank.files.post' && reference === messageId).map(({ at }) => Date.parse(at)));
}
