import { addBusinessDays } from '../../calendar/business-days.ts';
import type { Exclusion, Payable, PaymentHold } from '../../model/payment.ts';
import { describeMoney, isCurrency, minorOf } from '../money.ts';
import { blocksOpenItem } from './bank-status.ts';
import { describeVerification, nameCheck } from './changed-accounts.ts';
import { referenceFault } from './creditor-reference.ts';
import { exclusion, isCredit, limitRate, type Setting } from './facts.ts';
import { erpReasons } from './held-in-erp.ts';
import { withholdingReasons } from './withholding.ts';
import { accountNumberFault, methodFor } from './payee-account.ts';

/** Means of payment (UNTDID 4461) that we send by credit transfer. */
const creditTransferCodes = new Set(['1', '30', '31', '42', '57', '58', 'ZZZ']);

/** Holds by what they stop, so that a document finds its own at once. */
export interface HoldIndex {
  [subject: string]: PaymentHold[];
}

export function indexHolds(holds: readonly PaymentHold[]): HoldIndex {
  const index: HoldIndex = {};
  for (const hold of holds) (index[holdKey(hold.subject, hold.subjectId)] ??= []).push(hold);
  return index;
}

/** Everything that keeps a document from being paid now, in a fixed order (P1, P9, P11, T6); none: it may be paid. */
export function reasonsAgainst(payable: Payable, setting: Setting, holds: HoldIndex): Exclusion[] {
  if (payable.entity !== setting.facts.entity.id) return [exclusion(payable, 'P1', 'other-company', `The document belongs to ${payable.entity}, not to ${setting.facts.entity.id}.`)];
  return [...documentReasons(payable), ...holdReasons(payable, holds), ...amountReasons(payable, setting), ...withholdingReasons(payable, setting), ...payeeReasons(payable), ...accountReasons(payable, setting)];
}

function documentReasons(payable: Payable): Exclusion[] {
  const reasons: Exclusion[] = [];
  const add = (code: string, message: string): unknown => reasons.push(exclusion(payable, 'P1', code, message));
  if (payable.postedAs === undefined) add('not-posted', 'The document is not posted in the ERP.');
  if (!payable.approved) add('not-approved', 'The posted version of the document is not approved.');
  if (payable.blocked) add('blocked', 'The document is blocked for payment.');
  reasons.push(...erpReasons(payable, payable.inErp, 'P1'));
  if (payable.inRun && blocksOpenItem(payable.inRun.state)) add('in-other-run', `Run ${payable.inRun.runId} holds the document: its payment is ${payable.inRun.state}.`);
  const wrongReference = isCredit(payable) ? undefined : referenceFault(payable.remittance, payable.payee.account?.iban);
  if (wrongReference !== undefined) add('reference-invalid', wrongReference);
  if (!isPaidByTransfer(payable)) add('other-means', `The supplier is paid by other means (code ${payable.meansCode}), not by credit transfer.`);
  return reasons;
}

export function isPaidByTransfer({ meansCode }: Pick<Payable, 'meansCode'>): boolean {
  return meansCode === undefined || creditTransferCodes.has(meansCode);
}

/** What a hold looks at: document, supplier, payee, account and company. */
export type Holdable = Pick<Payable, 'caseId' | 'entity' | 'supplierId'> & { payee: { supplierId: string; account?: { id: string } | undefined } };

export function holdReasons(payable: Holdable, holds: HoldIndex): Exclusion[] {
  const { supplierId: payeeId, account } = payable.payee;
  const subjects: { subject: PaymentHold['subject']; id: string; code: string; what: string }[] = [
    { subject: 'item', id: payable.caseId, code: 'hold-item', what: 'The document' },
    { subject: 'supplier', id: payable.supplierId, code: 'hold-supplier', what: 'The supplier' },
    ...(payeeId === payable.supplierId ? [] : [{ subject: 'supplier' as const, id: payeeId, code: 'hold-payee', what: 'The payee' }]),
    ...(account ? [{ subject: 'bank-account' as const, id: `${payeeId}/${account.id}`, code: 'hold-account', what: 'The bank account' }] : []),
    { subject: 'entity', id: payable.entity, code: 'hold-entity', what: 'The company' },
  ];
  return subjects.flatMap(({ subject, id, code, what }) => {
    const reasons = (holds[holdKey(subject, id)] ?? []).filter(({ entity }) => entity === payable.entity).map(({ reason }) => reason.replace(/[.\s]+$/, ''));
    return reasons.length === 0 ? [] : [exclusion(payable, 'P1', code, `${what} is on hold: ${[...new Set(reasons)].sort().join('; ')}.`)];
  });
}

/** Over-prepaid documents and documents prepaid in full never enter a run; a credit is offset, not paid. */
function amountReasons(payable: Payable, setting: Setting): Exclusion[] {
  const { open } = payable;
  if (!isCurrency(open.currency)) return [exclusion(payable, 'P11', 'currency-unknown', `${open.currency} is no currency of ISO 4217: how many decimals it has is not known.`)];
  const reasons: Exclusion[] = [];
  if (isCredit(payable) ? minorOf(open) >= 0n : minorOf(open) <= 0n)
    reasons.push(exclusion(payable, 'P1', 'nothing-to-pay', isCredit(payable) ? `The credit has nothing left to offset (${describeMoney(open)}).` : `Nothing is open to be paid (${describeMoney(open)}).`));
  if (!limitRate(setting, open.currency)) reasons.push(exclusion(payable, 'P11', 'rate-missing', `There is no rate from ${open.currency} to ${setting.policy.currency}, in which the limits are set.`));
  return reasons;
}

function payeeReasons(payable: Payable): Exclusion[] {
  const { status } = payable.payee;
  return status === 'active' ? [] : [exclusion(payable, 'P1', `supplier-${status}`, `The supplier ${payable.payee.supplierId} is ${status}.`)];
}

/** A credit needs no account: it follows the payment that it is offset with. */
function accountReasons(payable: Payable, setting: Setting): Exclusion[] {
  const { account } = payable.payee;
  const { policy, calendar, facts } = setting;
  if (!account) return isCredit(payable) ? [] : [exclusion(payable, 'P1', 'account-missing', `The supplier ${payable.payee.supplierId} has no bank account for this document.`)];
  const reasons: Exclusion[] = [];
  if (account.status !== 'verified') reasons.push(exclusion(payable, 'P1', `account-${account.status}`, `The bank account ${account.id} is ${account.status === 'unverified' ? 'not verified' : account.status === 'closed' ? 'closed' : 'on hold'}.`));
  const fault = accountNumberFault(account);
  if (fault) reasons.push(exclusion(payable, 'P1', fault.code, fault.message));
  else if (isCurrency(payable.open.currency) && !methodFor(account, payable.open.currency, policy.methods)) reasons.push(exclusion(payable, 'P5', 'no-method', `The policy names no way to pay ${payable.open.currency} to the bank account ${account.id}.`));
  const usableFrom = addBusinessDays(calendar, account.changedOn, policy.coolingOffBusinessDays);
  if (facts.today < usableFrom) reasons.push(exclusion(payable, 'P9', 'account-changed', `The bank account ${account.id} was changed on ${account.changedOn}; it is paid from ${usableFrom} on.`, usableFrom));
  if (!isCredit(payable) && setting.isUnconfirmed({ ...payable.payee, account }))
    reasons.push(exclusion(payable, 'P9', 'account-unconfirmed', `The bank account ${account.id} is not the one that the supplier was paid to before: call the supplier on a number that was on file before, then lift the hold. Name check of the holder: ${nameCheck({ ...payable.payee, account })}. Verification by the bank: ${describeVerification(facts.verifications, payable.payee.supplierId, account)}.`));
  return reasons;
}

function holdKey(subject: PaymentHold['subject'], id: string): string {
  return `${subject} ${id}`;
}
