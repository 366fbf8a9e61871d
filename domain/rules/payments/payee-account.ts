import type { PayeeAccount } from '../../model/payment.ts';
import type { PaymentPolicy } from '../../policy/payments.ts';
import { compactIban, ibanFault } from './iban.ts';
import { isRoutingNumber } from './routing-number.ts';

export type PaymentMethod = PaymentPolicy['methods'][number];

/** Countries whose accounts are reached by SEPA credit transfers, by the first letters of their IBANs. */
const sepaCountries = new Set('AD AL AT BE BG CH CY CZ DE DK EE ES FI FR GB GI GR HR HU IE IS IT LI LT LU LV MC MD ME MK MT NL NO PL PT RO RS SE SI SK SM VA'.split(' '));

/** One text for one account, however it is written: the IBAN, else routing number and account number. */
export function accountKey({ iban, account, routingNumber }: Pick<PayeeAccount, 'iban' | 'account' | 'routingNumber'>): string {
  if (iban !== undefined) return compactIban(iban);
  return `${routingNumber ?? ''}/${(account ?? '').replace(/\s/g, '').toUpperCase()}`;
}

/** What is wrong with the number itself, as a sentence; undefined where it can exist. */
export function accountNumberFault(account: PayeeAccount): { code: 'iban-invalid' | 'routing-number-invalid' | 'account-number-missing'; message: string } | undefined {
  if (account.iban !== undefined) {
    const fault = ibanFault(account.iban);
    return fault === undefined ? undefined : { code: 'iban-invalid', message: `The IBAN ${fault}.` };
  }
  if (account.account === undefined || account.account.trim() === '') return { code: 'account-number-missing', message: 'The bank account has neither IBAN nor account number.' };
  if (account.routingNumber !== undefined && !isRoutingNumber(account.routingNumber)) return { code: 'routing-number-invalid', message: 'The routing number has wrong check digits or not nine digits.' };
  return undefined;
}

/** The first way of the policy that pays this currency and reaches this account. */
export function methodFor(account: PayeeAccount, currency: string, methods: readonly PaymentMethod[]): PaymentMethod | undefined {
  return methods.find((method) => method.currency === currency && reaches(method.method, account));
}

function reaches(method: PaymentMethod['method'], { iban, account, routingNumber }: PayeeAccount): boolean {
  if (method === 'sepa') return iban !== undefined && sepaCountries.has(compactIban(iban).slice(0, 2));
  if (method === 'ach') return account !== undefined && routingNumber !== undefined;
  return iban !== undefined || account !== undefined;
}
