import type { PlainDate } from '../../model/dates.ts';
import type { Money } from '../../model/money.ts';
import type { Exclusion, HeldInErp, PaymentHold, ProposedItem } from '../../model/payment.ts';
import { describeMoney } from '../money.ts';
import { holdReasons, indexHolds, type Holdable } from './eligibility.ts';
import { exclusion } from './facts.ts';
import { erpReasons, isSameAmount } from './held-in-erp.ts';

/** A document as it was approved and released, in the transfer that pays it. */
export interface ReleasedItem extends Omit<Holdable, 'supplierId'>, Pick<ProposedItem, 'open' | 'payBy' | 'discount'> {
  endToEndId: string;
  executionDate: PlainDate;
  /** When the payee of the transfer was found clear; absent when nobody has asked. */
  screenedOn?: PlainDate;
}

/** The same document as it stands now; one that is not wanted, not posted or closed is not among them. */
export interface Standing {
  caseId: string;
  supplierId: string;
  open: Money;
  current: boolean;
  onHold: boolean;
  /** As the ERP told it just before; absent where it tells no open items. */
  inErp?: HeldInErp;
}

/** What the clock says as the file is about to be written. */
export interface Moment {
  /** First day on which the bank executes a file that leaves now (P11). */
  earliestExecution: PlainDate;
  /** First day whose screening results still count (P1). */
  screenedSince: PlainDate;
}

/**
 * What has come up against documents between their proposal and the file: a hold, a withdrawal, a correction, an open exception
 * (P6), also what the ERP holds otherwise than we do; a cut-off that was missed, and a discount with it (P4, P11); a screening result that is too old (P10). Each takes its whole transfer out; totals only
 * fall, so that the approval stands for the rest. No transfer gets another day, because people released it for this one. Answers one reason for each transfer.
 */
export function lastLook(items: readonly ReleasedItem[], standing: readonly Standing[], holds: readonly PaymentHold[], moment: Moment): Map<string, Exclusion> {
  const now = new Map(standing.map((document) => [document.caseId, document]));
  const index = indexHolds(holds);
  const looks: ((item: ReleasedItem) => Exclusion | undefined)[] = [
    (item) => documentReasons(item, now.get(item.caseId))[0] ?? holdReasons({ ...item, supplierId: now.get(item.caseId)?.supplierId ?? item.payee.supplierId }, index)[0],
    (item) => lapsedDiscount(item, moment),
    (item) => missedCutOff(item, moment),
    (item) => oldScreening(item, moment),
  ];
  const against = new Map<string, Exclusion>();
  for (const look of looks)
    for (const item of items) {
      const reason = against.has(item.endToEndId) ? undefined : look(item);
      if (reason) against.set(item.endToEndId, reason);
    }
  return against;
}

function documentReasons(item: ReleasedItem, now: Standing | undefined): Exclusion[] {
  const not = (code: string, message: string): Exclusion[] => [exclusion(item, 'P6', code, message)];
  if (!now) return not('not-payable', `Document ${item.caseId} is not to be paid any more: it was withdrawn or refused, or is not posted.`);
  if (!now.current) return not('not-approved', `Document ${item.caseId} was corrected or changed after the proposal.`);
  if (now.onHold) return not('blocked', `Document ${item.caseId} is blocked for payment.`);
  if (!isSameAmount(item.open, now.open)) return not('amount-changed', `Document ${item.caseId} is open for ${describeMoney(now.open)} now, and was proposed with ${describeMoney(item.open)}.`);
  return erpReasons({ caseId: item.caseId, open: item.open, blocked: now.onHold }, now.inErp, 'P6').map((reason) => ({ ...reason, message: `Document ${item.caseId}: ${reason.message}` }));
}

/** More would be taken off than the supplier grants on the day on which the bank executes. */
function lapsedDiscount(item: ReleasedItem, { earliestExecution }: Moment): Exclusion | undefined {
  const { caseId, discount, payBy, executionDate } = item;
  if (!discount || executionDate >= earliestExecution || payBy >= earliestExecution) return undefined;
  return exclusion(item, 'P4', 'discount-lapsed', `The payment takes ${describeMoney(discount.amount)} off document ${caseId}, which was to be paid by ${payBy}, and the bank would not execute it before ${earliestExecution}: the discount is over. The next run proposes the document anew.`);
}

function missedCutOff(item: ReleasedItem, { earliestExecution }: Moment): Exclusion | undefined {
  if (item.executionDate >= earliestExecution) return undefined;
  return exclusion(item, 'P11', 'cut-off-missed', `The payment was released for ${item.executionDate}, and the bank would not execute it before ${earliestExecution}: its cut-off was missed. The next run proposes the document anew.`);
}

/** Lists change: a payee who was clear then may be on one now. */
function oldScreening(item: ReleasedItem, { screenedSince }: Moment): Exclusion | undefined {
  if (item.screenedOn === undefined) return exclusion(item, 'P10', 'not-screened', 'The payee was not screened. The next run asks.');
  if (item.screenedOn >= screenedSince) return undefined;
  return exclusion(item, 'P10', 'screening-outdated', `The payee was screened on ${item.screenedOn}; results from before ${screenedSince} do not count any more. The next run asks again.`);
}
