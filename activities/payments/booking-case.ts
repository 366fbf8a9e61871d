import type { Db, Trx } from '../../db/client.ts';
import { openExceptionsOf } from '../../db/repositories/exceptions.ts';
import type { StoredInstruction } from '../../db/repositories/payments.ts';
import { errorCatalogue, type ErrorCode } from '../../domain/errors.ts';
import { closeStandingException, openStandingException } from '../standing-exception.ts';
import { technicalDueAt, technicalOwner } from '../technical-owner.ts';

/** What the ERP is asked to do with a payment: to book it, or to take it back. */
export type BookingKind = 'pay' | 'reverse';

type Booked = Pick<StoredInstruction, 'runId' | 'entity' | 'endToEndId'>;

const verbs: Record<BookingKind, string> = { pay: 'book', reverse: 'take back' };
const atBank: Record<BookingKind, string> = { pay: 'paid', reverse: 'given the money back' };

/** `withheld`: we did not ask it of the ERP, because it might do it to another payment. */
export interface BookingRefusal {
  code: string;
  message: string;
  withheld?: true;
}

/** The ERP has said no, or was not asked, which the people of accounts payable look at. */
export function openRefusal(trx: Trx, payment: Booked, kind: BookingKind, refusal: BookingRefusal, now: Date): Promise<void> {
  return open(trx, payment, refusalId(payment, kind), now, {
    code: 'counterpart-rejected',
    ownerRole: 'ap-lead',
    title: `${refusal.withheld ? 'The ERP is not asked' : 'The ERP refuses'} to ${verbs[kind]} payment ${payment.endToEndId}: ${refusal.code}`,
    suggestion: `${refusal.message} The bank has ${atBank[kind]}; mend the cause, it is tried again.`,
  });
}

/** It failed for a reason that is not the payment's own, which the technical owner looks at (guarantee 8). */
export function openFailure(trx: Trx, payment: Booked, kind: BookingKind, failure: { code: ErrorCode; message: string }, now: Date): Promise<void> {
  const { title, remedy } = errorCatalogue[failure.code];
  return open(trx, payment, failureId(payment, kind), now, {
    code: failure.code,
    ownerRole: technicalOwner,
    title: `${title} (${verbs[kind]} payment ${payment.endToEndId} in the ERP)`,
    suggestion: `${failure.message} ${remedy} The bank has ${atBank[kind]}; it is tried again with every look at the bank.`,
  });
}

/** The ERP has done it, or has nothing to do any more. */
export async function closeBookingCases(trx: Trx, payment: Booked, kind: BookingKind): Promise<void> {
  await Promise.all([refusalId(payment, kind), failureId(payment, kind)].map((first) => closeStandingException(trx, first, 'system:payments')));
}

/** Those of the payments that an open case says of why the ERP has not booked them, by end-to-end id. */
export async function withBookingCase(db: Db, payments: readonly Pick<Booked, 'runId' | 'endToEndId'>[]): Promise<Set<string>> {
  const found = new Set<string>();
  for (const runId of new Set(payments.map((payment) => payment.runId))) {
    const open = await openExceptionsOf(db, runId);
    const isTold = (first: string): boolean => open.some(({ id }) => id === first || id.startsWith(`${first}-`));
    for (const payment of payments) if (payment.runId === runId && (isTold(refusalId(payment, 'pay')) || isTold(failureId(payment, 'pay')))) found.add(payment.endToEndId);
  }
  return found;
}

async function open(trx: Trx, { runId, entity }: Booked, first: string, now: Date, found: { code: string; ownerRole: 'ap-lead' | typeof technicalOwner; title: string; suggestion: string }): Promise<void> {
  const dueAt = await technicalDueAt({ db: trx }, entity, now.toISOString());
  await openStandingException(trx, first, { origin: 'payment', entity, case: runId, dueAt, correlationId: runId, ...found });
}

function refusalId({ runId, endToEndId }: Pick<Booked, 'runId' | 'endToEndId'>, kind: BookingKind): string {
  return `${runId}-e-${kind}-${endToEndId.slice(0, 12)}`;
}

function failureId({ runId, endToEndId }: Pick<Booked, 'runId' | 'endToEndId'>, kind: BookingKind): string {
  return `${runId}-t-${kind}-${endToEndId.slice(0, 12)}`;
}
