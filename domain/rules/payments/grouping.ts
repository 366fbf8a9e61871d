import type { Exclusion, Payable, PayeeAccount } from '../../model/payment.ts';
import { canonicalJson } from '../canonical-json.ts';
import { minorOf } from '../money.ts';
import { isQrReference } from './creditor-reference.ts';
import { exclusion, isCredit, type Setting } from './facts.ts';
import { accountKey, methodFor, type PaymentMethod } from './payee-account.ts';
import type { Terms } from './terms.ts';
import type { Withholding } from './withholding.ts';

/** A document that this run would settle; `minor` is what is paid for it, signed. */
export interface Candidate {
  payable: Payable;
  terms: Terms;
  withheld?: Withholding;
  minor: bigint;
}

/** What becomes one transfer: all candidates of one group key (P5). */
export interface PaymentGroup {
  key: string;
  payee: Payable['payee'];
  account: PayeeAccount;
  currency: string;
  method: PaymentMethod;
  reference: string | undefined;
  separate: boolean;
  candidates: Candidate[];
  total: bigint;
}

/**
 * Documents by the key of P5; credits are offset inside a key only. Nobody pays a credit, so it needs no reference and often has
 * no account: it follows the largest payment of its supplier that it fits. Groups come in the order of their keys.
 */
export function groupCandidates(candidates: readonly Candidate[], setting: Setting): { groups: PaymentGroup[]; excluded: Exclusion[] } {
  const groups = new Map<string, PaymentGroup>();
  for (const candidate of candidates) if (!isCredit(candidate.payable)) addTo(groups, candidate, setting);
  const bySupplier = new Map<string, PaymentGroup[]>();
  for (const group of [...groups.values()].sort(byKey)) {
    const key = supplierKey(group.payee.supplierId, group.currency);
    const known = bySupplier.get(key);
    if (known) known.push(group);
    else bySupplier.set(key, [group]);
  }
  const excluded: Exclusion[] = [];
  for (const credit of candidates.filter(({ payable }) => isCredit(payable)).sort(largestCreditFirst)) {
    const { payable } = credit;
    const fitting = (bySupplier.get(supplierKey(payable.payee.supplierId, payable.open.currency)) ?? []).filter((group) => fits(payable, group));
    const chosen = fitting.reduce<PaymentGroup | undefined>((best, group) => (best === undefined || group.total > best.total ? group : best), undefined);
    if (chosen) join(chosen, credit);
    else excluded.push(exclusion(payable, 'P5', 'credit-carried-forward', 'This run makes no payment that the credit could be offset with; it is carried forward.'));
  }
  return { groups: [...groups.values()].sort(byKey), excluded };
}

/** Groups whose credits leave nothing to pay are carried forward as a whole. */
export function carryForward(groups: readonly PaymentGroup[]): { groups: PaymentGroup[]; excluded: Exclusion[] } {
  return { groups: groups.filter(({ total }) => total > 0n), excluded: groups.filter(({ total }) => total <= 0n).flatMap(({ candidates }) => candidates.map(carriedForward)) };
}

function carriedForward({ payable }: Candidate): Exclusion {
  return isCredit(payable)
    ? exclusion(payable, 'P5', 'credit-carried-forward', 'The credits are as large as what is due or larger; they are carried forward.')
    : exclusion(payable, 'P5', 'offset-by-credit', 'Credits of the supplier are as large as what is due; both are carried forward.');
}

function addTo(groups: Map<string, PaymentGroup>, candidate: Candidate, { facts, policy, executionDate }: Setting): void {
  const { payable } = candidate;
  const account = payable.payee.account!;
  const currency = payable.open.currency;
  const method = methodFor(account, currency, policy.methods)!;
  const reference = quotedReference(payable);
  const key = canonicalJson([
    facts.payerAccount.id, payable.payee.supplierId, accountKey(account), currency, executionDate,
    method.method, method.serviceLevel ?? null, method.chargeBearer, payable.separate ? payable.caseId : null, reference ?? null,
  ]);
  const group: PaymentGroup = groups.get(key) ?? { key, payee: payable.payee, account, currency, method, reference, separate: payable.separate, candidates: [], total: 0n };
  groups.set(key, group);
  join(group, candidate);
}

function join(group: PaymentGroup, candidate: Candidate): void {
  group.candidates.push(candidate);
  group.total += candidate.minor;
}

/** A transfer quotes one reference, so documents that ask for different ones are paid apart. Its own number is listed anyway; a QR reference is needed as one. */
function quotedReference({ remittance, documentNumber }: Payable): string | undefined {
  const text = remittance?.replace(/\s+/g, ' ').trim();
  if (text === undefined || text === '') return undefined;
  return bare(text) === bare(documentNumber) && !isQrReference(text) ? undefined : text;
}

function bare(text: string): string {
  return text.toUpperCase().replace(/[^\p{L}\p{N}]/gu, '');
}

function fits(credit: Payable, group: PaymentGroup): boolean {
  const { account } = credit.payee;
  return !credit.separate && !group.separate && (account === undefined || accountKey(account) === accountKey(group.account));
}

function supplierKey(supplierId: string, currency: string): string {
  return `${currency} ${supplierId}`;
}

function byKey(a: PaymentGroup, b: PaymentGroup): number {
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}

function largestCreditFirst(a: Candidate, b: Candidate): number {
  const difference = minorOf(a.payable.open) - minorOf(b.payable.open);
  return difference < 0n ? -1 : difference > 0n ? 1 : a.payable.caseId < b.payable.caseId ? -1 : 1;
}
