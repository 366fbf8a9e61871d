import { daysBetween } from '../../calendar/plain-date.ts';
import type { CaseState, DuplicateCandidate, InvoiceFacts } from '../../model/invoice-facts.ts';
import type { Money } from '../../model/money.ts';
import type { Supplier } from '../../model/supplier.ts';
import type { DuplicatePolicy } from '../../policy/duplicates.ts';
import { compareExact, exact, times } from '../decimal.ts';
import { absoluteMoney, describeMoney, exactAmount, minorOf, toDecimalText } from '../money.ts';
import { documentKeys, isPlaceholder } from './document-number.ts';
import type { Observation } from './findings.ts';
import { isTransposition, nameSimilarity, plainName, similarNumbers } from './similarity.ts';
import { plainTaxId } from './tax-id.ts';

/** Every look-alike among the candidates, one observation each, the strongest that applies (D1 to D9). */
export function findDuplicates(facts: InvoiceFacts, supplier: Supplier | undefined): Observation[] {
  const policy = facts.policies.duplicates.content;
  const observations = facts.duplicateCandidates.filter((candidate) => candidate.caseId !== facts.caseId).flatMap((candidate) => compareWith(facts, supplier, candidate, policy));
  if (isPlaceholder(facts.invoice.number, policy.placeholders)) observations.push({ code: 'number-placeholder', rule: 'D2', scope: 'document', actual: facts.invoice.number });
  return observations;
}

/** A ladder: the first answer counts. Credits are compared with credits only (D8), dead cases only shown (D9). */
function compareWith(facts: InvoiceFacts, supplier: Supplier | undefined, candidate: DuplicateCandidate, policy: DuplicatePolicy): Observation[] {
  const { invoice } = facts;
  if (candidate.class !== invoice.class || candidate.state === 'duplicate') return [];
  const here: Sides = { invoice: { ...documentKeys(invoice.number), number: invoice.number, issueDate: invoice.issueDate, gross: invoice.totals.gross, net: invoice.totals.net }, candidate };
  const same = isSameSupplier(facts, supplier, candidate);
  const sameNumber = here.invoice.k1 === candidate.k1 || here.invoice.k2 === candidate.k2;
  const found = (code: Observation['code'], rule: string, score?: number): Observation[] => [observe(here, code, rule, score)];

  if (isDead(candidate.state)) return same && sameNumber ? found('earlier-attempt', 'D9') : [];
  if (same && isExact(facts, candidate, policy)) return found('duplicate-exact', 'D1', 100);
  if (same && isLinked(facts, candidate)) return correctsIt(facts, candidate) ? found('corrects-earlier', 'D8') : [];
  if (same && sameNumber) return sameGross(here) || invoice.issueDate === candidate.issueDate ? found('duplicate-normalised', 'D1', 95) : found('duplicate-number-review', 'D1', 70);
  const score = fuzzyScore(facts, here, same, policy);
  if (score !== undefined) return found('duplicate-fuzzy', 'D4', score);
  if (same && isSameAmount(here, policy) && !isRecurring(supplier, here, policy)) return found('duplicate-amount', 'D5', 60);
  return [];
}

interface Sides {
  invoice: { number: string; k1: string; k2: string; issueDate: string; gross: Money; net: Money };
  candidate: DuplicateCandidate;
}

/** D6: suppliers that share a group, a tax id or a bank account count as one. Of an unknown supplier the document's own marks are compared. */
function isSameSupplier({ invoice }: InvoiceFacts, supplier: Supplier | undefined, candidate: DuplicateCandidate): boolean {
  if (supplier && (candidate.supplierGroup === supplier.group || candidate.supplierId === supplier.id)) return true;
  const taxIds = [supplier?.vatId, invoice.seller.vatId].flatMap((id) => (id === undefined ? [] : [plainTaxId(id)]));
  if (candidate.vatId !== undefined && taxIds.includes(plainTaxId(candidate.vatId))) return true;
  const accounts = supplier ? supplier.bankAccounts.flatMap((account) => [account.iban, account.account]) : [];
  if (candidate.accounts.some((account) => accounts.includes(account))) return true;
  return !supplier && plainName(invoice.seller.name) !== '' && plainName(candidate.sellerName) === plainName(invoice.seller.name);
}

function isExact({ invoice }: InvoiceFacts, candidate: DuplicateCandidate, policy: DuplicatePolicy): boolean {
  if (documentKeys(candidate.number).number !== documentKeys(invoice.number).number) return false;
  return policy.exactScope === 'always' || candidate.issueDate.slice(0, 4) === invoice.issueDate.slice(0, 4);
}

/** One names the other as preceding document. */
function isLinked({ invoice }: InvoiceFacts, candidate: DuplicateCandidate): boolean {
  const names = (numbers: string[], target: string): boolean => numbers.some((number) => documentKeys(number).k1 === documentKeys(target).k1 || documentKeys(number).k2 === documentKeys(target).k2);
  return names(invoice.references.preceding.map((reference) => reference.number), candidate.number) || names(candidate.preceding, invoice.number);
}

/** A link is no duplicate, yet a correction of the same amount must not be paid beside what it corrects. */
function correctsIt({ invoice }: InvoiceFacts, candidate: DuplicateCandidate): boolean {
  const positive = minorOf(invoice.totals.gross) > 0n && minorOf(candidate.gross) > 0n;
  const corrected = invoice.typeCode === '384' || candidate.typeCode === '384';
  const equal = candidate.currency === invoice.currency && minorOf(candidate.gross) === minorOf(invoice.totals.gross);
  return invoice.class === 'invoice' && positive && (corrected || equal);
}

/** D4: number, vendor, date and amount, three of them equal and the fourth alike. Undefined: not alike. */
function fuzzyScore({ invoice }: InvoiceFacts, sides: Sides, sameSupplier: boolean, { fuzzy }: DuplicatePolicy): number | undefined {
  const { candidate } = sides;
  const vendor = sameSupplier ? 100 : nameSimilarity(invoice.seller.name, candidate.sellerName);
  const sameNumber = sides.invoice.k1 === candidate.k1 || sides.invoice.k2 === candidate.k2;
  const days = Math.abs(daysBetween(invoice.issueDate, candidate.issueDate));
  const fields = [
    sameNumber ? 100 : similarNumbers(invoice.number, candidate.number, fuzzy.extraCharacters) ? 80 : 0,
    vendor === 100 ? 100 : vendor >= fuzzy.vendorSimilarityPercent ? vendor : 0,
    days === 0 ? 100 : days <= fuzzy.dateWindowDays ? 80 : 0,
    sameGross(sides) ? 100 : similarAmounts(sides, fuzzy.amountPercent) ? 80 : 0,
  ];
  const equal = fields.filter((field) => field === 100).length;
  if (equal < 3 || fields.includes(0)) return undefined;
  return Math.floor(fields.reduce((total, field) => total + field, 0) / fields.length);
}

function similarAmounts({ invoice, candidate }: Sides, percent: string): boolean {
  if (candidate.gross.currency !== invoice.gross.currency) return false;
  const same = (a: Money, b: Money | undefined): boolean => b !== undefined && minorOf(a) === minorOf(b);
  if (same(invoice.gross, candidate.net) || same(invoice.net, candidate.gross)) return true;
  if (isTransposition(invoice.gross.minor, candidate.gross.minor)) return true;
  const difference = exactAmount(absoluteMoney({ currency: invoice.gross.currency, minor: (minorOf(invoice.gross) - minorOf(candidate.gross)).toString() }));
  return compareExact(times(difference, exact('100')), times(exact(percent), exactAmount(absoluteMoney(candidate.gross)))) <= 0;
}

function isSameAmount(sides: Sides, { sameAmount }: DuplicatePolicy): boolean {
  if (!sameGross(sides) || compareExact(exactAmount(absoluteMoney(sides.invoice.gross)), exact(sameAmount.minimum)) < 0) return false;
  return Math.abs(daysBetween(sides.invoice.issueDate, sides.candidate.issueDate)) <= sameAmount.windowDays;
}

function isRecurring(supplier: Supplier | undefined, { invoice, candidate }: Sides, { recurring }: DuplicatePolicy): boolean {
  const schedule = recurring.find((entry) => entry.supplier === supplier?.id);
  return schedule !== undefined && Math.abs(daysBetween(invoice.issueDate, candidate.issueDate)) >= schedule.everyDays - schedule.toleranceDays;
}

function sameGross({ invoice, candidate }: Sides): boolean {
  return candidate.gross.currency === invoice.gross.currency && minorOf(candidate.gross) === minorOf(invoice.gross);
}

function isDead(state: CaseState): boolean {
  return state === 'cancelled' || state === 'rejected' || state === 'withdrawn';
}

function observe({ invoice, candidate }: Sides, code: Observation['code'], rule: string, score: number | undefined): Observation {
  return {
    code, rule, scope: `case:${candidate.caseId}`, relatedCase: candidate.caseId, ...(score === undefined ? {} : { score }),
    expected: `${candidate.number} of ${candidate.issueDate}, ${describeMoney(candidate.gross)}, ${candidate.state}`,
    actual: `${invoice.number} of ${invoice.issueDate}, ${toDecimalText(invoice.gross)} ${invoice.gross.currency}`,
  };
}
