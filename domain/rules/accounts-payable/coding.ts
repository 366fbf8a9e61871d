import type { CodingLine } from '../../model/assessment.ts';
import type { PlainDate } from '../../model/dates.ts';
import type { InvoiceFacts } from '../../model/invoice-facts.ts';
import type { AllowanceCharge, InvoiceLine } from '../../model/invoice.ts';
import type { Money } from '../../model/money.ts';
import type { Supplier } from '../../model/supplier.ts';
import type { CodingPolicy } from '../../policy/coding.ts';
import { absoluteMoney, compareMoney, isZeroMoney, money, minorOf, negateMoney, subtractMoney } from '../money.ts';
import { creditEffect } from '../invoice/credit.ts';
import { chargesOf, headResidual } from './charges.ts';
import { compareText, type Observation } from './findings.ts';
import type { DocumentMatch } from './match.ts';
import type { PairedLine } from './pairing.ts';

/** Where the amounts of a document are booked, and where those of each of its lines: a number may stand on two lines, or be that of a charge. */
export interface CodedDocument {
  readonly coding: CodingLine[];
  readonly ofLine: ReadonlyMap<InvoiceLine, CodingLine>;
  readonly observations: Observation[];
}

type Target = Pick<CodingLine, 'account' | 'costCentre' | 'source' | 'rule'>;

/**
 * Where each amount is booked: order lines as the order says, other lines by correction, document, rule or the supplier's
 * default; charges and small differences to their own accounts. Amounts of a credit are negative (C1). The sum is the
 * document's net.
 */
export function codeDocument(facts: InvoiceFacts, supplier: Supplier | undefined, match: DocumentMatch): CodedDocument {
  const observations: Observation[] = [];
  const signed = (amount: Money): Money => creditEffect(facts.invoice, amount);
  const coding: CodingLine[] = [];
  const ofLine = new Map<InvoiceLine, CodingLine>();
  const charges = chargesOf(facts.invoice);
  const charged = new Map(charges.map(({ charge, amount }) => [charge, amount]));
  for (const pair of match.pairs) {
    const inside = pair.line.allowances.flatMap((entry) => charged.get(entry) ?? []);
    const net = inside.reduce(subtractMoney, pair.line.net);
    const target = targetOf(facts, supplier, pair);
    const coded = target && { line: pair.line.id, ...target, amount: signed(net) };
    if (coded) {
      ofLine.set(pair.line, coded);
      coding.push(coded);
    } else if (pair.orderNumber === undefined) observations.push({ code: 'coding-missing', rule: 'A2', scope: `line:${pair.line.id}`, line: pair.line.id, actual: pair.line.item.name ?? pair.line.id });
  }
  const orderOf = new Map(match.pairs.map(({ line, orderNumber }) => [line, orderNumber]));
  for (const { key, line, charge, amount } of charges) coding.push({ line: key, ...chargeTarget(facts, match, charge.reasonCode ?? charge.reason, line && { order: orderOf.get(line) }), amount: signed(amount) });
  coding.push(...allowances(facts, coding, charged, signed));
  coding.push(...residual(facts, signed));
  observations.push(...coding.flatMap((line) => judgeTarget(facts, line)));
  return { coding, ofLine, observations };
}

/** Net amounts by cost centre, sorted; lines without a cost centre are left out. */
export function byCostCentre(coding: readonly CodingLine[]): { costCentre: string; amount: Money }[] {
  const sums = new Map<string, Money>();
  for (const line of coding) {
    if (line.costCentre === undefined) continue;
    const before = sums.get(line.costCentre);
    sums.set(line.costCentre, before ? money(before.currency, minorOf(before) + minorOf(line.amount)) : line.amount);
  }
  return [...sums].map(([costCentre, amount]) => ({ costCentre, amount })).sort((a, b) => compareText(a.costCentre, b.costCentre));
}

function targetOf(facts: InvoiceFacts, supplier: Supplier | undefined, pair: PairedLine): Target | undefined {
  const correction = facts.corrections.lines.find((entry) => entry.line === pair.line.id);
  const byOrder = pair.target && { account: pair.target.account, costCentre: pair.target.costCentre };
  if (byOrder) return { ...byOrder, source: 'order' };
  if (correction?.account !== undefined) return { account: correction.account, ...(correction.costCentre === undefined ? {} : { costCentre: correction.costCentre }), source: 'correction' };
  // A line that ought to have an order is paired by a person, never coded by a rule.
  if (pair.orderNumber !== undefined) return undefined;
  const target = automatic(facts, supplier, pair.line);
  return target && correction?.costCentre !== undefined ? { ...target, costCentre: correction.costCentre, source: 'correction' } : target;
}

function automatic(facts: InvoiceFacts, supplier: Supplier | undefined, line: InvoiceLine): Target | undefined {
  const coding = facts.policies.coding.content;
  const stated = line.buyerAccounting ?? facts.invoice.references.buyerAccounting;
  const fromDocument = stated === undefined ? undefined : readStated(coding, stated);
  if (fromDocument) return { ...fromDocument, source: 'document' };
  const rule = coding.rules.find(({ when }) =>
    (when.supplier === undefined || when.supplier === supplier?.id)
    && (when.category === undefined || when.category === supplier?.category)
    && (when.buyerAccounting === undefined || when.buyerAccounting === stated)
    && (when.textContains === undefined || textOf(line).includes(when.textContains.toUpperCase())));
  if (rule) return { ...rule.use, source: 'rule', rule: rule.id };
  return supplier?.defaultCoding ? { ...supplier.defaultCoding, source: 'supplier' } : undefined;
}

/** `account/costCentre` as we asked suppliers to state it; both must be known. */
function readStated(coding: CodingPolicy, stated: string): { account: string; costCentre: string } | undefined {
  const [account, costCentre] = stated.split('/').map((part) => part.trim());
  const known = coding.accounts.some((entry) => entry.id === account) && coding.costCentres.some((entry) => entry.id === costCentre);
  return known && account !== undefined && costCentre !== undefined ? { account, costCentre } : undefined;
}

/** The charge of a line is an agreed one only where the order of that line agreed it (M13). */
function chargeTarget(facts: InvoiceFacts, match: DocumentMatch, code: string | undefined, line: { order: string | undefined } | undefined): Target {
  const { charges, plannedCharges } = facts.policies.coding.content;
  const planned = code !== undefined && match.chargeHolds.some((hold) => hold.orderLine.toUpperCase() === `CHARGE:${code.trim().toUpperCase()}` && (!line || hold.orderNumber === line.order));
  return planned ? { account: plannedCharges.account, source: 'charge' } : { ...charges, source: 'charge' };
}

/** Allowances of the head lower the largest line. */
function allowances(facts: InvoiceFacts, coding: readonly CodingLine[], charged: ReadonlyMap<AllowanceCharge, Money>, signed: (amount: Money) => Money): CodingLine[] {
  const largest = [...coding].sort((a, b) => compareMoney(absoluteMoney(b.amount), absoluteMoney(a.amount)) || compareText(a.line, b.line))[0];
  if (!largest) return [];
  const { account, costCentre, source, rule } = largest;
  return facts.invoice.allowances.flatMap((entry, index) =>
    charged.has(entry) ? [] : [{ line: `allowance:${index}`, account, ...(costCentre === undefined ? {} : { costCentre }), source, ...(rule === undefined ? {} : { rule }), amount: negateMoney(signed(entry.amount)) }]);
}

function residual(facts: InvoiceFacts, signed: (amount: Money) => Money): CodingLine[] {
  const rest = headResidual(facts.invoice);
  const { account, costCentre } = facts.policies.tolerances.content.header.smallDifference;
  return isZeroMoney(rest) ? [] : [{ line: 'head', account, costCentre, source: 'small-difference', amount: signed(rest) }];
}

function judgeTarget(facts: InvoiceFacts, line: CodingLine): Observation[] {
  if (line.source === 'order') return [];
  const { accounts, costCentres } = facts.policies.coding.content;
  const at = { scope: `line:${line.line}`, line: line.line, rule: 'A2' };
  const observations: Observation[] = [];
  if (!accounts.some((entry) => entry.id === line.account)) observations.push({ ...at, code: 'account-unknown', actual: line.account });
  if (line.costCentre !== undefined && !costCentres.some((entry) => entry.id === line.costCentre && isOpen(entry, facts.today))) observations.push({ ...at, code: 'cost-centre-unknown', actual: line.costCentre });
  return observations;
}

function isOpen(centre: { from?: PlainDate | undefined; to?: PlainDate | undefined }, date: PlainDate): boolean {
  return (centre.from === undefined || centre.from <= date) && (centre.to === undefined || date <= centre.to);
}

function textOf(line: InvoiceLine): string {
  return [line.item.name, line.item.description, line.note].filter((text) => text !== undefined).join(' ').toUpperCase();
}
