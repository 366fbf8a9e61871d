import type { Money } from '../../model/money.ts';
import type { PaymentState } from './bank-status.ts';
import { isElsewhere, type PaymentAccounts } from './entry-account.ts';

/** A payment of ours that statements may speak of: everything that was sent, and lately confirmed or returned. */
export interface OutstandingPayment {
  endToEndId: string;
  paymentInformationId: string;
  amount: Money;
  state: PaymentState;
  /** Identities of the entries that booked its debit and its return. */
  confirmedBy?: string;
  returnedBy?: string;
  /** Shorter ids of the same payment for formats without room for the end-to-end id, such as a trace number. */
  aliases?: readonly string[];
  accounts?: PaymentAccounts;
}

/** The same while entries are matched; changes with each of them. */
export interface Tracked {
  readonly endToEndId: string;
  readonly amount: Money;
  state: PaymentState;
  confirmedBy: string | undefined;
  returnedBy: string | undefined;
}

export interface OutstandingIndex {
  /** By the end-to-end id, and only where the bank gives none by the first alias that is known. */
  find(endToEndId: string | undefined, ...aliases: (string | undefined)[]): Tracked | undefined;
  batch(paymentInformationId: string | undefined): Tracked[] | undefined;
  /** Only the payments that an entry of this account can be about; the same index where these are all. */
  on(account: string | undefined): OutstandingIndex;
}

export function outstandingIndex(outstanding: readonly OutstandingPayment[]): OutstandingIndex {
  const byId = new Map<string, Tracked>();
  const byAlias = new Map<string, Tracked>();
  const batches = new Map<string, Tracked[]>();
  const all: { tracked: Tracked; accounts: PaymentAccounts | undefined }[] = [];
  for (const { endToEndId, paymentInformationId, amount, state, confirmedBy, returnedBy, aliases, accounts } of outstanding) {
    const tracked: Tracked = { endToEndId, amount, state, confirmedBy, returnedBy };
    // The same items in a later run have the same id (P7): what was taken out of a run never hides what was sent.
    if (byId.has(endToEndId) && state === 'removed') continue;
    byId.set(endToEndId, tracked);
    all.push({ tracked, accounts });
    for (const alias of aliases ?? []) byAlias.set(alias, tracked);
    const batch = batches.get(paymentInformationId);
    if (batch) batch.push(tracked);
    else batches.set(paymentInformationId, [tracked]);
  }
  const narrow = (account: string): OutstandingIndex => {
    const elsewhere = new Set(all.flatMap(({ tracked, accounts }) => (accounts && isElsewhere(account, accounts) ? [tracked] : [])));
    const here = (payment: Tracked | undefined): Tracked | undefined => (payment && elsewhere.has(payment) ? undefined : payment);
    return elsewhere.size === 0 ? whole : view({ get: (id) => here(byId.get(id)) }, { get: (id) => here(byAlias.get(id)) }, { get: (id) => some(batches.get(id)?.filter((payment) => !elsewhere.has(payment))) }, narrow);
  };
  const whole = view(byId, byAlias, batches, narrow);
  return whole;
}

type Lookup<Found> = Pick<Map<string, Found>, 'get'>;

function view(byId: Lookup<Tracked>, byAlias: Lookup<Tracked>, batches: Lookup<Tracked[]>, narrowed: (account: string) => OutstandingIndex): OutstandingIndex {
  const views = new Map<string, OutstandingIndex>();
  return {
    find(endToEndId, ...aliases) {
      if (endToEndId !== undefined) return byId.get(endToEndId);
      for (const alias of aliases) {
        const found = alias === undefined ? undefined : byAlias.get(alias);
        if (found) return found;
      }
      return undefined;
    },
    batch: (paymentInformationId) => (paymentInformationId === undefined ? undefined : batches.get(paymentInformationId)),
    on(account) {
      if (account === undefined) return this;
      const known = views.get(account) ?? narrowed(account);
      views.set(account, known);
      return known;
    },
  };
}

function some<Item>(items: Item[] | undefined): Item[] | undefined {
  return items?.length === 0 ? undefined : items;
}
