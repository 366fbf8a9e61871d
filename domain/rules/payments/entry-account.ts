import { compactIban, isIban } from './iban.ts';

/** Between which accounts a payment goes, each by its IBAN or, where it has none, its number. */
export interface PaymentAccounts {
  payer?: string;
  payee?: string;
}

/**
 * Whether an entry of this account is none of the payment, whatever it quotes: the bank may tell of several accounts, among them that of a payee in the same
 * group. It stands on the payee's own account, or both it and the payer's have an IBAN and they differ. A number without a country may be any, so that it decides
 * nothing else.
 */
export function isElsewhere(account: string, { payer, payee }: PaymentAccounts): boolean {
  if (payer !== undefined && names(account, payer)) return false;
  if (payee !== undefined && names(account, payee)) return true;
  return payer !== undefined && isIban(payer) && isIban(account);
}

/** The same account however it is written: `10020030/1234567` is the end of the IBAN `DE…10020030 0001234567`. */
function names(account: string, number: string): boolean {
  const [written, whole] = [compactIban(account), compactIban(number)];
  if (written === whole) return true;
  if (!isIban(whole) || isIban(written)) return false;
  const parts = written.split(/[^A-Z0-9]+/).filter((part) => part !== '');
  const last = parts.at(-1) ?? '';
  return last.length >= shortestNumber && whole.endsWith(last) && parts.every((part) => whole.includes(part));
}

/** Fewer characters than this may be the end of any number. */
const shortestNumber = 5;
