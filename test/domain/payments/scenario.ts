import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import type { Payable, PaymentProposal } from '../../../domain/model/payment.ts';
import type { Money } from '../../../domain/model/money.ts';
import { paymentPolicySchema, type PaymentPolicy } from '../../../domain/policy/payments.ts';
import { moneyFromDecimal } from '../../../domain/rules/money.ts';
import { proposePayments, type PaymentFacts } from '../../../domain/rules/payments/propose.ts';

/** A German company that pays on Tuesday 2 June 2026 and next on Thursday 4 June; one thing is unusual at a time. */

export const eur = (text: string): Money => moneyFromDecimal('EUR', text);
export const sha256 = (text: string): Uint8Array => createHash('sha256').update(text).digest();

const shipped = (name: string): PaymentPolicy => paymentPolicySchema.parse(parse(readFileSync(fileURLToPath(new URL(`../../../policies/payments/${name}.yaml`, import.meta.url)), 'utf8')));
/** The shipped policy, with ways to pay that do not change when somebody ships others. */
export const europeanPolicy: PaymentPolicy = { ...shipped('standard-eur'), methods: [{ currency: 'EUR', method: 'sepa', serviceLevel: 'SEPA', chargeBearer: 'SLEV' }, { currency: 'USD', method: 'credit-transfer', chargeBearer: 'SHAR' }] };

export const ibans = ['DE89370400440532013000', 'FR1420041010050500013M02606', 'NL91ABNA0417164300', 'AT611904300234573201'];
export const foreignIban = 'AE070331234567890123456';

/** A German IBAN for each number. */
export function ibanOf(n: number): string {
  const bban = `12030000${String(n).padStart(10, '0')}`;
  return `DE${String(98n - (BigInt(`${bban}131400`) % 97n)).padStart(2, '0')}${bban}`;
}

export function payee(supplierId = 'S1', iban: string | undefined = ibans[0], changes: Partial<Payable['payee']> = {}): Payable['payee'] {
  return {
    supplierId, name: `Supplier ${supplierId}`, country: 'DE', status: 'active',
    ...(iban === undefined ? {} : { account: { id: `${supplierId}-A`, version: 1, iban, holder: `Supplier ${supplierId}`, country: 'DE', status: 'verified' as const, changedOn: '2000-01-01' } }),
    ...changes,
  };
}

/** 1,000.00 EUR, posted, approved, due on the day of the run. */
export function payable(caseId: string, changes: Partial<Payable> = {}): Payable {
  const open = changes.open ?? eur('1000.00');
  return {
    caseId, entity: 'DE01', revision: 1, supplierId: 'S1', class: 'invoice', documentNumber: `R-${caseId}`,
    issueDate: '2026-05-03', dueDate: '2026-06-02', baselineDate: '2026-05-03', gross: open, net: open, open,
    discounts: [], postedAs: `51-${caseId}`, approved: true, blocked: false, payee: payee(), separate: false, ...changes,
  };
}

export function credit(caseId: string, amount: string, changes: Partial<Payable> = {}): Payable {
  const open = eur(`-${amount}`);
  return payable(caseId, { class: 'credit-note', open, gross: eur(amount), net: eur(amount), ...changes });
}

export function facts(payables: Payable[], changes: Partial<Omit<PaymentFacts, 'policy'>> & { policy?: Partial<PaymentPolicy> } = {}): PaymentFacts {
  const { policy, ...others } = changes;
  return {
    entity: { id: 'DE01', currency: 'EUR', country: 'DE' }, runDate: '2026-06-02', nextRunDate: '2026-06-04', today: '2026-06-02', earliestExecution: changes.today ?? '2026-06-02',
    payerAccount: { id: 'main', holder: 'Muster Maschinenbau GmbH', currency: 'EUR', iban: 'DE02120300000000202051', bic: 'BYLADEM1001', calendar: 't2' },
    policy: { version: 'standard-eur@test', content: { ...europeanPolicy, ...policy } },
    payables, holds: [], earlier: [], ...others,
  };
}

export function propose(payables: Payable[], changes: Parameters<typeof facts>[1] = {}): PaymentProposal {
  return proposePayments(facts(payables, changes));
}

/** `case: code` of everything that is left out. */
export function exclusions(proposal: PaymentProposal): string[] {
  return proposal.excluded.map(({ caseId, code }) => `${caseId}: ${code}`);
}

/** What each instruction pays, as `amount currency for cases`. */
export function payments(proposal: PaymentProposal): string[] {
  return proposal.instructions.map(({ amount, items }) => `${amount.minor} ${amount.currency} for ${items.join('+')}`).sort();
}
