import type { InvoiceFacts } from '../../model/invoice-facts.ts';
import type { DocumentParty } from '../../model/party.ts';
import type { BankAccount, Supplier } from '../../model/supplier.ts';
import { minorOf } from '../money.ts';
import { companyOf } from './company.ts';
import { isCredit } from './credits.ts';
import type { Observation } from './findings.ts';
import { plainName } from './similarity.ts';
import { hasValidForm, plainTaxId } from './tax-id.ts';

/** Is the document addressed to this company, by tax id, by buyer id or by name (T5)? */
export function judgeBuyer({ invoice, entity, policies }: InvoiceFacts): Observation[] {
  const { buyer } = invoice;
  const ours = entity.vatIds.map(plainTaxId);
  const fault = (actual: string): Observation[] => [{ code: 'buyer-not-ours', rule: 'T5', scope: 'document', expected: entity.name, actual }];
  if (buyer.vatId !== undefined && ours.length > 0) return ours.includes(plainTaxId(buyer.vatId)) ? [] : fault(`${buyer.name} (${buyer.vatId})`);
  if (policies.tax.content.buyerTaxIdRequired) return fault(`${buyer.name} without a tax id`);
  return companyOf(buyer, [entity]) ? [] : fault(buyer.name);
}

/** The supplier by its strongest mark: correction, tax id, agreed id, register number, tax number, account, name. One must fit, and one only. */
export function resolveSupplier(facts: InvoiceFacts): { supplier?: Supplier; by?: string; observations: Observation[] } {
  const { invoice, corrections, supplierCandidates } = facts;
  const document = { scope: 'document', actual: invoice.seller.name };
  const corrected = supplierCandidates.find((candidate) => candidate.id === corrections.supplierId);
  if (corrected) return { supplier: corrected, by: 'correction', observations: judgeSupplier(facts, corrected) };
  for (const { by, fits } of marks(facts)) {
    const fitting = supplierCandidates.filter(fits);
    if (fitting.length === 0) continue;
    const chosen = fitting.length === 1 ? fitting[0] : narrow(facts, fitting);
    if (chosen) return { supplier: chosen, by, observations: judgeSupplier(facts, chosen) };
    return { observations: [{ ...document, code: 'supplier-ambiguous', rule: 'D6', expected: fitting.map((supplier) => supplier.id).sort().join(', ') }] };
  }
  return { observations: [{ ...document, code: 'supplier-unknown', rule: 'M17' }] };
}

export interface Payee {
  supplier: Supplier;
  account?: BankAccount;
}

/**
 * Whom and which account to pay. A payee other than the seller must be its factor or group company on file (M11); an
 * account that is not on file is never paid and never taken over from a document (P9).
 */
export function resolvePayee(facts: InvoiceFacts, supplier: Supplier): { payee?: Payee; observations: Observation[] } {
  const { invoice, corrections } = facts;
  const owner = payeeSupplier(facts, supplier);
  if (!owner) return { observations: [{ code: 'payee-not-related', rule: 'M11', scope: 'document', expected: supplier.name, actual: invoice.payee?.name ?? '' }] };
  if (isCredit(invoice) || minorOf(invoice.totals.payable) <= 0n || isPulled(facts)) return { payee: { supplier: owner }, observations: [] };

  const usable = owner.bankAccounts.filter((account) => account.status !== 'closed');
  const stated = statedAccounts(facts);
  const corrected = usable.find((account) => account.id === corrections.bankAccountId);
  const named = usable.filter((account) => stated.some((text) => isAccount(account, text)));
  if (!corrected && stated.length > 0 && named.length === 0)
    return { payee: { supplier: owner }, observations: [{ code: 'bank-account-unknown', rule: 'P9', scope: 'document', actual: stated.map(mask).sort().join(', '), expected: `an account of ${owner.id}` }] };
  const candidates = named.length > 0 ? named : usable.filter((account) => account.status === 'verified');
  const account = corrected ?? (candidates.length === 1 ? candidates[0] : undefined);
  if (!account) return { payee: { supplier: owner }, observations: [{ code: 'bank-account-missing', rule: 'P1', scope: 'document', expected: 'one account', actual: candidates.length === 0 ? 'none' : candidates.map((candidate) => candidate.id).sort().join(', ') }] };
  if (account.status !== 'verified') return { payee: { supplier: owner, account }, observations: [{ code: 'bank-account-not-verified', rule: 'P9', scope: 'document', actual: account.status }] };
  return { payee: { supplier: owner, account }, observations: [] };
}

function marks({ invoice }: InvoiceFacts): { by: string; fits: (candidate: Supplier) => boolean }[] {
  const { seller } = invoice;
  const ids = partyIds(seller);
  const equal = (a: string | undefined, b: string | undefined): boolean => a !== undefined && b !== undefined && plainTaxId(a) !== '' && plainTaxId(a) === plainTaxId(b);
  const names = [seller.name, seller.tradingName].flatMap((name) => (name === undefined ? [] : [plainName(name)]));
  const accounts = invoice.payee ? [] : statedAccounts({ invoice });
  return [
    { by: 'tax id', fits: (candidate) => equal(candidate.vatId, seller.vatId) },
    { by: 'agreed id', fits: (candidate) => candidate.externalIds.some((id) => ids.includes(plainTaxId(id))) },
    { by: 'register number', fits: (candidate) => equal(candidate.legalId, seller.legalId?.id) },
    { by: 'tax number', fits: (candidate) => equal(candidate.taxNumber, seller.taxNumber) },
    { by: 'account', fits: (candidate) => candidate.bankAccounts.some((account) => accounts.some((text) => isAccount(account, text))) },
    { by: 'name', fits: (candidate) => [candidate.name, ...candidate.aliases].some((name) => plainName(name) !== '' && names.includes(plainName(name))) },
  ];
}

/** Several records of one supplier: the one that the order names, then the one that holds the stated account, then the only active one. */
function narrow(facts: InvoiceFacts, fitting: Supplier[]): Supplier | undefined {
  const ways: ((candidate: Supplier) => boolean)[] = [
    (candidate) => facts.orders.some((order) => order.supplierId === candidate.id),
    (candidate) => candidate.bankAccounts.some((account) => statedAccounts(facts).some((text) => isAccount(account, text))),
    (candidate) => candidate.status === 'active',
  ];
  let left = fitting;
  for (const way of ways) {
    const kept = left.filter(way);
    if (kept.length === 1) return kept[0];
    if (kept.length > 1) left = kept;
  }
  return undefined;
}

/** T2 and the supplier's own state. */
function judgeSupplier({ invoice, policies }: InvoiceFacts, supplier: Supplier): Observation[] {
  const observations: Observation[] = [];
  const stated = invoice.seller.vatId;
  if (supplier.status !== 'active') observations.push({ code: 'supplier-blocked', rule: 'M11', scope: 'document', actual: supplier.status });
  if (stated !== undefined && hasValidForm(stated) === false) observations.push({ code: 'supplier-tax-id-invalid', rule: 'T2', scope: 'document', actual: stated });
  if (stated !== undefined && supplier.vatId !== undefined && plainTaxId(stated) !== plainTaxId(supplier.vatId)) observations.push({ code: 'supplier-tax-id-differs', rule: 'T2', scope: 'document', expected: supplier.vatId, actual: stated });
  const taxed = minorOf(invoice.totals.tax) !== 0n && policies.tax.content.rates.some((rate) => rate.country === supplier.country);
  if (taxed && stated === undefined && invoice.seller.taxNumber === undefined && invoice.taxRepresentative?.vatId === undefined) observations.push({ code: 'supplier-tax-id-missing', rule: 'T2', scope: 'document', expected: supplier.vatId ?? 'a tax id' });
  return observations;
}

function payeeSupplier({ invoice, supplierCandidates }: InvoiceFacts, supplier: Supplier): Supplier | undefined {
  const { payee } = invoice;
  if (!payee) return supplier;
  if (plainName(payee.name) === plainName(supplier.name)) return supplier;
  const related = supplierCandidates.filter((candidate) => supplier.relations.some((relation) => relation.supplierId === candidate.id));
  const ids = partyIds(payee);
  return related.find((candidate) => candidate.externalIds.some((id) => ids.includes(plainTaxId(id))) || [candidate.name, ...candidate.aliases].some((name) => plainName(name) === plainName(payee.name)));
}

/** Card, direct debit and the like: the supplier collects, no account of his is paid (UNTDID 4461). */
function isPulled({ invoice }: InvoiceFacts): boolean {
  const pulled = ['10', '48', '49', '54', '55', '59', '97'];
  return invoice.payment.means.length > 0 && invoice.payment.means.every((means) => pulled.includes(means.code));
}

function statedAccounts({ invoice }: Pick<InvoiceFacts, 'invoice'>): string[] {
  return invoice.payment.means.flatMap((means) => [means.account?.iban ?? means.account?.id]).flatMap((text) => (text === undefined || text.trim() === '' ? [] : [plainTaxId(text)]));
}

function isAccount(account: BankAccount, text: string): boolean {
  return [account.iban, account.account].some((known) => known !== undefined && plainTaxId(known) === text);
}

function partyIds(party: DocumentParty): string[] {
  return [...party.ids.map((entry) => entry.id), party.legalId?.id, party.endpoint?.id].flatMap((id) => (id === undefined ? [] : [plainTaxId(id)]));
}

/** The last four characters: enough to tell accounts apart, too little to pay one. */
function mask(account: string): string {
  return `…${account.slice(-4)}`;
}
