import type { OpenedErp } from '../../../adapters/registry.ts';

/** What a new adapter brings to the contract suite: itself, opened, and its counterpart (a test system or a sandbox). */
export interface ErpUnderTest extends OpenedErp {
  entity: string;
  counterpart: ErpCounterpart;
}

export type InjectedFault = 'slow' | 'fails-before' | 'fails-after' | 'late' | 'loses-answer' | 'throttles';

export interface PlacedOrder {
  number: string;
  line: string;
}

/** Raw access to the ERP, past the adapter. */
export interface ErpCounterpart {
  /** One supplier in EUR that exists there. */
  supplier: { id: string; name: string; vatId?: string; iban: string; externalId: string };
  /** A rate that the books have, and had not in 1999; there is none for XAF. */
  rate: { from: string; to: string; date: string; rate: string };
  placeOrder(order: { quantity: string; unitPrice: string; currency?: string; status?: 'approved' | 'draft' }): Promise<PlacedOrder>;
  /** A negative quantity is a return. */
  receive(order: PlacedOrder, quantity: string): Promise<void>;
  documents(externalReference: string): Promise<CounterpartDocument[]>;
  /** Strikes the next read of orders, post or reversal. `slow` lasts longer than the adapter's time limit. */
  inject(fault: InjectedFault, on: 'reads' | 'posts' | 'reversals'): Promise<void>;
  injected(): Promise<number>;
  clear(): Promise<void>;
  close(): Promise<void>;
}

export interface CounterpartDocument {
  documentNumber: string;
  externalReference?: string;
  correlationId?: string;
  reversed: boolean;
  paymentBlocked: boolean;
  lines: { currency: string; amount: string; companyAmount: string }[];
}
