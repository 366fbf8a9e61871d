import type { Money } from '../../model/money.ts';
import type { PaymentState } from './bank-status.ts';

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
}

export function outstandingIndex(outstanding: readonly OutstandingPayment[]): OutstandingIndex {
  const byId = new Map<string, Tracked>();
  const byAlias = new Map<string, Tracked>();
  const batches = new Map<string, Tracked[]>();
  for (const { endToEndId, paymentInformationId, amount, state, confirmedBy, returnedBy, aliases } of outstanding) {
    const tracked: Tracked = { endToEndId, amount, state, confirmedBy, returnedBy };
    // The same items in a later run have the same id (P7): what was taken out of a run never hides what was sent.
    if (byId.has(endToEndId) && state === 'removed') continue;
    byId.set(endToEndId, tracked);
    for (const alias of aliases ?? []) byAlias.set(alias, tracked);
    const batch = batches.get(paymentInformationId);
    if (batch) batch.push(tracked);
    else batches.set(paymentInformationId, [tracked]);
  }
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
  };
}
