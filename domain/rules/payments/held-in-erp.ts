import type { Money } from '../../model/money.ts';
import type { Exclusion, HeldInErp } from '../../model/payment.ts';
import { describeMoney, minorOf } from '../money.ts';
import { exclusion } from './facts.ts';

/** A document as we hold it, to be held against the ERP. */
export interface HeldHere {
  caseId: string;
  open: Money;
  blocked: boolean;
}

/** What speaks against paying a document because the ERP holds it otherwise than we do (P1, P6); an ERP that tells no open items says nothing. */
export function erpReasons(document: HeldHere, inErp: HeldInErp | undefined, rule: 'P1' | 'P6'): Exclusion[] {
  const reason = (code: string, message: string): Exclusion => exclusion(document, rule, code, message);
  if (inErp === undefined) return [];
  if (inErp.state === 'cleared') return [reason('cleared-in-erp', 'The ERP holds the document as cleared, and no payment of ours has settled it.')];
  if (inErp.state === 'unreadable') return [reason('unreadable-in-erp', unreadableInErp)];
  return [
    ...(isSameAmount(document.open, inErp.open) ? [] : [reason('differs-in-erp', differsInErp(document.open, inErp.open))]),
    ...(inErp.paymentBlocked && !document.blocked ? [reason('blocked-in-erp', 'The ERP holds the document as blocked for payment; lift the block there.')] : []),
  ];
}

export function isSameAmount(here: Money, there: Money): boolean {
  return there.currency === here.currency && minorOf(there) === minorOf(here);
}

export function differsInErp(here: Money, there: Money): string {
  return `The document is open for ${describeMoney(here)} here and for ${describeMoney(there)} in the ERP.`;
}

export const unreadableInErp = 'The ERP holds the document as open, and for how much cannot be read.';
