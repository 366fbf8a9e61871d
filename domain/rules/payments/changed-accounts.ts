import type { Payable, PayeeAccount } from '../../model/payment.ts';
import { nameSimilarity } from '../accounts-payable/similarity.ts';
import type { PaymentFacts } from './facts.ts';
import { accountKey } from './payee-account.ts';

/** Names that are as alike as this are one name with a slip of the pen; a person looks at it all the same. */
const closeName = 85;

/** One version of an account of a supplier, as confirmations name it. */
export function changedAccountKey(supplierId: string, { id, version }: Pick<PayeeAccount, 'id' | 'version'>): string {
  return `${supplierId}/${id}@${version}`;
}

/**
 * Whether a payee that was paid before would now be paid to another account which nobody has confirmed (P9): the call-back goes to a
 * contact that was on file before the change, and whoever recorded it may not release the payment. Answers a function, because the
 * payments made are looked up once.
 */
export function unconfirmedChange({ paidTo = [], confirmedAccounts = [] }: Pick<PaymentFacts, 'paidTo' | 'confirmedAccounts'>): (payee: Payable['payee'] & { account: PayeeAccount }) => boolean {
  const known = new Map<string, Set<string>>();
  for (const { supplierId, account } of paidTo) known.set(supplierId, (known.get(supplierId) ?? new Set<string>()).add(account));
  const confirmed = new Set(confirmedAccounts);
  return ({ supplierId, account }) => {
    const paid = known.get(supplierId);
    return paid !== undefined && !paid.has(accountKey(account)) && !confirmed.has(changedAccountKey(supplierId, account));
  };
}

/** What comparing the holder of an account with the supplier's name says (P9). */
export function nameCheck({ name, account }: { name: string; account: Pick<PayeeAccount, 'holder'> }): 'match' | 'close match' | 'no match' {
  const alike = nameSimilarity(account.holder, name);
  if (alike === 100) return 'match';
  return alike >= closeName ? 'close match' : 'no match';
}
