import type { Money } from '../../model/money.ts';
import type { Exclusion, PaymentHold } from '../../model/payment.ts';
import { describeMoney, minorOf } from '../money.ts';
import { holdReasons, indexHolds, type Holdable } from './eligibility.ts';
import { exclusion } from './facts.ts';

/** A document as it was approved and released, in the transfer that pays it. */
export interface ReleasedItem extends Omit<Holdable, 'supplierId'> {
  endToEndId: string;
  open: Money;
}

/** The same document as it stands now; one that is not wanted, not posted or closed is not among them. */
export interface Standing {
  caseId: string;
  supplierId: string;
  open: Money;
  current: boolean;
  onHold: boolean;
}

/**
 * What has come up against documents between their proposal and the file: a hold, a withdrawal, a correction, an open exception
 * (P6). Each takes its whole transfer out; totals only fall, so that the approval stands for the rest. Answers the first reason of each transfer.
 */
export function lastLook(items: readonly ReleasedItem[], standing: readonly Standing[], holds: readonly PaymentHold[]): Map<string, Exclusion> {
  const now = new Map(standing.map((document) => [document.caseId, document]));
  const index = indexHolds(holds);
  const against = new Map<string, Exclusion>();
  for (const item of items) {
    const document = now.get(item.caseId);
    const [reason] = [...documentReasons(item, document), ...holdReasons({ ...item, supplierId: document?.supplierId ?? item.payee.supplierId }, index)];
    if (reason && !against.has(item.endToEndId)) against.set(item.endToEndId, reason);
  }
  return against;
}

function documentReasons(item: ReleasedItem, now: Standing | undefined): Exclusion[] {
  const not = (code: string, message: string): Exclusion[] => [exclusion(item, 'P6', code, message)];
  if (!now) return not('not-payable', `Document ${item.caseId} is not to be paid any more: it was withdrawn or refused, or is not posted.`);
  if (!now.current) return not('not-approved', `Document ${item.caseId} was corrected or changed after the proposal.`);
  if (now.onHold) return not('blocked', `Document ${item.caseId} is blocked for payment.`);
  if (now.open.currency !== item.open.currency || minorOf(now.open) !== minorOf(item.open)) return not('amount-changed', `Document ${item.caseId} is open for ${describeMoney(now.open)} now, and was proposed with ${describeMoney(item.open)}.`);
  return [];
}
