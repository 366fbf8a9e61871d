import type { ErrorCode } from '../../errors.ts';
import type { Payable, PayeeAccount, PayeeVerification } from '../../model/payment.ts';
import type { Person } from '../../model/person.ts';
import { humanOf } from '../accounts-payable/duties.ts';
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

/** Nothing said is "unavailable": silence is never a pass. */
export function verificationOf(verifications: readonly PayeeVerification[] = [], supplierId: string, { id, version }: Pick<PayeeAccount, 'id' | 'version'>): Pick<PayeeVerification, 'result' | 'name'> {
  return verifications.find((entry) => entry.supplierId === supplierId && entry.accountId === id && entry.version === version) ?? { result: 'unavailable' };
}

export function describeVerification(...about: Parameters<typeof verificationOf>): string {
  const { result, name } = verificationOf(...about);
  return `${result.replace('-', ' ')}${name === undefined ? '' : `, the account belongs to ${name}`}`;
}

/** What was known when a changed account was put on hold. */
export interface AccountChange {
  changedBy?: string | undefined;
  verification: PayeeVerification['result'];
}

/** With the persons who chose the account for an open document, by correcting the document. */
type ChosenAccount = AccountChange & { chosenBy: readonly string[] };

/** What a person says who lets a changed account be paid again. */
export interface AccountConfirmation {
  person: string;
  callBack?: { contact: string; on: string } | undefined;
  /** The result of the name check that the person has seen. */
  nameCheck?: PayeeVerification['result'] | undefined;
}

/**
 * Why a changed account may not be confirmed so (P9); undefined: it may. Whoever confirms it neither changed it nor chose it, the supplier was called
 * back on a contact that was on file before, and whoever confirms in spite of the name check says which result they saw.
 */
export function judgeConfirmation({ changedBy, verification, chosenBy }: ChosenAccount, { person, callBack, nameCheck: seen }: AccountConfirmation, today: string, people: readonly Person[]): { code: Extract<ErrorCode, 'duties-conflict' | 'call-back-missing' | 'name-check-open'>; message: string } | undefined {
  const same = (other: string): boolean => humanOf(other, people) === humanOf(person, people);
  if (changedBy !== undefined && same(changedBy)) return { code: 'duties-conflict', message: 'Whoever entered or changed a bank account may not confirm it.' };
  if (chosenBy.some(same)) return { code: 'duties-conflict', message: 'Whoever chose this bank account for a document by correcting the document may not confirm it.' };
  if (!callBack) return { code: 'call-back-missing', message: 'A changed bank account is confirmed by calling the supplier back: name the contact that was on file before the change, and the day of the call.' };
  if (callBack.on > today) return { code: 'call-back-missing', message: `The call-back of ${callBack.on} has not taken place yet.` };
  if (verification !== 'match' && seen !== verification) return { code: 'name-check-open', message: `The bank's check of the name says "${verification}": say so in nameCheck to confirm the account in spite of it.` };
  return undefined;
}
