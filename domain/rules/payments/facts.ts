import type { BusinessCalendar } from '../../calendar/business-days.ts';
import type { PlainDate } from '../../model/dates.ts';
import type { Decimal } from '../../model/money.ts';
import type { EarlierPayment, Exclusion, Payable, PayeeAccount, PayeeVerification, PayerAccount, PaymentHold } from '../../model/payment.ts';
import type { Versioned } from '../../policy/index.ts';
import type { PaymentPolicy } from '../../policy/payments.ts';
import type { TaxPolicy } from '../../policy/tax.ts';
import { exact, type Exact } from '../decimal.ts';
import { minorOf } from '../money.ts';

/** All that a proposal is made from, at one moment. */
export interface PaymentFacts {
  entity: { id: string; currency: string; country: string };
  runDate: PlainDate;
  nextRunDate: PlainDate;
  /** First day on which the bank executes what is sent now: no run is executed before it, however old its date is (P4, P11). */
  earliestExecution: PlainDate;
  payerAccount: PayerAccount;
  policy: Versioned<PaymentPolicy>;
  /** What the banks say of the names on changed accounts (P9); an account that is not here was not verified. */
  verifications?: PayeeVerification[];
  /** What is kept back for the tax office (T6). */
  withholding?: TaxPolicy['withholding'];
  payables: Payable[];
  holds: PaymentHold[];
  /** Payments of other runs, for the search for double payments (P12). */
  earlier: EarlierPayment[];
  /** Accounts that confirmed payments went to, as `accountKey` writes them, by supplier (P9). */
  paidTo?: { supplierId: string; account: string }[];
  /** Changed accounts that somebody has confirmed with the supplier, as `changedAccountKey` writes them (P9). */
  confirmedAccounts?: string[];
  /** Units of `to` for one unit of `from`; limits are compared in the policy's currency. */
  rates?: { from: string; to: string; rate: Decimal }[];
  today: PlainDate;
}

/** What the rules of one proposal share. */
export interface Setting {
  facts: PaymentFacts;
  policy: PaymentPolicy;
  calendar: BusinessCalendar;
  executionDate: PlainDate;
  /** When the next run would be executed; never before this one. */
  nextExecutionDate: PlainDate;
  /** The account is not one that the payee was paid to before, and nobody has confirmed it (P9). */
  isUnconfirmed(payee: Payable['payee'] & { account: PayeeAccount }): boolean;
}

/** Units of the policy's currency for one unit of `currency`; undefined when it is not known, never 1.0. */
export function limitRate({ facts, policy }: Setting, currency: string): Exact | undefined {
  if (currency === policy.currency) return exact('1');
  const found = facts.rates?.find((rate) => rate.from === currency && rate.to === policy.currency);
  const rate = found ? exact(found.rate) : undefined;
  return rate && rate.unscaled > 0n ? rate : undefined;
}

/** A credit note, or an invoice with a negative total (C1). An invoice that was prepaid too far is none. */
export function isCredit(payable: Pick<Payable, 'class' | 'gross'>): boolean {
  return payable.class === 'credit-note' || minorOf(payable.gross) < 0n;
}

/** An invoice on which more was prepaid than it bills, so that the supplier owes the rest. */
export function isOverPrepaid(payable: Pick<Payable, 'class' | 'gross' | 'open'>): boolean {
  return !isCredit(payable) && minorOf(payable.open) < 0n;
}

export function exclusion(payable: Pick<Payable, 'caseId'>, rule: string, code: string, message: string, until?: PlainDate): Exclusion {
  return { caseId: payable.caseId, code, rule, message, ...(until === undefined ? {} : { until }) };
}
