import { daysBetween } from '../../calendar/plain-date.ts';
import type { CaseState, DuplicateCandidate, InvoiceFacts } from '../../model/invoice-facts.ts';
import type { InvoiceClass } from '../../model/invoice.ts';
import type { Money } from '../../model/money.ts';
import type { Supplier } from '../../model/supplier.ts';
import type { DuplicatePolicy } from '../../policy/duplicates.ts';
import { compareExact, exact, times } from '../decimal.ts';
import { absoluteMoney, describeMoney, exactAmount, minorOf, money } from '../money.ts';
import { documentKeys, identifyingKeys, isPlaceholder, type DocumentKeys } from './document-number.ts';
import type { Observation } from './findings.ts';
import { isTransposition, nameSimilarity, plainName, similarNumbers } from './similarity.ts';
import { plainTaxId } from './tax-id.ts';

/** Every look-alike among the candidates, one observation each, the strongest that applies (D1 to D9). */
export function findDuplicates(facts: InvoiceFacts, supplier: Supplier | undefined): Observation[] {
  const policy = facts.policies.duplicates.content;
  const subject = describe(facts, supplier);
  const observations = facts.duplicateCandidates.filter((candidate) => candidate.caseId !== facts.caseId).flatMap((candidate) => compareWith(subject, candidate, policy));
  if (!subject.isNumbered) observations.push({ code: 'number-placeholder', rule: 'D2', scope: 'document', actual: facts.invoice.number });
  return observations;
}

/** A ladder: the first answer counts. Credits are compared with credits only (D8), dead cases only shown (D9). */
function compareWith(subject: Subject, candidate: DuplicateCandidate, policy: DuplicatePolicy): Observation[] {
  if (candidate.class !== subject.class || candidate.state === 'duplicate') return [];
  const same = isSameSupplier(subject, candidate);
  const sameNumber = hasSameNumber(subject, candidate);
  const found = (code: Observation['code'], rule: string, score?: number): Observation[] => [observe(subject, candidate, code, rule, score)];

  if (isDead(candidate.state)) return same && sameNumber ? found('earlier-attempt', 'D9') : [];
  if (same && sameNumber && isExact(subject, candidate, policy)) return isOnlyRepeat(candidate) ? [] : found('duplicate-exact', 'D1', 100);
  if (same && isLinked(subject, candidate)) return correctsIt(subject, candidate) ? found('corrects-earlier', 'D8') : [];
  if (same && sameNumber) return hasSameGross(subject, candidate) || subject.issueDate === candidate.issueDate ? found('duplicate-normalised', 'D1', 95) : found('duplicate-number-review', 'D1', 70);
  const score = fuzzyScore(subject, candidate, same, policy);
  if (score !== undefined) return found('duplicate-fuzzy', 'D4', score);
  if (same && isSameAmount(subject, candidate, policy) && !isRecurring(subject, candidate, policy)) return found('duplicate-amount', 'D5', 60);
  return [];
}

/** The judged document, cleaned up once for all comparisons. */
interface Subject {
  class: InvoiceClass;
  typeCode: string;
  number: string;
  /** False of a placeholder: it identifies nothing, and two documents that carry it have no number in common (D2). */
  isNumbered: boolean;
  keys: DocumentKeys;
  preceding: DocumentKeys[];
  issueDate: string;
  gross: Money;
  net: Money;
  sellerName: string;
  plainName: string;
  supplier: Supplier | undefined;
  taxIds: string[];
  accounts: (string | undefined)[];
}

function describe({ invoice, policies }: InvoiceFacts, supplier: Supplier | undefined): Subject {
  return {
    class: invoice.class, typeCode: invoice.typeCode, number: invoice.number, isNumbered: !isPlaceholder(invoice.number, policies.duplicates.content.placeholders),
    keys: documentKeys(invoice.number), preceding: identifyingKeys(invoice.references.preceding.map(({ number }) => number), policies.duplicates.content.placeholders),
    issueDate: invoice.issueDate, gross: invoice.totals.gross, net: invoice.totals.net, sellerName: invoice.seller.name, plainName: plainName(invoice.seller.name), supplier,
    taxIds: [supplier?.vatId, invoice.seller.vatId].flatMap((id) => (id === undefined ? [] : [plainTaxId(id)])),
    accounts: supplier ? supplier.bankAccounts.flatMap((account) => [account.iban, account.account]) : [],
  };
}

/** D6: suppliers that share a group, a tax id or a bank account count as one. Of an unknown supplier the document's own marks are compared. */
function isSameSupplier({ supplier, taxIds, accounts, plainName: name }: Subject, candidate: DuplicateCandidate): boolean {
  if (supplier && (candidate.supplierGroup === supplier.group || candidate.supplierId === supplier.id)) return true;
  if (candidate.vatId !== undefined && taxIds.includes(plainTaxId(candidate.vatId))) return true;
  if (candidate.accounts.some((account) => accounts.includes(account))) return true;
  return !supplier && name !== '' && plainName(candidate.sellerName) === name;
}

function hasSameNumber({ isNumbered, keys }: Subject, candidate: DuplicateCandidate): boolean {
  if (!isNumbered) return false;
  return keys.k1 === candidate.k1 || keys.k2 === candidate.k2;
}

function isExact({ keys, issueDate }: Subject, candidate: DuplicateCandidate, policy: DuplicatePolicy): boolean {
  if (documentKeys(candidate.number).number !== keys.number) return false;
  return policy.exactScope === 'always' || candidate.issueDate.slice(0, 4) === issueDate.slice(0, 4);
}

/** One names the other as preceding document. */
function isLinked({ isNumbered, keys, preceding }: Subject, candidate: DuplicateCandidate): boolean {
  const isOne = (numbers: DocumentKeys[], target: { k1: string; k2: string }): boolean => numbers.some((number) => number.k1 === target.k1 || number.k2 === target.k2);
  return isOne(preceding, candidate) || (isNumbered && isOne(candidate.preceding.map(documentKeys), keys));
}

/** A link is no duplicate, yet a correction of the same amount must not be paid beside what it corrects. */
function correctsIt(subject: Subject, candidate: DuplicateCandidate): boolean {
  const positive = minorOf(subject.gross) > 0n && minorOf(candidate.gross) > 0n;
  const corrected = subject.typeCode === '384' || candidate.typeCode === '384';
  return subject.class === 'invoice' && positive && (corrected || hasSameGross(subject, candidate));
}

/** D4: number, vendor, date and amount, three of them equal and the fourth alike. Undefined: not alike. The dear comparisons come last. */
function fuzzyScore(subject: Subject, candidate: DuplicateCandidate, sameSupplier: boolean, { fuzzy }: DuplicatePolicy): number | undefined {
  const days = Math.abs(daysBetween(subject.issueDate, candidate.issueDate));
  const date = days === 0 ? 100 : days <= fuzzy.dateWindowDays ? 80 : 0;
  const amount = hasSameGross(subject, candidate) ? 100 : similarAmounts(subject, candidate, fuzzy.amountPercent) ? 80 : 0;
  if (date === 0 || amount === 0) return undefined;
  const number = !subject.isNumbered ? 0 : hasSameNumber(subject, candidate) ? 100 : similarNumbers(subject.number, candidate.number, fuzzy.extraCharacters) ? 80 : 0;
  const alike = sameSupplier ? 100 : nameSimilarity(subject.sellerName, candidate.sellerName);
  const vendor = alike >= fuzzy.vendorSimilarityPercent ? alike : 0;
  const fields = [number, vendor, date, amount];
  if (fields.includes(0) || fields.filter((field) => field === 100).length < 3) return undefined;
  return Math.floor(fields.reduce((total, field) => total + field, 0) / fields.length);
}

function similarAmounts(invoice: Subject, candidate: DuplicateCandidate, percent: string): boolean {
  if (candidate.gross.currency !== invoice.gross.currency) return false;
  const same = (a: Money, b: Money | undefined): boolean => b !== undefined && minorOf(a) === minorOf(b);
  if (same(invoice.gross, candidate.net) || same(invoice.net, candidate.gross)) return true;
  if (isTransposition(invoice.gross.minor, candidate.gross.minor)) return true;
  const difference = exactAmount(absoluteMoney(money(invoice.gross.currency, minorOf(invoice.gross) - minorOf(candidate.gross))));
  return compareExact(times(difference, exact('100')), times(exact(percent), exactAmount(absoluteMoney(candidate.gross)))) <= 0;
}

function isSameAmount(subject: Subject, candidate: DuplicateCandidate, { sameAmount }: DuplicatePolicy): boolean {
  if (!hasSameGross(subject, candidate) || compareExact(exactAmount(absoluteMoney(subject.gross)), exact(sameAmount.minimum)) < 0) return false;
  return Math.abs(daysBetween(subject.issueDate, candidate.issueDate)) <= sameAmount.windowDays;
}

function isRecurring({ supplier, issueDate }: Subject, candidate: DuplicateCandidate, { recurring }: DuplicatePolicy): boolean {
  const schedule = recurring.find((entry) => entry.supplier === supplier?.id);
  return schedule !== undefined && Math.abs(daysBetween(issueDate, candidate.issueDate)) >= schedule.everyDays - schedule.toleranceDays;
}

function hasSameGross({ gross }: Subject, candidate: DuplicateCandidate): boolean {
  return candidate.gross.currency === gross.currency && candidate.gross.minor === gross.minor;
}

/** D1, D11: it runs without its number, as the repeat of the one that holds it; or two that name each other would both end. */
function isOnlyRepeat({ state, holdsNumber = true }: DuplicateCandidate): boolean {
  return !holdsNumber && (state === 'pending' || state === 'parked');
}

function isDead(state: CaseState): boolean {
  return state === 'cancelled' || state === 'rejected' || state === 'withdrawn';
}

function observe(subject: Subject, candidate: DuplicateCandidate, code: Observation['code'], rule: string, score: number | undefined): Observation {
  return {
    code, rule, scope: `case:${candidate.caseId}`, relatedCase: candidate.caseId, ...(score === undefined ? {} : { score }),
    expected: `${candidate.number} of ${candidate.issueDate}, ${describeMoney(candidate.gross)}`,
    standing: candidate.endsAs === undefined ? candidate.state : `${candidate.state} and about to be ${candidate.endsAs}`,
    actual: `${subject.number} of ${subject.issueDate}, ${describeMoney(subject.gross)}`,
  };
}
